"""The synthesis of a consultation: its history read once, synthesised purely."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.security.operations import Operation, authorise
from app.services.alert_in_words import AlertInWords, alert_in_words
from app.services.call import Call, opened
from app.services.evaluation import Basis, basis_of
from app.services.history import past_response
from app.services.installation import Installation
from app.services.words import Words, words_of
from app.store.centre import Centre, read_centre
from app.store.consultation import StoredConsultation, consultations_of, consultations_of_several, read_consultation
from app.store.patient import Patient, read_patient
from app.store.patient_link import Links, links_of
from app.store.response import StoredResponse
from app.store.response_reading import find_first, read_between
from app.store.responses_of_several import Period, find_firsts, read_periods
from app.store.transaction import Transaction
from app.wording import Wording
from questionnaires.definition import Questionnaire
from scoring.history import Consultation, PastResponse, ResponseRef, last_consultation
from scoring.synthesis import REFERENCE_DAYS, Past, Synthesis, synthesise
from scoring.vigilance import Point

_BEGINNING_OF_TIME = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is read of one patient: from the reference period on, not the whole life, and the first response."""

    consultations: Sequence[Consultation]
    responses: Sequence[StoredResponse]
    first: StoredResponse | None

    def known_at(self, moment: datetime) -> list[StoredResponse]:
        """The responses that were answered by then, oldest first."""
        every = [self.first, *self.responses] if self.first else self.responses
        return [row for row in every if row.authored_at <= moment]


@dataclass(frozen=True, slots=True)
class SynthesisOfPatient:
    """A synthesis with whom it is about, the words of what was asked, and what it rests on.

    `past` and `rows`: the responses that were read, as scoring knows them and as they are stored. `other_records`: the
    patients of the centre who turned out to be this one, or whom this one turned out to be; their answers are not read.
    """

    synthesis: Synthesis
    patient: Patient
    centre: Centre
    consultation: StoredConsultation
    words: Words
    bases: Mapping[ResponseRef, Basis]
    past: Mapping[ResponseRef, PastResponse]
    rows: Mapping[ResponseRef, StoredResponse]
    other_records: tuple[UUID, ...] = ()

    def alert_of(self, point: Point, wording: Wording) -> AlertInWords | None:
        """The urgent alert of a point of vigilance, with its reasons in words; None where it is none."""
        if point.alert is None:
            return None
        basis = self.bases[point.evidence[-1]]
        text = self.words.best(basis.rulebook.questionnaire, (wording.language,))
        return alert_in_words(point.alert, basis, text, wording)


@dataclass(frozen=True, slots=True)
class Material:
    """All that a synthesis is made of, read in one transaction. `moment` is what it will be as of."""

    visit: StoredConsultation
    patient: Patient
    centre: Centre
    words: Words
    past: Past
    moment: datetime
    other_records: tuple[UUID, ...]
    _rows: _Rows

    @property
    def by_ref(self) -> dict[ResponseRef, StoredResponse]:
        """Every row that was read."""
        every = (*self._rows.responses, *([self._rows.first] if self._rows.first else ()))
        return {ResponseRef(str(row.response_id), row.revision): row for row in every}

    @property
    def rows_shown(self) -> Sequence[StoredResponse]:
        """The rows that the synthesis could tell of, the first of all among them and those entered in error too."""
        until = min(self.moment, self.visit.starts_at)
        shown = (row for row in self.by_ref.values() if row.authored_at <= until)
        return sorted(shown, key=lambda row: (row.authored_at, row.stored_at, row.response_id))

    def of(self, refs: Iterable[ResponseRef]) -> list[StoredResponse]:
        """The rows of these responses, in their order."""
        by_ref = self.by_ref
        return [by_ref[ref] for ref in refs]

    def synthesis(self, installation: Installation) -> SynthesisOfPatient:
        """The synthesis: the one place where it is computed."""
        bases = {
            response.ref: basis_of(installation, row)
            for response, row in zip(self.past.responses, self._rows.responses, strict=True)
            if response.alerts
        }
        synthesis = synthesise(self.visit.domain, self.past, mode=self.centre.mode, as_of=self.moment)
        read = (*self.past.responses, *([self.past.baseline] if self.past.baseline else ()))
        return SynthesisOfPatient(
            synthesis=synthesis,
            patient=self.patient,
            centre=self.centre,
            consultation=self.visit,
            words=self.words,
            bases=bases,
            past={response.ref: response for response in read},
            rows=self.by_ref,
            other_records=self.other_records,
        )


async def read_synthesis(
    installation: Installation, call: Call, consultation_id: UUID, *, as_of: datetime | None = None
) -> SynthesisOfPatient:
    """Everything since the last consultation before this one, as of a moment (now, where none is named).

    Raises NotFound.
    """
    async with opened(installation, call, Operation.READ_SYNTHESIS) as tx:
        visit = await read_consultation(tx, consultation_id)
        authorise(call.caller, Operation.READ_SYNTHESIS, visit.patient_id)
        tx.audit.about(consultation_id, visit.patient_id)
        material = await read_material(installation, call, tx, visit, as_of or call.received_at)
    return material.synthesis(installation)


async def read_material(
    installation: Installation, call: Call, tx: Transaction, visit: StoredConsultation, moment: datetime
) -> Material:
    """What the synthesis of a visit as of a moment is made of, the visit itself as it is stored by now."""
    centre = await read_centre(tx)
    patient = await read_patient(tx, visit.patient_id)
    visit, rows = await _read(tx, visit)
    past = _past(installation, rows, _asked(installation, visit, moment, call.received_at))
    words = (await words_of(tx, installation, _instruments(past))).of_responses(rows.known_at(moment))
    others = _other_records(await links_of(tx, [visit.patient_id]), visit.patient_id)
    return Material(visit, patient, centre, words, past, moment, others, rows)


async def read_materials(
    installation: Installation,
    call: Call,
    tx: Transaction,
    centre: Centre,
    visits: Sequence[tuple[StoredConsultation, Patient]],
    moment: datetime,
) -> list[Material]:
    """The same for several visits of known patients, in their order: in as many round trips as for one."""
    several = await _read_several(tx, [visit for visit, _ in visits])
    pasts = [
        _past(installation, rows, _asked(installation, visit, moment, call.received_at))
        for (visit, _), rows in zip(visits, several, strict=True)
    ]
    words = await words_of(tx, installation, {name for past in pasts for name in _instruments(past)})
    links = await links_of(tx, {visit.patient_id for visit, _ in visits})
    return [
        Material(
            visit=visit,
            patient=patient,
            centre=centre,
            words=words.of_responses(rows.known_at(moment)),
            past=past,
            moment=moment,
            other_records=_other_records(links, visit.patient_id),
            _rows=rows,
        )
        for (visit, patient), rows, past in zip(visits, several, pasts, strict=True)
    ]


async def _read_several(tx: Transaction, visits: Sequence[StoredConsultation]) -> list[_Rows]:
    patient_ids = {visit.patient_id for visit in visits}
    consultations: dict[UUID, list[Consultation]] = {patient_id: [] for patient_id in patient_ids}
    for stored in await consultations_of_several(tx, patient_ids):
        consultations[stored.patient_id].append(stored.domain)
    periods = [
        Period(visit.patient_id, _earliest(visit, consultations[visit.patient_id]), visit.starts_at) for visit in visits
    ]
    responses = await read_periods(tx, periods)
    firsts = await find_firsts(tx, patient_ids)
    return [
        _Rows(consultations[visit.patient_id], rows, firsts.get(visit.patient_id))
        for visit, rows in zip(visits, responses, strict=True)
    ]


async def _read(tx: Transaction, visit: StoredConsultation) -> tuple[StoredConsultation, _Rows]:
    every = await consultations_of(tx, visit.patient_id)
    now = next(stored for stored in every if stored.consultation_id == visit.consultation_id)
    consultations = [stored.domain for stored in every]
    responses = await read_between(tx, now.patient_id, _earliest(now, consultations), now.starts_at)
    return now, _Rows(consultations, responses, await find_first(tx, now.patient_id))


def _other_records(links: Links, patient_id: UUID) -> tuple[UUID, ...]:
    replacing = links.replaced_by(patient_id)
    return (*links.replaces(patient_id), *([replacing] if replacing else ()))


def _earliest(visit: StoredConsultation, consultations: Iterable[Consultation]) -> datetime:
    """From when on answers are read: the reference period's beginning; without a last consultation from the first."""
    previous = last_consultation(visit.domain, consultations)
    return previous.start - timedelta(days=REFERENCE_DAYS) if previous else _BEGINNING_OF_TIME


def _past(installation: Installation, rows: _Rows, asked: Iterable[Questionnaire]) -> Past:
    return Past(
        consultations=rows.consultations,
        responses=[past_response(installation, row) for row in rows.responses],
        baseline=past_response(installation, rows.first) if rows.first else None,
        due=[installation.rulebooks.current(questionnaire) for questionnaire in asked],
    )


def _asked(
    installation: Installation, visit: StoredConsultation, as_of: datetime, now: datetime
) -> Iterator[Questionnaire]:
    """What is asked before the visit. Of a visit that is past, what was asked then: a version that was published since
    is not what the patient left unanswered.
    """
    moment = min(as_of, visit.starts_at)
    for instrument in visit.instruments:
        if moment < now:
            yield installation.catalogue.asked_on(instrument, moment.date().isoformat())
        else:
            yield installation.catalogue.get(instrument)


def _instruments(past: Past) -> set[str]:
    """Every instrument that a synthesis of that past may name."""
    answered = (*past.responses, past.baseline) if past.baseline else past.responses
    books = (*(response.rulebook for response in answered), *past.due)
    return {book.questionnaire.instrument for book in books}
