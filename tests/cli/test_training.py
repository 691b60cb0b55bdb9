"""`flask training import`: a package from a file, looked at, added, published or refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import func, select

from prm.extensions import db
from prm.training.models import Course, CourseVersion, VersionStatus
from prm.training.models.content import ContentPackage
from tests.factories import World
from tests.factories.packages import course_2004, package_12
from tests.factories.world import VendorRef


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "course.zip"
    path.write_bytes(course_2004())
    return path


def run(world: World, *arguments: str | Path) -> Result:
    return world.app.test_cli_runner().invoke(args=["training", "import", *map(str, arguments)])


def test_a_package_becomes_a_draft_then_is_published(world: World, acme: VendorRef, file: Path) -> None:
    done = run(world, file, "--vendor", "acme", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["edition"].startswith("SCORM 2004") and told["number"] == 1 and not told["is_published"]
    assert [item["title"] for item in told["items"]]
    file.write_bytes(package_12())
    again = run(world, file, "--vendor", "acme", "--course", told["course"], "--publish")
    assert again.exit_code == 0 and "version 1 (published)" in again.stdout
    with world.acting(acme):
        assert db.session.scalars(select(CourseVersion.status)).all() == [VersionStatus.PUBLISHED]
        assert db.session.scalar(select(func.count(ContentPackage.id))) == 2


def test_a_dry_run_keeps_nothing(world: World, acme: VendorRef, file: Path) -> None:
    done = run(world, file, "--vendor", "acme", "--dry-run", "--json")
    assert done.exit_code == 0 and "lesson" not in json.loads(done.stdout)
    with world.acting(acme):
        assert db.session.scalar(select(func.count(Course.id))) == 0
        assert db.session.scalar(select(func.count(ContentPackage.id))) == 0


@pytest.mark.parametrize("content", [b"not a zip", b""])
def test_what_is_no_package_is_refused_with_its_reason(
    world: World, acme: VendorRef, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "broken.zip"
    path.write_bytes(content)
    for arguments in ((path,), (tmp_path / "missing.zip",), (path, "--course", "No such course")):
        done = run(world, *arguments, "--vendor", "acme")
        assert done.exit_code == 1 and done.stderr.strip() and not done.stdout, arguments
    with world.acting(acme):
        assert db.session.scalar(select(func.count(Course.id))) == 0
