"""Which questionnaires a search means: https://hl7.org/fhir/R4/questionnaire.html#search."""

import unicodedata
from collections.abc import Iterable

from app.fhir.search.query import SearchQuery
from app.fhir.search.spans import spans_of
from app.fhir.search.values import CanonicalValue, DateValue, StringValue, TokenValue
from app.services.export_questionnaire import Shown
from fhir_export import systems
from questionnaires.definition import Questionnaire


def matches(query: SearchQuery, shown: Shown) -> bool:
    """Whether every criterion of the search holds for it."""
    questionnaire = shown.questionnaire
    return (
        all(any(value.url == questionnaire.url for value in one) for one in query.all_of("url", CanonicalValue))
        and all(_holds(query, name, tokens) for name, tokens in _tokens(shown).items())
        and _title_begins(query, [text.title for text in shown.texts.values()])
        and _is_of_the_time(query, shown)
    )


def _tokens(shown: Shown) -> dict[str, list[tuple[str, str]]]:
    """Parameter -> what it may be, as (system, code); the system is empty where the element has none."""
    questionnaire = shown.questionnaire
    status = questionnaire.status.value
    return {
        "_id": [("", shown.id)],
        "version": [("", questionnaire.version)],
        "status": [(systems.PUBLICATION_STATUS, status), ("", status)],
        "code": _item_codes(questionnaire),
        "questionnaire-code": [(panel.system, panel.code) for panel in shown.instrument.about.codes],
        "identifier": [(systems.instruments(systems.base_of(questionnaire)), questionnaire.instrument)],
    }


def _item_codes(questionnaire: Questionnaire) -> list[tuple[str, str]]:
    return [(systems.items(questionnaire), item.link_id) for item in questionnaire.questions]


def _holds(query: SearchQuery, name: str, tokens: Iterable[tuple[str, str]]) -> bool:
    known = list(tokens)
    return all(
        any(value.means(*token) for value in values for token in known) for values in query.all_of(name, TokenValue)
    )


def _title_begins(query: SearchQuery, titles: Iterable[str]) -> bool:
    """R4 Search, "string": how it begins, whatever its case and its accents."""
    plain = [_plain(title) for title in titles]
    return all(
        any(title.startswith(_plain(value.text)) for value in values for title in plain)
        for values in query.all_of("title", StringValue)
    )


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _is_of_the_time(query: SearchQuery, shown: Shown) -> bool:
    spans = spans_of(query.all_of("_lastUpdated", DateValue))
    return spans is None or any(start <= shown.updated_at < end for start, end in spans)
