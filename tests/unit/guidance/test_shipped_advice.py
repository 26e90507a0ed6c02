"""The advice that ships: complete in every language, short, sourced, and kept as it was published."""

import re

import pytest

from app.services.check_advice import check_advice
from app.wording import Wordings
from guidance.advice import Advice
from guidance.library import ADVICE_FOLDER, AdviceLibrary
from questionnaires.digests import read_lock
from tests.support.scoring import shipped

LIBRARY = AdviceLibrary.load()
NEWEST = list(LIBRARY.newest.values())
LANGUAGES = sorted(Wordings.load().by_language)

ON_FLUIDS_FOOD_OR_ACTIVITY = ["appetite", "constipation", "diarrhea", "dry-mouth", "fatigue", "nausea", "vomiting"]
UNLESS = {
    "fr": "sauf avis contraire de votre équipe",
    "en": "unless your team told you otherwise",
    "ar": "ما لم يقل لك فريقك الطبي غير ذلك",
}
CALL = {
    "fr": ("Appelez votre équipe sans attendre si ", "Appelez tout de suite votre équipe si "),
    "en": ("Call your care team without waiting if ", "Call your care team at once if "),
    "ar": ("يُرجى الاتصال بفريقك الطبي من دون انتظار ", "يُرجى الاتصال فورًا بفريقك الطبي "),
}

every_advice = pytest.mark.parametrize("advice", NEWEST, ids=lambda advice: str(advice.ref))
every_language = pytest.mark.parametrize("language", LANGUAGES)


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?؟])\s+", text)


def test_every_published_version_is_as_it_was_published() -> None:
    locked = read_lock((ADVICE_FOLDER / "published.lock").read_text(encoding="utf-8"))
    assert LIBRARY.digests() == locked, "publish it as a new version: vigie publish"
    assert check_advice().problems == ()


def test_every_concept_is_a_symptom_that_a_shipped_instrument_asks() -> None:
    books = [book for found in shipped()[1].by_canonical.values() for book in found]
    asked = {rule.concept for book in books for rule in book.symptom_rules}
    assert LIBRARY.newest.keys() - asked == set()


def test_every_source_is_cited() -> None:
    cited = {key for advice in LIBRARY.versions.values() for key in advice.references}
    assert cited == LIBRARY.references.keys()


@every_advice
def test_it_speaks_every_language_of_the_service(advice: Advice) -> None:
    assert sorted(advice.words) == LANGUAGES


@every_language
@every_advice
def test_it_is_short_and_whole(advice: Advice, language: str) -> None:
    words = advice.words[language]
    assert 2 <= len(words.title.split()) <= 5
    assert 2 <= len(sentences(words.text)) <= 3
    assert len(sentences(words.call_if)) == 1
    assert words.text.endswith(".")
    assert words.call_if.endswith(".")
    assert words.call_if.startswith(CALL[language])


@every_language
@every_advice
def test_the_treatment_team_has_the_last_word_on_what_to_drink_eat_and_do(advice: Advice, language: str) -> None:
    expected = advice.ref.concept in ON_FLUIDS_FOOD_OR_ACTIVITY
    assert (UNLESS[language] in advice.words[language].text) is expected


@every_advice
def test_the_languages_name_the_same_numbers(advice: Advice) -> None:
    numbers = [
        sorted(re.findall(r"\d+(?:[.,]\d)?", f"{said.text} {said.call_if}".replace(",0", ".0")))
        for said in advice.words.values()
    ]
    assert numbers[0] == numbers[1] == numbers[2]


@every_advice
def test_french_keeps_its_punctuation_on_the_line(advice: Advice) -> None:
    words = advice.words["fr"]
    assert re.findall(r" [:;?!]", f"{words.title} {words.text} {words.call_if}") == []
