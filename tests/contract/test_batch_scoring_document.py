"""The example of docs/batch-scoring.md, done as it says."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.commands import app
from app.cli.table_scoring import BAD_CELLS

DOCUMENT = Path(__file__).parents[2] / "docs" / "batch-scoring.md"


def test_the_example_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```(?:csv|sh)?\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), flags=re.DOTALL)
    answers, command, told, scores = blocks
    (tmp_path / "answers.csv").write_text(answers)
    said = CliRunner().invoke(app, shlex.split(command)[1:])
    assert said.exit_code == BAD_CELLS
    assert said.output == told
    assert (tmp_path / "scores.csv").read_text() == scores
