"""The options of each set as an R4 ValueSet: all the codes of its code system."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from fhir_export import systems
from fhir_export.definition import Definition, Texts
from fhir_export.encoding import Resource
from fhir_export.phrases import Phrase
from questionnaires.definition import Item, Questionnaire

RESOURCE_TYPE: Final = "ValueSet"


def value_set_url(questionnaire: Questionnaire, item: Item) -> str:
    """The canonical URL of the options of an item."""
    return systems.options(questionnaire, item).replace("/CodeSystem/", f"/{RESOURCE_TYPE}/")


def option_sets(questionnaire: Questionnaire) -> Iterator[Definition]:
    """The value sets of one definition version: one a set of options."""
    owners = {value_set_url(questionnaire, item): item for item in questionnaire.questions if item.options}
    for url, item in owners.items():
        yield Definition(
            type=RESOURCE_TYPE,
            url=url,
            version=questionnaire.version,
            title=Phrase.OPTIONS,
            body=partial(_options, questionnaire, item),
            questionnaire=questionnaire,
            status=questionnaire.status,
        )


def _options(questionnaire: Questionnaire, item: Item, _texts: Texts, _language: str) -> Resource:
    system = systems.options(questionnaire, item)
    return {"compose": {"include": [{"system": system, "version": questionnaire.version}]}}
