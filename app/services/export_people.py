"""The centre, and who recorded answers for its patients, as other resources refer to them."""

from typing import Final
from uuid import UUID

from app import __version__
from app.security.operations import Operation
from app.services.call import Call, opened
from app.services.installation import Installation
from app.store.centre import Centre, read_centre
from app.store.errors import NotFound
from app.store.revision import has_recorded
from fhir_export.device import device_resource, software_device
from fhir_export.encoding import Resource
from fhir_export.organization import organization_resource
from fhir_export.people import RECORDER_TYPES
from fhir_export.practitioner import practitioner_resource
from fhir_export.source import Recorder

_ROLES: Final = {
    type_: tuple(role.value for role, its_type in RECORDER_TYPES.items() if its_type == type_)
    for type_ in RECORDER_TYPES.values()
}


async def read_organization(installation: Installation, call: Call, centre_id: UUID) -> Resource:
    """The caller's own centre. Raises NotFound: there is no other."""
    async with opened(installation, call, Operation.READ_CENTRE) as tx:
        centre = await read_centre(tx)
    if centre.centre_id != centre_id:
        raise NotFound
    return exported_centre(installation, centre)


async def read_practitioner(installation: Installation, call: Call, recorder_id: UUID) -> Resource:
    """Somebody of the staff who recorded a response in reach. Raises NotFound."""
    centre = await _centre_of(installation, call, Operation.READ_PRACTITIONER, recorder_id, _ROLES["Practitioner"])
    return practitioner_resource(str(recorder_id), centre.mode, _base(installation))


async def read_device(installation: Installation, call: Call, recorder_id: UUID) -> Resource:
    """A system that recorded a response in reach, in words for the reader. Raises NotFound."""
    centre = await _centre_of(installation, call, Operation.READ_DEVICE, recorder_id, _ROLES["Device"])
    language = installation.wordings.best(call.languages, centre.languages).language
    return device_resource(str(recorder_id), str(centre.centre_id), language, centre.mode, _base(installation))


async def read_software(installation: Installation, call: Call) -> Resource:
    """Vigie itself, the author of documents."""
    async with opened(installation, call, Operation.READ_DEVICE) as tx:
        centre = await read_centre(tx)
    return exported_software(installation, centre)


def exported_software(installation: Installation, centre: Centre) -> Resource:
    """Vigie itself at a centre."""
    return software_device(__version__, str(centre.centre_id), centre.mode, _base(installation))


def exported_centre(installation: Installation, centre: Centre) -> Resource:
    """The centre as a resource."""
    return organization_resource(str(centre.centre_id), centre.name, centre.mode, _base(installation))


def exported_recorder(
    installation: Installation, centre: Centre, recorded_by: Recorder, recorder_id: str, language: str
) -> Resource:
    """Who of the staff, or which system, recorded a response, in words of a language."""
    if RECORDER_TYPES[recorded_by] == "Device":
        return device_resource(recorder_id, str(centre.centre_id), language, centre.mode, _base(installation))
    return practitioner_resource(recorder_id, centre.mode, _base(installation))


async def _centre_of(
    installation: Installation, call: Call, operation: Operation, recorder_id: UUID, roles: tuple[str, ...]
) -> Centre:
    """The caller's centre, where they recorded something in one of the roles. Raises NotFound."""
    async with opened(installation, call, operation) as tx:
        if not await has_recorded(tx, recorder_id, roles):
            raise NotFound
        return await read_centre(tx)


def _base(installation: Installation) -> str:
    return installation.knowledge.settings.canonical_base.rstrip("/")
