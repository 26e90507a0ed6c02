"""`docs/advice.md` lists the advice that is shipped: all of it, as it is, and nothing else."""

import re
from pathlib import Path

from guidance.choosing import MOST_ADVICE
from guidance.library import AdviceLibrary

PAGE = (Path(__file__).parents[2] / "docs" / "advice.md").read_text(encoding="utf-8")
LIBRARY = AdviceLibrary.load()


def test_every_piece_of_advice_is_on_the_page_as_it_is() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d+) \| (\d+) \| (.+) \| (.+) \|$", PAGE, flags=re.MULTILINE)
    assert rows == [
        (
            advice.ref.concept,
            str(advice.ref.version),
            str(advice.at_least),
            advice.words["en"].title,
            ", ".join(f"`{key}`" for key in advice.references),
        )
        for advice in LIBRARY.newest.values()
    ]


def test_every_source_is_on_the_page() -> None:
    named = dict(re.findall(r"^- `([a-z0-9-]+)`: (.+)$", PAGE, flags=re.MULTILINE))
    assert named == {
        key: " ".join(part for part in (source.citation, source.url) if part)
        for key, source in LIBRARY.references.items()
    }


def test_the_most_that_is_shown_is_told() -> None:
    assert {5: "At most five."}[MOST_ADVICE] in PAGE
