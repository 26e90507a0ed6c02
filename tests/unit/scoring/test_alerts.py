from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from questionnaires.definition import AnswerOption, Attribute, EnableOperator, EnableWhen, Item, ItemType
from questionnaires.response import CheckedResponse
from scoring.alerts import Alert, Trigger, evaluate_alerts, item_numbers
from scoring.engine import score
from scoring.rulebook import Rulebook, Watch
from scoring.rules import AlertRule, AlertSeverity, Since
from tests.support.scoring import (
    DECLINED,
    NAUSEA,
    RASH,
    WEEKLY,
    checked,
    pre_consultation,
    shipped,
    since_previous,
    small_rulebook,
)

BOOK = pre_consultation()
SOON, URGENT, ROUTINE = AlertSeverity.SOON, AlertSeverity.URGENT, AlertSeverity.ROUTINE
Answers = dict[str, object]


def alerts_of(now: Answers, previous: Answers | None = None, book: Rulebook = BOOK) -> tuple[Alert, ...]:
    wait: Answers = {"can-wait": "yes"} if book is BOOK else {}
    response = checked(book, wait | now)
    before = None if previous is None else checked(book, wait | previous)
    return evaluate_alerts(book, response, score(book, response), since_previous(before))


@pytest.mark.parametrize(
    ("now", "triggers"),
    [
        ({"nausea-frequency": "3", "nausea-severity": "1"}, (Trigger("severe-item", "nausea-frequency", 3),)),
        ({"nausea-frequency": "1", "nausea-severity": "4"}, (Trigger("severe-item", "nausea-severity", 4),)),
        ({"hair-loss-amount": "3"}, (Trigger("severe-item", "hair-loss-amount", 3),)),
        ({"fatigue-severity": "1", "fatigue-interference": "3"}, (Trigger("severe-item", "fatigue-interference", 3),)),
        (
            {"itching-severity": "3"},
            (Trigger("severe-item", "itching-severity", 3), Trigger("severe-composite", "itching_composite", 3)),
        ),
        (
            {"nausea-frequency": "4", "nausea-severity": "4"},
            (
                Trigger("severe-item", "nausea-frequency", 4),
                Trigger("severe-item", "nausea-severity", 4),
                Trigger("severe-composite", "nausea_composite", 3),
            ),
        ),
    ],
)
def test_three_or_more_raises_one_alert_for_the_symptom_with_every_trigger(
    now: Answers, triggers: tuple[Trigger, ...]
) -> None:
    [alert] = alerts_of(now)
    assert alert.severity is SOON
    assert alert.triggers == triggers


@pytest.mark.parametrize(
    "now",
    [
        {},
        {"nausea-frequency": "2", "nausea-severity": "2"},
        {"rash-presence": "1"},
        {"quality-of-life": 0},
        {"treatment-tolerance": "4"},
        {"sexual-interest-severity": DECLINED},
        {"nausea-frequency": "2"},
    ],
)
def test_what_is_below_three_or_not_watched_or_unknown_raises_none(now: Answers) -> None:
    assert alerts_of(now) == ()


@pytest.mark.parametrize(
    ("previous", "now", "trigger"),
    [
        (
            {"itching-severity": "0"},
            {"itching-severity": "2"},
            Trigger("worsened-item", "itching-severity", 2, 0, Since.PREVIOUS),
        ),
        # The severity was hidden under a frequency of 0: it counts as 0, so 2 is a rise of 2.
        (
            {"nausea-frequency": "0"},
            {"nausea-frequency": "1", "nausea-severity": "2"},
            Trigger("worsened-item", "nausea-severity", 2, 0, Since.PREVIOUS),
        ),
    ],
)
def test_a_rise_of_two_since_the_previous_response(previous: Answers, now: Answers, trigger: Trigger) -> None:
    assert alerts_of(now, previous) == (Alert(trigger.on.split("-")[0], SOON, (trigger,)),)


def test_a_rise_to_three_has_both_reasons() -> None:
    [alert] = alerts_of({"itching-severity": "3"}, {"itching-severity": "1"})
    assert {(t.rule, t.previous) for t in alert.triggers} == {
        ("severe-item", None),
        ("worsened-item", 1),
        ("severe-composite", None),
    }


@pytest.mark.parametrize(
    ("previous", "now"),
    [
        ({"itching-severity": "1"}, {"itching-severity": "2"}),
        ({"itching-severity": "2"}, {"itching-severity": "0"}),
        ({"itching-severity": "2"}, {"itching-severity": "2"}),
        # The earlier value is unknown: skipped, declined, or its lead was.
        ({}, {"itching-severity": "2"}),
        ({"sexual-interest-severity": DECLINED}, {"sexual-interest-severity": "2"}),
        ({}, {"nausea-frequency": "1", "nausea-severity": "2"}),
        ({"nausea-frequency": "1"}, {"nausea-frequency": "1", "nausea-severity": "2"}),
        # The value now is unknown.
        ({"itching-severity": "0"}, {}),
        ({"sexual-interest-severity": "0"}, {"sexual-interest-severity": DECLINED}),
    ],
)
def test_no_rise_of_less_than_two_and_none_from_or_to_the_unknown(previous: Answers, now: Answers) -> None:
    assert alerts_of(now, previous) == ()


def test_without_a_previous_response_no_rise_is_seen() -> None:
    assert alerts_of({"itching-severity": "2"}) == ()


def test_a_rule_on_an_option_code() -> None:
    response = checked(BOOK, {"can-wait": "no"})
    assert evaluate_alerts(BOOK, response, score(BOOK, response)) == (
        Alert("can_wait", URGENT, (Trigger("cannot-wait", "can-wait", "no"),)),
    )


def test_the_most_severe_alert_comes_first_and_the_others_keep_their_order() -> None:
    response = checked(BOOK, {"can-wait": "no", "pain-frequency": "3", "itching-severity": "4"})
    alerts = evaluate_alerts(BOOK, response, score(BOOK, response))
    assert [(alert.concept, alert.severity) for alert in alerts] == [
        ("can_wait", URGENT),
        ("pain", SOON),
        ("itching", SOON),
    ]


def watching(book: Rulebook, *rules: dict[str, Any]) -> Rulebook:
    """The same rulebook with these alert rules, each on an item, on a score, or on the scores of a kind."""
    items: list[Watch] = []
    scores: list[Watch] = []
    for rule in (AlertRule.model_validate({"name": "rule", "severity": "soon", "reference": "own"} | r) for r in rules):
        if rule.item:
            items.append(Watch(rule, rule.item, rule.item))
        else:
            bound = (b.rule for b in book.rules.values() if b.rule.kind is rule.scores or b.rule.name == rule.score)
            scores.extend(Watch(rule, score_rule.name, score_rule.concept) for score_rule in bound)
    return replace(book, item_watches=tuple(items), score_watches=tuple(scores))


def test_an_alert_is_as_severe_as_its_most_severe_trigger() -> None:
    book = watching(
        WEEKLY,
        {"item": "nausea", "at_least": "1", "severity": "routine"},
        {"item": "nausea", "at_least": "2", "severity": "urgent"},
        {"item": "pain", "at_least": "1", "severity": "routine"},
        {"item": "cough", "at_least": "1", "severity": "soon"},
    )
    found = alerts_of({"nausea": "2", "pain": "2", "cough": "2"}, book=book)
    assert [(alert.concept, alert.severity, len(alert.triggers)) for alert in found] == [
        ("nausea", URGENT, 2),
        ("cough", SOON, 1),
        ("pain", ROUTINE, 1),
    ]
    assert [alert.severity for alert in alerts_of({"nausea": "1"}, book=book)] == [ROUTINE]


def test_thresholds_compare_exactly() -> None:
    book = watching(WEEKLY, {"item": "well", "at_least": "7.5"})
    assert alerts_of({"well": 7}, book=book) == ()
    assert alerts_of({"well": 8}, book=book) == (Alert("well", SOON, (Trigger("rule", "well", 8),)),)


def test_a_rule_on_the_scores_of_a_kind_reads_what_was_scored() -> None:
    book = watching(WEEKLY, {"scores": "presence", "at_least": "1"})
    assert alerts_of({"rash": "1"}, book=book) == (Alert("rash", SOON, (Trigger("rule", "rash_presence", 1),)),)
    assert alerts_of({"rash": "0"}, book=book) == ()
    assert alerts_of({"rash": DECLINED}, book=book) == ()


def test_a_code_among_several_answers_is_found() -> None:
    book = watching(WEEKLY, {"item": "topics", "equals": "work"})
    assert alerts_of({"topics": ["family", "work"]}, book=book) == (
        Alert("topics", SOON, (Trigger("rule", "topics", "work"),)),
    )
    assert alerts_of({"topics": ["family"]}, book=book) == ()
    assert alerts_of({}, book=book) == ()


EARLIER = small_rulebook(NAUSEA, RASH, version="0.9.0")


def earlier(nausea: Item, answer: str) -> CheckedResponse:
    """A response to version 0.9.0 of the weekly questionnaire, which asked nausea so, and no pain."""
    questionnaire = replace(EARLIER.questionnaire, items=(nausea, RASH.item))
    return checked(replace(EARLIER, questionnaire=questionnaire), {"nausea": answer})


def test_the_previous_response_is_read_by_the_weights_of_its_own_version() -> None:
    book = watching(WEEKLY, {"item": "nausea", "rise_of": "2"}, {"item": "pain", "rise_of": "2"})
    now = checked(book, {"nausea": "3", "pain": "3"})
    halves = (AnswerOption("0", Decimal("0.5")), AnswerOption("1", Decimal(1)))
    before = earlier(replace(NAUSEA.item, options=halves), "0")
    # Pain was not asked in 0.9.0: no rise.
    assert evaluate_alerts(book, now, score(book, now), since_previous(before)) == (
        Alert("nausea", SOON, (Trigger("rule", "nausea", 3, Decimal("0.5"), Since.PREVIOUS),)),
    )


@pytest.mark.parametrize(
    "nausea", [Item("nausea", ItemType.TEXT), Item("nausea", ItemType.CHOICE, options=(AnswerOption("0"),))]
)
def test_an_item_that_gave_no_number_in_the_earlier_version_shows_no_rise(nausea: Item) -> None:
    book = watching(WEEKLY, {"item": "nausea", "rise_of": "2"})
    now = checked(book, {"nausea": "3"})
    assert evaluate_alerts(book, now, score(book, now), since_previous(earlier(nausea, "0"))) == ()


def test_the_numbers_are_those_of_the_watched_items_and_their_leads() -> None:
    codes = tuple(AnswerOption(str(n), n) for n in range(3))
    shown = (EnableWhen("often", EnableOperator.NOT_EQUAL, "0"),)
    lead = Item("often", ItemType.CHOICE, "pain", Attribute.FREQUENCY, options=codes)
    follow_up = Item("strong", ItemType.CHOICE, "pain", Attribute.SEVERITY, options=codes, enable_when=shown)
    watched = BOOK.rules["nausea_composite"]
    rule = replace(watched, items=(lead, follow_up))
    book = watching(
        replace(
            WEEKLY,
            questionnaire=replace(WEEKLY.questionnaire, items=(lead, follow_up, NAUSEA.item)),
            rules={"pain": rule},
        ),
        {"item": "strong", "at_least": "2"},
    )
    assert item_numbers(book, checked(book, {"often": "0", "nausea": "3"})) == {"often": 0, "strong": 0}
    assert item_numbers(book, checked(book, {"often": "1", "strong": "2"})) == {"often": 1, "strong": 2}
    assert item_numbers(book, checked(book, {"often": "1"})) == {"often": 1}
    # An unanswered lead hides nothing here ("!=" holds without an answer): the follow-up is skipped, not 0.
    assert item_numbers(book, checked(book, {})) == {}
    # Without branching of its own, the display may have left the follow-up out: under a lead of 0 it counts as 0.
    private = replace(follow_up, enable_when=(), options=(*codes, AnswerOption(DECLINED, opt_out=True)))
    always_open = replace(book, questionnaire=replace(book.questionnaire, items=(lead, private)))
    assert item_numbers(always_open, checked(always_open, {"often": "0"})) == {"often": 0, "strong": 0}
    assert item_numbers(always_open, checked(always_open, {"often": "1"})) == {"often": 1}
    assert item_numbers(always_open, checked(always_open, {"often": "0", "strong": DECLINED})) == {"often": 0}


def test_a_rise_is_seen_where_the_display_left_the_follow_up_out() -> None:
    catalogue, rulebooks = shipped()
    book = rulebooks.current(catalogue.get("pro-ctcae"))
    found = alerts_of({"PROCTCAE_9A_SCL": "1", "PROCTCAE_9B_SCL": "2"}, previous={"PROCTCAE_9A_SCL": "0"}, book=book)
    assert [(alert.concept, alert.severity) for alert in found] == [("nausea", SOON)]


@pytest.mark.parametrize(
    ("rule", "now", "previous", "fires"),
    [
        ({"item": "well", "at_most": "3"}, 3, None, True),
        ({"item": "well", "at_most": "3"}, 4, None, False),
        ({"score": "well_scale", "at_most": "3"}, 2, None, True),
        ({"item": "well", "fall_of": "2"}, 5, 7, True),
        ({"item": "well", "fall_of": "2"}, 5, 6, False),
        ({"item": "well", "fall_of": "2"}, 5, None, False),
    ],
)
def test_a_rule_may_watch_what_is_low_or_falls(
    rule: dict[str, Any], now: int, previous: int | None, fires: bool
) -> None:
    alerts = alerts_of({"well": now}, None if previous is None else {"well": previous}, watching(WEEKLY, rule))
    assert [trigger.value for alert in alerts for trigger in alert.triggers] == ([now] if fires else [])
    since = None if previous is None else Since.PREVIOUS
    assert [trigger.since for alert in alerts for trigger in alert.triggers] == ([since] if fires else [])
