from decimal import Decimal

import pytest

from scoring.change import Label, badness, label_known
from scoring.rules import Direction, ScoreKind, ScoreRule
from scoring.score import Number
from tests.support.scoring import Measure

BETTER, WORSE = Direction.BETTER, Direction.WORSE


def rule(kind: ScoreKind, higher_is: Direction = WORSE, threshold: tuple[str, str] | None = None) -> ScoreRule:
    return Measure("x", kind, "scale", higher_is, threshold).bound(1).rule


@pytest.mark.parametrize("kind", [ScoreKind.COMPOSITE_GRADE, ScoreKind.PRESENCE, ScoreKind.SEVERITY])
@pytest.mark.parametrize(
    ("reference", "now", "label"),
    [
        (0, 0, "absent"),
        (0, 1, "new"),
        (0, 2, "new"),
        (0, 3, "new"),
        (1, 0, "resolved"),
        (1, 1, "unchanged"),
        (1, 2, "worse"),
        (1, 3, "worse"),
        (2, 0, "resolved"),
        (2, 1, "better"),
        (2, 2, "unchanged"),
        (2, 3, "worse"),
        (3, 0, "resolved"),
        (3, 1, "better"),
        (3, 2, "better"),
        (3, 3, "unchanged"),
    ],
)
def test_every_pair_of_grades_has_its_label(kind: ScoreKind, reference: int, now: int, label: str) -> None:
    assert label_known(rule(kind), reference, now) is Label(label)


@pytest.mark.parametrize(
    ("higher_is", "reference", "now", "label"),
    [
        # Improved by 8, worsened by 5 or more.
        (BETTER, 50, 58, "better"),
        (BETTER, 50, Decimal("57.9"), "unchanged"),
        (BETTER, 50, 50, "unchanged"),
        (BETTER, 50, Decimal("45.1"), "unchanged"),
        (BETTER, 50, 45, "worse"),
        (WORSE, 50, 42, "better"),
        (WORSE, 50, Decimal("42.1"), "unchanged"),
        (WORSE, 50, 50, "unchanged"),
        (WORSE, 50, Decimal("54.9"), "unchanged"),
        (WORSE, 50, 55, "worse"),
        # No "new", "absent" or "resolved" on a scale: 0 is a value as any other.
        (WORSE, 0, 0, "unchanged"),
        (WORSE, 0, 5, "worse"),
        (WORSE, 8, 0, "better"),
    ],
)
def test_a_scale_changes_by_its_published_threshold_in_its_own_direction(
    higher_is: Direction, reference: Number, now: Number, label: str
) -> None:
    assert label_known(rule(ScoreKind.SCALE, higher_is, ("8", "5")), reference, now) is Label(label)


@pytest.mark.parametrize(("reference", "now"), [(0, 10), (10, 0), (5, 5)])
@pytest.mark.parametrize("higher_is", list(Direction))
def test_a_scale_without_a_published_threshold_is_not_rated(higher_is: Direction, reference: int, now: int) -> None:
    assert label_known(rule(ScoreKind.SCALE, higher_is), reference, now) is Label.NOT_RATED


def test_badness_grows_where_the_patient_is_worse() -> None:
    assert badness(WORSE, 3) > badness(WORSE, 2)
    assert badness(BETTER, 2) > badness(BETTER, 3)
