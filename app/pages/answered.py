"""What a patient reads when the answers have arrived: what to do now, what becomes of them, advice, topics."""

from dataclasses import dataclass
from uuid import UUID

from app.pages.patient_message import in_words
from app.services.answer_by_link import has_topics_open
from app.services.call import Call
from app.services.feedback import Contact, Message, feedback_of
from app.services.history import answers_from, rulebook_of
from app.services.installation import Installation
from app.services.open_link import OpenedLink
from questionnaires.definition import Item
from questionnaires.written import Written

_WHOM_TO_CALL = ("call-if-worried", "not-watched-live")


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic that can be chosen."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class TopicItem:
    """One question about topics: those that were chosen in their order, the others, or a text."""

    item: Item
    words: str
    chosen: tuple[Topic, ...]
    others: tuple[Topic, ...]
    text: str


class Answered:
    """Everything that the page shows of a response that is stored. `written`: topics that were not kept."""

    def __init__(
        self,
        installation: Installation,
        call: Call,
        link: OpenedLink,
        notice: str | None = None,
        written: Written | None = None,
    ) -> None:
        assert link.response is not None, "only an answered link has such a page"
        self.link = link
        self.wording = link.wording
        self.text = link.text
        self.say = link.wording.say
        self.notice = notice
        self._installation = installation
        self._response = link.response
        self._written = written
        said = feedback_of(link.response, link.centre, installation.knowledge, link.wording)
        self.contacts: tuple[Contact, ...] = said.contacts
        self.messages: tuple[Message, ...] = said.messages
        self.topics_open = has_topics_open(link, call)

    @property
    def seen(self) -> tuple[UUID, int]:
        """The response and the revision that the page shows."""
        return self._response.response_id, self._response.revision

    @property
    def urgent(self) -> list[Message]:
        """What to do now: nothing stands before it."""
        return [message for message in self.messages if message.kind == "act-now"]

    @property
    def whom_to_call(self) -> list[Message]:
        """When to call, beside the numbers; whoever has something that weighs on them reads it first."""
        return [message for message in self.messages if message.kind in _WHOM_TO_CALL]

    @property
    def weighs(self) -> bool:
        """Whether something was answered that should not just wait for the visit."""
        return any(message.kind == "call-if-worried" for message in self.messages)

    @property
    def arrived(self) -> list[Message]:
        """What becomes of the answers."""
        told = ("act-now", "advice", *_WHOM_TO_CALL)
        return [message for message in self.messages if message.kind not in told]

    @property
    def advice(self) -> list[Message]:
        """What the patient can do themselves."""
        return [message for message in self.messages if message.kind == "advice"]

    @property
    def unsent(self) -> list[tuple[str, str]]:
        """Question and answer of the topics that were written too late."""
        return in_words(self.link, self._written or {}) if not self.topics_open else []

    @property
    def topics(self) -> list[TopicItem]:
        """The questions about topics, each with what was answered; with what was written, as long as it can be kept."""
        names = rulebook_of(self._installation, self._response).topics
        items = (self.link.questionnaire.item(name) for name in names)
        return [self._topic_item(item) for item in items if item is not None]

    def _topic_item(self, item: Item) -> TopicItem:
        given = self._given(item)
        codes = [option.code for option in item.options]
        return TopicItem(
            item=item,
            words=self.text.items.get(item.link_id, item.link_id),
            chosen=tuple(self._topic(item, code) for code in given if code in codes),
            others=tuple(self._topic(item, code) for code in codes if code not in given),
            text="" if item.options else "\n".join(given),
        )

    def _given(self, item: Item) -> list[str]:
        if self._written is None or not self.topics_open:
            return [str(value) for value in answers_from(self._response.answers).get(item.link_id, ())]
        written = self._written.get(item.link_id, ())
        return [written] if isinstance(written, str) else list(written)

    def _topic(self, item: Item, code: str) -> Topic:
        return Topic(code, self.text.option(item, code) or code)
