"""Is the process alive, and can it answer: two questions, because a database that is away must not kill the process."""

from fastapi import APIRouter, Request, Response

from app.store.errors import StoreBusy

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
async def live() -> dict[str, str]:
    """Whether the process runs."""
    return {"status": "alive"}


@router.get("/ready", responses={503: {"description": "The database does not answer."}})
async def ready(request: Request, response: Response) -> dict[str, str]:
    """Whether the service can answer: its database is there."""
    try:
        await request.app.state.installation.pool.ping()
    except StoreBusy:
        response.status_code = 503
        return {"status": "not ready"}
    return {"status": "ready"}
