"""What a page of a search refers to, and gives along with it (`_include`): each once."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from app.services.call import Call
from app.services.export_patient import exported_patients
from app.services.export_questionnaire import publication_of
from app.services.exported_response import WordedResponse
from app.services.installation import Installation
from app.store.patient import read_patients
from app.store.transaction import Transaction
from fhir_export.encoding import Resource
from fhir_export.questionnaire import questionnaire_resource


async def included_patients(
    tx: Transaction, installation: Installation, page: Iterable[WordedResponse]
) -> list[Resource]:
    """The patients whom the responses are about."""
    wanted = frozenset(UUID(one.exported.patient_id) for one in page)
    return await exported_patients(tx, installation, await read_patients(tx, wanted)) if wanted else []


def included_questionnaires(installation: Installation, call: Call, page: Iterable[WordedResponse]) -> list[Resource]:
    """The questionnaires that were answered, in the words of the day; none of one that has no words to show."""
    found: dict[str, Resource] = {}
    for one in page:
        questionnaire = one.exported.response.rulebook.questionnaire
        words = replace(one.words, stored={})
        shown = words.best(questionnaire, call.languages)
        if shown is not None and questionnaire.canonical not in found:
            texts = words.showable(questionnaire)
            found[questionnaire.canonical] = questionnaire_resource(
                questionnaire, texts, shown.language, publication_of(installation, questionnaire)
            )
    return list(found.values())
