"""The verb `vigie score`: one response from a JSON file, or a table of many."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.table_scoring import score_table
from app.cli.terminal import err, out, stop
from app.services.history import plain_score
from app.services.installation import load_knowledge
from app.settings import Settings
from questionnaires.errors import UnknownQuestionnaire
from questionnaires.response import CheckedResponse
from questionnaires.shapes import advise
from questionnaires.validation import validate
from scoring.engine import score as score_response
from scoring.rulebook import Rulebook
from scoring.rules import MissingPolicy
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
Out = Annotated[Path | None, typer.Option("--out", help="The table of scores: .csv, .ndjson, .jsonl or .parquet.")]
PolicyName = Annotated[str | None, typer.Option("--policy", help="A missing-data policy that the scores offer.")]
Separator = Annotated[str | None, typer.Option("--separator", help="What stands between the cells of a CSV file.")]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first bad cell, with nothing written.")]
Errors = Annotated[Path | None, typer.Option("--errors", help="A CSV file for the list of all bad cells.")]


def score(
    instrument: Instrument,
    answers: Answers,
    explain: Explain = False,
    out_file: Out = None,
    policy: PolicyName = None,
    separator: Separator = None,
    strict: Strict = False,
    errors: Errors = None,
) -> None:
    """Score one response, or with --out a table with a response in each row, without a database."""
    knowledge = load_knowledge(Settings())
    name, _, version = instrument.partition("@")
    try:
        questionnaire = knowledge.catalogue.get(name, version or None)
    except UnknownQuestionnaire as unknown:
        stop(f"there is no {instrument}; there is: {', '.join(unknown.known)}")
    if out_file is None:
        if separator or strict or errors:
            stop("--separator, --strict and --errors go with a table: name its scores' file with --out")
        if answers.suffix.lower() in (".csv", ".ndjson", ".jsonl", ".parquet"):
            stop(f"{answers} is a table: name the file for its scores with --out")
        _score_one(knowledge.rulebooks.current(questionnaire), answers, policy, explain=explain)
        return
    if explain:
        stop("--explain goes with one response, not with a table")
    score_table(knowledge, questionnaire, answers, out_file, policy, separator, errors, strict=strict)


def _score_one(rulebook: Rulebook, path: Path, policy: str | None, *, explain: bool) -> None:
    questionnaire = rulebook.questionnaire
    if policy is not None:
        offered = tuple(found.value for found in rulebook.policies)
        if policy not in offered:
            stop(f"no score of {questionnaire.instrument} offers the policy '{policy}': {advise(policy, offered)}")
        rulebook = rulebook.under(MissingPolicy(policy))
    checked = validate(questionnaire, _read_answers(path))
    if not isinstance(checked, CheckedResponse):
        for issue in checked:
            allowed = f" (allowed: {', '.join(issue.allowed)})" if issue.allowed else ""
            err.print(f"{issue.pointer}: {issue.text}{allowed}")
        stop(f"{len(checked)} issue(s) in the answers")
    plain: dict[str, Any] = {n: plain_score(result) for n, result in score_response(rulebook, checked).items()}
    out.print_json(json.dumps({"questionnaire": questionnaire.canonical, "scores": plain}, default=float))
    if explain:
        for score_name in rulebook.rules:
            trace = explain_score(rulebook, checked, score_name)
            inputs = ", ".join(
                f"{i.name}={i.absence.value if i.absence and not i.imputed else i.used}" for i in trace.inputs
            )
            how = f"{trace.rule.operator}({inputs}) {trace.rule.table or ''} {trace.policy}"
            out.print(f"{score_name}: {how}; {trace.reference.citation}")


def _read_answers(path: Path) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except OSError as error:
        stop(f"{path}: {error.strerror}")
    except UnicodeDecodeError as error:
        stop(f"{path}: not UTF-8 (byte {error.start})")
    try:
        answers = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        stop(f"{path}: not JSON (line {error.lineno}, column {error.colno})")
    if not isinstance(answers, dict):
        stop(f"{path}: the answers are a JSON object of link id -> answer")
    return answers
