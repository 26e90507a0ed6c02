"""The service's own words: the same in every language, with the plurals that each has."""

import re
from itertools import combinations

import pytest
from babel import Locale

from app.wording import Wordings

WORDINGS = Wordings.load().by_language
PLURALS = {"zero", "one", "two", "few", "many", "other"}


def stems(language: str) -> dict[str, set[str]]:
    """Key -> the plural forms that it has; none for a sentence that does not count."""
    found: dict[str, set[str]] = {}
    for key in WORDINGS[language].words:
        stem, _, form = key.rpartition(".")
        if form in PLURALS and "." in stem:
            found.setdefault(stem, set()).add(form)
        else:
            found[key] = set()
    return found


def parts(words: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", words))


def test_three_languages_are_spoken() -> None:
    assert set(WORDINGS) == {"fr", "en", "ar"}


@pytest.mark.parametrize(("one", "other"), list(combinations(sorted(WORDINGS), 2)))
def test_two_languages_have_the_same_sentences(one: str, other: str) -> None:
    assert stems(one).keys() == stems(other).keys()


@pytest.mark.parametrize("language", sorted(WORDINGS))
def test_what_counts_has_every_plural_of_its_language(language: str) -> None:
    wanted = set(Locale(language).plural_form.tags) | {"other"}
    counting = {stem: forms for stem, forms in stems(language).items() if forms}
    assert counting
    assert {stem for stem, forms in counting.items() if forms != wanted} == set()


@pytest.mark.parametrize("language", sorted(WORDINGS))
def test_a_sentence_has_the_same_parts_in_every_language(language: str) -> None:
    english = WORDINGS["en"].words
    for key, words in WORDINGS[language].words.items():
        if key in english and not stems(language).get(key.rpartition(".")[0]):
            assert parts(words) == parts(english[key]), key


@pytest.mark.parametrize("language", sorted(WORDINGS))
def test_no_sentence_is_empty(language: str) -> None:
    assert [key for key, words in WORDINGS[language].words.items() if not words.strip()] == []


def test_counting_takes_the_form_of_the_number() -> None:
    arabic = WORDINGS["ar"]
    said = [arabic.count("synthesis.more", number) for number in (1, 2, 3, 11, 100)]
    assert len(set(said)) == 5
    assert "3" in said[2]
    assert WORDINGS["fr"].count("synthesis.more", 1_000_000) == "et 1\u202f000\u202f000 de plus"


def test_french_signs_stay_with_the_word_before_them() -> None:
    """No line begins with a colon: U+00A0 before it, U+202F before the finer signs (Imprimerie nationale, Lexique)."""
    loose = {key for key, words in WORDINGS["fr"].words.items() if re.search(r" [:;?!»]|« ", words)}
    assert loose == set()
    assert "\u00a0:" in WORDINGS["fr"].words["synthesis.named"]
    assert "\u202f;" in WORDINGS["fr"].words["synthesis.and_then"]
