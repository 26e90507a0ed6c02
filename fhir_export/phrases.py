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
    CORRECTED = "corrected"
    ENTERED_IN_ERROR = "entered-in-error"
    DELETED = "deleted"
    RESCORING = "rescoring"
    AS_RECEIVED = "as-received"
    SCORES = "codes-of-scores"
    QUESTIONS = "codes-of-questions"
    OPTIONS = "codes-of-options"
    CTCAE_TERMS = "ctcae-terms"
    ATTRIBUTES = "attributes"
    SEVERITIES = "severities"
    MODES = "modes"
    PROBLEMS = "problems"
    ISSUES = "issues"
    DOCUMENT_TYPES = "document-types"
    DOCUMENT_SECTIONS = "document-sections"
    ANSWER_STATES = "answer-states"
    EXTENSION = "extension"
    OPERATION = "operation"


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
        Phrase.CORRECTED: "Corrected through FHIR; no reason was given.",
        Phrase.ENTERED_IN_ERROR: "Marked as entered in error through FHIR; no reason was given.",
        Phrase.DELETED: "Deleted through FHIR.",
        Phrase.RESCORING: "The service itself, by an operator's decision",
        Phrase.AS_RECEIVED: "The resource as it was received",
        Phrase.SCORES: "scores",
        Phrase.QUESTIONS: "questions",
        Phrase.OPTIONS: "answer options",
        Phrase.CTCAE_TERMS: "related CTCAE terms",
        Phrase.ATTRIBUTES: "What a question asks of its symptom",
        Phrase.SEVERITIES: "How soon somebody should look",
        Phrase.MODES: "What an installation may say",
        Phrase.PROBLEMS: "Problems that the service answers with",
        Phrase.ISSUES: "What can be wrong with one answer or element",
        Phrase.DOCUMENT_TYPES: "Kinds of documents",
        Phrase.DOCUMENT_SECTIONS: "Sections of a document",
        Phrase.ANSWER_STATES: "Whether a document is ready",
        Phrase.EXTENSION: "An extension of Vigie",
        Phrase.OPERATION: "An operation of Vigie",
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
        Phrase.CORRECTED: "Corrigé par FHIR, sans motif indiqué.",
        Phrase.ENTERED_IN_ERROR: "Déclaré saisi par erreur par FHIR, sans motif indiqué.",
        Phrase.DELETED: "Supprimé par FHIR.",
        Phrase.RESCORING: "Le service lui-même, sur décision d’un exploitant",
        Phrase.AS_RECEIVED: "La ressource telle qu’elle a été reçue",
        Phrase.SCORES: "scores",
        Phrase.QUESTIONS: "questions",
        Phrase.OPTIONS: "réponses possibles",
        Phrase.CTCAE_TERMS: "termes CTCAE apparentés",
        Phrase.ATTRIBUTES: "Ce qu’une question demande d’un symptôme",
        Phrase.SEVERITIES: "Dans quel délai regarder",
        Phrase.MODES: "Ce qu’une installation peut dire",
        Phrase.PROBLEMS: "Problèmes que le service signale",
        Phrase.ISSUES: "Ce qui peut être faux dans une réponse ou un élément",
        Phrase.DOCUMENT_TYPES: "Types de documents",
        Phrase.DOCUMENT_SECTIONS: "Sections d’un document",
        Phrase.ANSWER_STATES: "Si un document est prêt",
        Phrase.EXTENSION: "Une extension de Vigie",
        Phrase.OPERATION: "Une opération de Vigie",
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
        Phrase.CORRECTED: "صُحِّح عبر FHIR دون ذكر السبب.",
        Phrase.ENTERED_IN_ERROR: "وُسِم عبر FHIR بأنه أُدخل خطأً، دون ذكر السبب.",
        Phrase.DELETED: "حُذف عبر FHIR.",
        Phrase.RESCORING: "الخدمة نفسها، بقرار من المشغّل",
        Phrase.AS_RECEIVED: "المورد كما تم استلامه",
        Phrase.SCORES: "الدرجات",
        Phrase.QUESTIONS: "الأسئلة",
        Phrase.OPTIONS: "خيارات الإجابة",
        Phrase.CTCAE_TERMS: "مصطلحات CTCAE ذات الصلة",
        Phrase.ATTRIBUTES: "ما يسأل عنه السؤال في العَرَض",
        Phrase.SEVERITIES: "متى ينبغي أن ينظر أحد",
        Phrase.MODES: "ما يجوز للمنظومة أن تقوله",
        Phrase.PROBLEMS: "المشكلات التي تجيب بها الخدمة",
        Phrase.ISSUES: "ما قد يكون خطأ في إجابة أو عنصر",
        Phrase.DOCUMENT_TYPES: "أنواع الوثائق",
        Phrase.DOCUMENT_SECTIONS: "أقسام الوثيقة",
        Phrase.ANSWER_STATES: "هل الوثيقة جاهزة",
        Phrase.EXTENSION: "امتداد خاص بـ Vigie",
        Phrase.OPERATION: "عملية خاصة بـ Vigie",
    },
}
