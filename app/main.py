"""The web application: what it is made of, and what must be true before it answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from app import __version__
from app.api import consultations, drafts, health, links, longitudinal, me, patients, questionnaires, responses, scores
from app.api.openapi import describe
from app.fhir import metadata, smart, system
from app.fhir.offers import ROUTERS as FHIR
from app.fhir.unserved import unserved
from app.http.answering import answer_error, install_problem_handlers
from app.http.dependencies import Clock, system_clock
from app.http.dispatch import Dispatch
from app.http.envelope import Envelope
from app.log import write_json_logs
from app.pages import answer, demo, look, my_questionnaires, patient_scores, problem_list, synthesis
from app.pages import consultations as consultations_page
from app.pages.problem_page import problem_page
from app.security.demo_issuer import DemoIssuer, refuse_demo_issuer_in_production
from app.security.personal_links import open_sealer
from app.security.tokens import TokenReader
from app.services.installation import Installation, Knowledge, load_knowledge
from app.settings import Settings, read_settings
from app.store.data_folder import data_folder
from app.store.pool import Pool
from app.store.schema import check_database


def create_app(settings: Settings, knowledge: Knowledge, *, clock: Clock = system_clock) -> FastAPI:
    """The application over knowledge that is loaded already. It connects to its database when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        assert settings.database_url is not None, "the command line gives the service its database"
        await check_database(settings.database_url)
        pool = await Pool.open(settings.database_url, settings)
        app.state.installation = Installation(knowledge, pool)
        yield
        await pool.close()

    refuse_demo_issuer_in_production(settings)
    # Not FastAPI itself: its documentation page loads scripts from elsewhere, and a hospital's network is closed.
    app = FastAPIOffline(
        title="Vigie",
        version=__version__,
        lifespan=lifespan,
        docs_url="/docs",
        redoc_url=None,
        redirect_slashes=False,
        openapi_url="/openapi.json",
    )
    app.state.settings = settings
    app.state.clock = clock
    app.state.token_reader = _token_reader(app, settings)
    app.state.link_sealer = open_sealer(settings, app.state.demo_issuer if settings.demo else None)
    install_problem_handlers(app, unserved, problem_page)
    for router in (
        responses.of_patient,
        responses.router,
        me.router,
        questionnaires.router,
        patients.router,
        drafts.router,
        consultations.of_patient,
        consultations.router,
        links.of_patient,
        links.router,
        scores.router,
        longitudinal.router,
        metadata.router,
        *smart.ROUTERS,
        system.router,
        *FHIR,
        answer.router,
        consultations_page.router,
        look.of_link,
        look.router,
        my_questionnaires.router,
        synthesis.router,
        patient_scores.router,
        problem_list.router,
        health.router,
    ):
        app.include_router(router)
    if settings.demo:
        app.include_router(demo.router)
    app.router.middleware_stack = Dispatch(app.router)
    app.add_middleware(Envelope, answer_error)
    describe(app)
    return app


def app_from_environment() -> FastAPI:
    """The application as a worker process starts it."""
    write_json_logs()
    settings = read_settings()
    return create_app(settings, load_knowledge(settings))


def _token_reader(app: FastAPI, settings: Settings) -> TokenReader:
    """The configured issuers; in demo mode the development issuer beside them."""
    if not settings.demo:
        return TokenReader(settings.issuers)
    demo_issuer = DemoIssuer.open(settings, data_folder(settings))
    app.state.demo_issuer = demo_issuer
    return TokenReader((*settings.issuers, demo_issuer.as_issuer()))
