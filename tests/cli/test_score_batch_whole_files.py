"""`vigie score ... --out` on large files: whole or not at all, and in little memory."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import psutil
import pytest

from tests.cli.score_tables import HEADER, write

VIGIE = Path(sys.executable).with_name("vigie")


def large_csv(path: Path, rows: int) -> Path:
    block = ",".join("0123012301"[:9]) + "\n"
    path.write_text("id," + HEADER + "\n" + ("some-patient," + block) * rows)
    return path


def started(folder: Path, target: str) -> psutil.Popen:
    """The command on a large table, well into its work."""
    process = psutil.Popen(
        [VIGIE, "score", "phq-9", folder / "in.csv", "--out", folder / target, "--errors", folder / "bad.csv"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + 60
    while not list(folder.glob(f".{target}.*.part")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, "it never began to write"
        time.sleep(0.005)
    time.sleep(0.3)
    return process


@pytest.mark.slow
@pytest.mark.parametrize("target", ["out.csv", "out.parquet"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_stops_it_finds_nothing(tmp_path: Path, number: signal.Signals, target: str) -> None:
    large_csv(tmp_path / "in.csv", 3_000_000)
    process = started(tmp_path, target)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err.decode() == "stopped: nothing was written\n"
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.slow
def test_kill_9_leaves_no_output(tmp_path: Path) -> None:
    write(tmp_path / "out.csv", "what stood there before")
    large_csv(tmp_path / "in.csv", 3_000_000)
    process = started(tmp_path, "out.csv")
    process.kill()
    process.communicate(timeout=60)
    assert (tmp_path / "out.csv").read_text() == "what stood there before"
    assert not (tmp_path / "bad.csv").exists()


@pytest.mark.slow
def test_the_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Four times the rows, the same memory but for a little: all of them at once would take some 300 MB more."""
    most: list[int] = []
    for rows in (400_000, 1_600_000):
        large_csv(tmp_path / "in.csv", rows)
        process = psutil.Popen([VIGIE, "score", "phq-9", tmp_path / "in.csv", "--out", tmp_path / "out.csv"])
        seen = 0
        while process.poll() is None:
            try:
                seen = max(seen, process.memory_info().rss)
            except psutil.NoSuchProcess:
                break
            time.sleep(0.02)
        assert process.wait() == 0
        assert pl.scan_csv(tmp_path / "out.csv").select(pl.len()).collect().item() == rows
        most.append(seen)
    assert most[1] < most[0] + 100_000_000, most
