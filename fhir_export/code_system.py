"""The codes of an instrument as R4 CodeSystems: its scores, its questions, the options of each set."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from fhir_export import systems
from fhir_export.definition import Definition, Texts, concept
from fhir_export.encoding import Resource
from fhir_export.phrases import Phrase
from fhir_export.value_set import value_set_url
from questionnaires.definition import AnswerOption, Item, PublicationStatus, Questionnaire
from questionnaires.translations import Text
from scoring.rulebook import Rulebook
from scoring.rules import ScoreRule

RESOURCE_TYPE: Final = "CodeSystem"

_STATUSES: Final = (PublicationStatus.ACTIVE, PublicationStatus.RETIRED, PublicationStatus.DRAFT)


def code_system(
    concepts: Sequence[Resource], properties: Mapping[str, str], *, value_set: str | None = None
) -> Resource:
    """The elements of a complete code system. `properties`: code -> type, of those that its concepts have."""
    used = {p["code"] for entry in concepts for p in entry.get("property", ())}
    body: Resource = {"caseSensitive": True}
    if value_set is not None:
        body["valueSet"] = value_set
    body |= {"content": "complete", "count": len(concepts)}
    if used:
        body["property"] = [{"code": code, "type": kind} for code, kind in properties.items() if code in used]
    return body | {"concept": list(concepts)}


def score_systems(rulebooks: Sequence[Rulebook]) -> Iterator[Definition]:
    """The scores of an instrument: one version of the code system a scoring version, whatever definitions it scores.

    `rulebooks` are those of one instrument, the newest last.
    """
    by_version: dict[str, list[Rulebook]] = {}
    for rulebook in rulebooks:
        by_version.setdefault(rulebook.version, []).append(rulebook)
    for version, books in by_version.items():
        newest = books[-1]
        stated = {book.questionnaire.status for book in books}
        yield Definition(
            type=RESOURCE_TYPE,
            url=systems.scores(newest.questionnaire),
            version=version,
            title=Phrase.SCORES,
            body=partial(_scores, newest),
            questionnaire=newest.questionnaire,
            status=next(status for status in _STATUSES if status in stated),
        )


def item_system(questionnaire: Questionnaire) -> Definition:
    """The questions of one definition version."""
    return Definition(
        type=RESOURCE_TYPE,
        url=systems.items(questionnaire),
        version=questionnaire.version,
        title=Phrase.QUESTIONS,
        body=partial(_items, questionnaire),
        questionnaire=questionnaire,
        status=questionnaire.status,
    )


def option_systems(questionnaire: Questionnaire) -> Iterator[Definition]:
    """The options of one definition version: one code system a set, or an item with options of its own."""
    for url, item in option_owners(questionnaire).items():
        yield Definition(
            type=RESOURCE_TYPE,
            url=url,
            version=questionnaire.version,
            title=Phrase.OPTIONS,
            body=partial(_options, questionnaire, item),
            questionnaire=questionnaire,
            status=questionnaire.status,
        )


def option_owners(questionnaire: Questionnaire) -> dict[str, Item]:
    """The code system of each set of options -> the first item that has them."""
    owners: dict[str, Item] = {}
    for item in questionnaire.questions:
        if item.options:
            owners.setdefault(systems.options(questionnaire, item), item)
    return owners


def _scores(rulebook: Rulebook, texts: Texts, language: str) -> Resource:
    concepts = [_score(bound.rule, texts, language) for bound in rulebook.rules.values()]
    return code_system(concepts, {"concept": "string", "kind": "string", "scale": "string", "number": "integer"})


def _score(rule: ScoreRule, texts: Texts, language: str) -> Resource:
    words = _said(texts, lambda text: text.score_name(rule.name, rule.concept))
    return concept(rule.name, words, language) | {
        "property": [
            {"code": "concept", "valueString": rule.concept},
            {"code": "kind", "valueString": rule.kind.value},
            {"code": "scale", "valueString": rule.scale},
            {"code": "number", "valueInteger": rule.number},
        ]
    }


def _items(questionnaire: Questionnaire, texts: Texts, language: str) -> Resource:
    concepts = [_item(item, texts, language) for item in questionnaire.questions]
    return code_system(concepts, {"type": "string", "concept": "string", "attribute": "string"})


def _item(item: Item, texts: Texts, language: str) -> Resource:
    words = _said(texts, lambda text: text.items.get(item.link_id))
    stated = {"type": item.type.value, "concept": item.concept, "attribute": item.attribute and item.attribute.value}
    properties = [{"code": code, "valueString": value} for code, value in stated.items() if value]
    return concept(item.link_id, words, language) | {"property": properties}


def _options(questionnaire: Questionnaire, item: Item, texts: Texts, language: str) -> Resource:
    concepts = [_option(item, option, texts, language) for option in item.options]
    url = value_set_url(questionnaire, item)
    return code_system(concepts, {"weight": "decimal", "declines": "boolean"}, value_set=url)


def _option(item: Item, option: AnswerOption, texts: Texts, language: str) -> Resource:
    entry = concept(option.code, _said(texts, lambda text: text.option(item, option.code)), language)
    if option.weight is not None:
        return entry | {"property": [{"code": "weight", "valueDecimal": option.weight}]}
    return entry | {"property": [{"code": "declines", "valueBoolean": True}]} if option.opt_out else entry


def _said(texts: Texts, words: Callable[[Text], str | None]) -> dict[str, str]:
    """Language -> what its text says there. A draft may say nothing yet."""
    found = ((language, words(text)) for language, text in texts.items())
    return {language: said for language, said in found if said is not None}
