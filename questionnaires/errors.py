"""What a caller of `questionnaires` cannot go on from.

QuestionnaireError
├── InstrumentInvalid        the instrument folders hold damage: every problem, with file and line
├── UnknownQuestionnaire     no instrument of that id, or no version of that number
"""

from dataclasses import dataclass


class QuestionnaireError(Exception):
    """Anything this package cannot go on from."""


@dataclass(frozen=True, slots=True, order=True)
class FileProblem:
    """One damage of an instrument folder: where, what, and how to mend it."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class InstrumentInvalid(QuestionnaireError):
    """The instrument folders hold damage. `problems` lists all of it."""

    def __init__(self, problems: tuple[FileProblem, ...]) -> None:
        super().__init__(f"{len(problems)} problem(s) in the instrument folders:\n" + "\n".join(map(str, problems)))
        self.problems = problems


class UnknownQuestionnaire(QuestionnaireError):
    """There is no such questionnaire, or no such version of it. `known` lists what there is."""

    def __init__(self, known: tuple[str, ...]) -> None:
        super().__init__("no such questionnaire or version")
        self.known = known
