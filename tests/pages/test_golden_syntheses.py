"""Syntheses compared with files that a person reviewed: the object, and the page as text.

After a change on purpose, write them again with `VIGIE_WRITE_GOLDEN=1` and read the difference.
"""

import html
import json
import os
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.security.caller import Role
from app.services.dates_in_words import DatesInWords
from app.store.embedded import EmbeddedPostgres
from tests.api.second_version import first_versions, with_second_version
from tests.api.test_synthesis import LAST_VISIT, VISIT
from tests.pages.synthesis_stories import MILD, STORIES, WORSE, Told, answered, begun
from tests.support.service import Service, days, running_service

pytestmark = pytest.mark.anyio

GOLDEN = Path(__file__).with_name("golden")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_ZONE = ZoneInfo("Europe/Paris")


def numbered(text: str) -> str:
    """Ids by the order in which they appear, so that two runs say the same."""
    seen: dict[str, str] = {}
    return _ID.sub(lambda found: seen.setdefault(found[0], f"id-{len(seen) + 1}"), text)


def compared(name: str, found: str) -> None:
    file = GOLDEN / name
    if os.environ.get("VIGIE_WRITE_GOLDEN"):
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")


async def synthesis_of(service: Service, told: Told) -> dict[str, Any]:
    answer = await service.client.get(
        f"/v1/consultations/{told.visit}/synthesis", headers=service.as_(Role.CLINICIAN) | {"Accept-Language": "en"}
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def page_as_text(service: Service, told: Told, language: str) -> str:
    """The text of the page, and what it says above it of changes and marks."""
    answer = await service.client.get(
        f"/pages/synthesis?consultation={told.visit}&lang={language}", headers=service.as_(Role.CLINICIAN)
    )
    assert answer.status_code == 200, answer.text
    parts = re.findall(
        r'<section class="notice changed".*?</section>|<ul class="marks">.*?</ul>', answer.text, re.DOTALL
    )
    said = [re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", part)).strip() for part in parts]
    text = re.search(r'<pre id="text"[^>]*>(.*?)</pre>', answer.text, re.DOTALL)
    assert text is not None
    return html.unescape("\n".join([*said, text[1]]))


async def told_as_reviewed(service: Service, name: str, told: Told, languages: tuple[str, ...]) -> None:
    body = await synthesis_of(service, told)
    # By the clock of the database, which no test sets.
    stored = [datetime.fromisoformat(response.pop("stored_at")) for response in body["responses"]]
    compared(f"{name}.json", numbered(json.dumps(body, indent=1, ensure_ascii=False)) + "\n")
    for language in languages:
        text = await page_as_text(service, told, language)
        dates = DatesInWords(language, _ZONE)
        for moment in (*stored, *(moment + timedelta(minutes=1) for moment in stored)):
            text = text.replace(dates.at(moment), "(by the clock of the database)")
        compared(f"{name}.{language}.txt", numbered(text))


@pytest.mark.parametrize("name", STORIES)
async def test_a_story_is_told_as_it_was_reviewed(service: Service, name: str) -> None:
    tell, languages = STORIES[name]
    await told_as_reviewed(service, name, await tell(service), languages)


async def test_a_new_version_in_between_is_no_change_of_the_patient(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    urls = (postgres.service_url, postgres.owner_url)
    async with running_service(*urls, instruments_dir=first_versions(tmp_path / "first")) as started:
        service = await started.with_new_centre()
        told = await answered(
            service, await begun(service), (LAST_VISIT - days(1), MILD), (LAST_VISIT + days(5), WORSE)
        )
    async with running_service(*urls, instruments_dir=with_second_version(tmp_path / "second")) as started:
        later = Service(**{**vars(started), "centre_id": service.centre_id})
        later.clock.shown = service.clock.shown
        told = await answered(later, told, (VISIT - days(1), MILD), version="2.0.0")
        await told_as_reviewed(later, "a-version-in-between", told, ("en",))


def test_every_reviewed_file_is_still_compared() -> None:
    expected = {f"{name}.json" for name in (*STORIES, "a-version-in-between")} | {"a-version-in-between.en.txt"}
    expected |= {f"{name}.{language}.txt" for name, (_, languages) in STORIES.items() for language in languages}
    assert {file.name for file in GOLDEN.iterdir()} == expected
