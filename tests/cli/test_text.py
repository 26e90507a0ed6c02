"""`vigie text`: what words are wanted, and loading them for a centre that has the permission."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from tests.store.two_centres import centre_scope, execute
from tests.support.licensed import LICENSED, TITLE, WORDS, instruments_with_a_licensed_one

Vigie = Callable[..., Result]


@pytest.fixture
def vigie(tmp_path: Path, postgres: EmbeddedPostgres) -> Vigie:
    """The command, with the settings of an installation that knows the licensed instrument."""
    environment = {
        "DATABASE_URL": postgres.service_url,
        "VIGIE_MIGRATION_URL": postgres.owner_url,
        "VIGIE_INSTRUMENTS_DIR": str(instruments_with_a_licensed_one(tmp_path)),
    }
    return lambda *arguments: CliRunner().invoke(app, arguments, env=environment)


@pytest.fixture
def centre(vigie: Vigie) -> str:
    said = vigie("add-centre", "A centre", "--emergency-number", "15")
    assert said.exit_code == 0, said.output
    return said.stdout.strip()


@pytest.fixture
def words(tmp_path: Path) -> Path:
    file = tmp_path / "words.csv"
    file.write_text(WORDS, encoding="utf-8")
    return file


def loading(file: Path, centre: str, language: str = "en", **options: str) -> list[str]:
    """The arguments that load a file."""
    chosen = {"centre": centre, "permission": "agreement 7 of 2026", **options}
    return ["text", "import", LICENSED, language, str(file), *(a for k, v in chosen.items() for a in (f"--{k}", v))]


def rows(postgres: EmbeddedPostgres, centre: str, columns: str) -> Any:
    """What is stored of the centre's texts, as one JSON value."""
    asked = f"SELECT json_agg(row_to_json(found)) FROM (SELECT {columns} FROM centre_text ORDER BY revision) AS found"
    found = execute(postgres.service_url, centre_scope(UUID(centre)).replace("true)", "false)"), asked)
    return json.loads(found or "[]")


def test_the_template_names_everything_that_takes_words(vigie: Vigie) -> None:
    said = vigie("text", "template", LICENSED)
    assert said.exit_code == 0, said.output
    lines = said.stdout.splitlines()
    assert lines[0] == "kind,key,code,text"
    wanted = {line.rpartition(",")[0] for line in WORDS.splitlines()[1:]}
    assert {"title,,", "option,lantern,dark", "option_set,amount,1", "score,owls_heard,"} <= {x[:-1] for x in lines}
    assert len(wanted - {x[:-1] for x in lines}) == 1, "all but the introduction, which has a comma in its words"


def test_the_template_filled_in_can_be_loaded(vigie: Vigie, centre: str, tmp_path: Path) -> None:
    lines = vigie("text", "template", LICENSED).stdout.splitlines()
    file = tmp_path / "filled.csv"
    file.write_text("\n".join([lines[0], *(f"{line}Some words" for line in lines[1:])]), encoding="utf-8-sig")
    assert vigie(*loading(file, centre)).exit_code == 0


def test_words_are_loaded_with_the_permission_and_their_file(
    vigie: Vigie, centre: str, words: Path, postgres: EmbeddedPostgres
) -> None:
    said = vigie(*loading(words, centre, status="validated", translator="A. Owl", by="B. Bat"))
    assert said.exit_code == 0, said.output
    assert said.stdout.startswith(f"loaded {LICENSED} en revision 1 (validated), sha256:")
    (row,) = rows(
        postgres, centre, "revision, status, permission, imported_by, encode(source_sha256, 'hex') AS sha, words"
    )
    assert (row["revision"], row["status"], row["permission"]) == (1, "validated", "agreement 7 of 2026")
    assert (row["imported_by"], row["sha"]) == ("B. Bat", hashlib.sha256(words.read_bytes()).hexdigest())
    assert (row["words"]["title"], row["words"]["translator"]) == (TITLE, "A. Owl")
    assert row["words"]["source"] == "words.csv"


def test_loading_leaves_an_event(vigie: Vigie, centre: str, words: Path, postgres: EmbeddedPostgres) -> None:
    vigie(*loading(words, centre))
    asked = (
        f"SELECT json_agg(row_to_json(e)) FROM audit_event e WHERE centre_id = '{centre}' AND operation = 'import_text'"
    )
    (event,) = json.loads(execute(postgres.url("postgres"), asked))
    assert (event["resource_id"], event["revision"], event["role"]) == (f"{LICENSED}/en", 1, "operator")


def test_the_event_names_who_loaded_the_words(
    vigie: Vigie, centre: str, words: Path, postgres: EmbeddedPostgres
) -> None:
    vigie(*loading(words, centre, by=" B. Bat "))
    vigie(*loading(words, centre, "fr"))
    asked = f"SELECT json_agg(subject) FROM audit_event WHERE centre_id = '{centre}' AND operation = 'import_text'"
    assert sorted(json.loads(execute(postgres.url("postgres"), asked))) == ["operator", "operator:B. Bat"]
    assert {row["imported_by"] for row in rows(postgres, centre, "imported_by, revision")} == {"operator", "B. Bat"}


def test_loading_again_is_the_next_revision_unless_nothing_is_new(
    vigie: Vigie, centre: str, words: Path, postgres: EmbeddedPostgres
) -> None:
    assert "revision 1 (local)" in vigie(*loading(words, centre)).stdout
    assert "nothing new, the words are there: night-watch en revision 1" in vigie(*loading(words, centre)).stdout
    assert "revision 2 (validated)" in vigie(*loading(words, centre, status="validated")).stdout
    assert "fr revision 1" in vigie(*loading(words, centre, "fr")).stdout
    assert [row["revision"] for row in rows(postgres, centre, "language, revision")] == [1, 1, 2]


def test_a_fhir_questionnaire_is_loaded_and_what_was_not_used_is_named(
    vigie: Vigie, centre: str, tmp_path: Path, postgres: EmbeddedPostgres
) -> None:
    amounts = [{"valueCoding": {"code": code, "display": words}} for code, words in (("0", "Never"), ("1", "Always"))]
    lantern = [{"valueCoding": {"code": "lit", "display": "Lit"}}, {"valueCoding": {"code": "dark", "display": "Dark"}}]
    asked = [
        {"linkId": "owls", "type": "choice", "text": "Owls?", "answerOption": amounts},
        {"linkId": "bats", "type": "choice", "text": "Bats?", "answerOption": amounts},
        {"linkId": "lantern", "type": "choice", "text": "Lantern?", "answerOption": lantern},
    ]
    notice = {"linkId": "notice", "type": "display", "text": "All rights reserved"}
    group = {"linkId": "night", "type": "group", "text": "Last night", "item": [*asked, notice]}
    file = tmp_path / "watch.json"
    resource = {"resourceType": "Questionnaire", "language": "en", "title": TITLE, "item": [group]}
    file.write_text(json.dumps(resource), encoding="utf-8")
    said = vigie(*loading(file, centre, introduction="Think of last night."))
    assert said.exit_code == 0, said.output
    assert f"{file}: not used: item[0].item[3]: the definition has no display 'notice'" in said.stderr
    (row,) = rows(postgres, centre, "words")
    assert row["words"]["option_sets"] == {"amount": {"0": "Never", "1": "Always"}}


# --- refusals ----------------------------------------------------------------------------------------------------


def refusal(said: Result) -> str:
    assert said.exit_code == 1, said.output
    assert said.stdout == ""
    assert "Traceback" not in said.stderr
    return str(said.stderr)


def test_everything_that_is_wrong_is_named_and_nothing_is_loaded(
    vigie: Vigie, centre: str, words: Path, postgres: EmbeddedPostgres
) -> None:
    wrong = WORDS.replace("item,owls,", "item,owl,").replace("option,lantern,lit,It burned", "option,lantern,lit,")
    words.write_text(wrong, encoding="utf-8")
    said = refusal(vigie(*loading(words, centre)))
    assert f"{words}: row 5, column key: there is no item 'owl': did you mean 'owls'?" in said
    assert f"{words}: row 9, column text: option 'lit' of 'lantern' has none" in said
    assert said.endswith("3 problem(s): nothing was loaded\n")
    assert rows(postgres, centre, "revision") == []


def test_a_gap_is_refused_unless_it_is_a_draft(vigie: Vigie, centre: str, words: Path) -> None:
    words.write_text("\n".join(line for line in WORDS.splitlines() if "bats" not in line), encoding="utf-8")
    assert "the text claims to be local, but item 'bats' has no text" in refusal(vigie(*loading(words, centre)))
    assert "(draft)" in vigie(*loading(words, centre, status="draft")).stdout


def test_a_language_that_the_owner_does_not_list_is_refused(vigie: Vigie, centre: str, words: Path) -> None:
    said = refusal(vigie(*loading(words, centre, "frr")))
    assert "the owner of night-watch lists no translation 'frr': did you mean 'fr'? allowed: en, fr, ar" in said


def test_shipped_words_are_not_loaded(vigie: Vigie, centre: str, words: Path) -> None:
    arguments = [a.replace(LICENSED, "pre-consultation") if a == LICENSED else a for a in loading(words, centre)]
    assert "the words of pre-consultation are shipped" in refusal(vigie(*arguments))


def test_a_title_that_claims_a_protected_name_is_refused(vigie: Vigie, centre: str, words: Path) -> None:
    said = refusal(vigie(*loading(words, centre, title="PRO-CTCAE of the night")))
    assert "PRO-CTCAE" in said
    assert "nothing was loaded" in said


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_another_encoding_is_named_with_its_row(vigie: Vigie, centre: str, words: Path, encoding: str) -> None:
    words.write_text(WORDS.replace("Did the owls", "Étaient-elles"), encoding=encoding)
    row = {"latin-1": 5, "utf-16": 1}[encoding]
    assert f"row {row}: not UTF-8 (byte " in refusal(vigie(*loading(words, centre)))


def test_a_centre_that_is_not_there_is_named(vigie: Vigie, words: Path) -> None:
    nobody = str(new_id())
    assert f"there is no centre {nobody}: nothing was loaded" in refusal(vigie(*loading(words, nobody)))


def test_a_permission_that_says_nothing_is_none(vigie: Vigie, centre: str, words: Path) -> None:
    assert "--permission says by what right" in refusal(vigie(*loading(words, centre, permission="  ")))


@pytest.mark.parametrize("option", ["permission", "by"])
@pytest.mark.parametrize("said", ["two\nlines", "x" * 201, "\x1b[2J"])
def test_what_goes_into_the_records_is_one_readable_line(
    vigie: Vigie, centre: str, words: Path, postgres: EmbeddedPostgres, option: str, said: str
) -> None:
    refused = refusal(vigie(*loading(words, centre, **{option: said})))
    assert f"--{option} is one line of up to 200 characters" in refused
    assert rows(postgres, centre, "revision") == []


@pytest.mark.parametrize("name", ["nowhere.csv", "."])
def test_a_file_that_cannot_be_read_is_named(vigie: Vigie, centre: str, tmp_path: Path, name: str) -> None:
    assert str(tmp_path / name) in refusal(vigie(*loading(tmp_path / name, centre)))


@pytest.mark.parametrize(
    "arguments", [["text", "template", "day-watch"], ["text", "template", LICENSED, "--definition", "2.0.0"]]
)
def test_what_is_not_known_is_answered_with_what_there_is(vigie: Vigie, arguments: list[str]) -> None:
    assert "there is no such questionnaire or version; there is: " in refusal(vigie(*arguments))


def test_a_definition_version_that_is_not_there_is_refused(vigie: Vigie, centre: str, words: Path) -> None:
    said = refusal(vigie(*loading(words, centre, definition="2.0.0")))
    assert f"there is: https://vigie.example/fhir/Questionnaire/{LICENSED}|1.0.0" in said
