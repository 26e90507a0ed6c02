"""The machinery of worked examples: what differs, what no example reaches, what is damaged."""

from pathlib import Path

import pytest

from questionnaires.folder import Folder
from scoring.example_coverage import example_problems
from tests.support.scoring import INSTRUMENTS, shipped
from tests.unit.scoring.mini_instrument import FILES, Changes, load_one, write

WORST, NONE, MISSING, REFUSED = (f"examples/{name}.yaml" for name in ("worst", "none", "missing", "refused"))


def found(tmp_path: Path, changes: Changes) -> list[str]:
    folder = write(tmp_path, changes)
    instrument, rulebooks = load_one(tmp_path)
    return [str(problem) for problem in example_problems(Folder(folder), instrument, rulebooks)]


def test_sound_examples_that_reach_everything_have_no_problem(tmp_path: Path) -> None:
    assert found(tmp_path, {}) == []


def test_the_shipped_examples_have_none() -> None:
    catalogue, rulebooks = shipped()
    for instrument in catalogue.instruments.values():
        assert example_problems(Folder(INSTRUMENTS / instrument.id), instrument, rulebooks) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "text"),
    [
        (WORST, 'nausea: "2", well: "10"}\n', 'nausea: "1", well: "10"}\n', "'nausea' is 2, the example expects 1"),
        (WORST, 'nausea: "2", well', "nausea: two, well", "'nausea' is 2, the example expects two"),
        (WORST, 'nausea: "2", well', "nausea: sNaN, well", "'nausea' is 2, the example expects sNaN"),
        (NONE, '{nausea: "0", well: "0"}', '{nausea: "0"}', "'well' is 0, the example expects it not scored"),
        (
            MISSING,
            'not_scored: {nausea: skipped, "*": skipped}',
            'scores: {nausea: "1"}\n  not_scored: {"*": skipped}',
            "'nausea' is not scored (skipped), the example expects 1",
        ),
        (
            MISSING,
            "nausea: skipped",
            "nausea: declined",
            "'nausea' is not scored (skipped), the example expects declined",
        ),
        (MISSING, ', "*": skipped', "", "'well' is not scored (skipped), the example expects None"),
        (MISSING, "nausea: skipped", "nause: skipped", "there is no score 'nause'"),
        (REFUSED, "out-of-range", "wrong-type", "the issues are [{'code': 'out-of-range', 'link_id': 'well'}]"),
        (
            WORST,
            "  - {concept: nausea",
            "  - {concept: pain",
            (
                "the alerts are [('nausea', 'soon'), ('wait', 'urgent')], "
                "the example expects [('pain', 'soon'), ('wait', 'urgent')]"
            ),
        ),
        (
            WORST,
            "{concept: wait, severity: urgent}",
            "{concept: wait, severity: soon}",
            (
                "the alerts are [('nausea', 'soon'), ('wait', 'urgent')], "
                "the example expects [('nausea', 'soon'), ('wait', 'soon')]"
            ),
        ),
        (
            WORST,
            'previous: {nausea-often: "0"}',
            'previous: {x: "0"}',
            "the response 'previous' does not fit the questionnaire",
        ),
    ],
)
def test_a_result_that_differs_is_named(tmp_path: Path, file: str, old: str, new: str, text: str) -> None:
    assert found(tmp_path, {file: (old, new)}) == [f"mini/{file}:1: {text}"]


def test_an_example_that_expects_issues_where_there_are_none(tmp_path: Path) -> None:
    assert found(tmp_path, {REFUSED: ('response: {well: "11"}', "response: {}")}) == [
        f"mini/{REFUSED}:1: the response has no issues",
        f"mini/{REFUSED}:1: 'nausea' is not scored (skipped), the example expects None",
        f"mini/{REFUSED}:1: 'well' is not scored (skipped), the example expects None",
    ]


def test_an_example_that_says_nothing_of_alerts_does_not_check_them(tmp_path: Path) -> None:
    alerts = "  alerts:\n    - {concept: nausea, severity: soon}\n    - {concept: wait, severity: urgent}\n"
    assert found(tmp_path, {WORST: (alerts, "")}) == []


def test_an_empty_previous_response_is_one(tmp_path: Path) -> None:
    # From an answered nothing no rise is seen, as from no response at all; but it must fit.
    assert found(tmp_path, {WORST: ('previous: {nausea-often: "0"}', "previous: {}")}) == []


def answers(written: str, scores: str) -> str:
    return f"response: {{{written}}}\nexpect:\n  scores: {{{scores}}}\n"


ALL_ZERO = answers('nausea-often: "0", well: "0"', 'nausea: "0", well: "0"')
ONE_AND_ZERO = answers('nausea-often: "1", nausea-strong: "0", well: "0"', 'nausea: "1", well: "0"')
ALL_WORST = answers('nausea-often: "2", nausea-strong: "2", well: "10", wait: "no"', 'nausea: "2", well: "10"')
LESS = answers('nausea-often: "2", nausea-strong: "0", well: "9", wait: "no"', 'nausea: "1", well: "9"')


@pytest.mark.parametrize(
    ("changes", "texts"),
    [
        (
            {NONE: (ALL_ZERO, ONE_AND_ZERO)},
            [
                "no example gives 'nausea' its lowest value 0",
                "no example counts a hidden follow-up of 'nausea' as 0",
                "no example hides 'nausea-strong'",
            ],
        ),
        (
            {WORST: (ALL_WORST, LESS)},
            ["no example gives 'nausea' its highest value 2", "no example gives 'well' its highest value 10"],
        ),
        (
            {MISSING: ('response: {nausea-often: "1"}', "response: {}")},
            ["no example lacks just one input of 'nausea'"],
        ),
        (
            {MISSING: None},
            [
                "no example leaves 'nausea' not scored",
                "no example lacks just one input of 'nausea'",
                "no example leaves 'well' not scored",
            ],
        ),
        (
            {MISSING: None, WORST: None},
            [
                "no example gives 'nausea' its highest value 2",
                "no example leaves 'nausea' not scored",
                "no example lacks just one input of 'nausea'",
                "no example gives 'well' its highest value 10",
                "no example leaves 'well' not scored",
                "no example shows 'nausea-strong'",
            ],
        ),
    ],
)
def test_what_no_example_reaches_is_named(tmp_path: Path, changes: Changes, texts: list[str]) -> None:
    assert found(tmp_path, changes) == [f"mini/examples:1: {text}" for text in texts]


def test_a_damaged_example_is_named_and_the_others_are_worked(tmp_path: Path) -> None:
    [unknown, *rest] = found(
        tmp_path, {REFUSED: ("source:", "sauce:"), NONE: ('scores: {nausea: "0"', 'scores: {nausea: "1"')}
    )
    assert unknown.startswith(f"mini/{REFUSED}:")
    assert [text for text in rest if REFUSED not in text] == [
        f"mini/{NONE}:1: 'nausea' is 0, the example expects 1",
    ]


@pytest.mark.parametrize("key", ["definition", "scoring"])
def test_an_example_of_a_version_that_is_not_there(tmp_path: Path, key: str) -> None:
    definition, scoring = ("9.0", "1.0.0") if key == "definition" else ("1.0.0", "9.0")
    assert found(tmp_path, {REFUSED: (f'{key}: "1.0.0"', f'{key}: "9.0"')}) == [
        f"mini/{REFUSED}:4: no scoring {scoring} of definition {definition}"
    ]


def test_each_scoring_version_needs_examples_of_its_own(tmp_path: Path) -> None:
    newer = {
        name.replace("1.0.0", "1.1.0"): text.replace('version: "1.0.0"', 'version: "1.1.0"').replace(
            'scoring: "1.0.0"', 'scoring: "1.1.0"'
        )
        for name, text in FILES.items()
        if name.startswith("scoring/")
    }
    texts = found(tmp_path, newer)
    # With no example at all, nothing is reached: two ends and a missing score each, an imputed input, one input
    # missing, shown, hidden.
    assert len(texts) == 10
    assert all(text.startswith("mini/examples:1: no example ") for text in texts)
