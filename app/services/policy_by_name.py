"""The missing-data policy that somebody asked for by its name."""

from questionnaires.shapes import advise
from scoring.rulebook import Rulebook
from scoring.rules import MissingPolicy


class NoSuchPolicy(Exception):
    """No score of the instrument offers the policy; the message says which are offered."""


def policy_named(rulebook: Rulebook, name: str | None) -> MissingPolicy | None:
    """The policy of that name; None where none was asked for. Raises NoSuchPolicy."""
    if name is None:
        return None
    offered = tuple(policy.value for policy in rulebook.policies)
    if name not in offered:
        instrument = rulebook.questionnaire.instrument
        raise NoSuchPolicy(f"no score of {instrument} offers the policy '{name}': {advise(name, offered)}")
    return MissingPolicy(name)
