"""Searching Observations, a page at a time: responses are found and projected until the page is full."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from app.security.operations import Operation, authorise
from app.services.call import Call
from app.services.exported_response import WordedResponse, worded_response
from app.services.included import included_patients
from app.services.installation import Installation
from app.services.response_pages import Asked, Pages, Position, ResourcePage, opened_pages
from app.services.words import words_of
from app.store.response_search import Found
from app.store.response_wanted import Place
from fhir_export.encoding import Resource
from fhir_export.observation import split_observation_id
from fhir_export.observation_parts import Parts
from scoring.history import recall_length

MOST_RESPONSES: Final = 200
"""How many responses one page projects, however few of their Observations are wanted.

As many are looked at to count the Observations of a whole centre.
"""
_USUAL_OBSERVATIONS: Final = 12
"""Of a response: how many responses are read at first to fill a page."""


@dataclass(frozen=True, slots=True)
class ObservationSearch:
    """What is asked: of which responses, and which of their Observations.

    `period` says it by when the recall window starts and ends, `parts` by the response and what is constant of the
    Observation, `resource` by the whole of it. `counts`: how many there are on all pages.
    """

    asked: Asked
    period: Callable[[datetime, datetime], bool]
    parts: Callable[[UUID, Parts], bool]
    resource: Callable[[Resource], bool]
    counts: bool = False
    with_responses: bool = False
    with_patients: bool = False


async def search_observations(installation: Installation, call: Call, search: ObservationSearch) -> ResourcePage:
    """The next Observations. Raises NotPermitted, PatientOutOfReach, StoreBusy."""
    if search.with_responses:
        authorise(call.caller, Operation.READ_RESPONSE)
    if search.with_patients:
        authorise(call.caller, Operation.READ_PATIENT)
    async with opened_pages(installation, call, Operation.LIST_SCORES, search.asked) as pages:
        page = _Page(installation, call, search, pages, search.asked.count)
        found = await page.fill(pages.position.after if pages.position else None)
        total: int | None = None
        if search.counts:
            total = await _count(installation, call, search, pages)
        included: list[Resource] = [one.as_response() for one in page.responses] if search.with_responses else []
        if search.with_patients:
            included += await included_patients(pages.tx, installation, page.responses)
        is_unknown = not page.resources and await pages.is_of_unknown_patient()
    return ResourcePage(page.resources, included, total, pages.horizon(found), page.next, is_unknown)


async def _count(installation: Installation, call: Call, search: ObservationSearch, pages: Pages) -> int | None:
    """How many Observations the search has; None where a centre has too many responses to look at.

    Only those of one batch of responses are held at a time.
    """
    total, after = 0, Place.first(pages.order)
    while True:
        batch = _Page(installation, call, search, pages, room=None)
        await batch.fill(after)
        total += len(batch.resources)
        if batch.next is None:
            return total
        if pages.wanted.is_of_centre:
            return None
        after = batch.next.after


@dataclass(slots=True)
class _Page:
    """A page being filled. `room`: how many Observations it takes; None for all that may be looked at.

    `responses` are those that the Observations are from; `next` where the following page begins.
    """

    installation: Installation
    call: Call
    search: ObservationSearch
    pages: Pages
    room: int | None
    resources: list[Resource] = field(default_factory=list)
    responses: list[WordedResponse] = field(default_factory=list)
    next: Position | None = None

    async def fill(self, after: Place | None) -> Found:
        """Read on from a place, in growing steps, until the page is full or the search is at its end."""
        left = MOST_RESPONSES
        size = left if self.room is None else min(left, self.room // _USUAL_OBSERVATIONS + 1)
        while True:
            found = await self.pages.find(after, size)
            before = after or Place.first(self.pages.order)
            self.next = await self._project(found, before)
            left -= size
            if self.next is not None or found.next is None:
                return found
            if self._is_full or left <= 0 or len(found.rows) < size:
                self.next = self.pages.following(found, found.next)
                return found
            after, size = found.next, min(left, size * 4)

    @property
    def _is_full(self) -> bool:
        return len(self.resources) == self.room

    async def _project(self, found: Found, before: Place) -> Position | None:
        """Add what is wanted of the responses. Gives where the next page begins where this one ends among them."""
        if found.centre is None:
            return None
        words = await words_of(self.pages.tx, self.installation, found.instruments)
        for place, stored in enumerate(found.responses(), start=1):
            one = worded_response(self.installation, words, found.centre, stored)
            wanted = list(self._wanted(stored.response_id, one))
            room = len(wanted) if self.room is None else self.room - len(self.resources)
            given = wanted[:room]
            if given:
                self.resources += given
                self.responses.append(one)
            if len(wanted) > room:
                return self.pages.following(found, before, (stored.response_id, _number(wanted[room - 1])))
            before = Place.of(stored, self.pages.order)
            if self._is_full and place < len(found.rows):
                return self.pages.following(found, before)
        return None

    def _wanted(self, response_id: UUID, one: WordedResponse) -> Iterator[Resource]:
        """The Observations of a response that are looked for and were not given before, by their numbers."""
        past = one.exported.response
        start = past.authored_at - recall_length(past.rulebook.questionnaire.recall_period)
        if not self.search.period(start, past.authored_at):
            return iter(())
        partly = self.pages.position.partly if self.pages.position and self.room is not None else None
        given = partly[1] if partly and partly[0] == response_id else 0
        projected = one.as_observations(
            self.call, lambda parts: parts.number > given and self.search.parts(response_id, parts)
        )
        return filter(self.search.resource, sorted(projected, key=_number))


def _number(observation: Resource) -> int:
    split = split_observation_id(observation["id"])
    assert split is not None, "it is an Observation of ours"
    return split[1]
