"""The one MetaData that the tables of every aggregate register with, and what is true of all of them.

Every key starts with `centre_id`, which comes from the caller's token. It is also what the tables would be
distributed by when a federation outgrows one machine.
"""

from uuid import UUID

from sqlalchemy import Column, MetaData, Uuid

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def centre_column() -> Column[UUID]:
    """The first column of every key."""
    return Column("centre_id", Uuid, primary_key=True, nullable=False)
