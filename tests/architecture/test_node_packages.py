"""The Node.js packages of the tests: pinned to their bytes, and from whatever registry a machine is set up for."""

import json
from pathlib import Path

from tests.browser.ensure_lforms import LOCK

NPMRC = LOCK.with_name(".npmrc")


def test_the_lock_pins_bytes_and_names_no_registry() -> None:
    packages = json.loads(LOCK.read_text("utf-8"))["packages"]
    installed = {name: package for name, package in packages.items() if name}
    assert "node_modules/lforms" in installed
    assert [name for name, package in installed.items() if "resolved" in package] == []
    assert [name for name, package in installed.items() if not package["integrity"].startswith("sha512-")] == []


def test_nothing_that_is_installed_runs() -> None:
    settings = NPMRC.read_text("utf-8").splitlines()
    assert {"ignore-scripts=true", "omit-lockfile-registry-resolved=true"} <= set(settings)
    assert not any("registry=" in line.replace("omit-lockfile-registry-resolved=", "") for line in settings)


def test_what_is_installed_stays_out_of_the_repository() -> None:
    assert "node_modules/" in (Path(__file__).parents[2] / ".gitignore").read_text("utf-8").splitlines()
