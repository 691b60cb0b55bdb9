"""People around an audit, for the tests of audits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from prm.infra import clock
from prm.permissions import Role
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories import audits as making
from tests.factories.training import complete, make_course

START = datetime(2027, 1, 4, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Cast:
    """A vendor's auditor and signer, a partner's administrator, and somebody who learned there."""

    vendor: VendorRef
    partnership: PartnershipRef
    auditor: UserRef
    signer: UserRef
    partner: UserRef
    learner: UserRef


@pytest.fixture
def now() -> Iterator[clock.SetClock]:
    with clock.freeze(START) as frozen:
        yield frozen


@pytest.fixture
def cast(now: clock.SetClock, world: World) -> Cast:
    vendor = world.vendor("acme")
    partnership = world.partnership(vendor, "Northwind", region="West")
    people = Cast(
        vendor,
        partnership,
        world.user(Role.CHANNEL_MANAGER, vendor=vendor, name="Carla Chan"),
        world.user(Role.VENDOR_ADMIN, vendor=vendor, name="Adam Admin"),
        world.user(Role.PARTNER_ADMIN, partnership=partnership, name="Petra Partner"),
        world.user(Role.PARTNER_MEMBER, partnership=partnership, name="Leo Learner"),
    )
    complete(world, vendor, people.learner, make_course(world, vendor, "Installing"))
    now.advance(days=1)
    return people


@pytest.fixture
def audit(world: World, cast: Cast) -> making.AuditRef:
    """Planned by the auditor, of four criteria: one of each kind."""
    return making.plan(world, cast.partnership, cast.auditor, making.make_checklist(world, cast.vendor))
