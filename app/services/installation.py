"""What every use case works with: settings, catalogue, rulebooks, words, and the database."""

from dataclasses import dataclass

from app.settings import Settings
from app.store.pool import Pool
from app.wording import Wordings
from questionnaires.catalogue import Catalogue, load_catalogue
from scoring.loading import Rulebooks, load_rulebooks


@dataclass(frozen=True)
class Knowledge:
    """What is loaded once at start and never changes while the service runs."""

    settings: Settings
    catalogue: Catalogue
    rulebooks: Rulebooks
    wordings: Wordings


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


def load_knowledge(settings: Settings) -> Knowledge:
    """Load what the instrument folders and the words of the service say. Raises InstrumentInvalid."""
    catalogue = load_catalogue(settings.instruments_dir, settings.canonical_base)
    return Knowledge(settings, catalogue, load_rulebooks(settings.instruments_dir, catalogue), Wordings.load())
