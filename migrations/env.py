"""Runs the migrations, as the owner of the schema. Started by `vigie migrate`, which passes the URL."""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from app.store.tables import every_table


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=every_table(), transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def _connect_and_run() -> None:
    engine = create_async_engine(context.config.attributes["url"])
    async with engine.connect() as connection:
        # Two installations that start at once must not migrate at once.
        await connection.exec_driver_sql("SELECT pg_advisory_lock(7023418)")
        await connection.commit()
        await connection.run_sync(_run)
        await connection.commit()
    await engine.dispose()


asyncio.run(_connect_and_run())
