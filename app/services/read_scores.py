"""Scores: of a patient over time, of one response explained, and of answers that are not stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.errors import ResponseInvalid, UnknownScore
from app.services.history import checked_again, past_response, rulebook_of
from app.services.installation import Installation
from app.services.score_in_words import score_in_words
from app.services.words import Words, read_words, words_of
from app.store.patient import read_patient
from app.store.response_reading import read_between, read_current
from questionnaires.definition import Questionnaire
from questionnaires.response import CheckedResponse
from questionnaires.validation import validate
from scoring.engine import score
from scoring.history import PastResponse
from scoring.rulebook import Rulebook
from scoring.score import Scores
from scoring.trace import Trace, explain


@dataclass(frozen=True, slots=True)
class Explained:
    """One score explained: its trace, and the same as sentences of one language."""

    trace: Trace
    language: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScoredAnswers:
    """The scores of answers that were not stored, each explained where that was asked for."""

    rulebook: Rulebook
    scores: Scores
    explained: tuple[Explained, ...]


async def score_answers(
    installation: Installation,
    call: Call,
    *,
    instrument: str,
    version: str | None,
    answers: Mapping[str, Any],
    explained: bool,
) -> ScoredAnswers:
    """Score answers without storing them. Raises NotPermitted, UnknownQuestionnaire, ResponseInvalid."""
    authorise(call.caller, Operation.SCORE)
    questionnaire = installation.catalogue.get(instrument, version)
    checked = validate(questionnaire, answers)
    if not isinstance(checked, CheckedResponse):
        raise ResponseInvalid(checked)
    rulebook = installation.rulebooks.current(questionnaire)
    if not explained:
        return ScoredAnswers(rulebook, score(rulebook, checked), ())
    words = await read_words(installation, call, [instrument])
    traces = (explain(rulebook, checked, name) for name in rulebook.rules)
    in_words = tuple(_in_words(installation, call, questionnaire, words, trace) for trace in traces)
    return ScoredAnswers(rulebook, score(rulebook, checked), in_words)


async def explain_score(installation: Installation, call: Call, response_id: UUID, name: str) -> Explained:
    """How one score of a stored response came about, rebuilt from what it is pinned to.

    Raises NotFound, UnknownScore.
    """
    async with opened(installation, call, Operation.READ_SCORES) as tx:
        stored = await read_current(tx, response_id)
        authorise(call.caller, Operation.READ_SCORES, stored.patient_id)
        tx.audit.about(response_id, stored.patient_id, stored.revision)
        words = (await words_of(tx, installation, [stored.instrument])).of_responses([stored])
    rulebook = rulebook_of(installation, stored)
    if name not in rulebook.rules:
        raise UnknownScore(tuple(rulebook.rules))
    trace = explain(rulebook, checked_again(rulebook.questionnaire, stored.answers), name)
    return _in_words(installation, call, rulebook.questionnaire, words, trace)


def _in_words(
    installation: Installation, call: Call, questionnaire: Questionnaire, words: Words, trace: Trace
) -> Explained:
    wording = installation.wordings.best(call.languages)
    text = words.best(questionnaire, call.languages)
    return Explained(trace, wording.language, score_in_words(trace, questionnaire, text, wording))


async def read_trends(
    installation: Installation, call: Call, patient_id: UUID, *, since: datetime, until: datetime
) -> list[PastResponse]:
    """The responses of a period that are in effect, oldest first: each with its scores. Raises NotFound."""
    async with opened(installation, call, Operation.LIST_SCORES, patient_id) as tx:
        await read_patient(tx, patient_id)
        stored = await read_between(tx, patient_id, since, until)
    past = (past_response(installation, row) for row in stored)
    return [response for response in past if response.is_eligible]
