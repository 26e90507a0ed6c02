"""Words that a centre loads: each load of a language is its next revision, and nobody else's."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.settings import Settings
from app.store.audit import AuditEntry
from app.store.centre_text import Provenance, StoredText, add_text, texts_of
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from app.store.pool import Pool
from app.store.transaction import Scope, transaction
from questionnaires.instrument_files import TextFile
from questionnaires.translations import Text, read_text
from tests.store.two_centres import connected

pytestmark = pytest.mark.anyio

FILE = TextFile.model_validate(
    {
        "instrument": "night-watch",
        "language": "ar",
        "revision": 1,
        "status": "validated",
        "definitions": ["1.1.0", "1.0.0"],
        "translator": "nobody",
        "source": "words.csv",
        "title": "حارس الليل",
        "introduction": "Une ligne,\nune autre \N{OWL}",
        "items": {"owls": {"text": "Did they call?", "help": "All count.", "options": {"1": "Yes", "0": "No"}}},
        "option_sets": {"amount": {"1": "Often", "0": "Never"}},
    }
)


@pytest.fixture
async def owner(postgres: EmbeddedPostgres) -> AsyncIterator[Pool]:
    pool = await Pool.open(postgres.owner_url, Settings())
    yield pool
    await pool.close()


@pytest.fixture
async def service(postgres: EmbeddedPostgres) -> AsyncIterator[Pool]:
    pool = await Pool.open(postgres.service_url, Settings())
    yield pool
    await pool.close()


async def load(pool: Pool, centre_id: UUID, file: TextFile = FILE, permission: str = "agreement 1") -> StoredText:
    async with transaction(pool, Scope(centre_id), AuditEntry("test", "operator", "import_text", "test")) as tx:
        return await add_text(tx, file, Provenance(permission, b"\x01" * 32, "test"))


async def texts(pool: Pool, scope: Scope, *instruments: str) -> dict[str, dict[str, tuple[Text, ...]]]:
    reader = next(iter(scope.patient_ids or ()), None)
    async with transaction(pool, scope, AuditEntry("test", "test", "test", "test", patient_id=reader)) as tx:
        return await texts_of(tx, instruments or ("night-watch",))


def changed(**changes: Any) -> TextFile:
    return FILE.model_copy(update=changes)


async def test_what_is_read_is_what_was_loaded_to_the_digest(owner: Pool, service: Pool) -> None:
    centre = new_id()
    stored = await load(owner, centre)
    assert stored == StoredText(read_text(FILE), is_new=True)
    assert await texts(service, Scope(centre)) == {"night-watch": {"ar": (read_text(FILE),)}}


async def test_each_load_of_a_language_is_its_next_revision(owner: Pool, service: Pool) -> None:
    centre = new_id()
    second = changed(title="Another")
    for file in (FILE, second, changed(language="fr")):
        await load(owner, centre, file)
    found = (await texts(service, Scope(centre)))["night-watch"]
    assert {language: [text.revision for text in revisions] for language, revisions in found.items()} == {
        "ar": [1, 2],
        "fr": [1],
    }
    assert found["ar"][1] == read_text(second.model_copy(update={"revision": 2}))


async def test_the_same_words_by_the_same_permission_are_loaded_once(owner: Pool, service: Pool) -> None:
    centre = new_id()
    first = await load(owner, centre)
    again = await load(owner, centre)
    assert (again.text, again.is_new) == (first.text, False)
    assert (await load(owner, centre, permission="agreement 2")).text.revision == 2
    assert (await load(owner, centre, changed(status="local"))).text.revision == 3
    assert len((await texts(service, Scope(centre)))["night-watch"]["ar"]) == 3


async def test_only_the_instruments_that_are_asked_for_are_read(owner: Pool, service: Pool) -> None:
    centre = new_id()
    for name in ("night-watch", "day-watch", "dusk-watch"):
        await load(owner, centre, changed(instrument=name))
    assert set(await texts(service, Scope(centre), "day-watch", "dusk-watch", "no-watch")) == {
        "day-watch",
        "dusk-watch",
    }


async def test_a_patient_reads_the_words_of_their_centre_and_of_no_other(owner: Pool, service: Pool) -> None:
    centre = new_id()
    await load(owner, centre)
    assert await texts(service, Scope(centre, frozenset({new_id()})))
    assert await texts(service, Scope(new_id())) == {}


async def test_the_service_cannot_load_words(service: Pool) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await load(service, new_id())


async def test_what_is_recorded_says_by_what_right_and_from_which_file(owner: Pool, postgres: EmbeddedPostgres) -> None:
    centre = new_id()
    digest = (await load(owner, centre)).text.digest
    async with connected(postgres.url("postgres")) as superuser:
        row = await superuser.fetchrow("SELECT * FROM centre_text WHERE centre_id = $1", centre)
    assert (row["permission"], row["imported_by"], row["source_sha256"]) == ("agreement 1", "test", b"\x01" * 32)
    assert (row["digest"], row["status"], row["definitions"]) == (digest, "validated", ["1.0.0", "1.1.0"])
    assert row["imported_at"] is not None
