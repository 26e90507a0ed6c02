"""docs/ehr-integration.md is run, command by command, against a demonstration, and shows what really comes."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store.embedded import EmbeddedPostgres
from tests.support.demonstration import PROJECT, Demo, demonstration

PAGE = PROJECT / "docs" / "ehr-integration.md"
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SEPARATOR = "--- the next block ---"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here: the commands of the page are curl's"),
]


@pytest.fixture(scope="module")
def demo(postgres: EmbeddedPostgres) -> Iterator[Demo]:
    with demonstration(postgres) as served:
        yield served


def steps() -> list[tuple[str, str]]:
    """The commands of each block, and the output that the page shows after it."""
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    following = [*blocks[1:], ("sh", "")]
    return [
        (commands, shown if after == "text" else "")
        for (kind, commands), (after, shown) in zip(blocks, following, strict=True)
        if kind == "sh"
    ]


def test_every_command_gives_what_the_page_shows(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "vigie").symlink_to(Path(sys.executable).with_name("vigie"))
    script = f"echo '{SEPARATOR}'\n".join(commands for commands, _ in steps())
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace("http://127.0.0.1:8000", demo.base)],
        cwd=tmp_path,
        env=os.environ | {"VIGIE_DATA_DIR": str(demo.folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    printed = done.stdout.split(f"{SEPARATOR}\n")
    for (commands, shown), came in zip(steps(), printed, strict=True):
        pattern = ".*?".join(re.escape(part) for part in shown.split("…"))
        assert re.fullmatch(pattern, came, re.DOTALL), f"{commands}\nshould show\n{shown}\nand gave\n{came}"
