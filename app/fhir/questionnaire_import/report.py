"""The list of what did not come over: as a page in the folder, and as plain data for a program."""

from collections.abc import Iterable
from typing import Any

from app.fhir.questionnaire_import.questionnaire import Imported
from questionnaires.answer_types import NOT_WRITING

_SHOWN = 8
"""Places that the page names of one finding; the JSON has all."""

_AS_THEY_ARE = """\
The words beside this folder (CSV) are exactly those of the file. A spreadsheet may run words that begin with `=`, `+`,
`-` or `@` as a formula: where you do not know who made the file, open them as text."""


def plain_report(imported: Imported, faults: Iterable[str]) -> dict[str, Any]:
    """Everything that was told, with all its places."""
    ledger = imported.ledger
    return {
        "instrument": imported.instrument,
        "values": len(ledger.leaves),
        "carried": len(ledger.carried),
        "listed": [
            {"what": f.what, "why": f.why, "todo": f.todo, "paths": [_clean(path) for path in f.paths]}
            for f in ledger.findings
        ],
        "not_valid_r4": [_clean(fault) for fault in faults],
    }


def import_page(imported: Imported, faults: Iterable[str], *, own_wording: bool) -> str:
    """`IMPORT.md`: places and reasons, no words of the questionnaire."""
    ledger = imported.ledger
    lines = [
        "# What did not come over as it was",
        "",
        f"The file holds {len(ledger.leaves)} values; {len(ledger.carried)} are in this folder or the words beside it.",
        "",
        *(() if own_wording else (_AS_THEY_ARE, "")),
        "| what | why | what to do | where |",
        "|---|---|---|---|",
    ]
    for found in ledger.findings:
        more = f" and {len(found.paths) - _SHOWN} more" if len(found.paths) > _SHOWN else ""
        where = ", ".join(f"`{_cell(path)}`" for path in found.paths[:_SHOWN]) + more
        lines.append(f"| {_cell(found.what)} | {_cell(found.why)} | {_cell(found.todo)} | {where} |")
    told = [f"- {_cell(fault)}" for fault in faults]
    if told:
        lines += ["", "## What the file itself gets wrong", "", "By FHIR R4B, read strictly:", "", *told]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return _clean(text).replace("|", "\\|").replace("`", "'").replace("\n", " ").replace("\r", " ")


def _clean(text: str) -> str:
    return NOT_WRITING.sub("?", text)
