"""The codes of the house itself as R4 CodeSystems: attributes, alert levels, modes, documents, problems."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from fhir_export import systems
from fhir_export.answer_state import AnswerState
from fhir_export.code_system import RESOURCE_TYPE, code_system
from fhir_export.composition import DOCUMENT_TYPE, SectionCode
from fhir_export.definition import Definition, Texts, concept
from fhir_export.encoding import Resource
from fhir_export.phrases import Phrase
from questionnaires.definition import Attribute
from scoring.rules import AlertSeverity
from scoring.synthesis import Mode

Words = Mapping[str, str]
"""language -> what a code is called there."""


def house_systems(
    canonical_base: str, version: str, problems: Mapping[str, str], issues: Mapping[str, str]
) -> Iterator[Definition]:
    """The code systems of the service, at its version.

    `problems` and `issues`: code -> what it says in English, the language of whoever mends a client.
    """
    tables: Mapping[str, tuple[Phrase, Mapping[str, Words]]] = {
        "vigie-attributes": (Phrase.ATTRIBUTES, _ATTRIBUTES),
        "vigie-alert-severities": (Phrase.SEVERITIES, _SEVERITIES),
        "vigie-modes": (Phrase.MODES, _MODES),
        "vigie-document-types": (Phrase.DOCUMENT_TYPES, _DOCUMENT_TYPES),
        "vigie-document-sections": (Phrase.DOCUMENT_SECTIONS, _SECTIONS),
        "vigie-answer-states": (Phrase.ANSWER_STATES, _STATES),
        "vigie-problems": (Phrase.PROBLEMS, {code: {"en": said} for code, said in problems.items()}),
        "vigie-issues": (Phrase.ISSUES, {code: {"en": said} for code, said in issues.items()}),
    }
    for name, (title, codes) in tables.items():
        yield Definition(
            type=RESOURCE_TYPE,
            url=systems.house(canonical_base, name),
            version=version,
            title=title,
            body=partial(_codes, codes),
        )


def _codes(codes: Mapping[str, Words], _texts: Texts, language: str) -> Resource:
    return code_system([concept(code, words, language) for code, words in codes.items()], {})


def _words(english: str, french: str, arabic: str) -> Words:
    return {"en": english, "fr": french, "ar": arabic}


_ATTRIBUTES: Final = {
    Attribute.FREQUENCY.value: _words("How often", "Fréquence", "التكرار"),
    Attribute.SEVERITY.value: _words("How strong", "Intensité", "الشدّة"),
    Attribute.INTERFERENCE.value: _words("How much it interferes with daily life", "Gêne au quotidien", "الإعاقة"),
    Attribute.AMOUNT.value: _words("How much", "Quantité", "الكمية"),
    Attribute.PRESENCE.value: _words("Whether there is any", "Présence", "الوجود"),
}
_SEVERITIES: Final = {
    AlertSeverity.ROUTINE.value: _words("At the next visit", "À la prochaine consultation", "في الزيارة القادمة"),
    AlertSeverity.SOON.value: _words("Soon", "Bientôt", "قريبًا"),
    AlertSeverity.URGENT.value: _words("Urgent", "Urgent", "عاجل"),
}
_MODES: Final = {
    Mode.RECORD.value: _words(
        "The answers in order of time, without ranking",
        "Les réponses par ordre chronologique, sans classement",
        "الإجابات حسب الترتيب الزمني، من دون تصنيف",
    ),
    Mode.SCORE.value: _words("Scores and change, no urgency", "Scores et évolution, sans urgence", "الدرجات والتغيّر"),
    Mode.ALERT.value: _words(
        "Scores, change and points of vigilance",
        "Scores, évolution et points de vigilance",
        "الدرجات والتغيّر ونقاط الانتباه",
    ),
}
_DOCUMENT_TYPES: Final = {
    DOCUMENT_TYPE: _words(
        "Summary of patient-reported outcomes",
        "Synthèse des symptômes rapportés par le patient",
        "ملخص النتائج التي أبلغ عنها المريض",
    ),
}
_SECTIONS: Final = {
    SectionCode.POINTS.value: _words("Points of vigilance", "Points de vigilance", "نقاط الانتباه"),
    SectionCode.TOPICS.value: _words(
        "What the patient wants to talk about", "Ce dont le patient veut parler", "ما يريد المريض التحدث عنه"
    ),
    SectionCode.SYMPTOMS.value: _words("Symptoms", "Symptômes", "الأعراض"),
    SectionCode.SCALES.value: _words("Scales and measurements", "Échelles et mesures", "المقاييس والقياسات"),
    SectionCode.ANSWERS.value: _words("Answers", "Réponses", "الإجابات"),
    SectionCode.MODE.value: _words(
        "What this document may say", "Ce que ce document peut dire", "ما يجوز لهذه الوثيقة أن تقوله"
    ),
}
_STATES: Final = {
    AnswerState.NOT_OPEN_YET.value: _words(
        "Not ready: the questionnaires are not open yet",
        "Pas prêt : les questionnaires ne sont pas encore ouverts",
        "غير جاهزة: الاستبيانات لم تُفتح بعد",
    ),
    AnswerState.NOT_READY.value: _words(
        "Not ready: nothing was answered so far", "Pas prêt : encore sans réponse", "غير جاهزة: لا إجابات حتى الآن"
    ),
    AnswerState.PARTLY_ANSWERED.value: _words("Answered in part", "Répondu en partie", "أُجيب عن جزء منها"),
    AnswerState.ANSWERED.value: _words("Answered", "Répondu", "أُجيب عنها"),
    AnswerState.NOTHING_ANSWERED.value: _words("Nothing was answered", "Resté sans réponse", "لم يُجب عن شيء"),
    AnswerState.NOTHING_ASKED.value: _words("Nothing was asked for", "Rien n’était demandé", "لم يُطلب شيء"),
    AnswerState.CALLED_OFF.value: _words(
        "The consultation did not take place", "La consultation n’a pas eu lieu", "لم تُعقد الاستشارة"
    ),
}
