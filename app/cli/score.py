"""The verb `vigie score`: one response from a JSON file, or a table of many."""

import json
import sys
from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.naming import find_questionnaire
from app.cli.table_scoring import score_table
from app.cli.terminal import err, out, stop
from app.services.history import plain_score
from app.services.installation import Knowledge, load_knowledge
from app.services.policy_by_name import NoSuchPolicy, policy_named
from app.services.score_in_words import score_in_words
from app.services.words import Words
from app.settings import Settings
from app.tables.formats import SUFFIXES
from app.wording import choose_language
from questionnaires.definition import Questionnaire
from questionnaires.response import CheckedResponse
from questionnaires.shapes import advise
from questionnaires.validation import validate
from scoring.engine import score as score_response
from scoring.rulebook import Rulebook
from scoring.trace import Trace
from scoring.trace import explain as explain_score

Instrument = Annotated[str, typer.Argument(help="The instrument, or instrument@version.")]
Answers = Annotated[
    Path,
    typer.Argument(
        help="One response: JSON of link id -> answer, - for standard input. With --out, a table: .csv, .ndjson, "
        ".jsonl or .parquet, a column for each link id."
    ),
]
Explain = Annotated[bool, typer.Option("--explain", help="Show how each score of one response came about.")]
Language = Annotated[str, typer.Option("--language", help="The language of --explain: ar, en or fr.")]
Out = Annotated[Path | None, typer.Option("--out", help="The table of scores: .csv, .ndjson, .jsonl or .parquet.")]
PolicyName = Annotated[str | None, typer.Option("--policy", help="A missing-data policy that the scores offer.")]
Separator = Annotated[str | None, typer.Option("--separator", help="What stands between the cells of a CSV file.")]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first bad cell, with nothing written.")]
Errors = Annotated[Path | None, typer.Option("--errors", help="A CSV file for the list of all bad cells.")]


InWords = Callable[[Trace], tuple[str, ...]]


def score(
    instrument: Instrument,
    answers: Answers,
    explain: Explain = False,
    language: Language = "en",
    out_file: Out = None,
    policy: PolicyName = None,
    separator: Separator = None,
    strict: Strict = False,
    errors: Errors = None,
) -> None:
    """Score one response, or with --out a table with a response in each row, without a database."""
    knowledge = load_knowledge(Settings())
    questionnaire = find_questionnaire(knowledge.catalogue, instrument)
    if out_file is None:
        if separator or strict or errors:
            stop("--separator, --strict and --errors go with a table: name its scores' file with --out")
        if answers.suffix.lower() in SUFFIXES:
            stop(f"{answers} is a table: name the file for its scores with --out")
        in_words = _explaining(knowledge, questionnaire, language) if explain else None
        _score_one(knowledge.rulebooks.current(questionnaire), answers, policy, in_words)
        return
    if explain:
        stop("--explain goes with one response, not with a table")
    score_table(knowledge, questionnaire, answers, out_file, policy, separator, errors, strict=strict)


def _explaining(knowledge: Knowledge, questionnaire: Questionnaire, language: str) -> InWords:
    """Trace -> sentences of the language, with the instrument's own words as far as it ships any."""
    spoken = tuple(knowledge.wordings.by_language)
    if choose_language((language,), spoken) is None:
        stop(f"there is no language '{language}': {advise(language, spoken)}")
    wording = knowledge.wordings.best((language,))
    words = Words(knowledge.catalogue.instruments, knowledge.settings.demo)
    text = words.best(questionnaire, (language,))
    return lambda trace: score_in_words(trace, questionnaire, text, wording)


def _score_one(rulebook: Rulebook, path: Path, policy: str | None, in_words: InWords | None) -> None:
    questionnaire = rulebook.questionnaire
    try:
        asked = policy_named(rulebook, policy)
    except NoSuchPolicy as refused:
        stop(str(refused))
    if asked is not None:
        rulebook = rulebook.under(asked)
    checked = validate(questionnaire, _read_answers(path))
    if not isinstance(checked, CheckedResponse):
        for issue in checked:
            allowed = f" (allowed: {', '.join(issue.allowed)})" if issue.allowed else ""
            err.print(f"{issue.pointer}: {issue.text}{allowed}")
        stop(f"{len(checked)} issue(s) in the answers")
    plain: dict[str, Any] = {n: plain_score(result) for n, result in score_response(rulebook, checked).items()}
    out.print_json(json.dumps({"questionnaire": questionnaire.canonical, "scores": plain}, default=float))
    if in_words is not None:
        for name in rulebook.rules:
            sentences = in_words(explain_score(rulebook, checked, name))
            out.print("\n  ".join((name, *sentences)))


def _read_answers(path: Path) -> dict[str, Any]:
    """The answers of a file, read as strictly as the service reads a body: no key twice, no NaN, not too deep."""
    from app.http.strict_json import MalformedBody, parse  # noqa: PLC0415 - a second that tables are spared

    try:
        data = sys.stdin.read().encode() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        stop(f"{path}: {error.strerror}")
    try:
        answers = parse(data.removeprefix(BOM_UTF8))
    except MalformedBody as refused:
        stop(f"{path}: {refused.detail}")
    if not isinstance(answers, dict):
        stop(f"{path}: the answers are a JSON object of link id -> answer")
    return answers
