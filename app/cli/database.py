"""The database that a command works on: the one that is configured, or the embedded one."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from app.settings import Settings
from app.store.audit import AuditEntry
from app.store.centre import Centre, add_centre
from app.store.data_folder import data_folder
from app.store.embedded import EmbeddedPostgres
from app.store.errors import UnsafeRole
from app.store.pool import Pool
from app.store.schema import migrate
from app.store.transaction import Scope, transaction


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
        migrate(self.owner_url, self.service_url)

    async def add_centre(self, centre: Centre) -> None:
        """Add a centre, as the owner of the schema."""
        pool = await Pool.open(self.owner_url, self.settings)
        try:
            audit = AuditEntry("operator", "operator", "add_centre", "command-line")
            async with transaction(pool, Scope(centre.centre_id), audit) as tx:
                await add_centre(tx, centre)
        finally:
            await pool.close()
