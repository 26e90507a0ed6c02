import hmac
import json
from contextlib import suppress
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from app.security import tokens
from app.security.caller import Caller, Role
from app.security.errors import Rejection, TokenRejected
from app.security.scopes import parse_scopes
from app.security.tokens import TokenReader
from app.settings import ClaimNames, Issuer
from tests.unit.security.forge import (
    AUDIENCE,
    CENTRE,
    CHILD,
    ISSUER,
    NOW,
    OTHER_CENTRE,
    PATIENT,
    Clock,
    claims,
    ec_key,
    ec_token,
    issuer,
    jwk,
    raw_token,
    rsa_key,
    rsa_token,
    segment,
)

pytestmark = pytest.mark.anyio

STAFF = {"vigie_role": "nurse", "vigie_patient": None, "scope": "user/*.rs"}


def reader(*issuers: Issuer) -> TokenReader:
    return TokenReader(issuers or (issuer(),), now=Clock())


async def rejection(token: str, by: TokenReader | None = None) -> TokenRejected:
    with pytest.raises(TokenRejected) as rejected:
        await (by or reader()).read(token)
    return rejected.value


async def test_a_patient() -> None:
    caller = await reader().read(rsa_token(claims(vigie_acts_for=[str(CHILD)])))
    assert caller == Caller(
        centre_id=CENTRE,
        role=Role.PATIENT,
        subject=f"{ISSUER}|u-17",
        patient_id=PATIENT,
        acts_for=frozenset({CHILD}),
        scopes=parse_scopes("patient/QuestionnaireResponse.crus"),
    )


async def test_staff_and_the_launch_context_is_no_identity() -> None:
    content = claims(**STAFF | {"vigie_patient": str(PATIENT), "vigie_acts_for": [str(CHILD)]})
    caller = await reader().read(ec_token(content))
    assert (caller.role, caller.patient_id, caller.acts_for) == (Role.NURSE, None, frozenset())


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256", "PS384"])
async def test_rsa_algorithms_that_the_issuer_allows(algorithm: str) -> None:
    assert isinstance(await reader(issuer(algorithms=(algorithm,))).read(rsa_token(algorithm=algorithm)), Caller)


@pytest.mark.parametrize("kind", ["JWT", "jwt", "at+jwt", "application/at+jwt", None])
async def test_types(kind: str | None) -> None:
    assert isinstance(await reader().read(rsa_token(typ=kind)), Caller)


async def test_audience_may_be_a_list() -> None:
    assert isinstance(await reader().read(rsa_token(claims(aud=["x", AUDIENCE]))), Caller)


BAD_TEXTS = {
    "": Rejection.MISSING,
    "a" * 8193: Rejection.TOO_LARGE,
    "abc": Rejection.MALFORMED,
    "a.b": Rejection.MALFORMED,
    "a.b.c.d.e": Rejection.MALFORMED,
    "..": Rejection.MALFORMED,
    "é.é.é": Rejection.MALFORMED,
    "\ud800.a.a": Rejection.MALFORMED,
    "a\x00.b.c": Rejection.MALFORMED,
    raw_token({"alg": "RS256"}, ["no object"], b"x"): Rejection.MALFORMED,
    raw_token(b"{", {}, b"x"): Rejection.MALFORMED,
    raw_token({"alg": "RS256"}, b"\xff\xfe", b"x"): Rejection.MALFORMED,
    raw_token({"alg": "RS256"}, b"[" * 6000, b"x"): Rejection.MALFORMED,
    raw_token({"alg": "RS256"}, b'{"exp":' + b"9" * 5000 + b"}", b"x"): Rejection.MALFORMED,
    raw_token({"alg": "RS256", "kid": 7}, claims(), b"x"): Rejection.MALFORMED,
}


@pytest.mark.parametrize(("token", "reason"), BAD_TEXTS.items(), ids=range(len(BAD_TEXTS)))
async def test_texts_that_are_no_token(token: str, reason: Rejection) -> None:
    assert (await rejection(token)).reason is reason


async def test_characters_outside_base64url_are_not_skipped() -> None:
    header, content, signature = rsa_token().split(".")
    for token in (f"{header}.{content}.{signature}=", f"{header}.{content}!.{signature}", rsa_token() + "\n"):
        assert (await rejection(token)).reason is Rejection.MALFORMED


@pytest.mark.parametrize("name", ["none", "None", "NONE", "", "rs256", "HS256", "HS512", "ES256K", None, 5, ["RS256"]])
async def test_algorithms_that_nobody_may_use(name: object) -> None:
    token = raw_token({"alg": name, "kid": "r1"}, claims(), b"")
    assert (await rejection(token)).reason is Rejection.ALGORITHM_NOT_ALLOWED


async def test_hmac_with_the_public_key_as_secret() -> None:
    pem = rsa_key("r1").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signing_input = f"{segment({'alg': 'HS256', 'kid': 'r1'})}.{segment(claims())}"
    signature = hmac.digest(pem, signing_input.encode(), "sha256")
    token = f"{signing_input}.{segment(signature)}"
    assert (await rejection(token)).reason is Rejection.ALGORITHM_NOT_ALLOWED


async def test_an_algorithm_of_ours_that_is_not_the_issuers() -> None:
    only_es = issuer(algorithms=("ES256",))
    assert (await rejection(rsa_token(), reader(only_es))).reason is Rejection.ALGORITHM_NOT_ALLOWED


@pytest.mark.parametrize(
    "header", [{"crit": ["exp"], "exp": 1}, {"crit": []}, {"b64": False}, {"crit": None, "b64": 1}]
)
async def test_critical_extensions(header: dict[str, Any]) -> None:
    assert (await rejection(rsa_token(**header))).reason is Rejection.CRITICAL_HEADER


@pytest.mark.parametrize("kind", ["logout+jwt", "dpop+jwt", "", 3, ["JWT"]])
async def test_tokens_of_another_type(kind: object) -> None:
    assert (await rejection(rsa_token(typ=kind))).reason is Rejection.WRONG_TYPE


@pytest.mark.parametrize("name", ["https://evil.example", ISSUER + "/", ISSUER.upper(), "", 5, ["x"], {}])
async def test_unknown_issuer(name: object) -> None:
    assert (await rejection(rsa_token(claims(iss=name)))).reason is Rejection.UNKNOWN_ISSUER


async def test_a_key_of_one_issuer_does_not_sign_for_another() -> None:
    other = issuer(jwk(rsa_key("r2"), "r1"), issuer="https://other.example")
    token = rsa_token(claims(iss="https://other.example"))
    assert (await rejection(token, reader(issuer(), other))).reason is Rejection.BAD_SIGNATURE


async def test_unknown_kid() -> None:
    assert (await rejection(rsa_token(kid="r9"))).reason is Rejection.UNKNOWN_KEY


async def test_no_kid_needs_a_single_fitting_key() -> None:
    assert isinstance(await reader().read(rsa_token(kid=None)), Caller)
    two = issuer(jwk(rsa_key("r1"), "r1"), jwk(rsa_key("r2"), "r2"))
    assert (await rejection(rsa_token(kid=None), reader(two))).reason is Rejection.UNKNOWN_KEY


async def test_the_key_must_be_of_the_kind_of_the_algorithm() -> None:
    assert (await rejection(rsa_token(kid="e1"))).reason is Rejection.KEY_UNFIT
    assert (await rejection(ec_token(kid="r1"))).reason is Rejection.KEY_UNFIT


@pytest.mark.parametrize("reserved", ["PS256", "ES256", "HS256"])
async def test_a_key_reserved_for_another_algorithm(reserved: str) -> None:
    by = reader(issuer(jwk(rsa_key("r1"), "r1", alg=reserved)))
    assert (await rejection(rsa_token(), by)).reason is Rejection.KEY_UNFIT


async def test_a_weak_key() -> None:
    by = reader(issuer(jwk(rsa_key("weak", 1024), "weak")))
    token = rsa_token(key="r1", kid="weak")
    assert (await rejection(token, by)).reason is Rejection.KEY_UNFIT


async def test_a_curve_of_another_algorithm() -> None:
    by = reader(issuer(jwk(generate_ec(SECP384R1()), "e1")))
    assert (await rejection(ec_token(), by)).reason is Rejection.KEY_UNFIT


async def test_keys_that_the_token_brings_are_not_used() -> None:
    token = rsa_token(key="mallory", kid="r1", jwk=jwk(rsa_key("mallory"), "r1"), jku="https://evil.example")
    assert (await rejection(token)).reason is Rejection.BAD_SIGNATURE


async def test_changed_content_and_missing_signature() -> None:
    header, _, signature = rsa_token().split(".")
    changed = f"{header}.{segment(claims(vigie_centre=str(OTHER_CENTRE)))}.{signature}"
    assert (await rejection(changed)).reason is Rejection.BAD_SIGNATURE
    assert (await rejection(f"{header}.{segment(claims())}.")).reason is Rejection.BAD_SIGNATURE


async def test_an_impossible_signature_segment() -> None:
    header, content, _ = rsa_token().split(".")
    assert (await rejection(f"{header}.{content}.a")).reason is Rejection.MALFORMED


async def test_the_signature_is_checked_before_the_claims_are_believed() -> None:
    token = rsa_token(claims(exp=NOW - 9999, aud="x"), key="mallory", kid="r1")
    assert (await rejection(token)).reason is Rejection.BAD_SIGNATURE


@pytest.mark.parametrize(("exp", "accepted"), [(NOW + 1, True), (NOW - 29, True), (NOW - 30, False), (0, False)])
async def test_expiry_with_leeway(exp: float, accepted: bool) -> None:
    token = rsa_token(claims(exp=exp))
    if accepted:
        assert isinstance(await reader().read(token), Caller)
    else:
        assert (await rejection(token)).reason is Rejection.EXPIRED


async def test_not_yet_valid_with_leeway() -> None:
    assert isinstance(await reader().read(rsa_token(claims(nbf=NOW + 30))), Caller)
    assert (await rejection(rsa_token(claims(nbf=NOW + 31)))).reason is Rejection.NOT_YET_VALID


@pytest.mark.parametrize("audience", ["other", AUDIENCE + "/", ["other"], [], ""])
async def test_wrong_audience(audience: object) -> None:
    assert (await rejection(rsa_token(claims(aud=audience)))).reason is Rejection.WRONG_AUDIENCE


REQUIRED = ["iss", "aud", "exp", "sub", "vigie_centre", "vigie_role", "vigie_patient", "scope"]


@pytest.mark.parametrize("name", REQUIRED)
async def test_missing_claims(name: str) -> None:
    rejected = await rejection(rsa_token(claims(**{name: None})))
    assert (rejected.reason, rejected.claim) == (Rejection.CLAIM_MISSING, name)


INVALID = [
    ("aud", 5),
    ("aud", [AUDIENCE, 5]),
    ("exp", "soon"),
    ("exp", True),
    ("exp", float("nan")),
    ("exp", float("inf")),
    ("exp", 10**400),
    ("exp", [NOW]),
    ("nbf", "soon"),
    ("nbf", False),
    ("sub", ""),
    ("sub", 5),
    ("sub", "a" * 256),
    ("sub", "a\x00b"),
    ("sub", "a\nb"),
    ("vigie_centre", "lyon"),
    ("vigie_centre", f"{{{CENTRE}}}"),
    ("vigie_centre", f"urn:uuid:{CENTRE}"),
    ("vigie_centre", CENTRE.hex),
    ("vigie_centre", [str(CENTRE)]),
    ("vigie_role", "root"),
    ("vigie_role", "Patient"),
    ("vigie_role", ["patient"]),
    ("vigie_patient", "1"),
    ("vigie_patient", 1),
    ("vigie_acts_for", str(CHILD)),
    ("vigie_acts_for", [5]),
    ("vigie_acts_for", ["x"]),
    ("vigie_acts_for", {"a": 1}),
    ("scope", ["patient/Patient.r"]),
]


@pytest.mark.parametrize(("name", "value"), INVALID)
async def test_invalid_claims_are_named_and_not_repeated(name: str, value: object) -> None:
    rejected = await rejection(rsa_token(claims(**{name: value})))
    assert (rejected.reason, rejected.claim) == (Rejection.CLAIM_INVALID, name)
    assert str(rejected) == f"claim_invalid: {name}"


async def test_claims_under_the_issuers_names_and_its_own_centre_names() -> None:
    names = ClaimNames(centre="org", role="r", patient="pat", acts_for="proxy", scope="scp")
    by = reader(issuer(claims=names, centres={"lyon": CENTRE}))
    content: dict[str, Any] = {
        **{name: claims()[name] for name in ("iss", "aud", "sub", "exp")},
        "org": "lyon",
        "r": "patient",
        "pat": str(PATIENT),
        "proxy": [],
        "scp": "",
    }
    caller = await by.read(rsa_token(content))
    assert (caller.centre_id, caller.patient_id, caller.scopes) == (CENTRE, PATIENT, frozenset())


@pytest.mark.parametrize("centre", [str(CENTRE), str(OTHER_CENTRE), "paris", ""])
async def test_an_issuer_with_listed_centres_speaks_for_no_other(centre: str) -> None:
    by = reader(issuer(centres={"lyon": CENTRE}))
    rejected = await rejection(rsa_token(claims(vigie_centre=centre)), by)
    assert (rejected.reason, rejected.claim) == (Rejection.CLAIM_INVALID, "vigie_centre")


def test_two_issuers_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        reader(issuer(), issuer())


async def test_every_reason_is_reached() -> None:
    # The list of reasons is what operators see: one that cannot happen would mislead them.
    seen = set(BAD_TEXTS.values())
    for token in (
        rsa_token(typ="x"),
        rsa_token(crit=[]),
        raw_token({"alg": "none"}, {}),
        rsa_token(claims(iss="x")),
        rsa_token(kid="x"),
        rsa_token(kid="e1"),
        rsa_token(key="mallory", kid="r1"),
        rsa_token(claims(exp=1)),
        rsa_token(claims(nbf=NOW + 99)),
        rsa_token(claims(aud="x")),
        rsa_token(claims(sub=None)),
        rsa_token(claims(sub="")),
    ):
        seen.add((await rejection(token)).reason)
    assert seen == set(Rejection)


async def test_a_verified_token_is_remembered_60_seconds_and_the_same_caller_comes_back() -> None:
    clock = Clock()
    by = TokenReader((issuer(),), now=clock)
    token = rsa_token()
    first = await by.read(token)
    clock.now += 59.9
    assert await by.read(token) is first
    clock.now += 0.2
    second = await by.read(token)
    assert second == first
    assert second is not first


async def test_a_remembered_token_does_not_outlive_its_exp() -> None:
    clock = Clock()
    by = TokenReader((issuer(),), now=clock)
    token = rsa_token(claims(exp=NOW + 10))
    first = await by.read(token)
    clock.now += 10
    assert await by.read(token) is not first
    clock.now += 30
    assert (await rejection(token, by)).reason is Rejection.EXPIRED


async def test_a_clock_set_back_does_not_lengthen_a_life() -> None:
    clock = Clock()
    by = TokenReader((issuer(),), now=clock)
    token = rsa_token()
    first = await by.read(token)
    clock.now -= 1
    assert await by.read(token) is not first


async def test_the_memory_is_bounded_and_holds_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "CACHE_ENTRIES", 3)
    by = reader()
    made = [ec_token(claims(sub=f"u-{n}")) for n in range(5)]
    callers = [await by.read(token) for token in made]
    assert len(by._verified) == 3
    assert await by.read(made[4]) is callers[4]
    assert await by.read(made[0]) is not callers[0]
    assert all(len(digest) == 32 for digest in by._verified)


async def test_rejections_are_not_remembered() -> None:
    by = reader()
    await rejection(rsa_token(kid="x"), by)
    assert not by._verified


def test_errors_carry_no_part_of_the_token() -> None:
    assert str(TokenRejected(Rejection.BAD_SIGNATURE)) == "bad_signature"


HEADERS: st.SearchStrategy[dict[str, object]] = st.dictionaries(
    st.sampled_from(["alg", "kid", "typ", "crit", "x"]),
    st.sampled_from(["RS256", "ES256", "none", "r1", "e1", "JWT", 1, None, [], {}]),
)
CLAIMS: st.SearchStrategy[dict[str, object]] = st.dictionaries(
    st.sampled_from([*REQUIRED, "nbf", "vigie_acts_for"]),
    st.sampled_from([ISSUER, AUDIENCE, NOW + 9, str(CENTRE), "nurse", 1, None, [], {}, -1e308]),
)


@given(st.one_of(st.text(), st.builds(raw_token, HEADERS, CLAIMS, st.binary(max_size=80))))
def test_nothing_unsigned_is_read_and_nothing_else_is_raised(token: str) -> None:
    # Static keys never wait: the coroutine ends at its first step, without an event loop.
    with pytest.raises(TokenRejected):
        FUZZED.read(token).send(None)


@given(CLAIMS)
def test_signed_nonsense_is_rejected_or_a_valid_caller(changes: dict[str, Any]) -> None:
    token = ec_token(json.loads(json.dumps(claims(**changes))))
    with suppress(TokenRejected):
        with pytest.raises(StopIteration) as ended:
            FUZZED.read(token).send(None)
        assert isinstance(ended.value.value, Caller)


FUZZED = TokenReader((issuer(jwk(rsa_key("r1"), "r1"), jwk(ec_key("e1"), "e1")),), now=Clock())
