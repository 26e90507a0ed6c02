"""The scores of a stored response as R4 Observations, one a score, with the numbers that the page shows."""

import re
from typing import Final

from fhir_export import systems
from fhir_export.artefacts import definition_and_scoring
from fhir_export.encoding import Resource, instant
from fhir_export.people import source, subject
from fhir_export.phrases import Phrase, say
from fhir_export.source import ExportedResponse
from fhir_export.stored_version import meta
from fhir_export.typed_values import option_coding, ordinal
from questionnaires.definition import Attribute, Item, ItemType, Questionnaire
from questionnaires.enablement import enabled_items
from questionnaires.response import Absence, CheckedResponse, ResponseStatus
from questionnaires.translations import Text
from scoring.alerts import Alert
from scoring.history import recall_length
from scoring.inputs import read_input
from scoring.missing import Reason
from scoring.rulebook import BoundRule, Rulebook
from scoring.rules import AlertSeverity, ScoreKind, ScoreRule
from scoring.score import NoValue, Score, State
from scoring.synthesis import Mode

RESOURCE_TYPE: Final = "Observation"

_STATUSES: Final[dict[ResponseStatus, str]] = {
    ResponseStatus.COMPLETED: "final",
    ResponseStatus.AMENDED: "amended",
    ResponseStatus.ENTERED_IN_ERROR: "entered-in-error",
}
# Why somebody left an open question out is not known, so `unknown`, never `asked-declined`.
_ABSENCES: Final[dict[Reason, str]] = {
    Absence.SKIPPED: "unknown",
    Absence.DECLINED: "asked-declined",
    Absence.HIDDEN: "not-asked",
    NoValue.NO_GRADE: "not-applicable",
    NoValue.TOO_FEW_ANSWERED: "unknown",
}
# v3-ObservationInterpretation has two degrees of abnormal; our own code beside it tells routine from soon.
_INTERPRETATIONS: Final[dict[AlertSeverity, str]] = {
    AlertSeverity.ROUTINE: "A",
    AlertSeverity.SOON: "A",
    AlertSeverity.URGENT: "AA",
}
_OBSERVATION_ID: Final = re.compile(r"(.+)\.([1-9][0-9]{0,3})")


def observation_id(response_id: str, number: int) -> str:
    """`<response id>.<number>`: the number belongs to the score for ever (ScoreRule.number)."""
    return f"{response_id}.{number}"


def split_observation_id(identifier: str) -> tuple[str, int] | None:
    """The response and the score number of an Observation id, or None for what never was one."""
    found = _OBSERVATION_ID.fullmatch(identifier)
    return (found[1], int(found[2])) if found else None


def observations(exported: ExportedResponse, text: Text | None = None) -> tuple[Resource, ...]:
    """One Observation for every score of the response's rulebook, scored or not, in the order of the rules.

    `text` gives the words to show, in any language. In the mode `record` there are none: that mode says no scores.
    """
    if exported.mode is Mode.RECORD:
        return ()
    projection = _Projection(exported, text)
    return tuple(projection.observation(bound) for bound in exported.response.rulebook.rules.values())


class _Projection:
    """What the Observations of one response share."""

    def __init__(self, exported: ExportedResponse, text: Text | None) -> None:
        past = exported.response
        self.exported = exported
        self.text = text
        self.language = text.language if text else exported.language
        self.rulebook: Rulebook = past.rulebook
        self.questionnaire: Questionnaire = past.rulebook.questionnaire
        self.checked = CheckedResponse(
            self.questionnaire, past.answers, enabled_items(self.questionnaire, past.answers)
        )
        alerts = past.alerts if exported.mode is Mode.ALERT else ()
        self.alerts: dict[str, Alert] = {alert.concept: alert for alert in alerts}

    def observation(self, bound: BoundRule) -> Resource:
        past, rule = self.exported.response, bound.rule
        resource: Resource = {
            "resourceType": RESOURCE_TYPE,
            "id": observation_id(past.ref.id, rule.number),
            "meta": meta(self.exported),
            "language": self.language,
            "extension": [definition_and_scoring(self.rulebook)],
            "status": self.status,
            "category": [{"coding": [{"system": systems.CATEGORY, "code": "survey", "display": "Survey"}]}],
            "code": self.code(rule),
            "subject": subject(self.exported),
        }
        if self.exported.encounter_id is not None:
            resource["encounter"] = {"reference": f"Encounter/{self.exported.encounter_id}"}
        start = past.authored_at - recall_length(self.questionnaire.recall_period)
        resource |= {
            "effectivePeriod": {"start": instant(start), "end": instant(past.authored_at)},
            "issued": instant(past.stored_at),
            "performer": [source(self.exported, self.language)],
        }
        resource |= self.value(rule)
        if rule.concept in self.alerts:
            resource["interpretation"] = [self.interpretation(self.alerts[rule.concept].severity)]
        resource |= {
            "method": {"text": self.method(rule)},
            "derivedFrom": [{"reference": f"QuestionnaireResponse/{past.ref.id}"}],
        }
        # An item without an attribute is the score itself (a scale of one question): it would say the number twice.
        components = [self.component(item, item.attribute) for item in bound.items if item.attribute]
        return resource | {"component": components} if components else resource

    @property
    def status(self) -> str:
        """R4: an Observation that changes after it was final is amended, also where its response stays completed."""
        status = _STATUSES[self.exported.response.status]
        return "amended" if self.exported.is_rescored and status == "final" else status

    def code(self, rule: ScoreRule) -> Resource:
        """Our own code, and beside it a LOINC code where that means the patient's own report. A CTCAE concept or a
        clinician's LOINC code would turn the report into somebody else's rating.
        """
        own: Resource = {"system": systems.scores(self.questionnaire), "code": rule.name}
        others = [{"system": systems.LOINC, "code": rule.loinc}] if rule.loinc else []
        words = self.text.score_name(rule.name, rule.concept) if self.text else None
        if words is None:
            return {"coding": [own, *others]}
        return {"coding": [own | {"display": words}, *others], "text": words}

    def value(self, rule: ScoreRule) -> Resource:
        """A Quantity for every score, grades included: exact with decimals, found by `value-quantity`, and of one type
        for all that a score may ever become. Its unit names the scale, since values compare only on the same scale.
        A score that could not be computed has no number at all (obs-6).
        """
        result = self.exported.response.scores[rule.name]
        if isinstance(result, Score):
            return {
                "valueQuantity": {"value": result.value, "unit": rule.scale, "system": systems.UCUM, "code": "{score}"}
            }
        if isinstance(result, State):
            return {"valueString": result.code}
        return _absent(result.reason)

    def interpretation(self, severity: AlertSeverity) -> Resource:
        standard = {"system": systems.INTERPRETATION, "code": _INTERPRETATIONS[severity]}
        return {"coding": [standard, {"system": systems.alert_severities(self.questionnaire), "code": severity.value}]}

    def method(self, rule: ScoreRule) -> str:
        citation = self.rulebook.references[rule.reference].citation
        if rule.kind is not ScoreKind.COMPOSITE_GRADE:
            return citation
        said = [say(Phrase.COMPOSITE_METHOD, self.language)]
        if not self.exported.is_restricted:  # Of questions in their owner's words it would be untrue.
            said.append(say(Phrase.LOCAL_WORDS, self.language))
        return " ".join((*said, citation))

    def component(self, item: Item, attribute: Attribute) -> Resource:
        """One input: the option chosen with its weight, or why there is none. A follow-up that branching hid stays
        `not-asked` here, even where the policy let it count as 0: nobody answered it.
        """
        coding = [
            {"system": systems.items(self.questionnaire), "code": item.link_id},
            {"system": systems.attributes(self.questionnaire), "code": attribute.value},
        ]
        entry: Resource = {"code": {"coding": coding}}
        if self.text and item.link_id in self.text.items:
            entry["code"]["text"] = self.text.items[item.link_id]
        number = read_input(self.checked, item)
        if isinstance(number, Absence):
            return entry | _absent(number)
        if item.type is not ItemType.CHOICE:
            return entry | {"valueQuantity": {"value": number}}
        chosen = option_coding(self.questionnaire, item, str(self.checked.answers[item.link_id][0]), self.text)
        return entry | {"valueCodeableConcept": {"coding": [{"extension": [ordinal(number)]} | chosen]}}


def _absent(reason: Reason) -> Resource:
    return {"dataAbsentReason": {"coding": [{"system": systems.DATA_ABSENT_REASON, "code": _ABSENCES[reason]}]}}
