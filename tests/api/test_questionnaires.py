"""`/v1/questionnaires`: every version, in the language of whoever asks."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.security.caller import Role
from app.store.ids import new_id
from questionnaires.digests import read_lock
from tests.api.problems import problem
from tests.support.questionnaires import INSTRUMENTS
from tests.support.service import Service

pytestmark = pytest.mark.anyio

TITLES = {"fr": "Avant votre consultation", "en": "Before your visit", "ar": "قبل استشارتك"}
NEWEST = "/v1/questionnaires/pre-consultation"
VERSION = f"{NEWEST}/versions/1.0.0"


def locked() -> dict[str, str]:
    """Artefact -> digest, of what is published."""
    return dict(read_lock((INSTRUMENTS.parent / "published.lock").read_text(encoding="utf-8")))


async def test_the_list_names_every_version_with_its_digests(service: Service) -> None:
    answer = await service.client.get("/v1/questionnaires", headers=service.as_(Role.ADMIN) | {"Accept-Language": "en"})
    assert answer.status_code == 200
    assert answer.headers["Vary"] == "Accept-Language"
    (only,) = [listed for listed in answer.json()["questionnaires"] if listed["instrument"] == "pre-consultation"]
    assert only.pop("title")
    assert only == {
        "questionnaire": "https://vigie.example/fhir/Questionnaire/pre-consultation|1.0.0",
        "instrument": "pre-consultation",
        "version": "1.0.0",
        "status": "active",
        "languages": ["ar", "en", "fr"],
        "recall_period": "P7D",
        "scoring_version": "1.0.0",
        "digests": {
            "definition": locked()["definition:pre-consultation|1.0.0"],
            "scoring": locked()["scoring:pre-consultation|1.0.0"],
            "text": locked()["text:pre-consultation|en|1"],
        },
    }


@pytest.mark.parametrize("path", [NEWEST, VERSION])
@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("fr", "fr"),
        ("en", "en"),
        ("ar", "ar"),
        ("ar-DZ, fr;q=0.8", "ar"),
        ("de, fr;q=0.8, en;q=0.9", "en"),
        ("fr;q=0, ar", "ar"),
        ("de", "en"),
        ("*", "en"),
        ("not a language;q=many, ,;;", "en"),
        (None, "en"),
    ],
)
async def test_a_version_is_worded_in_the_language_most_wanted(
    service: Service, path: str, accepted: str | None, language: str
) -> None:
    headers = service.as_(Role.NURSE) | ({"Accept-Language": accepted} if accepted else {})
    answer = await service.client.get(path, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Vary"] == "Accept-Language"
    assert answer.headers["Content-Language"] == language
    body = answer.json()
    assert body["language"] == language
    assert body["digests"]["text"] == locked()[f"text:pre-consultation|{language}|1"]
    assert body["digests"]["definition"] == locked()["definition:pre-consultation|1.0.0"]


async def test_every_language_words_every_item_and_option_in_its_own_way(service: Service) -> None:
    said = {}
    for language in ("fr", "en", "ar"):
        answer = await service.client.get(VERSION, headers=service.as_(Role.NURSE) | {"Accept-Language": language})
        said[language] = answer.json()
    questions = {language: list(_items(body["items"])) for language, body in said.items()}
    assert len({body["title"] for body in said.values()}) == 3
    for french, english, arabic in zip(questions["fr"], questions["en"], questions["ar"], strict=True):
        assert french["link_id"] == english["link_id"] == arabic["link_id"]
        assert len({french["text"], english["text"], arabic["text"]} - {""}) == 3
        codes = [[option["code"] for option in item["options"]] for item in (french, english, arabic)]
        assert codes[0] == codes[1] == codes[2]
        for options in zip(french["options"], english["options"], arabic["options"], strict=True):
            assert all(option["text"] for option in options)


async def test_the_structure_says_what_may_be_answered_and_when(service: Service) -> None:
    answer = await service.client.get(VERSION, headers=service.as_(Role.NURSE))
    items = {item["link_id"]: item for item in _items(answer.json()["items"])}
    assert items["can-wait"]["required"] is True
    assert items["topics"]["repeats"] is True
    assert [o["code"] for o in items["topics"]["options"] if o["exclusive"]] == ["none"]
    assert [o["code"] for o in items["anxiety-frequency"]["options"] if o["opt_out"]] == ["prefer_not_to_answer"]
    assert (items["quality-of-life"]["minimum"], items["quality-of-life"]["maximum"]) == (0, 10)
    assert items["topics-own-words"]["max_length"] == 1000
    assert items["pain-severity"]["enable_behavior"] == "all"
    assert items["pain-severity"]["enable_when"] == [
        {"question": "pain-frequency", "operator": "exists", "answer": True},
        {"question": "pain-frequency", "operator": "!=", "answer": "0"},
    ]


@pytest.mark.parametrize("role", Role)
async def test_every_role_may_read_them(service: Service, role: Role) -> None:
    headers = service.as_(role, str(new_id()) if role is Role.PATIENT else None)
    for path in ("/v1/questionnaires", NEWEST, VERSION):
        assert (await service.client.get(path, headers=headers)).status_code == 200


@pytest.mark.parametrize("path", ["/v1/questionnaires/nothing-of-ours", f"{NEWEST}/versions/9.9.9"])
async def test_an_unknown_one_is_answered_with_what_there_is(service: Service, path: str) -> None:
    body = problem(await service.client.get(path, headers=service.as_(Role.NURSE)), 404, "unknown-questionnaire")
    assert body["known"]
    assert "9.9.9" not in str(body)
    assert "nothing-of-ours" not in str(body)


def _items(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in items:
        yield item
        yield from _items(item["items"])
