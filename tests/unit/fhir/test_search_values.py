"""Values of search parameters: what was written becomes what is meant, with the precision that it was written in."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fhir.search.values import (
    CanonicalValue,
    Prefix,
    ReferenceValue,
    TokenValue,
    read_canonical,
    read_date,
    read_quantity,
    read_reference,
    read_token,
    split_escaped,
    unescaped,
)

BASE = "https://vigie.hospital.example/fhir"

# --- dates ---------------------------------------------------------------------------------------------------------

DATES = {
    "2026": ("2026-01-01", "2027-01-01"),
    "2026-03": ("2026-03-01", "2026-04-01"),
    "2026-12": ("2026-12-01", "2027-01-01"),
    "2024-02": ("2024-02-01", "2024-03-01"),
    "2026-03-29": ("2026-03-29", "2026-03-30"),
    "2024-02-29": ("2024-02-29", "2024-03-01"),
    "2026-12-31": ("2026-12-31", "2027-01-01"),
    "2026-03-02T09:30": ("2026-03-02T09:30", "2026-03-02T09:31"),
    "2026-03-02T09:30Z": ("2026-03-02T09:30", "2026-03-02T09:31"),
    "2026-03-02T23:59:59Z": ("2026-03-02T23:59:59", "2026-03-03"),
    "2026-03-02T09:30:15+02:00": ("2026-03-02T07:30:15", "2026-03-02T07:30:16"),
    "2026-03-02T09:30:15 02:00": ("2026-03-02T07:30:15", "2026-03-02T07:30:16"),
    "2026-01-01T00:30:00+01:00": ("2025-12-31T23:30:00", "2025-12-31T23:30:01"),
    "2026-03-02T09:30:15-05:30": ("2026-03-02T15:00:15", "2026-03-02T15:00:16"),
    "2026-03-02T09:30:15.5Z": ("2026-03-02T09:30:15.500", "2026-03-02T09:30:15.600"),
    "2026-03-02T09:30:15.123Z": ("2026-03-02T09:30:15.123", "2026-03-02T09:30:15.124"),
    "2026-03-02T09:30:15.123456Z": ("2026-03-02T09:30:15.123456", "2026-03-02T09:30:15.123457"),
    "2026-03-02T09:30:15.123456789Z": ("2026-03-02T09:30:15.123456", "2026-03-02T09:30:15.123457"),
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("text", "interval"), DATES.items(), ids=DATES)
def test_a_date_is_the_whole_time_that_its_precision_covers(text: str, interval: tuple[str, str]) -> None:
    found = read_date(text)
    assert (found.prefix, found.start, found.end) == (Prefix.EQUAL, utc(interval[0]), utc(interval[1]))


@pytest.mark.parametrize("prefix", Prefix)
def test_a_date_takes_every_prefix(prefix: Prefix) -> None:
    found = read_date(f"{prefix}2026-03-02")
    assert (found.prefix, found.start) == (prefix, utc("2026-03-02"))


NO_DATES = [
    "",
    "ge",
    "ap2026",
    "26",
    "2026-3",
    "2026-13",
    "2026-02-29",
    "2026-00-10",
    "0000",
    "20260302",
    "2026-03-02T09",
    "2026-03-02T24:00",
    "2026-03-02T09:60",
    "2026-03-02T09:30:61Z",
    "2026-03-02T09:30:15.Z",
    "2026-03-02T09:30:15.1234567890Z",
    "2026-03-02T09:30:15+2:00",
    "2026-03-02T09:30:15+99:00",
    "2026-03-02 09:30",
    "2026-03-02Z",
    "today",
    "gege2026",
    "2026-03-02\n",
    "٢٠٢٦",
    "2026-03-02T09:30:15Z ",
]


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(a date is YYYY|there is no such date)") as refused:
        read_date(text)
    assert not text or text not in str(refused.value)


@pytest.mark.parametrize("text", ["0001", "0001-01-01", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+02:00"])
def test_the_first_moment_that_clients_know_is_a_date(text: str) -> None:
    assert read_date(f"ge{text}").start == datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["9999", "9999-12", "9999-12-31", "9999-12-31T23:59:59.9999999Z"])
def test_the_last_moment_that_clients_know_is_a_date(text: str) -> None:
    found = read_date(f"le{text}")
    assert found.start <= found.end == datetime.max.replace(tzinfo=UTC)


@given(st.dates(min_value=date(1, 1, 2), max_value=date(9998, 12, 31)))
def test_a_day_lies_in_its_month_and_the_month_in_its_year(day: date) -> None:
    found = [read_date(day.isoformat()[:length]) for length in (4, 7, 10)]
    assert found[0].start <= found[1].start <= found[2].start
    assert found[2].end <= found[1].end <= found[0].end
    assert found[2].end - found[2].start == timedelta(days=1)


@given(
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001 - zones are drawn beside
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes)),
)
def test_a_moment_is_the_same_in_every_zone(moment: datetime, offset: timedelta) -> None:
    minutes = abs(offset) // timedelta(minutes=1)
    zone = f"{'-' if offset < timedelta(0) else '+'}{minutes // 60:02}:{minutes % 60:02}"
    found = read_date(f"{moment.isoformat(timespec='microseconds')}{zone}")
    assert found.start == (moment - offset).replace(tzinfo=UTC)
    assert found.end - found.start == timedelta(microseconds=1)


@given(st.text())
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        found = read_date(text)
    except ValueError:
        return
    assert found.start <= found.end


# --- quantities ----------------------------------------------------------------------------------------------------

QUANTITIES = {
    "3": ("2.5", "3.5"),
    "3.0": ("2.95", "3.05"),
    "100": ("99.5", "100.5"),
    "100.00": ("99.995", "100.005"),
    "-1.5": ("-1.55", "-1.45"),
    "0": ("-0.5", "0.5"),
    "5.40e-3": ("0.005395", "0.005405"),
    "1e2": ("50", "150"),
}


@pytest.mark.parametrize(("text", "interval"), QUANTITIES.items(), ids=QUANTITIES)
def test_a_number_is_as_exact_as_it_was_written(text: str, interval: tuple[str, str]) -> None:
    found = read_quantity(text)
    assert (found.number, found.low, found.high) == (Decimal(text), *map(Decimal, interval))
    assert (found.prefix, found.system, found.code) == (Prefix.EQUAL, None, None)


@pytest.mark.parametrize(
    ("text", "system", "code"),
    [
        ("ge3|http://unitsofmeasure.org|{score}", "http://unitsofmeasure.org", "{score}"),
        ("ge3||{score}", None, "{score}"),
        ("ge3||", None, None),
        (r"ge3|urn:a\|b|c\,d", "urn:a|b", "c,d"),
    ],
)
def test_a_unit_stands_behind_the_number(text: str, system: str | None, code: str | None) -> None:
    found = read_quantity(text)
    assert (found.prefix, found.number, found.system, found.code) == (
        Prefix.GREATER_OR_EQUAL,
        Decimal(3),
        system,
        code,
    )


NO_QUANTITIES = ["", "lt", "three", "1,5", "1.", ".5", "+1", "1|kg", "1|a|b|c", "NaN", "Infinity", "1e999", "1e", "٣"]


@pytest.mark.parametrize("text", [*NO_QUANTITIES, "9" * 19, "1 ", "ap3"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^a quantity is `number`"):
        read_quantity(text)


@given(
    st.from_regex(r"-?\d{1,18}(\.\d{1,18})?([eE][+-]?\d{1,2})?", fullmatch=True, alphabet="0123456789.-+eE"),
    st.sampled_from(["", *Prefix]),
)
def test_a_number_lies_in_the_middle_of_what_it_stands_for(number: str, prefix: str) -> None:
    found = read_quantity(prefix + number)
    assert found.low < found.number < found.high
    assert found.number == Decimal(number)


# --- tokens, references, canonicals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("pain", TokenValue(None, "pain")),
        ("urn:s|pain", TokenValue("urn:s", "pain")),
        ("|pain", TokenValue("", "pain")),
        ("urn:s|", TokenValue("urn:s", None)),
        (r"a\|b", TokenValue(None, "a|b")),
        (r"urn:s|a\|b\,c\$d\\e", TokenValue("urn:s", r"a|b,c$d\e")),
        ("a\\", TokenValue(None, "a\\")),
        (r"\n", TokenValue(None, r"\n")),
    ],
)
def test_a_token_is_a_code_of_a_system(text: str, value: TokenValue) -> None:
    assert read_token(text) == value


@pytest.mark.parametrize("text", ["", "|", "a|b|c", "||"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^a token is `code`"):
        read_token(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a-1.B", ReferenceValue(None, "a-1.B")),
        ("Patient/1", ReferenceValue("Patient", "1")),
        (f"{BASE}/Patient/1", ReferenceValue("Patient", "1")),
        ("Patient/1/_history/2", ReferenceValue("Patient", "1", "2")),
    ],
)
def test_a_reference_is_an_id_or_an_address_of_ours(text: str, value: ReferenceValue) -> None:
    assert read_reference(text, BASE) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Patient/",
        "/1",
        "patient/1",
        "Patient/1/_history",
        "Patient/1/_history/",
        "https://elsewhere.example/fhir/Patient/1",
        f"{BASE}/",
        "a_b",
        "1" * 65,
        "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057",
        "#contained",
        "1\x00",
    ],
)
def test_what_is_no_reference_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^a reference is `id`"):
        read_reference(text, BASE)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("https://v.example/Q/a", CanonicalValue("https://v.example/Q/a", None)),
        ("https://v.example/Q/a|1.0.0", CanonicalValue("https://v.example/Q/a", "1.0.0")),
        ("https://v.example/Q/a|", CanonicalValue("https://v.example/Q/a", None)),
        (r"https://v.example/Q/a\|b|1", CanonicalValue("https://v.example/Q/a|b", "1")),
    ],
)
def test_a_canonical_may_name_its_version(text: str, value: CanonicalValue) -> None:
    assert read_canonical(text) == value


@pytest.mark.parametrize("text", ["", "|1.0.0", "a|1|2"])
def test_what_is_no_canonical_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^a canonical is `url`"):
        read_canonical(text)


@given(st.lists(st.text(), min_size=1))
def test_what_is_escaped_is_not_split(parts: list[str]) -> None:
    def escaped(text: str) -> str:
        for character in "\\,|$":
            text = text.replace(character, "\\" + character)
        return text

    found = split_escaped(",".join(escaped(part) for part in parts), ",")
    assert [unescaped(part) for part in found] == parts
