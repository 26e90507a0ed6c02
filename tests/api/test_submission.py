"""Submitting a response: stored once, scored, answered with what the patient must know."""

import pytest

from tests.support.service import CALM, Service

pytestmark = pytest.mark.anyio


async def test_a_response_is_stored_and_read_again(service: Service) -> None:
    patient = await service.register()
    answer = await service.submit(patient, CALM)
    assert answer.status_code == 201, answer.text
