"""`vigie new`: a folder that the check accepts at once, and that becomes published when it says so."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app
from questionnaires.catalogue import load_catalogue
from questionnaires.translations import gaps
from tests.support.questionnaires import CANONICAL_BASE

LANGUAGES = ("fr", "en", "ar", "pt-BR")


def vigie(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "instruments"


def test_the_check_accepts_what_new_makes(root: Path) -> None:
    asked = [option for language in LANGUAGES for option in ("--language", language)]
    said = vigie("new", "sleep-diary", "--instruments", str(root), "--title", 'Sleep: a "diary" \\ 1', *asked)
    assert said.exit_code == 0, said.output
    assert vigie("check", "--instruments", str(root)).output == "0 published artefacts, all as they were published.\n"
    family = load_catalogue(root, CANONICAL_BASE).instruments["sleep-diary"]
    assert family.about.title == 'Sleep: a "diary" \\ 1'
    (version,) = family.versions.values()
    assert any(item.enable_when for item in version.questions)
    assert set(family.texts) == set(LANGUAGES)
    for (text,) in family.texts.values():
        assert list(gaps(text, (version,))) == []


def test_every_file_that_is_written_is_named(root: Path) -> None:
    said = vigie("new", "mine", "--instruments", str(root))
    written = {root / "mine" / path for path in (root / "mine").rglob("*") if path.is_file()}
    assert {Path(line.removeprefix("wrote ")) for line in said.stdout.splitlines()[:-1]} == written
    assert said.stdout.endswith(f"Try it: vigie preview mine --instruments {root}\n")
    assert [path.parent.name for path in (root / "mine" / "text").glob("*/*")] == ["en"]


def test_a_scoring_is_published_with_the_first_definition_that_it_scores(root: Path) -> None:
    vigie("new", "mine", "--instruments", str(root))
    assert vigie("publish", "--instruments", str(root)).output == "There is nothing new to publish.\n"
    definition = root / "mine" / "definition" / "1.0.0.yaml"
    definition.write_text(definition.read_text(encoding="utf-8").replace("status: draft ", "status: active"), "utf-8")
    assert vigie("publish", "--instruments", str(root)).output == (
        "published definition:mine|1.0.0\npublished scoring:mine|1.0.0\n"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["Mine"], "'Mine' is no instrument id: 2 to 40 of a-z, 0-9 and -, a letter first"),
        (["../mine"], "'../mine' is no instrument id"),
        (["mine", "--language", "French"], "'French' is no language code: write it as fr, en or pt-BR"),
        (["mine", "--title", "two\nlines"], "the title is one line of words"),
        (["mine", "--instruments", "/dev/null"], "/dev/null: Not a directory"),
    ],
)
def test_what_cannot_be_made_is_said_and_nothing_is_written(root: Path, arguments: list[str], words: str) -> None:
    said = vigie("new", *(arguments if "--instruments" in arguments else [*arguments, "--instruments", str(root)]))
    assert (said.exit_code, words in said.stderr) == (1, True), said.output
    assert not root.exists()


def test_a_folder_that_is_there_stays_as_it_is(root: Path) -> None:
    vigie("new", "mine", "--instruments", str(root))
    (root / "mine" / "README.md").write_text("own words", encoding="utf-8")
    said = vigie("new", "mine", "--instruments", str(root))
    assert (said.exit_code, "exists already: choose another id, or edit what is there" in said.stderr) == (1, True)
    assert (root / "mine" / "README.md").read_text(encoding="utf-8") == "own words"
