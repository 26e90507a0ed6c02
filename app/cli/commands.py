"""The `vigie` command: one verb a function, each a thin door to a service."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID
from zoneinfo import available_timezones

import typer
import yaml
from pydantic import ValidationError

from app.cli import authoring, contacts, importing, longitudinal, look, previewing, rescore, score, texts
from app.cli import run as demo_run
from app.cli.database import Database
from app.cli.terminal import Root, err, out, stop
from app.demo.seed import CENTRE_ID
from app.security.caller import Role
from app.security.demo_issuer import DemoIssuer
from app.security.errors import SecurityError
from app.services.check_advice import check_advice, publish_advice
from app.services.check_instruments import check_instruments
from app.services.check_instruments import publish as publish_instruments
from app.services.installation import load_knowledge
from app.services.json_schemas import write_schemas
from app.services.scoring_rules_page import scoring_rules_page
from app.settings import Settings
from app.store.centre import Centre, EmergencyContact, FhirProfile
from app.store.cluster_files import EmbeddedPostgresError
from app.store.data_folder import data_folder
from app.store.errors import StoreError
from app.store.ids import new_id
from app.store.postgres_binaries import PostgresNotInstalledError
from questionnaires.errors import InstrumentInvalid
from scoring.synthesis import Mode

app = typer.Typer(
    name="vigie",
    help="Patient-reported outcomes in oncology: answers in, scores, alerts and a one-page synthesis out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for _verb in (
    score.score,
    longitudinal.longitudinal,
    authoring.new,
    previewing.preview,
    authoring.diff,
    importing.import_questionnaire,
    rescore.rescore,
    look.look,
    contacts.contacts,
):
    app.command()(_verb)
app.add_typer(texts.text, name="text")

_CANNOT_START = (EmbeddedPostgresError, PostgresNotInstalledError, demo_run.PortInUse)


def main() -> None:
    """Run the command line; what a person can mend ends in a sentence, not in a traceback."""
    try:
        app()
    except ValidationError as error:
        # Only settings are validated here. pydantic's own message would show their values, passwords included.
        for fault in error.errors(include_input=False, include_url=False, include_context=False):
            err.print(f"setting {'.'.join(map(str, fault['loc'])) or 'VIGIE_*'}: {fault['msg']}")
        stop("docs/settings.md describes every setting.")
    except (StoreError, InstrumentInvalid, SecurityError, *_CANNOT_START) as error:
        stop(str(error))


@app.command()
def run(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(help="How many processes answer.", min=1)] = 2,
) -> None:
    """Everything for a first look: database, schema, synthetic demo centre, service. Ctrl-C stops it all."""
    demo_run.run(host, port, workers, say=out.print)


@app.command()
def serve() -> None:
    """Serve an installation: DATABASE_URL is the service's role, the schema is migrated already."""
    settings = Settings()
    if settings.database_url is None:
        stop("DATABASE_URL is not set. `vigie run` brings a database of its own; an installation names one.")
    demo_run.serve(settings)


@app.command()
def migrate() -> None:
    """Bring the schema to the newest revision, as VIGIE_MIGRATION_URL, and grant the service's role what it needs."""
    with Database(Settings(), say=out.print) as database:
        database.migrate()
    out.print("The schema is at the newest revision.")


@app.command()
def check(instruments: Root = None) -> None:
    """Check every instrument folder (shapes, references, tables, texts, worked examples, digests) and all advice.

    With --instruments, the folders there alone.
    """
    settings = Settings()
    root = instruments or settings.instruments_dir
    reports = [check_instruments(root, settings.canonical_base)]
    if instruments is None:
        reports.append(check_advice())
    problems = [problem for report in reports for problem in report.problems]
    for problem in problems:
        err.print(str(problem))
    if problems:
        stop(f"{len(problems)} problem(s) in {root}" + (" and the advice" if instruments is None else ""))
    count = sum(len(report.digests) for report in reports)
    out.print(f"{count} published artefacts, all as they were published.")


@app.command()
def publish(instruments: Root = None) -> None:
    """Add new versions to published.lock, after a check. What is published already is never changed.

    Each package has a lock of its own: of instruments and of advice. With --instruments, that of the folders there.
    """
    settings = Settings()
    done = [publish_instruments(instruments or settings.instruments_dir, settings.canonical_base)]
    if instruments is None:
        done.append(publish_advice())
    for report, added in done:
        out.print("".join(f"published {name}\n" for name in added), end="")
        for problem in report.problems:
            err.print(str(problem))
    if any(report.problems for report, _ in done):
        stop("nothing was published where there is a problem")
    if not any(added for _, added in done):
        out.print("There is nothing new to publish.")


@app.command()
def rules() -> None:
    """Print docs/scoring-rules.md: the operators and missing-data policies that a scoring.yaml can use."""
    sys.stdout.write(scoring_rules_page())


@app.command()
def schemas(folder: Annotated[Path, typer.Argument(help="Where to write.")] = Path("questionnaires/schemas")) -> None:
    """Write the JSON Schemas of the instrument files, for editors."""
    for name in write_schemas(folder):
        out.print(f"wrote {folder / name}")


@app.command()
def token(
    role: Annotated[Role, typer.Option(help="Who the token is for.")] = Role.CLINICIAN,
    patient: Annotated[UUID | None, typer.Option(help="The patient, for the role patient.")] = None,
    centre: Annotated[UUID, typer.Option(help="The centre.")] = CENTRE_ID,
    hours: Annotated[int, typer.Option(help="How long it is valid.", min=1, max=24)] = 8,
) -> None:
    """Mint a token of the development issuer, which only a demo installation accepts."""
    settings = Settings(demo=True)
    if (role is Role.PATIENT) != (patient is not None):
        stop("--patient goes with --role patient, and only with it")
    issuer = DemoIssuer.open(settings, data_folder(settings))
    sys.stdout.write(issuer.mint(role, centre, patient_id=patient, lifetime_s=hours * 3600) + "\n")


@app.command()
def openapi() -> None:
    """Print openapi.yaml: what the service says of itself."""
    from app.main import create_app  # noqa: PLC0415 - a second that every other command is spared

    settings = Settings().model_copy(update={"demo": False, "issuers": ()})
    document = create_app(settings, load_knowledge(settings)).openapi()
    sys.stdout.write(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120))


@app.command("add-centre")
def add_centre(
    name: Annotated[str, typer.Argument(help="The centre's name.")],
    emergency_number: Annotated[str, typer.Option(help="Whom patients call in an emergency.")],
    mode: Annotated[Mode, typer.Option(help="What this centre is shown.")] = Mode.RECORD,
    language: Annotated[list[str] | None, typer.Option(help="Its languages, the usual one first.")] = None,
    time_zone: Annotated[str, typer.Option(help="Its time zone.")] = "Europe/Paris",
    instrument: Annotated[list[str] | None, typer.Option(help="What to answer before every consultation.")] = None,
    fhir_profile: Annotated[
        list[FhirProfile] | None, typer.Option(help="A national profile that its Observations conform to.")
    ] = None,
) -> None:
    """Add a centre to an installation, as the schema's owner; prints the id that its tokens must claim."""
    settings = Settings()
    asked = tuple(instrument or ("pre-consultation",))
    known = load_knowledge(settings).catalogue.instruments
    if unknown := sorted(set(asked) - known.keys()):
        stop(f"there is no instrument {', '.join(unknown)}; there is: {', '.join(known)}")
    if time_zone not in available_timezones():
        stop(f"there is no time zone '{time_zone}': use a name of the IANA database, such as Europe/Paris")
    languages = tuple(language or ("fr",))
    contact = EmergencyContact(emergency_number, {languages[0]: name})
    profiles = frozenset(fhir_profile or ())
    centre = Centre(new_id(), name, mode, languages, time_zone, (contact,), asked, profiles)
    with Database(settings, say=err.print) as database:
        asyncio.run(database.add_centre(centre))
    out.print(str(centre.centre_id))
