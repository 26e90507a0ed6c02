"""Printed sheets of a synthetic patient, in the words that Vigie itself uses, for the tests of the PDF."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

from babel.dates import format_date
from babel.lists import format_list

from app.pages.pdf.sheet import (
    Block,
    CellText,
    PointLine,
    Points,
    Quote,
    Section,
    Sentences,
    Sheet,
    Table,
    TableRow,
    Trend,
    TrendPoint,
)
from app.wording import Wording, Wordings
from questionnaires.strict_yaml import Document, parse

INSTRUMENTS = Path(__file__).parents[2] / "questionnaires" / "instruments"
FIRST, REFERENCE, NOW = date(2026, 9, 4), date(2026, 10, 16), date(2026, 11, 20)
LANGUAGES = ("fr", "en", "ar")

Grade = int | None
SYMPTOMS: tuple[tuple[str, str, Grade, Grade, Grade], ...] = (
    ("nausea", "worse", 3, 1, 3),
    ("diarrhea", "new", 2, 0, 3),
    ("numbness-tingling", "worse", 2, 1, 2),
    ("fatigue", "unchanged", 2, 2, 3),
    ("appetite", "better", 1, 2, 2),
    ("insomnia", "resolved", 0, 1, 1),
    ("mouth-sores", "new", 1, 0, 1),
    ("taste", "unchanged", 1, 1, 2),
    ("hand-foot", "not_answered", None, 1, 1),
    ("dizziness", "no_comparison", 1, None, 1),
    ("swelling", "better", 1, 3, 3),
    ("concentration", "not_asked", None, 1, None),
)
"""Concept, label, and the grade now, at the last consultation and at worst since."""
ABSENT = (
    "dry-mouth",
    "swallowing",
    "vomiting",
    "constipation",
    "abdominal-pain",
    "pain",
    "joint-pain",
    "cough",
    "rash",
)
SCALES = (
    ("treatment_tolerance", "\u20663 / 4\u2069", "\u20661 / 4\u2069"),
    ("quality_of_life", "\u20666 / 10\u2069", "\u20668 / 10\u2069"),
    ("adherence", "86", "100"),
    ("temperature", "37.4", "36.9"),
)
OWN_WORDS = {
    "fr": "Je n’arrive plus à manger le matin.\nEst-ce que l’on peut changer l’heure du traitement ?",
    "en": "I cannot eat in the morning any more.\nCould we change the hour of the treatment?",
    "ar": "لم أعد أستطيع الأكل في الصباح.\nهل يمكن تغيير وقت العلاج؟",
}
SAID = {
    "treatment": {
        "fr": "Traitement oral, cycle 4, jour 12",
        "en": "Oral treatment, cycle 4, day 12",
        "ar": "علاج فموي، الدورة 4، اليوم 12",
    },
    "changed": {
        "fr": "Modifié depuis l’impression de la version 2",
        "en": "Changed since version 2 was printed",
        "ar": "تغيّر منذ طباعة الإصدار 2",
    },
    "trend": {"fr": "Dans le temps", "en": "Over time", "ar": "عبر الزمن"},
}
"""What no wording says yet, by language."""


def full_sheet(language: str) -> Sheet:
    """Twelve symptoms, three points, topics with own words, scales and measurements, and four responses."""
    wording = Wordings.load().by_language[language]
    say = wording.say
    as_of = say("synthesis.as_of", date=f"{day(date(2026, 11, 22), wording)} 03:44")
    absent = format_list([concepts(language)[concept] for concept in ABSENT], locale=language)
    return Sheet(
        language=language,
        direction="rtl" if wording.direction == "rtl" else "ltr",
        title=say("document.type"),
        centre="Centre de démonstration (données synthétiques)",
        patient="SYNTHETIC Amina (أمينة الاصطناعية)",
        identity=(say("synthesis.born", date=day(date(1961, 3, 2), wording)), "IPP 000 000 042"),
        period_lines=(
            say("synthesis.for_consultation", date=f"{day(date(2026, 11, 23), wording)} 09:15"),
            say("synthesis.since", date=f"{day(REFERENCE, wording)} 10:00"),
            as_of,
            SAID["treatment"][language],
        ),
        version=say("document.version", version=3, date=f"{day(date(2026, 11, 22), wording)} 03:44"),
        mode=say("synthesis.mode_alert"),
        emergency=say("synthesis.emergency"),
        warnings=(SAID["changed"][language],),
        sections=(
            Section(say("synthesis.points"), (points(wording),)),
            Section(say("synthesis.topics"), (topics(wording), Quote(say("synthesis.own_words"), OWN_WORDS[language]))),
            Section(
                say("synthesis.symptoms"),
                (
                    symptoms(wording),
                    Sentences((f"{say('synthesis.absent')} {absent}",)),
                ),
            ),
            Section(
                say("synthesis.scales"),
                (
                    scales(wording),
                    Sentences((f"{say('synthesis.composite_note')} {say('synthesis.imputed_note')}",)),
                ),
            ),
            Section(say("synthesis.answers"), (responses(wording),)),
        ),
        footer=as_of,
    )


def sheet_with(*blocks: Block, language: str = "en") -> Sheet:
    """A short sheet: its head, and one section with these blocks."""
    wording = Wordings.load().by_language[language]
    return Sheet(
        language=language,
        direction="rtl" if wording.direction == "rtl" else "ltr",
        title="Title of the sheet",
        centre="Synthetic centre",
        patient="SYNTHETIC Patient",
        identity=(),
        period_lines=(),
        version="Version 1",
        mode="Mode",
        emergency="Emergency",
        warnings=(),
        sections=(Section("Section", blocks),),
        footer="As of today",
    )


def points(wording: Wording) -> Points:
    """Three points, and how many more there are."""
    names = concepts(wording.language)
    arrow = "←" if wording.direction == "rtl" else "→"
    items = tuple(
        PointLine(
            name=names[concept],
            words=f"{wording.say(f'label.{label}')}: {grade(before, wording)} {arrow} {grade(now, wording)}",
            on=short(NOW, wording),
            notes=(wording.say("synthesis.recall_note"),) if concept == "diarrhea" else (),
            level=now,
        )
        for concept, label, now, before, _ in SYMPTOMS[:3]
    )
    return Points(items, wording.count("synthesis.more", 2))


def topics(wording: Wording) -> Sentences:
    """What the patient chose to talk about."""
    names = concepts(wording.language)
    return Sentences((f"{short(NOW, wording)} · {names['fatigue']} · {names['sadness']}",))


def symptoms(wording: Wording) -> Table:
    """A row for each symptom, two of them with notes, each with its line."""
    notes = {
        "hand-foot": wording.say("synthesis.last_known", value=grade(1, wording), date=short(REFERENCE, wording)),
        "swelling": wording.say("synthesis.respondent_note"),
    }
    rows = tuple(
        TableRow(
            name=concepts(wording.language)[concept],
            notes=(notes[concept],) if concept in notes else (),
            change_label=label,
            change_words=wording.say(f"label.{label}"),
            cells=tuple(
                None if value is None else CellText(grade(value, wording), short(on, wording), value)
                for value, on in ((now, NOW), (before, REFERENCE), (worst, NOW))
            ),
            trend=trend(wording, (before, worst, now)),
        )
        for concept, label, now, before, worst in SYMPTOMS
    )
    return Table((*headers(wording, "line"), SAID["trend"][wording.language]), rows)


def scales(wording: Wording) -> Table:
    """Two scales of the patient and two measurements, without lines."""
    say = wording.say
    rows = tuple(
        TableRow(
            name=concepts(wording.language)[concept],
            notes=(),
            change_label="not_rated",
            change_words=say("label.not_rated"),
            cells=(
                CellText(now, short(NOW, wording)),
                CellText(before, short(REFERENCE, wording)),
                CellText(now, short(NOW, wording)),
            ),
        )
        for concept, now, before in SCALES
    )
    return Table(headers(wording, "scale"), rows)


def responses(wording: Wording) -> Sentences:
    """Four responses: when, by whom, how complete."""
    say = wording.say
    return Sentences(
        tuple(
            f"{day(date(2026, 11, on), wording)} 20:00 · {say('respondent.patient')} · "
            f"{say('synthesis.answered_of', answered=38, asked=38)}"
            for on in (20, 13, 6, 2)
        )
    )


def trend(wording: Wording, values: tuple[Grade, ...]) -> Trend:
    """Values at even distances, the last by somebody else; those that are not known are gaps."""
    places = [index / (len(values) - 1) for index in range(len(values))]
    known = [(x, value) for x, value in zip(places, values, strict=True) if value is not None]
    return Trend(
        points=tuple(
            TrendPoint(x, value / 3, f"{short(FIRST, wording)}: {grade(value, wording)}", is_other=x == 1)
            for x, value in known
        ),
        runs=tuple((first, second) for first, second in pairwise(range(len(known)))),
        gaps=tuple(x for x, value in zip(places, values, strict=True) if value is None),
        first=short(FIRST, wording),
        last=short(NOW, wording),
    )


def headers(wording: Wording, first: str) -> tuple[str, ...]:
    return tuple(wording.say(f"synthesis.{key}") for key in (first, "change", "now", "reference", "worst"))


def grade(value: Grade, wording: Wording) -> str:
    return f"{value or 0} {wording.say(f'grade.{value or 0}')}"


def day(on: date, wording: Wording) -> str:
    return format_date(on, format="long", locale=wording.language)


def short(on: date, wording: Wording) -> str:
    return format_date(on, format="medium", locale=wording.language)


@cache
def concepts(language: str) -> Mapping[str, str]:
    """The names of symptoms, scales and measurements in one language, from the instruments' own texts."""
    found: dict[str, str] = {}
    for instrument in ("oral-therapy-weekly", "pre-consultation"):
        file = INSTRUMENTS / instrument / "text" / language / "1.yaml"
        document = parse(file.name, file.read_text(encoding="utf-8"))
        assert isinstance(document, Document)
        found |= document.data["concepts"]
    return found


def texts(value: object) -> Iterator[str]:
    """Every text that a sheet, or a part of it, says."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from texts(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))
