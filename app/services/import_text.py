"""Licensed wording from a file: who may load it, in which language, and whether the file says all that is needed."""

from dataclasses import dataclass

from app.services.installation import Knowledge
from questionnaires.catalogue import Instrument
from questionnaires.claims import breaches
from questionnaires.definition import Questionnaire
from questionnaires.instrument_files import TextFile
from questionnaires.shapes import advise
from questionnaires.text_csv import csv_template, read_csv
from questionnaires.text_fhir import read_fhir
from questionnaires.text_import import Head, text_file
from questionnaires.text_parts import FileWords, parts_of
from questionnaires.translations import read_text


@dataclass(frozen=True, slots=True)
class ReadText:
    """What became of a file: its text, or every problem. `unused`: what the file says that no text has a place for."""

    text: TextFile | None = None
    problems: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


def read_licensed_text(
    knowledge: Knowledge, instrument: str, definitions: tuple[str, ...], head: Head, data: bytes
) -> ReadText:
    """Read a CSV file or a FHIR Questionnaire as the words of these definition versions (the newest active one, where
    none is named). Raises UnknownQuestionnaire.
    """
    versions = _versions(knowledge, instrument, definitions)
    family = knowledge.catalogue.instruments[instrument]
    if refusal := _refusal(family, head.language):
        return ReadText(problems=(refusal,))
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        return ReadText(problems=(f"row {row}: not UTF-8 (byte {error.start}): save the file as UTF-8",))
    words = _words(content, head.language, versions)
    read = text_file(words, head, versions, _scores(knowledge, versions))
    if not isinstance(read, TextFile):
        return ReadText(None, read, words.unused)
    # A title may claim a protected name that the instrument's own files do not bear.
    asked = {version.version: version for version in versions}
    claims = breaches(family.about, family.licence, asked, {head.language: (read_text(read),)})
    problems = tuple(breach.text for breach in claims)
    return ReadText(None if problems else read, problems, words.unused)


def empty_text(knowledge: Knowledge, instrument: str, definitions: tuple[str, ...]) -> str:
    """The CSV file to fill in with the words of these versions. Raises UnknownQuestionnaire."""
    versions = _versions(knowledge, instrument, definitions)
    return csv_template(parts_of(versions, _scores(knowledge, versions)))


def _versions(knowledge: Knowledge, instrument: str, definitions: tuple[str, ...]) -> tuple[Questionnaire, ...]:
    return tuple(knowledge.catalogue.get(instrument, version) for version in definitions or (None,))


def _scores(knowledge: Knowledge, versions: tuple[Questionnaire, ...]) -> tuple[str, ...]:
    """The names of every score of these versions, in the order of their rules."""
    names = (name for version in versions for name in knowledge.rulebooks.current(version).rules)
    return tuple(dict.fromkeys(names))


def _refusal(family: Instrument, language: str) -> str | None:
    """Why no words may be loaded in that language, or None."""
    if not family.is_restricted:
        return f"the words of {family.id} are shipped: a change of them is a new revision in its folder text/"
    listed = tuple(family.licence.translations)
    if listed and language not in listed:
        return f"the owner of {family.id} lists no translation '{language}': {advise(language, listed)}"
    return None


def _words(content: str, language: str, versions: tuple[Questionnaire, ...]) -> FileWords:
    if content.lstrip().startswith("{"):
        return read_fhir(content, language, {reach.item.link_id for v in versions for reach in v.reaches})
    return read_csv(content)
