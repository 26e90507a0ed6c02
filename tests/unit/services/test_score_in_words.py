"""A trace in words: every score of every shipped instrument has its sentences, and they say what the trace says."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from app.services.score_in_words import score_in_words
from app.wording import Wordings
from questionnaires.response import CheckedResponse
from questionnaires.validation import validate
from scoring.rules import MissingPolicy
from scoring.trace import explain
from tests.support.scoring import shipped

WORDINGS = Wordings.load()
CATALOGUE, RULEBOOKS = shipped()


def words(
    instrument: str,
    answers: Mapping[str, object],
    name: str,
    language: str = "en",
    policy: MissingPolicy | None = None,
) -> list[str]:
    """The sentences of one score of one response."""
    questionnaire = CATALOGUE.get(instrument)
    book = RULEBOOKS.current(questionnaire)
    response = validate(questionnaire, answers)
    assert isinstance(response, CheckedResponse), response
    trace = explain(book.under(policy) if policy else book, response, name)
    text = CATALOGUE.instruments[instrument].text(questionnaire, language)
    return list(score_in_words(trace, questionnaire, text, WORDINGS.by_language[language]))


def test_a_prorated_sum_says_what_it_put_in_the_place_of_what_is_missing() -> None:
    answers = {f"PHQ{n}": "2" for n in range(1, 8)} | {"PHQ1": "3"}
    said = words("phq-9", answers, "PHQ9_TOTAL", policy=MissingPolicy.PRORATE)
    # 15 over seven answers: the others count as 15 / 7 = 2.142857..., and 15 * 9 / 7 = 19.285714...
    assert said[0] == "PHQ9_TOTAL is 19.285714 (moderately severe)."
    assert said[9] == "PHQ9: No value: a question was left open. It counts as 2.142857."
    assert said[10].startswith(
        "Sum: 3 + 2 + 2 + 2 + 2 + 2 + 2 + 2.142857 + 2.142857 = 19.285714. Rounded to 6 decimals"
    )
    assert said[11].startswith("Missing answers: at least 7 of 9 values are needed")
    assert said[12] == "From 0 to 27; higher is worse."
    assert said[13].startswith("Source: Kroenke")
    assert len(said) == 15


def test_a_functioning_scale_shows_its_formula_in_french() -> None:
    said = words("eortc-qlq-c30", {"Q1": "2", "Q2": "1", "Q4": "3"}, "PF", "fr")
    assert said[0] == "PF vaut 66,666667."
    assert "Moyenne\u00a0: (2 + 1 + 2 + 3 + 2) / 5 = 2." in said[6]
    assert "(1 - (2 - 1) / (4 - 1)) × 100 = 66,666667" in said[6]
    assert "Un changement compte à partir de 10 (mieux) ou de 10 (moins bien)." in said
    assert "Un changement est petit à partir de 5, modéré à partir de 10, grand au-delà de 20." in said


def test_a_value_set_shows_what_each_level_takes_away() -> None:
    said = words("eq-5d-5l", {"MO": "1", "SC": "2", "UA": "3", "PD": "4", "AD": "5"}, "INDEX_FR")
    assert said[0] == "INDEX_FR is 0.402."
    assert said[6] == (
        "Table france: 1 - 0.03656 - 0.03979 - 0.26374 - 0.25803 = 0.40188. Rounded to 3 decimals, half away from zero."
    )


def test_a_state_is_no_number() -> None:
    said = words("eq-5d-5l", {"MO": "1", "SC": "2", "UA": "3", "PD": "4", "AD": "5"}, "STATE")
    assert said[0] == "STATE is 12345: the answers one after the other. It is a name, not a number."
    assert not any(sentence.startswith("From ") for sentence in said)


def test_a_reversed_answer_shows_both_numbers() -> None:
    said = words("fact-g", {f"GP{n}": "1" for n in range(1, 8)}, "PWB")
    assert said[1] == "GP1: 1, turned round within 0 to 4: 3"


def test_the_share_of_all_questions_that_a_total_needs_is_said() -> None:
    some = {
        f"{scale}{n}": "1" for scale, items in (("GP", 4), ("GS", 4), ("GE", 4), ("GF", 4)) for n in range(1, 1 + items)
    }
    said = words("fact-g", some, "FACTG")
    assert said[0] == "FACTG is not scored: too few of the questions were answered."
    assert "Besides, at least 22 of 27 questions must be answered: 16 are." in said


def test_the_band_of_an_answer_is_said() -> None:
    said = words("esas-r", {"pain": 7}, "TOTAL")
    assert said[1] == "pain: 7 (severe)"
    assert said[0] == "TOTAL is not scored: a question was left open."


def test_the_words_of_the_questionnaire_stand_where_it_has_any() -> None:
    answers = {"can-wait": "yes", "pain-frequency": "0"}
    said = words("pre-consultation", answers, "pain_composite", "fr")
    assert said[0] == "Douleur (grade composite 0-3) vaut 0."
    assert said[1].endswith("= 0")
    assert said[2].endswith("du fait d’une réponse précédente. Compte pour 0.")
    assert "Ce n’est pas un grade CTCAE." in said[7]


def test_a_score_without_words_is_called_by_its_concept() -> None:
    questionnaire = CATALOGUE.get("pre-consultation")
    response = validate(questionnaire, {"can-wait": "yes", "pain-frequency": "0"})
    assert isinstance(response, CheckedResponse), response
    text = CATALOGUE.instruments["pre-consultation"].text(questionnaire, "en")
    assert text is not None
    trace = explain(RULEBOOKS.current(questionnaire), response, "pain_composite")
    said = score_in_words(trace, questionnaire, replace(text, scores={}), WORDINGS.by_language["en"])
    assert said[0] == "Pain is 0."


def test_a_pre_grade_says_that_a_clinician_gives_the_grade() -> None:
    said = words("oral-therapy-weekly", {"can-wait": "yes", "temperature": Decimal("39.5")}, "fever_pre_grade_v5")
    assert said[0].endswith(" 2.")
    assert any("A clinician gives the grade." in sentence and "5.0" in sentence for sentence in said)


@pytest.mark.parametrize("language", sorted(WORDINGS.by_language))
@pytest.mark.parametrize("instrument", sorted(CATALOGUE.instruments))
def test_every_score_and_every_band_has_words_in_every_language(instrument: str, language: str) -> None:
    """With all answers at their lowest, at their highest, and with none: no sentence lacks a word or a part."""
    questionnaire = CATALOGUE.get(instrument)
    book = RULEBOOKS.current(questionnaire)
    wording = WORDINGS.by_language[language]
    text = CATALOGUE.instruments[instrument].text(questionnaire, language)
    ends: list[dict[str, object]] = [{}, {}, {}]
    for source in (source for bound in book.rules.values() for source in bound.inputs if source.item):
        weights = {o.weight: o.code for o in source.item.options if o.weight is not None} if source.item else {}
        for answers, end in ((ends[1], source.low), (ends[2], source.high)):
            answers[source.name] = next((code for weight, code in weights.items() if weight == end), end)
    for answers in ends:
        response = CheckedResponse(
            questionnaire,
            {link_id: (value,) for link_id, value in answers.items()},  # type: ignore[misc]
            frozenset(reach.item.link_id for reach in questionnaire.reaches),
        )
        for name in book.rules:
            sentences = score_in_words(explain(book, response, name), questionnaire, text, wording)
            assert all(sentence and "{" not in sentence for sentence in sentences)
            assert sentences[-1].count(questionnaire.canonical) == 1
    bands = {band.band for bound in book.rules.values() for band in bound.rule.bands}
    bands |= {band.band for entry in book.item_bands for band in entry.bands}
    assert all(f"band.{band}" in wording.words for band in bands)


def test_a_percentage_below_0_shows_its_quotient_and_that_it_counts_as_0() -> None:
    weights = {"can-wait": "yes", "weight": Decimal("62.5"), "weight-baseline": Decimal(60)}
    lost = words("oral-therapy-weekly", weights, "weight_loss_percent")
    assert "(60 - 62.5) / 60 × 100 = -4.166667 %. Below 0 it counts as 0." in lost
    gained = words("oral-therapy-weekly", weights, "weight_gain_percent")
    assert any(said.startswith("(62.5 - 60) / 60 × 100 = 4.166667 %.") and "Below" not in said for said in gained)


def test_the_exact_value_of_a_score_is_shown_where_it_decides_at_an_edge() -> None:
    # 4.996 % is published as 5.00 to two decimals, and is no grade: 5 % would be.
    weights = {"can-wait": "yes", "weight": Decimal("95.004"), "weight-baseline": Decimal(100)}
    said = words("oral-therapy-weekly", weights, "weight_loss_pre_grade_v5")
    assert "4.996" in said[1]
    assert "the number lies where the table gives no grade" in said[0]


def test_an_index_without_any_step_says_so() -> None:
    said = words("eq-5d-5l", dict.fromkeys(("MO", "SC", "UA", "PD", "AD"), "1"), "INDEX_FR")
    assert "Table france: 1, and nothing to add." in said
