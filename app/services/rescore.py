"""Scoring stored responses again by another version of the rules, on an operator's explicit order.

Nothing that was stored is changed: a response that is scored again gets a new revision with the same answers. Its
alerts stay those that were raised when the answers came in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.services.history import checked_again, column_scores, rulebook_of, scores_from
from app.services.installation import Installation, Knowledge
from app.services.score_changes import Changes
from app.services.withdrawn import noting_withdrawn
from app.store.audit import AuditEntry, operator_subject
from app.store.centre import read_centre
from app.store.ids import new_id
from app.store.rescoring import FIRST_PLACE, ScoredOtherwise, count_patients, read_patients, read_scored_otherwise
from app.store.response import StoredResponse
from app.store.response_writing import add_revision
from app.store.transaction import PatientLock, Scope, transaction
from questionnaires.definition import PublicationStatus
from questionnaires.errors import UnknownQuestionnaire
from scoring.engine import score
from scoring.rulebook import Rulebook
from scoring.score import Scores

PATIENTS_A_PAGE = 100

Progress = Callable[[int, int], None]
"""Called with how many patients are done, of how many."""


class UnknownScoring(Exception):
    """The instrument has no scoring of that version. `known` lists those that it has."""

    def __init__(self, known: tuple[str, ...]) -> None:
        super().__init__("no scoring of that version")
        self.known = known


@dataclass(frozen=True, slots=True)
class Targets:
    """Definition version -> the rulebook that scores it again. `left_alone` are those that it has no rules for."""

    instrument: str
    rulebooks: Mapping[str, Rulebook]
    left_alone: tuple[str, ...]

    @property
    def meant(self) -> ScoredOtherwise:
        """The responses that are not scored so yet."""
        return ScoredOtherwise(self.instrument, {version: book.version for version, book in self.rulebooks.items()})


@dataclass(frozen=True, slots=True)
class Decision:
    """Who wants it, and why: it stands in every revision that is written, and in the audit trail."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rescoring:
    """What is scored again, and when. Without a decision it is only looked at, and nothing is stored."""

    centre_id: UUID
    targets: Targets
    at: datetime
    decision: Decision | None = None


def targets_of(knowledge: Knowledge, instrument: str, version: str | None) -> Targets:
    """The rulebooks of one scoring version, or of the newest that scores each definition version.

    Raises UnknownQuestionnaire, UnknownScoring.
    """
    family = knowledge.catalogue.instruments.get(instrument)
    if family is None:
        raise UnknownQuestionnaire(tuple(knowledge.catalogue.instruments))
    answered = [q for q in family.versions.values() if q.status is not PublicationStatus.DRAFT]
    books = {q.version: knowledge.rulebooks.by_canonical[q.canonical] for q in answered}
    if version is None:
        return Targets(instrument, {definition: scorings[-1] for definition, scorings in books.items()}, ())
    chosen = {d: book for d, scorings in books.items() for book in scorings if book.version == version}
    if not chosen:
        raise UnknownScoring(tuple(dict.fromkeys(book.version for scorings in books.values() for book in scorings)))
    return Targets(instrument, chosen, tuple(d for d in books if d not in chosen))


async def rescore(installation: Installation, order: Rescoring, progress: Progress) -> Changes:
    """Go through every response that is scored otherwise, and count what the target's rules give for its scores.

    With a decision, each gets its new revision: one transaction a patient, so that a run that was stopped is taken up
    by the next. Memory is for one patient's responses. Raises NotFound where there is no such centre, StoreBusy.
    """
    return await _Run(installation, order).through(progress)


class _Run:
    """One run. Its events in the audit trail share a correlation id."""

    def __init__(self, installation: Installation, order: Rescoring) -> None:
        self.installation = installation
        self.order = order
        self.meant = order.targets.meant
        self.id = str(new_id())
        self.changes = Changes()

    async def through(self, progress: Progress) -> Changes:
        pool, scope = self.installation.pool, Scope(self.order.centre_id)
        done, after = 0, FIRST_PLACE
        async with transaction(pool, scope, self._event("preview_rescore")) as tx:
            await read_centre(tx)
            patients = await count_patients(tx)
        while True:
            async with transaction(pool, scope, self._event("preview_rescore")) as tx:
                page = await read_patients(tx, self.meant, after=after, count=PATIENTS_A_PAGE)
            if page is None:
                return self.changes
            for patient_id in page.having:
                await self._patient(patient_id)
                done += 1
                progress(done, patients)
            done, after = done + page.size - len(page.having), page.last
            progress(done, patients)

    async def _patient(self, patient_id: UUID) -> None:
        """One patient's responses, in one transaction that sees nobody else's."""
        decision = self.order.decision
        event = self._event("rescore" if decision else "preview_rescore", patient_id)
        scope = Scope(self.order.centre_id, frozenset({patient_id}))
        lock = PatientLock(patient_id) if decision else None
        counted: list[tuple[Scores, Scores]] = []
        async with transaction(self.installation.pool, scope, event, lock) as tx:
            for stored in await read_scored_otherwise(tx, patient_id, self.meant):
                rulebook = self.order.targets.rulebooks[stored.version]
                scores = score(rulebook, checked_again(rulebook.questionnaire, stored.answers))
                if decision is not None:
                    again = _scored_again(stored, rulebook, scores, decision, self.order.at)
                    was = rulebook_of(self.installation, stored)
                    kept = noting_withdrawn(again.evaluation, stored, was, answers=stored.answers, scored_by=rulebook)
                    await add_revision(tx, replace(again, evaluation=kept))
                counted.append((scores_from(stored.scores), scores))
        for before, after in counted:
            self.changes.add(before, after)
        self.changes.patients += bool(counted)

    def _event(self, operation: str, patient_id: UUID | None = None) -> AuditEntry:
        decision = self.order.decision
        subject = operator_subject(decision.by if decision else None)
        resource = None if patient_id else self.order.targets.instrument
        return AuditEntry(subject, "operator", operation, self.id, patient_id, resource)


def _scored_again(
    stored: StoredResponse, rulebook: Rulebook, scores: Scores, decision: Decision, at: datetime
) -> StoredResponse:
    """The next revision: another scoring version and its scores. Nobody answered anew, so all the rest is as it was."""
    return replace(
        stored,
        revision=stored.revision + 1,
        scoring_version=rulebook.version,
        scoring_digest=rulebook.digest,
        scores=column_scores(scores),
        idempotency_key=None,
        body_sha256=None,
        reason=decision.reason,
        evaluation={
            "alerts_scoring": stored.scoring_version,  # as it is already, where it is not the first time
            **stored.evaluation,
            "rescored": {"by": decision.by, "at": at.isoformat(), "from_version": stored.scoring_version},
        },
    )
