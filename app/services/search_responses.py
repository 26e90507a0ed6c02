"""Searching responses, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.security.operations import Operation, authorise
from app.services.call import Call
from app.services.exported_response import WordedResponse, worded
from app.services.included import included_patients, included_questionnaires
from app.services.installation import Installation
from app.services.response_pages import Asked, ResourcePage, opened_pages
from fhir_export.encoding import Resource


@dataclass(frozen=True, slots=True)
class ResponseSearch:
    """What is asked: the responses, and what is wanted beside them. `counts`: how many there are on all pages."""

    asked: Asked
    counts: bool = False
    with_patients: bool = False
    with_questionnaires: bool = False


async def search_responses(installation: Installation, call: Call, search: ResponseSearch) -> ResourcePage:
    """The next responses. Raises NotPermitted, PatientOutOfReach, StoreBusy."""
    if search.with_patients:
        authorise(call.caller, Operation.READ_PATIENT)
    if search.with_questionnaires:
        authorise(call.caller, Operation.READ_QUESTIONNAIRE)
    async with opened_pages(installation, call, Operation.LIST_RESPONSES, search.asked) as pages:
        found = await pages.find(None, search.asked.count)
        page: Sequence[WordedResponse] = await worded(pages.tx, installation, found.responses(), found.centre)
        included: list[Resource] = []
        if search.with_patients:
            included += await included_patients(pages.tx, installation, page)
        if search.with_questionnaires:
            included += included_questionnaires(installation, call, page)
        total = await pages.count() if search.counts else None
        is_unknown = not page and await pages.is_of_unknown_patient()
    return ResourcePage(
        resources=[one.as_response() for one in page],
        included=included,
        total=total,
        horizon=pages.horizon(found),
        next=pages.following(found, found.next) if found.next else None,
        is_of_unknown_patient=is_unknown,
    )
