"""Everything that `/fhir` offers, resource type by resource type."""

from fastapi import APIRouter

from app.fhir import (
    composition,
    device,
    encounter,
    observation,
    organization,
    patient,
    populate,
    practitioner,
    pro_summary,
    provenance,
    questionnaire,
    questionnaire_package,
    questionnaire_response,
    questionnaire_response_changes,
    questionnaire_response_operations,
    terminology,
)
from app.fhir.offer import ResourceOffer

_MODULES = (
    *(questionnaire_response, observation, questionnaire),
    *(patient, encounter, provenance, organization, practitioner, device),
    composition,
)

_DEFINED = terminology.served(tuple(module.OFFER for module in _MODULES))

OFFERS: tuple[ResourceOffer, ...] = (*(module.OFFER for module in _MODULES), *(one.OFFER for one in _DEFINED))
ROUTERS: tuple[APIRouter, ...] = (
    # Operations before what answers at any id.
    *(pro_summary.router, populate.router, questionnaire_package.router),
    *(module.router for module in _MODULES),
    *(questionnaire_response_changes.router, questionnaire_response_operations.router),
    *(one.router for one in _DEFINED),
)
