"""What the Observations of one response share: its subject, its time, its evidence, its alerts."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

from fhir_export.encoding import Resource, instant
from fhir_export.observation_parts import Parts, RulebookParts
from fhir_export.people import source, subject
from fhir_export.source import ExportedResponse
from fhir_export.stored_version import meta
from questionnaires.enablement import enabled_items
from questionnaires.response import ResponseStatus
from scoring.history import recall_length
from scoring.rules import AlertSeverity
from scoring.synthesis import Mode

RESOURCE_TYPE: Final = "Observation"

_STATUSES: Final[dict[ResponseStatus, str]] = {
    ResponseStatus.COMPLETED: "final",
    ResponseStatus.AMENDED: "amended",
    ResponseStatus.ENTERED_IN_ERROR: "entered-in-error",
}


def observation_id(response_id: str, number: int) -> str:
    """`<response id>.<number>`: the number belongs to the score, or to the item of its definition, for ever."""
    return f"{response_id}.{number}"


class ObservationFrame:
    """One response, with the constant parts of its Observations."""

    def __init__(self, exported: ExportedResponse, parts: RulebookParts, language: str) -> None:
        past = exported.response
        self.response = past
        self.parts = parts
        self.language = language
        self.meta = meta(exported, exported.profiles)
        self.subject = subject(exported)
        self.encounter = {"reference": f"Encounter/{exported.encounter_id}"} if exported.encounter_id else None
        start = past.authored_at - recall_length(past.rulebook.questionnaire.recall_period)
        self.period = {"start": instant(start), "end": instant(past.authored_at)}
        self.issued = instant(past.stored_at)
        self.performer = [source(exported, language)]
        self.evidence = [{"reference": f"QuestionnaireResponse/{past.ref.id}"}]
        # R4: an Observation that changes after it was final is amended, also where its response stays completed.
        status = _STATUSES[past.status]
        self.status = "amended" if exported.is_rescored and status == "final" else status
        self.concepts: dict[str, AlertSeverity] = {}
        self.raised_on: dict[str, AlertSeverity] = {}
        for alert in past.alerts if exported.mode is Mode.ALERT else ():  # the most severe one first
            self.concepts.setdefault(alert.concept, alert.severity)
            for trigger in alert.triggers:
                self.raised_on.setdefault(trigger.on, alert.severity)

    @cached_property
    def enabled(self) -> frozenset[str]:
        """The items that branching left open: asked for only where an answer is missing."""
        return enabled_items(self.response.rulebook.questionnaire, self.response.answers)

    @cached_property
    def given(self) -> frozenset[int]:
        """The numbers of the Observations that this revision gives."""
        answers = self.response.answers
        return frozenset(
            [part.head.number for part in self.parts.scores]
            + [part.head.number for part in self.parts.answers if part.input.item.link_id in answers]
        )

    def begin(self, parts: Parts, status: str | None = None) -> Resource:
        """An Observation up to its value. `status`: where it is not that of the response."""
        resource: Resource = {
            "resourceType": RESOURCE_TYPE,
            "id": observation_id(self.response.ref.id, parts.number),
            "meta": self.meta,
            "language": self.language,
            "extension": self.parts.extension,
            "status": status or self.status,
            "category": parts.category,
            "code": parts.code,
            "subject": self.subject,
        }
        if self.encounter is not None:
            resource["encounter"] = self.encounter
        resource["effectivePeriod"] = self.period
        resource["issued"] = self.issued
        resource["performer"] = self.performer
        return resource

    def interpret(self, resource: Resource, concept: str | None, names: Iterable[str]) -> None:
        """Say the most severe alert that was raised for the concept, or on one of these items and scores.

        No alert says nothing: silence is not "normal".
        """
        if not self.concepts:
            return
        severities = set(self._severities(concept, names))
        if severities:
            most = max(severities, key=_SEVERITIES.index)
            resource["interpretation"] = self.parts.interpretations[most]

    def _severities(self, concept: str | None, names: Iterable[str]) -> Iterator[AlertSeverity]:
        if concept in self.concepts:
            yield self.concepts[concept]
        for name in names:
            if name in self.raised_on:
                yield self.raised_on[name]


_SEVERITIES: Final = list(AlertSeverity)
