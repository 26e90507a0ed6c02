"""A published questionnaire as an R4 Questionnaire that a form renderer can show as it is, in all its languages."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from fhir_export import systems
from fhir_export.artefacts import definition_and_shown_texts
from fhir_export.encoding import Resource, fingerprint
from fhir_export.typed_values import option_coding, ordinal, typed
from questionnaires.answer_types import MAX_LENGTH
from questionnaires.definition import AnswerOption, EnableOperator, EnableWhen, Item, ItemType, Questionnaire
from questionnaires.translations import Text

Words = Mapping[str, str]
"""language -> what is said there."""


def questionnaire_id(questionnaire: Questionnaire) -> str:
    """The logical id, `<instrument>-<version>`: one resource a published version."""
    return f"{questionnaire.instrument}-{questionnaire.version}"


def questionnaire_resource(questionnaire: Questionnaire, texts: Mapping[str, Text], language: str) -> Resource:
    """The questionnaire with its words: `language` in the elements, the others in the translation extension.

    `texts` holds the newest text of each language and has one for `language`; a questionnaire without words cannot be
    rendered and is not exported. `meta.versionId` changes whenever anything here does, a translated word included.
    """
    export = _Export(questionnaire, texts, language)
    resource: Resource = {
        "language": language,
        "url": questionnaire.url,
        "version": questionnaire.version,
        "status": questionnaire.status.value,
        "subjectType": ["Patient"],
        "date": questionnaire.date,
        "extension": [definition_and_shown_texts(questionnaire, texts.values())],
        "item": [export.item(item) for item in questionnaire.items],
    }
    export.put(resource, "title", {code: text.title for code, text in texts.items()})
    # R4: `description` is "from a consumer's perspective", so the patient's introduction and not the construct.
    export.put(resource, "description", {code: text.introduction for code, text in texts.items()})
    if questionnaire.retired_on is not None:
        resource["effectivePeriod"] = {"end": questionnaire.retired_on}
    head: Resource = {"resourceType": "Questionnaire", "id": questionnaire_id(questionnaire)}
    return head | {"meta": {"versionId": fingerprint(resource)}} | resource


class _Export:
    """The items of one questionnaire with the words of its languages."""

    def __init__(self, questionnaire: Questionnaire, texts: Mapping[str, Text], language: str) -> None:
        self.questionnaire = questionnaire
        self.texts = texts
        self.language = language

    def put(self, element: Resource, key: str, words: Words) -> None:
        """Write words into an element. A draft text may lack some: what is not said is not written."""
        if self.language in words:
            element[key] = words[self.language]
        others = [
            {
                "url": systems.TRANSLATION,
                "extension": [{"url": "lang", "valueCode": code}, {"url": "content", "valueString": said}],
            }
            for code, said in sorted(words.items())
            if code != self.language
        ]
        if others:
            element[f"_{key}"] = {"extension": others}

    def item(self, item: Item) -> Resource:
        entry: Resource = {"linkId": item.link_id}
        extensions = _extensions(item)
        if extensions:
            entry["extension"] = extensions
        # que-3: a display has no code; a group is not observed and needs none.
        if item.is_question:
            entry["code"] = [{"system": systems.items(self.questionnaire), "code": item.link_id}]
        self.put(
            entry,
            "text",
            {code: text.items[item.link_id] for code, text in self.texts.items() if item.link_id in text.items},
        )
        entry["type"] = item.type.value
        self.put_branching(entry, item)
        # que-6: a display has neither; the definition allows them on questions only.
        for key, stated in (("required", item.required), ("repeats", item.repeats)):
            if stated:
                entry[key] = True
        if item.type in MAX_LENGTH:
            entry["maxLength"] = item.max_length or MAX_LENGTH[item.type]
        if item.options:
            entry["answerOption"] = [self.option(item, option) for option in item.options]
        children = [*self.help(item), *(self.item(child) for child in item.items)]
        if children:
            entry["item"] = children
        return entry

    def help(self, item: Item) -> list[Resource]:
        """The help of an item as its first child, a display with the control `help` (SDC). The dot of its link id
        keeps it apart from every link id of a definition. A display has no children (que-1): its help is left out.
        """
        words = {code: text.helps[item.link_id] for code, text in self.texts.items() if item.link_id in text.helps}
        if not words or item.type is ItemType.DISPLAY:
            return []
        control = {"coding": [{"system": systems.ITEM_CONTROL, "code": "help"}]}
        entry: Resource = {
            "linkId": f"{item.link_id}.help",
            "extension": [{"url": systems.ITEM_CONTROL_EXTENSION, "valueCodeableConcept": control}],
        }
        self.put(entry, "text", words)
        return [entry | {"type": ItemType.DISPLAY.value}]

    def put_branching(self, entry: Resource, item: Item) -> None:
        if item.enable_when:
            entry["enableWhen"] = [self.condition(condition) for condition in item.enable_when]
        # que-12: by its text more than one condition needs a behaviour (its R4 expression says more than two).
        if len(item.enable_when) > 1:
            entry["enableBehavior"] = "any" if item.enable_any else "all"

    def condition(self, condition: EnableWhen) -> Resource:
        entry: Resource = {"question": condition.question, "operator": condition.operator.value}
        # que-7: `exists` takes a boolean, whatever the type of its question.
        if condition.operator is EnableOperator.EXISTS:
            return entry | {"answerBoolean": condition.answer}
        question = self.questionnaire.item(condition.question)
        assert question is not None, "a definition's conditions name its own questions"
        return entry | typed("answer", self.questionnaire, question, condition.answer, None)

    def option(self, item: Item, option: AnswerOption) -> Resource:
        entry: Resource = {}
        extensions: list[Resource] = []
        if option.weight is not None:
            extensions.append(ordinal(option.weight))
        if option.exclusive or option.opt_out:
            extensions.append({"url": systems.OPTION_EXCLUSIVE, "valueBoolean": True})
        if extensions:
            entry["extension"] = extensions
        coding = option_coding(self.questionnaire, item, option.code, None)
        said = ((code, text.option(item, option.code)) for code, text in self.texts.items())
        self.put(coding, "display", {code: words for code, words in said if words is not None})
        return entry | {"valueCoding": coding}


_BOUND_TYPES: Final = {ItemType.INTEGER: "valueInteger", ItemType.DECIMAL: "valueDecimal"}


def _extensions(item: Item) -> list[Resource]:
    found: list[Resource] = []
    for url, bound in ((systems.MIN_VALUE, item.minimum), (systems.MAX_VALUE, item.maximum)):
        if bound is not None:
            found.append({"url": url, _BOUND_TYPES[item.type]: _bound(item, bound)})
    if item.unit is not None:
        # The display alone: a definition's unit is words until it says that it is UCUM.
        found.append({"url": systems.UNIT, "valueCoding": {"display": item.unit}})
    if item.hidden:
        found.append({"url": systems.HIDDEN, "valueBoolean": True})
    return found


def _bound(item: Item, bound: Decimal) -> int | Decimal:
    return int(bound) if item.type is ItemType.INTEGER else bound
