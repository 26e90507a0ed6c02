"""`vigie preview`: the form of an instrument and what its answers come to. No browser here, and no database."""

import asyncio
import re
import socket
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from typer.testing import CliRunner, Result

from app.cli.commands import app
from app.pages.preview import create_preview
from app.services.instrument_folder import NoSuchInstrument
from app.services.new_instrument import new_instrument
from app.services.preview import load_preview
from questionnaires.errors import InstrumentInvalid
from tests.fhir.test_questionnaire_import import TODAY
from tests.support.instrument_folders import write_instrument
from tests.support.questionnaires import CANONICAL_BASE

SEVERE = {"tiredness-severity": "3", "tiredness-days": "7", "own-words": " Tell "}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    new_instrument(tmp_path / "instruments", "mine", "Mine", ("fr", "ar"), TODAY)
    return tmp_path / "instruments"


class Client:
    """Asks the application in this process."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def get(self, url: str) -> httpx.Response:
        return self.ask("GET", url)

    def post(self, url: str, **content: Any) -> httpx.Response:
        return self.ask("POST", url, **content)

    def ask(self, method: str, url: str, **content: Any) -> httpx.Response:
        async def answer() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8010") as client:
                return await client.request(method, url, **content)

        return asyncio.run(answer())


def load(root: Path, version: str | None = None) -> Any:
    return partial(load_preview, root, "mine", version, CANONICAL_BASE)


@pytest.fixture
def client(root: Path) -> Client:
    return Client(create_preview(load(root)))


def judged(client: Client, answers: dict[str, Any], lang: str = "fr") -> dict[str, Any]:
    answer = client.post(f"/answers?lang={lang}", json=answers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_page_says_it_in_the_language_and_its_direction(client: Client) -> None:
    french, arabic = client.get("/?lang=fr").text, client.get("/?lang=ar").text
    assert "Au pire moment, à quel point étiez-vous fatigué ?" in french
    assert 'lang="fr" data-language="fr" dir="ltr"' in french
    assert "ما مدى تعبك في أسوأ لحظة؟" in arabic
    assert 'lang="ar" data-language="ar" dir="rtl"' in arabic
    assert client.get("/?lang=xx").text == client.get("/").text == arabic


def test_nothing_comes_from_elsewhere(client: Client) -> None:
    page = client.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http://" not in page.text.replace("https://vigie.example", "")
    for name in ("preview.js", "preview.css", "tokens.css", "vigie.css", "vigie.svg"):
        assert client.get(f"/pages/{name}").status_code == 200
    assert client.get("/pages/nothing.js").status_code == 404


def test_no_other_site_reaches_the_preview_by_a_name_of_its_own(client: Client) -> None:
    """A name that an attacker has resolve to this machine (DNS rebinding) is not the preview's."""
    for host in ("127.0.0.1:8010", "localhost:9000"):
        assert client.ask("GET", "/", headers={"Host": host}).status_code == 200
    for host in ("evil.example", "evil.example:8010", "127.0.0.1.evil.example"):
        refused = client.ask("POST", "/answers", headers={"Host": host}, json=SEVERE)
        assert (refused.status_code, "tiredness" in refused.text) == (400, False)


def test_help_is_tied_to_its_field_and_only_issues_and_alerts_are_read_out(client: Client, root: Path) -> None:
    text = root / "mine" / "text" / "fr" / "1.yaml"
    words = text.read_text(encoding="utf-8").replace('7 jours ?"}', '7 jours ?", help: Sur sept.}')
    text.write_text(words, encoding="utf-8")
    page = client.get("/?lang=fr").text
    assert "problem(s) in the files" not in page
    assert re.search(r'<fieldset [^>]*role="radiogroup"[^>]*aria-describedby="help-tiredness-severity"', page)
    assert re.search(r'<input id="field-tiredness-days"[^>]*aria-describedby="help-tiredness-days"', page)
    for link_id, said in (("tiredness-severity", "Comptez toute fatigue, "), ("tiredness-days", "Sur sept.")):
        assert re.search(rf'id="help-{link_id}"[^>]*>{said}', page)
    assert 'aria-describedby="help-own-words"' not in page
    assert re.findall(r"<(\w+)[^>]* aria-live=", page) == ["ul"]
    assert '<ul id="alerts" aria-live="polite">' in page
    assert '<output id="issue-count">' in page  # an output is read out by itself


def test_answers_are_judged_by_the_servers_own_rules(client: Client) -> None:
    found = judged(client, SEVERE)
    assert found["issues"] == []
    assert found["answers"] == {"tiredness-severity": "3", "tiredness-days": 7, "own-words": " Tell "}
    assert found["scores"] == [{"name": "tiredness", "words": "Fatigue (0 à 3)", "value": 3}]
    assert [(alert["concept"], alert["severity"]) for alert in found["alerts"]] == [("tiredness", "soon")]


def test_what_branching_hides_is_closed_and_left_out(client: Client) -> None:
    found = judged(client, {"tiredness-severity": "0", "tiredness-days": "7"})
    assert found["enabled"] == ["own-words", "tiredness-severity"]
    assert found["answers"] == {"tiredness-severity": "0"}
    assert found["issues"] == []


def test_an_answer_that_does_not_fit_is_an_issue_and_the_rest_is_scored(client: Client) -> None:
    found = judged(client, {"tiredness-severity": "1", "tiredness-days": "8"})
    assert [(issue["code"], issue["link_id"], issue["allowed"]) for issue in found["issues"]] == [
        ("out-of-range", "tiredness-days", [">= 0", "<= 7"])
    ]
    assert found["scores"][0]["value"] == 1


def test_nothing_answered_is_not_scored(client: Client) -> None:
    (score,) = judged(client, {})["scores"]
    assert (score["not_scored"], score["missing"]) == ("skipped", ["tiredness-severity"])


@pytest.mark.parametrize("body", ["[]", "{", '{"a": 1}', '{"a": {"b": "c"}}'])
def test_a_body_that_is_no_form_is_a_problem(client: Client, body: str) -> None:
    answer = client.post("/answers", content=body, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_edited_file_is_read_at_the_next_page(client: Client, root: Path) -> None:
    text = root / "mine" / "text" / "fr" / "1.yaml"
    text.write_text(text.read_text(encoding="utf-8").replace("title: ", "title: Autre "), encoding="utf-8")
    assert "Autre" in client.get("/?lang=fr").text


def test_damage_is_told_on_the_page_and_the_last_sound_form_stays(client: Client, root: Path) -> None:
    definition = root / "mine" / "definition" / "1.0.0.yaml"
    sound = definition.read_text(encoding="utf-8")
    definition.write_text(sound.replace("type: integer", "type: interger"), encoding="utf-8")
    page = client.get("/").text
    assert "mine/definition/1.0.0.yaml:" in page
    assert "The form below is what was read before." in page
    assert judged(client, SEVERE)["issues"] == []
    definition.write_text(sound, encoding="utf-8")
    assert "problem(s) in the files" not in client.get("/").text


def test_damaged_rules_leave_the_form_without_scores(client: Client, root: Path) -> None:
    rules = root / "mine" / "scoring" / "1.0.0" / "scoring.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("operator: value", "operator: valu"), encoding="utf-8")
    assert "there is no operator &#39;valu&#39;" in client.get("/").text
    assert judged(client, SEVERE)["scores"] == []


def test_an_instrument_without_words_shows_link_ids(root: Path) -> None:
    for file in (root / "mine" / "text").rglob("*.yaml"):
        file.unlink()
    client = Client(create_preview(load(root)))
    page = client.get("/").text
    assert "The instrument ships no words: link ids and codes stand in their place." in page
    assert "<bdi>tiredness-severity</bdi>" in page
    assert judged(client, SEVERE)["scores"][0]["words"] == "tiredness"


def test_a_score_without_words_is_called_by_its_concept(root: Path) -> None:
    for file in (root / "mine" / "text").rglob("*.yaml"):
        words, scores, _ = file.read_text(encoding="utf-8").partition("\nscores:")
        assert scores
        file.write_text(f"{words}\n", encoding="utf-8")
    client = Client(create_preview(load(root)))
    assert judged(client, SEVERE)["scores"][0]["words"] == "Fatigue"


def test_a_damage_elsewhere_closes_no_preview(root: Path) -> None:
    write_instrument(root, {"licence.yaml": None})
    assert load(root)().problems == ()


def vigie(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["preview", *arguments])


def test_what_is_not_there_is_told_with_what_is(root: Path) -> None:
    said = vigie("mien", "--instruments", str(root))
    assert (said.exit_code, said.stderr) == (
        1,
        "there is no instrument 'mien': did you mean 'mine'? allowed: mine; or give the path of a folder\n",
    )
    said = vigie("mine@2.0.0", "--instruments", str(root))
    assert (said.exit_code, said.stderr) == (1, "mine has no definition 2.0.0; there is: 1.0.0\n")
    with pytest.raises(NoSuchInstrument):
        load(root, "3.0")()


@pytest.mark.parametrize(
    "named", ["{root}/mine", "{root}/mine/", "./instruments/mine", "instruments/../instruments/mine"]
)
def test_the_path_of_a_folder_may_stand_in_place_of_the_id(
    root: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.chdir(root.parent)
    found = load_preview(Path("elsewhere"), named.format(root=root), None, CANONICAL_BASE)
    assert (found.family.id, found.problems) == ("mine", ())
    monkeypatch.chdir(root / "mine")
    assert load_preview(Path("elsewhere"), ".", "1.0.0", CANONICAL_BASE).family.id == "mine"


def test_a_link_to_a_folder_is_shown_under_the_links_name(root: Path, tmp_path: Path) -> None:
    (root / "mine").rename(tmp_path / "kept-elsewhere")
    (root / "mine").symlink_to(tmp_path / "kept-elsewhere", target_is_directory=True)
    assert load(root)().family.id == "mine"


def test_a_path_that_leads_to_no_instrument_is_refused(root: Path) -> None:
    for named in (f"{root}/mien", f"{root}", "./mine", "/"):
        said = vigie(named, "--instruments", str(root))
        assert (said.exit_code, said.stderr.startswith(f"there is no instrument '{named}': ")) == (1, True), said.output
        assert "or give the path of a folder" in said.stderr


def test_a_folder_whose_name_is_not_the_instruments_id_is_refused_with_the_reason(root: Path) -> None:
    (root / "mine").rename(root / "yours")
    with pytest.raises(InstrumentInvalid, match=r"yours/instrument\.yaml"):
        load_preview(root, str(root / "yours"), None, CANONICAL_BASE)


def test_a_folder_without_a_sound_definition_opens_nothing(root: Path) -> None:
    (root / "mine" / "definition" / "1.0.0.yaml").write_text("nonsense", encoding="utf-8")
    with pytest.raises(InstrumentInvalid, match=r"mine/definition/1\.0\.0\.yaml"):
        load(root)()


def test_a_port_that_is_used_is_told(root: Path) -> None:
    from app.cli.run import PortInUse

    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = vigie("mine", "--instruments", str(root), "--port", str(taken.getsockname()[1]))
    assert isinstance(said.exception, PortInUse)
