"""The embedded PostgreSQL keeps what it acknowledged, whatever ends it."""

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.store.cluster_files import EmbeddedPostgresError
from app.store.embedded import EmbeddedPostgres, default_data_dir
from app.store.postgres_binaries import bundled_binaries
from tests.support.processes import kill_9

PROJECT = Path(__file__).parents[2]
IS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root switches to another account")

START_AND_DIE = """
import os, signal, sys
from pathlib import Path
from app.store.embedded import EmbeddedPostgres
EmbeddedPostgres(Path(sys.argv[1]), durable=False).start()
os.kill(os.getpid(), signal.SIGKILL)
"""

START_AND_STOP = """
import os, sys
from pathlib import Path
from app.store.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), durable=False):
    print("uid", os.geteuid())
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not tmp_path: pytest closes its folders to other accounts, and as root PostgreSQL runs as another one.
    made = Path(tempfile.mkdtemp(prefix="vigie-test-", dir="/tmp"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def data_dir(folder: Path) -> Path:
    return folder / "data"


@pytest.fixture
def durable(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(data_dir) as server:
        yield server


@pytest.fixture
def quick(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(data_dir, durable=False) as server:
        yield server


@pytest.fixture(scope="module")
def shared() -> Iterator[EmbeddedPostgres]:
    """A server for the tests that neither stop nor damage it."""
    made = Path(tempfile.mkdtemp(prefix="vigie-test-", dir="/tmp"))
    with EmbeddedPostgres(made, durable=False) as server:
        yield server
    shutil.rmtree(made)


def run(url: str, *statements: str) -> Any:
    async def on_one_connection() -> Any:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                value = await connection.fetchval(statement)
            return value
        finally:
            await connection.close()

    return asyncio.run(on_one_connection())


def postmaster(data_dir: Path) -> psutil.Process:
    return psutil.Process(int((data_dir / "cluster" / "postmaster.pid").read_text().splitlines()[0]))


def kill_everything(data_dir: Path) -> None:
    parent = postmaster(data_dir)
    kill_9([parent, *parent.children(recursive=True)])


def python_for_nobody() -> str | None:
    """An interpreter of our version that `nobody` may run (ours may be below a closed folder)."""
    for interpreter in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            as_nobody([interpreter, "-c", "import asyncpg"])
        except (OSError, subprocess.CalledProcessError):
            continue
        return interpreter
    return None


def as_nobody(command: list[str]) -> str:
    nobody = pwd.getpwnam("nobody")
    path = os.pathsep.join([str(PROJECT), *(entry for entry in sys.path if entry.endswith("-packages"))])
    return subprocess.run(
        command,
        cwd="/",
        env={"PATH": os.defpath, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_a_restart_keeps_the_data(durable: EmbeddedPostgres) -> None:
    run(durable.owner_url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
    durable.stop()
    durable.start()
    assert run(durable.owner_url, "SELECT n FROM kept") == 7


def test_kill_9_of_everything_loses_no_committed_row(durable: EmbeddedPostgres, data_dir: Path) -> None:
    run(durable.owner_url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
    kill_everything(data_dir)
    durable.stop()
    durable.start()
    assert run(durable.owner_url, "SELECT n FROM kept") == 7
    assert "not properly shut down" in (data_dir / "server.log").read_text()


def test_kill_9_of_the_postmaster_alone_is_recovered_from(durable: EmbeddedPostgres, data_dir: Path) -> None:
    run(durable.owner_url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
    postmaster(data_dir).kill()
    durable.stop()
    durable.start()
    assert run(durable.owner_url, "SELECT n FROM kept") == 7


def test_a_left_process_id_that_now_belongs_to_another_process_does_not_prevent_a_start(
    quick: EmbeddedPostgres, data_dir: Path
) -> None:
    kill_everything(data_dir)
    quick.stop()
    left = data_dir / "cluster" / "postmaster.pid"
    account = left.stat()
    switch: dict[str, Any] = {"user": account.st_uid, "group": account.st_gid} if IS_ROOT else {}
    other = subprocess.Popen(["sleep", "60"], **switch)
    try:
        left.write_text("\n".join([str(other.pid), *left.read_text().splitlines()[1:]]) + "\n")
        quick.start()
        assert run(quick.service_url, "SELECT 1") == 1
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_the_server_of_a_killed_run_is_adopted_and_stopped(data_dir: Path) -> None:
    died = subprocess.run([sys.executable, "-c", START_AND_DIE, data_dir], cwd=PROJECT, check=False)
    assert died.returncode == -signal.SIGKILL
    orphan = postmaster(data_dir)
    said: list[str] = []
    with EmbeddedPostgres(data_dir, durable=False, say=said.append) as server:
        assert run(server.service_url, "SELECT 1") == 1
        assert postmaster(data_dir) == orphan
    assert said == ["Taking over the PostgreSQL that a killed run left behind"]
    assert not (data_dir / "cluster" / "postmaster.pid").exists()


def test_two_runs_on_one_folder_get_a_clear_error(shared: EmbeddedPostgres) -> None:
    with pytest.raises(EmbeddedPostgresError, match=f"in use by another vigie \\(process {os.getpid()}\\)"):
        EmbeddedPostgres(shared.data_dir).start()


def test_the_roles_have_no_way_round_row_level_security(shared: EmbeddedPostgres) -> None:
    powers = "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = user"
    assert run(shared.owner_url, powers) is False
    assert run(shared.service_url, powers) is False
    run(shared.owner_url, "CREATE TABLE owned (n int)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        run(shared.service_url, "SELECT n FROM owned")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        run(shared.service_url, "CREATE TABLE mine (n int)")


def test_a_role_that_gained_powers_loses_them_at_the_next_start(quick: EmbeddedPostgres) -> None:
    run(quick.superuser_url, "ALTER ROLE vigie_service BYPASSRLS SUPERUSER")
    quick.stop()
    quick.start()
    assert run(quick.service_url, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = user") is False


def test_the_only_way_in_is_a_socket_in_a_closed_folder(shared: EmbeddedPostgres) -> None:
    assert run(shared.superuser_url, "SHOW listen_addresses") == ""
    assert shared.socket_folder.stat().st_mode & 0o777 == 0o700


def test_a_refused_value_stays_out_of_the_servers_log(shared: EmbeddedPostgres) -> None:
    run(shared.owner_url, "CREATE TABLE person (name text PRIMARY KEY)", "INSERT INTO person VALUES ('Colette')")
    with pytest.raises(asyncpg.UniqueViolationError):
        run(shared.owner_url, "INSERT INTO person VALUES ('Colette')")
    with pytest.raises(asyncpg.InvalidTextRepresentationError):
        run(shared.owner_url, "SELECT 'Colette'::text::uuid")
    assert "Colette" not in (shared.data_dir / "server.log").read_text()


def test_other_databases_come_and_go(shared: EmbeddedPostgres) -> None:
    shared.create_database("gw0")
    shared.create_database("gw0")
    run(shared.url("vigie_owner", "gw0"), "CREATE TABLE here (n int)")
    assert run(shared.owner_url, "SELECT to_regclass('here')") is None
    shared.drop_database("gw0")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        run(shared.url("vigie_owner", "gw0"), "SELECT 1")


def test_the_url_also_works_with_sqlalchemy_and_a_long_path_with_spaces(folder: Path) -> None:
    async def who(url: str) -> object:
        engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"))
        try:
            async with engine.connect() as connection:
                return await connection.scalar(text("SELECT current_user"))
        finally:
            await engine.dispose()

    for name in ("a b & é", "x" * 120):
        with EmbeddedPostgres(folder / name, durable=False) as server:
            assert asyncio.run(who(server.service_url)) == "vigie_service"
            assert run(server.owner_url, "SELECT current_user") == "vigie_owner"
    server.socket_folder.rmdir()


def test_an_interrupted_initdb_is_begun_again(data_dir: Path) -> None:
    (data_dir / "cluster.unfinished" / "base").mkdir(parents=True)
    with EmbeddedPostgres(data_dir, durable=False) as server:
        assert run(server.service_url, "SELECT 1") == 1


def test_a_folder_of_another_version_is_refused(quick: EmbeddedPostgres, data_dir: Path) -> None:
    quick.stop()
    with pytest.raises(EmbeddedPostgresError, match=r"made by PostgreSQL 18 and this is postgres \(PostgreSQL\) 16"):
        EmbeddedPostgres(data_dir, binaries=bundled_binaries(16)).start()


def test_a_server_that_cannot_start_says_why(quick: EmbeddedPostgres, data_dir: Path) -> None:
    quick.stop()
    (data_dir / "cluster" / "postgresql.auto.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedPostgresError, match="no_such_setting"):
        quick.start()


@pytest.mark.parametrize(
    ("binaries", "major"),
    [(bundled_binaries(16), 16), (Path("/usr/lib/postgresql/15/bin"), 15)],
)
def test_other_versions_of_postgresql_can_be_chosen(data_dir: Path, binaries: Path, major: int) -> None:
    if not binaries.exists():
        pytest.skip(f"no PostgreSQL {major} in {binaries}")
    with EmbeddedPostgres(data_dir, binaries=binaries, durable=False) as server:
        assert run(server.service_url, "SELECT current_setting('server_version_num')::int / 10000") == major


@needs_root
def test_a_folder_that_the_servers_account_cannot_reach_is_refused_and_left_alone(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(EmbeddedPostgresError, match="`nobody` that it runs as cannot enter"):
        EmbeddedPostgres(closed / "data").start()
    assert closed.stat().st_mode & 0o777 == 0o700


@needs_root
def test_an_ordinary_user_starts_it_and_root_goes_on_with_that_users_data(folder: Path) -> None:
    interpreter = python_for_nobody()
    if interpreter is None:
        pytest.skip("the account nobody cannot run a Python with the project's packages")
    folder.chmod(0o777)
    assert as_nobody([interpreter, "-c", START_AND_STOP, str(folder / "data")]) == "uid 65534\n"
    with EmbeddedPostgres(folder / "data", durable=False) as server:
        assert run(server.service_url, "SELECT 1") == 1


def test_stop_waits_for_the_end_and_twice_is_harmless(quick: EmbeddedPostgres, data_dir: Path) -> None:
    process = postmaster(data_dir)
    quick.stop()
    quick.stop()
    assert not process.is_running()
    with socket.socket(socket.AF_UNIX) as probe, pytest.raises(OSError, match=r"No such file|refused"):
        probe.connect(str(quick.socket_folder / ".s.PGSQL.5432"))


def test_a_second_start_takes_less_than_two_seconds(quick: EmbeddedPostgres) -> None:
    quick.stop()
    began = time.monotonic()
    quick.start()
    assert time.monotonic() - began < 2


def test_the_default_folder_follows_the_account(tmp_path: Path) -> None:
    if IS_ROOT:
        assert default_data_dir(tmp_path).parent == Path("/var/lib/vigie")
        assert default_data_dir(tmp_path) != default_data_dir(tmp_path / "other")
    else:
        assert default_data_dir(tmp_path) == tmp_path / ".vigie"
