"""A demonstration that is served: a process of its own over a database with the synthetic patients."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from app.demo.seed import CENTRE_ID, DEMO_CENTRE, coming_consultations, seed
from app.security.caller import Role
from app.security.demo_issuer import DemoIssuer
from app.services.installation import Installation, load_knowledge
from app.settings import Settings
from app.store.audit import AuditEntry
from app.store.centre import ContactKind, EmergencyContact, add_centre
from app.store.embedded import EmbeddedPostgres
from app.store.pool import Pool
from app.store.schema import migrate
from app.store.transaction import Scope, transaction

PROJECT = Path(__file__).parents[2]
DATABASE = "demonstration"
HELPLINE = EmergencyContact(
    "00 00 00 00 01",
    {"fr": "Ligne d’écoute (fictive)", "en": "Helpline (invented)", "ar": "خط المساعدة (وهمي)"},
    ContactKind.HELPLINE,
)
CENTRE = replace(DEMO_CENTRE, emergency_contacts=(*DEMO_CENTRE.emergency_contacts, HELPLINE))


@dataclass(frozen=True)
class Demo:
    """A demonstration that is being served. `folder` is its data folder, with the demo issuer's key.

    `owner_url`: its database as the operator's commands open it.
    """

    base: str
    folder: Path
    consultations: list[str]
    staff: dict[str, str]
    owner_url: str

    def points(self, consultation: str) -> list[dict[str, object]]:
        """The points of vigilance of a synthesis, as the API gives them."""
        answer = httpx.get(f"{self.base}/v1/consultations/{consultation}/synthesis", headers=self.staff)
        answer.raise_for_status()
        found: list[dict[str, object]] = answer.json()["points"]
        return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _seed(service_url: str, owner_url: str, settings: Settings) -> list[str]:
    owner = await Pool.open(owner_url, settings)
    async with transaction(owner, Scope(CENTRE_ID), AuditEntry("test", "operator", "add_centre", "test")) as tx:
        await add_centre(tx, CENTRE)
    await owner.close()
    pool = await Pool.open(service_url, settings)
    installation, now = Installation(load_knowledge(settings), pool), datetime.now(UTC)
    await seed(installation, now, lambda _done, _total: None)
    found = [str(patient.consultation_id) for patient in await coming_consultations(installation, now)]
    await pool.close()
    return found


@contextmanager
def demonstration(postgres: EmbeddedPostgres) -> Iterator[Demo]:
    """A real server process, over a database of its own with the synthetic patients."""
    postgres.create_database(DATABASE)
    service_url, owner_url = postgres.url("vigie_service", DATABASE), postgres.url("vigie_owner", DATABASE)
    migrate(owner_url, service_url)
    folder = Path(tempfile.mkdtemp(prefix="vigie-test-"))
    settings = Settings.model_validate({"DATABASE_URL": service_url, "demo": True, "data_dir": folder})
    consultations = asyncio.run(_seed(service_url, owner_url, settings))
    port = free_port()
    environment = {**os.environ, "DATABASE_URL": service_url, "VIGIE_DEMO": "true", "VIGIE_DATA_DIR": str(folder)}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "app.main:app_from_environment", "--factory", "--port", str(port)],
            cwd=PROJECT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(base, server, folder / "log")
        token = DemoIssuer.open(settings, folder).mint(Role.CLINICIAN, CENTRE_ID)
        yield Demo(base, folder, consultations, {"Authorization": f"Bearer {token}"}, owner_url)
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder)
        postgres.drop_database(DATABASE)


def _wait_until_ready(base: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        assert server.poll() is None, log.read_text()
        try:
            if httpx.get(f"{base}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"the service does not answer: {log.read_text()}")
