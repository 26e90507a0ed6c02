"""The scorer of a table under the policy that somebody asked for, or a sentence that says why there is none."""

from app.tables.errors import TableError
from questionnaires.shapes import advise
from scoring.batch.scorer import BatchScorer, NotForTables
from scoring.rulebook import Rulebook
from scoring.rules import MissingPolicy


def scorer_for(rulebook: Rulebook, policy: str | None) -> BatchScorer:
    """The rulebook made ready for tables.

    Raises TableError where no score offers the policy, and where the questionnaire cannot be answered in a table.
    """
    instrument = rulebook.questionnaire.instrument
    offered = tuple(found.value for found in rulebook.policies)
    if policy is not None and policy not in offered:
        raise TableError(f"no score of {instrument} offers the policy '{policy}': {advise(policy, offered)}")
    try:
        return BatchScorer(rulebook, None if policy is None else MissingPolicy(policy))
    except NotForTables as reason:
        raise TableError(f"{instrument} cannot be scored from a table: {reason}") from None
