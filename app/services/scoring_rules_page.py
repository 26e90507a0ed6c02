"""docs/scoring-rules.md: what a scoring rule can say, generated from the tables that scoring runs by."""

from scoring.missing import POLICIES
from scoring.operators import OPERATORS, Operator

_HEAD = """\
# Scoring rules

Generated from the code that scores (`vigie rules > docs/scoring-rules.md`); a test compares the two. An instrument's
`scoring.yaml` can use what stands here, and nothing else. An operator whose meaning changes gets a new name.

`x1 ... xn` are the inputs of a rule in its own order: items (an option's weight, or the number that was answered) or
other scores of the same file. An input in `reverse` is turned round first: low + high - x, with the ends of its range.

## Operators

| name | gives | inputs | needs | divides |
|---|---|---|---|---|
"""

_POLICIES = """
"Divides": the rule says `decimals`, to how many decimals its score is rounded.

## What happens to missing answers

An answer is missing where it was skipped, declined (an option that opts out), or hidden by branching. Missing is never
0. A rule has one policy (`missing`), and may offer others (`policies`) to a caller who asks for them by name.

| policy | what it does |
|---|---|
"""

_REST = """
Where the policy gives no numbers, the score is *not scored*, with the reason of the first missing input in the rule's
order (`skipped`, `declined`, `hidden`) and the list of the missing ones. Beside its policy a rule may have an
`answered_share`: more than this share of the named items has a usable answer, else `too_few_answered`. A table of cut
points may give no grade: `no_grade`.

Policies that put means in take operators that can: {by_mean}.

## Rounding

Arithmetic is exact (whole numbers and fractions); scores that rest on scores take the exact values. A score is rounded
once, when it is published: half away from zero, at the rule's `decimals`, without trailing zeros. A rule without
`decimals` divides nothing, and its result is exact.

## Tables

`tables/<name>.csv`, known by their header:

| header | operator | what a row says |
|---|---|---|
| attributes (or link ids) of the inputs, `value` | `lookup` | the value of a combination; every one has a row |
| `bound,from,value` | `cut_points` | `at_least` or `above` this number the value holds; empty: no grade |
| `input,level,value` | `value_set` | what this level of this input adds; the first level adds nothing and has no row |

## Kinds of scores

| kind | what it is | in the synthesis |
|---|---|---|
| `composite_grade` | grade 0 to 3 of a symptom by a published lookup; only over 7 days | yes |
| `presence` | a symptom asked as present or absent | yes |
| `severity` | one symptom answer as it was given | yes |
| `scale` | a scale, total or measurement | yes, labelled by its published `meaningful_change` |
| `pre_grade` | the CTCAE grade that a patient's number points to; a clinician gives it | no: its number is |
| `state` | a string of digits (operator `state`) | no |
"""


def scoring_rules_page() -> str:
    """The text of the page."""
    operators = "".join(_operator(operator) for operator in OPERATORS.values())
    policies = "".join(f"| `{kind.name.value}` | {kind.says} |\n" for kind in POLICIES.values())
    by_mean = ", ".join(f"`{operator.name}`" for operator in OPERATORS.values() if operator.takes_means)
    return _HEAD + operators + _POLICIES + policies + _REST.format(by_mean=by_mean)


def _operator(operator: Operator) -> str:
    least, most = operator.min_inputs, operator.max_inputs
    inputs = str(least) if least == most else f"{least} to {most}"
    needs = ", ".join(f"`{key}`" for key in sorted(operator.needs))
    return f"| `{operator.name}` | {operator.formula} | {inputs} | {needs} | {'yes' if operator.divides else ''} |\n"
