"""Pages that tell a patient why there is nothing to fill in, what they had written, and whom to call."""

from collections.abc import Mapping, Sequence

from fastapi.responses import HTMLResponse

from app.pages.look import look_of
from app.pages.templates import render_page
from app.services.feedback import contacts
from app.services.open_link import LinkState, OpenedLink
from app.wording import Wording
from questionnaires.written import Written, form_answers

_CLOSED = {
    LinkState.ANSWERED: ("answer.already_title", "answer.already"),
    LinkState.REVOKED: ("answer.revoked_title", "answer.revoked"),
    LinkState.EXPIRED: ("answer.closed_title", "answer.closed"),
}


def closed_page(link: OpenedLink, address: str, fields: Mapping[str, Sequence[str]] | None = None) -> HTMLResponse:
    """A link that takes no answers any more, at its address; with `fields`, what was written all the same, so that it
    is not lost. Where answers were given before, the page leads to what became of them.
    """
    title, sentence = _CLOSED.get(link.state, _CLOSED[LinkState.EXPIRED])
    return render_page(
        "patient_message.html",
        410,
        runs_scripts=True,
        wording=link.wording,
        title=link.wording.say(title),
        sentences=[link.wording.say(sentence)],
        centre=link.centre.name,
        contacts=contacts(link.centre, link.wording),
        written=in_words(link, form_answers(link.questionnaire, fields or {}, link.zone)),
        answered=address if link.state is LinkState.ANSWERED else None,
        again=[],
        look=look_of(link.centre, address),
    )


def message_page(wording: Wording, status: int, title: str, sentence: str) -> HTMLResponse:
    """A page about no link in particular. `title` and `sentence`: keys of the wording."""
    return render_page(
        "patient_message.html",
        status,
        wording=wording,
        title=wording.say(title),
        sentences=[wording.say(sentence)],
        centre=None,
        contacts=(),
        written=[],
        answered=None,
        again=[],
    )


def written_again_page(
    wording: Wording, status: int, address: str, fields: Mapping[str, Sequence[str]]
) -> HTMLResponse:
    """A form of a link that could not be taken just now: it is sent once more by a button, as it was.

    No browser keeps it: the form's page is stored nowhere, so that nobody finds it on a shared phone.
    """
    again = [(name, value) for name, values in fields.items() for value in values]
    return render_page(
        "patient_message.html",
        status,
        wording=wording,
        title=wording.say("answer.busy_title"),
        sentences=[wording.say("answer.busy_written")],
        centre=None,
        contacts=(),
        written=[],
        answered=None,
        address=address,
        again=again,
        # What somebody wrote in their own words has a space in it; the rest are codes, which say nothing here.
        own_words=[value for _, value in again if " " in value.strip()],
    )


def in_words(link: OpenedLink, written: Written) -> list[tuple[str, str]]:
    """Question and answer, in words."""
    found = []
    for link_id, given in written.items():
        item = link.questionnaire.item(link_id)
        values = (given,) if isinstance(given, str) else given
        words = [(link.text.option(item, value) if item else None) or value for value in values]
        found.append((link.text.items.get(link_id, link_id), ", ".join(words)))
    return found
