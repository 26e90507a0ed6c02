"""docs/scoring-rules.md is what the code says."""

from pathlib import Path

from app.services.scoring_rules_page import scoring_rules_page
from scoring.missing import POLICIES
from scoring.operators import OPERATORS
from scoring.rules import MissingPolicy, ScoreKind

PAGE = Path(__file__).parents[2] / "docs" / "scoring-rules.md"


def test_the_page_is_the_one_that_the_code_generates() -> None:
    assert PAGE.read_text(encoding="utf-8") == scoring_rules_page(), (
        "write it again: vigie rules > docs/scoring-rules.md"
    )


def test_every_operator_policy_and_kind_stands_on_it() -> None:
    text = scoring_rules_page()
    words = [*OPERATORS, *(policy.value for policy in POLICIES), *(kind.value for kind in ScoreKind)]
    assert [word for word in words if f"| `{word}` |" not in text] == []
    assert set(POLICIES) == set(MissingPolicy)
