"""The document: sections with what they rest on, its status and version, and that it can be read on its own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from fhir_export.answer_state import AnswerState, DocumentStatus, answer_state, document_status
from fhir_export.citations import Citations
from fhir_export.composition import DocumentVersion, SectionCode
from fhir_export.document import document_bundle
from fhir_export.encoding import instant
from fhir_export.observation import observations
from scoring.history import Consultation, ConsultationStatus, PastResponse
from scoring.synthesis import Mode, Past, synthesise
from tests.export import document_builders as built
from tests.export.builders import BASE, ENCOUNTER_ID, PATIENT_ID, RESPONSE_ID, SERVICE
from tests.export.document_builders import EARLIER, EARLIER_ID, EVE, NOW, OPENS_AT, START, VISIT
from tests.export.readers import broken_invariants, structure_issues, typed_reading
from tests.support import scoring as story


def sections(composition: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {section["code"]["coding"][0]["code"]: section for section in composition["section"]}


def entries(composition: dict[str, Any], code: SectionCode) -> list[str]:
    return [entry["reference"] for entry in sections(composition)[code.value].get("entry", ())]


def references(element: Any) -> Iterator[str]:
    if isinstance(element, dict):
        yield from (value for name, value in element.items() if name == "reference")
        element = list(element.values())
    if isinstance(element, list):
        for value in element:
            yield from references(value)


# --- the Composition ---------------------------------------------------------------------------------------------


def test_the_head_says_what_the_document_is_and_whose() -> None:
    found = built.composition(built.synthesis(NOW, EARLIER), NOW, EARLIER)
    assert found["identifier"] == {"system": f"{BASE}/NamingSystem/documents", "value": ENCOUNTER_ID}
    assert (found["id"], found["status"], found["language"]) == (ENCOUNTER_ID, "preliminary", "fr")
    assert found["meta"] == {
        "versionId": "1",
        "lastUpdated": instant(EVE),
        "tag": [{"system": f"{BASE}/CodeSystem/vigie-modes", "code": "alert"}],
    }
    assert found["date"] == instant(EVE)
    assert found["subject"] == {"reference": f"Patient/{PATIENT_ID}"}
    assert found["encounter"] == {"reference": f"Encounter/{ENCOUNTER_ID}"}
    assert found["author"] == [{"reference": "Device/vigie"}]
    assert found["custodian"] == {"reference": f"Organization/{built.CENTRE_ID}"}
    assert found["type"]["coding"] == [{"system": f"{BASE}/CodeSystem/vigie-document-types", "code": "pro-summary"}]
    version, state = found["extension"]
    assert version["valueString"] == "1"
    assert state["valueCoding"] == {"system": f"{BASE}/CodeSystem/vigie-answer-states", "code": "answered"}
    assert "relatesTo" not in found
    (event,) = found["event"]
    assert event["period"] == {"start": instant(built.BEFORE), "end": instant(EVE)}
    assert [detail["reference"] for detail in event["detail"]] == [
        f"QuestionnaireResponse/{EARLIER_ID}",
        f"QuestionnaireResponse/{RESPONSE_ID}",
    ]


def test_a_later_version_replaces_the_one_before_it() -> None:
    second = DocumentVersion(2, DocumentStatus.AMENDED, EVE)
    found = built.composition(built.synthesis(NOW), NOW, version=second)
    assert (found["status"], found["meta"]["versionId"]) == ("amended", "2")
    assert found["relatesTo"] == [
        {
            "code": "replaces",
            "targetReference": {
                "type": "Composition",
                "identifier": found["identifier"],
                "display": "Version 1",
            },
        }
    ]


@pytest.mark.parametrize(
    ("dated", "previous", "period"),
    [
        (START + timedelta(days=3), built.PREVIOUS, {"start": instant(built.BEFORE), "end": instant(START)}),
        (EVE, None, {"end": instant(EVE)}),
        (EVE, replace(built.PREVIOUS, start=EVE + timedelta(hours=1)), {"start": instant(EVE + timedelta(hours=1))}),
    ],
    ids=["after the visit", "first visit", "the visit before is ahead too"],
)
def test_the_time_that_is_summed_up(dated: datetime, previous: Consultation | None, period: dict[str, str]) -> None:
    found = replace(built.synthesis(), previous=previous)
    composition = built.composition(found, version=DocumentVersion(1, DocumentStatus.FINAL, dated))
    assert composition["event"] == [{"period": period}]
    assert broken_invariants(composition) == []


def test_sections_refer_to_what_their_words_rest_on() -> None:
    found = built.composition(built.synthesis(NOW, EARLIER), NOW, EARLIER)
    now, earlier = f"Observation/{RESPONSE_ID}", f"Observation/{EARLIER_ID}"
    assert entries(found, SectionCode.POINTS) == [f"{now}.2", f"{earlier}.2", f"{now}.1", f"{earlier}.1"]
    assert entries(found, SectionCode.TOPICS) == [f"QuestionnaireResponse/{RESPONSE_ID}"]
    assert set(entries(found, SectionCode.SYMPTOMS)) == {f"{now}.1", f"{now}.2", f"{earlier}.1", f"{earlier}.2"}
    assert entries(found, SectionCode.SCALES) == [f"{now}.7"]
    assert entries(found, SectionCode.ANSWERS) == [f"QuestionnaireResponse/{RESPONSE_ID}"]
    assert entries(found, SectionCode.MODE) == []
    assert all("emptyReason" not in section for section in found["section"])
    assert all(section["text"]["div"].count("Puis-je &lt;reprendre&gt; ?") == 1 for section in found["section"])


def _cited(response: PastResponse, *others: PastResponse) -> Citations:
    synthesis = story.synthesis_of(response, *others)
    return Citations(synthesis, (response, *others))


def test_a_value_that_is_not_known_now_is_an_observation_that_says_why() -> None:
    severe = story.answered(story.day(3), {"nausea": 3}, id="severe")
    open_ = story.answered(story.day(5), {"nausea": story.DECLINED}, id="open")
    cited = _cited(severe, open_)
    assert cited.points == ("Observation/severe.1", "Observation/open.1")
    assert {"Observation/severe.1", "Observation/open.1"} <= set(cited.symptoms)


def test_only_the_responses_whose_values_are_shown_have_to_be_observed() -> None:
    unread = story.answered(story.day(1), {"nausea": 1}, id="between")
    cited = _cited(unread, story.answered(story.day(2), {"nausea": 2}, id="now"))
    assert cited.observed == {"now"}
    assert len(cited.used) == 2


def _points_of(watched: str, *, is_rule: bool) -> tuple[str, ...]:
    """What a point of vigilance cites that is no line: an alert of "can wait", raised by one answer."""
    alert = story.urgent("can_wait")
    alert = replace(alert, triggers=tuple(replace(trigger, on=watched) for trigger in alert.triggers))
    past = replace(NOW.response, alerts=(alert,))
    if is_rule:
        watches = past.rulebook.item_watches
        watches = (*watches, replace(watches[0], on=watched, concept="can_wait"))
        past = replace(past, rulebook=replace(past.rulebook, item_watches=watches))
    synthesis = synthesise(VISIT, Past((VISIT,), (past,), None, ()), mode=Mode.ALERT, as_of=EVE)
    assert synthesis.points[0].concept == "can_wait"
    return Citations(replace(synthesis, points=synthesis.points[:1]), (past,)).points


def test_an_alert_without_a_score_is_the_answer_that_raised_it_else_the_response() -> None:
    assert _points_of("worst-moment", is_rule=False) == (f"QuestionnaireResponse/{RESPONSE_ID}",)
    (answer,) = _points_of("worst-moment", is_rule=True)
    assert answer in {f"Observation/{one['id']}" for one in _observed_with("worst-moment")}


def _observed_with(watched: str) -> tuple[dict[str, Any], ...]:
    watches = NOW.response.rulebook.item_watches
    rulebook = replace(NOW.response.rulebook, item_watches=(*watches, replace(watches[0], on=watched)))
    return observations(replace(NOW, response=replace(NOW.response, rulebook=rulebook)))


# --- whether it is ready -----------------------------------------------------------------------------------------

AHEAD, BEGUN = OPENS_AT + timedelta(hours=1), START + timedelta(hours=1)


@pytest.mark.parametrize(
    ("as_of", "status", "state", "reason"),
    [
        (OPENS_AT - timedelta(hours=1), "planned", AnswerState.NOT_OPEN_YET, "notstarted"),
        (AHEAD, "planned", AnswerState.NOT_READY, "notstarted"),
        (AHEAD, "arrived", AnswerState.NOT_READY, "notstarted"),
        (AHEAD, "in-progress", AnswerState.NOTHING_ANSWERED, "unavailable"),
        (BEGUN, "planned", AnswerState.NOTHING_ANSWERED, "unavailable"),
        (AHEAD, "cancelled", AnswerState.CALLED_OFF, "closed"),
        (BEGUN, "noshow", AnswerState.CALLED_OFF, "closed"),
    ],
)
def test_not_ready_yet_is_another_thing_than_nothing_answered(
    as_of: datetime, status: str, state: AnswerState, reason: str
) -> None:
    visit = replace(VISIT, status=ConsultationStatus(status))
    found = built.synthesis(visit=visit, as_of=as_of)
    assert answer_state(found, OPENS_AT) is state
    composition = built.composition(found)
    assert composition["extension"][1]["valueCoding"]["code"] == state.value
    told = sections(composition)
    for code in set(SectionCode) - {SectionCode.MODE}:
        empty = told[code.value]["emptyReason"]
        assert [coding["code"] for coding in empty["coding"]] == [reason, state.value]
        assert empty["text"] == "Où l’on en est"
    assert "emptyReason" not in told["mode"]
    assert broken_invariants(composition) == []


def test_where_nothing_was_asked_nothing_is_missing() -> None:
    found = replace(built.synthesis(as_of=AHEAD), not_answered=())
    assert answer_state(found, OPENS_AT) is AnswerState.NOTHING_ASKED
    (first, *_) = built.composition(found)["section"]
    assert first["emptyReason"]["coding"][0]["code"] == "notasked"


def test_one_answer_of_two_questionnaires_is_a_part() -> None:
    found = built.synthesis(NOW)
    assert answer_state(found, OPENS_AT) is AnswerState.ANSWERED
    assert answer_state(replace(found, not_answered=("other|1.0.0",)), OPENS_AT) is AnswerState.PARTLY_ANSWERED
    # Of a section that is empty all the same, nothing has to be excused.
    calm = built.composition(replace(found, points=(), topics=()), NOW)
    assert "emptyReason" not in sections(calm)["topics"]


PRELIMINARY, FINAL, AMENDED = DocumentStatus.PRELIMINARY, DocumentStatus.FINAL, DocumentStatus.AMENDED


@pytest.mark.parametrize(
    ("as_of", "visit_status", "before", "status"),
    [
        (AHEAD, "planned", None, PRELIMINARY),
        (AHEAD, "planned", FINAL, PRELIMINARY),  # the visit was moved
        (AHEAD, "cancelled", PRELIMINARY, PRELIMINARY),
        (AHEAD, "finished", PRELIMINARY, FINAL),
        (BEGUN, "planned", None, FINAL),
        (BEGUN, "planned", PRELIMINARY, FINAL),
        (BEGUN, "finished", FINAL, AMENDED),
        (BEGUN, "finished", AMENDED, AMENDED),
        (BEGUN, "entered-in-error", FINAL, DocumentStatus.ENTERED_IN_ERROR),
    ],
)
def test_the_status_of_a_version(
    as_of: datetime, visit_status: str, before: DocumentStatus | None, status: DocumentStatus
) -> None:
    found = built.synthesis(visit=replace(VISIT, status=ConsultationStatus(visit_status)), as_of=as_of)
    assert document_status(found, before) is status


# --- the document ------------------------------------------------------------------------------------------------


def test_everything_that_is_referred_to_is_inside_and_nothing_else_is() -> None:
    document = built.document(NOW, EARLIER)
    urls = [entry["fullUrl"] for entry in document["entry"]]
    first = document["entry"][0]["resource"]
    assert first["resourceType"] == "Composition"
    assert set(urls) == {f"{SERVICE}/{reference}" for reference in references(document)} | {urls[0]}
    assert f"{SERVICE}/Observation/{EARLIER_ID}.7" not in urls, "no value of it is shown"
    assert document["identifier"] == first["identifier"]
    assert (document["meta"], document["language"]) == (first["meta"], "fr")
    assert document["timestamp"] == instant(EVE)


def test_a_document_that_would_refer_to_something_outside_is_not_made() -> None:
    composition = built.composition(built.synthesis(NOW), NOW)
    known = [one for one in built.resources(NOW) if one["resourceType"] != "Device"]
    with pytest.raises(KeyError, match="Device/vigie"):
        document_bundle(composition, known, SERVICE, EVE)


def test_in_the_mode_record_there_are_responses_and_no_scores() -> None:
    plain = [replace(one, mode=Mode.RECORD) for one in (NOW, EARLIER)]
    document = built.document(*plain, mode=Mode.RECORD)
    kinds = {entry["resource"]["resourceType"] for entry in document["entry"]}
    assert kinds == {"Composition", "Patient", "Encounter", "Organization", "Device", "QuestionnaireResponse"}
    assert document["meta"]["tag"][0]["code"] == "record"


def test_a_document_is_read_by_others() -> None:
    for document in (built.document(), built.document(NOW), built.document(NOW, EARLIER)):
        typed_reading(document)
        assert structure_issues(document) == []
        assert broken_invariants(document) == []
