"""An alert in words: every rule of every shipped instrument has a sentence in every language, and it says why."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from app.services.alert_in_words import alert_in_words
from app.services.evaluation import Basis
from app.wording import Wordings
from scoring.alerts import Alert, Circumstances, Earlier, Seen, Trigger, evaluate_alerts
from scoring.engine import score
from scoring.history import ResponseRef
from scoring.rulebook import Watch
from scoring.rules import AlertSeverity, Since
from scoring.score import Number
from tests.support.scoring import checked, shipped

WORDINGS = Wordings.load()
CATALOGUE, RULEBOOKS = shipped()
BEFORE = ResponseRef("before", 2)


def sentences(
    instrument: str,
    answers: Mapping[str, object],
    previous: Mapping[str, object] | None = None,
    language: str = "en",
    on_treatment: bool | None = None,
) -> list[str]:
    """The reasons of every alert of a response, in the order in which they are raised."""
    book = RULEBOOKS.current(CATALOGUE.get(instrument))
    response = checked(book, answers)
    earlier: dict[Since, Earlier] = {}
    if previous is not None:
        before = checked(book, previous)
        earlier[Since.PREVIOUS] = Earlier(before, score(book, before))
    alerts = evaluate_alerts(book, response, score(book, response), Circumstances(earlier, on_treatment))
    basis = Basis(book, dict.fromkeys(earlier, BEFORE), on_treatment)
    text = CATALOGUE.instruments[instrument].text(book.questionnaire, language)
    worded = [alert_in_words(alert, basis, text, WORDINGS.by_language[language]) for alert in alerts]
    return [reason.sentence for alert in worded for reason in alert.reasons]


def test_a_threshold_a_rise_and_a_code() -> None:
    answers = {"can-wait": "no", "pain-frequency": "1", "pain-severity": "3", "pain-interference": "0"}
    previous = {"can-wait": "yes", "pain-frequency": "1", "pain-severity": "1", "pain-interference": "0"}
    assert sentences("pre-consultation", answers, previous) == [
        "Can what worries you today wait until your visit? No, it cannot wait",
        "Pain, severity: 3, at 3 or more",
        "Pain, severity: 3, rose by 2 since the previous response (1 to 3)",
    ]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "Douleur, intensité\u00a0: 3, en hausse de 2 depuis la réponse précédente (de 1 à 3)"),
        ("en", "Pain, severity: 3, rose by 2 since the previous response (1 to 3)"),
        ("ar", "الألم، الشدة: 3، بارتفاع قدره 2 منذ الإجابة السابقة (من 1 إلى 3)"),
    ],
)
def test_a_rise_in_each_language(language: str, said: str) -> None:
    answers = {"can-wait": "yes", "pain-frequency": "1", "pain-severity": "3"}
    previous = {"can-wait": "yes", "pain-frequency": "1", "pain-severity": "1"}
    assert sentences("pre-consultation", answers, previous, language)[1] == said


def test_the_evidence_and_the_source_stand_with_the_sentence() -> None:
    book = RULEBOOKS.current(CATALOGUE.get("pre-consultation"))
    trigger = Trigger("worsened-item", "pain-severity", 3, 1, Since.PREVIOUS)
    basis = Basis(book, {Since.PREVIOUS: BEFORE}, None)
    alert = Alert("pain", AlertSeverity.SOON, (trigger,))
    (reason,) = alert_in_words(alert, basis, None, WORDINGS.by_language["en"]).reasons
    assert (reason.trigger, reason.compared_with, reason.reference) == (trigger, BEFORE, "basch-2016-star")
    assert reason.source is not None
    assert reason.source.doi == "10.1200/JCO.2015.63.0830"
    # Without the words, the item's name stands for them.
    assert reason.sentence == "pain-severity: 3, rose by 2 since the previous response (1 to 3)"


@pytest.mark.parametrize(("on_treatment", "doubt"), [(None, True), (True, False)])
def test_a_rule_for_the_time_of_treatment_says_where_nobody_said(on_treatment: bool | None, doubt: bool) -> None:
    book = RULEBOOKS.current(CATALOGUE.get("oral-therapy-weekly"))
    on = next(watch.on for watch in book.item_watches if watch.rule.during_treatment)
    text = CATALOGUE.instruments["oral-therapy-weekly"].text(book.questionnaire, "en")
    alert = Alert("temperature", AlertSeverity.URGENT, (Trigger("fever", on, Decimal("38.5")),))
    worded = alert_in_words(alert, Basis(book, {}, on_treatment), text, WORDINGS.by_language["en"])
    (sentence,) = [reason.sentence for reason in worded.reasons]
    assert ("was not said" in sentence) is doubt
    assert ": 38.5, at 38 or more" in sentence


def test_a_rule_that_the_scoring_does_not_know_any_more_still_says_what_was_seen() -> None:
    """Of an instrument in the making: what is published keeps its rules."""
    book = RULEBOOKS.current(CATALOGUE.get("pre-consultation"))
    triggers = (Trigger("gone", "pain-severity", 3), Trigger("gone", "vanished", 2, and_seen=(Seen("can-wait", "no"),)))
    worded = alert_in_words(
        Alert("pain", AlertSeverity.SOON, triggers), Basis(book, {}, None), None, WORDINGS.by_language["en"]
    )
    assert [reason.sentence for reason in worded.reasons] == [
        "pain-severity: 3",
        "vanished: 2, together with can-wait: no",
    ]
    assert [(reason.reference, reason.source) for reason in worded.reasons] == [(None, None)] * 2


def trigger_of(watch: Watch) -> Trigger:
    """What a rule might have seen: the least that makes it fire."""
    rule = watch.rule
    seen = tuple(
        Seen(when.item or when.score or "", when.equals or when.at_least or when.at_most or Decimal(0))
        for when in rule.and_when
    )
    value: Number | str | None = rule.equals
    if value is None:
        value = next(bound for bound in (rule.at_least, rule.at_most, rule.rise_of, Decimal(0)) if bound is not None)
    previous: Number | None = (Decimal(0) if rule.rise_of else rule.fall_of) if rule.compares else None
    return Trigger(rule.name, watch.on, value, previous, rule.since if rule.compares else None, seen)


@pytest.mark.parametrize("language", sorted(WORDINGS.by_language))
@pytest.mark.parametrize("instrument", sorted(CATALOGUE.instruments))
def test_every_rule_has_a_sentence_and_a_source_in_every_language(instrument: str, language: str) -> None:
    book = RULEBOOKS.current(CATALOGUE.get(instrument))
    text = CATALOGUE.instruments[instrument].text(book.questionnaire, language)
    basis = Basis(book, dict.fromkeys(Since, BEFORE), None)
    for watch in (*book.item_watches, *book.score_watches):
        alert = Alert(watch.concept, watch.rule.severity, (trigger_of(watch),))
        (reason,) = alert_in_words(alert, basis, text, WORDINGS.by_language[language]).reasons
        assert reason.sentence
        assert "{" not in reason.sentence
        assert reason.source is not None
        assert (reason.compared_with is not None) is watch.rule.compares
        if text is not None:
            # With words at hand, no name of an item or score is shown.
            assert f"{watch.on}:" not in reason.sentence


def test_a_choice_that_is_no_attribute_of_its_concept_is_said_as_question_and_answer() -> None:
    book = RULEBOOKS.current(CATALOGUE.get("symptom-watch"))
    text = CATALOGUE.instruments["symptom-watch"].text(book.questionnaire, "en")
    assert text is not None
    trigger = Trigger(
        "breathlessness-new-or-worse", "breathlessness-severity", 2, and_seen=(Seen("breathlessness-new", 1),)
    )
    worded = alert_in_words(
        Alert("breathlessness", AlertSeverity.SOON, (trigger,)), Basis(book, {}, None), text, WORDINGS.by_language["en"]
    )
    (sentence,) = [reason.sentence for reason in worded.reasons]
    assert sentence.startswith("Breathlessness, severity: 2, at 2 or more, together with ")
    assert f"{text.items['breathlessness-new']} " in sentence
    assert sentence.endswith(" (1)")
