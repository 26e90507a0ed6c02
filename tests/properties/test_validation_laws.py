"""Laws of validation: each holds for every questionnaire, the shipped ones and one that uses every feature."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questionnaires.definition import Questionnaire
from questionnaires.issues import IssueCode
from questionnaires.response import CheckedResponse
from questionnaires.validation import validate, validate_draft
from tests.support.answers import arbitrary_answers, is_open, json_values, mutations, valid_answers
from tests.support.questionnaires import EVERYTHING, shipped

QUESTIONNAIRES = [EVERYTHING, *shipped().questionnaires]
law = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
every_questionnaire = pytest.mark.parametrize(
    "questionnaire", QUESTIONNAIRES, ids=lambda q: f"{q.instrument}-{q.version}"
)

SECRET = "9d1f7c3b"  # in no definition, and in no text of ours
NUMBER = 918273645


@every_questionnaire
@law
@given(data=st.data())
def test_valid_answers_validate_and_stay_what_they_were(questionnaire: Questionnaire, data: st.DataObject) -> None:
    raw = data.draw(valid_answers(questionnaire))

    checked = validate(questionnaire, raw)

    assert isinstance(checked, CheckedResponse)
    assert {link_id: list(given) for link_id, given in checked.answers.items()} == {
        link_id: value if isinstance(value, list) else [value] for link_id, value in raw.items()
    }
    assert checked.enabled == {
        reach.item.link_id for reach in questionnaire.reaches if is_open(questionnaire, reach.item.link_id, raw)
    }


@every_questionnaire
@law
@given(data=st.data())
def test_one_fault_gives_exactly_its_issue(questionnaire: Questionnaire, data: st.DataObject) -> None:
    mutation = data.draw(mutations(questionnaire))

    issues = validate(questionnaire, mutation.raw)

    assert isinstance(issues, tuple)
    assert [(i.code, i.link_id, i.pointer) for i in issues] == [(mutation.code, mutation.link_id, mutation.pointer)]


@every_questionnaire
@law
@given(data=st.data())
def test_the_order_of_answers_is_irrelevant(questionnaire: Questionnaire, data: st.DataObject) -> None:
    anything = arbitrary_answers(questionnaire, json_values())
    raw = data.draw(valid_answers(questionnaire) | mutations(questionnaire).map(lambda m: m.raw) | anything)

    shuffled = dict(data.draw(st.permutations(list(raw.items()))))

    assert validate(questionnaire, shuffled) == validate(questionnaire, raw)


@every_questionnaire
@law
@given(data=st.data())
def test_anything_that_json_can_say_is_answered_with_values(questionnaire: Questionnaire, data: st.DataObject) -> None:
    raw = data.draw(arbitrary_answers(questionnaire, json_values()))

    complete = validate(questionnaire, raw)
    draft = validate_draft(questionnaire, raw)

    only_when_complete = {IssueCode.REQUIRED, IssueCode.NOT_ENABLED}
    found = () if isinstance(complete, CheckedResponse) else complete
    assert draft == tuple(issue for issue in found if issue.code not in only_when_complete)
    assert {issue.link_id for issue in draft} <= {
        link_id if len(link_id) <= 64 else f"{link_id[:63]}…" for link_id in raw
    }


@every_questionnaire
@law
@given(data=st.data())
def test_no_issue_repeats_an_answer(questionnaire: Questionnaire, data: st.DataObject) -> None:
    secrets: Any = st.sampled_from([SECRET, f"x{SECRET}\x00", SECRET * 600, NUMBER, -NUMBER, NUMBER**3])
    link_ids = st.sampled_from([reach.item.link_id for reach in questionnaire.reaches] + ["unknown"])
    nested = st.dictionaries(st.just(SECRET), secrets, max_size=1)
    raw = data.draw(st.dictionaries(link_ids, json_values(secrets | nested), min_size=1, max_size=12))

    issues = validate_draft(questionnaire, raw)

    said = repr(issues)
    assert SECRET not in said
    assert str(NUMBER) not in said
