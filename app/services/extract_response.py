"""What a response comes to, without storing it: the Observations that an EHR would read here if it had been stored."""

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.clocks import Authored
from app.services.comparison import Comparison
from app.services.errors import ReferencesUnknown
from app.services.exported_response import worded
from app.services.incoming_response import Incoming
from app.services.installation import Installation
from app.services.receive_response import submission_of
from app.services.referred import look_up
from app.services.submit_response import Accepted, evaluated_row
from app.services.words import words_of
from app.store.before_storing import BeforeStoring
from app.store.centre import read_centre
from app.store.ids import new_id
from app.store.response_in_centre import export_centre
from fhir_export.encoding import Resource
from fhir_export.extraction import unsaved_extraction


async def extract_incoming(installation: Installation, call: Call, incoming: Incoming, sent_id: str | None) -> Resource:
    """Score what was read without a fault, and give its Observations as a transaction Bundle.

    It is compared with nothing that is stored: its alerts are those of its answers alone. No clock is asked, so that
    the same resource gives the same Bundle. `sent_id`: the id that the resource has at its sender.
    Raises NotPermitted, ReferencesUnknown.
    """
    authorise(call.caller, Operation.READ_SCORES)
    checked, authored = incoming.checked, incoming.authored
    assert checked is not None, "it was read without a fault"
    assert authored is not None, "the caller asks for it"
    async with opened(installation, call, Operation.SCORE) as tx:
        found = await look_up(tx, installation, call, incoming)
        if found.unknown or found.patient_id is None:
            raise ReferencesUnknown(found.unknown)
        tx.audit.patient_id = found.patient_id
        sent = submission_of(call, incoming, checked, found.visit_id)
        rulebook = installation.rulebooks.current(checked.questionnaire)
        accepted = Accepted(new_id(), sent, checked, rulebook, Authored(authored))
        centre = await read_centre(tx)
        words = await words_of(tx, installation, [sent.instrument])
        nothing_before = BeforeStoring(centre, None, None, None)
        row = evaluated_row(call, found.patient_id, accepted, nothing_before, Comparison({}, {}), words)
        (response,) = await worded(tx, installation, [row], export_centre(centre))
    return unsaved_extraction(response.as_observations(call), incoming.body_sha256 or b"", sent_id)
