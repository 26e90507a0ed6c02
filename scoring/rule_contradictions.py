"""What a rule says against itself, its items, its table or its range: sentences for `vigie check`."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from questionnaires.definition import Questionnaire
from scoring.missing import POLICIES
from scoring.rounding import exact_of, published
from scoring.rulebook import BoundRule
from scoring.rules import Band, Direction, MissingPolicy, Policy, ScoreKind
from scoring.score import Exact
from scoring.tables import CutPoints, Table, ValueSet

_RECALL_OF_COMPOSITES = "P7D"
"""The composite lookups were derived from answers about the last 7 days (Basch 2021)."""

_TABLE_KINDS = {"lookup": Table, "cut_points": CutPoints, "value_set": ValueSet}


def rule_contradictions(bound: BoundRule, questionnaire: Questionnaire) -> Iterator[str]:
    """What the rule says against itself, its items or its questionnaire."""
    rule = bound.rule
    low, high = rule.range
    if low >= high:
        yield "the range goes from the lowest to the highest value"
    if rule.kind not in (ScoreKind.SCALE, ScoreKind.STATE) and rule.higher_is is not Direction.WORSE:
        yield f"a {rule.kind.value} is worse where it is higher: another score is of the kind scale"
    if (rule.kind is ScoreKind.STATE) != (rule.operator == "state"):
        yield "the operator state gives a score of the kind state, and no other does"
    if (rule.kind is ScoreKind.PRE_GRADE) != (rule.ctcae_version is not None):
        yield "a pre_grade says of which ctcae_version, and no other score does"
    yield from _recall_contradictions(bound, questionnaire)
    yield from _operator_contradictions(bound)
    for policy in (rule.policy, *rule.policies):
        yield from _policy_contradictions(bound, policy)
    if len({policy.missing for policy in (rule.policy, *rule.policies)}) <= len(rule.policies):
        yield "a missing-data policy is offered once"
    yield from _input_contradictions(bound)
    yield from band_contradictions(rule.bands, (exact_of(low), exact_of(high))) if rule.bands else ()
    if bool(rule.bands) != (rule.bands_reference is not None):
        yield "bands and bands_reference go together"


def _operator_contradictions(bound: BoundRule) -> Iterator[str]:
    """What the rule gives its operator that it does not take, or not what it needs."""
    rule, operator = bound.rule, bound.operator
    count = len(bound.inputs)
    if not operator.min_inputs <= count <= operator.max_inputs:
        least, most = operator.min_inputs, operator.max_inputs
        allowed = str(most) if least == most else f"{least} to {most}"
        yield f"'{operator.name}' takes {allowed} input(s), not {count}"
    for key in ("table", "at_least", "start"):
        if (getattr(rule, key) is not None) != (key in operator.needs):
            yield f"'{operator.name}' {'needs' if key in operator.needs else 'takes no'} '{key}'"
    kind = _TABLE_KINDS.get(operator.name)
    if bound.operands.table is not None and kind is not None and not isinstance(bound.operands.table, kind):
        yield f"the table '{rule.table}' is no table for '{operator.name}': its header is that of another kind"


def _input_contradictions(bound: BoundRule) -> Iterator[str]:
    """What the rule says against its inputs."""
    rule = bound.rule
    if set(rule.reverse) - set(rule.inputs):
        yield f"reverse names {', '.join(sorted(set(rule.reverse) - set(rule.inputs)))}, which is no input"
    strangers = [item.link_id for item in bound.items if item.concept not in (None, rule.concept)]
    # A scale may put several concepts together; what is one answer, or one symptom, has one.
    if strangers and (rule.kind is not ScoreKind.SCALE or len(bound.items) == 1):
        yield f"it measures '{rule.concept}', but {', '.join(strangers)} ask another concept"


def _recall_contradictions(bound: BoundRule, questionnaire: Questionnaire) -> Iterator[str]:
    """A form about the last twelve hours may not feed a score that was made for seven days."""
    asked, own = questionnaire.recall_period, bound.rule.recall_period
    # A composite is what the lookup was derived for, whatever its rule says of itself.
    published = _RECALL_OF_COMPOSITES if bound.rule.kind is ScoreKind.COMPOSITE_GRADE else own
    for wanted in dict.fromkeys(period for period in (published, own) if period not in (None, asked)):
        yield f"it was made for answers about {wanted}, definition {questionnaire.version} asks about {asked}"


def _policy_contradictions(bound: BoundRule, policy: Policy) -> Iterator[str]:
    kind = POLICIES[policy.missing]
    if policy.missing is MissingPolicy.ZERO_IF_LEAD_ZERO and len(bound.inputs) < 2:
        yield "the policy zero_if_lead_zero needs a lead and at least one follow-up"
    if policy.missing is MissingPolicy.ZERO_IF_LEAD_ZERO and bound.rule.reverse:
        yield "the policy zero_if_lead_zero reads inputs as they were answered: it does not go with reverse"
    if (policy.missing is MissingPolicy.PRORATE) != (policy.min_answered is not None):
        yield "the policy prorate, and only it, says min_answered"
    if policy.min_answered is not None and policy.min_answered > len(bound.inputs):
        yield f"min_answered is {policy.min_answered}, but there are {len(bound.inputs)} inputs"
    if kind.by_mean:
        if not bound.operator.takes_means:
            yield f"the policy {policy.missing.value} supplies means: '{bound.operator.name}' does not take them"
        if bound.rule.decimals is None:
            yield f"the policy {policy.missing.value} divides: say to how many decimals the score is rounded"


def result_contradictions(bound: BoundRule) -> Iterator[str]:
    """Where answers would have no result, or one outside the rule's range, or one that cannot be written exactly."""
    table = bound.operands.table
    if bound.operator.divides and bound.rule.decimals is None:
        yield f"'{bound.operator.name}' divides: say to how many decimals the score is rounded"
        return
    holes = list(_holes(bound, table))
    yield from holes
    extent = bound.operator.extent(bound.operands) if not holes else None
    if extent is None:
        return
    low, high = bound.rule.range
    lowest, highest = (published(end, bound.rule.decimals) for end in extent)
    if lowest < low or highest > high:
        yield f"it can give {lowest} to {highest}, outside the range {low} to {high}"


def _holes(bound: BoundRule, table: object) -> Iterator[str]:
    """What a table lacks, or has too much."""
    if bound.operator.name in ("lookup", "value_set", "state") and not _all_whole(bound):
        yield f"'{bound.operator.name}' reads choices with whole weights"
    elif isinstance(table, Table):
        yield from _lookup_holes(bound, table)
    elif isinstance(table, ValueSet):
        yield from _value_set_holes(bound, table)
    elif bound.operator.name in ("percent_loss", "percent_gain") and bound.inputs[1].low <= 0:
        yield f"'{bound.inputs[1].name}' is what is divided by: its minimum is above 0"


def _lookup_holes(bound: BoundRule, table: Table) -> Iterator[str]:
    items = [source.item for source in bound.inputs if source.item is not None]
    attributes = tuple(item.attribute.value if item.attribute else item.link_id for item in items)
    if table.columns != attributes:
        yield f"table '{table.name}' has the columns {', '.join(table.columns)}, the inputs are {', '.join(attributes)}"
        return
    holes = table.holes(_whole_weights(bound))
    if holes:
        shown = "; ".join(", ".join(map(str, hole)) for hole in holes[:5])
        yield f"table '{table.name}' has no row for {len(holes)} combination(s): {shown}"
    low, high = bound.rule.range
    outside = sorted({value for value in table.values if not low <= value <= high})
    if outside:
        yield f"table '{table.name}' gives {', '.join(map(str, outside))}, outside the range {low} to {high}"


def _value_set_holes(bound: BoundRule, table: ValueSet) -> Iterator[str]:
    levels = dict(zip((source.name for source in bound.inputs), _whole_weights(bound), strict=True))
    wanted = {(name, level) for name, of_item in levels.items() for level in of_item[1:]}
    for name, level in sorted(wanted - table.steps.keys()):
        yield f"table '{table.name}' has no row for level {level} of '{name}'"
    for name, level in sorted(table.steps.keys() - wanted):
        yield f"table '{table.name}' has a row for level {level} of '{name}', which adds nothing or is none"


def _all_whole(bound: BoundRule) -> bool:
    options = [source.item.options if source.item else () for source in bound.inputs]
    return all(
        any(o.weight is not None for o in of_item) and all(isinstance(o.weight, int) for o in of_item if not o.opt_out)
        for of_item in options
    )


def _whole_weights(bound: BoundRule) -> list[list[int]]:
    items = [source.item for source in bound.inputs if source.item is not None]
    return [sorted(option.weight for option in item.options if isinstance(option.weight, int)) for item in items]


def band_contradictions(bands: Sequence[Band], ends: tuple[Exact, Exact]) -> Iterator[str]:
    """Bands begin at the lowest value, rise, and do not overlap or lie outside."""
    starts = [band.at_least for band in bands]
    if starts[0] != ends[0]:
        yield f"the first band begins at {starts[0]}, the values at {published(ends[0], None)}"
    if any(later <= earlier for earlier, later in pairwise(starts)):
        yield "the bands overlap: each begins above the one before it"
    if starts[-1] > ends[1]:
        yield f"the band that begins at {starts[-1]} lies above every value"
