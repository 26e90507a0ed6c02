"""The items of a resource -> our flat answers, and every fault of them at its place.

R4 nests items as their questionnaire does: what stands below a group under `item`, what stands below a question under
`answer.item` (qrs-1). A question that repeats is one item with many answers. Their order is not looked at: an answer
means the same wherever it stands among its neighbours.
"""

from collections.abc import Mapping
from typing import Any, Final

from app.fhir.response_reading.faults import Fault, FaultCode
from app.fhir.response_reading.places import ROOT, Place
from app.fhir.response_reading.values import UNREADABLE, read_value, value_name
from questionnaires.definition import Item, ItemType, Questionnaire
from questionnaires.issues import Issue, IssueCode
from questionnaires.response import CheckedResponse
from questionnaires.validation import validate

_HELP: Final = ".help"
"""Our export puts the help of an item below it, as a display of this ending; a form may give it back."""

_ANYWHERE: Final = "?"
"""Below an unknown item nobody can say what stands in the wrong place. No link id of ours is a question mark."""

_POINTER_TO_ONE_OF_MANY: Final = 3
"""The slashes of `/answers/<link id>/<position>`."""


def check_answers(
    questionnaire: Questionnaire, resource: Mapping[str, Any], broken: frozenset[Place]
) -> tuple[CheckedResponse | None, list[Fault]]:
    """The answers where they fit, and every fault of them.

    `broken`: the places that are no R4. What stands there has its fault already, and is taken for an answer that
    nobody can read, never for one that is missing.
    """
    reader = _Reader(questionnaire, broken)
    reader.read(resource.get("item"), ROOT, None)
    checked = validate(questionnaire, reader.raw)
    if isinstance(checked, CheckedResponse):
        return (None if reader.faults or broken else checked), reader.faults
    return None, reader.faults + [fault for issue in checked if (fault := reader.placed(issue)) is not None]


class _Reader:
    """One resource being read, item by item.

    `raw`: the answers as validation takes them; `items`: where each link id stands; `values`: its answers with their
    places.
    """

    def __init__(self, questionnaire: Questionnaire, broken: frozenset[Place]) -> None:
        self.questionnaire = questionnaire
        self.broken = broken
        self.raw: dict[str, Any] = {}
        self.items: dict[str, Place] = {}
        self.values: dict[str, list[tuple[object, Place]]] = {}
        self.faults: list[Fault] = []
        self.parents = {reach.item.link_id: (None, *reach.ancestors)[-1] for reach in questionnaire.reaches}

    def read(self, items: Any, above: Place, parent: str | None) -> None:
        """The items of one element. What is no list of objects has its fault by the structure."""
        for number, entry in enumerate(items if isinstance(items, list) else ()):
            if isinstance(entry, dict):
                self.item(entry, (*above, "item", number), parent)

    def below(self, entry: dict[str, Any], place: Place, parent: str | None) -> None:
        """Whatever stands below an entry, under its items or its answers."""
        self.read(entry.get("item"), place, parent)
        for number, answer in enumerate(_listed(entry, "answer")):
            if isinstance(answer, dict):
                self.read(answer.get("item"), (*place, "answer", number), parent)

    def item(self, entry: dict[str, Any], place: Place, parent: str | None) -> None:
        link_id = entry.get("linkId")
        item = self.questionnaire.item(link_id) if isinstance(link_id, str) else None
        if item is None:
            if isinstance(link_id, str) and link_id and not self.is_help(link_id, entry):
                text = "the questionnaire has no item of this link id"
                self.fault(IssueCode.UNKNOWN_ITEM, (*place, "linkId"), text)
            self.below(entry, place, _ANYWHERE)
            return
        if item.link_id in self.items:
            text = f"`{item.link_id}` stands here already: what repeats has many answers under one item"
            self.fault(FaultCode.REPEATED_ITEM, (*place, "linkId"), text)
            self.below(entry, place, item.link_id)
            return
        self.items[item.link_id] = place
        if parent not in (_ANYWHERE, self.parents[item.link_id]):
            self.fault(FaultCode.WRONG_NESTING, place, f"`{item.link_id}` stands {self.where(item.link_id)}")
        self.shape(item, entry, place)
        self.below(entry, place, item.link_id)
        if item.is_question:
            self.answers(item, entry, place)

    def shape(self, item: Item, entry: dict[str, Any], place: Place) -> None:
        """Whether the entry has what an item of its type may have."""
        if "answer" in entry and "item" in entry:
            text = "an item has answers or items, never both: what stands below a question goes under its answer"
            self.fault(FaultCode.ANSWER_BESIDE_ITEM, place, f"{text} (qrs-1)")
        elif item.is_question and "item" in entry:
            text = f"`{item.link_id}` is a question: what stands below it goes under its `answer.item`"
            self.fault(FaultCode.WRONG_NESTING, (*place, "item"), text)
        elif not item.is_question and "answer" in entry:
            text = f"`{item.link_id}` is a {item.type.value} and takes no answer"
            self.fault(IssueCode.NOT_A_QUESTION, (*place, "answer"), text)

    def answers(self, item: Item, entry: dict[str, Any], place: Place) -> None:
        """What was answered to a question. An answer without a value only holds what stands below the question."""
        found: list[tuple[object, Place]] = []
        for number, answer in enumerate(_listed(entry, "answer")):
            here = (*place, "answer", number)
            name = value_name(answer) if isinstance(answer, dict) else None
            if self.is_broken(here, name):
                found.append((UNREADABLE, here))
            elif name is not None:
                value, fault = read_value(self.questionnaire, item, answer, name, (*here, name))
                found.append((value, (*here, name)))
                self.faults += [fault] if fault else []
        if not found and (*place, "answer") in self.broken:
            found.append((UNREADABLE, place))
        if len(found) > 1 and not item.repeats:
            self.fault(IssueCode.TOO_MANY_ANSWERS, (*place, "answer"), f"`{item.link_id}` takes one answer")
            found = [(UNREADABLE, place)]
        if found:
            self.values[item.link_id] = found
            values = [value for value, _ in found]
            self.raw[item.link_id] = values if item.repeats else values[0]

    def is_broken(self, answer: Place, name: str | None) -> bool:
        """Whether there is a fault of structure in an answer or in its value."""
        return any(
            place[: len(answer)] == answer and (place == answer or place[len(answer)] == name) for place in self.broken
        )

    def placed(self, issue: Issue) -> Fault | None:
        """An issue of our validation, where the resource says it; None where the fault of that place is known."""
        text = f"{issue.text}: {', '.join(issue.allowed)}" if issue.allowed else issue.text
        if issue.code is IssueCode.REQUIRED:
            home = self.home(issue.link_id)
            is_known = (*home, "item") in self.broken  # it may stand in what cannot be read
            return None if is_known else Fault(issue.code, home, f"{text} (`{issue.link_id}`)")
        if issue.pointer.count("/") == _POINTER_TO_ONE_OF_MANY:
            value, place = self.values[issue.link_id][int(issue.pointer.rpartition("/")[2])]
        elif issue.code is IssueCode.NOT_ENABLED or issue.link_id in self.questionnaire.repeating:
            return Fault(issue.code, self.items[issue.link_id], text)
        else:
            ((value, place),) = self.values[issue.link_id]
        return None if value is UNREADABLE else Fault(issue.code, place, text)

    def home(self, link_id: str) -> Place:
        """Where something is missing: at the item itself where it stands there, else at the nearest one above it."""
        above: str | None = link_id
        while above is not None and above not in self.items:
            above = self.parents[above]
        return self.items[above] if above is not None else ROOT

    def where(self, link_id: str) -> str:
        """The place that an item belongs to, in words."""
        parent = self.parents[link_id]
        if parent is None:
            return "at the top, under `QuestionnaireResponse.item`"
        above = self.questionnaire.item(parent)
        return f"under `{'answer.item' if above is not None and above.is_question else 'item'}` of `{parent}`"

    def is_help(self, link_id: str, entry: dict[str, Any]) -> bool:
        base = self.questionnaire.item(link_id.removesuffix(_HELP)) if link_id.endswith(_HELP) else None
        return base is not None and base.type is not ItemType.DISPLAY and "answer" not in entry

    def fault(self, code: FaultCode | IssueCode, place: Place, text: str) -> None:
        self.faults.append(Fault(code, place, text))


def _listed(entry: dict[str, Any], name: str) -> list[Any]:
    found = entry.get(name)
    return found if isinstance(found, list) else []
