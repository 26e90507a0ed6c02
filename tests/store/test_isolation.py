"""Row-level security alone keeps centres and patients apart: whatever a query forgets, and whatever id it is given."""

import importlib
import pkgutil
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

import app.store
from app.settings import Settings
from app.store.audit import AuditEntry
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from app.store.pool import Pool
from app.store.statements import Statement
from app.store.tables import PRIVILEGES, every_table
from app.store.transaction import Scope, transaction
from tests.store.two_centres import (
    PatientRows,
    add_patient,
    centre_scope,
    connected,
    insertion,
    patient_scope,
    row_of,
)

pytestmark = pytest.mark.anyio

TABLES = sorted(PRIVILEGES)
OF_PATIENTS = sorted(table.name for table in every_table().tables.values() if "patient_id" in table.columns)
READABLE = sorted(name for name, allowed in PRIVILEGES.items() if "SELECT" in allowed)
WITHOUT_A_CENTRE = frozenset({"alembic_version"})
"""The named exceptions: tables that hold nothing of any centre."""

_NAMED = {
    f"{module.name}.{name}": value
    for module in pkgutil.iter_modules(app.store.__path__)
    for name, value in vars(importlib.import_module(f"app.store.{module.name}")).items()
}
STATEMENTS = {name: value for name, value in _NAMED.items() if isinstance(value, Statement)} | {
    f"{name}[{key}]": value
    for name, several in _NAMED.items()
    if isinstance(several, Mapping)
    for key, value in several.items()
    if isinstance(value, Statement)
}
ADDING = sorted(name for name, statement in STATEMENTS.items() if "INSERT INTO" in statement.sql)
# What a whole centre may read, so that no patient in it is a stranger there.
OF_CENTRES = frozenset(
    {
        "patient._QUEUE",
        "patient_link._QUEUE",
        "response_identifier._QUEUE",
        "centre._READ",
        "centre_look._READ",
        "consultation._IN_PERIOD",
        "centre_text._OF_INSTRUMENTS",
        "centre_text._NEWEST",
        "rescoring._COUNT",
        "rescoring._PAGE",
        "horizon.READ_HORIZON",
        "response_search.READ_HORIZON",
        *(name for name in STATEMENTS if name.startswith(("response_search.WALK", "response_search.END_OF_WALK"))),
        *("response_search.COUNT_OF_WALK", "response_search.COUNT_OF_IDS", "response_search.COUNT_OF_PATIENTS"),
        *(name for name in STATEMENTS if name.startswith("response_history.CHANGES[")),
    }
)
READING = sorted(
    name for name, statement in STATEMENTS.items() if statement.sql.startswith("SELECT") and name not in ADDING
)
SEARCHES = [
    statement
    for name, statement in STATEMENTS.items()
    if name.startswith(("response_search.", "response_history.", "response_in_centre."))
]
CHANGING = sorted(STATEMENTS.keys() - set(READING) - set(ADDING))
OF_OWNER = ("centre._PUT_CONTACTS", "centre._RENAME")
"""What only the schema's owner changes."""


@dataclass(frozen=True)
class TwoCentres:
    """Two patients of one centre, one of another."""

    first: PatientRows
    second: PatientRows
    elsewhere: PatientRows

    def scope(self, name: str) -> tuple[str, set[UUID]]:
        """The statement that sets a scope, and whose rows are then in reach."""
        here, there = self.first.centre_id, self.elsewhere.centre_id
        first, second, elsewhere = (who.patient_id for who in (self.first, self.second, self.elsewhere))
        return {
            "centre": (centre_scope(here), {first, second}),
            "other centre": (centre_scope(there), {elsewhere}),
            "patient": (patient_scope(here, first), {first}),
            "two patients": (patient_scope(here, first, second), {first, second}),
            "no patient": (patient_scope(here), set[UUID]()),
            "patient of another centre": (patient_scope(here, elsewhere), set[UUID]()),
            "centre without reach": (f"SELECT set_config('app.centre_id', '{here}', true)", set[UUID]()),
            "reach without centre": ("SELECT set_config('app.reach', 'centre', true)", set[UUID]()),
            "unset": ("SELECT 1", set[UUID]()),
        }[name]


SCOPES = (
    *("centre", "other centre", "patient", "two patients", "no patient", "patient of another centre"),
    *("centre without reach", "reach without centre", "unset"),
)


@pytest.fixture(scope="module")
async def rows(postgres: EmbeddedPostgres) -> TwoCentres:
    here, there = new_id(), new_id()
    async with connected(postgres.url("postgres", "vigie")) as superuser:
        return TwoCentres(
            await add_patient(superuser, here), await add_patient(superuser, here), await add_patient(superuser, there)
        )


@pytest.fixture(params=["service", "owner"])
async def as_either(request: pytest.FixtureRequest, postgres: EmbeddedPostgres) -> AsyncIterator[asyncpg.Connection]:
    """The service's role, and the owner's, who may read and change every table: the policies bind both."""
    async with connected(postgres.service_url if request.param == "service" else postgres.owner_url) as connection:
        yield connection


@pytest.fixture
async def as_service(postgres: EmbeddedPostgres) -> AsyncIterator[asyncpg.Connection]:
    async with connected(postgres.service_url) as connection:
        yield connection


@pytest.fixture
async def as_owner(postgres: EmbeddedPostgres) -> AsyncIterator[asyncpg.Connection]:
    async with connected(postgres.owner_url) as connection:
        yield connection


@asynccontextmanager
async def scoped(connection: asyncpg.Connection, scope: str) -> AsyncIterator[None]:
    """A transaction in a scope, taken back at the end."""
    opened = connection.transaction()
    await opened.start()
    await connection.execute(scope)
    try:
        yield
    finally:
        await opened.rollback()


async def everything(connection: asyncpg.Connection, table: str) -> list[asyncpg.Record]:
    """What a query that has forgotten every filter sees; nothing where the role may not read the table at all."""
    if not await connection.fetchval("SELECT has_table_privilege($1, 'SELECT')", table):
        return []
    return list(await connection.fetch(f"SELECT * FROM {table}"))


@pytest.mark.parametrize("scope", SCOPES)
async def test_a_query_without_filters_sees_what_is_in_reach(
    rows: TwoCentres, as_either: asyncpg.Connection, scope: str
) -> None:
    statement, reach = rows.scope(scope)
    async with scoped(as_either, statement):
        user = await as_either.fetchval("SELECT current_user")
        for table in OF_PATIENTS:
            seen = {row["patient_id"] for row in await everything(as_either, table)}
            assert seen == (reach if table in READABLE or user == "vigie_owner" else set()), table
        centre = await as_either.fetchval("SELECT nullif(current_setting('app.centre_id', true), '')::uuid")
        for table in set(TABLES) - set(OF_PATIENTS):
            assert {row["centre_id"] for row in await everything(as_either, table)} == {centre} - {None}, table


async def test_after_a_commit_nothing_is_in_reach(rows: TwoCentres, as_either: asyncpg.Connection) -> None:
    async with as_either.transaction():
        await as_either.execute(rows.scope("centre")[0])
        assert await everything(as_either, "patient")
    assert await as_either.fetchval("SELECT current_setting('app.centre_id', true)") == ""
    for table in TABLES:
        assert await everything(as_either, table) == [], table


class Abandoned(Exception):
    """Ends a transaction without a trace, saying which patients it saw."""


async def look_and_abandon(pool: Pool, scope: Scope) -> None:
    async with transaction(pool, scope, AuditEntry("test", "test", "test", "test")) as tx:
        raise Abandoned({row["patient_id"] for row in await tx._connection.fetch("SELECT * FROM patient")})


async def test_a_connection_carries_nothing_over_to_the_next_transaction(
    rows: TwoCentres, postgres: EmbeddedPostgres
) -> None:
    here, there = rows.first.centre_id, rows.elsewhere.centre_id
    second = rows.second.patient_id
    settings = Settings.model_validate({"DATABASE_URL": postgres.service_url, "pool_size": 1})
    pool = await Pool.open(postgres.service_url, settings)
    for scope, reach in (
        (Scope(here), {rows.first.patient_id, second}),
        (Scope(here, frozenset({second})), {second}),
        (Scope(there), {rows.elsewhere.patient_id}),
        (Scope(here, frozenset()), set()),
    ):
        with pytest.raises(Abandoned) as abandoned:
            await look_and_abandon(pool, scope)
        assert abandoned.value.args == (reach,)
    await pool.close()


@pytest.mark.parametrize("table", TABLES)
async def test_no_row_of_another_centre_can_be_added_or_moved_there(
    rows: TwoCentres, as_owner: asyncpg.Connection, table: str
) -> None:
    here, there = rows.first.centre_id, rows.elsewhere
    statement, values = insertion(table, row_of(every_table().tables[table], there.centre_id, there.patient_id))
    async with scoped(as_owner, centre_scope(here)):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await as_owner.execute(statement, *values)
    async with scoped(as_owner, centre_scope(here)):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await as_owner.execute(f"UPDATE {table} SET centre_id = $1", there.centre_id)


@pytest.mark.parametrize("table", OF_PATIENTS)
async def test_no_row_of_another_patient_can_be_added_or_given_to_them(
    rows: TwoCentres, as_owner: asyncpg.Connection, table: str
) -> None:
    scope = patient_scope(rows.first.centre_id, rows.first.patient_id)
    statement, values = insertion(
        table, row_of(every_table().tables[table], rows.first.centre_id, rows.second.patient_id)
    )
    async with scoped(as_owner, scope):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await as_owner.execute(statement, *values)
    async with scoped(as_owner, scope):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await as_owner.execute(f"UPDATE {table} SET patient_id = $1", rows.second.patient_id)


@pytest.mark.parametrize("table", TABLES)
async def test_the_service_may_do_what_is_listed_and_no_more(
    rows: TwoCentres, as_service: asyncpg.Connection, table: str
) -> None:
    first = rows.first
    addition, values = insertion(
        table, row_of(every_table().tables[table], first.centre_id, first.patient_id, first.rows)
    )
    attempts: dict[str, tuple[str, list[Any]]] = {
        "SELECT": (f"SELECT * FROM {table}", []),
        "INSERT": (f"{addition} ON CONFLICT DO NOTHING", values),
        "UPDATE": (f"UPDATE {table} SET centre_id = centre_id", []),
        "DELETE": (f"DELETE FROM {table}", []),
        "TRUNCATE": (f"TRUNCATE {table}", []),
    }
    if "SELECT" not in PRIVILEGES[table]:
        attempts["INSERT"] = (addition, values)  # ON CONFLICT reads
    for privilege, (statement, arguments) in attempts.items():
        async with scoped(as_service, centre_scope(rows.first.centre_id)):
            if privilege in PRIVILEGES[table]:
                await as_service.execute(statement, *arguments)
            else:
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
                    await as_service.execute(statement, *arguments)


def test_responses_and_audit_are_append_only() -> None:
    assert not {"UPDATE", "DELETE", "TRUNCATE"} & (PRIVILEGES["response"] | PRIVILEGES["audit_event"])


def test_licensed_words_are_only_read() -> None:
    assert PRIVILEGES["centre_text"] == {"SELECT"}


# --- the store's own statements ---------------------------------------------------------------------------------


def arguments(statement: Statement, whose: PatientRows) -> list[Any]:
    """A patient's values for the parameters of any statement. A new parameter's name is to be explained here."""
    row = {name: value for row in whose.rows.values() for name, value in row.items()}
    at = row["authored_at"]
    asked: dict[str, Any] = {"identifier": "same", "versions": ["same"]}
    asked |= {"new_name": "another", "new_contacts": "[]"}
    asked |= {"new_version": "same", "new_answers": "{}", "seen_revision": 1, "version_number": 2}
    asked |= {"patient_ids": [row["patient_id"]], "replacing_ids": [row["replaced_by"]], "new_identity_status": "same"}
    asked |= {"identifier_values": [whose.rows["patient_identifier"]["value"]], "roles": ["same"]}
    asked |= {"consultation_ids": [row["consultation_id"]], "visit_ids": [row["visit_id"]]}
    asked |= {"response_ids": [row["response_id"]], "link_key": row["idempotency_key"]}
    asked |= {"stored_after": datetime(1, 1, 2, tzinfo=UTC), "after_id": UUID(int=0), "after_revision": 0}
    asked |= {"earliest": at, "latest": at, "now": at, "begins": [at], "ends": [at]}
    asked |= {"link_key": row["idempotency_key"]}
    asked |= {"after": UUID(int=0), "settled": ["same|another"]}
    asked |= {"before": datetime(9999, 1, 1, tzinfo=UTC), "before_id": UUID(int=0), "count": 100}
    asked |= {f"audit_{name}": value for name, value in whose.rows["audit_event"].items()}
    asked |= {"with_scores": True, "reference": timedelta(days=28)}
    if statement is STATEMENTS["response_identifier._FIND"]:
        asked |= {"value": row["identifier_value"]}
    if statement in SEARCHES:
        asked |= _searched(statement, row)
    if statement in (STATEMENTS["before_storing._READ"], STATEMENTS["earlier_responses._READ"]):
        # The response that is being stored: not there yet, and given after the consultation.
        asked |= {"response_id": UUID(int=0), "authored_at": at + timedelta(hours=1)}
    return statement.arguments(row | asked)


def _searched(statement: Statement, row: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a search: as of the end of time, from the beginning, whatever else the responses are."""
    first, last = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
    nothing = ("versions", "statuses", "respondents", "authors", "consultations", "identifiers")
    asked: dict[str, Any] = dict.fromkeys((*nothing, "authored_from", "authored_until", "stored_from", "stored_until"))
    asked |= {
        "patients": [row["patient_id"]],
        "ids": [row["response_id"]],
        "as_of": last,
        "since": first,
        "until": last,
    }
    descending = " DESC" in statement.sql.rpartition("ORDER BY")[2]
    asked |= {"after": last if descending else first, "after_id": UUID(int=0), "after_revision": 0, "count": 100}
    return asked | {"before_revision": 9, "skipped": 0, "identifier_values": [row["identifier_value"]], "revision": 1}


def without_filters(sql: str) -> str:
    """The statement as if its author had forgotten centre and patient, in conditions and in joins."""
    forgotten = re.sub(r"\b\w+\.(?:centre_id|patient_id) = (\$\d+::UUID)", r"\1 IS NOT NULL", sql)
    return re.sub(r"\b\w+\.(?:centre_id|patient_id) = \w+\.(?:centre_id|patient_id)\b", "true", forgotten)


def test_every_statement_is_looked_at() -> None:
    assert len(STATEMENTS) >= 20
    assert {sql.split()[0] for sql in (STATEMENTS[name].sql for name in CHANGING)} == {"UPDATE", "DELETE"}
    assert {"response_reading._CURRENT", "before_storing._READ", "draft._READ"} <= set(READING)
    assert "earlier_responses._READ" in READING
    assert {"response_writing._ADD", "audit._WRITE"} <= set(ADDING)


@pytest.mark.parametrize("name", READING)
async def test_a_reading_statement_that_forgets_centre_and_patient_reads_the_same(
    rows: TwoCentres, as_service: asyncpg.Connection, name: str
) -> None:
    statement = STATEMENTS[name]
    for scope, whose in (("patient", rows.first), ("other centre", rows.elsewhere)):
        async with scoped(as_service, rows.scope(scope)[0]):
            as_written = await as_service.fetch(statement.sql, *arguments(statement, whose))
            forgetful = await as_service.fetch(without_filters(statement.sql), *arguments(statement, whose))
        assert as_written, "the statement finds its own rows"
        assert sorted(map(str, forgetful)) == sorted(map(str, as_written))


async def test_without_row_level_security_the_forgetful_statements_would_read_more(
    rows: TwoCentres, postgres: EmbeddedPostgres
) -> None:
    leaking = set()
    async with connected(postgres.url("postgres", "vigie")) as superuser:
        for name in READING:
            statement = STATEMENTS[name]
            values = arguments(statement, rows.first)
            as_written = await superuser.fetch(statement.sql, *values)
            try:
                forgetful = await superuser.fetch(without_filters(statement.sql), *values)
            except asyncpg.CardinalityViolationError:  # more than one draft, where one is expected
                leaking.add(name)
            else:
                leaking |= {name} if len(forgetful) > len(as_written) else set()
    assert {
        "centre._READ",
        "centre_look._READ",
        "consultation._IN_PERIOD",
        "patient._READ",
        "centre_text._OF_INSTRUMENTS",
        "draft._READ",
        "response_reading._BETWEEN",
        "before_storing._READ",
    } <= leaking


@pytest.mark.parametrize("scope", ["patient", "other centre", "no patient", "unset"])
@pytest.mark.parametrize("name", sorted(set(READING) - OF_CENTRES))
async def test_a_reading_statement_finds_nothing_by_a_strangers_ids(
    rows: TwoCentres, as_service: asyncpg.Connection, name: str, scope: str
) -> None:
    statement = STATEMENTS[name]
    async with scoped(as_service, rows.scope(scope)[0]):
        assert await as_service.fetch(statement.sql, *arguments(statement, rows.second)) == []
        forgetful = await as_service.fetch(without_filters(statement.sql), *arguments(statement, rows.second))
        assert not rows.second.ids & {value for row in forgetful for value in row.values() if isinstance(value, UUID)}


@pytest.mark.parametrize("scope", ["patient", "other centre", "no patient", "unset"])
@pytest.mark.parametrize("name", ADDING)
async def test_an_adding_statement_is_refused_with_a_strangers_ids(
    rows: TwoCentres, as_service: asyncpg.Connection, name: str, scope: str
) -> None:
    statement = STATEMENTS[name]
    async with scoped(as_service, rows.scope(scope)[0]):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await as_service.execute(statement.sql, *arguments(statement, rows.second))


@pytest.mark.parametrize("scope", ["patient", "other centre", "no patient", "unset"])
@pytest.mark.parametrize("name", sorted(set(CHANGING) - set(OF_OWNER)))
async def test_a_changing_statement_leaves_a_strangers_rows_alone(
    rows: TwoCentres, as_service: asyncpg.Connection, name: str, scope: str
) -> None:
    statement = STATEMENTS[name]
    strangers = patient_scope(rows.second.centre_id, rows.second.patient_id)
    async with scoped(as_service, strangers):
        before = {table: await everything(as_service, table) for table in READABLE}
        assert all(before.values()), "there is something to spoil"
        for sql in (statement.sql, without_filters(statement.sql)):
            await as_service.execute("SELECT set_config('app.centre_id', '', true), set_config('app.reach', '', true)")
            await as_service.execute("SELECT set_config('app.patient_ids', '', true)")
            await as_service.execute(rows.scope(scope)[0])
            await as_service.execute(sql, *arguments(statement, rows.second))
            await as_service.execute(strangers)
            assert {table: await everything(as_service, table) for table in READABLE} == before


# --- the catalogue ----------------------------------------------------------------------------------------------

_TABLES = """
SELECT c.oid, c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced,
       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'patient_id') AS of_patients
FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
"""
_KEYS = """
SELECT i.indrelid AS oid, c.relname AS key, a.attname AS first
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
UNION ALL
SELECT k.conrelid, k.conname, a.attname FROM pg_constraint k
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] WHERE k.contype = 'f'
UNION ALL
SELECT k.conrelid, k.conname || ' (referenced)', a.attname FROM pg_constraint k
JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = k.confkey[1] WHERE k.contype = 'f'
"""
_POLICIES = """
SELECT polrelid AS oid, polname AS name, polpermissive AS permissive, polcmd = '*' AS of_everything,
       polroles = '{0}' AS of_everybody, pg_get_expr(polqual, polrelid) AS reads,
       pg_get_expr(polwithcheck, polrelid) AS writes
FROM pg_policy
"""


async def unprotected(connection: asyncpg.Connection) -> list[str]:
    """What is wrong with the tables of the database, each a sentence."""
    keys = await connection.fetch(_KEYS)
    policies = await connection.fetch(_POLICIES)
    faults: list[str] = []
    for table in await connection.fetch(_TABLES):
        name = table["name"]
        if name in WITHOUT_A_CENTRE:
            continue
        if name not in PRIVILEGES:
            faults.append(f"{name} is not in app.store.tables")
        if not table["forced"]:
            faults.append(f"{name} does not force row-level security")
        faults += [
            f"{key['key']} of {name} starts with {key['first']}"
            for key in keys
            if key["oid"] == table["oid"] and key["first"] != "centre_id"
        ]
        own = [policy for policy in policies if policy["oid"] == table["oid"]]
        whole = [p for p in own if p["of_everything"] and p["of_everybody"] and p["reads"] == p["writes"]]
        if own != whole:
            faults.append(f"{name} has a policy that is not for every command of everybody")
        if [p["name"] for p in own if p["permissive"]] != ["in_centre"]:
            faults.append(f"{name} lets rows in by another policy than in_centre, or by none")
        if not all("app.centre_id" in p["reads"] for p in whole if p["permissive"]):
            faults.append(f"{name} is not held to its centre")
        if table["of_patients"] and not any("app.patient_ids" in p["reads"] for p in whole if not p["permissive"]):
            faults.append(f"{name} is not held to the patients in reach")
    return faults


async def test_every_table_is_behind_row_level_security_and_every_key_starts_with_the_centre(
    as_owner: asyncpg.Connection,
) -> None:
    assert await unprotected(as_owner) == []
    found = {row["name"] for row in await as_owner.fetch(_TABLES)}
    assert found == set(PRIVILEGES) | WITHOUT_A_CENTRE


async def test_a_new_table_without_policies_is_found(as_owner: asyncpg.Connection) -> None:
    async with scoped(as_owner, "SELECT 1"):
        await as_owner.execute("CREATE TABLE new_thing (id uuid PRIMARY KEY, centre_id uuid, patient_id uuid)")
        assert await unprotected(as_owner) == [
            "new_thing is not in app.store.tables",
            "new_thing does not force row-level security",
            "new_thing_pkey of new_thing starts with id",
            "new_thing lets rows in by another policy than in_centre, or by none",
            "new_thing is not held to the patients in reach",
        ]


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("ALTER TABLE draft NO FORCE ROW LEVEL SECURITY", "draft does not force row-level security"),
        ("DROP POLICY in_reach ON draft", "draft is not held to the patients in reach"),
        (
            "CREATE POLICY open ON draft FOR SELECT USING (true)",
            "draft has a policy that is not for every command of everybody",
        ),
        ("CREATE INDEX by_version ON draft (version)", "by_version of draft starts with version"),
    ],
)
async def test_a_damaged_table_is_found(as_owner: asyncpg.Connection, damage: str, fault: str) -> None:
    async with scoped(as_owner, "SELECT 1"):
        await as_owner.execute(damage)
        assert fault in await unprotected(as_owner)


async def test_there_is_no_way_round_the_tables(as_owner: asyncpg.Connection) -> None:
    views = "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
    functions = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    assert await as_owner.fetch(views) == []
    assert await as_owner.fetch(functions) == []


@pytest.mark.parametrize("name", OF_OWNER)
async def test_a_centre_is_changed_by_the_owner_alone_and_only_in_its_own_scope(
    rows: TwoCentres, as_owner: asyncpg.Connection, as_service: asyncpg.Connection, name: str
) -> None:
    statement = STATEMENTS[name]
    async with scoped(as_service, rows.scope("centre")[0]):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await as_service.execute(statement.sql, *arguments(statement, rows.first))
    for scope in ("other centre", "unset"):
        async with scoped(as_owner, rows.scope(scope)[0]):
            assert await as_owner.execute(statement.sql, *arguments(statement, rows.first)) == "UPDATE 0"
    async with scoped(as_owner, rows.scope("centre")[0]):
        assert await as_owner.execute(without_filters(statement.sql), *arguments(statement, rows.first)) == "UPDATE 1"
