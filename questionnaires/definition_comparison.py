"""Two versions of a structure, item by item: what changed, and whether a score or an alert hangs on it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Self

from questionnaires.definition import AnswerOption, Item, Questionnaire, Reach
from questionnaires.differences import Difference, Impact, Path, compare_forms, form_of, shown

PART = "definition"

# Which version it is, or worked out from the rest.
_NOT_COMPARED = frozenset({"instrument", "version", "url", "digest", "items", "_by_link_id"})
# A field that nobody has judged yet counts as `scoring`.
_OF_VERSION = {"status": Impact.NONE, "date": Impact.NONE, "retired_on": Impact.NONE}
_OF_ITEM = {"option_set": Impact.DISPLAY, "max_length": Impact.DISPLAY}


@dataclass(frozen=True, slots=True)
class Stakes:
    """The items that a score reads and those that an alert watches, with everything that their branching hangs on."""

    scored: frozenset[str]
    watched: frozenset[str]

    @classmethod
    def of(cls, versions: Iterable[Questionnaire], scored: Iterable[str], watched: Iterable[str]) -> Self:
        """The stakes in any of these versions. `scored` and `watched` are link ids."""
        several = tuple(versions)
        return cls(_with_what_opens(several, scored), _with_what_opens(several, watched))

    def weigh(self, link_id: str, impact: Impact) -> Impact:
        """What a change of an item means: one that could move a score is `safety` where an alert watches the item,
        and no more than `display` where nothing is computed from it.
        """
        if impact is not Impact.SCORING:
            return impact
        if link_id in self.watched:
            return Impact.SAFETY
        return Impact.SCORING if link_id in self.scored else Impact.DISPLAY


def compare_definitions(before: Questionnaire, after: Questionnaire, stakes: Stakes) -> Iterator[Difference]:
    """Every difference of structure, in the order of the later version; what is gone comes last."""
    yield from compare_forms(PART, "", _about(before), _about(after), _impact_of_version)
    old = {reach.item.link_id: reach for reach in before.reaches}
    new = {reach.item.link_id: reach for reach in after.reaches}
    for link_id, reach in new.items():
        if link_id in old:
            yield from _changed(old[link_id], reach, before, after, stakes)
        else:
            yield _came_or_went(reach, stakes, added=True)
    yield from (_came_or_went(old[link_id], stakes, added=False) for link_id in old if link_id not in new)
    yield from _order([i for i in old if i in new], [i for i in new if i in old])


def _about(questionnaire: Questionnaire) -> dict[str, object]:
    return {name: value for name, value in form_of(questionnaire).items() if name not in _NOT_COMPARED}


def _impact_of_version(path: Path) -> Impact:
    return _OF_VERSION.get(path[0], Impact.SCORING)


def _came_or_went(reach: Reach, stakes: Stakes, *, added: bool) -> Difference:
    item = reach.item
    said = item.type.value
    impact = stakes.weigh(item.link_id, Impact.SCORING)
    return Difference(
        PART, item.link_id, "added" if added else "removed", None if added else said, said if added else None, impact
    )


def _changed(
    old: Reach, new: Reach, before: Questionnaire, after: Questionnaire, stakes: Stakes
) -> Iterator[Difference]:
    link_id = new.item.link_id

    def weigh(path: Path) -> Impact:
        return stakes.weigh(link_id, _OF_ITEM.get(path[0], Impact.SCORING))

    yield from compare_forms(PART, link_id, _of_item(old.item), _of_item(new.item), weigh)
    if old.ancestors != new.ancestors:
        same = _conditions_above(old, before) == _conditions_above(new, after)
        impact = Impact.DISPLAY if same else stakes.weigh(link_id, Impact.SCORING)
        yield Difference(PART, link_id, "place", shown(old.ancestors), shown(new.ancestors), impact)
    yield from _options(link_id, old.item.options, new.item.options, stakes)


def _of_item(item: Item) -> dict[str, object]:
    return {name: value for name, value in form_of(item).items() if name not in ("link_id", "options", "items")}


def _conditions_above(reach: Reach, questionnaire: Questionnaire) -> list[object]:
    above = (questionnaire.item(link_id) for link_id in reach.ancestors)
    return [(item.enable_when, item.enable_any) for item in above if item is not None and item.enable_when]


def _options(
    link_id: str, old: tuple[AnswerOption, ...], new: tuple[AnswerOption, ...], stakes: Stakes
) -> Iterator[Difference]:
    before, after = {option.code: option for option in old}, {option.code: option for option in new}
    impact = stakes.weigh(link_id, Impact.SCORING)
    for code in dict.fromkeys((*after, *before)):
        what = f"option {code}"
        if code not in before:
            yield Difference(PART, link_id, what, None, _option_words(after[code]), impact)
        elif code not in after:
            yield Difference(PART, link_id, what, _option_words(before[code]), None, impact)
        elif before[code] != after[code]:
            yield Difference(PART, link_id, what, _option_words(before[code]), _option_words(after[code]), impact)
    kept = [[code for code in codes if code in before and code in after] for codes in (before, after)]
    if kept[0] != kept[1]:
        yield Difference(PART, link_id, "order of options", shown(kept[0]), shown(kept[1]), Impact.DISPLAY)


def _option_words(option: AnswerOption) -> str:
    """What an option is: each of its fields that says something."""
    told = {
        name: shown(value) for name, value in form_of(option).items() if name != "code" and value not in (None, False)
    }
    return ", ".join(f"{name} {value}" for name, value in told.items()) or "no weight"


def _order(old: list[str], new: list[str]) -> Iterator[Difference]:
    """The items that stand elsewhere among those that both versions have: as few as explain the new order."""
    stayed = {
        link_id
        for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
        for link_id in new[block.b : block.b + block.size]
    }
    for link_id in new:
        if link_id not in stayed:
            yield Difference(
                PART, link_id, "order", _after_what(link_id, old), _after_what(link_id, new), Impact.DISPLAY
            )


def _after_what(link_id: str, order: list[str]) -> str:
    place = order.index(link_id)
    return f"after {order[place - 1]}" if place else "first"


def _with_what_opens(versions: tuple[Questionnaire, ...], link_ids: Iterable[str]) -> frozenset[str]:
    """These items, and all whose answers or branching decide whether they are asked."""
    reached: set[str] = set()
    waiting = list(link_ids)
    while waiting:
        link_id = waiting.pop()
        if link_id in reached:
            continue
        reached.add(link_id)
        for reach in (reach for version in versions for reach in version.reaches if reach.item.link_id == link_id):
            waiting.extend(reach.ancestors)
            waiting.extend(condition.question for condition in reach.item.enable_when)
    return frozenset(reached)
