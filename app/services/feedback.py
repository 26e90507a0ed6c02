"""What a patient reads after sending: what to do now, whom to call, what becomes of the answers, and advice.

No scores.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

from app.services.evaluation import advice_of
from app.services.installation import Knowledge
from app.store.centre import Centre, ContactKind, EmergencyContact
from app.store.response import StoredResponse
from app.wording import Wording
from guidance.advice import Advice
from scoring.rules import AlertSeverity


@dataclass(frozen=True, slots=True)
class Message:
    """Some sentences for the patient. `kind` says what they are about, for the app's layout; advice has a title."""

    kind: str
    text: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A number to call, and who answers there."""

    number: str
    name: str
    kind: ContactKind = ContactKind.EMERGENCY


@dataclass(frozen=True, slots=True)
class Feedback:
    """The messages in the order in which they must be read, urgent ones first, and the centre's emergency numbers."""

    language: str
    messages: tuple[Message, ...]
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is stored, and what the patient reads."""

    response: StoredResponse
    feedback: Feedback


def receipt(response: StoredResponse, centre: Centre, knowledge: Knowledge) -> Receipt:
    """The answer to whoever sent a response: in its language, else in one of the centre's."""
    wording = knowledge.wordings.best((response.language,), centre.languages)
    return Receipt(response, feedback_of(response, centre, knowledge, wording))


def feedback_of(response: StoredResponse, centre: Centre, knowledge: Knowledge, wording: Wording) -> Feedback:
    """What the patient of a stored response reads, in the words of a language."""
    found = [knowledge.advice.find(ref) for ref in advice_of(response)]
    # What a newer release published is not here after a step back to this one. The rest is said all the same.
    advice = [known for known in found if known is not None]
    return feedback(response.evaluation["feedback"], advice, centre, wording)


def plain_feedback(
    urgency: AlertSeverity | None, next_consultation: datetime | None, *, self_harm: bool = False
) -> dict[str, Any]:
    """What feedback rests on, stored with the response so that a replay gives the same answer.

    `self_harm`: thoughts of it were named; it stands there only where they were.
    """
    plain: dict[str, Any] = {
        "urgency": urgency.value if urgency else None,
        "consultation": next_consultation.isoformat() if next_consultation else None,
    }
    return plain | {"self_harm": True} if self_harm else plain


def feedback(plain: dict[str, Any], advice: Iterable[Advice], centre: Centre, wording: Wording) -> Feedback:
    """The feedback in words, advice last.

    The numbers are always the centre's present ones: an old number helps nobody.
    """
    messages: list[Message] = []
    self_harm = plain.get("self_harm", False)
    if self_harm:
        messages.append(Message("act-now", wording.say("feedback.self_harm")))
    if plain["urgency"] == AlertSeverity.URGENT.value:
        messages.append(Message("act-now", wording.say("feedback.urgent")))
    elif plain["urgency"] == AlertSeverity.SOON.value:
        messages.append(Message("call-if-worried", wording.say("feedback.soon")))
    messages.append(Message("not-watched-live", wording.say("feedback.not_watched_live")))
    messages.append(Message("thanks", wording.say("feedback.thanks")))
    if plain["consultation"]:
        on = _day(plain["consultation"], centre.time_zone, wording.language)
        messages.append(Message("shown-at", wording.say("feedback.shown_at", date=on)))
    else:
        messages.append(Message("shown-at", wording.say("feedback.shown_at_next")))
    advised = [known.words[wording.language] for known in advice]
    messages.extend(Message("advice", f"{words.text} {words.call_if}", words.title) for words in advised)
    return Feedback(wording.language, tuple(messages), contacts(centre, wording, helplines_first=self_harm))


def contacts(centre: Centre, wording: Wording, *, helplines_first: bool = False) -> tuple[Contact, ...]:
    """The centre's emergency numbers, named in the language, else in the first of the centre's that has a name.

    Helplines come last, except where somebody thinks of dying: then nothing comes before them.
    """
    languages = (wording.language, *centre.languages)
    found = (Contact(c.number, _name(c, languages), c.kind) for c in centre.emergency_contacts)
    return tuple(sorted(found, key=lambda contact: (contact.kind is ContactKind.HELPLINE) is not helplines_first))


def _name(contact: EmergencyContact, languages: tuple[str, ...]) -> str:
    # jsonb does not keep the order of keys: the first name in the column is nobody's choice.
    return next((contact.names[language] for language in languages if contact.names.get(language)), "")


@lru_cache(maxsize=1_024)
def _day(at: str, time_zone: str, language: str) -> str:
    """The day of a consultation, in words."""
    return format_date(datetime.fromisoformat(at).astimezone(ZoneInfo(time_zone)), format="full", locale=language)
