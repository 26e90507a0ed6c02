"""`docs/alerts.md` lists the alert rules that are shipped: all of them, as they are, and no others."""

import re
from pathlib import Path

from tests.support.scoring import shipped

PAGE = Path(__file__).parents[2] / "docs" / "alerts.md"
_ROW = re.compile(
    r"^\| `([a-z0-9-]+)` \| `([a-z0-9-]+)` \| .* \| (routine|soon|urgent) \| `([a-z0-9-]+)` \|$", re.MULTILINE
)


def test_every_shipped_rule_is_on_the_page_with_its_severity_and_source() -> None:
    catalogue, rulebooks = shipped()
    books = [rulebooks.current(catalogue.get(instrument)) for instrument in catalogue.instruments]
    rules = {
        (book.questionnaire.instrument, watch.rule.name, watch.rule.severity.value, watch.rule.reference)
        for book in books
        for watch in (*book.item_watches, *book.score_watches)
    }
    rows = _ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert set(rows) == rules
    assert len(rows) == len(rules)


def test_every_source_is_on_the_page_with_its_doi() -> None:
    catalogue, rulebooks = shipped()
    page = PAGE.read_text(encoding="utf-8")
    for instrument in catalogue.instruments:
        book = rulebooks.current(catalogue.get(instrument))
        for watch in (*book.item_watches, *book.score_watches):
            doi = book.references[watch.rule.reference].doi
            assert doi is None or f"doi:{doi}" in page, watch.rule.reference
