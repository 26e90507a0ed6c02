"""Which moments a date of a search means: https://hl7.org/fhir/R4/search.html#date."""

from app.fhir.search.values import DateValue, Prefix
from app.services.export_encounter import Span


def span_of(asked: DateValue) -> Span:
    """The moments that the date means, for a time that is known to the moment."""
    match asked.prefix:
        case Prefix.EQUAL:
            return Span(asked.start, asked.end)
        case Prefix.NOT_EQUAL:
            return Span(asked.start, asked.end, outside=True)
        case Prefix.GREATER | Prefix.STARTS_AFTER:
            return Span(asked.end, None)
        case Prefix.GREATER_OR_EQUAL:
            return Span(asked.start, None)
        case Prefix.LESS | Prefix.ENDS_BEFORE:
            return Span(None, asked.start)
        case Prefix.LESS_OR_EQUAL:
            return Span(None, asked.end)
