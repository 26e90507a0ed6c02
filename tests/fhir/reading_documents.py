"""A document as a reader without this server meets it, beside the page and the JSON of the same synthesis."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from app.security.caller import Role
from tests.fhir.client import get, resource
from tests.support.service import Service

_VOID = frozenset({"br", "meta", "link", "hr", "path", "circle", "polyline"})
_BESIDE = ("answers-behind", "behind-point", "svg", "ends")
"""What a page has beside a row or point: the answers behind it, a drawing (which says what it shows), dates."""
_TAGS = {"answers-behind": "div", "behind-point": "div", "ends": "small"}


class Shown(HTMLParser):
    """What a page or a narrative shows: rows of tables, items, quotations, answers; without its looks."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self._whole: list[str] = []
        self._open: list[tuple[str, list[str]]] = []
        self._rows: list[list[list[str]]] = []
        self._parts: dict[str, list[list[str]]] = {"ranked": [], "listed": [], "quoted": [], "answers": []}
        self.feed(markup)

    @property
    def text(self) -> str:
        """Everything, with single spaces."""
        return _one_line(self._whole)

    @property
    def rows(self) -> list[list[str]]:
        """The cells of every row below a head."""
        return [[_one_line(cell) for cell in row] for row in self._rows]

    def part(self, name: str) -> list[str]:
        """`ranked` and `listed` items, `quoted` paragraphs, or `answers` with their questions."""
        return [_one_line(part) for part in self._parts[name]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_data(" ")
        if tag in _VOID:
            return
        given = dict(attrs)
        if tag == "svg":
            self.handle_data(given["aria-label"] or "")
        tag = given["class"] if given.get("class") in _TAGS and given["class"] else tag
        around = [name for name, _ in self._open]
        said: list[str] = []
        if tag == "tr" and "tbody" in around:
            self._rows.append([])
        elif tag in ("td", "th") and "tbody" in around:
            self._rows[-1].append(said)
        elif tag == "li":
            self._parts["ranked" if "ol" in around else "listed"].append(said)
        elif tag == "p" and "blockquote" in around:
            self._parts["quoted"].append(said)
        elif tag in ("dt", "dd") and not {*_BESIDE} & {*around}:
            self._parts["answers"].append(said)
        self._open.append((tag, said))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        while self._open and (closed := self._open.pop()[0]) != tag and _TAGS.get(closed) != tag:
            pass
        self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        if any(name in _BESIDE for name, _ in self._open):
            return
        self._whole.append(data)
        for _, said in self._open:
            said.append(data)


def _one_line(parts: list[str]) -> str:
    return " ".join("".join(parts).split())


@dataclass
class Document:
    """One document Bundle, with its parts found by what R4 says and nothing else."""

    bundle: dict[str, Any]
    by_url: dict[str, dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.by_url = {entry["fullUrl"]: entry["resource"] for entry in self.bundle["entry"]}

    @property
    def composition(self) -> dict[str, Any]:
        """The first entry."""
        first: dict[str, Any] = self.bundle["entry"][0]["resource"]
        return first

    @property
    def version(self) -> str:
        """The version of what it says."""
        found: str = self.bundle["meta"]["versionId"]
        return found

    @property
    def state(self) -> str:
        """Whether it is ready, by our own word."""
        (found,) = (e for e in self.composition["extension"] if e["url"].endswith("/vigie-answer-state"))
        code: str = found["valueCoding"]["code"]
        return code

    @property
    def sections(self) -> dict[str, dict[str, Any]]:
        """Our own code of each section -> the section."""
        return {section["code"]["coding"][0]["code"]: section for section in self.composition["section"]}

    def shown(self, code: str) -> Shown:
        """The narrative of a section."""
        return Shown(self.sections[code]["text"]["div"])

    def cited(self, code: str) -> list[dict[str, Any]]:
        """The resources that a section refers to."""
        return [self.resolved(entry["reference"]) for entry in self.sections[code].get("entry", ())]

    def resolved(self, reference: str) -> dict[str, Any]:
        """What a reference means: relative to the base of the entries (R4 Bundle, 2.36.4)."""
        base = self.bundle["entry"][0]["fullUrl"].removesuffix(
            f"{self.composition['resourceType']}/{self.composition['id']}"
        )
        return self.by_url[base + reference]


def references(element: Any) -> Iterator[str]:
    """Every literal reference in an element."""
    if isinstance(element, dict):
        if isinstance(element.get("reference"), str):
            yield element["reference"]
        for value in element.values():
            yield from references(value)
    elif isinstance(element, list):
        for value in element:
            yield from references(value)


async def read_document(service: Service, visit: str, language: str = "fr") -> Document:
    """The document of a consultation, after every reader has found it to be R4 and every reference to resolve."""
    answer = await get(service, f"/fhir/Composition/{visit}/$document", languages=language)
    found = Document(resource(answer))
    assert answer.headers["Vary"] == "Accept-Language"
    assert answer.headers["ETag"] == f'W/"{found.version}"'
    assert found.bundle["type"] == "document"
    for reference in references(found.bundle):
        found.resolved(reference)
    return found


async def read_page(service: Service, visit: str, language: str = "fr") -> Shown:
    """The page of the same synthesis."""
    path = f"/pages/synthesis?consultation={visit}&lang={language}"
    answer = await service.client.get(path, headers=service.as_(Role.CLINICIAN))
    assert answer.status_code == 200, answer.text
    return Shown(answer.text.split('<main id="content">')[1])


async def read_json(service: Service, visit: str, language: str = "fr") -> dict[str, Any]:
    """The JSON of the same synthesis."""
    answer = await get(service, f"/v1/consultations/{visit}/synthesis", languages=language)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def same_everywhere(service: Service, visit: str, language: str = "fr") -> Document:
    """The document, after every point, line and value of the JSON was found in it, and every word of the page."""
    document = await read_document(service, visit, language)
    page, body = await read_page(service, visit, language), await read_json(service, visit, language)
    assert document.composition["language"] == language
    _same_words(document, page, body)
    _same_values(document, body)
    return document


def _same_words(document: Document, page: Shown, body: dict[str, Any]) -> None:
    tables = [document.shown(code) for code in ("symptoms", "scales") if code in document.sections]
    assert [row for table in tables for row in table.rows] == page.rows
    if body["mode"] == "alert":
        points = document.shown("points-of-vigilance").part("ranked")
        assert len(points) == len(body["points"])
        assert points[:3] == page.part("ranked")
    topics = document.shown("topics")
    assert topics.part("quoted") == page.part("quoted")[1::2]  # on the page, each has a paragraph before it
    assert all(topic in page.text for topic in topics.part("listed"))
    answers = document.shown("answers")
    assert answers.part("answers") == page.part("answers")
    for response in body["responses"]:
        assert response["response"]["id"] in answers.text


def _same_values(document: Document, body: dict[str, Any]) -> None:
    """Every value of every row is an Observation of the right section, with the very number; and no other one is."""
    expected: dict[str, set[str]] = {"symptoms": set(), "scales": set()}
    for line in body["lines"]:
        section = "scales" if line["kind"] == "scale" else "symptoms"
        cited = {one["id"]: one for one in document.cited(section)}
        for row in line["rows"]:
            for value in (row["now"], row["reference"], row["baseline"], row["worst_since"], row["last_known"]):
                if value:
                    found = _observation(cited, value["response"]["id"], row["score"])
                    assert found["valueQuantity"]["value"] == value["value"]
                    assert found["meta"]["versionId"] == str(value["response"]["revision"])
                    expected[section].add(found["id"])
            if row["now"] is None and row["asked_in"]:
                found = _observation(cited, row["asked_in"]["id"], row["score"])
                assert "dataAbsentReason" in found
                expected[section].add(found["id"])
    for section, ids in expected.items():
        if section in document.sections:
            assert {one["id"] for one in document.cited(section)} == ids
    for point in body["points"]:
        evidence = {ref["id"] for ref in point["evidence"]}
        assert evidence <= {one["id"].partition(".")[0] for one in document.cited("points-of-vigilance")}
    used = {one["reference"] for one in document.composition["event"][0].get("detail", ())}
    assert used == {f"QuestionnaireResponse/{ref['id']}" for ref in body["used"]}
    assert [one["id"] for one in document.cited("answers")] == [r["response"]["id"] for r in body["responses"]]


def _observation(cited: dict[str, dict[str, Any]], response_id: str, score: str) -> dict[str, Any]:
    (found,) = (
        one
        for identifier, one in cited.items()
        if identifier.startswith(f"{response_id}.") and one["code"]["coding"][0]["code"] == score
    )
    return found
