"""Everything that `/fhir` offers, resource type by resource type."""

from fastapi import APIRouter

from app.fhir import observation, questionnaire, questionnaire_response
from app.fhir.offer import ResourceOffer

_MODULES = (questionnaire_response, observation, questionnaire)

OFFERS: tuple[ResourceOffer, ...] = tuple(module.OFFER for module in _MODULES)
ROUTERS: tuple[APIRouter, ...] = tuple(module.router for module in _MODULES)
