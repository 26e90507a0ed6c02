"""The page's script branches and warns as the service does: generated answers, and every worked example."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questionnaires.definition import Item, ItemType, Questionnaire
from questionnaires.folder import Folder
from questionnaires.response import CheckedResponse
from questionnaires.validation import validate
from questionnaires.written import form_answers, raw_answers, shown_answers
from scoring.alerts import SELF_HARM, evaluate_alerts
from scoring.examples import WorkedExample, load_examples
from scoring.loading import load_rulebooks
from scoring.rulebook import Rulebook
from scoring.rules import AlertRule, AlertSeverity
from scoring.synthesis import Mode
from tests.support.answers import answers_to
from tests.support.phone import Fields, judged_on_a_phone
from tests.support.questionnaires import EVERYTHING, INSTRUMENTS, shipped

RULEBOOKS = load_rulebooks(INSTRUMENTS, shipped())
EVERY = [RULEBOOKS.current(questionnaire) for questionnaire in shipped().questionnaires]
_NO_SCORES: dict[str, Any] = {}
_OF_EVERYTHING = Rulebook(EVERYTHING, "1.0.0", "", {}, (), (), frozenset(), (), {})
_TYPED = [
    "38,5",
    "٣٨٫٥",
    "۳۸",
    "٣٨.٦",
    " 38 ",
    "+4",
    "-1",
    "38.",
    ".5",
    "1_0",
    "1,000",
    "0,500",
    "١,٠٠٠",
    "1234,567",
    "６８",
    "nan",
    "999",
    "3,8,5",
    "abc",
    "-",
    "",
    " ",
]

FORMS_A_PROCESS = 60


def named(rulebook: Rulebook) -> str:
    return f"{rulebook.questionnaire.instrument}-{rulebook.questionnaire.version}"


def texts_of(item: Item) -> st.SearchStrategy[list[str]]:
    """What may stand in the fields of one question, also where branching hides it."""
    texts = answers_to(item).map(lambda given: [_text(value) for value in (given if item.repeats else [given])])
    if item.type in (ItemType.INTEGER, ItemType.DECIMAL) and not item.repeats:
        return texts | st.sampled_from(_TYPED).map(lambda text: [text])
    return texts


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def forms(questionnaire: Questionnaire) -> st.SearchStrategy[list[dict[str, list[str]]]]:
    """Forms, many at once: a process takes longer to start than to judge them."""
    one = st.fixed_dictionaries({}, optional={item.link_id: texts_of(item) for item in questionnaire.questions})
    return st.lists(one, min_size=FORMS_A_PROCESS // 2, max_size=FORMS_A_PROCESS)


def check_parity(rulebook: Rulebook, written: list[dict[str, list[str]]]) -> None:
    questionnaire = rulebook.questionnaire
    for form, judged in zip(written, judged_on_a_phone(rulebook, written), strict=True):
        shown = shown_answers(questionnaire, raw_answers(questionnaire, form_answers(questionnaire, form)))
        assert judged.closed == {reach.item.link_id for reach in questionnaire.reaches} - shown.enabled
        checked = CheckedResponse(questionnaire, shown.fitting, shown.enabled)
        assert judged.urgent == urgent_by_items(rulebook, checked)


def urgent_by_items(rulebook: Rulebook, response: CheckedResponse) -> set[str]:
    """The concepts of the urgent alerts that rest on these answers alone."""
    alone = {watch.rule.name for watch in rulebook.item_watches if is_alone(watch.rule)}
    return {
        alert.concept
        for alert in evaluate_alerts(rulebook, response, _NO_SCORES)
        if alert.severity is AlertSeverity.URGENT and alone & {trigger.rule for trigger in alert.triggers}
    }


def is_alone(rule: AlertRule) -> bool:
    is_urgent = rule.severity is AlertSeverity.URGENT
    return is_urgent and not rule.compares and not any(when.score for when in rule.and_when)


@pytest.mark.parametrize("rulebook", [*EVERY, _OF_EVERYTHING], ids=named)
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_phone_branches_and_warns_as_the_service_does(rulebook: Rulebook, data: st.DataObject) -> None:
    check_parity(rulebook, data.draw(forms(rulebook.questionnaire)))


@pytest.mark.parametrize("rulebook", EVERY, ids=named)
def test_a_form_that_says_nothing_is_branched_as_the_service_does(rulebook: Rulebook) -> None:
    check_parity(rulebook, [{}])


def examples() -> list[WorkedExample]:
    return [
        worked
        for instrument in shipped().instruments.values()
        for worked in load_examples(Folder(INSTRUMENTS / instrument.id), instrument, RULEBOOKS)
        if worked.rulebook.version == RULEBOOKS.current(worked.questionnaire).version
    ]


EXAMPLES = examples()


def fields_of(worked: WorkedExample) -> Fields:
    return {name: [text] if isinstance(text, str) else list(text) for name, text in worked.example.response.items()}


@pytest.mark.parametrize("rulebook", EVERY, ids=named)
def test_every_worked_example_is_as_urgent_on_a_phone(rulebook: Rulebook) -> None:
    worked = [one for one in EXAMPLES if one.questionnaire is rulebook.questionnaire]
    assert worked
    for one, judged in zip(worked, judged_on_a_phone(rulebook, [fields_of(one) for one in worked]), strict=True):
        checked = validate(one.questionnaire, raw_answers(one.questionnaire, one.example.response))
        if isinstance(checked, CheckedResponse):
            # Nobody told the phone about treatment: a rule for the time of treatment holds, to be on the safe side.
            assert judged.urgent == urgent_by_items(rulebook, checked), one.file


@pytest.mark.parametrize("mode", [Mode.RECORD, Mode.SCORE])
@pytest.mark.parametrize("rulebook", EVERY, ids=named)
def test_without_alerts_a_phone_still_tells_thoughts_of_dying_whom_to_call(rulebook: Rulebook, mode: Mode) -> None:
    found = _alert_examples(rulebook)
    with_alerts, without = (judged_on_a_phone(rulebook, found, of) for of in (Mode.ALERT, mode))
    assert [judged.urgent for judged in without] == [judged.urgent & {SELF_HARM} for judged in with_alerts]
    assert rulebook.questionnaire.instrument != "phq-9" or any(judged.urgent for judged in without)


def test_the_worked_examples_have_urgent_ones_and_others() -> None:
    urgent = [judged.urgent for rulebook in EVERY for judged in judged_on_a_phone(rulebook, _alert_examples(rulebook))]
    assert sum(map(bool, urgent)) >= 12
    assert not all(urgent)


def _alert_examples(rulebook: Rulebook) -> list[Fields]:
    found = [one for one in EXAMPLES if one.questionnaire is rulebook.questionnaire]
    return [fields_of(one) for one in found if "/alert-" in one.file]
