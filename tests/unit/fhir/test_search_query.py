"""A search is read by what is offered: strictly or leniently, and never as more than was asked for."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.fhir.search.query import MAX_COUNT, SearchQuery, SortKey, Summary
from app.fhir.search.values import CanonicalValue, DateValue, ReferenceValue, StringValue, TokenValue
from app.http.refusal import Refused
from tests.unit.fhir.asked import BASE, OFFER, read

pytestmark = pytest.mark.anyio

SECRET = "Colette-0612345678"


async def refused(slug: str, *sent: tuple[str, str], **headers: Any) -> list[dict[str, Any]]:
    with pytest.raises(Refused) as caught:
        await read(sent, **headers)
    assert caught.value.problem.kind.slug == slug
    assert SECRET not in repr(caught.value.problem)
    return list(caught.value.problem.issues)


async def test_a_search_of_nothing_is_all_defaults() -> None:
    found = await read()
    assert found == SearchQuery({}, 20, (), frozenset(), Summary.FALSE, (), False, None, (), ())


async def test_values_of_one_parameter_are_alternatives_and_its_repetitions_all_hold() -> None:
    found = await read([("code", "a,urn:s|b"), ("code", r"c\,d"), ("date", "ge2026")])
    either = (TokenValue(None, "a"), TokenValue("urn:s", "b"))
    assert found.all_of("code", TokenValue) == (either, (TokenValue(None, "c,d"),))
    assert [value.start.year for (value,) in found.all_of("date", DateValue)] == [2026]
    assert found.all_of("title", StringValue) == ()
    assert found.understood == (("code", "a,urn:s|b"), ("code", r"c\,d"), ("date", "ge2026"))


async def test_what_may_be_sent_once_is_refused_twice() -> None:
    once = await read([("code", "a,b")])
    assert once.one_of("code", TokenValue) == (TokenValue(None, "a"), TokenValue(None, "b"))
    assert once.one_of("title", StringValue) is None
    twice = await read([("code", "a"), ("code", "b")])
    with pytest.raises(Refused):
        twice.one_of("code", TokenValue)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("patient", "1", ReferenceValue(None, "1")),
        ("patient", "Patient/1", ReferenceValue("Patient", "1")),
        ("patient", f"{BASE}/Patient/1", ReferenceValue("Patient", "1")),
        ("patient:Patient", "1", ReferenceValue("Patient", "1")),
        ("performer:Device", "1", ReferenceValue("Device", "1")),
        ("target", "Patient/1/_history/2", ReferenceValue("Patient", "1", "2")),
        ("questionnaire", "urn:q|1.0", CanonicalValue("urn:q", "1.0")),
        ("url", "urn:q|1.0", CanonicalValue("urn:q|1.0", None)),
        ("title", r"a\,b", StringValue("a,b")),
    ],
)
async def test_a_value_is_read_by_the_type_of_its_parameter(name: str, text: str, value: object) -> None:
    assert (await read([(name, text)])).criteria[name.partition(":")[0]] == ((value,),)


UNREADABLE = [
    ("patient", f"{SECRET}/1"),
    ("patient", "Practitioner/1"),
    ("patient", f"Patient/1/_history/{SECRET}"),
    ("patient:Patient", "Device/1"),
    ("performer:Patient", "Device/1"),
    ("patient:missing", "true"),
    ("patient:identifier", SECRET),
    ("patient:Device", "1"),
    ("patient.identifier", SECRET),
    ("patient:Patient.name", SECRET),
    ("patient.organization.name", SECRET),
    ("code.text", SECRET),
    ("_has:Observation:patient:code", SECRET),
    ("_has", SECRET),
    ("code:not", SECRET),
    ("code:text", SECRET),
    ("title:exact", SECRET),
    ("title:contains", SECRET),
    ("date", f"ge{SECRET}"),
    ("date", "ap2026"),
    ("date", "2026,"),
    ("code", f"a|b|{SECRET}"),
    ("code", "a,,b"),
    ("code", ",".join(["a"] * 101)),
    ("title", "a\x00"),
    ("code", f"{SECRET}\n"),
    ("value-quantity", SECRET),
    ("_count", SECRET),
    ("_count", "-1"),
    ("_count", "１"),
    ("_count", "9" * 10),
    ("_sort", SECRET),
    ("_sort", "date,date"),
    ("_sort", "--date"),
    ("_include", SECRET),
    ("_include", "*"),
    ("_summary", SECRET),
    ("_total", SECRET),
    ("_cursor", SECRET),
]


@pytest.mark.parametrize(("name", "text"), UNREADABLE)
@pytest.mark.parametrize("handling", ["strict", "lenient"])
async def test_what_cannot_be_read_is_refused_however_the_client_wants_it(handling: str, name: str, text: str) -> None:
    (issue,) = await refused("search-invalid", ("code", "a"), (name, text), prefer=f"handling={handling}")
    assert issue["expression"] == f"http.{re.split('[.:]', name)[0]}"
    assert issue["text"]


async def test_what_is_not_understood_is_left_out_and_named_or_refused() -> None:
    sent = [("code", "a"), ("colour", "red"), ("_revinclude", "x"), ("colour.text", "x"), (SECRET, SECRET)]
    for prefer in ("", "handling=lenient", "return=minimal"):
        found = await read(sent, prefer=prefer)
        assert found.ignored == ("colour", "_revinclude", "colour.text", SECRET)
        assert found.understood == (("code", "a"),)
    for prefer in ("handling=strict", "return=minimal; handling=strict", 'Handling="strict"'):
        issues = await refused("search-parameter-unknown", *sent, prefer=prefer)
        wanted = ["http.colour", "http._revinclude", "http.colour.text", "http"]
        assert [issue["expression"] for issue in issues] == wanted
        assert all(parameter.name in issues[0]["text"] for parameter in OFFER.parameters)


async def test_a_parameter_without_a_value_is_none() -> None:
    sent = [("code", ""), ("colour", ""), ("_sort", ""), ("_cursor", ""), ("_format", "json"), ("_pretty", "true")]
    assert await read(sent, prefer="handling=strict") == await read()


@pytest.mark.parametrize(
    ("text", "count"), [("1", 1), ("020", 20), ("200", 200), ("201", MAX_COUNT), ("999999999", 200)]
)
async def test_a_count_is_at_most_what_we_give(text: str, count: int) -> None:
    assert (await read([("_count", text)])).count == count


async def test_what_is_said_of_the_result_is_read() -> None:
    found = await read(
        [
            *(
                ("_sort", "-date"),
                ("_include", "Observation:patient"),
                ("_elements", "code,,value"),
                ("_total", "accurate"),
            ),
            *(("_elements", "status"), ("_summary", "text")),
        ]
    )
    assert found.sort == (SortKey("date", descending=True),)
    assert found.includes == {"Observation:patient"}
    assert found.elements == ("code", "value", "status")
    assert (found.wants_total, found.summary) == (True, Summary.TEXT)
    assert not (await read([("_total", "none")])).wants_total


async def test_a_count_of_nothing_asks_for_the_number_alone() -> None:
    found = await read([("_count", "0"), ("_summary", "data")])
    assert (found.summary, found.count) == (Summary.COUNT, 20)


async def test_a_posted_search_is_the_same_one_and_keeps_identifiers_to_itself() -> None:
    found = await read([("code", "a")], [("identifier", f"urn:s|{SECRET}"), ("code", "b")])
    assert found.understood == (("code", "a"), ("code", "b"))
    assert found.hidden == (("identifier", f"urn:s|{SECRET}"),)
    assert found.criteria["identifier"] == ((TokenValue("urn:s", SECRET),),)
    assert (await read([("identifier", "x")])).hidden == ()


async def test_a_form_of_very_many_parameters_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        await read((), [("code", "a")] * 1001)
    assert caught.value.problem.kind.slug == "search-invalid"


@settings(max_examples=200, deadline=None)
@given(
    sent=st.lists(
        st.tuples(
            st.one_of(
                st.sampled_from([*OFFER.by_name, "_count", "_sort", "_include", "_summary", "_elements", "_cursor"]),
                st.text(max_size=6),
            ),
            st.text(max_size=12),
        ),
        max_size=5,
    ),
    strict=st.booleans(),
)
async def test_every_search_is_read_or_refused(sent: list[tuple[str, str]], *, strict: bool) -> None:
    try:
        found = await read(sent, prefer="handling=strict" if strict else "")
    except Refused:
        return
    said = [name for name, text in sent if text and name not in ("_cursor", "_format", "_pretty")]
    assert sorted(said) == sorted([*(name for name, _ in found.understood), *found.ignored])
    assert not (strict and found.ignored)
