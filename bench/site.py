"""What is measured on: a durable PostgreSQL of its own with one centre, its patients and their past answers."""

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg

from app.security.caller import Caller, Role
from app.security.operations import default_scopes
from app.security.scopes import parse_scopes
from app.services import consultations, patients
from app.services.call import Call
from app.services.consultations import PlannedConsultation
from app.services.installation import Installation, Knowledge, load_knowledge
from app.services.patients import Registration
from app.services.submit_response import Submission, submit_response
from app.settings import Settings
from app.store.audit import AuditEntry
from app.store.centre import Centre, EmergencyContact, add_centre
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from app.store.patient import Identifier
from app.store.pool import Pool
from app.store.schema import migrate
from app.store.transaction import Scope, transaction
from bench.floor import CREATE
from bench.forms import INSTRUMENT, full_answers
from bench.thirty_items import INSTRUMENT as THIRTY_ITEMS
from bench.thirty_items import instruments_with_it, thirty_answers
from scoring.history import ConsultationStatus
from scoring.synthesis import Mode

Say = Callable[[str], None]

HISTORY = 5
"""Earlier weekly responses of every patient who submits."""
WEEKS = 104
"""Weekly responses of the patient whose synthesis is read."""
PULLED = 24
"""Responses of 30 answers of the patient whom an EHR pulls: more than a page of 20."""
_WEEKS_BETWEEN_VISITS = 5


@dataclass(frozen=True)
class Site:
    """The database, and who is in it. `pulled` is the patient whose responses an EHR reads page by page."""

    folder: Path
    server: EmbeddedPostgres
    settings: Settings
    knowledge: Knowledge
    centre_id: UUID
    patients: tuple[UUID, ...]
    consultation_id: UUID
    pulled: UUID

    def call(self, role: Role, at: datetime | None = None) -> Call:
        """An authenticated call, for use cases that are called directly."""
        caller = Caller(self.centre_id, role, "bench", None, frozenset(), parse_scopes(default_scopes(role)))
        return Call(caller, at or datetime.now(UTC), "bench")


@contextmanager
def site(patient_count: int, say: Say) -> Iterator[Site]:
    """Make everything in a new folder, remove it at the end.

    Not below a folder of mode 0700: as root, PostgreSQL runs as another account.
    """
    folder = Path(tempfile.mkdtemp(prefix="vigie-bench-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        with EmbeddedPostgres(folder / "data", durable=True, say=say) as server:
            migrate(server.owner_url, server.service_url)
            own = {"instruments_dir": instruments_with_it(Settings().instruments_dir, folder / "instruments")}
            settings = Settings.model_validate({"DATABASE_URL": server.service_url, "demo": False} | own)
            knowledge = load_knowledge(settings)
            say(f"Filling it: {patient_count} patients with {HISTORY} responses, one with {WEEKS} ...")
            centre_id = asyncio.run(_add_centre(server, settings))
            empty = Site(folder, server, settings, knowledge, centre_id, (), new_id(), new_id())
            yield asyncio.run(_filled(empty, patient_count))
    finally:
        shutil.rmtree(folder)


async def _add_centre(server: EmbeddedPostgres, settings: Settings) -> UUID:
    centre = Centre(
        centre_id=new_id(),
        name="Bench",
        mode=Mode.ALERT,
        languages=("fr", "en"),
        time_zone="Europe/Paris",
        emergency_contacts=(EmergencyContact("15", {"fr": "SAMU", "en": "Emergency"}),),
        consultation_instruments=(INSTRUMENT,),
    )
    owner = await Pool.open(server.owner_url, settings)
    async with transaction(
        owner, Scope(centre.centre_id), AuditEntry("bench", "operator", "add_centre", "bench")
    ) as tx:
        await add_centre(tx, centre)
    await owner.close()
    return centre.centre_id


async def _filled(site: Site, patient_count: int) -> Site:
    pool = await Pool.open(site.server.service_url, site.settings)
    installation = Installation(site.knowledge, pool)
    free = asyncio.Semaphore(site.settings.pool_size)

    async def one(number: int) -> UUID:
        async with free:
            patient_id = await _patient(site, installation, number)
            for weeks_ago in range(HISTORY, 0, -1):
                await _answer(site, installation, patient_id, weeks_ago)
            await _visit(site, installation, patient_id, -1)
        return patient_id

    ids = await asyncio.gather(*map(one, range(patient_count)))
    longest = await _patient(site, installation, patient_count)
    for weeks_ago in range(WEEKS, 0, -1):
        await _answer(site, installation, longest, weeks_ago)
        if weeks_ago % _WEEKS_BETWEEN_VISITS == 0:
            await _visit(site, installation, longest, weeks_ago)
    consultation_id = await _visit(site, installation, longest, -1)
    pulled = await _patient(site, installation, patient_count + 1)
    for weeks_ago in range(PULLED, 0, -1):
        await _answer(site, installation, pulled, weeks_ago, THIRTY_ITEMS)
    await pool.close()
    await _settle(site)
    return replace(site, patients=tuple(ids), consultation_id=consultation_id, pulled=pulled)


async def _settle(site: Site) -> None:
    """The floor's table; statistics, as autovacuum would have made them; and nothing left to write from filling."""
    owner = await asyncpg.connect(site.server.owner_url)
    await owner.execute(CREATE)
    await owner.close()
    superuser = await asyncpg.connect(site.server.url("postgres"))
    await superuser.execute("VACUUM ANALYZE")
    await superuser.execute("CHECKPOINT")
    await superuser.close()


async def _patient(site: Site, installation: Installation, number: int) -> UUID:
    who = Registration((Identifier("urn:bench", f"P{number:05}"),), "Bench", f"Patient {number}", None, "fr")
    return (await patients.register(installation, site.call(Role.SYSTEM), who)).read.patient.patient_id


async def _visit(site: Site, installation: Installation, patient_id: UUID, weeks_ago: int) -> UUID:
    status = ConsultationStatus.FINISHED if weeks_ago > 0 else ConsultationStatus.PLANNED
    at = datetime.now(UTC) - timedelta(weeks=weeks_ago)
    visit = PlannedConsultation(f"visit-{patient_id}-{weeks_ago}", at, status, None)
    return (await consultations.upsert(installation, site.call(Role.SYSTEM), patient_id, visit)).consultation_id


async def _answer(
    site: Site, installation: Installation, patient_id: UUID, weeks_ago: int, instrument: str = INSTRUMENT
) -> None:
    at = datetime.now(UTC) - timedelta(weeks=weeks_ago, hours=-1)
    questionnaire = site.knowledge.catalogue.get(instrument)
    answers = thirty_answers if instrument == THIRTY_ITEMS else full_answers
    key = f"bench-{patient_id}-{weeks_ago}"
    sent = Submission(
        instrument=instrument,
        version=questionnaire.version,
        language="en" if instrument == THIRTY_ITEMS else "fr",
        text_digest=None,
        answers=answers(questionnaire, weeks_ago),
        authored=at,
        sent_at=at,
        begun_at=None,
        answered_by=None,
        idempotency_key=key,
        body_sha256=hashlib.sha256(key.encode()).digest(),
    )
    await submit_response(installation, site.call(Role.NURSE, at), patient_id, sent)
