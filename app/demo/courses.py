"""Believable courses of synthetic patients: how much each symptom weighs, week by week. Nobody's data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scoring.history import Respondent

WEEKS = 26
WEEKS_BETWEEN_CONSULTATIONS = 5
_LAST_BUT_ONE = WEEKS - 2
"""Who answered until then is still asked before the coming consultation."""

Levels = Mapping[str, int]
"""concept -> 0 (none) to 4; a concept that is not named is 0."""


@dataclass(frozen=True)
class Course:
    """One synthetic patient. `levels(week)` is what they answer in that week, None where they answer nothing.

    `story`: what there is to see, as the key of its sentence in the wording (`demo.story.new_nausea`).
    `treatment_line`: of the treatment that they are under, in cycles from one consultation to the next.
    """

    number: int
    story: str
    levels: Callable[[int], Levels | None]
    quality_of_life: Callable[[int], int]
    family_name: str = "Synthetic"
    language: str = "fr"
    topics: tuple[str, ...] = ()
    own_words: str | None = None
    cannot_wait_in: int | None = None
    declines: tuple[str, ...] = ()
    carer_from: int | None = None
    treatment_line: int = 1

    def answered_by(self, week: int) -> Respondent:
        """Who answers that week."""
        carer = self.carer_from is not None and week >= self.carer_from
        return Respondent.RELATED_PERSON if carer else Respondent.PATIENT


def _rising(start: int, step: int, top: int = 4) -> Callable[[int], int]:
    """0 before `start`, then one level more every `step` weeks."""
    return lambda week: 0 if week < start else min(top, 1 + (week - start) // step)


def _falling(top: int, step: int) -> Callable[[int], int]:
    return lambda week: max(0, top - week // step)


def _wave(low: int, high: int, period: int) -> Callable[[int], int]:
    """Treatment cycles: high in the first week of each, low in the others."""
    return lambda week: high if week % period == 0 else low


def _levels(**by_concept: Callable[[int], int] | int) -> Callable[[int], Levels | None]:
    """Levels by concept; underscores in the names stand for hyphens."""

    def of_week(week: int) -> Levels | None:
        return {
            concept.replace("_", "-"): level(week) if callable(level) else level
            for concept, level in by_concept.items()
        }

    return of_week


def _until(last: int, levels: Callable[[int], Levels | None]) -> Callable[[int], Levels | None]:
    return lambda week: levels(week) if week <= last else None


def _from(first: int, levels: Callable[[int], Levels | None]) -> Callable[[int], Levels | None]:
    return lambda week: levels(week) if week >= first else None


def _steady(value: int) -> Callable[[int], int]:
    return lambda _week: value


COURSES: tuple[Course, ...] = (
    Course(
        1,
        "new_nausea",
        _levels(fatigue=1, nausea=_rising(23, 1, 3)),
        _steady(6),
        topics=("eating", "side_effects"),
        own_words="Je n’arrive plus à manger le matin. Est-ce que l’on peut changer l’heure du traitement ?",
    ),
    Course(
        2,
        "pain_over_months",
        _levels(pain=_rising(6, 6), insomnia=_rising(16, 6, 2), fatigue=2),
        lambda week: max(3, 8 - week // 5),
        topics=("pain", "sleep"),
        treatment_line=2,
    ),
    Course(
        3,
        "diarrhoea_gone",
        _until(_LAST_BUT_ONE, _levels(diarrhea=_falling(4, 6), fatigue=1)),
        lambda week: min(8, 4 + week // 6),
    ),
    Course(4, "silent", _until(19, _levels(fatigue=2, appetite=2, taste=1)), _steady(5)),
    Course(5, "steady", _until(_LAST_BUT_ONE, _levels(fatigue=1, dry_mouth=1)), _steady(7)),
    Course(
        6,
        "better_after_dose",
        _levels(hand_foot=_falling(3, 9), numbness_tingling=_falling(3, 10)),
        _steady(6),
        treatment_line=2,
    ),
    Course(
        7,
        "severe_week",
        _levels(vomiting=lambda week: 4 if week == 24 else 0, nausea=lambda week: 3 if week == 24 else 1, fatigue=1),
        _steady(6),
    ),
    Course(
        8,
        "cannot_wait",
        _levels(breathlessness=_rising(22, 2, 3), cough=2, fatigue=2),
        lambda week: 7 if week < 22 else 4,
        topics=("treatment_decision",),
        own_words="Je suis essoufflée dès que je monte les escaliers, depuis mardi.",
        cannot_wait_in=25,
    ),
    Course(
        9,
        "declines",
        _levels(hot_flashes=_wave(1, 3, 4), joint_pain=2),
        _steady(6),
        language="en",
        topics=("intimacy",),
        declines=("sexual-interest-severity", "sadness-frequency"),
    ),
    Course(
        10,
        "carer",
        _levels(concentration=_rising(14, 5, 3), fatigue=3, swallowing=1),
        _steady(4),
        language="en",
        carer_from=22,
    ),
    Course(
        11,
        "arabic",
        _levels(constipation=_wave(1, 3, 3), appetite=1, fatigue=2),
        _steady(5),
        family_name="مريض تجريبي (Synthetic)",
        language="ar",
        topics=("eating",),
        own_words="أريد أن أسأل عن الإمساك بعد كل جرعة من الدواء.",
        treatment_line=3,
    ),
    Course(
        12,
        "low_mood",
        _levels(sadness=_rising(15, 4, 3), anxiety=_rising(10, 6, 2), insomnia=2),
        lambda week: max(2, 7 - week // 6),
        treatment_line=2,
    ),
    Course(13, "new_here", _from(23, _levels(chills=1, fatigue=2, rash=1)), _steady(6)),
    Course(
        14,
        "cycles",
        _levels(nausea=_wave(0, 2, 3), fatigue=_wave(1, 3, 3), mouth_sores=_wave(0, 2, 3)),
        _wave(7, 4, 3),
    ),
    Course(
        15,
        "twelve",
        _levels(
            pain=_rising(24, 1, 4),
            fatigue=_rising(10, 8, 3),
            nausea=_rising(22, 2, 2),
            vomiting=_wave(0, 2, 4),
            diarrhea=_falling(3, 8),
            appetite=_rising(18, 4, 3),
            mouth_sores=_wave(0, 3, 5),
            insomnia=2,
            numbness_tingling=_rising(12, 6, 3),
            cough=1,
            itching=_wave(1, 2, 2),
            hand_foot=_falling(4, 7),
        ),
        lambda week: max(3, 7 - week // 6),
        topics=("pain", "treatment_decision", "family"),
        own_words="J’ai du mal à tenir le rythme. Pourrait-on faire une pause avant l’été ?",
        treatment_line=2,
    ),
)
