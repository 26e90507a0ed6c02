"""The published formulas of the instruments of others, one plain function each, written from their sources.

Nothing of the project's own rules is read here: no YAML, no table, no policy. So they are an opponent for `score`. The
functions work with exact fractions over the usable answers (`x`: link id -> number); rounding comes last.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from re import fullmatch

from tests.support.naive_pro_ctcae import composites

Numbers = Mapping[str, Fraction]
Exact = dict[str, Fraction | str | None]
Published = dict[str, Decimal | str | None]
"""Score name -> number, state code, or None where there is none."""


def naive_scores(
    instrument: str, answers: Mapping[str, object], policy: str | None = None, hidden: frozenset[str] = frozenset()
) -> Published:
    """Every score of one response. `policy`: one asked for by name. `hidden`: the items that were not shown."""
    if instrument == "pro-ctcae":
        found: Exact = {**composites(_numbers(answers), policy, hidden)}
    elif policy is not None:
        found = BY_POLICY[instrument, policy](_numbers(answers))
    else:
        found = FORMULAS[instrument](_numbers(answers))
    return {name: _rounded(value, 3 if name == "INDEX_FR" else 6) for name, value in found.items()}


def _numbers(answers: Mapping[str, object]) -> Numbers:
    """The answers that are numbers. An answer that declines is a word, and counts as missing."""
    return {link_id: Fraction(str(a)) for link_id, a in answers.items() if fullmatch(r"[0-9]+(\.[0-9]+)?", str(a))}


def _rounded(value: Fraction | str | None, decimals: int) -> Decimal | str | None:
    if not isinstance(value, Fraction):
        return value
    return (Decimal(value.numerator) / value.denominator).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _sum(x: Numbers, items: Sequence[str], at_least: int) -> Fraction | None:
    """Sum * items / answered, where at least so many are answered."""
    given = [x[item] for item in items if item in x]
    return sum(given, Fraction(0)) * len(items) / len(given) if len(given) >= at_least else None


def _named(prefix: str, ends: Iterable[int | str]) -> list[str]:
    return [f"{prefix}{end}" for end in ends]


ESAS_ITEMS = ("pain", "tiredness", "drowsiness", "nausea", "appetite", "dyspnea", "depression", "anxiety", "wellbeing")
G8_ITEMS = _named("G8_", ("INTAKE", "WEIGHT_LOSS", "MOBILITY", "NEUROPSYCH", "BMI", "DRUGS", "SELF_RATED", "AGE"))
FATIGUE_ITEMS = ("HI7", "HI12", *_named("AN", (1, 2, 3, 4, 5, 7, 8, 12, 14, 15, 16)))
FACT_G_TURNED = (*_named("GP", range(1, 8)), "GE1", "GE3", "GE4", "GE5", "GE6")


def phq_9(x: Numbers, at_least: int = 9) -> Exact:
    """Kroenke 2001: the sum of nine."""
    return {"PHQ9_TOTAL": _sum(x, _named("PHQ", range(1, 10)), at_least)}


def gad_7(x: Numbers, at_least: int = 7) -> Exact:
    """Spitzer 2006: the sum of seven."""
    return {"GAD7_TOTAL": _sum(x, _named("GAD", range(1, 8)), at_least)}


def esas_r(x: Numbers) -> Exact:
    """Hui 2016: the sum of six, of two, of nine."""
    physical, emotional = ESAS_ITEMS[:6], ESAS_ITEMS[6:8]
    return {"PHYSICAL": _sum(x, physical, 6), "EMOTIONAL": _sum(x, emotional, 2), "TOTAL": _sum(x, ESAS_ITEMS, 9)}


def distress_thermometer(x: Numbers) -> Exact:
    """The answer."""
    return {"DT_SCORE": x.get("DT")}


def ecog_pro(x: Numbers) -> Exact:
    """The answer."""
    return {"ECOG_SCORE": x.get("ECOG")}


def g8(x: Numbers) -> Exact:
    """Bellera 2012: the sum of the points of eight items."""
    return {"G8_TOTAL": _sum(x, G8_ITEMS, 8)}


def hads(x: Numbers) -> Exact:
    """Zigmond 1983: the odd items, the even items."""
    return {
        "HADS_A": _sum(x, _named("HADS", range(1, 15, 2)), 7),
        "HADS_D": _sum(x, _named("HADS", range(2, 15, 2)), 7),
    }


def eortc_qlq_c30(x: Numbers) -> Exact:
    """EORTC scoring manual, 3rd edition; the summary: Giesinger 2016."""
    functioning = {"PF": [1, 2, 3, 4, 5], "RF": [6, 7], "EF": [21, 22, 23, 24], "CF": [20, 25], "SF": [26, 27]}
    symptoms = {"FA": [10, 12, 18], "NV": [14, 15], "PA": [9, 19]}
    symptoms |= {"DY": [8], "SL": [11], "AP": [13], "CO": [16], "DI": [17], "FI": [28]}

    def transformed(numbers: list[int], span: int) -> Fraction | None:
        given = [x[f"Q{n}"] for n in numbers if f"Q{n}" in x]
        return (sum(given, Fraction(0)) / len(given) - 1) / span * 100 if 2 * len(given) >= len(numbers) else None

    found: Exact = {"QL": transformed([29, 30], 6)}
    for name, numbers in symptoms.items():
        found[name] = transformed(numbers, 3)
    for name, numbers in functioning.items():
        raw = transformed(numbers, 3)
        found[name] = None if raw is None else 100 - raw
    good = [found[name] for name in functioning]
    bad = [found[name] for name in symptoms if name != "FI"]
    turned = [100 - value for value in bad if isinstance(value, Fraction)]
    parts = [value for value in good if isinstance(value, Fraction)] + turned
    found["C30SUMMARY"] = sum(parts, Fraction(0)) / 13 if len(parts) == 13 else None
    return found


FRANCE = {
    "MO": "0 0.03759 0.04774 0.17949 0.32509",
    "SC": "0 0.03656 0.050781 0.172251 0.258331",
    "UA": "0 0.03313 0.03979 0.15689 0.24005",
    "PD": "0 0.02198 0.04704 0.26374 0.44399",
    "AD": "0 0.02046 0.04683 0.20005 0.25803",
}
"""What each level takes from 1: Andrade 2020, doi:10.1007/s40273-019-00876-4."""


def eq_5d_5l(x: Numbers) -> Exact:
    """The state, the level sum, the French index, the rating."""
    levels = [x[name] for name in FRANCE if name in x]
    found: Exact = {"STATE": None, "LSS": None, "INDEX_FR": None, "VAS_SCORE": x.get("VAS")}
    if len(levels) == len(FRANCE):
        lost = sum((Fraction(FRANCE[name].split()[int(x[name]) - 1]) for name in FRANCE), Fraction(0))
        found |= {"STATE": "".join(map(str, levels)), "LSS": sum(levels, Fraction(0)), "INDEX_FR": 1 - lost}
    return found


def _facit(x: Numbers, turned: Sequence[str]) -> Numbers:
    return {item: 4 - number if item in turned else number for item, number in x.items()}


def fact_g(x: Numbers) -> Exact:
    """FACIT scoring guide for FACT-G version 4."""
    y = _facit(x, FACT_G_TURNED)
    scales = {"PWB": ("GP", 7), "SWB": ("GS", 7), "EWB": ("GE", 6), "FWB": ("GF", 7)}
    items = {name: _named(prefix, range(1, count + 1)) for name, (prefix, count) in scales.items()}
    found: Exact = {name: _sum(y, of_scale, len(of_scale) // 2 + 1) for name, of_scale in items.items()}
    answered = sum(item in x for of_scale in items.values() for item in of_scale)
    parts = [value for value in found.values() if isinstance(value, Fraction)]
    found["FACTG"] = sum(parts, Fraction(0)) if len(parts) == 4 and 100 * answered > 80 * 27 else None
    return found


def facit_fatigue(x: Numbers) -> Exact:
    """FACIT scoring guide for FACIT-Fatigue version 4."""
    turned = [item for item in FATIGUE_ITEMS if item not in ("AN5", "AN7")]
    return {"FATIGUE": _sum(_facit(x, turned), FATIGUE_ITEMS, 7)}


FORMULAS: Mapping[str, Callable[[Numbers], Exact]] = {
    "distress-thermometer": distress_thermometer,
    "ecog-pro": ecog_pro,
    "eortc-qlq-c30": eortc_qlq_c30,
    "eq-5d-5l": eq_5d_5l,
    "esas-r": esas_r,
    "facit-fatigue": facit_fatigue,
    "fact-g": fact_g,
    "g8": g8,
    "gad-7": gad_7,
    "hads": hads,
    "phq-9": phq_9,
}

BY_POLICY: Mapping[tuple[str, str], Callable[[Numbers], Exact]] = {
    ("phq-9", "prorate"): lambda x: phq_9(x, at_least=7),
    ("gad-7", "prorate"): lambda x: gad_7(x, at_least=6),
}

INSTRUMENTS = frozenset({*FORMULAS, "pro-ctcae"})
"""Every instrument that has a formula here."""

BETTER_WHEN_HIGHER: Mapping[str, frozenset[str]] = {
    "eortc-qlq-c30": frozenset({"Q29", "Q30"}),
    "eq-5d-5l": frozenset({"VAS"}),
    "facit-fatigue": frozenset({"AN5", "AN7"}),
    "fact-g": frozenset({*_named("GS", range(1, 8)), "GE2", *_named("GF", range(1, 8))}),
    "g8": frozenset(G8_ITEMS),
}
"""The items on which a higher answer is better for the patient; on every other one it is worse."""
