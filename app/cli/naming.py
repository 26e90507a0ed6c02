"""How every verb takes the name of an instrument: `instrument` or `instrument@version`."""

from app.cli.terminal import stop
from questionnaires.catalogue import Catalogue
from questionnaires.definition import Questionnaire
from questionnaires.errors import UnknownQuestionnaire


def split_version(named: str) -> tuple[str, str | None]:
    """The name, and the version after the `@`, where there is one."""
    name, _, version = named.partition("@")
    return name, version or None


def find_questionnaire(catalogue: Catalogue, named: str) -> Questionnaire:
    """The version that is named, or the newest active one; ends the command where there is none."""
    try:
        return catalogue.get(*split_version(named))
    except UnknownQuestionnaire as unknown:
        stop(f"there is no {named}; there is: {', '.join(unknown.known)}")
