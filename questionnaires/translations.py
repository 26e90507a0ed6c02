"""The words of a questionnaire in one language, checked against its structure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from questionnaires.definition import Item, Questionnaire
from questionnaires.digests import canonical, digest
from questionnaires.instrument_files import TextFile

_OUTSIDE_DIGEST = frozenset({"status", "published_on"})

TextStatus = Literal["draft", "local", "validated"]


@dataclass(frozen=True)
class Text:
    """One published revision of the words of one language.

    `since`: from when on they could be read here; None where they came with their definition.
    """

    instrument: str
    language: str
    revision: int
    status: TextStatus
    definitions: frozenset[str]
    title: str
    introduction: str
    items: Mapping[str, str]
    helps: Mapping[str, str]
    option_words: Mapping[tuple[str, str], str]
    concepts: Mapping[str, str]
    scores: Mapping[str, str]
    digest: str
    since: datetime | None = field(default=None, compare=False)

    def option(self, item: Item, code: str) -> str | None:
        """The words of one option of an item. Only a draft may lack them."""
        return self.option_words.get((_owner(item), code))

    def score_name(self, name: str, concept: str) -> str | None:
        """What a score is called: its own words, else those of its concept; None where the text has neither."""
        return self.scores.get(name) or self.concepts.get(concept)


def read_text(file: TextFile) -> Text:
    """A text file as the rest of the house sees it."""
    sets = {(f"set:{name}", code): words for name, codes in file.option_sets.items() for code, words in codes.items()}
    own = {(f"item:{name}", code): words for name, item in file.items.items() for code, words in item.options.items()}
    return Text(
        instrument=file.instrument,
        language=file.language,
        revision=file.revision,
        status=file.status,
        definitions=frozenset(file.definitions),
        title=file.title,
        introduction=file.introduction,
        items={link_id: item.text for link_id, item in file.items.items()},
        helps={link_id: item.help for link_id, item in file.items.items() if item.help},
        option_words=sets | own,
        concepts=file.concepts,
        scores=file.scores,
        digest=digest(canonical(file, without=_OUTSIDE_DIGEST)),
        since=datetime.fromisoformat(file.published_on).replace(tzinfo=UTC) if file.published_on else None,
    )


def gaps(text: Text, versions: tuple[Questionnaire, ...]) -> Iterator[str]:
    """What the text lacks for the versions that it serves, and what it says that none of them has."""
    concepts = {reach.item.concept for version in versions for reach in version.reaches if reach.item.concept}
    yield from gaps_of_items(text, versions)
    yield from (f"concept '{concept}' has no words" for concept in sorted(concepts - text.concepts.keys()))


def gaps_of_items(text: Text, versions: tuple[Questionnaire, ...]) -> Iterator[str]:
    """The same of what patients read: the items and their options."""
    items = [reach.item for version in versions for reach in version.reaches]
    link_ids = {item.link_id for item in items}
    options = {(_owner(item), option.code) for item in items for option in item.options}
    yield from (f"item '{link_id}' has no text" for link_id in sorted(link_ids - text.items.keys()))
    yield from (f"there is text for '{link_id}', which is no item" for link_id in sorted(text.items.keys() - link_ids))
    for owner, code in sorted(options - text.option_words.keys()):
        yield f"option '{code}' of {owner} has no words"
    for owner, code in sorted(text.option_words.keys() - options):
        yield f"there are words for option '{code}' of {owner}, which is no option"


def _owner(item: Item) -> str:
    return f"set:{item.option_set}" if item.option_set else f"item:{item.link_id}"
