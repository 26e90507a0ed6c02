"""Loading the advice files: what is there, and every fault of a file named with its place."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from guidance.advice import AdviceRef, AdviceWords
from guidance.library import AdviceLibrary
from questionnaires.errors import InstrumentInvalid
from tests.support.advice_files import NAUSEA, REFERENCES, SECOND, write_advice

FILE = "advice/nausea.yaml"


def problems_of(place: Path, changes: Mapping[str, str | None]) -> list[str]:
    with pytest.raises(InstrumentInvalid) as caught:
        AdviceLibrary.load(write_advice(place, changes))
    return [str(problem) for problem in caught.value.problems]


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    library = AdviceLibrary.load(write_advice(tmp_path))
    advice = library.newest["nausea"]
    assert (advice.ref, advice.at_least, advice.references) == (AdviceRef("nausea", 1), 1, ("own",))
    assert list(advice.words) == ["fr", "en", "ar"]
    assert advice.words["en"] == AdviceWords("Feeling sick", "Eat little.", "Call if it lasts.")
    assert library.references["own"].citation == "The Vigie project."
    assert library.find(advice.ref) is advice


def test_the_newest_version_is_chosen_and_every_earlier_one_stays_readable(tmp_path: Path) -> None:
    library = AdviceLibrary.load(write_advice(tmp_path, {FILE: NAUSEA + SECOND}))
    newest, first = library.newest["nausea"], library.find(AdviceRef("nausea", 1))
    assert (newest.ref.version, newest.at_least) == (2, 2)
    assert first is not None
    assert first.words["en"].title == "Feeling sick"
    assert library.find(AdviceRef("nausea", 3)) is None
    assert library.find(AdviceRef("pain", 1)) is None


def test_a_new_version_changes_no_digest_of_an_earlier_one(tmp_path: Path) -> None:
    first = AdviceLibrary.load(write_advice(tmp_path / "first")).digests()
    both = AdviceLibrary.load(write_advice(tmp_path / "both", {FILE: NAUSEA + SECOND})).digests()
    assert list(first) == ["advice:nausea|1"]
    assert list(both) == ["advice:nausea|1", "advice:nausea|2"]
    assert both["advice:nausea|1"] == first["advice:nausea|1"] != both["advice:nausea|2"]


@pytest.mark.parametrize(
    ("written", "instead", "changes"),
    [
        ("Eat little.", "Eat more.", True),
        ("Call if it lasts.", "Call.", True),
        ("Feeling sick", "Being sick", True),
        ("الشعور بالغثيان", "الغثيان", True),
        ("references: [own]", "from: 2\n    references: [own]", True),
        ("references: [own]", "from: 1\n    references: [own]", False),
        ("references: [own]", "references: [own]  # a comment", False),
    ],
)
def test_a_digest_is_of_what_is_said_and_not_of_how_it_is_written(
    tmp_path: Path, written: str, instead: str, changes: bool
) -> None:
    assert NAUSEA.count(written) == 1
    before = AdviceLibrary.load(write_advice(tmp_path / "before")).digests()
    after = AdviceLibrary.load(write_advice(tmp_path / "after", {FILE: NAUSEA.replace(written, instead)})).digests()
    assert (before != after) is changes


def test_the_same_words_for_another_concept_have_another_digest(tmp_path: Path) -> None:
    folder = write_advice(tmp_path, {"advice/vomiting.yaml": NAUSEA.replace("concept: nausea", "concept: vomiting")})
    first, second = AdviceLibrary.load(folder).digests().values()
    assert first != second


@pytest.mark.parametrize(
    ("written", "instead", "line", "text"),
    [
        ("concept: nausea", "concep: nausea", 1, "unknown key 'concep': did you mean 'concept'? allowed: concept, ver"),
        ("concept: nausea", "concept: pain", 1, "the file says concept 'pain', its place says 'nausea'"),
        ("concept: nausea", "concept: Nausea!", 1, "'concept': string should match pattern"),
        ("version: 1", "version: 0", 4, "'versions.0.version': input should be greater than or equal to 1"),
        ("version: 1", "version: one", 4, "'versions.0.version': input should be a valid integer"),
        ("version: 1", "version: 1\n    from: 0", 5, "'versions.0.from': input should be greater than or equal to 1"),
        ("version: 1", "version: 1\n    form: 2", 5, "unknown key 'versions.0.form': did you mean 'from'? allowed: v"),
        ("references: [own]", "references: []", 5, "'versions.0.references': tuple should have at least 1 item"),
        ("references: [own]", "references: [owm]", 5, "there is no reference 'owm': did you mean 'own'? allowed: own"),
        ("fr: {", "de: {", 7, "unknown key 'versions.0.words.de': allowed: fr, en, ar"),
        ("call_if: Call", "call: Call", 8, "unknown key 'versions.0.words.en.call': did you mean 'call_if'? allowed"),
        ("text: Eat little.", 'text: ""', 8, "'versions.0.words.en.text': string should have at least 1 character"),
        ("text: Eat little.", "text: a, text: b", 8, "the key 'text' stands twice"),
        ("concept: nausea", "concept: [", 4, "not YAML: "),
    ],
)
def test_a_fault_of_a_file_is_named_with_its_line(
    tmp_path: Path, written: str, instead: str, line: int, text: str
) -> None:
    assert NAUSEA.count(written) == 1
    found = problems_of(tmp_path, {FILE: NAUSEA.replace(written, instead)})
    assert any(problem.startswith(f"guidance/{FILE}:{line}: {text}") for problem in found), found


def test_a_language_that_is_missing_is_named(tmp_path: Path) -> None:
    arabic = next(line for line in NAUSEA.splitlines(keepends=True) if line.startswith("      ar:"))
    said = problems_of(tmp_path, {FILE: NAUSEA.replace(arabic, "")})
    assert said == [f"guidance/{FILE}:6: 'versions.0.words.ar' is missing"]


def test_a_file_holds_a_version(tmp_path: Path) -> None:
    (said,) = problems_of(tmp_path, {FILE: "concept: nausea\nversions: []\n"})
    assert said == f"guidance/{FILE}:1: the file: value error, a file holds at least one version"


@pytest.mark.parametrize("second", ["version: 1", "version: 0001"])
def test_versions_rise(tmp_path: Path, second: str) -> None:
    (said,) = problems_of(tmp_path, {FILE: NAUSEA + SECOND.replace("version: 2", second)})
    assert said == f"guidance/{FILE}:1: the file: value error, each version has a higher number than the one before it"


def test_the_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    changes = {FILE: NAUSEA.replace("title: Feeling sick, ", ""), "advice/pain.yaml": "concept: pain\n"}
    assert problems_of(tmp_path, changes) == [
        "guidance/advice/nausea.yaml:8: 'versions.0.words.en.title' is missing",
        "guidance/advice/pain.yaml:1: 'versions' is missing",
    ]


def test_sources_that_cannot_be_read_are_told_once(tmp_path: Path) -> None:
    assert problems_of(tmp_path, {"references.yaml": None}) == ["guidance/references.yaml:1: the file is missing"]
    damaged = REFERENCES.replace("citation", "citatoin")
    found = problems_of(tmp_path, {"references.yaml": damaged})
    assert [problem for problem in found if "references.yaml" not in problem] == []
