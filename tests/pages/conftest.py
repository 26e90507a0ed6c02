"""What the tests of pages share: a look behind the service."""

import pytest

from app.store.embedded import EmbeddedPostgres
from tests.api.database import Database


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Database:
    return Database(postgres.url("postgres"))
