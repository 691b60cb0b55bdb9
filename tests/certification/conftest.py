"""What most tests of certification start from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from prm.infra import clock
from prm.permissions import Role
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories import certification as certify
from tests.factories import training as make
from tests.factories.certification import SchemeRef
from tests.factories.training import CourseRef


@dataclass(frozen=True)
class Scene:
    """A vendor, a company with one member, a course and the certification that needs it."""

    vendor: VendorRef
    company: PartnershipRef
    member: UserRef
    course: CourseRef
    scheme: SchemeRef


BEGINNING = datetime(2024, 1, 10, 9, tzinfo=UTC)


@pytest.fixture
def scene(world: World) -> Scene:
    """Everybody is there since 2024, so that tests may play in any year after it."""
    with clock.travel(BEGINNING):
        vendor = world.vendor("acme", name="Acme GmbH", time_zone="Europe/Berlin")
        company = world.partnership(vendor, "Northwind")
        member = world.user(Role.PARTNER_MEMBER, partnership=company, name="Zoë Ångström")
        course = make.make_course(world, vendor)
        return Scene(vendor, company, member, course, certify.make_scheme(world, vendor, course))
