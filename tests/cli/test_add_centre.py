"""`vigie add-centre`: what is stored of a new centre, and what is refused."""

from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app
from app.store.embedded import EmbeddedPostgres
from tests.store.two_centres import centre_scope, execute


def add_centre(postgres: EmbeddedPostgres, *options: str) -> Result:
    environment = {"DATABASE_URL": postgres.service_url, "VIGIE_MIGRATION_URL": postgres.owner_url}
    arguments = ["add-centre", "A centre", "--emergency-number", "15", *options]
    return CliRunner().invoke(app, arguments, env=environment)


@pytest.mark.parametrize(
    ("options", "stored"), [((), "{}"), (("--fhir-profile", "telesurveillance"), "{telesurveillance}")]
)
def test_a_centre_has_the_national_profiles_that_it_asks_for(
    postgres: EmbeddedPostgres, options: tuple[str, ...], stored: str
) -> None:
    said = add_centre(postgres, *options)
    assert said.exit_code == 0, said.output
    scope = centre_scope(UUID(said.stdout.strip())).replace("true)", "false)")
    assert execute(postgres.service_url, scope, "SELECT fhir_profiles::text FROM centre") == stored


def test_a_profile_that_nobody_knows_is_refused_with_those_there_are(postgres: EmbeddedPostgres) -> None:
    refused = add_centre(postgres, "--fhir-profile", "of-the-moon")
    assert refused.exit_code != 0
    assert "telesurveillance" in refused.output
