"""What a link makes of an instrument: of a version that is not published, of an unknown language, of an empty form."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from app.store.embedded import EmbeddedPostgres
from app.wording import Wordings
from tests.pages.diary import linked_diary, with_diary
from tests.pages.linked_patient import LinkedPatient
from tests.support.service import running_service

pytestmark = pytest.mark.anyio

EN = Wordings.load().by_language["en"]


@asynccontextmanager
async def diary(postgres: EmbeddedPostgres, folder: Path, **kind: Any) -> AsyncIterator[LinkedPatient]:
    root = with_diary(folder, **kind)
    async with running_service(postgres.service_url, postgres.owner_url, instruments_dir=root) as started:
        yield await linked_diary(await started.with_new_centre())


@pytest.mark.parametrize("action", ["send", "save"])
async def test_a_version_that_is_not_published_takes_nothing(
    postgres: EmbeddedPostgres, tmp_path: Path, action: str
) -> None:
    async with diary(postgres, tmp_path, newer="draft") as linked:
        page = await linked.post({"version": "1.1.0", "action": action, "answer.pain": "1"})
        assert page.status_code == 422
        assert await linked.responses() == []
        assert 'value="1" checked' not in (await linked.open()).text
