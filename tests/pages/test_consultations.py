"""The list of the day: whose consultations, in which order, what each row says, and who is told of having looked."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.security.caller import Caller, Role
from app.security.operations import default_scopes
from app.security.scopes import parse_scopes
from app.services.call import Call
from app.services.consultations_of_day import PAGE_SIZE, AskedDay, read_day
from app.services.installation import Installation
from app.services.read_synthesis import read_synthesis
from app.services.synthesis_in_words import SynthesisInWords
from app.wording import Wordings
from scoring.synthesis import Mode
from tests.api.answers import PAIN_WORST, URGENT
from tests.api.database import Database
from tests.pages.agenda import DOCTOR, Agenda, choices_of, names_of, rows_of
from tests.pages.linked_patient import text_of
from tests.support.service import CALM, Service, days

pytestmark = pytest.mark.anyio

WORDS = Wordings.load().by_language
PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 3, 9, 8, tzinfo=PARIS)
VISIT = datetime(2026, 3, 9, 10, 30, tzinfo=PARIS)

NAUSEA_WORST = {"nausea-frequency": "4", "nausea-severity": "4"}
FATIGUE = {"fatigue-severity": "2", "fatigue-interference": "2"}


@pytest.fixture
def agenda(service: Service) -> Agenda:
    service.clock.shown = NOW
    return Agenda(service)


async def answered(agenda: Agenda, patient: str, answers: dict[str, Any], days_ago: float = 1) -> None:
    sent = await agenda.service.submit(patient, answers, authored=NOW - days(days_ago))
    assert sent.status_code == 201, sent.text


async def test_today_is_the_day_of_the_centre_in_order_of_time(agenda: Agenda) -> None:
    for name, start in (
        ("Afternoon", datetime(2026, 3, 9, 14, tzinfo=PARIS)),
        ("Morning", datetime(2026, 3, 9, 8, 15, tzinfo=PARIS)),
        ("Yesterday", datetime(2026, 3, 8, 23, 30, tzinfo=PARIS)),
        ("Midnight", datetime(2026, 3, 9, 0, 0, tzinfo=PARIS)),
        ("Night", datetime(2026, 3, 9, 0, 30, tzinfo=PARIS)),
        ("Late", datetime(2026, 3, 9, 23, 30, tzinfo=PARIS)),
        ("Tomorrow", datetime(2026, 3, 10, 0, 0, tzinfo=PARIS)),
    ):
        await agenda.named(name, start)
    page = await agenda.open()
    assert names_of(page) == ["Midnight", "Night", "Morning", "Afternoon", "Late"]
    assert "8:15" in rows_of(page)[2]
    assert names_of(await agenda.open(day="2026-03-08")) == ["Yesterday"]
    agenda.service.clock.shown = datetime(2026, 3, 9, 23, 10, tzinfo=UTC)
    assert names_of(await agenda.open()) == ["Tomorrow"], "it is past midnight in the centre"


@pytest.mark.parametrize(("change", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
async def test_a_day_on_which_the_clocks_change_has_all_its_hours(agenda: Agenda, change: date, hours: int) -> None:
    begin = datetime(change.year, change.month, change.day, tzinfo=PARIS).astimezone(UTC)
    for hour in range(-1, 26):
        await agenda.named(f"Hour {hour:02}", begin + timedelta(hours=hour))
    names = []
    for page in (1, 2):
        names += names_of(await agenda.open(day=change.isoformat(), page=page))
    assert sorted(set(names)) == [f"Hour {hour:02}" for hour in range(hours)]


async def test_a_row_shows_the_two_most_urgent_points_and_how_many_more(agenda: Agenda) -> None:
    patient = await agenda.patient("Synthetic", "One", "1957-06-02")
    consultation = await agenda.visit(patient, VISIT)
    await answered(agenda, patient, URGENT | PAIN_WORST | NAUSEA_WORST | FATIGUE | {"can-wait": "no"})
    page = await agenda.open()
    (row,) = rows_of(page)
    assert "Synthetic One" in row
    assert "born June 2, 1957" in row
    assert row.index("Urgent signal") < row.index("3 severe"), "the urgent signal first"
    assert row.count("3 severe") == 1
    assert WORDS["en"].count("day.more", 2) in row
    assert "2 moderate" not in row
    assert f'aria-label="{WORDS["en"].count("day.points", 4)}"' in page.text
    assert page.text.index('shape-urgent"') < page.text.index('shape-severe"')
    assert f'href="/pages/synthesis?consultation={consultation}"' in page.text
    assert WORDS["en"].say("day.synthesis", time="10:30 AM") in row


async def test_the_list_and_the_synthesis_never_disagree(agenda: Agenda) -> None:
    """Several are read at once in another way than one is."""
    for number in range(4):
        patient = await agenda.patient(f"Synthetic {number}")
        if number < 3:
            await agenda.visit(patient, VISIT - days(21 + number), status="finished")
        await agenda.visit(patient, VISIT + timedelta(minutes=number))
        for weeks in range(9, number, -1):
            level = str((weeks * (number + 2)) % 4 + 1)
            pain = {f"pain-{attribute}": level for attribute in ("frequency", "severity", "interference")}
            await answered(agenda, patient, CALM | pain | {"nausea-frequency": "0"}, 7 * weeks - 6)
    installation: Installation = agenda.service.app.state.installation
    caller = Caller(
        agenda.service.centre_id,
        Role.CLINICIAN,
        "test|test",
        scopes=parse_scopes(default_scopes(Role.CLINICIAN)),
    )
    call = Call(caller, NOW, "test")
    day = await read_day(installation, call, AskedDay())
    assert len(day.listed) == 4
    assert sum(len(one.found.synthesis.points) for one in day.listed) > 1
    english = WORDS["en"]
    for one in day.listed:
        alone = await read_synthesis(installation, call, one.found.consultation.consultation_id)
        assert one.found.synthesis == alone.synthesis
        assert one.found.patient == alone.patient
        in_words = [SynthesisInWords(installation, found, english).points for found in (one.found, alone)]
        assert in_words[0] == in_words[1]


async def test_two_visits_of_one_patient_on_one_day_have_each_its_own_period(agenda: Agenda) -> None:
    patient = await agenda.patient("Twice")
    await answered(agenda, patient, CALM | PAIN_WORST, 2)
    await agenda.visit(patient, VISIT)
    await agenda.visit(patient, VISIT + timedelta(hours=3))
    first, second = rows_of(await agenda.open())
    assert WORDS["en"].say("day.state_answered") in first
    assert "3 severe" in first
    assert WORDS["en"].say("day.state_not-ready") in second, "the first of them is the last consultation before it"


async def test_what_became_of_the_answers_is_told(agenda: Agenda) -> None:
    asked: dict[str, dict[str, Any]] = {
        "Ahead": {},
        "Answered": {},
        "Partly": {"instruments": ["pre-consultation", "symptom-watch"]},
        "Nothing asked": {"instruments": []},
    }
    for minutes, (name, told) in enumerate(asked.items()):
        patient = await agenda.named(name, VISIT + timedelta(minutes=minutes), **told)
        if name in ("Answered", "Partly"):
            await answered(agenda, patient, CALM)
    await agenda.named("Begun", NOW - timedelta(minutes=30))
    await agenda.named("Far", VISIT + days(30))
    rows = rows_of(await agenda.open())
    say = WORDS["en"].say
    for row, state in zip(
        rows, ("nothing-answered", "not-ready", "answered", "partly-answered", "nothing-asked"), strict=True
    ):
        assert say(f"day.state_{state}") in row
    assert "latest on Mar 8, 2026" in rows[2]
    (row,) = rows_of(await agenda.open(day=(VISIT + days(30)).date().isoformat()))
    assert say("day.state_not-open-yet") in row
    missing = await agenda.open(show="unanswered")
    assert names_of(missing) == ["Begun", "Ahead", "Partly"]
    assert choices_of(missing)[say("day.show_unanswered")] == 3


@pytest.mark.parametrize("status", ["cancelled", "noshow", "entered-in-error"])
async def test_what_does_not_take_place_is_last_and_marked(agenda: Agenda, status: str) -> None:
    await agenda.named("Off", VISIT - timedelta(hours=2), status=status)
    await agenda.named("On", VISIT)
    page = await agenda.open()
    assert names_of(page) == ["On", "Off"]
    assert WORDS["en"].say(f"day.status_{status}") in rows_of(page)[1]
    assert WORDS["en"].say("day.off") in text_of(page)
    assert '<tr role="row" class="is-off">' in page.text
    assert names_of(await agenda.open(show="unanswered")) == ["On"]


async def test_filters_count_and_keep_each_other(agenda: Agenda) -> None:
    severe = await agenda.named("Severe", VISIT, clinician=DOCTOR)
    await answered(agenda, severe, CALM | PAIN_WORST)
    calm = await agenda.named("Calm", VISIT, clinician=DOCTOR)
    await answered(agenda, calm, CALM)
    await agenda.named("Silent", VISIT, clinician="somebody-else")
    other = await agenda.named("Another severe", VISIT)
    await answered(agenda, other, CALM | PAIN_WORST)
    say = WORDS["en"].say
    every = await agenda.open()
    names = ["show_all", "show_points", "show_unanswered", "team", "mine"]
    assert choices_of(every) == dict(zip([say(f"day.{name}") for name in names], [4, 2, 1, 4, 2], strict=True))
    assert set(names_of(await agenda.open(show="points"))) == {"Severe", "Another severe"}
    mine = await agenda.open(mine="1")
    assert set(names_of(mine)) == {"Severe", "Calm"}
    assert choices_of(mine) == dict(zip([say(f"day.{name}") for name in names], [2, 1, 0, 4, 2], strict=True))
    assert "show=points&amp;mine=1" in mine.text
    assert names_of(await agenda.open(mine="1", show="points")) == ["Severe"]
    nothing = await agenda.open(mine="1", show="unanswered")
    assert names_of(nothing) == []
    assert say("day.nothing_fits") in text_of(nothing)


async def test_mine_are_those_of_the_callers_own_subject(agenda: Agenda) -> None:
    """The agenda names the `sub` of the tokens, whoever issued them; the caller's subject has the issuer before it."""
    await agenda.named("Issuer", VISIT, clinician="https://login.hospital.example")
    await agenda.named("Whole", VISIT, clinician=f"https://login.hospital.example|{DOCTOR}")
    assert names_of(await agenda.open(mine="1")) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("lefevre", ["Lefèvre"]),
        ("LEFÈVRE", ["Lefèvre"]),
        ("evr", ["Lefèvre"]),
        ("ben ali", ["Ben-Ali"]),
        ("benali", ["Ben-Ali"]),
        ("اسماء", ["أسماء"]),
        ("أَسْمَاء", ["أسماء"]),
        ("وردة", ["ورده"]),
        ("عبدالله", ["عبد الله"]),
        ("v-0042", ["Lefèvre"]),
        ("v-42", []),
        ("lefèvre v0042", ["Lefèvre"]),
        ("-", ["Lefèvre", "Ben-Ali", "أسماء", "ورده", "عبد الله"]),
        ("V٠٠٤٢", ["Lefèvre"]),
        ("nobody", []),
        ("lefevre benali", []),
    ],
)
async def test_a_search_finds_names_and_visits_as_people_type_them(
    agenda: Agenda, words: str, found: list[str]
) -> None:
    for number, name in enumerate(("Lefèvre", "Ben-Ali", "أسماء", "ورده", "عبد الله")):
        await agenda.named(name, VISIT, f"V-00{42 + number}-{agenda.service.centre_id}")
    page = await agenda.search(words)
    assert set(names_of(page)) == set(found)
    if not found:
        assert WORDS["en"].say("day.nothing_fits") in text_of(page)


async def test_a_search_stays_in_no_address_and_no_log(
    agenda: Agenda, caplog: pytest.LogCaptureFixture, database: Database
) -> None:
    await agenda.named("Unmistakable", VISIT, clinician=DOCTOR)
    page = await agenda.search("unmistak", show="all", mine="1")
    assert names_of(page) == ["Unmistakable"]
    assert page.headers["cache-control"] == "no-store"
    assert 'value="unmistak"' in page.text
    addresses = [part.split('"')[0] for part in page.text.replace("action=", "href=").split('href="')[1:]]
    assert len(addresses) > 5
    assert not any("unmistak" in address for address in addresses)
    assert "unmistak" not in caplog.text.casefold()
    assert "unmistak" not in str(await database.audited(agenda.service.centre_id)).casefold()


async def test_while_a_search_is_on_every_choice_keeps_it(agenda: Agenda) -> None:
    severe = await agenda.named("Searched severe", VISIT)
    await answered(agenda, severe, CALM | PAIN_WORST)
    await agenda.named("Searched", VISIT)
    await agenda.named("Else", VISIT)
    page = await agenda.search("searched")
    assert choices_of(page)[WORDS["en"].say("day.show_all")] == 2
    assert 'form="searched" formaction="/pages/consultations?day=2026-03-09&amp;show=points"' in page.text
    assert names_of(await agenda.search("searched", show="points")) == ["Searched severe"]


async def test_a_search_shows_what_was_typed_as_text(agenda: Agenda) -> None:
    page = await agenda.search('"><script>alert(1)</script>')
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text


async def test_a_form_that_is_none_or_too_long_gets_a_page(agenda: Agenda) -> None:
    headers = agenda.service.as_(Role.CLINICIAN) | {"Accept-Language": "fr"}
    for content, status in ((b"q=%ff%fe", 400), (b"q=" + b"x" * 5_000, 413)):
        answer = await agenda.service.client.post("/pages/consultations", content=content, headers=headers)
        assert answer.status_code == status
        assert WORDS["fr"].say("page.problem_request") in text_of(answer)


async def test_another_centre_is_never_seen(agenda: Agenda) -> None:
    await agenda.named("Ours", VISIT)
    other = Agenda(await agenda.service.with_new_centre())
    other.service.clock.shown = NOW
    await other.named("Theirs", VISIT)
    assert names_of(await agenda.open()) == ["Ours"]
    assert names_of(await other.open()) == ["Theirs"]
    assert names_of(await agenda.search("theirs")) == []


@pytest.mark.parametrize("role", [Role.PATIENT, Role.ADMIN])
async def test_who_may_read_no_synthesis_sees_no_list(agenda: Agenda, role: Role) -> None:
    await agenda.named("Secret", VISIT)
    page = await agenda.open(role, language="fr")
    assert page.status_code == 403
    assert WORDS["fr"].say("page.problem_not_permitted") in text_of(page)
    assert "Secret" not in page.text


async def test_a_list_needs_the_scopes_of_visits_and_of_syntheses(agenda: Agenda) -> None:
    for scope, status in (
        ("user/Composition.r", 403),
        ("user/Encounter.s", 403),
        ("user/Composition.r user/Encounter.s", 200),
    ):
        headers = agenda.service.as_(Role.CLINICIAN, scope=scope)
        assert (await agenda.service.client.get("/pages/consultations", headers=headers)).status_code == status


async def test_without_a_session_there_is_no_list(agenda: Agenda) -> None:
    await agenda.named("Secret", VISIT)
    for method in ("GET", "POST"):
        answer = await agenda.service.client.request(method, "/pages/consultations", headers={"Accept-Language": "en"})
        assert answer.status_code == 401
        assert WORDS["en"].say("page.problem_not_signed_in") in text_of(answer)
        assert "Secret" not in answer.text


@pytest.mark.parametrize("mode", [Mode.RECORD, Mode.SCORE])
async def test_without_urgency_the_list_shows_none_and_says_its_mode(service: Service, mode: Mode) -> None:
    agenda = Agenda(await service.with_new_centre(mode))
    agenda.service.clock.shown = NOW
    patient = await agenda.named("Synthetic", VISIT)
    await answered(agenda, patient, URGENT | PAIN_WORST)
    page = await agenda.open()
    said = text_of(page)
    assert names_of(page) == ["Synthetic"]
    assert WORDS["en"].say(f"synthesis.mode_{mode.value}") in said
    assert WORDS["en"].say("day.state_answered") in said
    for key in ("synthesis.points", "day.show_points", "day.no_points", "synthesis.urgent"):
        assert WORDS["en"].say(key) not in said
    assert "shape-" not in page.text


async def test_the_trail_says_whose_syntheses_were_looked_at(agenda: Agenda, database: Database) -> None:
    seen = [await agenda.named(f"Seen {number}", VISIT) for number in range(3)]
    await agenda.named("Unseen", VISIT + days(1))
    before = len(await database.audited(agenda.service.centre_id))
    await agenda.open()
    events = (await database.audited(agenda.service.centre_id))[before:]
    assert [event["operation"] for event in events if event["patient_id"] is None] == ["list_consultations"]
    read = [event for event in events if event["operation"] == "read_synthesis"]
    assert {event["patient_id"] for event in read} == set(map(UUID, seen))
    assert len(read) == 3
    assert len({event["correlation_id"] for event in events}) == 1
    assert all(event["subject"].endswith(f"|{DOCTOR}") and event["role"] == "clinician" for event in events)


async def test_a_search_leaves_those_it_does_not_find_out_of_the_trail(agenda: Agenda, database: Database) -> None:
    found = await agenda.named("Found", VISIT)
    await agenda.named("Passed over", VISIT)
    await agenda.search("found")
    read = [e for e in await database.audited(agenda.service.centre_id) if e["operation"] == "read_synthesis"]
    assert [event["patient_id"] for event in read] == [UUID(found)]


async def test_a_long_day_has_pages(agenda: Agenda) -> None:
    for number in range(PAGE_SIZE + 2):
        await agenda.named(f"Patient {number:02}", VISIT + timedelta(minutes=number))
    first, second = await agenda.open(), await agenda.open(page=2)
    assert names_of(first) == [f"Patient {number:02}" for number in range(PAGE_SIZE)]
    assert names_of(second) == [f"Patient {number:02}" for number in range(PAGE_SIZE, PAGE_SIZE + 2)]
    assert choices_of(second)[WORDS["en"].say("day.show_all")] == PAGE_SIZE + 2
    assert WORDS["en"].say("day.page", number=2, total=2) in text_of(second)
    assert "page=2" in first.text
    assert names_of(await agenda.open(page=9)) == names_of(second)


async def test_a_day_without_visits_says_so(agenda: Agenda) -> None:
    for language, wording in WORDS.items():
        page = await agenda.open(language=language, day="2026-03-08")
        assert wording.say("day.no_visits") in text_of(page)
        assert f'<html lang="{language}" dir="{wording.direction}">' in page.text


async def test_days_beside_a_day_are_links_and_today_leads_back(agenda: Agenda) -> None:
    today = await agenda.open(show="points")
    assert 'href="/pages/consultations?day=2026-03-08&amp;show=points"' in today.text
    assert 'href="/pages/consultations?day=2026-03-10&amp;show=points"' in today.text
    assert WORDS["en"].say("day.today") not in text_of(today)
    other = await agenda.open(day="2026-03-08", lang="fr")
    assert 'href="/pages/consultations?lang=fr"' in other.text
    assert names_of(await agenda.open(day="")) == []


@pytest.mark.parametrize("asked", [{"day": "yesterday"}, {"day": "0001-01-01"}, {"show": "some"}, {"page": "0"}])
async def test_what_cannot_be_asked_for_gets_a_page(agenda: Agenda, asked: dict[str, Any]) -> None:
    page = await agenda.open(language="fr", **asked)
    assert page.status_code == 422
    assert WORDS["fr"].say("page.problem_request") in text_of(page)


@pytest.mark.parametrize("day", ["1950-01-01", "2150-12-31"])
async def test_the_first_and_the_last_day_have_no_day_beyond_them(agenda: Agenda, day: str) -> None:
    page = await agenda.open(day=day)
    assert page.status_code == 200
    assert ("1949-12-31" in page.text, "2151-01-01" in page.text) == (False, False)
