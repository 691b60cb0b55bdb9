"""What a certification must be, and two who edit one."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from prm.certification import services
from prm.certification.models import (
    Certification,
)
from prm.certification.queries.schemes import get_scheme
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra.db import transaction
from prm.training.models import SkillLevel
from tests.certification.conftest import Scene
from tests.factories import World
from tests.factories import certification as certify
from tests.factories import training as make


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " \x00 "}, "name"),
        ({"name": "Nimbus Installer"}, "name"),
        ({"validity_months": 0}, "validity_months"),
        ({"validity_months": 601}, "validity_months"),
    ],
)
def test_a_scheme_that_cannot_be_names_the_field(
    world: World, scene: Scene, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(DomainError) as broken, world.acting(scene.vendor) as actor, transaction():
        services.create_scheme(actor, **{"name": "Another", **changes})  # type: ignore[arg-type]
    assert set(broken.value.fields) == {field}


def test_a_scheme_needs_published_versions_of_different_courses_of_its_vendor(
    world: World, scene: Scene
) -> None:
    draft = make.make_draft(world, scene.vendor, "Unfinished")
    foreign = make.make_course(world, world.vendor("globex"), "Foreign")
    newer = certify.new_version(world, scene.vendor, scene.course)
    for chosen in ([draft], [foreign], [scene.course, newer]):
        with pytest.raises(DomainError, match="Choose"):
            certify.make_scheme(world, scene.vendor, *chosen, name="Another")
    with world.acting(scene.vendor):
        assert db.session.scalars(select(Certification.name)).all() == ["Nimbus Installer"]


def test_two_editors_of_one_scheme_do_not_overwrite_each_other(world: World, scene: Scene) -> None:
    stated = {
        "summary": "", "skill_level": SkillLevel.EXPERT, "validity_months": None,
        "course_version_ids": [], "is_active": True, "revision": 1,
    }  # fmt: skip
    with world.acting(scene.vendor) as actor, transaction():
        scheme = get_scheme(actor, scene.scheme.public_id)
        services.change_scheme(actor, scheme, name="First", **stated)  # type: ignore[arg-type]
    with pytest.raises(Conflict), world.acting(scene.vendor) as actor, transaction():
        scheme = get_scheme(actor, scene.scheme.public_id)
        services.change_scheme(actor, scheme, name="Second", **stated)  # type: ignore[arg-type]
    with world.acting(scene.vendor) as actor:
        assert get_scheme(actor, scene.scheme.public_id).name == "First"
