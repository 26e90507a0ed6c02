"""The floor: the least that a FastAPI service on asyncpg can do with the same requests. It knows nothing of them."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg
from fastapi import FastAPI, Request, Response

from app.settings import Settings
from app.store.ids import new_id

TABLE, DOCUMENTS = "floor", "floor_document"
CREATE = f"""
CREATE TABLE {TABLE} (id uuid PRIMARY KEY, body jsonb NOT NULL);
CREATE TABLE {DOCUMENTS} (id uuid PRIMARY KEY, body bytea NOT NULL);
GRANT INSERT ON {TABLE} TO vigie_service;
GRANT SELECT, INSERT ON {DOCUMENTS} TO vigie_service
"""
_INSERT = f"INSERT INTO {TABLE} (id, body) VALUES ($1, $2)"
_ADD_DOCUMENT = f"INSERT INTO {DOCUMENTS} (id, body) VALUES ($1, $2)"
_READ_DOCUMENT = f"SELECT body FROM {DOCUMENTS} WHERE id = $1"
_FHIR = "application/fhir+json"


def app_from_environment() -> FastAPI:
    """The application as a worker process starts it. BENCH_DOCUMENT names the file that GET gives."""
    url, document = os.environ["DATABASE_URL"], Path(os.environ["BENCH_DOCUMENT"]).read_bytes()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(url, min_size=1, max_size=Settings().pool_size) as pool:
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/rows")
    async def store(request: Request) -> Response:
        body = await request.body()
        await request.app.state.pool.execute(_INSERT, new_id(), body.decode())
        return Response(status_code=201)

    @app.get("/documents/{document_id}")
    async def read(document_id: UUID, request: Request) -> Response:
        return Response(await request.app.state.pool.fetchval(_READ_DOCUMENT, document_id), media_type=_FHIR)

    @app.post("/documents")
    async def keep(request: Request) -> Response:
        body = await request.body()
        await request.app.state.pool.execute(_ADD_DOCUMENT, new_id(), body)
        return Response(body, status_code=201, media_type=_FHIR)

    @app.get("/document")
    async def give() -> Response:
        return Response(document, media_type="application/json")

    return app
