"""A small instrument whose wording is licensed, and words for it: all of them invented for these tests."""

import hashlib
import shutil
from pathlib import Path
from uuid import UUID

from app.services.import_text import read_licensed_text
from app.services.installation import load_knowledge
from app.settings import Settings
from app.store.audit import AuditEntry
from app.store.centre_text import Provenance, StoredText, add_text
from app.store.pool import Pool
from app.store.transaction import Scope, transaction
from questionnaires.definition import Questionnaire
from questionnaires.instrument_files import TextFile
from questionnaires.text_csv import csv_template, read_csv
from questionnaires.text_import import Head, text_file
from questionnaires.text_parts import parts_of
from questionnaires.translations import Text, TextStatus, read_text
from tests.support.instrument_folders import definition_head, instrument_file, write_instrument
from tests.support.questionnaires import INSTRUMENTS

LICENSED = "night-watch"
TITLE = "The night watch"

_FILES = {
    "instrument.yaml": instrument_file(LICENSED, "Night watch (wording not shipped)", "How a night was."),
    "licence.yaml": """\
holder: The Society of Sleepers
terms: By agreement only
redistribution: restricted
permission_evidence: none is shipped
translations:
  en: list of translations, line 1
  fr: list of translations, line 2
  ar: list of translations, line 3
""",
    "references.yaml": """\
references:
  invented:
    citation: "Nobody. An invented paper. 2026."
""",
    "definition/1.0.0.yaml": definition_head(LICENSED, recall_period="P1D")
    + """\
option_sets:
  amount:
    - {code: "0", weight: 0}
    - {code: "1", weight: 1}
items:
  - link_id: night
    type: group
    items:
      - {link_id: owls, type: choice, concept: owls, attribute: severity, option_set: amount}
      - {link_id: bats, type: choice, concept: bats, attribute: severity, option_set: amount}
      - link_id: lantern
        type: choice
        options: [{code: lit}, {code: dark}]
""",
    "text/en/1.yaml": None,
    "scoring/1.0.0/scoring.yaml": """\
instrument: night-watch
version: "1.0.0"
definitions: ["1.0.0"]
comparable_definitions: []
scores:
  - number: 1
    name: owls_heard
    concept: owls
    kind: severity
    scale: watch-0-1
    operator: value
    inputs: [owls]
    missing: complete
    range: [0, 1]
    higher_is: worse
    reference: invented
  - number: 2
    name: bats_heard
    concept: bats
    kind: severity
    scale: watch-0-1
    operator: value
    inputs: [bats]
    missing: complete
    range: [0, 1]
    higher_is: worse
    reference: invented
not_scored: [lantern]
topics: []
""",
    "scoring/1.0.0/alerts.yaml": """\
instrument: night-watch
scoring: "1.0.0"
rules:
  - {name: loud, attributes: [severity], at_least: 1, severity: soon, reference: invented}
""",
}

ANSWERS = {"owls": "1", "bats": "0", "lantern": "lit"}

WORDS = f"""\
kind,key,code,text
title,,,{TITLE}
introduction,,,"Think of last night, please."
item,night,,Last night
item,owls,,Did the owls call?
help,owls,,Any owl counts.
item,bats,,Did the bats dance?
item,lantern,,How was your lantern?
option,lantern,lit,It burned
option,lantern,dark,It went out
option_set,amount,0,Not once
option_set,amount,1,All the time
concept,owls,,Calling owls
"""
"""Everything that a text needs, and words of one of the two concepts."""


def instruments_with_a_licensed_one(folder: Path) -> Path:
    """The shipped `pre-consultation`, and beside it the licensed instrument; gives the folder of the instruments."""
    root = folder / "instruments"
    shutil.copytree(INSTRUMENTS / "pre-consultation", root / "pre-consultation")
    return write_instrument(root, _FILES, LICENSED)


def filler_text(questionnaire: Questionnaire, scores: tuple[str, ...] = ()) -> Text:
    """Words for everything that a licensed questionnaire asks, as if a centre had filled in the whole template."""
    return read_text(filler_file(questionnaire, scores))


def filler_file(questionnaire: Questionnaire, scores: tuple[str, ...] = ()) -> TextFile:
    """The same as a file that can be loaded."""
    rows = csv_template(parts_of((questionnaire,), scores)).splitlines()
    words = read_csv("\n".join([rows[0], *(f"{row}words of row {number}" for number, row in enumerate(rows[1:]))]))
    file = text_file(words, Head("fr", "local", "nobody", "words.csv"), (questionnaire,), scores)
    assert isinstance(file, TextFile), file
    return file


async def load_words(
    owner_url: str,
    settings: Settings,
    centre_id: UUID,
    words: str = WORDS,
    *,
    language: str = "en",
    status: TextStatus = "validated",
) -> StoredText:
    """Load words for a centre, as its operator does."""
    data = words.encode()
    head = Head(language, status, "nobody", "words.csv")
    read = read_licensed_text(load_knowledge(settings), LICENSED, (), head, data)
    assert read.text is not None, read.problems
    owner = await Pool.open(owner_url, settings)
    try:
        async with transaction(owner, Scope(centre_id), AuditEntry("test", "operator", "import_text", "test")) as tx:
            provenance = Provenance("a permission for tests", hashlib.sha256(data).digest(), "test")
            return await add_text(tx, read.text, provenance)
    finally:
        await owner.close()
