"""What every use case works with: settings, catalogue, rulebooks, words, advice, and the database."""

from dataclasses import dataclass

from app.settings import Settings
from app.store.pool import Pool
from app.wording import Wordings
from guidance.library import AdviceLibrary
from questionnaires.catalogue import Catalogue, load_catalogue
from scoring.loading import Rulebooks, load_rulebooks


@dataclass(frozen=True)
class Knowledge:
    """What is loaded once at start and never changes while the service runs."""

    settings: Settings
    catalogue: Catalogue
    rulebooks: Rulebooks
    wordings: Wordings
    advice: AdviceLibrary


@dataclass(frozen=True)
class Installation:
    """A running service."""

    knowledge: Knowledge
    pool: Pool

    @property
    def catalogue(self) -> Catalogue:
        """Every instrument."""
        return self.knowledge.catalogue

    @property
    def rulebooks(self) -> Rulebooks:
        """Every scoring version."""
        return self.knowledge.rulebooks

    @property
    def wordings(self) -> Wordings:
        """The service's own words."""
        return self.knowledge.wordings

    @property
    def advice(self) -> AdviceLibrary:
        """All advice for patients."""
        return self.knowledge.advice


def load_knowledge(settings: Settings) -> Knowledge:
    """Load what the instrument folders, the words of the service and the advice say. Raises InstrumentInvalid."""
    catalogue = load_catalogue(settings.instruments_dir, settings.canonical_base)
    rulebooks = load_rulebooks(settings.instruments_dir, catalogue)
    return Knowledge(settings, catalogue, rulebooks, Wordings.load(), AdviceLibrary.load())
