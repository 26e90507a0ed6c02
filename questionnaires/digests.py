"""Digests of published artefacts, and the lock that keeps them: what is published never changes."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from questionnaires.errors import FileProblem, InstrumentInvalid


def canonical(artefact: BaseModel, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The JSON form of a parsed artefact that its digest is taken of.

    Fields at their default are left out, so that a shape may gain an optional field without changing the digest of
    what was published before. `without` names what stands outside the digest, such as a status.
    """
    return artefact.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=set(without))


def digest(form: Mapping[str, Any]) -> str:
    """`sha256:` and the hex digest of the form's canonical JSON (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(form, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def read_lock(text: str) -> dict[str, str]:
    """`published.lock`: one line an artefact, its name and its digest.

    Raises InstrumentInvalid where a line is none of these, or names what stands above already: both are what a
    merge leaves behind, and neither may decide what was published.
    """
    entries: dict[str, str] = {}
    problems: list[FileProblem] = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if len(words) != 2 or not words[1].startswith("sha256:"):
            problems.append(FileProblem("published.lock", number, "a line is a name and its digest: `name sha256:...`"))
        elif words[0] in entries:
            problems.append(FileProblem("published.lock", number, f"{words[0]} stands twice"))
        else:
            entries[words[0]] = words[1]
    if problems:
        raise InstrumentInvalid(tuple(problems))
    return entries


def write_lock(entries: Mapping[str, str]) -> str:
    """The text of a lock, sorted by artefact."""
    head = "# The digest of every published artefact. Lines are added by `vigie publish`, never changed.\n"
    return head + "".join(f"{name} {value}\n" for name, value in sorted(entries.items()))
