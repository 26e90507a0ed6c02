"""The verbs of `vigie` that need no database: what they print, and what a person reads who made a mistake."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from app.cli import commands
from app.cli.commands import app, main
from app.services.check_advice import check_advice, publish_advice
from app.services.json_schemas import json_schemas
from app.services.published_lock import LOCK
from guidance.library import ADVICE_FOLDER
from questionnaires.digests import read_lock
from tests.support.advice_files import write_advice

VIGIE = Path(sys.executable).with_name("vigie")
SHIPPED = Path(__file__).parents[2] / "questionnaires" / "instruments"
VERBS = sorted(get_command(app).commands)  # type: ignore[attr-defined]  # a Typer app with commands is a group


def vigie(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=stdin)


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    code: int
    stdout: str
    stderr: str


def whole(*arguments: str, stdin: str = "", **environment: str) -> Ended:
    """The command with what is around its verbs: settings from the environment, errors as sentences."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
        for name in list(os.environ):
            if name.startswith(("VIGIE_", "DATABASE_")):
                patched.delenv(name)
        for name, value in environment.items():
            patched.setenv(name, value)
        patched.setattr(sys, "argv", ["vigie", *arguments])
        patched.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            main()
    return Ended(int(ended.value.code or 0), out.getvalue(), err.getvalue())


# --- help --------------------------------------------------------------------------------------------------------


def test_help_lists_every_verb_with_what_it_does() -> None:
    said = subprocess.run([VIGIE, "--help"], capture_output=True, text=True, check=True)
    assert {"run", "serve", "check", "score", "migrate", "token", "openapi", "publish", "schemas"} <= set(VERBS)
    for verb in VERBS:
        assert re.search(rf"^\W*{verb}\s+\S.{{15,}}", said.stdout, flags=re.MULTILINE), verb


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_and_its_options(verb: str) -> None:
    said = vigie(verb, "--help")
    assert said.exit_code == 0
    assert f"Usage: root {verb}" in said.output or f"vigie {verb}" in said.output
    command = get_command(app).commands[verb]  # type: ignore[attr-defined]
    assert command.help
    for parameter in command.params:
        assert parameter.name == "help" or getattr(parameter, "help", None), f"{verb} {parameter.name}"


def test_no_verb_gives_the_help_and_an_unknown_one_an_error() -> None:
    assert "Usage" in vigie().output
    assert vigie("sing").exit_code == 2


def test_a_start_loads_neither_tables_nor_migrations() -> None:
    """polars and alembic take a third of a second each: only the verbs that work with them load them."""
    asked = "import sys, app.cli; print(sorted({'polars', 'alembic', 'numpy'} & sys.modules.keys()))"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


# --- check -------------------------------------------------------------------------------------------------------

# File -> what stands there, what is written in its place, and the line and the words that an author must read.
Damage = dict[str, tuple[str, str, int | None, str]]

OF_DEFINITIONS: Damage = {
    "instrument.yaml": ("construct:", "constuct:", 3, "did you mean 'construct'? allowed: id, title"),
    "licence.yaml": ("redistribution: allowed", "redistribution: alowed", 3, "'allowed' or 'restricted'"),
    "definition/1.0.0.yaml": ("recall_period: P7D", "recall_period: 7 days", 6, "'recall_period'"),
    "text/fr/1.yaml": ("\nitems:", "\nitmes:", 12, "did you mean 'items'? allowed: instrument, language"),
}
OF_SCORING: Damage = {
    "scoring/1.0.0/scoring.yaml": ("operator: lookup", "operators: lookup", 13, "did you mean 'operator'?"),
    "scoring/1.0.0/alerts.yaml": ("at_least: 3", "at_least: three", 8, "'rules.0.at_least'"),
    "scoring/1.0.0/tables/severity.csv": ("\n3,3\n", "\n3\n", 5, "the row has 1 cells, the header 2"),
}
# What a rule does not find is said where the rule is.
OF_RULES: Damage = {
    "scoring/1.0.0/scoring.yaml": ("operator: lookup", "operator: lokup", 13, "did you mean 'lookup'?"),
    "scoring/1.0.0/tables/severity.csv": ("\n3,3\n", "\n", None, ""),
}
OF_EXAMPLES: Damage = {
    "examples/one-missing.yaml": (
        'fatigue_composite: "1"',
        'fatigue_composite: "2"',
        None,
        "'fatigue_composite' is 1, the example expects 2",
    ),
    "examples/minimum.yaml": ("\nsource:", "\nsourse:", 2, "did you mean 'source'?"),
}


def damaged(folder: Path, damages: Damage) -> Path:
    """A copy of the shipped instruments with a word changed in each of some files."""
    root = folder / "instruments"
    shutil.copytree(SHIPPED, root)
    shutil.copy(SHIPPED.parent / LOCK, folder / LOCK)
    for name, (old, new, _, _) in damages.items():
        file = root / "pre-consultation" / name
        text = file.read_text(encoding="utf-8")
        assert old in text, name
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return root


def test_check_is_content_with_what_is_shipped() -> None:
    said = vigie("check")
    assert said.exit_code == 0, said.output
    locks = (SHIPPED.parent / LOCK, ADVICE_FOLDER / LOCK)
    count = sum(len(read_lock(lock.read_text(encoding="utf-8"))) for lock in locks)
    assert said.stdout == f"{count} published artefacts, all as they were published.\n"


def test_check_and_publish_look_at_the_advice_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_advice(tmp_path)
    monkeypatch.setattr(commands, "check_advice", lambda: check_advice(folder))
    monkeypatch.setattr(commands, "publish_advice", lambda: publish_advice(folder))
    said = vigie("check")
    assert said.exit_code == 1
    assert f"guidance/{LOCK}:1: not locked yet: advice:nausea|1" in said.stderr
    assert vigie("publish").output == "published advice:nausea|1\n"
    assert vigie("check").exit_code == 0
    assert vigie("publish").output == "There is nothing new to publish.\n"
    (folder / "advice" / "nausea.yaml").unlink()
    said = vigie("publish")
    assert (said.exit_code, said.stdout) == (1, "")
    assert "advice:nausea|1 was published and is gone" in said.stderr


def test_the_check_of_a_folder_that_an_author_names_is_of_that_folder_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "check_advice", lambda: check_advice(tmp_path / "nowhere"))
    assert vigie("check").exit_code == 1
    assert vigie("check", "--instruments", str(SHIPPED)).exit_code == 0


@pytest.mark.parametrize(
    "damages",
    [OF_DEFINITIONS, OF_SCORING, OF_EXAMPLES],
    ids=["definitions", "scoring", "examples"],
)
def test_check_names_every_damage_with_its_file_and_line(tmp_path: Path, damages: Damage) -> None:
    said = vigie("check", "--instruments", str(damaged(tmp_path, damages)))
    assert said.exit_code == 1
    assert said.stdout == ""
    for file, (_, _, line, words) in damages.items():
        place = f"pre-consultation/{file}:{line or ''}"
        told = [text for text in said.stderr.splitlines() if text.startswith(place)]
        assert any(words in text for text in told), f"{place} ... {words}\n{said.stderr}"
        assert all(re.match(r"[\w./-]+:\d+: \S", text) for text in told)
    assert re.search(r"^\d+ problem\(s\) in ", said.stderr, flags=re.MULTILINE)


def test_check_names_the_damages_of_every_layer_at_once(tmp_path: Path) -> None:
    said = vigie("check", "--instruments", str(damaged(tmp_path, OF_DEFINITIONS | OF_SCORING)))
    for file in OF_DEFINITIONS | OF_SCORING:
        assert f"pre-consultation/{file}:" in said.stderr


def test_check_names_what_was_changed_after_it_was_published(tmp_path: Path) -> None:
    root = damaged(tmp_path, {"text/en/1.yaml": ("Think of the hardest moment.", "Think.", None, "")})
    said = vigie("check", "--instruments", str(root))
    assert said.exit_code == 1
    assert re.search(rf"^{LOCK}:\d+: text:pre-consultation\|en\|1 was published and has changed since", said.stderr)
    assert vigie("publish", "--instruments", str(root)).exit_code == 1
    assert (tmp_path / LOCK).read_text() == (SHIPPED.parent / LOCK).read_text()


def test_check_of_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    said = vigie("check", "--instruments", str(tmp_path / "nowhere"))
    assert (said.exit_code, "there is no instrument folder here" in said.stderr) == (1, True)


def test_publish_adds_what_is_new_and_only_that(tmp_path: Path) -> None:
    root = damaged(tmp_path, {})
    assert vigie("publish", "--instruments", str(root)).output == "There is nothing new to publish.\n"
    shipped = (SHIPPED.parent / LOCK).read_text(encoding="utf-8")
    kept = [line for line in shipped.splitlines(keepends=True) if "pre-consultation|en|" not in line]
    (tmp_path / LOCK).write_text("".join(kept))
    said = vigie("publish", "--instruments", str(root))
    assert said.output == "published text:pre-consultation|en|1\n"
    assert (tmp_path / LOCK).read_text(encoding="utf-8") == shipped


def test_a_damaged_installation_starts_nothing(tmp_path: Path) -> None:
    root = damaged(tmp_path, OF_DEFINITIONS)
    said = whole("serve", VIGIE_INSTRUMENTS_DIR=str(root), DATABASE_URL="postgresql://nobody@127.0.0.1:1/vigie")
    assert said.code == 1
    assert "Traceback" not in said.stderr


# --- score -------------------------------------------------------------------------------------------------------

ANSWERS = {"pain-frequency": "4", "pain-severity": "3", "pain-interference": "2", "can-wait": "yes"}


def test_score_reads_a_file(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(ANSWERS), encoding="utf-8")
    said = vigie("score", "pre-consultation", str(file))
    assert said.exit_code == 0, said.output
    found = json.loads(said.stdout)
    assert found["questionnaire"].endswith("/pre-consultation|1.0.0")
    assert found["scores"]["pain_composite"] == {"value": 3}
    assert found["scores"]["fatigue_composite"]["not_scored"] == "skipped"


def test_score_reads_standard_input_and_says_the_same() -> None:
    said = whole("score", "pre-consultation@1.0.0", "-", stdin=json.dumps(ANSWERS))
    assert said.code == 0, said.stderr
    assert json.loads(said.stdout) == json.loads(
        vigie("score", "pre-consultation", "-", stdin=json.dumps(ANSWERS)).stdout
    )


def test_score_explains_itself_on_demand() -> None:
    said = vigie("score", "pre-consultation", "-", "--explain", stdin=json.dumps(ANSWERS))
    lines = said.stdout.splitlines()
    start = lines.index("pain_composite")
    told = lines[start + 1 : lines.index("fatigue_composite") if "fatigue_composite" in lines[start:] else None]
    assert all(line.startswith("  ") for line in told[:5])
    assert any("composite" in line and "3" in line for line in told)
    assert any("Basch E" in line for line in told)
    french = vigie("score", "pre-consultation", "-", "--explain", "--language", "fr", stdin=json.dumps(ANSWERS))
    assert "  Source\u00a0: Basch E" in french.stdout
    refused = vigie("score", "pre-consultation", "-", "--explain", "--language", "xx", stdin=json.dumps(ANSWERS))
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "there is no language 'xx': allowed: ar, en, fr" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (("nothing-known", "-"), "{}", "there is no nothing-known; there is: "),
        (("pre-consultation@9.9.9", "-"), "{}", "there is no pre-consultation@9.9.9; there is: "),
        (("pre-consultation", "-"), '{"pain-frequency": ', "not JSON (line 1, column 20)"),
        (("pre-consultation", "-"), "[]", "the answers are a JSON object of link id -> answer"),
        (("pre-consultation", "-"), "NaN", "NaN"),
        (("pre-consultation", "-"), '{"can-wait": "no", "can-wait": "yes"}', "an object with the same key twice"),
        (("pre-consultation", "-"), "[" * 100_000, "nested too deeply"),
        (("pre-consultation", "-"), '{"quality-of-life": ' + "1" * 5_000 + "}", "a number that is too long"),
    ],
)
def test_score_says_what_it_cannot_read(arguments: tuple[str, str], stdin: str, words: str) -> None:
    said = vigie("score", *arguments, stdin=stdin)
    assert said.exit_code == 1
    assert words in said.stderr
    assert said.stdout == ""


def test_score_lists_every_issue_of_the_answers() -> None:
    wrong = {"pain-frequency": "7", "nothing-known": "1", "quality-of-life": 11, "nausea-severity": "2"}
    said = vigie("score", "pre-consultation", "-", stdin=json.dumps(wrong))
    assert said.exit_code == 1
    for pointer in ("pain-frequency", "nothing-known", "quality-of-life", "nausea-severity", "can-wait"):
        assert re.search(rf"^/\S*{pointer}\S*: \S", said.stderr, flags=re.MULTILINE), said.stderr
    assert "(allowed: 0, 1, 2, 3, 4)" in said.stderr
    assert "5 issue(s) in the answers" in said.stderr


def test_score_says_that_a_file_is_not_there_or_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "latin-1.json").write_bytes('{"é": 1}'.encode("latin-1"))
    for name in ("nowhere.json", "latin-1.json", "."):
        said = whole("score", "pre-consultation", str(tmp_path / name))
        assert said.code in (1, 2)
        assert "Traceback" not in said.stderr
        assert str(tmp_path / name) in said.stderr


# --- the others --------------------------------------------------------------------------------------------------


def test_schemas_are_written_where_asked(tmp_path: Path) -> None:
    said = vigie("schemas", str(tmp_path / "made"))
    assert said.exit_code == 0
    assert {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "made").iterdir()} == json_schemas()


@pytest.mark.parametrize("arguments", [["--role", "patient"], ["--patient", "01a20000-0000-7000-8000-000000000000"]])
def test_a_token_needs_a_patient_for_the_role_patient_only(tmp_path: Path, arguments: list[str]) -> None:
    said = whole("token", *arguments, VIGIE_DATA_DIR=str(tmp_path))
    assert (said.code, said.stdout) == (1, "")
    assert "--patient goes with --role patient, and only with it" in said.stderr


def test_serve_and_migrate_say_which_setting_is_missing() -> None:
    assert "DATABASE_URL is not set" in whole("serve").stderr
    url = "postgresql://nobody@127.0.0.1:1/vigie"
    said = whole("migrate", DATABASE_URL=url)
    assert "VIGIE_MIGRATION_URL is not" in said.stderr
    away = whole("serve", DATABASE_URL=url)
    assert away.code == 1
    assert "the database is not to be reached" in away.stderr
    assert "Traceback" not in away.stderr


def test_a_setting_that_is_wrong_is_named_without_its_value() -> None:
    said = whole("check", VIGIE_PORT="secret-port")
    assert said.code == 1
    assert "setting" in said.stderr
    assert "port" in said.stderr
    assert "secret-port" not in said.stderr
    assert "Traceback" not in said.stderr
