"""What the store writes and reads back: exact numbers, ordered ids, parameters in their places."""

import asyncio
import time
from decimal import Decimal
from typing import Any
from uuid import RFC_4122

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, select, update

from app.store import jsonb
from app.store.draft import DRAFT
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from app.store.response_writing import _ADD as ADD_RESPONSE
from app.store.statements import Statement
from tests.store.two_centres import connected

# jsonb stores texts without NUL and without lone surrogates; the API refuses both before they come here.
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12)
LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | DECIMALS | TEXTS
DATA = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4))


@given(DATA)
def test_plain_data_comes_back_as_it_went_in(data: Any) -> None:
    assert jsonb.load(jsonb.dump(data)) == data


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-1000, max_value=1000))
def test_a_decimal_keeps_its_digits(number: Decimal) -> None:
    assert str(jsonb.load(jsonb.dump(number))) == str(number)


@pytest.mark.slow
def test_postgresql_keeps_every_digit(postgres: EmbeddedPostgres) -> None:
    loop = asyncio.new_event_loop()
    through = connected(postgres.service_url)
    connection = loop.run_until_complete(through.__aenter__())

    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(DATA)
    def law(data: Any) -> None:
        text = loop.run_until_complete(connection.fetchval("SELECT $1::jsonb", jsonb.dump({"kept": data})))
        assert jsonb.load(text) == {"kept": data}

    try:
        law()
        for exact in ("62.50", "0.1", "-0.05", "33.333333333333333333333"):
            text = loop.run_until_complete(connection.fetchval("SELECT $1::jsonb", jsonb.dump([Decimal(exact)])))
            assert [str(number) for number in jsonb.load(text)] == [exact]
    finally:
        loop.run_until_complete(through.__aexit__(None, None, None))
        loop.close()


def test_a_thing_without_a_json_form_is_an_error() -> None:
    with pytest.raises(TypeError):
        jsonb.dump({"thing": object()})


def test_an_id_is_a_uuid_of_version_7() -> None:
    for _ in range(1000):
        made = new_id()
        assert made.version == 7
        assert made.variant == RFC_4122


def test_ids_sort_by_the_time_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for milliseconds in (0, 1, 255, 256, 1_790_000_000_000, 1_790_000_000_001, 2**48 - 1):
        monkeypatch.setattr(time, "time_ns", lambda at=milliseconds: at * 1_000_000 + 999_999)
        made.append(new_id())
        assert made[-1].int >> 80 == milliseconds
    assert made == sorted(made)
    assert [str(one) for one in made] == sorted(str(one) for one in made)


def test_ids_of_one_moment_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_790_000_000_000_000_000)
    assert len({new_id() for _ in range(10_000)}) == 10_000


def test_arguments_go_where_their_parameters_are() -> None:
    statement = Statement(
        update(DRAFT)
        .where(DRAFT.c.instrument == bindparam("asked"), DRAFT.c.version == "1.0.0")
        .values(answers=bindparam("new_answers"), revision=DRAFT.c.revision + 1)
    )
    given = statement.arguments({"new_answers": "{}", "asked": "pain", "not_a_parameter": 1})
    places = {f"${n}": value for n, value in enumerate(given, start=1)}
    for value, where in (("{}", "answers="), ("pain", "instrument = "), ("1.0.0", "version = "), (1, "revision + ")):
        assert places[statement.sql.split(where)[1].split("::")[0]] == value


def test_one_parameter_may_stand_in_two_places() -> None:
    twice = bindparam("twice", type_=DRAFT.c.version.type)
    statement = Statement(select(DRAFT.c.revision).where(DRAFT.c.version == twice, DRAFT.c.instrument == twice))
    assert statement.arguments({"twice": "x"}) == ["x"] * len(statement.arguments({"twice": "x"}))
    assert "$1" in statement.sql


def test_a_forgotten_argument_is_an_error() -> None:
    with pytest.raises(KeyError, match="answers"):
        ADD_RESPONSE.arguments({name: None for name in ADD_RESPONSE._names if name != "answers"})


def test_an_argument_may_be_none() -> None:
    values = dict.fromkeys(ADD_RESPONSE._names)
    assert ADD_RESPONSE.arguments(values) == [None] * len(ADD_RESPONSE._names)
