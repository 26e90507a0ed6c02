"""Longitudinal summaries of a patient's scores: one score with its evidence, or every score of one instrument."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from app.security.operations import Operation
from app.services.call import Call, opened
from app.services.errors import UnknownScore
from app.services.history import past_response
from app.services.installation import Installation
from app.services.words import Words, words_of
from app.store.centre import Centre, read_centre
from app.store.errors import NotFound
from app.store.patient import Patient, read_patient
from app.store.response_reading import read_between, read_current
from app.store.transaction import Transaction
from questionnaires.definition import Questionnaire
from questionnaires.errors import UnknownQuestionnaire
from scoring.history import PastResponse, in_order
from scoring.rulebook import Rulebook
from scoring.score_history import ScoreHistory, score_history
from scoring.synthesis import Mode

_BEGINNING_OF_TIME = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ScoresOfPatient:
    """Every score of one instrument over time, with whom it is about and the words of what was asked.

    `histories` is empty in the mode `record`, where no score is shown. `answered` has the latest version of each
    instrument that the patient has answered. `until` is where the period ends.
    """

    patient: Patient
    centre: Centre
    words: Words
    shown: Questionnaire
    answered: tuple[Questionnaire, ...]
    histories: tuple[ScoreHistory, ...]
    until: datetime


async def read_longitudinal(
    installation: Installation,
    call: Call,
    patient_id: UUID,
    *,
    instrument: str,
    name: str,
    baseline: UUID | date | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> ScoreHistory:
    """One score over time with its summaries.

    `baseline` is a response of this patient to this instrument, which may lie outside the period; or a day in the
    centre's time zone: the first response on it or after it. By default the first response of the period.

    Raises UnknownQuestionnaire, NotFound, UnknownScore.
    """
    current = _current(installation, instrument)
    async with opened(installation, call, Operation.LIST_SCORES, patient_id) as tx:
        await read_patient(tx, patient_id)
        centre = await read_centre(tx)
        past = await _past(installation, tx, patient_id, since, until or call.received_at)
        named = await _named(installation, tx, patient_id, baseline) if isinstance(baseline, UUID) else None
    responses = _of_instrument(past, instrument)
    if named is not None:
        if named.rulebook.questionnaire.instrument != instrument:
            raise NotFound
        responses = in_order([*(r for r in responses if r.ref.id != named.ref.id), named])
    reader = _reader(responses, name) or current
    if name not in reader.rules:
        raise UnknownScore(tuple(current.rules))
    start = None if baseline is None or isinstance(baseline, UUID) else _midnight(baseline, centre)
    return score_history(reader, name, responses, _baseline_at(responses, named, start))


async def read_patient_scores(
    installation: Installation, call: Call, patient_id: UUID, *, instrument: str | None = None
) -> ScoresOfPatient:
    """Every score of one instrument over the patient's whole time; by default of the one that was answered last.

    The baseline is the first response to the instrument. Raises UnknownQuestionnaire, NotFound.
    """
    async with opened(installation, call, Operation.LIST_SCORES, patient_id) as tx:
        patient = await read_patient(tx, patient_id)
        centre = await read_centre(tx)
        rows = await read_between(tx, patient_id, _BEGINNING_OF_TIME, call.received_at)
        past = in_order(past_response(installation, row) for row in rows)
        answered = {r.rulebook.questionnaire.instrument: r.rulebook for r in past}
        latest = [past[-1].rulebook.questionnaire.instrument] if past else []
        shown = instrument or [*latest, *centre.consultation_instruments, *installation.catalogue.instruments][0]
        reader = answered.get(shown) or _current(installation, shown)
        words = (await words_of(tx, installation, {shown, *answered})).of_responses(rows)
    responses = _of_instrument(past, shown)
    histories: tuple[ScoreHistory, ...] = ()
    if centre.mode is not Mode.RECORD:
        first = 0 if responses else None
        histories = tuple(score_history(reader, name, responses, first) for name in reader.rules)
    return ScoresOfPatient(
        patient=patient,
        centre=centre,
        words=words,
        shown=reader.questionnaire,
        answered=tuple(rulebook.questionnaire for rulebook in answered.values()),
        histories=histories,
        until=call.received_at,
    )


def _current(installation: Installation, instrument: str) -> Rulebook:
    """The newest rulebook of an instrument, of a version that is asked no more where none is. Raises
    UnknownQuestionnaire.
    """
    catalogue = installation.catalogue
    if instrument not in catalogue.instruments:
        raise UnknownQuestionnaire(tuple(catalogue.instruments))
    *_, last = catalogue.instruments[instrument].versions.values()
    return installation.rulebooks.current(catalogue.newest(instrument) or last)


async def _past(
    installation: Installation, tx: Transaction, patient_id: UUID, since: datetime | None, until: datetime
) -> list[PastResponse]:
    stored = await read_between(tx, patient_id, since or _BEGINNING_OF_TIME, until)
    return in_order(past_response(installation, row) for row in stored)


async def _named(installation: Installation, tx: Transaction, patient_id: UUID, response_id: UUID) -> PastResponse:
    """The response that a caller names as the baseline: of this patient, and in effect. Raises NotFound."""
    stored = await read_current(tx, response_id)
    past = past_response(installation, stored)
    if stored.patient_id != patient_id or not past.is_eligible:
        raise NotFound
    return past


def _of_instrument(past: Sequence[PastResponse], instrument: str) -> list[PastResponse]:
    return [response for response in past if response.rulebook.questionnaire.instrument == instrument]


def _reader(responses: Sequence[PastResponse], name: str) -> Rulebook | None:
    """The rulebook of the latest response that has this score."""
    return next((r.rulebook for r in reversed(responses) if name in r.rulebook.rules), None)


def _midnight(day: date, centre: Centre) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(centre.time_zone))


def _baseline_at(responses: Sequence[PastResponse], named: PastResponse | None, start: datetime | None) -> int | None:
    """The place of the named response, else of the first from `start` on; None where there is none."""
    places = (
        place
        for place, response in enumerate(responses)
        if (response.ref == named.ref if named else start is None or response.authored_at >= start)
    )
    return next(places, None)
