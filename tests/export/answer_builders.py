"""A small instrument whose answers are Observations of their own: members of a sum, watched ones, every item type."""

from collections.abc import Mapping
from decimal import Decimal

from fhir_export.source import ExportedResponse
from questionnaires.definition import AnswerOption, Attribute, Item, ItemType, PublicationStatus, Questionnaire
from questionnaires.instrument_files import Reference
from scoring.inputs import Input, range_of
from scoring.operators import OPERATORS, Operands
from scoring.rulebook import BoundRule, Rulebook, Watch
from scoring.rules import AlertRule, AlertSeverity, Direction, MissingPolicy, ScoreKind, ScoreRule
from tests.export.builders import BASE, exported

DECLINED = "prefer_not_to_answer"
_STEPS = (*(AnswerOption(str(weight), weight) for weight in range(4)), AnswerOption(DECLINED, opt_out=True))
_YES_NO = (AnswerOption("yes"), AnswerOption("no"))


def _mood(link_id: str) -> Item:
    return Item(link_id, ItemType.CHOICE, options=_STEPS, option_set="steps")


QUESTIONNAIRE = Questionnaire(
    instrument="evening",
    version="1.0.0",
    url=f"{BASE}/Questionnaire/evening",
    status=PublicationStatus.ACTIVE,
    date="2026-11-01",
    recall_period="P1D",
    digest="sha256:" + "e" * 64,
    items=(
        Item("moods", ItemType.GROUP, items=(_mood("low"), _mood("tense"), _mood("hopeless"))),
        Item("cough-severity", ItemType.CHOICE, "cough", Attribute.SEVERITY, options=_STEPS, option_set="steps"),
        Item("sleep", ItemType.INTEGER, "sleep", minimum=Decimal(0), maximum=Decimal(10)),
        Item("temperature", ItemType.DECIMAL, "temperature", minimum=Decimal(30), maximum=Decimal(45), unit="°C"),
        Item("weight", ItemType.DECIMAL, minimum=Decimal(20), maximum=Decimal(300), unit="kg"),
        Item("weight-before", ItemType.DECIMAL, minimum=Decimal(20), maximum=Decimal(300), unit="kg"),
        Item("steps-walked", ItemType.INTEGER, "walking", unit="steps"),
        Item("coughing", ItemType.CHOICE, "cough", options=_YES_NO),
        Item("alone", ItemType.BOOLEAN, "company"),
        Item("since", ItemType.DATE, "company"),
        Item("worst-at", ItemType.DATE_TIME, "worst"),
        Item("bedtime", ItemType.TIME, "bedtime"),
        Item("medicine", ItemType.STRING, "medicine"),
        Item(
            "new-signs",
            ItemType.CHOICE,
            repeats=True,
            options=(AnswerOption("chest_pain"), AnswerOption("rash"), AnswerOption(DECLINED, opt_out=True)),
        ),
        Item("can-wait", ItemType.CHOICE, "can_wait", options=_YES_NO),
        Item("story", ItemType.TEXT, "story"),
        Item("nights", ItemType.DATE, "nights", repeats=True),
        Item("wishes", ItemType.CHOICE, "wishes", repeats=True, options=_YES_NO),
        Item("shoe-size", ItemType.INTEGER),
    ),
)


def _rule(number: int, name: str, operator: str, inputs: tuple[str, ...], **more: object) -> ScoreRule:
    return ScoreRule.model_validate(
        {
            "number": number,
            "name": name,
            "concept": name,
            "kind": ScoreKind.SCALE,
            "scale": f"{name}-points".replace("_", "-"),
            "operator": operator,
            "inputs": inputs,
            "missing": MissingPolicy.HALF if operator in ("sum", "mean") else MissingPolicy.COMPLETE,
            "range": (Decimal(0), Decimal(300)),
            "higher_is": Direction.WORSE,
            "reference": "own",
            **more,
        }
    )


def _bound(rule: ScoreRule, *others: BoundRule) -> BoundRule:
    """A rule over items, and over the scores of other rules by their names."""
    by_name = {other.rule.name: other for other in others}
    inputs: list[Input] = []
    items: list[Item] = []
    for name in rule.inputs:
        item = QUESTIONNAIRE.item(name)
        if item is None:
            inputs.append(Input(name, None, 0, 300))
            items += by_name[name].items
        else:
            inputs.append(Input(name, item, *(range_of(item) or (0, 300)), name in rule.reverse))
            items.append(item)
    operands = Operands(tuple(inputs), None, rule.at_least, rule.start)
    return BoundRule(rule, OPERATORS[rule.operator], operands, rule.policy, tuple(dict.fromkeys(items)))


_MOOD = _bound(_rule(1, "mood", "sum", ("low", "tense", "hopeless")))
_COUGH = _bound(_rule(2, "cough", "value", ("cough-severity",), kind=ScoreKind.SEVERITY))
_SLEEP = _bound(_rule(3, "sleep", "value", ("sleep",), reverse=("sleep",), higher_is=Direction.BETTER))
_FEVER = _bound(_rule(4, "temperature_highest", "value", ("temperature",), concept="temperature"))
_LOSS = _bound(_rule(5, "weight_loss", "percent_loss", ("weight", "weight-before")))
_BURDEN = _bound(_rule(6, "burden", "mean", ("mood", "cough", "temperature")), _MOOD, _COUGH)
_RULES = (_MOOD, _COUGH, _SLEEP, _FEVER, _LOSS, _BURDEN)


def _watch(item: str, concept: str, severity: AlertSeverity, **fires: object) -> Watch:
    rule = AlertRule.model_validate({"name": item, "item": item, "severity": severity, "reference": "own"} | fires)
    return Watch(rule, item, concept)


RULEBOOK = Rulebook(
    questionnaire=QUESTIONNAIRE,
    version="1.0.0",
    digest="sha256:" + "6" * 64,
    rules={bound.rule.name: bound for bound in _RULES},
    item_watches=(
        _watch("hopeless", "self-harm", AlertSeverity.URGENT, at_least=1),
        _watch("new-signs", "chest-pain", AlertSeverity.URGENT, equals="chest_pain"),
        _watch("new-signs", "skin", AlertSeverity.ROUTINE, equals="rash"),
        _watch("can-wait", "can_wait", AlertSeverity.SOON, equals="no"),
        _watch("cough-severity", "cough", AlertSeverity.SOON, at_least=3),
        _watch("cough-severity", "breath", AlertSeverity.URGENT, at_least=3),
    ),
    score_watches=(),
    comparable=frozenset({"1.0.0"}),
    topics=("wishes", "story"),
    references={"own": Reference(citation="The Vigie project.")},
)

FULL: Mapping[str, object] = {
    "low": "1",
    "tense": "2",
    "hopeless": "1",
    "cough-severity": "3",
    "sleep": 8,
    "temperature": Decimal("38.40"),
    "weight": Decimal("60.5"),
    "weight-before": Decimal(66),
    "steps-walked": 4000,
    "coughing": "yes",
    "alone": True,
    "since": "2026-11",
    "worst-at": "2026-11-19T22:00:00+01:00",
    "bedtime": "22:30:00",
    "medicine": "the white one",
    "new-signs": ["chest_pain", "rash"],
    "can-wait": "no",
    "story": "It was long.",
    "nights": ["2026-11-18"],
    "wishes": ["yes"],
    "shoe-size": 41,
}


def answered(answers: Mapping[str, object] = FULL, rulebook: Rulebook = RULEBOOK) -> ExportedResponse:
    """A response to the small instrument."""
    return exported(answers, rulebook=rulebook)
