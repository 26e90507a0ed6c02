"""`/v1/questionnaires`: every version, and one version in the caller's language."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel

from app.api.fields import InstrumentPath, VersionPath
from app.http.dependencies import PROBLEM_RESPONSES, Authenticated, Installed
from app.http.strict_json import StrictRoute
from app.services.questionnaires import Rendered, list_questionnaires, render_questionnaire
from questionnaires.definition import EnableWhen, Item, ItemType, PublicationStatus
from questionnaires.translations import Text, TextStatus

router = APIRouter(
    prefix="/v1/questionnaires", tags=["questionnaires"], route_class=StrictRoute, responses=PROBLEM_RESPONSES
)

AcceptLanguage = Annotated[str | None, Header(description="Languages, most wanted first.")]


class Digests(BaseModel):
    """sha256 digests of the three artefacts that a response pins. `text` is null where there are no words."""

    definition: str
    scoring: str
    text: str | None


class QuestionnaireSummary(BaseModel):
    """One published version."""

    questionnaire: str
    instrument: str
    version: str
    status: PublicationStatus
    title: str
    languages: list[str]
    recall_period: str
    scoring_version: str
    digests: Digests


class OptionOut(BaseModel):
    """One answer: send its `code`. `opt_out`: "prefer not to answer"; `exclusive`: stands alone."""

    code: str
    text: str
    opt_out: bool
    exclusive: bool


class EnableWhenOut(BaseModel):
    """One branching condition (FHIR R4 enableWhen)."""

    question: str
    operator: str
    answer: str | int | float | bool


class ItemOut(BaseModel):
    """One group, display or question, with its words."""

    link_id: str
    type: ItemType
    text: str
    help: str | None
    required: bool
    repeats: bool
    options: list[OptionOut]
    minimum: float | None
    maximum: float | None
    max_length: int | None
    unit: str | None
    enable_behavior: Literal["all", "any"]
    enable_when: list[EnableWhenOut]
    items: list["ItemOut"]


class QuestionnaireOut(QuestionnaireSummary):
    """One version in one language. `text_status`: how far the translation is; drafts are shown in demo mode only."""

    language: str
    text_revision: int
    text_status: TextStatus
    introduction: str
    items: list[ItemOut]


class QuestionnaireList(BaseModel):
    """Every version that the installation knows."""

    questionnaires: list[QuestionnaireSummary]


@router.get("")
async def list_all(
    installed: Installed, call: Authenticated, response: Response, accept_language: AcceptLanguage = None
) -> QuestionnaireList:
    """Every version of every questionnaire, newest last, titled in the caller's language."""
    response.headers["Vary"] = "Accept-Language"
    found = await list_questionnaires(installed, call)
    return QuestionnaireList(questionnaires=[QuestionnaireSummary(**_summary(rendered)) for rendered in found])


@router.get("/{instrument}")
async def read_newest(
    installed: Installed,
    call: Authenticated,
    instrument: InstrumentPath,
    response: Response,
    accept_language: AcceptLanguage = None,
) -> QuestionnaireOut:
    """The newest active version, in the caller's language or the nearest that it has."""
    return _render(await render_questionnaire(installed, call, instrument, None), response)


@router.get("/{instrument}/versions/{version}")
async def read_version(
    installed: Installed,
    call: Authenticated,
    instrument: InstrumentPath,
    version: VersionPath,
    response: Response,
    accept_language: AcceptLanguage = None,
) -> QuestionnaireOut:
    """One version, retired ones included: what an old response was answered to."""
    return _render(await render_questionnaire(installed, call, instrument, version), response)


def _render(rendered: Rendered, response: Response) -> QuestionnaireOut:
    text = rendered.text
    assert text is not None, "rendering gave words or an error"
    response.headers["Vary"] = "Accept-Language"
    response.headers["Content-Language"] = text.language
    return QuestionnaireOut(
        **_summary(rendered),
        language=text.language,
        text_revision=text.revision,
        text_status=text.status,
        introduction=text.introduction,
        items=[_item(item, text) for item in rendered.questionnaire.items],
    )


def _summary(rendered: Rendered) -> dict[str, Any]:
    q = rendered.questionnaire
    return {
        "questionnaire": q.canonical,
        "instrument": q.instrument,
        "version": q.version,
        "status": q.status,
        "title": rendered.text.title if rendered.text else rendered.instrument.about.title,
        "languages": sorted(rendered.languages),
        "recall_period": q.recall_period,
        "scoring_version": rendered.scoring_version,
        "digests": Digests(
            definition=q.digest, scoring=rendered.scoring_digest, text=rendered.text.digest if rendered.text else None
        ),
    }


def _item(item: Item, text: Text) -> ItemOut:
    """One item with its words. A draft may lack some: the link id or the code stands in their place."""
    return ItemOut(
        link_id=item.link_id,
        type=item.type,
        text=text.items.get(item.link_id, item.link_id),
        help=text.helps.get(item.link_id),
        required=item.required,
        repeats=item.repeats,
        options=[
            OptionOut(code=o.code, text=text.option(item, o.code) or o.code, opt_out=o.opt_out, exclusive=o.exclusive)
            for o in item.options
        ],
        minimum=_number(item.minimum),
        maximum=_number(item.maximum),
        max_length=item.max_length,
        unit=item.unit,
        enable_behavior="any" if item.enable_any else "all",
        enable_when=[_condition(condition) for condition in item.enable_when],
        items=[_item(child, text) for child in item.items],
    )


def _condition(condition: EnableWhen) -> EnableWhenOut:
    answer = float(condition.answer) if isinstance(condition.answer, Decimal) else condition.answer
    return EnableWhenOut(question=condition.question, operator=condition.operator.value, answer=answer)


def _number(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
