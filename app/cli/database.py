"""The database that a command works on: the one that is configured, or the embedded one."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self
from uuid import UUID

from app.services.centre_look import WantedLook
from app.settings import Settings
from app.store.audit import AuditEntry, operator_subject
from app.store.centre import Centre, EmergencyContact, add_centre, put_contacts, read_centre, rename_centre
from app.store.centre_look import CentreLook, find_look, put_look
from app.store.centre_text import Provenance, StoredText, add_text
from app.store.data_folder import data_folder
from app.store.embedded import EmbeddedPostgres
from app.store.errors import UnsafeRole
from app.store.pool import Pool
from app.store.transaction import Scope, Transaction, transaction
from questionnaires.instrument_files import TextFile

Contacts = tuple[EmergencyContact, ...]
ChosenContacts = Callable[[Centre], Contacts]


class Database:
    """A context manager that gives the two URLs, starting and stopping the embedded PostgreSQL where it is used."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self.settings = settings
        self._embedded: EmbeddedPostgres | None = None
        if settings.database_url is None and settings.migration_url is not None:
            raise UnsafeRole("VIGIE_MIGRATION_URL is set, but DATABASE_URL, the service's own role, is not: set both.")
        if settings.database_url is None:
            self._embedded = EmbeddedPostgres(data_folder(settings), say=say)

    def __enter__(self) -> Self:
        if self._embedded:
            self._embedded.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._embedded:
            self._embedded.stop()

    @property
    def service_url(self) -> str:
        """The URL of the service's role."""
        if self._embedded:
            return self._embedded.service_url
        assert self.settings.database_url is not None, "without a URL the embedded database is used"
        return self.settings.database_url

    @property
    def owner_url(self) -> str:
        """The URL of the schema's owner. Raises UnsafeRole where only the service's role is configured."""
        if self._embedded:
            return self._embedded.owner_url
        if self.settings.migration_url is None:
            raise UnsafeRole(
                "DATABASE_URL is set, but VIGIE_MIGRATION_URL is not. Set it to the role that owns the schema; "
                "DATABASE_URL is for the service and must be an ordinary role that owns nothing."
            )
        return self.settings.migration_url

    def migrate(self) -> None:
        """Bring the schema to the newest revision and grant the service its privileges."""
        from app.store.schema import migrate  # noqa: PLC0415 - alembic takes a moment that other verbs are spared

        migrate(self.owner_url, self.service_url)

    async def add_centre(self, centre: Centre) -> None:
        """Add a centre, as the owner of the schema."""
        async with self._as_owner(centre.centre_id, "add_centre") as tx:
            await add_centre(tx, centre)

    async def import_text(self, centre_id: UUID, file: TextFile, provenance: Provenance, by: str | None) -> StoredText:
        """Store words of a centre, as the owner of the schema. `by`: who does it, as they say, for the audit trail.

        Raises NotFound where there is no such centre, Conflict.
        """
        async with self._as_owner(centre_id, "import_text", by) as tx:
            await read_centre(tx)
            stored = await add_text(tx, file, provenance)
            tx.audit.resource_id = f"{stored.text.instrument}/{stored.text.language}"
            tx.audit.revision = stored.text.revision
        return stored

    async def change_look(
        self, centre_id: UUID, wanted: WantedLook, name: str | None, by: str | None
    ) -> CentreLook | None:
        """Change a centre's look and name, as the owner of the schema; gives the look as it is now.

        Raises NotFound where there is no such centre, LookWithoutColour.
        """
        async with self._as_owner(centre_id, "change_look", by) as tx:
            await read_centre(tx)
            if name is not None:
                await rename_centre(tx, name)
            look = wanted.onto(await find_look(tx))
            if look is not None:
                await put_look(tx, look)
        return look

    async def change_contacts(self, centre_id: UUID, choose: ChosenContacts, by: str | None) -> Contacts:
        """Replace a centre's contacts by what is chosen for it, as the owner of the schema. Raises NotFound."""
        async with self._as_owner(centre_id, "change_contacts", by) as tx:
            contacts = choose(await read_centre(tx))
            await put_contacts(tx, contacts)
        return contacts

    @asynccontextmanager
    async def _as_owner(self, centre_id: UUID, operation: str, by: str | None = None) -> AsyncIterator[Transaction]:
        """A transaction of the schema's owner in the scope of one centre, audited as the operator's."""
        pool = await Pool.open(self.owner_url, self.settings)
        try:
            audit = AuditEntry(operator_subject(by), "operator", operation, "command-line")
            async with transaction(pool, Scope(centre_id), audit) as tx:
                yield tx
        finally:
            await pool.close()
