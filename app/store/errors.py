"""What a caller of the store cannot go on from.

StoreError
├── NotFound             there is no such row in reach of the caller (another centre's row is no row)
├── Gone                 the row was withdrawn; only its history may be read
├── Conflict             somebody else changed the row in the meantime; `current` is its revision now
├── KeyReused            the idempotency key was used for another body
├── StoreBusy            no connection was free in time; try again in a moment
├── HorizonHidden        PostgreSQL does not tell when transactions began (`track_activities`)
├── UnsafeRole           the database role may do more than the service must be able to
└── SchemaNotReady       the database does not have the schema that this version needs
"""


class StoreError(Exception):
    """Anything the store cannot go on from."""


class NotFound(StoreError):
    """There is no such row in the caller's reach."""


class Gone(StoreError):
    """The row was withdrawn from FHIR clients; only its history may be read."""


class Conflict(StoreError):
    """The row is not at the revision that the caller saw. `current` is where it is; None where it does not exist."""

    def __init__(self, current: int | None) -> None:
        super().__init__("the row was changed in the meantime")
        self.current = current


class KeyReused(StoreError):
    """The idempotency key stands on a response with another body."""


class StoreBusy(StoreError):
    """No connection became free in time, or the database is not to be reached."""


class HorizonHidden(StoreError):
    """PostgreSQL does not say when its transactions began, so that nobody knows up to when nothing is missing."""

    def __init__(self) -> None:
        super().__init__("PostgreSQL hides when transactions began: set track_activities = on")


class UnsafeRole(StoreError):
    """The service's database role has rights that would defeat row-level security or the append-only tables."""


class SchemaNotReady(StoreError):
    """The schema is not at the revision that this version of the service needs."""
