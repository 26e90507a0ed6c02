"""What a link makes of an instrument: of a version that is not published, of an unknown language, of an empty form."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from app.store.embedded import EmbeddedPostgres
from app.wording import Wordings
from tests.pages.diary import linked_diary, with_diary
from tests.pages.linked_patient import LinkedPatient, text_of
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


async def test_an_empty_form_is_nothing_to_store(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    async with diary(postgres, tmp_path) as linked:
        page = await linked.send({"words": " "})
        assert page.status_code == 422
        assert EN.say("answer.nothing_written") in text_of(page)
        assert EN.say("answer.send") in text_of(page)
        told = await linked.service.client.post(
            linked.path, data={"version": "1.1.0", "action": "send"}, headers={"Accept": "application/json"}
        )
        assert told.status_code == 422
        assert told.json() == {"faults": [], "title": EN.say("answer.nothing_written"), "draft": None}
        assert await linked.responses() == []
        assert (await linked.post({"version": "1.1.0", "action": "save"})).status_code == 200


async def test_a_language_without_a_known_name_is_named_by_its_code(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    async with diary(postgres, tmp_path, newer="draft", language="gcf") as linked:
        page = await linked.open()
        assert page.status_code == 200
        assert 'value="gcf" lang="gcf" aria-pressed="false">gcf</button>' in page.text
