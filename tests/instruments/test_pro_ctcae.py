"""PRO-CTCAE as shipped: every term, item and attribute, and every cell of every composite through the row engine.

The figures are written down here a second time, from the publications, and not read from the instrument's files.
"""

import itertools
from dataclasses import replace
from decimal import Decimal

import pytest

from questionnaires.definition import Attribute, PublicationStatus
from questionnaires.published_structure import published_structures
from questionnaires.response import Absence
from scoring.engine import score
from scoring.rules import AlertSeverity, Direction, MissingPolicy, ScoreKind
from scoring.score import NotScored, Score
from tests.support.scoring import checked, pre_consultation, shipped

# Number of the term, then what its items A, B and C ask: Frequency, Severity, Interference, Amount, Presence.
TERMS = """
1S 2S 3SI 4S 5P 6S 7S 8SI 9FS 10FS 11FS 12P 13FS 14FS 15S 16F 17FSI 18FI 19SI 20SI 21S 22FSI 23FS 24P 25S 26S
27A 28S 29P 30S 31P 32P 33P 34P 35P 36S 37P 38P 39SI 40SI 41SI 42P 43P 44SI 45S 46SI 47SI 48FSI 49FSI 50FSI
51FSI 52SI 53SI 54FSI 55FSI 56FSI 57P 58P 59I 60S 61S 62FI 63FI 64P 65FI 66S 67F 68S 69P 70P 71S 72S 73P 74FS
75FS 76P 77FS 78FS 79P 80S
"""
LETTERS = {attribute.value[0].upper(): attribute for attribute in Attribute}

# Basch 2021. One item: its codes 0 to 4. Two: a row for each code of the first. Three: blocks of five such rows.
LOOKUPS = {
    "F": "01123",
    "S": "01233",
    "I": "01122",
    "A": "01122",
    "FS": "00000 11122 11222 11233 11233",
    "FI": "00000 11122 11122 11233 11233",
    "SI": "00000 11122 11223 12233 22233",
    "FSI": """
        00000 00000 00000 00000 00000
        01122 11122 12223 22233 22333
        01122 11122 22233 22233 22333
        11122 11122 22233 22333 22333
        11122 11223 22233 22333 22333
    """,
}

NO_SEX, NOT_MINE, PRIVATE = "not_sexually_active", "not_applicable", "prefer_not_to_answer"
OPT_OUTS = {
    **dict.fromkeys((36, 57, 58, 79), frozenset({NOT_MINE})),
    **dict.fromkeys((66, 67, 68, 71), frozenset({NO_SEX, PRIVATE})),
    **dict.fromkeys((69, 70), frozenset({NOT_MINE, PRIVATE})),
}

SHAPES = {int(term.strip("FSIAP")): term.strip("0123456789") for term in TERMS.split()}
GRADED = {number: shape for number, shape in SHAPES.items() if shape != "P"}

CATALOGUE, RULEBOOKS = shipped()
INSTRUMENT = CATALOGUE.instruments["pro-ctcae"]
RULEBOOK = RULEBOOKS.current(CATALOGUE.get("pro-ctcae", "1.0"))
QUESTIONNAIRE = RULEBOOK.questionnaire


def link_ids(number: int) -> list[str]:
    kind = "IND" if SHAPES[number] == "P" else "SCL"
    return [f"PROCTCAE_{number}{letter}_{kind}" for letter, _ in zip("ABC", SHAPES[number], strict=False)]


def composite(number: int) -> str:
    return f"PROCTCAE_{number}_COMP"


def published_grade(shape: str, codes: tuple[int, ...]) -> int:
    position = 0
    for code in codes:
        position = position * 5 + code
    return int("".join(LOOKUPS[shape].split())[position])


def test_there_are_80_terms_124_items_and_59_composites() -> None:
    assert list(SHAPES) == list(range(1, 81))
    assert len(QUESTIONNAIRE.questions) == sum(map(len, SHAPES.values())) == 124
    assert len(RULEBOOK.rules) == len(GRADED) == 59
    assert len(SHAPES) - len(GRADED) == 21
    assert (QUESTIONNAIRE.recall_period, QUESTIONNAIRE.status) == ("P7D", PublicationStatus.ACTIVE)


def test_the_items_stand_in_the_published_order_and_nothing_else_is_asked() -> None:
    order = [link_id for number in SHAPES for link_id in link_ids(number)]
    assert [reach.item.link_id for reach in QUESTIONNAIRE.reaches] == order


@pytest.mark.parametrize("number", SHAPES)
def test_a_term_is_asked_as_published(number: int) -> None:
    items = [item for item in QUESTIONNAIRE.questions if item.link_id in link_ids(number)]
    codes = range(2 if SHAPES[number] == "P" else 5)
    assert [item.attribute for item in items] == [LETTERS[letter] for letter in SHAPES[number]]
    assert len({item.concept for item in items}) == 1
    for item in items:
        assert {o.code: o.weight for o in item.options if not o.opt_out} == {str(code): code for code in codes}
        assert item.opt_outs == OPT_OUTS.get(number, frozenset())
        assert not any((item.required, item.enable_when, item.repeats, item.hidden))


def test_the_published_structure_says_the_same() -> None:
    (structure,) = (found for found in published_structures() if found.name == "PRO-CTCAE")
    assert {term.number: list(term.items) for term in structure.terms} == {n: link_ids(n) for n in SHAPES}
    for term in structure.terms:
        items = [QUESTIONNAIRE.item(link_id) for link_id in term.items]
        assert [(i.attribute, i.concept) for i in items if i] == [(a, term.concept) for a in term.items.values()]


def test_a_symptom_that_pre_consultation_asks_too_has_the_same_word_and_attributes() -> None:
    asked: dict[str, list[Attribute]] = {}
    for item in pre_consultation().questionnaire.questions:
        if item.attribute is not None:
            asked.setdefault(item.concept or "", []).append(item.attribute)
    assert len(asked) == 31
    for concept, attributes in asked.items():
        assert [item.attribute for item in QUESTIONNAIRE.questions if item.concept == concept] == attributes
        ours = {rule.scale for b in RULEBOOK.rules.values() if (rule := b.rule).concept == concept}
        theirs = {rule.scale for b in pre_consultation().rules.values() if (rule := b.rule).concept == concept}
        assert ours == theirs or (ours, theirs) == (set(), {"presence-0-1"})


@pytest.mark.parametrize("number", GRADED)
def test_a_composite_has_its_number_its_items_and_its_policies(number: int) -> None:
    rule = RULEBOOK.rules[composite(number)].rule
    follow_ups = len(GRADED[number]) > 1
    assert (rule.number, rule.operator, rule.inputs) == (number, "lookup", tuple(link_ids(number)))
    assert (rule.kind, rule.scale) == (ScoreKind.COMPOSITE_GRADE, "composite-grade-0-3")
    assert rule.range == (Decimal(0), Decimal(3))
    assert (rule.higher_is, rule.recall_period) == (Direction.WORSE, "P7D")
    assert rule.missing is MissingPolicy.COMPLETE
    assert [policy.missing for policy in rule.policies] == [MissingPolicy.ZERO_IF_LEAD_ZERO] * follow_ups
    assert RULEBOOK.references[rule.reference].doi == "10.1177/1740774520975120"


def test_the_lookups_hold_215_cells() -> None:
    # Interference alone and amount alone are one lookup.
    assert sum(len("".join(cells.split())) for shape, cells in LOOKUPS.items() if shape != "A") == 215
    assert set(GRADED.values()) == set(LOOKUPS)


@pytest.mark.parametrize("shape", LOOKUPS)
def test_every_cell_of_every_composite_is_the_published_one(shape: str) -> None:
    numbers = [number for number in GRADED if GRADED[number] == shape]
    combinations = list(itertools.product(range(5), repeat=len(shape)))
    assert len(combinations) == len("".join(LOOKUPS[shape].split()))
    for codes in combinations:
        answers = {i: str(code) for n in numbers for i, code in zip(link_ids(n), codes, strict=True)}
        scores = score(RULEBOOK, checked(RULEBOOK, answers))
        for number, name in ((n, composite(n)) for n in GRADED):
            if number in numbers:
                assert scores[name] == Score(published_grade(shape, codes)), (name, codes)
            else:
                assert scores[name] == NotScored(Absence.SKIPPED, tuple(link_ids(number)))


@pytest.mark.parametrize("number", [n for n, shape in GRADED.items() if len(shape) > 1])
def test_whatever_is_missing_leaves_no_composite(number: int) -> None:
    inputs = link_ids(number)
    for known in itertools.product([None, "0", "1"], repeat=len(inputs)):
        answers = {link_id: code for link_id, code in zip(inputs, known, strict=True) if code is not None}
        result = score(RULEBOOK, checked(RULEBOOK, answers))[composite(number)]
        missing = tuple(link_id for link_id in inputs if link_id not in answers)
        assert result == NotScored(Absence.SKIPPED, missing) if missing else isinstance(result, Score)


@pytest.mark.parametrize("number", OPT_OUTS)
def test_an_answer_that_declines_is_missing(number: int) -> None:
    (link_id,) = link_ids(number)
    for code in OPT_OUTS[number]:
        scores = score(RULEBOOK, checked(RULEBOOK, {link_id: code}))
        if number in GRADED:
            assert scores[composite(number)] == NotScored(Absence.DECLINED, (link_id,))
        else:
            assert composite(number) not in scores


@pytest.mark.parametrize("number", [n for n, shape in GRADED.items() if len(shape) > 1])
def test_only_the_named_policy_counts_what_was_not_shown_as_0(number: int) -> None:
    lead, *follow_ups = link_ids(number)
    under = RULEBOOK.under(MissingPolicy.ZERO_IF_LEAD_ZERO)
    for code, expected in (("0", Score(0, tuple(follow_ups))), ("1", NotScored(Absence.HIDDEN, tuple(follow_ups)))):
        response = checked(RULEBOOK, {lead: code})
        unseen = replace(response, enabled=response.enabled - set(follow_ups))
        assert score(under, unseen)[composite(number)] == expected
        assert score(RULEBOOK, unseen)[composite(number)] == NotScored(Absence.HIDDEN, tuple(follow_ups))
        assert score(under, response)[composite(number)] == NotScored(Absence.SKIPPED, tuple(follow_ups))


def test_frequency_without_severity_and_without_interference_is_missing_under_either_policy() -> None:
    frequency, severity, interference = link_ids(48)
    response = checked(RULEBOOK, {frequency: "2", severity: "0"})
    unseen = replace(response, enabled=response.enabled - {interference})
    for book in (RULEBOOK, RULEBOOK.under(MissingPolicy.ZERO_IF_LEAD_ZERO)):
        assert score(book, response)[composite(48)] == NotScored(Absence.SKIPPED, (interference,))
        assert score(book, unseen)[composite(48)] == NotScored(Absence.HIDDEN, (interference,))


def test_alerts_watch_every_item_that_is_graded_and_no_other() -> None:
    graded = {link_id for number in GRADED for link_id in link_ids(number)}
    at_3, up_2 = (Decimal(3), None), (None, Decimal(2))
    assert len(graded) == 103
    assert {watch.on for watch in RULEBOOK.item_watches} == graded
    assert {(watch.rule.at_least, watch.rule.rise_of) for watch in RULEBOOK.item_watches} == {at_3, up_2}
    assert {watch.on for watch in RULEBOOK.score_watches} == set(RULEBOOK.rules)
    assert {(watch.rule.at_least, watch.rule.rise_of) for watch in RULEBOOK.score_watches} == {at_3}
    every = (*RULEBOOK.item_watches, *RULEBOOK.score_watches)
    assert {watch.rule.severity for watch in every} == {AlertSeverity.SOON}


def test_no_wording_is_shipped_and_each_language_says_where_it_is_listed() -> None:
    assert INSTRUMENT.is_restricted
    assert not INSTRUMENT.texts
    assert {"en", "fr"} <= INSTRUMENT.licence.translations.keys()
    assert all("healthcaredelivery.cancer.gov" in where for where in INSTRUMENT.licence.translations.values())
