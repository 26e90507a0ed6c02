"""Small sound advice files, written with whatever damage a test wants in them, and libraries made in memory."""

from collections.abc import Mapping
from pathlib import Path

from guidance.advice import Advice, AdviceRef
from guidance.library import AdviceLibrary

REFERENCES = """\
references:
  own:
    citation: The Vigie project.
"""

NAUSEA = """\
concept: nausea

versions:
  - version: 1
    references: [own]
    words:
      fr: {title: Avoir la nausée, text: Mangez peu., call_if: Appelez si cela dure.}
      en: {title: Feeling sick, text: Eat little., call_if: Call if it lasts.}
      ar: {title: الشعور بالغثيان, text: الأكل القليل مفيد., call_if: يُرجى الاتصال إن طال الأمر.}
"""

SECOND = """\
  - version: 2
    from: 2
    references: [own]
    words:
      fr: {title: La nausée, text: Buvez peu., call_if: Appelez si cela dure.}
      en: {title: Still sick, text: Drink little., call_if: Call if it lasts.}
      ar: {title: الغثيان, text: الشرب القليل مفيد., call_if: يُرجى الاتصال إن طال الأمر.}
"""


def write_advice(place: Path, changes: Mapping[str, str | None] | None = None) -> Path:
    """Write a folder with one piece of advice; `changes` are other files, and None for one that is not there."""
    folder = place / "guidance"
    files = {"references.yaml": REFERENCES, "advice/nausea.yaml": NAUSEA, **(changes or {})}
    for name, text in files.items():
        if text is not None:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    return folder


def library_of(**at_least: int) -> AdviceLibrary:
    """A library with version 1 of advice on some concepts, each with the value that it begins at."""
    found = {c: Advice(AdviceRef(c, 1), value, ("own",), {}, f"sha256:{c}") for c, value in at_least.items()}
    return AdviceLibrary({advice.ref: advice for advice in found.values()}, found, {})
