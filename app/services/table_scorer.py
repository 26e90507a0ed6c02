"""The scorer of a table under the policy that somebody asked for, or a sentence that says why there is none."""

from app.services.policy_by_name import NoSuchPolicy, policy_named
from app.tables.errors import TableError
from scoring.batch.scorer import BatchScorer, NotForTables
from scoring.rulebook import Rulebook


def scorer_for(rulebook: Rulebook, policy: str | None) -> BatchScorer:
    """The rulebook made ready for tables.

    Raises TableError where no score offers the policy, and where the questionnaire cannot be answered in a table.
    """
    try:
        return BatchScorer(rulebook, policy_named(rulebook, policy))
    except NoSuchPolicy as refused:
        raise TableError(str(refused)) from None
    except NotForTables as reason:
        raise TableError(f"{rulebook.questionnaire.instrument} cannot be scored from a table: {reason}") from None
