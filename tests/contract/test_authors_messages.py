"""The messages that the author's page quotes are those that `vigie check` gives."""

import shutil
from pathlib import Path

import questionnaires
from app.services.check_instruments import check_instruments
from tests.support.questionnaires import CANONICAL_BASE

PACKAGE = Path(questionnaires.__file__).parent
HEAD = "A\nmisspelt key and a misspelt option set look like this:\n```\n"


def test_a_misspelt_key_and_a_misspelt_option_set_look_as_the_page_says(tmp_path: Path) -> None:
    page = (PACKAGE / "README.md").read_text(encoding="utf-8")
    quoted = page.split(HEAD, 1)[1].split("```", 1)[0].splitlines()
    folder = tmp_path / "instruments" / "pre-consultation"
    shutil.copytree(PACKAGE / "instruments" / "pre-consultation", folder)
    for name, right, wrong in (
        ("scoring/1.0.0/alerts.yaml", "    severity: soon", "    serverity: soon"),
        ("definition/1.0.0.yaml", "option_set: frequency\n", "option_set: frequencey\n"),
    ):
        file = folder / name
        file.write_text(file.read_text(encoding="utf-8").replace(right, wrong, 1), encoding="utf-8")
    found = [str(problem) for problem in check_instruments(folder.parent, CANONICAL_BASE).problems]
    assert len(quoted) == 3
    assert [line for line in quoted if line not in found] == []
