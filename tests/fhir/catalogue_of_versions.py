"""Instruments for the tests of `/fhir/Questionnaire`: a retired version and its successor, a draft, a licensed one."""

import shutil
from pathlib import Path

from tests.api.second_version import with_the_first_retired
from tests.support.licensed import LICENSED, instruments_with_a_licensed_one

PANEL = "44249-1"
RETIRED, ACTIVE, DRAFT = "pre-consultation-1.0.0", "pre-consultation-2.0.0", "oral-therapy-weekly-1.0.0"
WITHOUT_WORDS = f"{LICENSED}-1.0.0"


def catalogue_of_versions(folder: Path) -> Path:
    """Write them; gives the folder of the instruments."""
    root = with_the_first_retired(folder)
    definition = root / "oral-therapy-weekly" / "definition" / "1.0.0.yaml"
    definition.write_text(definition.read_text("utf-8").replace("status: active", "status: draft"), "utf-8")
    shutil.copytree(instruments_with_a_licensed_one(folder / "licensed") / LICENSED, root / LICENSED)
    with (root / LICENSED / "instrument.yaml").open("a", encoding="utf-8") as about:
        about.write(f'codes: [{{system: "http://loinc.org", code: "{PANEL}"}}]\n')
    return root
