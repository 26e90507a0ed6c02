"""What ships is sound: every worked example is computed again, every text is complete, no digest has moved."""

import pytest

from app.services.check_instruments import check_instruments
from questionnaires.definition import Questionnaire
from questionnaires.digests import read_lock
from questionnaires.folder import Folder
from questionnaires.translations import gaps
from scoring.examples import WorkedExample, differences, load_examples
from scoring.loading import load_rulebooks
from tests.support.questionnaires import CANONICAL_BASE, INSTRUMENTS, shipped

LANGUAGES = ["ar", "en", "fr"]
RULEBOOKS = load_rulebooks(INSTRUMENTS, shipped())


def examples() -> list[WorkedExample]:
    found: list[WorkedExample] = []
    for instrument in shipped().instruments.values():
        folder = Folder(INSTRUMENTS / instrument.id)
        found.extend(load_examples(folder, instrument, RULEBOOKS))
        assert not folder.problems
    return found


EXAMPLES = examples()


@pytest.mark.parametrize("worked", EXAMPLES, ids=lambda worked: worked.file)
def test_a_worked_example_comes_out_as_it_was_worked_by_hand(worked: WorkedExample) -> None:
    assert list(differences(worked)) == []


def test_every_file_of_examples_is_worked() -> None:
    files = {path.relative_to(INSTRUMENTS).as_posix() for path in INSTRUMENTS.glob("*/examples/*")}
    assert files
    assert {worked.file for worked in EXAMPLES} == files


def test_an_example_is_named_as_its_file() -> None:
    assert {worked.file.split("/")[-1] for worked in EXAMPLES} == {f"{worked.example.name}.yaml" for worked in EXAMPLES}


def test_the_check_finds_nothing() -> None:
    report = check_instruments(INSTRUMENTS, CANONICAL_BASE)
    assert report.problems == ()


def test_nothing_that_is_published_has_changed() -> None:
    lock = (INSTRUMENTS.parent / "published.lock").read_text(encoding="utf-8")
    assert shipped().digests() | RULEBOOKS.digests() == read_lock(lock)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("questionnaire", list(shipped().questionnaires), ids=lambda q: f"{q.instrument}-{q.version}")
def test_every_version_that_we_may_word_has_all_its_words(questionnaire: Questionnaire, language: str) -> None:
    instrument = shipped().instruments[questionnaire.instrument]
    text = instrument.text(questionnaire, language)
    if instrument.licence.redistribution == "restricted":
        assert text is None
        return
    assert text is not None
    assert text.status != "draft"
    assert list(gaps(text, (questionnaire,))) == []
    names = {name for book in RULEBOOKS.by_canonical[questionnaire.canonical] for name in book.rules}
    assert names <= text.scores.keys()
