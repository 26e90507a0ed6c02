"""A door's own refusal: a request that is wrong before any service is asked."""

from app.http.problem_kinds import KINDS
from app.http.problems import Problem


class Refused(Exception):
    """The request is refused with this problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def refusal(slug: str, detail: str, *issues: dict[str, str]) -> Refused:
    """A refusal of a kind. An issue has `code`, `text`, and `pointer` or the FHIRPath `expression` of its place."""
    return Refused(Problem(KINDS[slug], detail, issues))
