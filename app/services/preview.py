"""`vigie preview`: one version of an instrument as its author sees it, and what answers to it come to. No database."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.services.history import plain_alerts, plain_score
from app.services.instrument_folder import NoSuchInstrument, folder_meant
from questionnaires.catalogue import Instrument, read_catalogue
from questionnaires.definition import Questionnaire
from questionnaires.errors import FileProblem, InstrumentInvalid
from questionnaires.response import CheckedResponse
from questionnaires.translations import Text
from questionnaires.validation import validate
from questionnaires.written import Written, raw_answers, shown_answers
from scoring.alerts import evaluate_alerts
from scoring.engine import score
from scoring.loading import load_rulebooks
from scoring.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Preview:
    """One version with its scoring, where that could be loaded, and what is wrong with its folder."""

    family: Instrument
    questionnaire: Questionnaire
    rulebook: Rulebook | None
    problems: tuple[FileProblem, ...]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have words for the version, drafts included."""
        return tuple(code for code in self.family.texts if self.family.text(self.questionnaire, code))

    def text(self, language: str | None) -> Text | None:
        """The words of that language, else of any; None where the instrument ships none."""
        chosen = language if language in self.languages else next(iter(self.languages), None)
        return self.family.text(self.questionnaire, chosen) if chosen else None


def load_preview(root: Path, instrument: str, version: str | None, canonical_base: str) -> Preview:
    """Load one version, drafts included; the newest, where none is named. `instrument` is an id or a folder's path.

    Raises NoSuchInstrument, and InstrumentInvalid where the definitions are damaged: without them there is no form.
    """
    folder = folder_meant(instrument, root)
    with tempfile.TemporaryDirectory() as alone:
        # The others' folders are none of this author's business: a damage there must not close this page.
        (Path(alone) / folder.name).symlink_to(folder.resolve(), target_is_directory=True)
        return _load(Path(alone), folder.name, version, canonical_base)


def _load(root: Path, instrument: str, version: str | None, canonical_base: str) -> Preview:
    catalogue, problems = read_catalogue(root, canonical_base)
    family = catalogue.instruments.get(instrument)
    if family is None or not family.versions:
        raise InstrumentInvalid(problems)
    chosen = version or list(family.versions)[-1]
    if chosen not in family.versions:
        known = ", ".join(family.versions)
        raise NoSuchInstrument(f"{instrument} has no definition {chosen}; there is: {known}")
    questionnaire = family.versions[chosen]
    try:
        rulebook = load_rulebooks(root, catalogue).current(questionnaire)
    except InstrumentInvalid as invalid:
        return Preview(family, questionnaire, None, tuple(sorted({*problems, *invalid.problems})))
    return Preview(family, questionnaire, rulebook, problems)


def judge(preview: Preview, written: Written, text: Text | None) -> dict[str, Any]:
    """What the answers come to: what branching leaves open, the issues, the scores and alerts, as JSON writes them.

    What branching hides is left out, as a client leaves it out. Scores are of the answers that fit, so that an author
    sees them grow; a response with issues would not be stored.
    """
    questionnaire = preview.questionnaire
    shown = shown_answers(
        questionnaire, raw_answers(questionnaire, {name: given for name, given in written.items() if given})
    )
    checked = validate(questionnaire, shown.raw)
    issues = () if isinstance(checked, CheckedResponse) else checked
    response = CheckedResponse(questionnaire, shown.fitting, shown.enabled)
    return {
        "enabled": sorted(shown.enabled),
        "answers": shown.raw,
        "issues": [
            {"code": i.code.value, "link_id": i.link_id, "text": i.text, "allowed": list(i.allowed)} for i in issues
        ],
        **_computed(preview.rulebook, response, text),
    }


def _computed(rulebook: Rulebook | None, response: CheckedResponse, text: Text | None) -> dict[str, Any]:
    if rulebook is None:
        return {"scores": [], "alerts": []}
    scores = score(rulebook, response)
    concepts = {name: bound.rule.concept for name, bound in rulebook.rules.items()}
    words = {name: text.score_name(name, concepts[name]) for name in scores} if text else {}
    plain: list[dict[str, Any]] = [
        {"name": name, "words": words.get(name) or name, **plain_score(result)} for name, result in scores.items()
    ]
    return {"scores": plain, "alerts": plain_alerts(evaluate_alerts(rulebook, response, scores))}
