"""`vigie check` and `vigie publish` for advice: its lock is kept like that of the instruments."""

from pathlib import Path

import pytest

from app.services.check_advice import check_advice, publish_advice
from app.services.published_lock import LOCK
from tests.support.advice_files import NAUSEA, SECOND, write_advice

FILE = "advice/nausea.yaml"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A folder whose advice is published."""
    folder = write_advice(tmp_path)
    report, added = publish_advice(folder)
    assert (report.problems, added) == ((), ("advice:nausea|1",))
    return folder


def said(folder: Path) -> list[str]:
    return [str(problem) for problem in check_advice(folder).problems]


def test_what_is_published_is_checked_without_a_word(published: Path) -> None:
    report = check_advice(published)
    assert (report.problems, list(report.digests)) == ((), ["advice:nausea|1"])
    before = (published / LOCK).read_bytes()
    assert publish_advice(published) == (report, ())
    assert (published / LOCK).read_bytes() == before


def test_a_new_version_is_told_until_it_is_published(published: Path) -> None:
    before = (published / LOCK).read_text(encoding="utf-8").splitlines()
    (published / FILE).write_text(NAUSEA + SECOND, encoding="utf-8")
    assert said(published) == [f"guidance/{LOCK}:1: not locked yet: advice:nausea|2. `vigie publish` adds it"]
    assert publish_advice(published)[1] == ("advice:nausea|2",)
    assert said(published) == []
    assert (published / LOCK).read_text(encoding="utf-8").splitlines()[:2] == before


def test_a_published_version_that_changed_is_never_published_again(published: Path) -> None:
    before = (published / LOCK).read_bytes()
    (published / FILE).write_text((NAUSEA + SECOND).replace("Eat little.", "Eat more."), encoding="utf-8")
    report, added = publish_advice(published)
    (problem,) = report.problems
    assert problem.text.startswith("advice:nausea|1 was published and has changed since")
    assert added == ()
    assert (published / LOCK).read_bytes() == before


def test_a_published_version_that_is_gone_is_asked_for(published: Path) -> None:
    (published / FILE).unlink()
    assert said(published) == [f"guidance/{LOCK}:1: advice:nausea|1 was published and is gone: bring it back"]


def test_damaged_files_and_a_damaged_lock_are_told_and_publish_nothing(published: Path) -> None:
    (published / FILE).write_text(NAUSEA.replace("concept:", "concep:"), encoding="utf-8")
    assert all(line.startswith(f"guidance/{FILE}:1: ") for line in said(published))
    assert publish_advice(published)[1] == ()
    (published / FILE).write_text(NAUSEA, encoding="utf-8")
    (published / LOCK).write_text("advice:nausea|1\n", encoding="utf-8")
    assert said(published) == [f"{LOCK}:1: a line is a name and its digest: `name sha256:...`"]
