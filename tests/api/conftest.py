"""What the tests of the API share: a look behind the service."""

from collections.abc import AsyncIterator

import pytest

from app.store.embedded import EmbeddedPostgres
from tests.api.database import Database
from tests.api.watched_patient import NOON, WatchedPatient
from tests.api.watching import with_watching
from tests.support.service import Service, running_service


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Database:
    return Database(postgres.url("postgres"))


@pytest.fixture(scope="package")
async def watching_service(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """The application with the instrument `watching`."""
    root = with_watching(tmp_path_factory.mktemp("watching"))
    async with running_service(postgres.service_url, postgres.owner_url, instruments_dir=root) as service:
        yield service


@pytest.fixture
async def watched(watching_service: Service) -> WatchedPatient:
    """A patient of a fresh centre, at noon."""
    service = await watching_service.with_new_centre()
    service.clock.shown = NOON
    return WatchedPatient(service, await service.register())
