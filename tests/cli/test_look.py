"""`vigie look` and `vigie contacts`: what is stored of a centre's look and numbers, and what is refused."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app
from app.cli.database import Database
from app.settings import Settings
from app.store.centre import Centre, EmergencyContact
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from scoring.synthesis import Mode
from tests.store.two_centres import centre_scope, execute
from tests.unit.services.test_logo import png, svg

Vigie = Callable[..., Result]
COLOUR = "#7a1f5c"


@pytest.fixture
def vigie(postgres: EmbeddedPostgres) -> Vigie:
    environment = {"DATABASE_URL": postgres.service_url, "VIGIE_MIGRATION_URL": postgres.owner_url}
    return lambda *arguments: CliRunner().invoke(app, arguments, env=environment)


@pytest.fixture
def centre(postgres: EmbeddedPostgres) -> str:
    contacts = (EmergencyContact("15", {"fr": "SAMU"}),)
    centre = Centre(new_id(), "A centre", Mode.RECORD, ("fr", "en"), "Europe/Paris", contacts, ())
    settings = Settings.model_validate({"DATABASE_URL": postgres.service_url, "migration_url": postgres.owner_url})
    asyncio.run(Database(settings, say=print).add_centre(centre))
    return str(centre.centre_id)


@pytest.fixture
def stored(postgres: EmbeddedPostgres, centre: str) -> Callable[[str], Any]:
    """What a table has of the centre: its row, None where there is none."""

    def row(table: str) -> Any:
        scope = centre_scope(UUID(centre)).replace("true)", "false)")
        found = execute(postgres.service_url, scope, f"SELECT row_to_json(t) FROM {table} t")
        return json.loads(found) if found else None

    return row


def refusal(said: Result) -> str:
    assert said.exit_code == 1, said.output
    assert said.stdout == ""
    assert "Traceback" not in said.stderr
    return str(said.stderr)


def events(postgres: EmbeddedPostgres, centre: str) -> list[list[str]]:
    asked = (
        "SELECT json_agg(json_build_array(operation, role, subject) ORDER BY recorded_at) FROM audit_event "
        f"WHERE centre_id = '{centre}' AND operation <> 'add_centre'"
    )
    found: list[list[str]] = json.loads(execute(postgres.url("postgres"), asked) or "[]")
    return found


# --- the look ----------------------------------------------------------------------------------------------------


def test_a_colour_is_stored_with_one_for_dark_pages_that_can_be_read(
    vigie: Vigie, centre: str, stored: Callable[[str], Any], postgres: EmbeddedPostgres
) -> None:
    said = vigie("look", centre, "--colour", COLOUR.upper(), "--by", "A. Owl")
    assert said.exit_code == 0, said.output
    look = stored("centre_look")
    assert (look["colour"], look["logo"], look["logo_media_type"]) == (COLOUR, None, None)
    assert said.stdout.splitlines() == [
        f"colour on light pages: {COLOUR}",
        f"on dark pages: {look['dark_colour']}",
        "logo: none",
    ]
    assert events(postgres, centre) == [["change_look", "operator", "operator:A. Owl"]]
    # The colour that it made is one that it would take.
    assert vigie("look", centre, "--dark-colour", look["dark_colour"]).exit_code == 0


@pytest.mark.parametrize(("content", "media_type"), [(svg("<path/>"), "image/svg+xml"), (png(), "image/png")])
def test_a_logo_is_what_its_bytes_say(
    vigie: Vigie, centre: str, stored: Callable[[str], Any], tmp_path: Path, content: bytes, media_type: str
) -> None:
    file = tmp_path / "logo.of-any-name"
    file.write_bytes(content)
    said = vigie("look", centre, "--colour", COLOUR, "--logo", str(file))
    assert said.exit_code == 0, said.output
    look = stored("centre_look")
    assert (look["logo"], look["logo_media_type"]) == ("\\x" + content.hex(), media_type)


def test_what_is_not_named_stays_as_it_is(
    vigie: Vigie, centre: str, stored: Callable[[str], Any], tmp_path: Path
) -> None:
    file = tmp_path / "logo.svg"
    file.write_bytes(svg("<path/>"))
    vigie("look", centre, "--colour", COLOUR, "--dark-colour", "#e0a0d0")
    vigie("look", centre, "--logo", str(file))
    first = stored("centre_look")
    assert (first["colour"], first["dark_colour"], first["logo"] is None) == (COLOUR, "#e0a0d0", False)
    vigie("look", centre, "--colour", "#204060")
    second = stored("centre_look")
    assert (second["colour"], second["logo"]) == ("#204060", first["logo"])
    assert second["dark_colour"] != first["dark_colour"], "made of the new colour"
    vigie("look", centre, "--name", " Another name ")
    assert stored("centre")["name"] == "Another name"
    assert stored("centre_look") == second
    vigie("look", centre, "--without-logo")
    assert (stored("centre_look")["colour"], stored("centre_look")["logo"]) == ("#204060", None)


def test_a_name_alone_makes_no_look(vigie: Vigie, centre: str, stored: Callable[[str], Any]) -> None:
    said = vigie("look", centre, "--name", "Another name")
    assert (said.exit_code, said.stdout) == (0, "name: Another name\n")
    assert stored("centre_look") is None


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--colour", "red"), "# and six digits"),
        (("--colour", "#fff"), "# and six digits"),
        (("--colour", COLOUR, "--dark-colour", "#7a1f5c;}"), "# and six digits"),
        (("--colour", "#777777"), "its contrast with the page's #e1f0f4 is 3.83:1, and must be 4.5:1"),
        (("--colour", "#ffff00"), "This one near it can: #"),
        (("--colour", COLOUR, "--dark-colour", COLOUR), "its contrast with the page's #153c49"),
        (("--colour", COLOUR, "--logo", "nowhere.svg"), "nowhere.svg"),
        (("--logo", "x", "--without-logo"), "either --logo or --without-logo"),
        (("--without-logo",), "name a --colour beside the rest"),
        (("--name", "  "), "--name is one line"),
        (("--name", "a\nb"), "--name is one line"),
        (("--colour", COLOUR, "--by", ""), "--by is one line"),
        ((), "nothing was asked for"),
    ],
)
def test_what_would_make_no_good_page_is_refused(
    vigie: Vigie, centre: str, stored: Callable[[str], Any], options: tuple[str, ...], why: str
) -> None:
    assert why in refusal(vigie("look", centre, *options))
    assert stored("centre_look") is None
    assert stored("centre")["name"] == "A centre"


def test_the_colour_that_a_refusal_names_is_taken(vigie: Vigie, centre: str) -> None:
    named = refusal(vigie("look", centre, "--colour", "#ffff00")).strip().rpartition(" ")[2]
    assert vigie("look", centre, "--colour", named).exit_code == 0


@pytest.mark.parametrize(("content", "why"), [(svg("<script/>"), "<script>"), (b"x" * 100_001, "may have 100,000")])
def test_a_file_that_is_no_logo_is_refused(
    vigie: Vigie, centre: str, stored: Callable[[str], Any], tmp_path: Path, content: bytes, why: str
) -> None:
    file = tmp_path / "logo.svg"
    file.write_bytes(content)
    said = refusal(vigie("look", centre, "--colour", COLOUR, "--logo", str(file)))
    assert f"{file} cannot be the logo: " in said
    assert why in said
    assert stored("centre_look") is None


# --- the contacts ------------------------------------------------------------------------------------------------


def test_the_numbers_of_a_centre_are_replaced(
    vigie: Vigie, centre: str, stored: Callable[[str], Any], postgres: EmbeddedPostgres
) -> None:
    numbers = ("--emergency-number", "15=fr:SAMU|en:Emergency", "--emergency-number", "+33 1 00 00 00 00=Ward: nurses")
    said = vigie("contacts", centre, *numbers, "--helpline", "3114=fr:Prévention du suicide|en:Suicide prevention")
    assert said.exit_code == 0, said.output
    assert said.stdout.splitlines() == [
        "emergency 15 (fr: SAMU, en: Emergency)",
        "emergency +33 1 00 00 00 00 (fr: Ward: nurses)",
        "helpline 3114 (fr: Prévention du suicide, en: Suicide prevention)",
    ]
    assert stored("centre")["emergency_contacts"] == [
        {"number": "15", "names": {"fr": "SAMU", "en": "Emergency"}, "kind": "emergency"},
        {"number": "+33 1 00 00 00 00", "names": {"fr": "Ward: nurses"}, "kind": "emergency"},
        {
            "number": "3114",
            "names": {"fr": "Prévention du suicide", "en": "Suicide prevention"},
            "kind": "helpline",
        },
    ]
    assert events(postgres, centre) == [["change_contacts", "operator", "operator"]]
    assert vigie("contacts", centre, "--emergency-number", "112=Emergency").exit_code == 0
    assert [contact["number"] for contact in stored("centre")["emergency_contacts"]] == ["112"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ((), "name at least one --emergency-number"),
        (("--helpline", "3114=Somebody"), "name at least one --emergency-number"),
        (("--emergency-number", "SAMU"), "begins with a number to call"),
        (("--emergency-number", "call me=SAMU"), "begins with a number to call"),
        (("--emergency-number", "15"), "the name of --emergency-number is one line"),
        (("--emergency-number", "15=fr:"), "the name of --emergency-number is one line"),
        (("--emergency-number", "15=fr:SAMU|Emergency"), "each needs one"),
        (("--emergency-number", "15=ft:SAMU"), "15 needs a name in a language of the centre: fr, en"),
        (("--emergency-number", "15=SAMU", "--helpline", "3114=de:Hilfe"), "3114 needs a name in a language"),
    ],
)
def test_numbers_that_help_nobody_are_refused(
    vigie: Vigie, centre: str, stored: Callable[[str], Any], options: tuple[str, ...], why: str
) -> None:
    before = stored("centre")
    assert why in refusal(vigie("contacts", centre, *options))
    assert stored("centre") == before


@pytest.mark.parametrize(
    "command", [("look", "--colour", COLOUR), ("look", "--name", "A"), ("contacts", "--emergency-number", "15=SAMU")]
)
def test_a_centre_that_is_not_there_is_named(vigie: Vigie, command: tuple[str, ...]) -> None:
    nobody = str(new_id())
    assert f"there is no centre {nobody}: nothing was changed" in refusal(vigie(command[0], nobody, *command[1:]))
