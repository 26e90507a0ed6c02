"""What tests of every kind share: one PostgreSQL a worker, migrated once; each test brings its own centres."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from app.store.embedded import EmbeddedPostgres
from app.store.schema import migrate
from tests.support.service import Service, running_service

# No test is timed: a busy machine is no fault of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A migrated database of this worker's own. Not tmp_path: as root, PostgreSQL runs as another account."""
    folder = Path(tempfile.mkdtemp(prefix="vigie-test-", dir="/tmp"))
    folder.chmod(0o711)
    with EmbeddedPostgres(folder / "data", durable=False) as server:
        migrate(server.owner_url, server.service_url)
        yield server
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
async def shared_service(postgres: EmbeddedPostgres) -> AsyncIterator[Service]:
    """The application, in this process, on the worker's database."""
    async with running_service(postgres.service_url, postgres.owner_url) as service:
        yield service


@pytest.fixture
async def service(shared_service: Service) -> Service:
    """The application with a centre that no other test has."""
    return await shared_service.with_new_centre()
