"""From our symptom codes towards CTCAE terms, as R4 ConceptMaps.

A CTCAE term is what a clinician grades. What a patient says is related to it and is not it: the pairing stands here, as
`relatedto`, and never in the code of an Observation.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from fhir_export import systems
from fhir_export.ctcae_terms import CtcaeTerm, ctcae_terms
from fhir_export.definition import Definition, Texts
from fhir_export.encoding import Resource
from fhir_export.phrases import Phrase
from questionnaires.definition import Questionnaire
from scoring.rulebook import Rulebook

RESOURCE_TYPE: Final = "ConceptMap"

_PAIRINGS: Final = {
    "high": "paired by their published names",
    "low": "paired by their published names, which differ in scope",
    "own": "paired because its pre-grade is computed from it",
}


def ctcae_maps(questionnaire: Questionnaire, rulebooks: Sequence[Rulebook]) -> Iterator[Definition]:
    """The maps of a definition version's questions, and of the scores of each of its scoring versions.

    Only where the questionnaire asks for symptoms by their attributes, as PRO-CTCAE does: a scale of another instrument
    that has the same word (an anxiety scale) is not surely the same symptom.
    """
    terms = ctcae_terms()
    if not any(item.attribute and item.concept in terms for item in questionnaire.questions):
        return
    items = ((item.link_id, item.concept) for item in questionnaire.questions)
    yield _map(questionnaire, systems.items(questionnaire), questionnaire.version, _paired(items))
    for rulebook in rulebooks:
        scores = ((bound.rule.name, bound.rule.concept) for bound in rulebook.rules.values())
        yield _map(questionnaire, systems.scores(questionnaire), rulebook.version, _paired(scores))


def _paired(codes: Iterable[tuple[str, str | None]]) -> dict[str, CtcaeTerm]:
    """Code -> term, of the codes whose concept has one."""
    terms = ctcae_terms()
    return {code: terms[word] for code, word in codes if word is not None and word in terms}


def _map(questionnaire: Questionnaire, source: str, version: str, pairs: dict[str, CtcaeTerm]) -> Definition:
    return Definition(
        type=RESOURCE_TYPE,
        url=f"{source.replace('/CodeSystem/', f'/{RESOURCE_TYPE}/')}.ctcae",
        version=version,
        title=Phrase.CTCAE_TERMS,
        body=partial(_groups, source, version, pairs),
        questionnaire=questionnaire,
        status=questionnaire.status,
    )


def _groups(source: str, version: str, pairs: dict[str, CtcaeTerm], _texts: Texts, _language: str) -> Resource:
    elements = [{"code": code, "target": [_target(term)]} for code, term in pairs.items()]
    group = {"source": source, "sourceVersion": version, "target": systems.NCIT, "element": elements}
    return {"group": [group]}


def _target(term: CtcaeTerm) -> Resource:
    comment = f"CTCAE 5.0: {term.ctcae_v5}; CTCAE 6.0: {term.ctcae_v6}; {_PAIRINGS[term.pairing]}"
    return {"code": term.ncit, "equivalence": "relatedto", "comment": comment}
