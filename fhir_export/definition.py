"""A resource that defines something of ours, by its canonical URL: what it is found by, and how it is built."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from fhir_export.encoding import Resource, fingerprint
from fhir_export.phrases import Phrase, say
from questionnaires.definition import PublicationStatus, Questionnaire
from questionnaires.translations import Text

Texts = Mapping[str, Text]
"""language -> the words of an instrument that may be shown; empty where the centre has none, and for what is no
instrument's."""

_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
_PARTS: Final = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of a definition. `questionnaire`: whose words it is shown in, None for what is the house's own.

    `body`: its elements in these words, in this language, beside those that every definition has.
    """

    type: str
    url: str
    version: str
    title: Phrase
    body: Callable[[Texts, str], Resource]
    questionnaire: Questionnaire | None = None
    status: PublicationStatus = PublicationStatus.ACTIVE

    @property
    def id(self) -> str:
        """The logical id: what the URL ends with, and the version; a digest of them where that is too long (R4: 64).

        An id has no underscore, and no name that a URL of ours is made of has a dot: the one stands for the other.
        """
        readable = f"{self._tail}-{self.version}".replace("_", ".")
        if _ID.fullmatch(readable):
            return readable
        return hashlib.sha256(f"{self.url}|{self.version}".encode()).hexdigest()[:32]

    @property
    def name(self) -> str:
        """A name for programs, such as `PreConsultationScores`."""
        return "".join(part[:1].upper() + part[1:] for part in _PARTS.split(self._tail))

    def resource(self, texts: Texts, language: str) -> Resource:
        """The resource. `meta.versionId` changes whenever anything here does, a translated word included."""
        what = say(self.title, language)
        content: Resource = {
            "language": language,
            "url": self.url,
            "version": self.version,
            "name": self.name,
            "title": f"{self._family(texts, language)}: {what}" if self.questionnaire else what,
            "status": self.status.value,
        }
        content |= self.body(texts, language)
        head: Resource = {"resourceType": self.type, "id": self.id}
        return head | {"meta": {"versionId": fingerprint(content)}} | content

    @property
    def _tail(self) -> str:
        return self.url.rsplit("/", 1)[1]

    def _family(self, texts: Texts, language: str) -> str:
        assert self.questionnaire is not None, "asked of an instrument's definitions only"
        return texts[language].title if language in texts else self.questionnaire.instrument


def concept(code: str, words: Mapping[str, str], language: str) -> Resource:
    """A concept with its words: those of `language` as its display, the others as designations."""
    entry: Resource = {"code": code}
    if language in words:
        entry["display"] = words[language]
    others = [{"language": other, "value": said} for other, said in sorted(words.items()) if other != language]
    return entry | {"designation": others} if others else entry
