"""What was asked and answered, in the words of one language: titles, questions, answers, names of concepts."""

from collections.abc import Sequence

from app.services.installation import Installation
from app.services.words import Words
from app.wording import Wording
from questionnaires.catalogue import Instrument
from questionnaires.definition import Attribute, Questionnaire, Value
from questionnaires.response import Answers
from questionnaires.translations import Text


class AskedInWords:
    """The words of the questionnaires that some responses were given to. Where there are none, names stand instead."""

    def __init__(self, installation: Installation, words: Words, wording: Wording) -> None:
        self._catalogue = installation.catalogue
        self._texts: dict[str, Text | None] = {}
        self._words = words
        self._language = wording.language

    def questionnaire(self, canonical: str) -> Questionnaire:
        """The version that a pinned canonical names."""
        return self._catalogue.by_canonical(canonical)

    def family(self, canonical: str) -> Instrument:
        """The instrument that a version belongs to."""
        return self._catalogue.instruments[self.questionnaire(canonical).instrument]

    def title(self, canonical: str) -> str:
        """What a questionnaire is called."""
        text = self._text(canonical)
        return text.title if text else self.family(canonical).about.title

    def concept(self, concept: str, canonical: str) -> str:
        """What a questionnaire calls a concept."""
        text = self._text(canonical)
        return text.concepts.get(concept, concept) if text else concept

    def question(self, canonical: str, link_id: str) -> str:
        """The words of a question."""
        text = self._text(canonical)
        return text.items.get(link_id, link_id) if text else link_id

    def answer(self, canonical: str, link_id: str, values: Sequence[Value]) -> list[str]:
        """Answers in words: options by their text, the rest as it was given."""
        item = self.questionnaire(canonical).item(link_id)
        text = self._text(canonical)
        if item is None or not item.options or text is None:
            return [str(value) for value in values]
        return [text.option(item, str(value)) or str(value) for value in values]

    def interference(self, canonical: str, concept: str, answers: Answers) -> str | None:
        """How much a symptom interferes, as it was answered; None where it does not, or nobody said."""
        for item in self.questionnaire(canonical).questions:
            if (item.concept, item.attribute) == (concept, Attribute.INTERFERENCE):
                given = answers.get(item.link_id, ())
                weights = [
                    item.option_by_code[str(value)].weight for value in given if str(value) in item.option_by_code
                ]
                return ", ".join(self.answer(canonical, item.link_id, given)) if any(weights) else None
        return None

    def _text(self, canonical: str) -> Text | None:
        if canonical not in self._texts:
            self._texts[canonical] = self._words.best(self.questionnaire(canonical), (self._language,))
        return self._texts[canonical]
