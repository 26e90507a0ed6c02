"""The author's page, followed to the letter: its worked example is run as it stands there."""

import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from app.cli.commands import app

PAGE = (Path(__file__).parents[2] / "questionnaires" / "README.md").read_text(encoding="utf-8")
SECTION = re.search(r"^## From nothing to a published instrument\n(.*?)^## ", PAGE, flags=re.MULTILINE | re.DOTALL)
FOLDER = Path("mine/instruments/sleep-diary")
Step = tuple[str, ...]


def steps() -> Iterator[Step]:
    """In their order: a command with what it is to say, or an edit (file, what stands there, what replaces it)."""
    assert SECTION is not None
    in_shell = False
    for line in SECTION[1].splitlines():
        edit = re.fullmatch(r"\| `(.+?)` \| `(.+?)` \| `(.+?)` \|", line)
        if line.startswith("```"):
            in_shell = line == "```sh"
        elif in_shell:
            command, _, said = line.partition("  # ")
            yield command.strip(), said.strip()
        elif edit:
            yield edit[1], edit[2], edit[3]


def test_the_worked_example_is_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done: list[str] = []
    for step in steps():
        if len(step) == 3:
            change(*step)
            done.append("edit")
            continue
        command, said = step
        words = shlex.split(command)
        done.append(words[1] if words[0] == "vigie" else words[0])
        assert said in run(words), command
    assert done == [
        "new", "check", "cp", "edit", "edit", "check", "preview", "diff", "edit", "edit", "publish", "check",
    ]  # fmt: skip


def change(name: str, old: str, new: str) -> None:
    file = FOLDER / name
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, name
    file.write_text(text.replace(old, new), encoding="utf-8")


def run(words: list[str]) -> str:
    if words[0] == "cp":
        assert words[1] == "-r"
        shutil.copytree(words[2], words[3])
        return ""
    assert words[0] == "vigie"
    if words[1] == "preview":
        return previewed(words[1:])
    said = CliRunner().invoke(app, words[1:])
    assert said.exit_code == 0, said.output
    return said.output


def previewed(words: list[str]) -> str:
    """What the preview says and serves. It listens on a port that is free here: 8010 may be somebody's."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    command = [str(Path(sys.executable).with_name("vigie")), *words, "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            said = server.stdout.readline()
            assert opened(f"http://127.0.0.1:{port}/").status_code == 200
        finally:
            server.terminate()
    return said.replace(str(port), "8010")


def opened(url: str) -> httpx.Response:
    for _ in range(300):
        try:
            return httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"{url} does not answer")


def test_the_verbs_that_the_page_names_exist_with_their_options() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]  # a Typer app with commands is a group
    named = set(re.findall(r"`?vigie ([a-z-]+)", PAGE))
    assert {"new", "check", "preview", "diff", "publish", "import-questionnaire"} <= named <= set(commands)
    section = PAGE[PAGE.index("## Import a FHIR Questionnaire") : PAGE.index("## Publish")]
    options = {option for parameter in commands["import-questionnaire"].params for option in parameter.opts}
    assert set(re.findall(r"`(--[a-z-]+)`", section)) <= options


def test_every_heading_that_the_page_links_to_is_there() -> None:
    headings = [heading.lower() for heading in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)]
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors
