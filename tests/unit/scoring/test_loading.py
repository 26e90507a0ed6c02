from pathlib import Path

import pytest

from questionnaires.digests import read_lock
from questionnaires.errors import InstrumentInvalid
from scoring.operators import OPERATORS
from tests.support.scoring import BASE, INSTRUMENTS, pre_consultation, shipped
from tests.unit.scoring.mini_instrument import ALERTS, DEFINITION, FILES, SCORING, TABLE, load, problems, write

CANONICAL = f"{BASE}/Questionnaire/mini|1.0.0"


def second_version(**changes: tuple[str, str]) -> dict[str, str]:
    """The scoring version 1.10.0 beside 1.0.0: the same files in a folder of their own."""
    moved = {}
    for name in (SCORING, ALERTS, TABLE):
        text = FILES[name].replace('version: "1.0.0"', 'version: "1.10.0"')
        text = text.replace('scoring: "1.0.0"', 'scoring: "1.10.0"')
        moved[name.replace("1.0.0", "1.10.0")] = text
    for name, (old, new) in changes.items():
        key = {"scoring": SCORING, "alerts": ALERTS}[name].replace("1.0.0", "1.10.0")
        assert old in moved[key]
        moved[key] = moved[key].replace(old, new)
    return moved


def texts(root: Path) -> list[str]:
    return [str(problem) for problem in problems(root)]


def test_versions_are_ordered_by_number_and_found_by_name(tmp_path: Path) -> None:
    nine = {name.replace("1.10.0", "1.9.0"): t.replace("1.10.0", "1.9.0") for name, t in second_version().items()}
    write(tmp_path, second_version() | nine)
    rulebooks = load(tmp_path)
    assert [book.version for book in rulebooks.by_canonical[CANONICAL]] == ["1.0.0", "1.9.0", "1.10.0"]
    questionnaire = rulebooks.by_canonical[CANONICAL][0].questionnaire
    assert rulebooks.current(questionnaire).version == "1.10.0"
    assert rulebooks.of(questionnaire, "1.9.0").version == "1.9.0"
    with pytest.raises(KeyError, match=r"2\.0\.0"):
        rulebooks.of(questionnaire, "2.0.0")
    assert rulebooks.digests().keys() == {f"scoring:mini|{version}" for version in ("1.0.0", "1.9.0", "1.10.0")}


def test_one_scoring_version_is_bound_to_every_definition_that_it_names(tmp_path: Path) -> None:
    newer = FILES[DEFINITION].replace('version: "1.0.0"', 'version: "1.1.0"')
    scoring = ('definitions: ["1.0.0"]', 'definitions: ["1.0.0", "1.1.0"]\ncomparable_definitions: ["1.0.0"]')
    write(tmp_path, {"definition/1.1.0.yaml": newer, SCORING: scoring})
    found = load(tmp_path).by_canonical
    assert {key: [book.questionnaire.version for book in books] for key, books in found.items()} == {
        CANONICAL: ["1.0.0"],
        CANONICAL.replace("1.0.0", "1.1.0"): ["1.1.0"],
    }
    assert found[CANONICAL.replace("1.0.0", "1.1.0")][0].comparable == {"1.0.0", "1.1.0"}


def test_a_definition_without_scoring_is_named(tmp_path: Path) -> None:
    newer = FILES[DEFINITION].replace('version: "1.0.0"', 'version: "1.1.0"')
    write(tmp_path, {"definition/1.1.0.yaml": newer})
    assert texts(tmp_path) == ["mini/scoring:1: no scoring version scores definition 1.1.0"]


def test_an_instrument_without_scoring_is_named(tmp_path: Path) -> None:
    write(tmp_path, {SCORING: None, ALERTS: None, TABLE: None})
    assert texts(tmp_path) == ["mini/scoring:1: no scoring version scores definition 1.0.0"]


def test_the_damage_of_several_folders_is_named_at_once(tmp_path: Path) -> None:
    write(tmp_path, {SCORING: ("operator: value", "operator: sqrt")}, id="first")
    write(tmp_path, {TABLE: ("0,2,0", "0,2,zero")}, id="second")
    write(tmp_path, {ALERTS: None}, id="third")
    write(tmp_path, {SCORING: "scores: [\n"}, id="fourth")
    write(tmp_path, {SCORING: ("higher_is: better", "higher: better")}, id="fifth")
    write(tmp_path, id="sound")
    found = texts(tmp_path)
    assert found == sorted(found)
    assert [text for text in found if text.startswith("first/")] == [
        f"first/scoring/1.0.0/scoring.yaml:22: there is no operator 'sqrt': allowed: {', '.join(OPERATORS)}"
    ]
    assert [text for text in found if text.startswith("second/")] == [
        "second/scoring/1.0.0/scoring.yaml:12: there is no table 'nausea': allowed: nothing",
        "second/scoring/1.0.0/tables/nausea.csv:4: every cell is a whole number",
    ]
    assert [text for text in found if text.startswith("third/")] == [
        "third/scoring/1.0.0/alerts.yaml:1: the file is missing"
    ]
    assert [text for text in found if text.startswith("fourth/")] == [
        "fourth/scoring/1.0.0/scoring.yaml:2: not YAML: did not find expected node content"
    ]
    [unknown, missing] = [text for text in found if text.startswith("fifth/")]
    assert "'scores.1.higher_is' is missing" in unknown
    assert "unknown key 'scores.1.higher': did you mean 'higher_is'?" in missing
    assert not any(text.startswith("sound/") for text in found)


def test_the_exception_lists_what_is_wrong(tmp_path: Path) -> None:
    write(tmp_path, {ALERTS: None})
    with pytest.raises(InstrumentInvalid, match=r"1 problem.*\n.*alerts\.yaml:1: the file is missing"):
        load(tmp_path)


def test_what_a_file_says_of_itself_is_what_its_place_says(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            SCORING: ('instrument: mini\nversion: "1.0.0"', 'instrument: maxi\nversion: "1.0.1"'),
            ALERTS: ('instrument: mini\nscoring: "1.0.0"', 'instrument: midi\nscoring: "1.0.2"'),
        },
    )
    assert texts(tmp_path) == [
        f"mini/{ALERTS}:1: the file says instrument 'midi', its place says 'mini'",
        f"mini/{ALERTS}:2: the file says scoring '1.0.2', its place says '1.0.0'",
        f"mini/{SCORING}:1: the file says instrument 'maxi', its place says 'mini'",
        f"mini/{SCORING}:2: the file says version '1.0.1', its place says '1.0.0'",
    ]


def test_a_scoring_folder_that_is_no_version_is_named(tmp_path: Path) -> None:
    moved = {name.replace("1.10.0", "newest"): text for name, text in second_version().items()}
    write(tmp_path, moved)
    assert texts(tmp_path) == [
        "mini/scoring/newest/alerts.yaml:2: the file says scoring '1.10.0', its place says 'newest'",
        "mini/scoring/newest/scoring.yaml:2: the file says version '1.10.0', its place says 'newest'",
    ]


def test_a_table_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / TABLE).write_bytes("frequency,severity,valué\n".encode("latin-1"))
    assert texts(tmp_path) == [
        f"mini/{SCORING}:12: there is no table 'nausea': allowed: nothing",
        f"mini/{TABLE}:1: the file is not UTF-8 (byte 23)",
    ]


def test_a_newer_scoring_version_may_change_rules(tmp_path: Path) -> None:
    write(tmp_path, second_version(alerts=("rise_of: 1", "rise_of: 2")))
    digests = load(tmp_path).digests()
    assert digests["scoring:mini|1.0.0"] != digests["scoring:mini|1.10.0"]


def test_what_is_shipped_has_the_digest_that_was_published() -> None:
    catalogue, rulebooks = shipped()
    locked = read_lock((INSTRUMENTS.parent / "published.lock").read_text(encoding="utf-8"))
    scorings = {name: digest for name, digest in locked.items() if name.startswith("scoring:")}
    assert rulebooks.digests() == scorings
    assert pre_consultation() is rulebooks.of(catalogue.get("pre-consultation"), "1.0.0")
