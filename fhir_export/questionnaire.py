"""A published questionnaire as an R4 Questionnaire that a form renderer can show as it is, in all its languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from fhir_export import systems
from fhir_export.artefacts import definition_and_shown_texts
from fhir_export.encoding import Resource, fingerprint, instant
from fhir_export.item_rendering import item_control, item_extensions
from fhir_export.typed_values import option_coding, ordinal, typed
from questionnaires.answer_types import MAX_LENGTH
from questionnaires.definition import AnswerOption, EnableOperator, EnableWhen, Item, ItemType, Questionnaire
from questionnaires.instrument_files import PanelCode
from questionnaires.translations import Text

Words = Mapping[str, str]
"""language -> what is said there."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What is known of a questionnaire beside its definition and its words.

    `codes` name the whole of it in terminologies; `extracted` are the questions whose answers `$extract` makes
    Observations of; `terminology_server` is where its code systems can be read, None where nobody serves them.
    """

    codes: tuple[PanelCode, ...] = ()
    extracted: frozenset[str] = frozenset()
    terminology_server: str | None = None


def questionnaire_id(questionnaire: Questionnaire) -> str:
    """The logical id, `<instrument>-<version>`: one resource a published version."""
    return f"{questionnaire.instrument}-{questionnaire.version}"


def last_updated(questionnaire: Questionnaire, texts: Mapping[str, Text]) -> datetime:
    """When the resource last changed: the day of its definition or of its retirement, or when newer words came."""
    days = [day for day in (questionnaire.date, questionnaire.retired_on) if day is not None]
    begun = [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in days]
    return max([*begun, *(text.since for text in texts.values() if text.since is not None)])


def questionnaire_resource(
    questionnaire: Questionnaire, texts: Mapping[str, Text], language: str, publication: Publication | None = None
) -> Resource:
    """The questionnaire with its words: `language` in the elements, the others in the translation extension.

    `texts` holds the newest text of each language and has one for `language`; a questionnaire without words cannot be
    rendered and is not exported. `meta.versionId` changes whenever anything here does, a translated word included; not
    with the server's address.
    """
    publication = publication or Publication()
    export = _Export(questionnaire, texts, language, publication.extracted)
    resource: Resource = {
        "language": language,
        "url": questionnaire.url,
        "identifier": [
            {"system": systems.instruments(systems.base_of(questionnaire)), "value": questionnaire.instrument}
        ],
        "version": questionnaire.version,
        "status": questionnaire.status.value,
        "subjectType": ["Patient"],
        "date": questionnaire.date,
        "extension": [definition_and_shown_texts(questionnaire, texts.values()), _VERSION_ALGORITHM, _LAUNCH_CONTEXT],
        "item": [export.item(item) for item in questionnaire.items],
    }
    export.put(resource, "title", {code: text.title for code, text in texts.items()})
    # R4: `description` is "from a consumer's perspective", so the patient's introduction and not the construct.
    export.put(resource, "description", {code: text.introduction for code, text in texts.items()})
    if publication.codes:
        resource["code"] = [{"system": panel.system, "code": panel.code} for panel in publication.codes]
    if questionnaire.retired_on is not None:
        resource["effectivePeriod"] = {"end": questionnaire.retired_on}
    head: Resource = {"resourceType": "Questionnaire", "id": questionnaire_id(questionnaire)}
    meta = {"versionId": fingerprint(resource), "lastUpdated": instant(last_updated(questionnaire, texts))}
    if publication.terminology_server is not None:
        server = {"url": systems.TERMINOLOGY_SERVER, "valueUrl": publication.terminology_server}
        resource["extension"] = [*resource["extension"], server]
    return head | {"meta": meta} | resource


# SDC 4.0 asks for it beside a version. `natural`: 1.10 comes after 1.9, in two parts as in three.
_VERSION_ALGORITHM: Resource = {
    "url": systems.VERSION_ALGORITHM,
    "valueCoding": {"system": systems.VERSION_ALGORITHMS, "code": "natural"},
}
# sdc-lcext-1: the context `patient` is a Patient. `$populate` takes its subject from it.
_LAUNCH_CONTEXT: Resource = {
    "url": systems.LAUNCH_CONTEXT,
    "extension": [
        {"url": "name", "valueCoding": {"system": systems.LAUNCH_CONTEXTS, "code": "patient"}},
        {"url": "type", "valueCode": "Patient"},
    ],
}


class _Export:
    """The items of one questionnaire with the words of its languages."""

    def __init__(
        self, questionnaire: Questionnaire, texts: Mapping[str, Text], language: str, extracted: frozenset[str]
    ) -> None:
        self.questionnaire = questionnaire
        self.texts = texts
        self.language = language
        self.extracted = extracted

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
        extensions = item_extensions(item, is_extracted=item.link_id in self.extracted)
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
        entry: Resource = {"linkId": f"{item.link_id}.help", "extension": [item_control("help")]}
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
