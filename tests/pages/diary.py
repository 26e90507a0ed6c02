"""A small instrument in two versions, with a time, a number and a text; nothing in it needs an answer."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

from app.security.caller import Role
from tests.pages.linked_patient import NOON, LinkedPatient
from tests.support.instrument_folders import definition_head, instrument_file, text_head, write_instrument
from tests.support.questionnaires import INSTRUMENTS
from tests.support.service import Service

DIARY = "diary"

_ITEMS = """\
option_sets:
  level:
    - {code: "0", weight: 0}
    - {code: "1", weight: 1}
items:
  - {link_id: pain, type: choice, concept: pain, attribute: severity, option_set: level}
  - {link_id: temperature, type: decimal, concept: temperature, minimum: 30, maximum: 2000, unit: "°C"}
  - {link_id: seen-at, type: dateTime}
"""
_SCORING = """\
instrument: diary
version: "{version}"
definitions: ["{version}"]
comparable_definitions: []
scores:
  - {{number: 1, name: pain, concept: pain, kind: scale, scale: pain-0-1, operator: sum, inputs: [pain],
     missing: complete, range: [0, 1], higher_is: worse, reference: own}}
not_scored: [temperature, seen-at, {text}]
topics: []
"""
_WORDS = """\
items:
  pain: {{text: Did it hurt?}}
  temperature: {{text: What was your temperature?}}
  seen-at: {{text: When?}}
  {text}: {{text: Something else?}}
option_sets:
  level: {{"0": "No", "1": "Yes"}}
concepts: {{pain: Pain, temperature: Temperature}}
scores: {{pain: Pain}}
"""
_TEXTS = {"1.0.0": "words", "1.1.0": "other"}
"""The name of the text in each version: what the one asks, the other does not know."""


def with_diary(folder: Path, *, newer: str = "active", language: str | None = None) -> Path:
    """Write it beside the shipped `pre-consultation`; gives the root. `newer`: the status of the version 1.1.0;
    `language`: one that its first version has besides English.
    """
    root = folder / "instruments"
    shutil.copytree(INSTRUMENTS / "pre-consultation", root / "pre-consultation")
    files = {
        "instrument.yaml": instrument_file(DIARY, "Diary", "What tests of links need."),
        "references.yaml": "references:\n  own: {citation: The Vigie project.}\n",
    }
    for revision, (version, text) in enumerate(_TEXTS.items(), start=1):
        head = definition_head(DIARY).replace('"1.0.0"', f'"{version}"')
        if version == "1.1.0":
            head = head.replace("status: active", f"status: {newer}").replace("2026-01-31", "2026-02-28")
        files[f"definition/{version}.yaml"] = f"{head}{_ITEMS}  - {{link_id: {text}, type: text}}\n"
        files[f"scoring/{version}/scoring.yaml"] = _SCORING.format(version=version, text=text)
        files[f"scoring/{version}/alerts.yaml"] = f'instrument: {DIARY}\nscoring: "{version}"\nrules: []\n'
        spoken = text_head(DIARY, "Diary").replace("revision: 1", f"revision: {revision}")
        files[f"text/en/{revision}.yaml"] = spoken.replace('"1.0.0"', f'"{version}"') + _WORDS.format(text=text)
    if language is not None:
        spoken = text_head(DIARY, "Diary").replace("language: en", f"language: {language}")
        files[f"text/{language}/1.yaml"] = spoken + _WORDS.format(text="words")
    return write_instrument(root, files, DIARY)


async def linked_diary(service: Service) -> LinkedPatient:
    """A fresh patient with a link for it; the clock shows NOON."""
    service.clock.shown = NOON
    patient = await service.register()
    answer = await service.client.post(
        f"/v1/patients/{patient}/links", json={"instrument": DIARY}, headers=service.as_(Role.NURSE)
    )
    assert answer.status_code == 201, answer.text
    return LinkedPatient(service, patient, None, answer.json()["id"], urlsplit(answer.json()["url"]).path)
