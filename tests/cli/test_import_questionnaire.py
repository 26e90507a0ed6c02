"""`vigie import-questionnaire`: a FHIR Questionnaire in, an instrument folder and an honest list out."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app
from questionnaires.catalogue import load_catalogue
from questionnaires.text_csv import read_csv
from tests.support.questionnaires import CANONICAL_BASE

DIARY: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "url": "https://example.org/Questionnaire/sleep-diary",
    "status": "active",
    "language": "en",
    "title": "Sleep diary",
    "copyright": "(c) Somebody",
    "item": [
        {"linkId": "1", "type": "open-choice", "text": "How, then?", "answerOption": [{"valueString": "Well, so-so"}]},
        {"linkId": "hours", "type": "integer", "text": "Hours?", "initial": [{"valueInteger": 8}]},
    ],
}


def vigie(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["import-questionnaire", *arguments])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "diary.json"
    path.write_text(json.dumps(DIARY), encoding="utf-8")
    return path


def test_the_folder_loads_and_the_list_says_what_to_do(file: Path, tmp_path: Path) -> None:
    root = tmp_path / "instruments"
    said = vigie(str(file), "--out", str(root))
    assert said.exit_code == 0, said.output
    assert "type open-choice (item[0]): an answer in other words has no place beside the options" in said.stdout
    assert "To do: add a text item." in said.stdout
    family = load_catalogue(root, CANONICAL_BASE).instruments["sleep-diary"]
    assert [item.link_id for item in family.versions["1.0.0"].questions] == ["q-1", "hours"]
    page = (root / "sleep-diary" / "IMPORT.md").read_text(encoding="utf-8")
    assert "`item[1].initial[0].valueInteger`" in page
    assert "so-so" not in page


def test_a_restricted_wording_is_a_file_that_text_import_reads(file: Path, tmp_path: Path) -> None:
    root = tmp_path / "instruments"
    vigie(str(file), "--out", str(root))
    words = (root / "sleep-diary.wording-en.csv").read_text(encoding="utf-8")
    assert ["item", "q-1", "", "How, then?"] in list(csv.reader(words.splitlines()))
    read = read_csv(words)
    assert read.problems == ()
    assert [entry.words for entry in read.entries] == [
        "Sleep diary", "To be written.", "How, then?", "Well, so-so", "Hours?",
    ]  # fmt: skip


def test_ones_own_wording_is_drafts_in_the_folder(file: Path, tmp_path: Path) -> None:
    root = tmp_path / "instruments"
    assert vigie(str(file), "--out", str(root), "--own-wording", "--id", "my-diary").exit_code == 0
    family = load_catalogue(root, CANONICAL_BASE).instruments["my-diary"]
    assert (family.licence.redistribution, family.texts["en"][0].status) == ("allowed", "draft")
    assert list(root.iterdir()) == [root / "my-diary"]


def test_json_names_every_place(file: Path, tmp_path: Path) -> None:
    said = vigie(str(file), "--out", str(tmp_path / "instruments"), "--json")
    found = json.loads(said.stdout)
    assert found["instrument"] == "sleep-diary"
    assert found["values"] > found["carried"] > 0
    assert ["item[1].initial[0].valueInteger"] in [finding["paths"] for finding in found["listed"]]
    assert found["not_valid_r4"] == []


def test_nothing_is_written_over(file: Path, tmp_path: Path) -> None:
    assert vigie(str(file), "--out", str(tmp_path)).exit_code == 0
    again = vigie(str(file), "--out", str(tmp_path))
    assert (again.exit_code, "exists already: name another id with --id" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--id", "My Diary"], "'My Diary' is no instrument id: 2 to 40 of a-z, 0-9 and -, a letter first"),
        (["--out", "/dev/null/x"], "Not a directory"),
    ],
)
def test_what_cannot_be_done_is_said(file: Path, arguments: list[str], words: str) -> None:
    said = vigie(str(file), *arguments)
    assert (said.exit_code, words in said.stderr) == (1, True), said.output


def test_a_file_that_is_no_questionnaire_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"resourceType": "Patient"}', encoding="utf-8")
    said = vigie(str(file), "--out", str(tmp_path / "instruments"))
    assert (said.exit_code, "the file holds a Patient: give one FHIR R4 Questionnaire" in said.stderr) == (1, True)
    assert not (tmp_path / "instruments").exists()
