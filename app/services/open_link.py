"""Opening a personal link: what stands behind it now, and the words that its patient understands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from app.security.operations import Operation
from app.security.personal_links import LinkClaim
from app.services.call import Call, opened
from app.services.errors import QuestionnaireNotActive
from app.services.installation import Installation
from app.services.personal_links import closes_at
from app.services.words import Words, words_of
from app.store.centre import Centre, read_centre
from app.store.consultation import StoredConsultation, read_consultation
from app.store.draft import Draft, drafts_of
from app.store.errors import NotFound
from app.store.patient import read_patient
from app.store.personal_link import PersonalLink, read_personal_link
from app.store.response import StoredResponse
from app.store.response_reading import find_by_link
from app.store.transaction import Transaction
from app.wording import Wording
from questionnaires.definition import PublicationStatus, Questionnaire
from questionnaires.translations import Text
from scoring.history import DID_NOT_HAPPEN, recall_length

GRACE: Final = timedelta(days=7)
"""How long after its end a link still takes answers: they may have waited on a phone without a network."""


class LinkState(StrEnum):
    """What a link opens: its questionnaire, what was answered, or nothing any more.

    What was answered is shown as long as answers are taken: a message that is found years later tells nothing.
    """

    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """All that the page of a link is made of. `response`: the latest that was given through it and holds; `draft`: what
    was saved and is recent enough to go on from.

    `takes_answers`: whether what was filled in may still be sent; also for a while after a link has ended.
    """

    claim: LinkClaim
    link: PersonalLink
    closes_at: datetime
    state: LinkState
    takes_answers: bool
    centre: Centre
    visit: StoredConsultation | None
    questionnaire: Questionnaire
    words: Words
    text: Text
    wording: Wording
    draft: Draft | None
    response: StoredResponse | None

    @property
    def consultation(self) -> StoredConsultation | None:
        """The visit that is prepared; None where it was cancelled."""
        return None if self.visit is None or self.visit.status in DID_NOT_HAPPEN else self.visit

    @property
    def zone(self) -> ZoneInfo:
        """Where its times are meant."""
        return ZoneInfo(self.centre.time_zone)


def link_call(claim: LinkClaim, received_at: datetime, correlation_id: str, languages: tuple[str, ...]) -> Call:
    """The call of whoever opens a link."""
    return Call(claim.caller, received_at, correlation_id, languages)


async def open_link(
    installation: Installation,
    call: Call,
    claim: LinkClaim,
    *,
    language: str | None = None,
    version: str | None = None,
) -> OpenedLink:
    """What a link opens. `language`: the one that was asked for; `version`: that of a form that was given out before.

    Raises NotFound, UnknownQuestionnaire, QuestionnaireNotActive, LicenceRestricted, LanguageUnavailable.
    """
    async with opened(installation, call, Operation.OPEN_LINK, claim.patient_id) as tx:
        tx.audit.about(claim.link_id, claim.patient_id)
        return await read_opened(tx, installation, call, claim, language=language, version=version)


async def read_opened(
    tx: Transaction,
    installation: Installation,
    call: Call,
    claim: LinkClaim,
    *,
    language: str | None = None,
    version: str | None = None,
) -> OpenedLink:
    """The same in an open transaction. Raises as `open_link`."""
    link = await read_personal_link(tx, claim.link_id)
    if link.patient_id != claim.patient_id:
        raise NotFound
    centre = await read_centre(tx)
    patient = await read_patient(tx, claim.patient_id)
    visit = await read_consultation(tx, link.consultation_id) if link.consultation_id else None
    response = await find_by_link(tx, claim.patient_id, link.response_key)
    drafts = await drafts_of(tx, claim.patient_id)
    draft = next((draft for draft in drafts if draft.instrument == link.instrument), None)
    if draft is not None and not is_recent(installation, draft, link, call.received_at):
        draft = None
    known = version or (response.version if response else draft.version if draft else None)
    questionnaire = installation.catalogue.get(link.instrument, known)
    if questionnaire.status is PublicationStatus.DRAFT:
        raise QuestionnaireNotActive
    words = await words_of(tx, installation, [link.instrument])
    wanted = _wanted(language, patient.language, call.languages, centre.languages)
    text = words.demanded(questionnaire, wanted)
    end = closes_at(link, visit)
    takes_answers = link.revoked_at is None and call.received_at < end + GRACE
    return OpenedLink(
        claim=claim,
        link=link,
        closes_at=end,
        state=_state(link, response, is_open=call.received_at < end, takes_answers=takes_answers),
        takes_answers=takes_answers,
        centre=centre,
        visit=visit,
        questionnaire=questionnaire,
        words=words,
        text=text,
        wording=installation.wordings.best((text.language, *wanted)),
        draft=draft,
        response=response,
    )


def is_recent(installation: Installation, draft: Draft, link: PersonalLink | None, now: datetime) -> bool:
    """Whether a draft is of the days that the questionnaire asks about, or was saved since the link was made.

    What a patient wrote months ago must not be sent as how they are today; a version that is not here, after a step
    back to an older release, fills nothing in. `link` None: where there is none yet.
    """
    family = installation.catalogue.instruments.get(draft.instrument)
    questionnaire = family.versions.get(draft.version) if family else None
    if questionnaire is None:
        return False
    recall = max(recall_length(questionnaire.recall_period), timedelta(days=1))
    made_at = link.made_at if link else None
    return now - draft.saved_at <= recall or (made_at is not None and draft.saved_at >= made_at)


def _wanted(
    asked: str | None, of_patient: str | None, of_browser: Sequence[str], of_centre: Sequence[str]
) -> tuple[str, ...]:
    """Asked for on the page, else the patient's own language, else the browser's, else the centre's."""
    return (*(language for language in (asked, of_patient) if language), *of_browser, *of_centre)


def _state(link: PersonalLink, response: StoredResponse | None, *, is_open: bool, takes_answers: bool) -> LinkState:
    if link.revoked_at is not None:
        return LinkState.REVOKED
    if response is not None and takes_answers:
        return LinkState.ANSWERED
    return LinkState.OPEN if response is None and is_open else LinkState.EXPIRED
