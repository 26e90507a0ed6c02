"""The JSON Schemas of the instrument files, for editors: generated from the shapes that read them."""

import json
from pathlib import Path

from questionnaires.instrument_files import (
    DefinitionFile,
    ExampleFile,
    InstrumentFile,
    LicenceFile,
    ReferencesFile,
    TextFile,
)
from questionnaires.shapes import Shape
from scoring.rules import AlertsFile, ScoringFile

_SHAPES: dict[str, type[Shape]] = {
    "instrument": InstrumentFile,
    "licence": LicenceFile,
    "references": ReferencesFile,
    "definition": DefinitionFile,
    "text": TextFile,
    "example": ExampleFile,
    "scoring": ScoringFile,
    "alerts": AlertsFile,
}


def json_schemas() -> dict[str, str]:
    """File name -> the text of one schema."""
    return {
        f"{name}.schema.json": json.dumps(shape.model_json_schema(by_alias=True), indent=2, sort_keys=True) + "\n"
        for name, shape in _SHAPES.items()
    }


def write_schemas(folder: Path) -> tuple[str, ...]:
    """Write every schema; gives their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in json_schemas().items():
        (folder / name).write_text(text, encoding="utf-8")
    return tuple(json_schemas())
