"""The form of a personal link in its patient's words: every question, what was written, what needs another look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from babel.dates import format_date, format_time, get_datetime_format

from app.services.feedback import Contact, contacts
from app.services.installation import Installation
from app.services.open_link import OpenedLink
from app.services.phone_rules import phone_rules, reading
from app.store.centre import ContactKind
from app.wording import language_name
from questionnaires.answer_types import MAX_LENGTH
from questionnaires.definition import Item, ItemType
from questionnaires.issues import Issue, IssueCode
from questionnaires.written import Written
from scoring.synthesis import Mode

_SCRIPT_WORDS = (
    "progress",
    "answered_of",
    "kept_here",
    "not_kept",
    "offline",
    "waiting",
    "sending",
    "again",
    "refused",
    "saved",
    "issue_needed",
    "no_other_language",
    "nothing_written",
)
_MOST_BUTTONS = 11
"""A whole number from a range of at most so many values is chosen, not typed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: what is sent, what is read, whether it is chosen already, whether it excludes the others."""

    value: str
    words: str
    is_chosen: bool
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A fault beside the question that it is about."""

    link_id: str
    question: str
    sentence: str


class AnswerForm:
    """Everything that the page shows. `written` are the answers that stand in it; a draft's where nobody sent any."""

    def __init__(
        self,
        installation: Installation,
        link: OpenedLink,
        *,
        begun_at: datetime,
        written: Written | None = None,
        issues: Sequence[Issue] = (),
        notice: str | None = None,
    ) -> None:
        self._installation = installation
        self.link = link
        self.wording = link.wording
        self.text = link.text
        self.questionnaire = link.questionnaire
        self.begun_at = begun_at.isoformat()
        self.written: Written = _drafted(link) if written is None else written
        self._issues = issues
        self.notice = notice
        self.say = link.wording.say

    @cached_property
    def contacts(self) -> tuple[Contact, ...]:
        """The centre's emergency numbers, helplines last."""
        return contacts(self.link.centre, self.wording)

    @property
    def helplines(self) -> tuple[Contact, ...]:
        """The numbers for somebody who thinks of dying."""
        return tuple(contact for contact in self.contacts if contact.kind is ContactKind.HELPLINE)

    @property
    def raises_alerts(self) -> bool:
        """Whether the centre calls answers urgent; where it does not, thoughts of dying are told whom to call."""
        return self.link.centre.mode is Mode.ALERT

    @property
    def languages(self) -> list[tuple[str, str]]:
        """The languages that the questionnaire can be answered in, each named in itself."""
        return [(code, language_name(code)) for code in self.link.words.showable(self.questionnaire)]

    @property
    def visit(self) -> str | None:
        """The consultation that is prepared, in words."""
        return self._day(self.link.consultation.starts_at) if self.link.consultation else None

    @property
    def until(self) -> str:
        """Until when answers are wanted, in words."""
        local, language = self.link.closes_at.astimezone(self.link.zone), self.wording.language
        together = str(get_datetime_format("long", locale=language)).replace("'", "")
        day, hour = (format_date(local, "long", locale=language), format_time(local, "short", locale=language))
        return together.replace("{1}", str(day)).replace("{0}", str(hour))

    @property
    def rules(self) -> dict[str, Any]:
        """What the page's script knows of the questionnaire."""
        rulebook = self._installation.rulebooks.current(self.questionnaire)
        return phone_rules(rulebook, self.link.centre.mode)

    @property
    def script_words(self) -> dict[str, Any]:
        """What the page's script says by itself; how many answers need another look, by the plurals of the language."""
        words = self.wording.words
        issues = "answer.issues."
        said: dict[str, Any] = {name: words[f"answer.{name}"] for name in _SCRIPT_WORDS}
        plurals = {key.removeprefix(issues): text for key, text in words.items() if key.startswith(issues)}
        return said | {"issues": plurals}

    @property
    def faults(self) -> list[Named]:
        """What needs another look, in the order of the questions."""
        return [Named(i.link_id, self.words(i.link_id), self._sentence(i)) for i in self._issues]

    def fault(self, link_id: str) -> str | None:
        """What is wrong with the answer to a question; None where nothing is."""
        found = next((issue for issue in self._issues if issue.link_id == link_id), None)
        return self._sentence(found) if found else None

    def words(self, link_id: str) -> str:
        """The words of a question or a heading."""
        return self.text.items.get(link_id, link_id)

    def help(self, link_id: str) -> str | None:
        """What stands below a question to help with it."""
        return self.text.helps.get(link_id)

    def value(self, item: Item) -> str:
        """What is written in a field; a repeating one has a line for each answer."""
        given = self.written.get(item.link_id, "")
        texts = [given] if isinstance(given, str) else list(given)
        return "\n".join(self._local(text) if item.type is ItemType.DATE_TIME else text for text in texts)

    def _local(self, text: str) -> str:
        """A date and time as a browser's field for it has it: where the centre is, without an offset."""
        try:
            moment = datetime.fromisoformat(text)
            local = moment.astimezone(self.link.zone) if moment.tzinfo else moment
        except (ValueError, OverflowError):
            return text
        return local.replace(tzinfo=None).isoformat(timespec="seconds")

    def choices(self, item: Item) -> list[Choice]:
        """What can be chosen. Where nothing says "rather not", an empty answer does, except where one is needed."""
        given = self.written.get(item.link_id, ())
        chosen = (given,) if isinstance(given, str) else given
        offered = [
            *((option.code, self.text.option(item, option.code) or option.code) for option in item.options),
            *(self._whole_numbers(item)),
            *(self._yes_and_no(item)),
        ]
        if not (item.repeats or item.required or item.opt_outs):
            offered.append(("", self.say("answer.decline")))
        alone = {option.code for option in item.options if item.repeats and (option.exclusive or option.opt_out)}
        return [Choice(value, words, value in chosen, value in alone) for value, words in offered]

    def reading(self, item: Item) -> list[object] | None:
        """How the page's script reads a number that is typed; None where no number is."""
        return reading(item) if item.type in (ItemType.INTEGER, ItemType.DECIMAL) and not item.repeats else None

    def wrong_number(self, item: Item) -> str:
        """What is said of something typed that is no such number."""
        return self._range(item)

    def is_row(self, item: Item) -> bool:
        """Whether the choices are numbers that stand side by side."""
        return bool(self._whole_numbers(item))

    def is_chosen(self, item: Item) -> bool:
        """Whether the question is answered by choosing."""
        return bool(item.options) or item.type is ItemType.BOOLEAN or self.is_row(item)

    def _whole_numbers(self, item: Item) -> list[tuple[str, str]]:
        low, high = item.minimum, item.maximum
        if item.type is not ItemType.INTEGER or item.repeats or low is None or high is None:
            return []
        numbers = range(int(low), int(high) + 1)
        return [(str(number), str(number)) for number in numbers] if len(numbers) <= _MOST_BUTTONS else []

    def _yes_and_no(self, item: Item) -> list[tuple[str, str]]:
        if item.type is not ItemType.BOOLEAN:
            return []
        return [("true", self.say("presence.1")), ("false", self.say("presence.0"))]

    def _day(self, moment: datetime) -> str:
        return str(format_date(moment.astimezone(self.link.zone), format="full", locale=self.wording.language))

    def _sentence(self, issue: Issue) -> str:
        item = self.questionnaire.item(issue.link_id)
        if item is None:
            return self.say("answer.issue_other")
        match issue.code:
            case IssueCode.REQUIRED:
                return self.say("answer.issue_needed")
            case IssueCode.TOO_LONG:
                return self.say("answer.issue_long", limit=longest(item))
            case IssueCode.INVALID_TEXT:
                return self.say("answer.issue_text")
            case IssueCode.EXCLUSIVE_OPTION:
                return self.say("answer.issue_alone")
            case IssueCode.OUT_OF_RANGE:
                return self._range(item)
            case _:
                return self.say(_BY_TYPE.get(item.type, "answer.issue_other"))

    def _range(self, item: Item) -> str:
        low, high = item.minimum, item.maximum
        if low is not None and high is not None:
            return self.say("answer.issue_range", low=low, high=high)
        if low is not None:
            return self.say("answer.issue_low", low=low)
        return self.say("answer.issue_high", high=high) if high is not None else self.say("answer.issue_number")


_BY_TYPE: Mapping[ItemType, str] = {
    ItemType.INTEGER: "answer.issue_whole",
    ItemType.DECIMAL: "answer.issue_number",
    ItemType.DATE: "answer.issue_date",
}


def longest(item: Item) -> int:
    """How many characters a text may have."""
    return item.max_length or MAX_LENGTH.get(item.type, MAX_LENGTH[ItemType.STRING])


def _drafted(link: OpenedLink) -> Written:
    """The answers of the draft, as a form has them, where it is of this version."""
    draft = link.draft
    if draft is None or draft.version != link.questionnaire.version:
        return {}
    return {
        link_id: tuple(map(_typed, given)) if isinstance(given, list) else _typed(given)
        for link_id, given in draft.answers.items()
    }


def _typed(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
