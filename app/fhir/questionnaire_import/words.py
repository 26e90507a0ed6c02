"""The words of an imported questionnaire, by language: the elements' own, and those of the translation extension."""

from app.fhir.questionnaire_import.ledger import Node
from app.fhir.questionnaire_import.names import LANGUAGE, writing
from fhir_export.systems import TRANSLATION
from questionnaires.text_parts import Part

UNKNOWN_LANGUAGE = "und"
"""ISO 639: a language that nobody named."""


class Words:
    """Collects words while the resource is read."""

    def __init__(self, root: Node) -> None:
        self.by_language: dict[str, dict[Part, str]] = {}
        stated = root.text("language")
        element = root.get("language")
        if element and stated and LANGUAGE.fullmatch(stated):
            element.carry()
            self.language = stated
        else:
            self.language = UNKNOWN_LANGUAGE
            what = "language"
            why = "the file names no language as an instrument writes it (fr, en, pt-BR)"
            todo = f"put the language in place of '{UNKNOWN_LANGUAGE}'"
            if element:
                element.leave(what, why, todo)
            else:
                root.ledger.tell(root.path, what, why, todo)

    def take(self, part: Part, holder: Node, key: str) -> bool:
        """The words of an element and its translations, for that part. False where there are none."""
        element = holder.get(key)
        taken = element is not None and self._put(self.language, part, element)
        beside = holder.get(f"_{key}")
        for extension in beside.nodes("extension") if beside else ():
            taken = (extension.text("url") == TRANSLATION and self._translation(part, extension)) or taken
        return taken

    def put(self, part: Part, words: str) -> None:
        """Words that the file does not say itself, in its own language."""
        self.by_language.setdefault(self.language, {}).setdefault(part, words)

    def designation(self, part: Part, holder: Node) -> None:
        """A translation as value sets write it."""
        language, value = holder.text("language"), holder.get("value")
        if language and LANGUAGE.fullmatch(language) and value and self._put(language, part, value):
            holder.carry_key("language")

    def _translation(self, part: Part, extension: Node) -> bool:
        inner = {entry.text("url"): entry for entry in extension.nodes("extension")}
        language, content = inner.get("lang"), inner.get("content")
        lang = language.choice("value") if language else None
        said = content.choice("value") if content else None
        if not (language and content and lang and said):
            return False
        if not (
            isinstance(lang[1].value, str) and LANGUAGE.fullmatch(lang[1].value) and isinstance(said[1].value, str)
        ):
            return False
        if not self._put(lang[1].value, part, said[1]):
            return False
        for marked in (extension, language, content):
            marked.carry_key("url")
        lang[1].carry()
        return True

    def _put(self, language: str, part: Part, element: Node) -> bool:
        """Keep words, the first that come; an element that says the same again is carried, another is left."""
        if not isinstance(element.value, str):
            return False
        words = writing(element.value)
        known = self.by_language.get(language, {}).get(part)
        if not words or known not in (None, words):
            return False
        self.by_language.setdefault(language, {})[part] = words
        if words == element.value.strip():
            element.carry()
        else:
            what = "characters that are not writing"
            element.change(what, "control characters cannot be stored or shown", "read the words again")
        return True
