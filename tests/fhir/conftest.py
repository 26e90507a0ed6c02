"""What the tests of `/fhir` share: a service whose catalogue has an item of every type."""

from collections.abc import AsyncIterator

import pytest

from app.store.embedded import EmbeddedPostgres
from tests.api.database import Database
from tests.fhir.every_kind import with_every_kind
from tests.support.service import Service, running_service


@pytest.fixture(scope="package")
async def every_kind_service(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """The application with the instrument `every-kind`."""
    root = with_every_kind(tmp_path_factory.mktemp("every-kind"))
    async with running_service(postgres.service_url, postgres.owner_url, instruments_dir=root) as service:
        yield service


@pytest.fixture
async def kinds(every_kind_service: Service) -> Service:
    """That application with a centre that no other test has."""
    return await every_kind_service.with_new_centre()


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Database:
    return Database(postgres.url("postgres"))
