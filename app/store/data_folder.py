"""Where a working copy keeps what it makes: its database, the key of its development issuer."""

from pathlib import Path

from app.settings import Settings
from app.store.embedded import default_data_dir

_PROJECT = Path(__file__).parent.parent.parent


def data_folder(settings: Settings) -> Path:
    """The local data folder: VIGIE_DATA_DIR, or the working copy's own."""
    return settings.data_dir or default_data_dir(_PROJECT)
