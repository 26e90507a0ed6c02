"""The page of a patient's scores over time: what it shows, what it keeps to itself, and who may open it."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from scoring.synthesis import Mode
from tests.api.answers import PAIN_MILD, PAIN_WORST
from tests.api.problems import problem
from tests.api.published_since import with_retired_version
from tests.support.service import CALM, INSTRUMENT, Service, days, running_service

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
PAIN = "Pain (composite grade 0-3)"
COURSE: tuple[tuple[int, dict[str, Any]], ...] = (
    (28, PAIN_MILD | {"nausea-frequency": "0"}),
    (21, PAIN_WORST),
    (14, CALM),
    (0, PAIN_MILD | {"quality-of-life": 7}),
)


_PROGRAM = "application/json"
"""What a program takes: a problem in its own words, where a person would read a page."""


async def _open(
    service: Service, patient: str, *, role: Role = Role.CLINICIAN, accept: str = "text/html", **query: str
) -> httpx.Response:
    headers = service.as_(role, patient if role is Role.PATIENT else None) | {"Accept": accept}
    return await service.client.get(f"/pages/patients/{patient}/scores", params=query, headers=headers)


async def _answered(service: Service, course: tuple[tuple[int, dict[str, Any]], ...] = COURSE) -> str:
    service.clock.shown = NOON
    patient = await service.register()
    for ago, answers in course:
        sent = await service.submit(patient, answers, authored=NOON - days(ago))
        assert sent.status_code == 201, sent.text
    return patient


class _Words(HTMLParser):
    """What a reader sees, in one line."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.seen += data.split()

    def __str__(self) -> str:
        return " ".join(self.seen)


def _svg(html: str, label: str) -> ET.Element:
    """The chart whose description begins so."""
    charts = [f"<svg{part.split('</svg>')[0]}</svg>" for part in html.split("<svg")[1:]]
    return next(svg for svg in map(ET.fromstring, charts) if svg.get("aria-label", "").startswith(label))


def _classes(svg: ET.Element) -> list[str]:
    return [element.get("class", "") for element in svg]


async def test_the_page_shows_a_chart_the_numbers_and_the_summaries(service: Service) -> None:
    patient = await _answered(service)
    page = await _open(service, patient, lang="en")
    assert page.status_code == 200
    svg = _svg(page.text, PAIN)
    assert svg.get("aria-label", "").startswith(f"{PAIN}: values scored: 3, from Feb 9, 2026 to Mar 9, 2026.")
    shapes = _classes(svg)
    assert (shapes.count("dot"), shapes.count("dot dot-baseline"), shapes.count("gap")) == (2, 1, 1)
    # The response that was not scored breaks the line: what is left of it joins the first two.
    assert [len((line.get("points") or "").split()) for line in svg if line.get("class") == "line"] == [2]
    assert [text.text for text in svg if text.get("class") == "value-tick"] == [
        "0 none",
        "1 mild",
        "2 moderate",
        "3 severe",
    ]
    words = str(_Words(page.text))
    assert "A higher value is worse. pain_composite" in words
    assert "Highest value 3 severe Highest after the baseline 3 severe" in words
    assert "Worsening, mean a day 1 area 28 in 28 days" in words
    assert "Mar 2, 2026" not in words, "no response, no row"
    assert "Feb 23, 2026 not scored" in words
    assert "Absent in every answer: Nausea" in words
    assert "A higher value is better. quality_of_life" in words
    assert "not defined where higher is better" in words
    assert "composite grades (0 to 3) are not ctcae grades." in words.lower()


async def test_the_page_lets_nothing_in_and_nothing_inline(service: Service) -> None:
    page = await _open(service, await _answered(service))
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    for forbidden in ("<script", "<style", " style=", "http://", "https://", "onload="):
        assert forbidden not in page.text
    styles = await service.client.get("/pages/charts.css")
    assert styles.headers["Content-Type"].startswith("text/css")


async def test_languages_and_instruments_are_navigations_of_their_own(service: Service) -> None:
    patient = await _answered(service)
    page = await _open(service, patient, lang="en")
    assert page.text.count("<nav") == 1, "one instrument needs no choice"
    sent = await service.submit(patient, {"PROCTCAE_1A_SCL": "2"}, questionnaire="pro-ctcae", version="1.0")
    assert sent.status_code == 201, sent.text
    page = await _open(service, patient, lang="en")
    navs = [nav.split("</nav>")[0] for nav in page.text.split("<nav")[1:]]
    assert [nav.split(">")[0] for nav in navs] == [' aria-label="Language"', ' aria-label="Questionnaires"']
    assert [nav.count("aria-current") for nav in navs] == [1, 1]


async def test_the_mode_record_shows_no_scores(service: Service) -> None:
    recording = await service.with_new_centre(Mode.RECORD)
    page = await _open(recording, await _answered(recording), lang="en")
    assert page.status_code == 200
    assert "In this mode no scores are shown." in page.text
    assert "<svg" not in page.text
    assert "pain" not in page.text.lower()


async def test_the_mode_record_is_about_the_page_and_not_about_the_json(service: Service) -> None:
    recording = await service.with_new_centre(Mode.RECORD)
    patient = await _answered(recording)
    for path in ("scores", f"scores/pain_composite/longitudinal?instrument={INSTRUMENT}"):
        answer = await recording.client.get(f"/v1/patients/{patient}/{path}", headers=recording.as_(Role.CLINICIAN))
        assert answer.status_code == 200, answer.text
        assert '{"value":3}' in answer.text


async def test_a_patient_without_scores_has_an_empty_page(service: Service) -> None:
    page = await _open(service, await service.register(), lang="en")
    assert "Nothing was scored so far." in page.text
    assert "<svg" not in page.text


async def test_whose_answers_they_are_is_a_sign_and_a_word(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    nurse = service.as_(Role.NURSE)
    for ago, headers, by in ((14, None, None), (7, nurse, "practitioner"), (0, nurse, "practitioner")):
        fields = {"answered_by": by} if by else {}
        sent = await service.submit(patient, PAIN_MILD, authored=NOON - days(ago), headers=headers, **fields)
        assert sent.status_code == 201, sent.text
    page = await _open(service, patient, lang="en")
    svg = _svg(page.text, PAIN)
    assert _classes(svg).count("dot dot-other") == 2
    assert [len((line.get("points") or "").split()) for line in svg if line.get("class") == "line"] == [2]
    assert "a professional" in page.text
    assert "answered by somebody else" in page.text


async def test_who_does_not_read_scores_does_not_open_the_page(service: Service) -> None:
    patient = await _answered(service, ())
    said = service.app.state.installation.wordings.by_language["en"].say
    for role in (Role.PATIENT, Role.ADMIN):
        assert said("page.problem_not_permitted") in (await _open(service, patient, role=role, lang="en")).text
        problem(await _open(service, patient, role=role, accept=_PROGRAM), 403, "not-permitted")
    problem(await _open(await service.with_new_centre(), patient, accept=_PROGRAM), 404, "not-found")
    problem(await _open(service, str(new_id()), accept=_PROGRAM), 404, "not-found")
    unknown = await _open(service, patient, instrument="nothing-of-ours", accept=_PROGRAM)
    problem(unknown, 404, "unknown-questionnaire")


@pytest.fixture(scope="module")
async def newer(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """A service in which 1.1.0 followed 1.0.0, which it does not claim to compare with."""
    root = with_retired_version(tmp_path_factory.mktemp("newer"), date(2026, 3, 1))
    async with running_service(postgres.service_url, postgres.owner_url, instruments_dir=root) as service:
        yield service


async def test_versions_that_do_not_compare_are_never_mixed(newer: Service) -> None:
    service = await newer.with_new_centre()
    service.clock.shown = NOON
    patient = await service.register()
    for ago, version, answers in ((28, "1.0.0", PAIN_WORST), (3, "1.1.0", PAIN_MILD), (0, "1.1.0", PAIN_MILD)):
        sent = await service.submit(patient, answers, authored=NOON - days(ago), version=version)
        assert sent.status_code == 201, sent.text
    answer = await service.client.get(
        f"/v1/patients/{patient}/scores/pain_composite/longitudinal",
        params={"instrument": INSTRUMENT},
        headers=service.as_(Role.NURSE),
    )
    body = answer.json()
    assert [(point["result"], point["reason"]) for point in body["left_out"]] == [({"value": 3}, "version_changed")]
    assert body["summaries"]["max"] == {"value": 1}
    assert body["summaries"]["auc_improvement"] == {"not_defined": "baseline_not_comparable"}
    page = await _open(service, patient, lang="en")
    svg = _svg(page.text, PAIN)
    assert _classes(svg).count("version") == 1
    assert [len((line.get("points") or "").split()) for line in svg if line.get("class") == "line"] == [2]
    assert "version 1.0.0: not compared" in page.text
    assert "the baseline does not compare" in page.text
