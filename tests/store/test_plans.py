"""Under the policies, the hot statements still find their rows through an index: of the centre and the patient."""

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.store import (
    before_storing,
    centre_text,
    consultation,
    document_version,
    draft,
    earlier_responses,
    patient,
    patient_link,
    personal_link,
    rescoring,
    response_history,
    response_identifier,
    response_in_centre,
    response_reading,
    response_search,
    responses_of_several,
    revision,
    synthesis_mark,
)
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from app.store.response_wanted import Order
from app.store.schema import migrate
from app.store.statements import Statement
from tests.store.two_centres import centre_scope, connected, patient_scope

CENTRE, PATIENT = new_id(), new_id()

# Statement -> for each table that it reads, the columns that must be conditions of the index, not filters.
HOT: dict[str, tuple[Statement, dict[str, set[str]]]] = {
    "before storing": (
        before_storing._READ,
        {
            "patient": {"centre_id", "patient_id"},
            "consultation": {"centre_id", "patient_id", "starts_at"},
            "draft": {"centre_id", "patient_id", "instrument"},
            "response": {"centre_id", "patient_id", "authored_at"},
        },
    ),
    "earlier responses": (
        earlier_responses._READ,
        {
            "consultation": {"centre_id", "patient_id", "starts_at"},
            "response": {"centre_id", "patient_id", "authored_at"},
        },
    ),
    "between": (response_reading._BETWEEN, {"response": {"centre_id", "patient_id", "authored_at"}}),
    "first": (response_reading._FIRST, {"response": {"centre_id", "patient_id"}}),
    "between, of several": (
        responses_of_several._BETWEEN,
        {"response": {"centre_id", "patient_id", "authored_at"}},
    ),
    "first, of several": (responses_of_several._FIRSTS, {"response": {"centre_id", "patient_id"}}),
    "page": (response_reading._PAGE, {"response": {"centre_id", "patient_id", "authored_at"}}),
    "by key": (response_reading._BY_KEY, {"response": {"centre_id", "patient_id", "idempotency_key"}}),
    "latest of a link": (response_reading._LATEST_OF_LINK, {"response": {"centre_id", "patient_id"}}),
    "all of a link": (response_reading._ALL_OF_LINK, {"response": {"centre_id", "patient_id"}}),
    "current": (response_reading._CURRENT, {"response": {"centre_id", "response_id"}}),
    "revisions": (response_reading._REVISIONS, {"response": {"centre_id", "response_id"}}),
    "draft": (draft._READ, {"draft": {"centre_id", "patient_id", "instrument"}}),
    "consultation": (consultation._READ, {"consultation": {"centre_id", "consultation_id"}}),
    "consultations": (consultation._OF_PATIENT, {"consultation": {"centre_id", "patient_id"}}),
    "consultations of several": (consultation._OF_PATIENTS, {"consultation": {"centre_id", "patient_id"}}),
    "consultations of a day": (consultation._IN_PERIOD, {"consultation": {"centre_id", "starts_at"}}),
    "patients": (
        patient._READ,
        {"patient": {"centre_id", "patient_id"}, "patient_identifier": {"centre_id", "patient_id"}},
    ),
    "visits by id": (consultation._SEVERAL, {"consultation": {"centre_id", "consultation_id"}}),
    "visits by the hospital's id": (consultation._BY_VISIT_IDS, {"consultation": {"centre_id", "visit_id"}}),
    "patients by value": (patient._WITH_VALUES, {"patient_identifier": {"centre_id", "value"}}),
    "replaced": (patient_link._OF_REPLACED, {"patient_link": {"centre_id", "patient_id"}}),
    "replaced and replacing": (
        patient_link._OF_PATIENTS,
        {"patient_link": {"centre_id", "patient_id"}, "replacing": {"centre_id", "replaced_by"}},
    ),
    "revisions without answers": (
        revision._OF_RESPONSES,
        {
            "response": {"centre_id", "response_id"},
            "received_resource": {"centre_id", "response_id", "revision"},
        },
    ),
    "page of revisions": (
        revision._PAGE,
        {
            "response": {"centre_id", "patient_id"},
            "received_resource": {"centre_id", "response_id", "revision"},
        },
    ),
    "count of revisions": (revision._COUNT, {"response": {"centre_id", "patient_id"}}),
    "recorder": (revision._RECORDER, {"response": {"centre_id", "recorder_id"}}),
    "newest document version": (
        document_version._NEWEST,
        {"document_version": {"centre_id", "consultation_id"}},
    ),
    "personal link": (personal_link._READ, {"personal_link": {"centre_id", "link_id"}}),
    "personal links": (personal_link._OF_PATIENT, {"personal_link": {"centre_id", "patient_id"}}),
    "marks": (synthesis_mark._OF_CONSULTATION, {"synthesis_mark": {"centre_id", "consultation_id"}}),
    "words": (centre_text._OF_INSTRUMENTS, {"centre_text": {"centre_id", "instrument"}}),
    "patients to score again": (
        rescoring._PAGE,
        {"patient": {"centre_id", "patient_id"}, "response": {"centre_id", "patient_id"}},
    ),
    "to score again": (rescoring._OF_PATIENT, {"response": {"centre_id", "patient_id"}}),
    "find": (patient._FIND, {"patient_identifier": {"centre_id", "system", "value"}}),
}

_SEARCHES: dict[str, tuple[Statement, set[str]]] = {
    "current in centre": (response_in_centre._CURRENT, {"centre_id", "response_id"}),
    "revision in centre": (response_in_centre._REVISION, {"centre_id", "response_id", "revision"}),
    "newest of patient": (response_search.NEWEST_OF_PATIENT, {"centre_id", "patient_id", "authored_at"}),
    "count of patients": (response_search.COUNT_OF_PATIENTS, {"centre_id", "patient_id"}),
    "count of ids": (response_search.COUNT_OF_IDS, {"centre_id", "response_id"}),
    "count of walk": (response_search.COUNT_OF_WALK, {"centre_id", "stored_at"}),
    "with identifier": (response_search.WITH_IDENTIFIER, {"centre_id", "identifier_value"}),
    "stored under an identifier": (response_identifier._FIND, {"centre_id", "identifier_value"}),
    "history": (response_history.OF_RESPONSE, {"centre_id", "response_id"}),
    "is there": (response_history.IS_THERE, {"centre_id", "response_id"}),
}
for _order in Order:
    _SEARCHES[f"of patients, {_order}"] = (response_search.OF_PATIENTS[_order], {"centre_id", "patient_id"})
    _SEARCHES[f"of ids, {_order}"] = (response_search.OF_IDS[_order], {"centre_id", "response_id"})
for _order in (Order.STORED, Order.STORED_LAST):
    _SEARCHES[f"walk, {_order}"] = (response_search.WALK[_order], {"centre_id", "stored_at"})
    _SEARCHES[f"end of walk, {_order}"] = (response_search.END_OF_WALK[_order], {"centre_id", "stored_at"})
    _SEARCHES[f"changes, {_order}"] = (response_history.CHANGES[_order], {"centre_id", "stored_at"})
    _SEARCHES[f"changes of patients, {_order}"] = (
        response_history.CHANGES_OF_PATIENTS[_order],
        {"centre_id", "patient_id"},
    )
HOT |= {name: (statement, {"response": columns}) for name, (statement, columns) in _SEARCHES.items()}
HOT["of consultations"] = (
    response_search.OF_CONSULTATIONS,
    {"consultation": {"centre_id", "consultation_id"}, "response": {"centre_id", "patient_id"}},
)

# Two centres of 400 patients with 50 responses, 5 consultations and a draft each, around the one that is asked for. The
# responses were recorded by 50 people and came as FHIR; each patient is replaced by the next.
_LOAD = """
CREATE TEMPORARY TABLE who AS
  SELECT CASE WHEN n % 2 = 0 THEN '{centre}'::uuid ELSE '{other}'::uuid END AS centre_id,
         CASE WHEN n = 0 THEN '{patient}'::uuid ELSE gen_random_uuid() END AS patient_id
  FROM generate_series(0, 799) AS n;
INSERT INTO centre
  SELECT DISTINCT centre_id, 'x', 'alert', '{{fr}}'::text[], 'UTC', '[]'::jsonb, '{{}}'::text[] FROM who;
INSERT INTO centre_text
  SELECT DISTINCT centre_id, 'i' || n, 'fr', 1, 'd', 'local', '{{1.0.0}}'::text[], '{{}}'::jsonb, 'p', ''::bytea, 'o'
  FROM who, generate_series(1, 200) AS n;
INSERT INTO patient SELECT centre_id, patient_id FROM who;
INSERT INTO patient_identifier SELECT centre_id, 'urn:x', patient_id::text, patient_id FROM who;
INSERT INTO consultation
  SELECT centre_id, gen_random_uuid(), patient_id, gen_random_uuid(), now() - n * interval '30 days', 'finished', '{{}}'
  FROM who, generate_series(1, 5) AS n;
INSERT INTO document_version
  SELECT centre_id, consultation_id, n, patient_id, '', 'final', now() FROM consultation, generate_series(1, 4) AS n;
INSERT INTO personal_link
  SELECT centre_id, gen_random_uuid(), patient_id, 'i', consultation_id FROM consultation;
INSERT INTO synthesis_mark
  SELECT centre_id, consultation_id, gen_random_uuid(), patient_id, 'seen', n, 'clinician', NULL
  FROM consultation, generate_series(1, 4) AS n;
INSERT INTO draft SELECT centre_id, patient_id, 'i', '1.0.0', 1, '{{}}' FROM who;
INSERT INTO response
  SELECT centre_id, gen_random_uuid(), 1, patient_id, 'i', '1.0.0', 'd', '1.0.0', 'd', 'fr', 'd', 'completed',
         'patient', 'patient', NULL, at, NULL, at, at, at, n::text, 'x', NULL, '{{}}', '{{}}', '{{}}',
         NULL, md5(n::text)::uuid
  FROM who, generate_series(1, 50) AS n, LATERAL (SELECT now() - n * interval '7 days' AS at) AS dated;
INSERT INTO received_resource SELECT centre_id, response_id, revision, patient_id, 'x', '' FROM response;
INSERT INTO patient_link
  SELECT * FROM (
    SELECT centre_id, patient_id, lead(patient_id) OVER (PARTITION BY centre_id ORDER BY patient_id) AS next FROM who
  ) AS chain WHERE next IS NOT NULL;
"""


async def _load(url: str) -> None:
    async with connected(url) as superuser:
        await superuser.execute(_LOAD.format(centre=CENTRE, other=new_id(), patient=PATIENT))
        await superuser.execute("ANALYZE")


@pytest.fixture(scope="module")
def loaded(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The service's URL of a database with 40,000 responses."""
    postgres.create_database("plans")
    service_url = postgres.url("vigie_service", "plans")
    migrate(postgres.url("vigie_owner", "plans"), service_url)
    asyncio.run(_load(postgres.url("postgres", "plans")))
    yield service_url
    postgres.drop_database("plans")


async def _plan(url: str, statement: Statement, scope: str) -> dict[str, Any]:
    """The plan that the pool's connections make: generic, because they prepare each statement once."""
    async with connected(url) as service, service.transaction():
        await service.execute("SET LOCAL plan_cache_mode = 'force_generic_plan'; SET LOCAL jit = 'off'")
        await service.execute("SET LOCAL enable_seqscan = 'off'; SET LOCAL enable_bitmapscan = 'off'")
        await service.execute(scope)
        await service.execute(f"PREPARE asked AS {statement.sql}")
        nothing = ", ".join("NULL" for _ in range(len(set(re.findall(r"\$\d+", statement.sql)))))
        (explained,) = json.loads(await service.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE asked({nothing})"))
        return dict(explained["Plan"])


def _scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node that reads a table; a bitmap scan has its conditions in the index node below it."""
    if "Relation Name" in plan:
        below = [part.get("Index Cond", "") for part in plan.get("Plans", ()) if "Index Name" in part]
        yield {**plan, "Index Cond": " ".join([plan.get("Index Cond", ""), *below])}
    for part in plan.get("Plans", ()):
        yield from _scans(part)


@pytest.mark.parametrize("scope", [centre_scope(CENTRE), patient_scope(CENTRE, PATIENT)], ids=["staff", "patient"])
@pytest.mark.parametrize("name", HOT)
def test_a_hot_statement_finds_its_rows_through_an_index(loaded: str, name: str, scope: str) -> None:
    statement, expected = HOT[name]
    read: set[str] = set()
    for scan in _scans(asyncio.run(_plan(loaded, statement, scope))):
        table, alias = scan["Relation Name"], scan["Alias"]
        if table == "centre":
            continue  # a handful of rows
        assert "Index" in scan["Node Type"] or "Bitmap" in scan["Node Type"], f"{scan['Node Type']} of {table}"
        # A later revision is looked for by the response's own key, whatever the statement is.
        named = alias if alias in expected else table
        needed = {"centre_id", "response_id"} if alias.startswith("later") else expected[named]
        conditions = set(re.findall(r"\b[a-z_]+\b", scan["Index Cond"]))
        assert needed <= conditions, f"{alias}: {scan['Index Cond']}"
        read.add(named)
    assert read == set(expected)


@pytest.mark.parametrize("order", [Order.STORED, Order.STORED_LAST])
def test_a_walk_through_a_centre_sorts_nothing(loaded: str, order: Order) -> None:
    """So that it stops as soon as its page is full, and never looks further than its bound."""
    for statement in (response_search.WALK[order], response_search.END_OF_WALK[order], response_history.CHANGES[order]):
        plan = asyncio.run(_plan(loaded, statement, centre_scope(CENTRE)))
        assert "Sort Key" not in json.dumps(plan)
        assert [scan["Index Name"] for scan in _scans(plan) if scan["Alias"] == "response"] == ["ix_response_stored"]


def test_what_is_looked_for_inside_json_cannot_use_an_index(loaded: str, postgres: EmbeddedPostgres) -> None:
    """Why what is searched is a column: under a policy `->>` is never an index condition, whatever we do."""

    async def conditions() -> str:
        async with connected(postgres.url("vigie_owner", "plans")) as owner:
            await owner.execute("CREATE INDEX inside ON response (centre_id, (scores ->> 'pain'))")
        async with connected(loaded) as service, service.transaction():
            await service.execute(centre_scope(CENTRE))
            asked = f"SELECT * FROM response WHERE centre_id = '{CENTRE}' AND scores ->> 'pain' = '3'"
            (explained,) = json.loads(await service.fetchval(f"EXPLAIN (FORMAT JSON) {asked}"))
            return " ".join(scan["Index Cond"] for scan in _scans(explained["Plan"]))

    assert "scores" not in asyncio.run(conditions())
