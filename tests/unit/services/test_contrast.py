"""Contrast by WCAG 2.1, against pairs whose ratio is known, and colours that are made readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pages.papers import papers
from app.services.contrast import ENOUGH, contrast, is_colour, least_contrast, luminance, readable

BLACK, WHITE = "#000000", "#ffffff"
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


# Ratios worked out by hand from the definition: 1.05 / (luminance + 0.05), with red 0.2126, green 0.7152, blue 0.0722.
# The greys are the pair that is quoted everywhere for 4.5: the lighter one just misses it.
@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        (BLACK, WHITE, 21.0),
        (WHITE, WHITE, 1.0),
        ("#ff0000", WHITE, 1.05 / 0.2626),
        ("#00ff00", WHITE, 1.05 / 0.7652),
        ("#0000ff", WHITE, 1.05 / 0.1222),
        ("#0000ff", BLACK, 0.1222 / 0.05),
        ("#767676", WHITE, 4.54),
        ("#777777", WHITE, 4.48),
    ],
)
def test_known_pairs(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


def test_dark_parts_are_on_the_straight_piece_of_the_curve() -> None:
    assert luminance("#0a0a0a") == pytest.approx(10 / 255 / 12.92)
    assert luminance("#0b0b0b") == pytest.approx(((11 / 255 + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("#0b5c74", True),
        ("#0B5C74", False),
        ("0b5c74", False),
        ("#fff", False),
        ("#0b5c7٤", False),
        ("#0b5c74;", False),
    ],
)
def test_what_is_a_colour(text: str, is_one: bool) -> None:
    assert is_colour(text) is is_one


@given(COLOURS)
def test_every_colour_can_be_made_readable_on_every_page(colour: str) -> None:
    for grounds, towards in ((papers().dark, WHITE), (papers().light, BLACK)):
        found = readable(colour, grounds, towards)
        assert is_colour(found)
        assert least_contrast(found, grounds) >= ENOUGH
        if least_contrast(colour, grounds) >= ENOUGH:
            assert found == colour, "a colour that can be read stays as it is"


def test_no_more_is_mixed_in_than_is_needed() -> None:
    found = readable("#0b5c74", papers().dark, WHITE)
    assert least_contrast(found, papers().dark) < ENOUGH + 0.15


def test_the_papers_are_those_of_the_style_sheet_and_its_own_colours_can_be_read_on_them() -> None:
    assert papers().light == ("#ffffff", "#f3f6f8", "#f8f5ef", "#e1f0f4")
    assert papers().dark == ("#10181f", "#1a252e", "#153c49")
    assert least_contrast("#0b5c74", papers().light) >= ENOUGH
    assert least_contrast("#6fc5de", papers().dark) >= ENOUGH


def test_where_nothing_can_be_read_the_far_end_is_given() -> None:
    assert readable("#777777", (BLACK, WHITE), WHITE) == WHITE
