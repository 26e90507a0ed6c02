"""Where the milliseconds of one submission go."""

from collections.abc import Iterator
from functools import cache

from app.security.caller import Role
from app.store.ids import new_id
from bench.forms import INSTRUMENT, submission_body
from bench.identity import IdentityProvider
from bench.load import Template
from bench.plan import Plan
from bench.profiling import ANSWER_JSON, SHARED, Asked, profile
from bench.site import Say, Site
from bench.spans import Label


def _statement(_connection: object, query: str, *_: object, **__: object) -> str:
    """The label of a call of asyncpg."""
    return _name_of(query)


@cache
def _name_of(query: str) -> str:
    """A statement by its first word: the one that reads before storing, and the one that stores."""
    word = query.split(maxsplit=1)[0].rstrip(";")
    return f"SQL: {'INSERT response and its event' if word == 'WITH' else word}"


SPANS: tuple[tuple[str, Label], ...] = (
    *SHARED,
    ANSWER_JSON,
    ("app.http.strict_json:parse", "body: strict JSON"),
    ("fastapi.dependencies.utils:request_body_to_args", "body: pydantic"),
    ("app.api.responses:_sha256", "digest of the canonical body"),
    ("app.services.submit_response:validate", "validation"),
    ("app.services.evaluation:score", "scoring"),
    ("app.services.comparison:checked_again", "previous response: what was enabled"),
    ("app.services.evaluation:evaluate_alerts", "alerts"),
    ("app.store.jsonb:dump", "JSON columns: objects to text"),
    ("app.services.submit_response:receipt", "feedback in words"),
    ("app.api.responses:submit_response", "the use case's own lines"),
    ("asyncpg.connection:Connection.execute", _statement),
    ("asyncpg.connection:Connection.fetchrow", _statement),
)


def run(site: Site, plan: Plan, say: Say) -> None:
    """Send so many submissions, each with a token that is new, and print what each part of one costs."""
    provider = IdentityProvider.of(site.centre_id)
    profile("One submission", site, provider, _requests(site, provider, 2 * plan.in_process + 50), SPANS, say)


def _requests(site: Site, provider: IdentityProvider, count: int) -> Iterator[Asked]:
    questionnaire = site.knowledge.catalogue.get(INSTRUMENT)
    for number in range(count):
        patient = site.patients[number % len(site.patients)]
        headers = (
            (b"authorization", f"Bearer {provider.token(Role.PATIENT, patient)}".encode()),
            (b"content-type", b"application/json"),
            (b"idempotency-key", str(new_id()).encode()),
        )
        body = Template(b"", submission_body(questionnaire, number)).filled()
        yield Asked("POST", f"/v1/patients/{patient}/responses", "", headers, body, 201)
