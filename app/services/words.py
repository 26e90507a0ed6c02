"""Which words of a questionnaire are shown to whom: the one place that chooses.

Most instruments ship their words. Those of a restricted instrument are the centre's own, and are in its rows.
What shows a response shows it in the words of the day on which it was stored: new revisions are for new responses.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.security.operations import Operation
from app.services.call import Call, opened
from app.services.errors import LanguageUnavailable, LicenceRestricted
from app.services.installation import Installation
from app.store.centre_text import texts_of
from app.store.response import StoredResponse
from app.store.transaction import Transaction
from app.wording import choose_language
from questionnaires.catalogue import Instrument
from questionnaires.definition import Questionnaire
from questionnaires.translations import Text

Revisions = Mapping[str, int]
"""Language -> the revision of its words."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some instruments as one centre has them. A draft is shown in demo mode only.

    `stored` holds, by instrument and version, the revisions of the responses that are shown.
    """

    families: Mapping[str, Instrument]
    shows_drafts: bool
    stored: Mapping[tuple[str, str], Revisions] = field(default_factory=dict)

    def of_responses(self, responses: Iterable[StoredResponse]) -> "Words":
        """The words to show these responses in: of each language the revision that was shown when they were stored.

        Of several responses to one version the last one decides. A language that had no words then is shown in its
        newest ones: whoever asks for it would otherwise never read the response in it.
        """
        stored: dict[tuple[str, str], Revisions] = {}
        for response in responses:
            revisions: dict[str, int] = dict(response.evaluation.get("texts", {}))
            family = self.families.get(response.instrument)
            # The client may have shown an older revision than the newest of the day: the response was given to that.
            own = family.text_of(response.text_digest) if family and response.text_digest else None
            if own is not None:
                revisions[own.language] = own.revision
            stored[response.instrument, response.version] = revisions
        return replace(self, stored=stored)

    def showable(self, questionnaire: Questionnaire) -> dict[str, Text]:
        """Language -> the words of a version that may be shown: those of the stored responses, else the newest."""
        family = self.families[questionnaire.instrument]
        chosen = {language: self._chosen(family, questionnaire, language) for language in family.texts}
        return {lang: text for lang, text in chosen.items() if text is not None and self._may_show(text)}

    def revisions(self, questionnaire: Questionnaire) -> dict[str, int]:
        """What a response pins that is stored now: the revision of each language that is shown."""
        return {language: text.revision for language, text in self.showable(questionnaire).items()}

    def best(self, questionnaire: Questionnaire, wanted: Sequence[str]) -> Text | None:
        """The words of the first wanted language, else English ones, else any that may be shown; None without any.

        A language that nobody asked for is one that the stored responses were shown in, where there is one.
        """
        showable = self.showable(questionnaire)
        stored = self._stored_revisions(questionnaire)
        usual = tuple(language for language in showable if language in stored) or tuple(showable)
        language = (
            choose_language(wanted, tuple(showable)) or choose_language(("en",), usual) or next(iter(usual), None)
        )
        return showable[language] if language else None

    def demanded(self, questionnaire: Questionnaire, wanted: Sequence[str]) -> Text:
        """The best words. Raises LicenceRestricted or LanguageUnavailable where there are none."""
        text = self.best(questionnaire, wanted)
        if text is not None:
            return text
        if self.families[questionnaire.instrument].is_restricted:
            raise LicenceRestricted(questionnaire.instrument, questionnaire.version)
        raise LanguageUnavailable

    def answered_to(self, questionnaire: Questionnaire, language: str, digest: str | None) -> Text | None:
        """The words that a response was given to: those of the digest, which the client knows; else the newest of the
        language that it names. None where the centre has neither.
        """
        if digest is not None and (named := self.families[questionnaire.instrument].text_of(digest)) is not None:
            return named
        showable = self.showable(questionnaire)
        found = choose_language((language,), tuple(showable))
        return showable[found] if found else None

    def pinned(self, questionnaire: Questionnaire, digest: str | None) -> Text | None:
        """The words of that digest and no others; None where they are not known, or may not be shown."""
        text = self.families[questionnaire.instrument].text_of(digest) if digest is not None else None
        return text if text is not None and self._may_show(text) else None

    def _chosen(self, family: Instrument, questionnaire: Questionnaire, language: str) -> Text | None:
        revision = self._stored_revisions(questionnaire).get(language)
        stored = (text for text in family.texts[language] if text.revision == revision)
        return next(stored, None) or family.text(questionnaire, language)

    def _stored_revisions(self, questionnaire: Questionnaire) -> Revisions:
        return self.stored.get((questionnaire.instrument, questionnaire.version), {})

    def _may_show(self, text: Text) -> bool:
        return text.status != "draft" or self.shows_drafts


async def words_of(tx: Transaction, installation: Installation, instruments: Iterable[str]) -> Words:
    """The words of these instruments: one query where any is restricted, else none."""
    families = _families(installation, instruments)
    restricted = _restricted(families)
    loaded = await texts_of(tx, restricted) if restricted else {}
    own = {name: replace(families[name], texts=loaded.get(name, {})) for name in restricted}
    return Words(families | own, installation.knowledge.settings.demo)


async def read_words(
    installation: Installation,
    call: Call,
    instruments: Iterable[str],
    operation: Operation = Operation.READ_QUESTIONNAIRE,
) -> Words:
    """The same for a caller without a transaction: one is opened where any of the instruments is restricted."""
    families = _families(installation, instruments)
    if not _restricted(families):
        return Words(families, installation.knowledge.settings.demo)
    async with opened(installation, call, operation) as tx:
        return await words_of(tx, installation, families)


def _families(installation: Installation, instruments: Iterable[str]) -> dict[str, Instrument]:
    known = installation.catalogue.instruments
    return {name: known[name] for name in instruments if name in known}


def _restricted(families: Mapping[str, Instrument]) -> list[str]:
    return [name for name, family in families.items() if family.is_restricted]
