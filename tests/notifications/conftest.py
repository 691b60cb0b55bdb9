"""A vendor, a partner of it, its administrator and a member."""

from __future__ import annotations

import pytest

from prm.permissions import Role
from tests.factories import PartnershipRef, UserRef, VendorRef, World


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def northwind(world: World, acme: VendorRef) -> PartnershipRef:
    return world.partnership(acme, "Northwind", region="North")


@pytest.fixture
def ada(world: World, northwind: PartnershipRef) -> UserRef:
    return world.user(Role.PARTNER_MEMBER, partnership=northwind, name="Ada Lovelace")


@pytest.fixture
def boss(world: World, northwind: PartnershipRef) -> UserRef:
    return world.user(Role.PARTNER_ADMIN, partnership=northwind, name="Bo Boss")
