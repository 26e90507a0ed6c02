"""Which scores rest on which: the order in which they are computed, and the circles that have none."""

from collections.abc import Container, Sequence

from scoring.rules import ScoreRule

Circle = tuple[int, str]
"""The position of a rule that stands in a circle of scores, and which circle it is."""


def in_order_of_need(
    rules: Sequence[ScoreRule], items: Container[str]
) -> tuple[tuple[ScoreRule, ...], tuple[Circle, ...]]:
    """The rules in the order of the file, but each after those that it rests on. Those in circles are left out.

    An input that has the name of one of the `items` is that item.
    """
    walk = _Walk(rules, items)
    for rule in rules:
        walk.visit(rule, ())
    return tuple(rule for rule in walk.ordered if rule.name not in walk.in_circles), tuple(walk.circles)


class _Walk:
    def __init__(self, rules: Sequence[ScoreRule], items: Container[str]) -> None:
        self.rules = rules
        self.by_name = {rule.name: rule for rule in rules if rule.name not in items}
        self.ordered: list[ScoreRule] = []
        self.seen: set[str] = set()
        self.in_circles: set[str] = set()
        self.circles: list[Circle] = []

    def visit(self, rule: ScoreRule, above: tuple[str, ...]) -> None:
        """Put a rule after those that it rests on. `above` are the rules that rest on it, outermost first."""
        if rule.name in above:
            circle = [*above[above.index(rule.name) :], rule.name]
            self.in_circles.update(circle)
            rests = " on ".join(f"'{name}'" for name in circle)
            self.circles.append((self.rules.index(rule), f"scores rest on each other in a circle: {rests}"))
        if rule.name in self.seen:
            return
        self.seen.add(rule.name)
        for name in rule.inputs:
            if name in self.by_name:
                self.visit(self.by_name[name], (*above, rule.name))
        self.ordered.append(rule)
