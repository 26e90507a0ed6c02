"""Instrument folders become a catalogue, or every damage in them is named and nothing starts."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from questionnaires.catalogue import Catalogue, load_catalogue
from questionnaires.definition import PublicationStatus
from questionnaires.errors import InstrumentInvalid, QuestionnaireError, UnknownQuestionnaire
from tests.support.instrument_folders import DEFINITION, INSTRUMENT, LICENCE, TEXT, write_instrument
from tests.support.questionnaires import CANONICAL_BASE

Changes = Mapping[str, str | bytes | None]
URL = f"{CANONICAL_BASE}/Questionnaire/sample"


def version(number: str, status: str = "active") -> str:
    text = DEFINITION.replace("1.0.0", number).replace("status: active", f"status: {status}")
    return text.replace("status: retired", 'status: retired\nretired_on: "2026-06-30"')


def revision(number: int, status: str = "local", definitions: str = '"1.0.0"') -> str:
    text = TEXT.replace("revision: 1", f"revision: {number}").replace("status: local", f"status: {status}")
    return text.replace('["1.0.0"]', f"[{definitions}]")


def catalogue(root: Path, changes: Changes | None = None) -> Catalogue:
    return load_catalogue(write_instrument(root, changes), CANONICAL_BASE)


def damages(root: Path, changes: Changes) -> list[str]:
    with pytest.raises(InstrumentInvalid) as caught:
        catalogue(root, changes)
    return [str(problem).removeprefix("sample/") for problem in caught.value.problems]


def test_a_sound_folder_is_an_instrument(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("a file beside the folders is none of ours")
    (tmp_path / ".half-written.part").mkdir()
    found = catalogue(tmp_path)

    assert list(found.instruments) == ["sample"]
    instrument = found.instruments["sample"]
    assert (instrument.id, instrument.about.construct_measured) == ("sample", "What a test needs.")
    assert instrument.licence.redistribution == "allowed"
    assert instrument.references["own"].citation == "The Vigie project."
    assert list(instrument.versions) == ["1.0.0"]
    assert [text.title for text in instrument.texts["en"]] == ["A sample"]


def test_versions_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    numbers = ["10.0.0", "2.0.0", "1.10.0", "1.9.0", "1.0"]
    files: Changes = {f"definition/{number}.yaml": version(number) for number in numbers}
    found = catalogue(tmp_path, files)
    assert list(found.instruments["sample"].versions) == ["1.0", "1.0.0", "1.9.0", "1.10.0", "2.0.0", "10.0.0"]
    assert found.get("sample").version == "10.0.0"


def test_a_questionnaire_is_found_by_name_by_version_and_by_canonical(tmp_path: Path) -> None:
    found = catalogue(
        tmp_path,
        {
            "definition/1.1.0.yaml": version("1.1.0"),
            "definition/2.0.0.yaml": version("2.0.0", "draft"),
            "definition/0.9.0.yaml": version("0.9.0", "retired"),
        },
    )
    assert found.get("sample").canonical == f"{URL}|1.1.0"
    assert found.get("sample", "0.9.0").retired_on == "2026-06-30"
    assert found.get("sample", "2.0.0").status is PublicationStatus.DRAFT
    assert found.by_canonical(f"{URL}|1.0.0") is found.get("sample", "1.0.0")
    assert [q.version for q in found.questionnaires] == ["0.9.0", "1.0.0", "1.1.0", "2.0.0"]


def test_what_is_not_there_is_said_with_what_there_is(tmp_path: Path) -> None:
    found = catalogue(tmp_path)
    with pytest.raises(UnknownQuestionnaire) as no_instrument:
        found.get("simple")
    with pytest.raises(UnknownQuestionnaire) as no_version:
        found.get("sample", "1.0")
    with pytest.raises(UnknownQuestionnaire) as no_canonical:
        found.by_canonical(URL)
    assert no_instrument.value.known == ("sample",)
    assert no_version.value.known == no_canonical.value.known == (f"{URL}|1.0.0",)
    assert isinstance(no_version.value, QuestionnaireError)
    assert "simple" not in str(no_instrument.value)


def test_a_family_without_an_active_version_has_no_newest(tmp_path: Path) -> None:
    found = catalogue(tmp_path, {"definition/1.0.0.yaml": version("1.0.0", "retired")})
    with pytest.raises(UnknownQuestionnaire):
        found.get("sample")


def test_what_was_asked_on_a_day_is_not_what_was_published_after_it(tmp_path: Path) -> None:
    later = version("3.0.0").replace('date: "2026-01-31"', 'date: "2026-09-30"')
    found = catalogue(
        tmp_path,
        {
            "definition/1.0.0.yaml": version("1.0.0", "retired"),  # on 30 June 2026
            "definition/2.0.0.yaml": version("2.0.0").replace('date: "2026-01-31"', 'date: "2026-05-31"'),
            "definition/3.0.0.yaml": later,
            "definition/4.0.0.yaml": version("4.0.0", "draft"),
        },
    )
    days = ("2025-12-31", "2026-01-31", "2026-05-30", "2026-05-31", "2026-07-01", "2026-09-29", "2026-09-30")
    assert [found.asked_on("sample", day).version[0] for day in days] == ["1", "1", "1", "2", "2", "2", "3"]


def test_where_nothing_was_asked_on_a_day_it_is_what_is_asked_now(tmp_path: Path) -> None:
    found = catalogue(tmp_path, {"definition/1.0.0.yaml": version("1.0.0", "retired")})
    with pytest.raises(UnknownQuestionnaire):
        found.asked_on("sample", "2026-07-01")
    with pytest.raises(UnknownQuestionnaire):
        found.asked_on("simple", "2026-01-31")


def test_the_words_of_a_version_are_the_newest_published_ones(tmp_path: Path) -> None:
    found = catalogue(
        tmp_path,
        {
            "definition/1.1.0.yaml": version("1.1.0"),
            "text/en/2.yaml": revision(2),
            "text/en/10.yaml": revision(10, definitions='"1.1.0"'),
            "text/en/11.yaml": revision(11, "draft", '"1.0.0", "1.1.0"'),
            "text/fr/1.yaml": revision(1, "draft").replace("language: en", "language: fr"),
        },
    )
    instrument = found.instruments["sample"]
    old, new = instrument.versions.values()

    def shown(language: str) -> list[int | None]:
        texts = (instrument.text(questionnaire, language) for questionnaire in (old, new))
        return [text.revision if text else None for text in texts]

    assert [text.revision for text in instrument.texts["en"]] == [1, 2, 10, 11]
    assert shown("en") == [2, 10]
    assert shown("fr") == [1, None]
    assert shown("ar") == [None, None]


def test_digests_are_of_what_is_published(tmp_path: Path) -> None:
    found = catalogue(
        tmp_path,
        {
            "definition/0.9.0.yaml": version("0.9.0", "retired"),
            "definition/2.0.0.yaml": version("2.0.0", "draft"),
            "text/en/2.yaml": revision(2, "draft"),
            "text/en/3.yaml": revision(3, "validated"),
        },
    )
    instrument = found.instruments["sample"]
    assert found.digests() == {
        "definition:sample|0.9.0": instrument.versions["0.9.0"].digest,
        "definition:sample|1.0.0": instrument.versions["1.0.0"].digest,
        "text:sample|en|1": instrument.texts["en"][0].digest,
        "text:sample|en|3": instrument.texts["en"][2].digest,
    }
    assert len(set(found.digests().values())) == 4


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("instrument.yaml", None, ["instrument.yaml:1: the file is missing"]),
        ("licence.yaml", None, ["licence.yaml:1: the file is missing"]),
        ("references.yaml", None, ["references.yaml:1: the file is missing"]),
        ("README.md", None, ["README.md:1: the file is missing"]),
        ("CHANGELOG.md", None, ["CHANGELOG.md:1: the file is missing"]),
        ("instrument.yaml", b"id: sample\ntitle: \xe9t\xe9\n", ["instrument.yaml:1: the file is not UTF-8 (byte 18)"]),
        (
            "instrument.yaml",
            "id: a: b\n",
            ["instrument.yaml:1: not YAML: mapping values are not allowed in this context"],
        ),
        (
            "instrument.yaml",
            INSTRUMENT.replace("id: sample", "id: simple"),
            ["instrument.yaml:1: the file says id 'simple', its place says 'sample'"],
        ),
        (
            "instrument.yaml",
            INSTRUMENT.replace("title", "titel"),
            [
                "instrument.yaml:1: 'title' is missing",
                (
                    "instrument.yaml:2: unknown key 'titel': did you mean 'title'? "
                    "allowed: id, title, construct, population, respondents, known_limits, codes"
                ),
            ],
        ),
        (
            "licence.yaml",
            LICENCE.replace("allowed", "restricted"),
            ["licence.yaml:3: texts stand inside a restricted instrument: a centre loads its own"],
        ),
        (
            "definition/1.0.0.yaml",
            DEFINITION.replace("instrument: sample", "instrument: other"),
            ["definition/1.0.0.yaml:1: the file says instrument 'other', its place says 'sample'"],
        ),
        (
            "definition/1.0.0.yaml",
            DEFINITION.replace("question: pain", "question: pian"),
            [
                (
                    "definition/1.0.0.yaml:18: the condition asks 'pian', which is no question before this item: "
                    "did you mean 'pain'? allowed: pain"
                )
            ],
        ),
        (
            "definition/1.0.1.yaml",
            DEFINITION,
            ["definition/1.0.1.yaml:2: the file says version '1.0.0', its place says '1.0.1'"],
        ),
        (
            "definition/old/1.0.0.yaml",
            DEFINITION,
            ["definition/old/1.0.0.yaml:2: the file says version '1.0.0', its place says 'old/1.0.0'"],
        ),
        (
            "text/fr/1.yaml",
            TEXT,
            ["text/fr/1.yaml:2: the file says language 'en', its place says 'fr'"],
        ),
        (
            "text/en/2.yaml",
            TEXT.replace("instrument: sample", "instrument: other"),
            [
                "text/en/2.yaml:1: the file says instrument 'other', its place says 'sample'",
                "text/en/2.yaml:3: the file says revision '1', its place says '2'",
            ],
        ),
        ("text/en.yaml", TEXT, None),
        ("text/old/en/1.yaml", TEXT, ["text/old/en/1.yaml:2: the file says language 'en', its place says 'old/en'"]),
        (
            "text/en/2.yaml",
            revision(2, definitions='"1.0.0", "1.2.0"'),
            ["text/en/2.yaml:5: there is no definition 1.2.0"],
        ),
        ("text/en/2.yaml", revision(2, definitions='"9.0.0"'), ["text/en/2.yaml:5: there is no definition 9.0.0"]),
        (
            "text/en/1.yaml",
            TEXT.replace(', "no": "No"', ""),
            ["text/en/1.yaml:4: the text claims to be local, but option 'no' of item:again has no words"],
        ),
        (
            "text/en/1.yaml",
            TEXT.replace("Did it hurt?", "''"),
            ["text/en/1.yaml:11: 'items.pain.text': string should have at least 1 character"],
        ),
    ],
)
def test_a_damaged_folder(tmp_path: Path, file: str, content: str | bytes | None, said: list[str] | None) -> None:
    found = damages(tmp_path, {file: content})
    if said is None:
        assert [line.split(": ")[0] for line in found] == ["text/en.yaml:2", "text/en.yaml:3"]
    else:
        assert found == said


def test_a_folder_in_the_place_of_a_file_is_a_damage(tmp_path: Path) -> None:
    (tmp_path / "sample" / "references.yaml").mkdir(parents=True)
    (tmp_path / "sample" / "README.md").mkdir()
    assert damages(tmp_path, {"references.yaml": None, "README.md": None}) == [
        "README.md:1: the file is missing",
        "references.yaml:1: the file cannot be read: Is a directory",
    ]


def test_a_text_that_waits_for_its_words_is_a_draft(tmp_path: Path) -> None:
    gap = revision(2, "draft").replace(', "no": "No"', "")
    assert catalogue(tmp_path, {"text/en/2.yaml": gap}).instruments["sample"].texts["en"][1].status == "draft"


def test_a_restricted_instrument_ships_without_words(tmp_path: Path) -> None:
    licence = LICENCE.replace("allowed", "restricted") + "translations: {fr: the owner's list, pt-BR: the same}\n"
    sample = catalogue(tmp_path, {"licence.yaml": licence, "text/en/1.yaml": None}).instruments["sample"]
    assert (sample.is_restricted, sample.texts) == (True, {})
    assert sample.licence.translations == {"fr": "the owner's list", "pt-BR": "the same"}


def test_an_instrument_that_may_be_shipped_is_not_restricted(tmp_path: Path) -> None:
    assert not catalogue(tmp_path).instruments["sample"].is_restricted


def test_the_words_of_a_damaged_definition_are_no_second_damage(tmp_path: Path) -> None:
    broken = DEFINITION.replace("type: choice", "type: choise", 1)
    assert len(damages(tmp_path, {"definition/1.0.0.yaml": broken})) == 1


def test_every_damage_of_every_folder_is_named_at_once(tmp_path: Path) -> None:
    write_instrument(tmp_path, {"licence.yaml": None}, name="another")
    found = damages(
        tmp_path,
        {
            "instrument.yaml": INSTRUMENT.replace("id: sample", "id: simple"),
            "licence.yaml": LICENCE.replace("allowed", "restricted"),
            "references.yaml": "references: {own: {citation: x, citation: y}}\n",
            "CHANGELOG.md": None,
            "definition/1.0.0.yaml": None,
            "text/en/1.yaml": TEXT.replace("language: en", "language: EN"),
        },
    )
    assert found == [
        "another/definition/1.0.0.yaml:1: the file says instrument 'sample', its place says 'another'",
        "another/instrument.yaml:1: the file says id 'sample', its place says 'another'",
        "another/licence.yaml:1: the file is missing",
        "another/text/en/1.yaml:1: the file says instrument 'sample', its place says 'another'",
        "CHANGELOG.md:1: the file is missing",
        "definition:1: there is no definition: add definition/1.0.0.yaml",
        "instrument.yaml:1: the file says id 'simple', its place says 'sample'",
        "licence.yaml:3: texts stand inside a restricted instrument: a centre loads its own",
        "references.yaml:1: the key 'citation' stands twice (first on line 1)",
        "text/en/1.yaml:2: 'language': string should match pattern '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'",
    ]


def test_the_error_shows_every_problem(tmp_path: Path) -> None:
    with pytest.raises(InstrumentInvalid) as caught:
        catalogue(tmp_path, {"README.md": None, "CHANGELOG.md": None})
    assert str(caught.value).splitlines() == [
        "2 problem(s) in the instrument folders:",
        "sample/CHANGELOG.md:1: the file is missing",
        "sample/README.md:1: the file is missing",
    ]


@pytest.mark.parametrize("place", ["empty", "nowhere"])
def test_a_place_without_instruments(tmp_path: Path, place: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InstrumentInvalid) as caught:
        load_catalogue(tmp_path / place, CANONICAL_BASE)
    assert [str(problem) for problem in caught.value.problems] == [f"{place}:1: there is no instrument folder here"]


def test_the_address_of_the_installation_is_no_part_of_a_digest(tmp_path: Path) -> None:
    here = catalogue(tmp_path)
    there = load_catalogue(tmp_path, "https://elsewhere.example/")
    assert there.get("sample").url == "https://elsewhere.example/Questionnaire/sample"
    assert there.digests() == here.digests()
    assert replace(there.get("sample"), url=URL) == here.get("sample")
