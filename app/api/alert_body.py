"""The body of an alert: what raised it, with the evidence, and the same as a sentence."""

from typing import Annotated, Any

from pydantic import Field

from app.api.fields import Documented, Plain, RefOut
from app.api.trace_body import ReferenceOut
from app.services.alert_in_words import AlertInWords, Reason
from questionnaires.instrument_files import Reference
from scoring.history import ResponseRef
from scoring.rules import AlertSeverity, Since


class SeenOut(Documented):
    """A further condition of a combined rule: on which item or score, and what was seen there."""

    on: str
    value: Plain


class TriggerOut(Documented):
    """Why an alert was raised: the rule, the item or score that it watched, what was seen there, and its source.

    `value` is the number, or the option code for a rule on a code. For a change, `previous` is the earlier number,
    `since` says of which response, and `compared_with` names that response.
    """

    rule: str
    on: str
    value: Plain
    previous: Plain
    since: Since | None
    compared_with: RefOut | None
    and_seen: list[SeenOut]
    reference: ReferenceOut | None
    reason: Annotated[str, Field(description="In one sentence, in the language of `Accept-Language`.")]


class AlertOut(Documented):
    """One alert a concept, as severe as the most severe of its triggers."""

    concept: str
    severity: AlertSeverity
    triggers: list[TriggerOut]


def plain_alert(worded: AlertInWords) -> dict[str, Any]:
    """An alert as plain data: the fields of `AlertOut`."""
    return {
        "concept": worded.alert.concept,
        "severity": worded.alert.severity.value,
        "triggers": [_trigger(reason) for reason in worded.reasons],
    }


def _trigger(reason: Reason) -> dict[str, Any]:
    trigger = reason.trigger
    return {
        "rule": trigger.rule,
        "on": trigger.on,
        "value": trigger.value,
        "previous": trigger.previous,
        "since": trigger.since,
        "compared_with": _ref(reason.compared_with),
        "and_seen": [{"on": seen.on, "value": seen.value} for seen in trigger.and_seen],
        "reference": _reference(reason.reference, reason.source),
        "reason": reason.sentence,
    }


def _ref(ref: ResponseRef | None) -> dict[str, Any] | None:
    return {"id": ref.id, "revision": ref.revision} if ref else None


def _reference(key: str | None, source: Reference | None) -> dict[str, Any] | None:
    return {"key": key, **source.model_dump()} if key and source else None
