"""The earlier responses that the alert rules of a rulebook compare with, read where it needs them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.services.history import checked_again, scores_from
from app.services.installation import Installation
from app.store.before_storing import BeforeStoring
from app.store.earlier_responses import ComparableTo, EarlierResponse, read_earlier
from app.store.transaction import Transaction
from scoring.alerts import Earlier
from scoring.comparability import why_not_comparable
from scoring.history import ResponseRef
from scoring.rulebook import Rulebook
from scoring.rules import Since
from scoring.score import Scores
from scoring.synthesis import REFERENCE_DAYS, Mode


@dataclass(frozen=True, slots=True)
class Comparison:
    """The earlier responses that changes are seen against, and which revisions they are."""

    earlier: Mapping[Since, Earlier]
    refs: Mapping[Since, ResponseRef]


def compares_scores(rulebook: Rulebook) -> bool:
    """Whether any of its alert rules fires on the change of a score."""
    return any(watch.rule.compares for watch in rulebook.score_watches)


async def read_comparison(
    installation: Installation, tx: Transaction, rulebook: Rulebook, about: ComparableTo, before: BeforeStoring
) -> Comparison:
    """What the rulebook compares with: one more query where that is more than the previous response.

    Where the centre raises no alerts, nothing.
    """
    wanted = rulebook.compares_since if before.centre.mode is Mode.ALERT else frozenset()
    found: dict[Since, EarlierResponse] = {}
    if before.previous is not None and Since.PREVIOUS in wanted:
        found[Since.PREVIOUS] = before.previous
    if wanted - {Since.PREVIOUS}:
        reference = timedelta(days=REFERENCE_DAYS)
        read = await read_earlier(tx, about, reference=reference, with_scores=compares_scores(rulebook))
        found |= {since: earlier for since, earlier in read.items() if since in wanted}
    return Comparison(
        earlier={since: _as_scoring_reads_it(installation, rulebook, earlier) for since, earlier in found.items()},
        refs={since: ResponseRef(str(earlier.response_id), earlier.revision) for since, earlier in found.items()},
    )


def _as_scoring_reads_it(installation: Installation, rulebook: Rulebook, earlier: EarlierResponse) -> Earlier:
    version = installation.catalogue.get(rulebook.questionnaire.instrument, earlier.version)
    response = checked_again(version, earlier.answers)
    if not earlier.scores:
        return Earlier(response, {})
    theirs = installation.rulebooks.of(version, earlier.scoring_version)
    return Earlier(response, _comparable(rulebook, theirs, scores_from(earlier.scores)))


def _comparable(rulebook: Rulebook, theirs: Rulebook, scores: Scores) -> Scores:
    """The watched scores that compare: a scoring version may have given one another scale."""
    return {
        name: scores[name]
        for name in rulebook.watched_scores & theirs.rules.keys() & scores.keys()
        if why_not_comparable(rulebook, rulebook.rules[name].rule, theirs, theirs.rules[name].rule) is None
    }
