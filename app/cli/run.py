"""`vigie run` and `vigie serve`: starting the service, with or without everything that it needs."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import uvicorn

from app.cli.database import Database
from app.demo.seed import (
    DEMO_CENTRE,
    DemoPatient,
    answering_link,
    coming_consultations,
    has_centre,
    is_seeded,
    seed,
)
from app.security.demo_issuer import DemoIssuer
from app.security.personal_links import open_sealer
from app.services.installation import Installation, load_knowledge
from app.settings import Settings
from app.store.data_folder import data_folder
from app.store.pool import Pool

Say = Callable[[str], None]
_LOG = logging.getLogger(__name__)


class PortInUse(Exception):
    """Something listens on the port already."""


def run(host: str, port: int, workers: int, say: Say) -> None:
    """Start the database, migrate, seed the demo centre at the first start, serve until Ctrl-C, stop the database."""
    refuse_used_port(host, port)
    # uvicorn raises the signal that ended it once more: the database must be stopped before this process ends.
    signal.signal(signal.SIGTERM, _stop_calmly)
    signal.signal(signal.SIGINT, _stop_calmly)
    base = Settings(demo=True)
    with Database(base, say) as database:
        say("Bringing the schema to the newest revision ...")
        database.migrate()
        settings = base.model_copy(
            update={
                "database_url": database.service_url,
                "data_dir": data_folder(base),
                "host": host,
                "port": port,
                "workers": workers,
            }
        )
        shown = asyncio.run(_prepare_demo(database, settings, say))
        _say_what_to_open(f"http://{host}:{port}", shown, say)
        serve(settings)


def serve(settings: Settings) -> None:
    """Serve until a signal comes. Worker processes read their settings from the environment.

    Raises StoreBusy, SchemaNotReady or UnsafeRole before anything listens.
    """
    from app.store.schema import check_database  # noqa: PLC0415 - alembic takes a moment that other verbs are spared

    asyncio.run(check_database(settings.database_url or ""))
    if not settings.demo:
        _warn_of_examples(settings)
    os.environ |= {
        "DATABASE_URL": settings.database_url or "",
        "VIGIE_DEMO": str(settings.demo).lower(),
    }
    if settings.data_dir:
        os.environ["VIGIE_DATA_DIR"] = str(settings.data_dir)
    uvicorn.run(
        "app.cli.worker:app_of_worker",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )


def _stop_calmly(_number: int, _frame: object) -> NoReturn:
    raise SystemExit


def _warn_of_examples(settings: Settings) -> None:
    """What an installation must choose for itself, said loudly where it did not."""
    if settings.canonical_base == Settings.model_fields["canonical_base"].default:
        _LOG.warning("VIGIE_CANONICAL_BASE is the example: choose the base of your canonicals once, before real data")
    if not settings.issuers:
        _LOG.warning("VIGIE_ISSUERS is empty: no token will be accepted")


@dataclass(frozen=True, slots=True)
class _Shown:
    """The synthetic patient who is shown first. `story`: what there is to see; `link`: the path of their personal
    link.
    """

    patient: DemoPatient
    story: str
    link: str


async def _prepare_demo(database: Database, settings: Settings, say: Say) -> _Shown:
    pool = await Pool.open(database.service_url, settings)
    installation = Installation(load_knowledge(settings), pool)
    now = datetime.now(UTC)
    try:
        if not await has_centre(installation, now):
            await database.add_centre(DEMO_CENTRE)
        if not await is_seeded(installation, now):
            say("Seeding the demonstration centre (synthetic patients, six months) ...")
            await seed(installation, now, lambda done, total: say(f"  {done} of {total} patients"))
        return await _shown(installation, settings, now)
    finally:
        await pool.close()


async def _shown(installation: Installation, settings: Settings, now: datetime) -> _Shown:
    from app.http.personal_links import PREFIX  # noqa: PLC0415 - fastapi takes a moment that other verbs are spared

    patient = (await coming_consultations(installation, now))[0]
    claim = await answering_link(installation, patient.patient_id, patient.consultation_id, now)
    sealer = open_sealer(settings, DemoIssuer.open(settings, data_folder(settings)))
    assert sealer is not None, "a demonstration always has a key"
    story = installation.wordings.by_language["en"].say(f"demo.story.{patient.course.story}")
    return _Shown(patient, story, f"{PREFIX}/{sealer.seal(claim)}")


def refuse_used_port(host: str, port: int) -> None:
    """Raises PortInUse before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortInUse(f"something listens on {host}:{port} already: choose another with --port") from error


def _say_what_to_open(base: str, shown: _Shown, say: Say) -> None:
    patient, consultation = shown.patient.patient_id, shown.patient.consultation_id
    vigie = Path(sys.argv[0]).absolute()
    command = str(vigie.relative_to(Path.cwd())) if vigie.is_relative_to(Path.cwd()) else "vigie"
    say(
        f"""
Vigie serves a DEMONSTRATION with synthetic patients. Do not give it real data.

Open
  {base}/demo                                  the synthetic patients: synthesis pages, answering, the list of the day
  {base}/demo/open?consultation={consultation}
                                               the synthesis of one of them ({shown.story})
  {base}{shown.link}
                                               their personal link: answer as they would (for a phone in the same
                                               network, start with --host and this machine's address in it)
  {base}/docs                                  the API

Type (in another terminal, in this folder): submit a response, then look at the synthesis again
  TOKEN=$({command} token --role patient --patient {patient})
  NOW=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  curl -sS {base}/v1/patients/{patient}/responses \\
    -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
    -H "Idempotency-Key: first-try-$RANDOM$RANDOM" \\
    -d '{{"questionnaire": "pre-consultation", "version": "1.0.0", "language": "fr", "authored": "'$NOW'",
         "answers": {{"pain-frequency": "4", "pain-severity": "4", "pain-interference": "3", "can-wait": "no"}}}}'
  STAFF=$({command} token --role clinician)
  curl -sS {base}/v1/consultations/{consultation}/synthesis -H "Authorization: Bearer $STAFF"

Ctrl-C stops the service and its database.
"""
    )
