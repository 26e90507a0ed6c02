from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm

from app.security.keys import parse_key_set
from tests.unit.security.forge import ec_key, jwk, rsa_key


def okp(key: Ed25519PrivateKey | Ed448PrivateKey) -> dict[str, Any]:
    return dict(OKPAlgorithm.to_jwk(key.public_key(), as_dict=True))


@pytest.mark.parametrize("document", [None, [], "x", {}, {"keys": None}, {"keys": {}}])
def test_no_key_set(document: object) -> None:
    with pytest.raises(ValueError, match="JWK Set"):
        parse_key_set(document)


@pytest.mark.parametrize(
    "entry",
    [
        None,
        "x",
        {},
        {"kty": "oct", "k": "AAAA"},
        {"kty": "RSA"},
        {"kty": "RSA", "n": "!", "e": "AQAB"},
        {"kty": "RSA", "n": 5, "e": []},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "Ed25519", "x": 5},
        {"kty": ["RSA"]},
        jwk(rsa_key("r1"), "r1", use="enc"),
        jwk(rsa_key("r1"), "r1", key_ops=["encrypt"]),
        jwk(rsa_key("r1"), "r1", key_ops="verify"),
        jwk(rsa_key("r1"), "r1") | {"kid": 5},
        jwk(rsa_key("r1"), "r1", alg=5),
        okp(Ed448PrivateKey.generate()),
        RSAAlgorithm.to_jwk(rsa_key("r1"), as_dict=True) | {"key_ops": ["verify"]},
    ],
    ids=range(18),
)
def test_entries_that_are_left_out_without_spoiling_the_others(entry: object) -> None:
    good = jwk(ec_key("e1"), "e1", use="sig", key_ops=["verify"], alg="ES256")
    assert [key.kid for key in parse_key_set({"keys": [entry, good]})] == ["e1"]


def test_ed25519() -> None:
    private = Ed25519PrivateKey.generate()
    (key,) = parse_key_set({"keys": [okp(private)]})
    assert key.fits("EdDSA")
    assert not key.fits("ES256")
    token = jwt.encode({}, private, algorithm="EdDSA")
    assert jwt.PyJWS().decode_complete(token, key.public_key, algorithms=["EdDSA"])
