"""Strategies for scoring: nearly whole responses, so that both sides of every missing-data rule are reached."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from questionnaires.definition import Questionnaire
from questionnaires.enablement import enabled_items
from tests.support.answers import Raw, values_for


@st.composite
def nearly_whole_answers(draw: DrawFn, questionnaire: Questionnaire) -> Raw:
    """Valid answers to all questions but none, a few or any number of the optional ones; as branching leaves them.

    `valid_answers` leaves out each question half of the time: hardly any sum of nine would be whole.
    """
    optional = [item.link_id for item in questionnaire.questions if not item.required]
    count = draw(st.just(0) | st.integers(0, len(optional) // 4 + 1) | st.integers(0, len(optional)))
    left_out = draw(st.permutations(optional))[:count]
    kept = (item for item in questionnaire.questions if item.link_id not in left_out)
    answers = {item.link_id: [draw(values_for(item))] if item.repeats else draw(values_for(item)) for item in kept}
    return without_hidden(questionnaire, answers)


def without_hidden(questionnaire: Questionnaire, answers: Raw) -> Raw:
    """These answers without those that branching hides, as our clients send them."""
    as_lists: dict[str, tuple[Any, ...]] = {
        link_id: tuple(value) if isinstance(value, list) else (value,) for link_id, value in answers.items()
    }
    enabled = enabled_items(questionnaire, as_lists)
    return {link_id: value for link_id, value in answers.items() if link_id in enabled}
