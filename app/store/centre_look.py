"""What a centre's pages look like: its colour on light and on dark, and its logo. Operators write it."""

from dataclasses import dataclass

from sqlalchemy import Column, ForeignKeyConstraint, LargeBinary, Table, Text, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from app.store.metadata import METADATA, centre_column
from app.store.statements import Statement
from app.store.transaction import Transaction

CENTRE_LOOK = Table(
    "centre_look",
    METADATA,
    centre_column(),
    Column("colour", Text, nullable=False),
    Column("dark_colour", Text, nullable=False),
    Column("logo", LargeBinary),
    Column("logo_media_type", Text),
    ForeignKeyConstraint(["centre_id"], ["centre.centre_id"]),
)

_FIELDS = ("colour", "dark_colour", "logo", "logo_media_type")
_READ = Statement(select(CENTRE_LOOK).where(CENTRE_LOOK.c.centre_id == bindparam("centre_id")))
_INSERT = insert(CENTRE_LOOK).values({name: bindparam(name) for name in ("centre_id", *_FIELDS)})
_PUT = Statement(
    _INSERT.on_conflict_do_update(index_elements=["centre_id"], set_={name: _INSERT.excluded[name] for name in _FIELDS})
)


@dataclass(frozen=True, slots=True)
class CentreLook:
    """Colours as `#rrggbb`; the logo's bytes with their media type, None where the centre has no logo."""

    colour: str
    dark_colour: str
    logo: bytes | None
    logo_media_type: str | None


async def find_look(tx: Transaction) -> CentreLook | None:
    """The look of the transaction's centre; None where it has chosen none."""
    row = await tx.fetch_row(_READ)
    return CentreLook(**{name: row[name] for name in _FIELDS}) if row else None


async def put_look(tx: Transaction, look: CentreLook) -> None:
    """Say what the pages of the transaction's centre look like. Only the schema's owner may."""
    await tx.execute(_PUT, **{name: getattr(look, name) for name in _FIELDS})
