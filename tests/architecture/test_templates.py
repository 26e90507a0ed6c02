"""Templates hold no sentences: what a reader reads stands in the wording, in every language."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment

HTML = Path(__file__).parents[2] / "app" / "pages" / "html"
# For authors and writers of clients, in English as their documents are.
IN_ENGLISH = {"preview.html", "problems.html"}
TEMPLATES = sorted(path.name for path in HTML.glob("*.html") if path.name not in IN_ENGLISH)

_READ = re.compile(r'\b(?:alt|title|placeholder|aria-label|content)="([^"{]*[A-Za-z]{2}[^"{]*)"')
_SAYS_NOTHING = {"width=device-width, initial-scale=1", "noindex", "light dark", "same-origin", "Vigie"}


def words_in(source: str) -> list[str]:
    """The words of a template that are neither markup nor code."""
    data = [value if kind == "data" else "\0" for _, kind, value in Environment(autoescape=True).lex(source)]
    text = "".join(data)
    spoken = [found for found in _READ.findall(text) if found not in _SAYS_NOTHING]
    for inner in ("script", "style"):
        text = re.sub(rf"<{inner}\b.*?</{inner}>", " ", text, flags=re.DOTALL)
    # A macro may write attributes alone.
    left = re.sub(r"<!?[^>]*>|&[a-z]+;|[\w-]+=\"[^\"]*\"|\0", " ", text, flags=re.DOTALL)
    return [*spoken, *(word for word in re.findall(r"[^\W\d_]{2,}", left) if word not in _SAYS_NOTHING)]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_says_nothing_by_itself(name: str) -> None:
    assert words_in((HTML / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello {{ name }}</p>", ["Hello"]),
        ('<img alt="A logo">', ["A logo"]),
        ('<p class="lead">{{ say("x") }} · {% if a %}–{% endif %}</p>', []),
        ('<button aria-label="{{ words }}">▲</button>', []),
        ("{# a comment #}<title>{{ title }} · Vigie</title>", []),
    ],
)
def test_what_a_template_says_is_seen(source: str, found: list[str]) -> None:
    assert words_in(source) == found
