"""What has changed on a synthesis since somebody saw or printed it, and who did, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.services.asked_in_words import AskedInWords
from app.services.history import answers_from, rulebook_of
from app.services.installation import Installation
from app.services.open_synthesis import ChangedResponse, OpenedSynthesis
from app.services.synthesis_in_words import SynthesisInWords
from app.store.synthesis_mark import SynthesisMark
from questionnaires.definition import Value
from questionnaires.response import ResponseStatus


@dataclass(frozen=True, slots=True)
class ChangeInWords:
    """One response that is new, corrected, withdrawn or scored again. `answers`: each question, before and after."""

    words: str
    answers: tuple[str, ...]


class ChangesInWords:
    """The marks on a synthesis, and what changed since the latest one."""

    def __init__(self, installation: Installation, opened: OpenedSynthesis, view: SynthesisInWords) -> None:
        self._installation = installation
        self._opened = opened
        self._view = view
        self._say = view.say
        self._asked = AskedInWords(installation, opened.versioned.found.words, view.wording)

    @property
    def number(self) -> int:
        """The number of this version."""
        return self._opened.versioned.version.number

    @property
    def version(self) -> str:
        """Which version this is, and since when it has said what it says."""
        version = self._opened.versioned.version
        return self._say("synthesis.version", version=version.number, date=self._view.at(version.dated))

    @property
    def marks(self) -> list[str]:
        """Who saw and who printed it, the latest first."""
        return [self._mark(mark) for mark in reversed(self._opened.marks)]

    @property
    def title(self) -> str | None:
        """Since which version it has changed; None where it has not."""
        since = self._opened.changed_since
        return self._say("synthesis.changed_title", version=since.document_version) if since else None

    @property
    def outdated(self) -> str | None:
        """That somebody had another version before them than the one that there is now."""
        return self._say("synthesis.outdated", version=self.number) if self._opened.is_outdated else None

    @property
    def changes(self) -> list[ChangeInWords]:
        """What changed, response by response."""
        if self._opened.changed_since is None:
            return []
        found = [self._change(changed) for changed in self._opened.changes if _concerns_the_page(changed)]
        return found or [ChangeInWords(self._say("synthesis.changed_other"), ())]

    def _mark(self, mark: SynthesisMark) -> str:
        assert mark.marked_at is not None, "a mark that was read has its time"
        who = mark.name or self._say(f"synthesis.somebody_{mark.role}")
        date = self._view.at(mark.marked_at)
        return self._say(f"synthesis.{mark.kind.value}_by", who=who, date=date, version=mark.document_version)

    def _change(self, changed: ChangedResponse) -> ChangeInWords:
        now, before = changed.now, changed.before
        date, at = self._view.on(now.authored_at), self._view.at(now.stored_at)
        if before is None:
            return ChangeInWords(self._say("synthesis.changed_new", date=date), ())
        if now.status is ResponseStatus.ENTERED_IN_ERROR:
            return ChangeInWords(self._say("synthesis.changed_withdrawn", date=date, at=at), ())
        answers = self._answers(changed)
        key = "scored" if "rescored" in now.evaluation and not answers else "corrected"
        return ChangeInWords(self._say(f"synthesis.changed_{key}", date=date, at=at), tuple(answers))

    def _answers(self, changed: ChangedResponse) -> list[str]:
        assert changed.before is not None, "what is new has no earlier answers"
        canonical = rulebook_of(self._installation, changed.now).questionnaire.canonical
        before, after = answers_from(changed.before.answers), answers_from(changed.now.answers)
        links = [item.link_id for item in self._asked.questionnaire(canonical).questions]
        return [
            self._say(
                "synthesis.changed_answer",
                question=self._asked.question(canonical, name),
                before=self._answer(canonical, name, before.get(name, ())),
                after=self._answer(canonical, name, after.get(name, ())),
            )
            for name in links
            if before.get(name) != after.get(name)
        ]

    def _answer(self, canonical: str, name: str, values: Sequence[Value]) -> str:
        words = self._asked.answer(canonical, name, values)
        return ", ".join(words) or self._say("synthesis.no_answer")


def _concerns_the_page(changed: ChangedResponse) -> bool:
    """Whether the page said something of it then or says it now: what came and was withdrawn in between is neither."""
    before = changed.before
    was_told = before is not None and before.status is not ResponseStatus.ENTERED_IN_ERROR
    return was_told or changed.now.status is not ResponseStatus.ENTERED_IN_ERROR
