"""The files of an imported instrument. A restricted wording goes beside the folder, never into it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.fhir.questionnaire_import.questionnaire import TO_BE_WRITTEN, Imported
from app.fhir.questionnaire_import.report import import_page
from app.fhir.questionnaire_import.yaml_text import yaml_text
from questionnaires.claims import takes_protected_name
from questionnaires.text_csv import csv_text
from questionnaires.text_parts import Kind, Part

SCORING = "1.0.0"

_README = """\
# {title}

Imported from a FHIR Questionnaire. [IMPORT.md](IMPORT.md) lists what did not come over as it was.
Nobody has checked it yet: what it measures, for whom, its scores and its alerts are to be written.
"""
_CHANGELOG = """\
# Changes of `{instrument}`

## Definition {version}, scoring {scoring} ({date})

- Type of change: imported from a FHIR Questionnaire.
- Clinical impact: none yet: a draft without scores and alerts.
- Approver: none yet.
"""


@dataclass(frozen=True)
class Files:
    """File name -> text: what stands in the folder, and what stands beside it."""

    inside: Mapping[str, str]
    beside: Mapping[str, str]


def files_of(imported: Imported, faults: Iterable[str], *, own_wording: bool) -> Files:
    """Every file of the instrument. `faults`: what the file itself gets wrong, for the list."""
    name, version = imported.instrument, imported.version
    inside = {
        "instrument.yaml": yaml_text(_about(imported)),
        "licence.yaml": yaml_text(_licence(imported, own_wording=own_wording)),
        "references.yaml": yaml_text({"references": {"imported": _reference(imported)}}),
        # One line: a line break in a title would begin headings, lists or links of its own.
        "README.md": _README.format(title=" ".join(imported.title.split())),
        "CHANGELOG.md": _CHANGELOG.format(instrument=name, version=version, scoring=SCORING, date=imported.date),
        f"definition/{version}.yaml": yaml_text(_definition(imported)),
        f"scoring/{SCORING}/scoring.yaml": yaml_text(_scoring(imported)),
        f"scoring/{SCORING}/alerts.yaml": yaml_text({"instrument": name, "scoring": SCORING, "rules": []}),
        "IMPORT.md": import_page(imported, faults, own_wording=own_wording),
    }
    if not own_wording:
        return Files(inside, {f"{name}.wording-{lang}.csv": csv_text(words) for lang, words in imported.words.items()})
    texts = {f"text/{lang}/1.yaml": yaml_text(_text(imported, lang)) for lang in imported.words}
    return Files(inside | texts, {})


def _about(imported: Imported) -> dict[str, Any]:
    return {
        "id": imported.instrument,
        "title": imported.title,
        "construct": imported.purpose,
        "population": TO_BE_WRITTEN,
        "respondents": ["patient"],
        "known_limits": ["Imported from a FHIR Questionnaire and not yet checked by a person."],
    }


def _licence(imported: Imported, *, own_wording: bool) -> dict[str, str]:
    unknown = "The imported file states no copyright."
    return {
        "holder": imported.holder,
        "terms": imported.terms or unknown,
        "redistribution": "allowed" if own_wording else "restricted",
        "permission_evidence": "own wording, as declared at the import" if own_wording else "none yet",
    }


def _reference(imported: Imported) -> dict[str, str]:
    return {"citation": imported.citation} | ({"url": imported.url} if imported.url else {})


def _definition(imported: Imported) -> dict[str, Any]:
    head: dict[str, Any] = {
        "instrument": imported.instrument,
        "version": imported.version,
        "status": "draft",
        "date": imported.date,
        "recall_period": imported.recall_period,
    }
    sets = {"option_sets": imported.items.option_sets} if imported.items.option_sets else {}
    return head | sets | {"items": imported.items.items}


def _scoring(imported: Imported) -> dict[str, Any]:
    return {
        "instrument": imported.instrument,
        "version": SCORING,
        "definitions": [imported.version],
        "scores": [],
        "not_scored": list(imported.items.questions),
    }


def _text(imported: Imported, language: str) -> dict[str, Any]:
    words = imported.words[language]
    title = words.get(Part(Kind.TITLE), imported.title)
    any_language = {part: said for other in imported.words.values() for part, said in other.items()}
    items: dict[str, dict[str, Any]] = {}
    sets: dict[str, dict[str, str]] = {}
    for part, said in words.items():
        if part.kind in (Kind.ITEM, Kind.HELP, Kind.OPTION):
            # Help and options stand under the item's text: where it is missing, another language's holds the place.
            item = items.setdefault(part.key, {"text": any_language.get(Part(Kind.ITEM, part.key), part.key)})
            if part.kind is Kind.OPTION:
                item.setdefault("options", {})[part.code] = said
            else:
                item["text" if part.kind is Kind.ITEM else "help"] = said
        elif part.kind is Kind.OPTION_SET:
            sets.setdefault(part.key, {})[part.code] = said
    return {
        "instrument": imported.instrument,
        "language": language,
        "revision": 1,
        "status": "draft",
        "definitions": [imported.version],
        "translator": imported.holder,
        "source": "imported from a FHIR Questionnaire",
        "title": imported.title if takes_protected_name(title) else title,
        "introduction": words.get(Part(Kind.INTRODUCTION), TO_BE_WRITTEN),
        "items": items,
    } | ({"option_sets": sets} if sets else {})
