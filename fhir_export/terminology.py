"""Everything that an instrument defines: its code systems, value sets and concept maps, version by version."""

from collections.abc import Iterator, Sequence

from fhir_export.code_system import item_system, option_systems, score_systems
from fhir_export.concept_map import ctcae_maps
from fhir_export.definition import Definition
from fhir_export.value_set import option_sets
from questionnaires.definition import Questionnaire
from scoring.rulebook import Rulebook


def instrument_definitions(versions: Sequence[tuple[Questionnaire, Sequence[Rulebook]]]) -> Iterator[Definition]:
    """The definitions of one instrument's versions, oldest first, each with its rulebooks.

    What several versions share (a scoring version that scores both) is defined once, by the newest of them.
    """
    yield from score_systems([book for _, books in versions for book in books])
    maps: dict[tuple[str, str], Definition] = {}
    for questionnaire, books in versions:
        yield item_system(questionnaire)
        yield from option_systems(questionnaire)
        yield from option_sets(questionnaire)
        maps |= {(found.url, found.version): found for found in ctcae_maps(questionnaire, books)}
    yield from maps.values()
