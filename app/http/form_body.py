"""The body of an HTML form (application/x-www-form-urlencoded, WHATWG URL section 5): field -> its values, in order."""

from urllib.parse import parse_qsl

from fastapi import Request

from app.http.strict_json import BodyTooLarge, MalformedBody

FORM_LIMIT_BYTES = 8_000_000
"""A long text takes up to nine bytes a character here, and whoever wrote it is told so on the page, not cut off."""

_MOST_FIELDS = 5_000

Fields = dict[str, list[str]]


async def read_form(request: Request, limit: int = FORM_LIMIT_BYTES) -> Fields:
    """The fields of a form. Raises BodyTooLarge, MalformedBody."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise BodyTooLarge(limit)
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise MalformedBody("the body is not a form in UTF-8") from None
    fields: Fields = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields
