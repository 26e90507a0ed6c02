"""The page of scores in words: what each card is called, which version parts a value from the others, what has no
number."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from app.pages.scores_view import ScoresView
from app.services.read_longitudinal import ScoresOfPatient
from app.services.words import Words
from app.store.centre import Centre
from app.store.patient import Patient
from app.wording import Wordings
from scoring.history import PastResponse
from scoring.rulebook import Rulebook
from scoring.score_history import score_history
from scoring.synthesis import Mode
from tests.support.scoring import answered, day, pre_consultation, shipped

PATIENT = Patient(UUID(int=1), ())
CENTRE = Centre(UUID(int=2), "Test centre", Mode.ALERT, ("en",), "Europe/Paris", (), ())
CALM = {"can-wait": "yes"}
MILD = CALM | {"dry-mouth-severity": 1}
DRY = "dry_mouth_composite"


def current(instrument: str) -> Rulebook:
    catalogue, rulebooks = shipped()
    return rulebooks.current(catalogue.get(instrument))


def view(*responses: PastResponse) -> ScoresView:
    """The page of these responses to one instrument, oldest first, in English."""
    reader = responses[-1].rulebook
    found = ScoresOfPatient(
        patient=PATIENT,
        centre=CENTRE,
        words=Words(shipped()[0].instruments, shows_drafts=False),
        shown=reader.questionnaire,
        answered=(reader.questionnaire,),
        histories=tuple(score_history(reader, name, responses, 0) for name in reader.rules),
        until=day(28),
    )
    return ScoresView(found, Wordings.load().by_language["en"])


def scored_by(version: str, changes: Mapping[str, object]) -> Rulebook:
    """The shipped rulebook as another scoring version, which has another rule for the dry mouth."""
    book = pre_consultation()
    bound = replace(book.rules[DRY], rule=book.rules[DRY].rule.model_copy(update=changes))
    return replace(book, version=version, rules={**book.rules, DRY: bound})


OLDEST = scored_by("0.8.0", {"decimals": 2})
OLDER = scored_by("0.9.0", {"decimals": 1})


def test_no_line_joins_two_scoring_versions_that_do_not_compare() -> None:
    page = view(
        answered(day(1), MILD, OLDEST),
        answered(day(2), MILD, OLDER),
        answered(day(3), MILD, pre_consultation()),
        answered(day(4), MILD, pre_consultation()),
    )
    (card,) = page.cards
    assert [len(line.split()) for line in card.chart.lines] == [2], "the two that compare"
    assert len(card.chart.changes) == 2
    assert [row.notes for row in card.rows] == [
        ("baseline", "scoring version 0.8.0: not compared"),
        ("scoring version 0.9.0: not compared",),
        (),
        (),
    ]


def test_the_version_of_the_questionnaire_is_named_where_that_is_the_reason() -> None:
    book = pre_consultation()
    earlier = replace(OLDER, questionnaire=replace(book.questionnaire, version="0.5.0"))
    (card,) = view(answered(day(1), MILD, earlier), answered(day(2), MILD, book)).cards
    assert card.rows[0].notes == ("baseline", "version 0.5.0: not compared")


def test_the_scoring_version_is_named_where_it_alone_changed_the_scale() -> None:
    other_scale = scored_by("0.9.0", {"scale": "grade-0-4"})
    (card,) = view(answered(day(1), MILD, other_scale), answered(day(2), MILD, pre_consultation())).cards
    assert card.rows[0].notes == ("baseline", "scoring version 0.9.0, another scale: not drawn, not compared")


def test_two_scores_of_one_concept_have_each_its_own_title() -> None:
    book = current("oral-therapy-weekly")
    page = view(answered(day(1), CALM | {"temperature": 39}, book))
    names = [card.name for card in page.cards]
    assert "Highest temperature in 7 days (°C)" in names
    assert "Fever, CTCAE 5.0 grade only pre-indicated (1-3)" in names
    assert len(set(names)) == len(names)
    assert len(set(page.without_value)) == len(page.without_value) > 0


def test_absent_symptoms_are_named_each_once_and_shortly() -> None:
    page = view(answered(day(1), CALM | {"dry-mouth-severity": 0}, pre_consultation()))
    assert page.absent == ["Dry mouth"]


def test_a_state_is_not_among_what_has_no_number() -> None:
    book = current("eq-5d-5l")
    dimensions = dict.fromkeys(("MO", "SC", "UA", "PD", "AD"), 1)
    page = view(answered(day(1), dimensions, book))
    assert {card.score for card in page.cards} >= {"LSS", "INDEX_FR"}
    assert "STATE" in book.rules
    assert page.without_value == ["VAS_SCORE"]
