"""FHIR Questionnaires to import: made up, half right, and our own export mangled."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

from fhir_export.encoding import encode
from fhir_export.questionnaire import questionnaire_resource
from tests.export.builders import ARABIC_DRAFT, FRENCH, QUESTIONNAIRE

EXPORTED: dict[str, Any] = json.loads(
    encode(questionnaire_resource(QUESTIONNAIRE, {"fr": FRENCH, "ar": ARABIC_DRAFT}, "fr"))
)

TYPES = (
    "group", "display", "boolean", "integer", "decimal", "date", "dateTime", "time", "string", "text", "choice",
    "open-choice", "quantity", "url", "reference", "attachment", "question", "coding", "essay",
)  # fmt: skip

# NUL and lone surrogates come in JSON as escapes; a file may hold them.
texts = st.text(max_size=12) | st.sampled_from(
    ["a", "a/b", "1", "", " ", "\x00", "\ud800", "é" * 70, "x" * 80, "no", "#vs", "PRO-CTCAE"]
)
scalars = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats() | st.decimals() | texts
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)

codings = st.fixed_dictionaries({}, optional={"system": texts, "code": texts, "display": texts, "version": texts})
answers = st.one_of(
    st.fixed_dictionaries({"valueCoding": codings}),
    st.fixed_dictionaries({"valueInteger": st.integers(-9, 9)}),
    st.fixed_dictionaries({"valueString": texts}),
    st.fixed_dictionaries({"valueDate": st.sampled_from(["2020-01-01", "2020", "x"])}),
    anything,
)
link_ids = st.sampled_from(["a", "b", "c", "1.1", "/44250-9", "a", ""]) | texts
conditions = st.fixed_dictionaries(
    {"question": link_ids, "operator": st.sampled_from(["exists", "=", "!=", ">", "<", ">=", "<=", "~"])},
    optional={
        "answerBoolean": st.booleans(),
        "answerInteger": st.integers(-3, 12),
        "answerDecimal": st.decimals(allow_nan=False, allow_infinity=False),
        "answerString": texts,
        "answerCoding": codings,
        "answerDate": st.sampled_from(["2020-01-01", "never"]),
    },
)
extensions = st.lists(
    st.fixed_dictionaries(
        {
            "url": st.sampled_from(
                [
                    "http://hl7.org/fhir/StructureDefinition/minValue",
                    "http://hl7.org/fhir/StructureDefinition/maxValue",
                    "http://hl7.org/fhir/StructureDefinition/questionnaire-unit",
                    "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden",
                    "http://hl7.org/fhir/StructureDefinition/ordinalValue",
                    "http://example.org/other",
                ]
            )
        },
        optional={
            "valueInteger": st.integers(-9, 9),
            "valueDecimal": st.decimals(),
            "valueBoolean": st.booleans(),
            "valueCoding": codings,
        },
    ),
    max_size=2,
)


LEAF = {"linkId": "leaf", "type": "string"}


def items(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Items that may hold such items."""
    return st.fixed_dictionaries(
        {"linkId": link_ids, "type": st.sampled_from(TYPES)},
        optional={
            "text": texts,
            "_text": anything,
            "required": st.booleans() | anything,
            "repeats": st.booleans(),
            "readOnly": st.booleans(),
            "maxLength": st.integers(-1, 9000) | anything,
            "answerOption": st.lists(answers, max_size=4),
            "answerValueSet": st.sampled_from(["#vs", "http://loinc.org/vs/LL1"]),
            "enableWhen": st.lists(conditions, max_size=3),
            "enableBehavior": st.sampled_from(["all", "any", "some"]),
            "extension": extensions,
            "initial": anything,
            "item": st.lists(inner, max_size=3) | anything,
        },
    )


value_sets = st.fixed_dictionaries(
    {"resourceType": st.just("ValueSet"), "id": st.just("vs")},
    optional={
        "compose": st.fixed_dictionaries(
            {"include": st.lists(st.fixed_dictionaries({"concept": st.lists(codings, max_size=3)}), max_size=2)},
            optional={"exclude": anything},
        ),
        "expansion": st.fixed_dictionaries({"contains": st.lists(codings | anything, max_size=3)}),
    },
)
resources = st.fixed_dictionaries(
    {
        "resourceType": st.just("Questionnaire"),
        "item": st.lists(st.recursive(items(st.just(LEAF)), items, max_leaves=5), min_size=1, max_size=4),
    },
    optional={
        "id": texts,
        "url": texts,
        "version": texts,
        "title": texts,
        "_title": anything,
        "language": st.sampled_from(["en", "fr-CA", "EN_us"]),
        "status": texts,
        "date": st.sampled_from(["2026-01-31", "2026-01-31T10:00:00Z", "2026", "2026-02-31", "soon"]),
        "publisher": texts,
        "copyright": texts,
        "description": texts,
        "contained": st.lists(value_sets, max_size=2),
        "extension": anything,
    },
)


def places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(*above, step) for step, _ in inside] + [p for step, v in inside for p in places(v, (*above, step))]


@st.composite
def mangled(draw: st.DrawFn) -> dict[str, Any]:
    """Our own export with some of its elements replaced, taken out, or said twice."""
    resource = copy.deepcopy(EXPORTED)
    for _ in range(draw(st.integers(1, 4))):
        *above, last = draw(st.sampled_from([place for place in places(resource) if place != ("resourceType",)]))
        holder: Any = resource
        for step in above:
            holder = holder[step]
        how = draw(st.sampled_from(["replace", "remove", "repeat"]))
        if how == "replace":
            holder[last] = draw(anything)
        elif how == "repeat" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[last]))
        else:
            del holder[last]
    return resource
