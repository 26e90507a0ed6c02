import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.security import demo_issuer
from app.security.caller import Role
from app.security.demo_issuer import DEMO_ISSUER, KEY_FILE, DemoIssuer, refuse_demo_issuer_in_production
from app.security.errors import DemoIssuerRefused, TokenRejected
from app.security.operations import Operation, authorise, default_scopes
from app.security.scopes import parse_scopes
from app.security.tokens import TokenReader
from app.settings import Issuer, Settings
from tests.unit.security.forge import CENTRE, CHILD, PATIENT, issuer, rsa_key

DEMO = Settings(demo=True, issuers=())
PRODUCTION = Settings(demo=False, issuers=())


@pytest.mark.anyio
@pytest.mark.parametrize("role", Role)
async def test_its_tokens_are_read_like_any_other(tmp_path: Path, role: Role) -> None:
    demo = DemoIssuer.open(DEMO, tmp_path)
    patient_id = PATIENT if role is Role.PATIENT else None
    caller = await TokenReader((issuer(), demo.as_issuer())).read(demo.mint(role, CENTRE, patient_id))
    assert (caller.centre_id, caller.role, caller.patient_id) == (CENTRE, role, patient_id)
    assert caller.scopes == parse_scopes(default_scopes(role))
    authorise(caller, Operation.READ_QUESTIONNAIRE)


@pytest.mark.anyio
async def test_what_is_asked_for_is_in_the_token(tmp_path: Path) -> None:
    demo = DemoIssuer.open(DEMO, tmp_path)
    token = demo.mint(Role.PATIENT, CENTRE, PATIENT, acts_for=[CHILD], subject="lea", scopes="patient/Patient.r")
    caller = await TokenReader((demo.as_issuer(),)).read(token)
    assert caller.acts_for == {CHILD}
    assert caller.subject == f"{DEMO_ISSUER}|lea"
    assert caller.scopes == parse_scopes("patient/Patient.r")


@pytest.mark.anyio
async def test_its_tokens_expire(tmp_path: Path) -> None:
    demo = DemoIssuer.open(DEMO, tmp_path)
    with pytest.raises(TokenRejected, match="expired"):
        await TokenReader((demo.as_issuer(),)).read(demo.mint(Role.NURSE, CENTRE, lifetime_s=-31))


def test_a_patient_token_names_its_patient_and_only_it_does(tmp_path: Path) -> None:
    demo = DemoIssuer.open(DEMO, tmp_path)
    with pytest.raises(ValueError, match="names its patient"):
        demo.mint(Role.PATIENT, CENTRE)
    with pytest.raises(ValueError, match="names its patient"):
        demo.mint(Role.NURSE, CENTRE, PATIENT)


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    first = DemoIssuer.open(DEMO, folder).as_issuer()
    path = folder / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    assert DemoIssuer.open(DEMO, folder).as_issuer() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == [path]


def test_workers_that_start_together_share_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        issuers = list(pool.map(lambda _: DemoIssuer.open(DEMO, tmp_path).as_issuer(), range(16)))
    assert all(one == issuers[0] for one in issuers)
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_the_key_that_was_there_first_stays(tmp_path: Path) -> None:
    first = DemoIssuer.open(DEMO, tmp_path).as_issuer()
    demo_issuer._create_key(tmp_path / KEY_FILE)
    assert DemoIssuer.open(DEMO, tmp_path).as_issuer() == first
    assert len(list(tmp_path.iterdir())) == 1


def test_its_public_jwk_holds_nothing_private(tmp_path: Path) -> None:
    (key,) = (DemoIssuer.open(DEMO, tmp_path).as_issuer().jwks or {})["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


def test_another_kind_of_key_in_the_file_is_refused(tmp_path: Path) -> None:
    pem = rsa_key("r1").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / KEY_FILE).write_bytes(pem)
    with pytest.raises(DemoIssuerRefused, match="delete it"):
        DemoIssuer.open(DEMO, tmp_path)


def test_it_does_not_open_outside_demo_mode(tmp_path: Path) -> None:
    with pytest.raises(DemoIssuerRefused):
        DemoIssuer.open(PRODUCTION, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", [DEMO_ISSUER, DEMO_ISSUER + "/", DEMO_ISSUER.upper()])
def test_production_refuses_to_start_with_it(tmp_path: Path, name: str) -> None:
    demo: Issuer = DemoIssuer.open(DEMO, tmp_path).as_issuer().model_copy(update={"issuer": name})
    with pytest.raises(DemoIssuerRefused, match="development issuer"):
        refuse_demo_issuer_in_production(Settings(demo=False, issuers=(demo,)))


def test_production_starts_without_it_and_without_noise(caplog: pytest.LogCaptureFixture) -> None:
    refuse_demo_issuer_in_production(Settings(demo=False, issuers=(issuer(),)))
    assert not caplog.records


def test_demo_mode_says_so_loudly(caplog: pytest.LogCaptureFixture) -> None:
    refuse_demo_issuer_in_production(DEMO)
    (record,) = caplog.records
    assert record.levelno >= logging.WARNING
    assert "DEMO MODE" in record.getMessage()
