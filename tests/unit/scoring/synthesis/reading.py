"""Short words for looking into a synthesis."""

from scoring.history import PastResponse
from scoring.lines import Line, SubRow
from scoring.synthesis import Synthesis


def lines_of(synthesis: Synthesis, concept: str) -> list[Line]:
    """Every line of one concept."""
    return [line for line in synthesis.lines if line.concept == concept]


def row_of(synthesis: Synthesis, concept: str) -> SubRow:
    """The only sub-row of the only line of one concept."""
    [line] = lines_of(synthesis, concept)
    [row] = line.rows
    return row


def now_of(synthesis: Synthesis, concept: str) -> str | None:
    """The id of the response that "now" cites, or None where nothing is known now."""
    now = row_of(synthesis, concept).now
    return now.response.id if now else None


def reference_of(synthesis: Synthesis, concept: str) -> str | None:
    """The id of the response that the reference cites, or None where there is none."""
    reference = row_of(synthesis, concept).reference
    return reference.response.id if reference else None


def since_of(synthesis: Synthesis) -> list[str]:
    """The ids of the responses since the last consultation."""
    return [response.response.id for response in synthesis.responses]


def used_of(synthesis: Synthesis) -> list[str]:
    """The ids of the responses that the synthesis used."""
    return [ref.id for ref in synthesis.used]


def ids(*responses: PastResponse) -> list[str]:
    """The ids of responses."""
    return [response.ref.id for response in responses]
