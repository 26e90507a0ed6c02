"""What calls itself PRO-CTCAE is held to what is published under that name; what does not is left alone."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from questionnaires.catalogue import load_catalogue
from questionnaires.errors import InstrumentInvalid
from questionnaires.folder import Folder
from questionnaires.published_structure import published_structures, read_structures
from tests.support.instrument_folders import INSTRUMENT, LICENCE, definition_head, text_head, write_instrument
from tests.support.questionnaires import CANONICAL_BASE

Changes = Mapping[str, str | bytes | None]
ABOUT, OWNER, DEFINITION, TEXT = "instrument.yaml", "licence.yaml", "definition/1.0.0.yaml", "text/en/1.yaml"

ITEMS = """\
option_sets:
  often:
    - {code: "0", weight: 0}
    - {code: "1", weight: 1}
    - {code: "2", weight: 2}
    - {code: "3", weight: 3}
    - {code: "4", weight: 4}
  there:
    - {code: "0", weight: 0}
    - {code: "1", weight: 1}
    - {code: prefer_not_to_answer, opt_out: true}
items:
  - link_id: nausea
    type: group
    items:
      - {link_id: PROCTCAE_9A_SCL, type: choice, concept: nausea, attribute: frequency, option_set: often}
      - {link_id: PROCTCAE_9B_SCL, type: choice, concept: nausea, attribute: severity, option_set: often}
  - {link_id: PROCTCAE_24A_IND, type: choice, concept: rash, attribute: presence, option_set: there}
  - {link_id: heading, type: display}
  - {link_id: own-words, type: text, concept: vomiting}
"""
NAUSEA = definition_head() + ITEMS

WORDS = text_head(status="draft") + "items: {}\n"

SOUND: Mapping[str, str] = {
    ABOUT: INSTRUMENT.replace("title: A sample", "title: PRO-CTCAE in short"),
    OWNER: LICENCE + "translations: {en: the owner's page}\n",
    DEFINITION: NAUSEA,
    TEXT: WORDS,
}
OTHERWISE = "or do not call the instrument PRO-CTCAE (its title does)"


def damages(root: Path, changes: Changes, name: str = "sample") -> list[str]:
    try:
        load_catalogue(write_instrument(root, {**SOUND, **changes}, name), CANONICAL_BASE)
    except InstrumentInvalid as invalid:
        return [str(problem).removeprefix(f"{name}/") for problem in invalid.problems]
    return []


def with_other(file: str, old: str, new: str) -> Mapping[str, str]:
    assert SOUND[file].count(old) == 1, old
    return {file: SOUND[file].replace(old, new)}


def test_a_part_of_the_published_items_may_bear_the_name(tmp_path: Path) -> None:
    assert damages(tmp_path, {}) == []


NOT_PUBLISHED = with_other(DEFINITION, "recall_period: P7D", "recall_period: P1D")
REFUSED = f"{DEFINITION}:5: PRO-CTCAE asks about P7D, this definition about P1D: write recall_period: P7D, "


@pytest.mark.parametrize(
    "title",
    [
        "PRO-CTCAE",
        "pro-ctcae",
        "ProCTCAE daily",
        "Our PRO CTCAE",
        "PRO\u2011CTCAE\u2122",
        "\uff30\uff32\uff2f-CTCAE",
        "Patient Reported Outcomes Version of the Common Terminology Criteria for Adverse Events",
    ],
)
def test_the_name_is_known_however_it_is_written(tmp_path: Path, title: str) -> None:
    about = INSTRUMENT.replace("title: A sample", f"title: {title}")
    assert damages(tmp_path, {**NOT_PUBLISHED, ABOUT: about}) == [f"{REFUSED}{OTHERWISE}"]


def test_the_name_is_seen_in_the_id(tmp_path: Path) -> None:
    name = "my-proctcae"
    files = {
        file: text.replace("instrument: sample", f"instrument: {name}")
        for file, text in {DEFINITION: NOT_PUBLISHED[DEFINITION], TEXT: WORDS}.items()
    }
    about = INSTRUMENT.replace("id: sample", f"id: {name}")
    assert damages(tmp_path, {**files, ABOUT: about}, name) == [
        f"{REFUSED}or do not call the instrument PRO-CTCAE (its id does)"
    ]


def test_the_name_is_seen_in_the_title_of_a_text(tmp_path: Path) -> None:
    words = WORDS.replace("title: A sample", "title: The PRO-CTCAE")
    assert damages(tmp_path, {**NOT_PUBLISHED, ABOUT: INSTRUMENT, TEXT: words}) == [
        f"{REFUSED}or do not call the instrument PRO-CTCAE (the title of {TEXT} does)"
    ]


@pytest.mark.parametrize("title", ["A sample", "Prof. CTCAE", "CTCAE as patients see it"])
def test_what_does_not_bear_the_name_is_left_alone(tmp_path: Path, title: str) -> None:
    about = INSTRUMENT.replace("title: A sample", f"title: {title}")
    assert damages(tmp_path, {**NOT_PUBLISHED, ABOUT: about}) == []


@pytest.mark.parametrize("recall", ["P1D", "PT12H", "P2W", "P1W"])
def test_another_recall_period_is_refused(tmp_path: Path, recall: str) -> None:
    changes = with_other(DEFINITION, "recall_period: P7D", f"recall_period: {recall}")
    assert damages(tmp_path, changes) == [REFUSED.replace("P1D", recall) + OTHERWISE]


B = "      - {link_id: PROCTCAE_9B_SCL, type: choice, concept: nausea, attribute: severity, option_set: often}\n"
HEADING = "  - {link_id: heading"
VOMITING = "  - {link_id: sick, type: choice, concept: vomiting, attribute: frequency, option_set: often}\n"


def no_item(link_id: str, instead: str) -> str:
    return f"'{link_id}' is no published item of PRO-CTCAE: {instead}, {OTHERWISE}"


def lacks(term: str, attribute: str) -> str:
    return f"PRO-CTCAE asks {term} by {attribute} too: add that, leave the term out, {OTHERWISE}"


def coded(link_id: str, highest: int) -> str:
    return f"'{link_id}' is published as a choice of one code from 0 to {highest}, each its own weight, {OTHERWISE}"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (B, "", [(21, lacks("term 9 (Nausea)", "severity (PROCTCAE_9B_SCL)"))]),
        # What is never shown is not asked.
        (
            B,
            B.replace("type: choice", "type: choice, hidden: true"),
            [(21, lacks("term 9 (Nausea)", "severity (PROCTCAE_9B_SCL)"))],
        ),
        (
            B,
            B.replace("PROCTCAE_9B_SCL", "nausea-severity"),
            [(22, no_item("nausea-severity", "use PROCTCAE_9A_SCL and PROCTCAE_9B_SCL for term 9 (Nausea)"))],
        ),
        (
            HEADING,
            VOMITING + HEADING,
            [
                (24, no_item("sick", "use PROCTCAE_10A_SCL and PROCTCAE_10B_SCL for term 10 (Vomiting)")),
                (24, lacks("term 10 (Vomiting)", "severity (PROCTCAE_10B_SCL)")),
            ],
        ),
        (
            HEADING,
            "  - {link_id: PROCTCAE_9C_SCL, type: integer}\n" + HEADING,
            [(24, no_item("PROCTCAE_9C_SCL", "leave it out"))],
        ),
        (
            "attribute: severity",
            "attribute: interference",
            [(22, f"'PROCTCAE_9B_SCL' is published as attribute: severity. Write that, {OTHERWISE}")],
        ),
        (B, B.replace("option_set: often", "option_set: there"), [(22, coded("PROCTCAE_9B_SCL", 4))]),
        ("attribute: presence", "repeats: true, attribute: presence", [(23, coded("PROCTCAE_24A_IND", 1))]),
    ],
)
def test_items_that_are_not_the_published_ones_are_refused(
    tmp_path: Path, old: str, new: str, said: list[tuple[int, str]]
) -> None:
    expected = [f"{DEFINITION}:{line}: {text}" for line, text in said]
    assert damages(tmp_path, with_other(DEFINITION, old, new)) == expected


def test_every_version_is_held_to_it(tmp_path: Path) -> None:
    second = NAUSEA.replace("1.0.0", "2.0.0").replace("status: active", "status: draft").replace("P7D", "PT24H")
    assert [line.split(": ")[0] for line in damages(tmp_path, {"definition/2.0.0.yaml": second})] == [
        "definition/2.0.0.yaml:5"
    ]


def test_a_translation_that_the_licence_does_not_list_is_refused(tmp_path: Path) -> None:
    french = WORDS.replace("language: en", "language: fr")
    said = "Take the text away, write there (translations) where the US National Cancer Institute lists it"
    assert damages(tmp_path, {"text/fr/1.yaml": french}) == [
        f"text/fr/1.yaml:2: licence.yaml lists no translation 'fr' of PRO-CTCAE: allowed: en. {said}, {OTHERWISE}"
    ]
    assert damages(tmp_path, {"text/fr/1.yaml": french, OWNER: SOUND[OWNER].replace("en:", "fr:")}) == [
        f"{TEXT}:2: licence.yaml lists no translation 'en' of PRO-CTCAE: allowed: fr. {said}, {OTHERWISE}"
    ]


@pytest.mark.parametrize("file", [ABOUT, OWNER])
def test_without_a_name_or_a_licence_only_that_is_said(tmp_path: Path, file: str) -> None:
    assert damages(tmp_path, {**NOT_PUBLISHED, file: None}) == [f"{file}:1: the file is missing"]


def test_the_published_structure_is_one_of_a_kind() -> None:
    (structure,) = published_structures()
    link_ids = [link_id for term in structure.terms for link_id in term.items]
    assert structure.name == "PRO-CTCAE"
    assert len(link_ids) == len(set(link_ids)) == len(structure.terms_by_link_id()) == 124
    assert len(structure.terms_by_concept()) == len({term.number for term in structure.terms}) == 80


def test_a_damaged_structure_is_named(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("names: [OTHER]\nowner: us\nsource: here\nrecall_period: P7D\nterms: []\n")
    with pytest.raises(InstrumentInvalid) as caught:
        read_structures(Folder(tmp_path))
    assert [problem.line for problem in caught.value.problems] == [5]
