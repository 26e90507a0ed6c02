"""`pgbench` storing the floor's row: what PostgreSQL does on this machine without any Python."""

import resource
import subprocess
from pathlib import Path

from app.store import databases
from app.store.postgres_binaries import bundled_binaries
from bench.floor import TABLE
from bench.load import Load

_SCRIPT = f"INSERT INTO {TABLE} (id, body) VALUES (gen_random_uuid(), :body);\n"


def run(socket_folder: Path, folder: Path, body: str, clients: int, seconds: float) -> Load:
    """Insert the body over so many connections for so long, as prepared statements, over the same unix socket."""
    script = folder / "insert.sql"
    script.write_text(_SCRIPT)
    log = folder / "pgbench"
    command = [str(bundled_binaries() / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--define=body={body}"]
    command += [f"--client={clients}", "--jobs=1", f"--time={max(1, round(seconds))}", f"--file={script}"]
    command += ["--log", f"--log-prefix={log}", f"--host={socket_folder}", f"--username={databases.SERVICE}"]
    before = _ended_children()
    ended = subprocess.run([*command, databases.DATABASE], check=True, capture_output=True, text=True)
    latencies_ms = [latency for path in folder.glob("pgbench.*") for latency in _latencies(path)]
    per_second = next(float(line.split()[2]) for line in ended.stdout.splitlines() if line.startswith("tps = "))
    return Load(len(latencies_ms), 0, len(latencies_ms) / per_second, latencies_ms, _ended_children() - before)


def _ended_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _latencies(log: Path) -> list[float]:
    """The third column of pgbench's log, in microseconds. The log is removed."""
    lines = log.read_text().splitlines()
    log.unlink()
    return [int(line.split()[2]) / 1000 for line in lines]
