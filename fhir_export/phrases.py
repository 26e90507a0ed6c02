"""The few sentences that the export itself says, in the languages of the house; another language gets English."""

from enum import StrEnum
from typing import Final


class Phrase(StrEnum):
    """What there is to say."""

    RELATED_PERSON = "related-person"
    PRACTITIONER = "practitioner"
    CLINICIAN = "clinician"
    NURSE = "nurse"
    SYSTEM = "system"
    ADMIN = "admin"
    COMPOSITE_METHOD = "composite-method"
    LOCAL_WORDS = "local-words"


def say(phrase: Phrase, language: str) -> str:
    """The phrase in that language (`fr-CA` is read as `fr`), or in English."""
    return _WORDS.get(language.partition("-")[0], _WORDS["en"])[phrase]


_WORDS: Final[dict[str, dict[Phrase, str]]] = {
    "en": {
        Phrase.RELATED_PERSON: "A person close to the patient",
        Phrase.PRACTITIONER: "A health professional",
        Phrase.CLINICIAN: "A clinician",
        Phrase.NURSE: "A nurse",
        Phrase.SYSTEM: "A connected system",
        Phrase.ADMIN: "An administrator",
        Phrase.COMPOSITE_METHOD: "A published composite lookup. Not a CTCAE grade.",
        Phrase.LOCAL_WORDS: "Applied to locally worded items: not a PRO-CTCAE score.",
    },
    "fr": {
        Phrase.RELATED_PERSON: "Un proche du patient",
        Phrase.PRACTITIONER: "Un professionnel de santé",
        Phrase.CLINICIAN: "Un clinicien",
        Phrase.NURSE: "Un infirmier ou une infirmière",
        Phrase.SYSTEM: "Un système connecté",
        Phrase.ADMIN: "Un administrateur",
        Phrase.COMPOSITE_METHOD: "Table de score composite publiée. Ce n’est pas un grade CTCAE.",
        Phrase.LOCAL_WORDS: "Appliquée à des questions formulées localement : ce n’est pas un score PRO-CTCAE.",
    },
    "ar": {
        Phrase.RELATED_PERSON: "شخص مقرّب من المريض",
        Phrase.PRACTITIONER: "أحد مهنيي الصحة",
        Phrase.CLINICIAN: "طبيب",
        Phrase.NURSE: "ممرض أو ممرضة",
        Phrase.SYSTEM: "نظام متصل",
        Phrase.ADMIN: "مسؤول النظام",
        Phrase.COMPOSITE_METHOD: "جدول منشور للدرجة المركّبة. ليست درجة CTCAE.",
        Phrase.LOCAL_WORDS: "مطبّق على أسئلة بصياغة محلية: ليست درجة PRO-CTCAE.",
    },
}
