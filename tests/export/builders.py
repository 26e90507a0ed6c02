"""One small instrument with every item type and every sort of score, and responses to it at fixed times."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from fhir_export.source import ExportedResponse, Recorder
from questionnaires.definition import (
    AnswerOption,
    Attribute,
    EnableOperator,
    EnableWhen,
    Item,
    ItemType,
    PublicationStatus,
    Questionnaire,
    Value,
)
from questionnaires.instrument_files import Reference
from questionnaires.response import CheckedResponse, ResponseStatus
from questionnaires.translations import Text
from questionnaires.validation import validate
from scoring.alerts import evaluate_alerts
from scoring.engine import score
from scoring.history import PastResponse, Respondent, ResponseRef
from scoring.rulebook import BoundRule, Rulebook, Watch
from scoring.rules import AlertRule, AlertSeverity, Direction, MissingPolicy, ScoreKind, ScoreRule
from scoring.synthesis import Mode
from scoring.tables import Table
from tests.support.scoring import bound_rule

BASE = "https://vigie.example/fhir"
SERVICE = "https://pro.hospital.example/fhir"
RESPONSE_ID = "019aa000-0000-7000-8000-000000000001"
PATIENT_ID = "019aa000-0000-7000-8000-00000000000a"
ENCOUNTER_ID = "019aa000-0000-7000-8000-0000000000ee"
AUTHORED_AT = datetime(2026, 11, 20, 18, 30, 0, 250_000, tzinfo=UTC)
STORED_AT = datetime(2026, 11, 20, 18, 31, tzinfo=UTC)

_GRADES = tuple(AnswerOption(str(weight), weight) for weight in range(5))
_OPERATOR = EnableOperator

QUESTIONNAIRE = Questionnaire(
    instrument="example",
    version="1.2.0",
    url=f"{BASE}/Questionnaire/example",
    status=PublicationStatus.ACTIVE,
    date="2026-11-01",
    recall_period="P7D",
    digest="sha256:" + "d" * 64,
    items=(
        Item("welcome", ItemType.DISPLAY),
        Item(
            "symptoms",
            ItemType.GROUP,
            items=(
                Item(
                    "nausea-frequency",
                    ItemType.CHOICE,
                    "nausea",
                    Attribute.FREQUENCY,
                    options=_GRADES,
                    option_set="frequency",
                ),
                Item(
                    "nausea-severity",
                    ItemType.CHOICE,
                    "nausea",
                    Attribute.SEVERITY,
                    options=(*_GRADES, AnswerOption("prefer_not_to_answer", opt_out=True)),
                    option_set="severity-private",
                    enable_when=(
                        EnableWhen("nausea-frequency", _OPERATOR.EXISTS, True),
                        EnableWhen("nausea-frequency", _OPERATOR.NOT_EQUAL, "0"),
                    ),
                ),
                Item(
                    "pain-severity",
                    ItemType.INTEGER,
                    "pain",
                    Attribute.SEVERITY,
                    required=True,
                    minimum=Decimal(0),
                    maximum=Decimal(10),
                ),
            ),
        ),
        Item("weight", ItemType.DECIMAL, "weight", minimum=Decimal("20.5"), maximum=Decimal(300), unit="kg"),
        Item("weighed-on", ItemType.DATE, enable_when=(EnableWhen("weight", _OPERATOR.GREATER, Decimal("40.50")),)),
        Item(
            "worst-moment",
            ItemType.DATE_TIME,
            enable_any=True,
            enable_when=(
                EnableWhen("pain-severity", _OPERATOR.GREATER_OR_EQUAL, 3),
                EnableWhen("weighed-on", _OPERATOR.LESS, "2026-11-19"),
            ),
        ),
        Item("bedtime", ItemType.TIME),
        Item(
            "alone",
            ItemType.BOOLEAN,
            items=(
                Item("alone-since", ItemType.STRING, enable_when=(EnableWhen("alone", _OPERATOR.EQUAL, True),)),
                Item("neighbour", ItemType.STRING, max_length=40),
            ),
        ),
        Item(
            "topics",
            ItemType.CHOICE,
            repeats=True,
            options=(AnswerOption("pain"), AnswerOption("work"), AnswerOption("none", exclusive=True)),
            items=(Item("topics-own-words", ItemType.TEXT, max_length=1000),),
        ),
        Item("device-year", ItemType.INTEGER, hidden=True),
    ),
)

FRENCH = Text(
    instrument="example",
    language="fr",
    revision=2,
    status="local",
    definitions=frozenset({"1.2.0"}),
    title="Exemple",
    introduction="Ces questions portent sur les 7 derniers jours.",
    items={
        "welcome": "Bonjour.",
        "symptoms": "Ce que vous ressentez",
        "nausea-frequency": "Avez-vous eu des nausées ?",
        "nausea-severity": "Étaient-elles fortes ?",
        "pain-severity": "Votre douleur, de 0 à 10 ?",
        "weight": "Votre poids ?",
        "weighed-on": "Pesé quel jour ?",
        "worst-moment": "Quand était-ce le plus dur ?",
        "bedtime": "À quelle heure vous couchez-vous ?",
        "alone": "Vivez-vous seul ?",
        "alone-since": "Depuis quand ?",
        "neighbour": "Qui appeler à côté ?",
        "topics": "De quoi voulez-vous parler ?",
        "topics-own-words": "Avec vos mots",
        "device-year": "Année de l’appareil",
    },
    helps={"welcome": "Prenez votre temps.", "pain-severity": "10 est la pire douleur imaginable."},
    option_words={
        **{("set:frequency", str(n)): f"Fréquence {n}" for n in range(5)},
        **{("set:severity-private", str(n)): f"Intensité {n}" for n in range(5)},
        ("set:severity-private", "prefer_not_to_answer"): "Je préfère ne pas répondre",
        ("item:topics", "pain"): "La douleur",
        ("item:topics", "work"): "Le travail",
        ("item:topics", "none"): "Rien",
    },
    concepts={"nausea": "Nausées", "pain": "Douleur", "weight": "Poids"},
    scores={"nausea_composite": "Nausées (0-3)", "pain_severity": "Douleur (0-10)", "weight": "Poids (kg)"},
    digest="sha256:" + "f" * 64,
)

ARABIC_DRAFT = replace(
    FRENCH,
    language="ar",
    revision=1,
    status="draft",
    title="مثال",
    introduction="تخص هذه الأسئلة الأيام السبعة الماضية.",
    items={"nausea-frequency": "هل شعرت بالغثيان؟"},
    helps={"pain-severity": "10 هو أسوأ ألم يمكن تخيله."},
    option_words={("set:frequency", "0"): "أبدًا"},
    scores={},
    digest="sha256:" + "a" * 64,
)
"""A translation in progress: most of its words are not there yet."""


def _rule(number: int, name: str, concept: str, kind: ScoreKind, operator: str, inputs: tuple[str, ...]) -> BoundRule:
    several = len(inputs) > 1
    rule = ScoreRule(
        number=number,
        name=name,
        concept=concept,
        kind=kind,
        scale=f"{concept}-{kind.value}".replace("_", "-"),
        operator=operator,
        inputs=inputs,
        table="frequency_severity" if operator == "lookup" else None,
        missing=MissingPolicy.ZERO_IF_LEAD_ZERO if several else MissingPolicy.COMPLETE,
        range=(Decimal(0), Decimal(300)),
        higher_is=Direction.WORSE,
        reference="basch" if operator == "lookup" else "own",
    )
    items = tuple(item for link_id in inputs if (item := QUESTIONNAIRE.item(link_id)))
    return bound_rule(rule, items, _TABLE if operator == "lookup" else None)


_ROWS = ("00000", "11122", "11222", "11233", "11233")
_TABLE = Table(
    "frequency_severity",
    ("frequency", "severity"),
    {(row, column): int(cell) for row, cells in enumerate(_ROWS) for column, cell in enumerate(cells)},
)
_RULES = (
    _rule(
        1, "nausea_composite", "nausea", ScoreKind.COMPOSITE_GRADE, "lookup", ("nausea-frequency", "nausea-severity")
    ),
    _rule(2, "pain_severity", "pain", ScoreKind.SEVERITY, "value", ("pain-severity",)),
    _rule(7, "weight", "weight", ScoreKind.SCALE, "value", ("weight",)),
)


def _watch(name: str, item: str, concept: str, at_least: int, severity: AlertSeverity) -> Watch:
    rule = AlertRule(name=name, item=item, at_least=Decimal(at_least), severity=severity, reference="own")
    return Watch(rule, item, concept)


RULEBOOK = Rulebook(
    questionnaire=QUESTIONNAIRE,
    version="2.0.0",
    digest="sha256:" + "5" * 64,
    rules={bound.rule.name: bound for bound in _RULES},
    item_watches=(
        _watch("often", "nausea-frequency", "nausea", 3, AlertSeverity.ROUTINE),
        _watch("strong", "nausea-severity", "nausea", 4, AlertSeverity.SOON),
        _watch("pain", "pain-severity", "pain", 8, AlertSeverity.URGENT),
    ),
    score_watches=(),
    comparable=frozenset({"1.2.0"}),
    topics=("topics", "topics-own-words"),
    references={
        "basch": Reference(citation="Basch E, et al. Clin Trials 2021;18(1):104-114."),
        "own": Reference(citation="The Vigie project."),
    },
)

FULL_ANSWERS: Mapping[str, object] = {
    "nausea-frequency": "3",
    "nausea-severity": "4",
    "pain-severity": 8,
    "weight": Decimal("62.50"),
    "weighed-on": "2026-11-18",
    "worst-moment": "2026-11-19T22:00:00+01:00",
    "bedtime": "22:30:00",
    "alone": True,
    "alone-since": "mars",
    "topics": ["work", "pain"],
    "topics-own-words": "Puis-je reprendre ?",
}


def checked(answers: Mapping[str, object], rulebook: Rulebook = RULEBOOK) -> CheckedResponse:
    response = validate(rulebook.questionnaire, answers)
    assert isinstance(response, CheckedResponse), response
    return response


def exported(
    answers: Mapping[str, object] = FULL_ANSWERS,
    *,
    rulebook: Rulebook = RULEBOOK,
    status: ResponseStatus = ResponseStatus.COMPLETED,
    revision: int = 1,
    answered_by: Respondent = Respondent.PATIENT,
    recorded_by: Recorder = Recorder.PATIENT,
    encounter_id: str | None = ENCOUNTER_ID,
    mode: Mode = Mode.ALERT,
    language: str = "fr",
    is_restricted: bool = False,
) -> ExportedResponse:
    response = checked(answers, rulebook)
    scores = score(rulebook, response)
    past = PastResponse(
        ref=ResponseRef(RESPONSE_ID, revision),
        rulebook=rulebook,
        status=status,
        authored_at=AUTHORED_AT,
        stored_at=STORED_AT,
        answered_by=answered_by,
        answers=response.answers,
        scores=scores,
        alerts=evaluate_alerts(rulebook, response, scores),
    )
    return ExportedResponse(past, PATIENT_ID, encounter_id, language, None, is_restricted, mode, recorded_by)


def parsed_answers(items: list[dict[str, object]]) -> dict[str, tuple[Value, ...]]:
    """The answers of a QuestionnaireResponse, read back by what R4 says and nothing else."""
    found: dict[str, tuple[Value, ...]] = {}
    for item in items:
        answers = item.get("answer", [])
        assert isinstance(answers, list)
        values = tuple(_value(answer) for answer in answers if any(key.startswith("value") for key in answer))
        if values:
            found[str(item["linkId"])] = values
        for holder in (item, *answers):
            found |= parsed_answers(holder.get("item", []))
    return found


def _value(answer: dict[str, Value | dict[str, str]]) -> Value:
    given = next(value for key, value in answer.items() if key.startswith("value"))
    return given["code"] if isinstance(given, dict) else given
