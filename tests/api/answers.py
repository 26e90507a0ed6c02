"""Answers to the shipped instrument, worded by what they mean."""

from tests.support.service import CALM

SOON = CALM | {"fatigue-severity": "3", "fatigue-interference": "1"}
"""Fatigue is severe (composite 2): the alert `severe-item`."""

URGENT = {"can-wait": "no"}
"""It cannot wait until the visit: the alert `cannot-wait`."""

PAIN_MILD = CALM | {"pain-frequency": "1", "pain-severity": "1", "pain-interference": "1"}
PAIN_NONE = CALM | {"pain-frequency": "0"}
PAIN_WORST = CALM | {"pain-frequency": "4", "pain-severity": "4", "pain-interference": "4"}

HIDDEN = CALM | {"pain-frequency": "0", "pain-severity": "2"}
"""An answer below a question whose answer hides it: only a draft may hold it."""
