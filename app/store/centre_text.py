"""Licensed wording as centres loaded it: one row a revision of one language, with the permission. Append-only.

Operators write it; the service only reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Column, DateTime, Integer, LargeBinary, Table, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from app.store.errors import Conflict
from app.store.metadata import METADATA, centre_column
from app.store.statements import Statement
from app.store.transaction import Transaction
from questionnaires import translations
from questionnaires.instrument_files import TextFile

CENTRE_TEXT = Table(
    "centre_text",
    METADATA,
    centre_column(),
    Column("instrument", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("definitions", ARRAY(Text), nullable=False),
    Column("words", JSONB, nullable=False),
    Column("permission", Text, nullable=False),
    Column("source_sha256", LargeBinary, nullable=False),
    Column("imported_by", Text, nullable=False),
    Column("imported_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

_ADDED = tuple(column.name for column in CENTRE_TEXT.columns if column.server_default is None)
_OF_CENTRE = CENTRE_TEXT.c.centre_id == bindparam("centre_id")
_OF_INSTRUMENTS = Statement(
    select(CENTRE_TEXT.c.words, CENTRE_TEXT.c.imported_at)
    .where(_OF_CENTRE, CENTRE_TEXT.c.instrument == func.any(bindparam("instruments", type_=ARRAY(Text))))
    .order_by(CENTRE_TEXT.c.language, CENTRE_TEXT.c.revision)
)
_NEWEST = Statement(
    select(CENTRE_TEXT.c.words, CENTRE_TEXT.c.permission)
    .where(
        _OF_CENTRE,
        CENTRE_TEXT.c.instrument == bindparam("instrument"),
        CENTRE_TEXT.c.language == bindparam("language"),
    )
    .order_by(CENTRE_TEXT.c.revision.desc())
    .limit(1)
)
_ADD = Statement(
    insert(CENTRE_TEXT)
    .values({name: bindparam(name) for name in _ADDED})
    .on_conflict_do_nothing()
    .returning(CENTRE_TEXT.c.revision)
)


@dataclass(frozen=True, slots=True)
class Provenance:
    """By what right words are loaded, from which bytes, and by whom."""

    permission: str
    source_sha256: bytes
    imported_by: str


@dataclass(frozen=True, slots=True)
class StoredText:
    """The words as they are stored; `is_new` False where the newest revision said just this already."""

    text: translations.Text
    is_new: bool


async def texts_of(tx: Transaction, instruments: Sequence[str]) -> dict[str, dict[str, tuple[translations.Text, ...]]]:
    """Instrument -> language -> every revision that the transaction's centre loaded, newest last."""
    found: dict[str, dict[str, tuple[translations.Text, ...]]] = {}
    for row in await tx.fetch(_OF_INSTRUMENTS, instruments=list(instruments)):
        text = _text(row["words"], row["imported_at"])
        languages = found.setdefault(text.instrument, {})
        languages[text.language] = (*languages.get(text.language, ()), text)
    return found


async def add_text(tx: Transaction, file: TextFile, provenance: Provenance) -> StoredText:
    """Append words as the next revision of their language. Only the schema's owner may.

    The same words by the same permission are stored once. Raises Conflict where somebody else was faster.
    """
    row = await tx.fetch_row(_NEWEST, instrument=file.instrument, language=file.language)
    newest = TextFile.model_validate_json(row["words"]) if row else None
    if row and newest and row["permission"] == provenance.permission and _as_after(file, newest.revision) == newest:
        return StoredText(translations.read_text(newest), is_new=False)
    following = _as_after(file, newest.revision + 1 if newest else 1)
    text = translations.read_text(following)
    added = await tx.fetch_row(
        _ADD,
        instrument=text.instrument,
        language=text.language,
        revision=text.revision,
        digest=text.digest,
        status=text.status,
        definitions=sorted(text.definitions),
        words=following.model_dump_json(by_alias=True, exclude_defaults=True),
        permission=provenance.permission,
        source_sha256=provenance.source_sha256,
        imported_by=provenance.imported_by,
    )
    if added is None:
        raise Conflict(None)
    return StoredText(text, is_new=True)


def _as_after(file: TextFile, revision: int) -> TextFile:
    return file.model_copy(update={"revision": revision})


@lru_cache(maxsize=256)
def _text(words: str, imported_at: datetime) -> translations.Text:
    """The text of a row. Rows never change, so that what was read once is read again without reading it anew."""
    return replace(translations.read_text(TextFile.model_validate_json(words)), since=imported_at)
