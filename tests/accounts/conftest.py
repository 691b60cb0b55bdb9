"""Whom most tests of accounts start from."""

from __future__ import annotations

import pytest

from prm.permissions import Role
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.world import PASSWORD


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor()


@pytest.fixture
def north(world: World, acme: VendorRef) -> PartnershipRef:
    return world.partnership(acme, "Northwind", region="EMEA")


@pytest.fixture
def admin(world: World, acme: VendorRef) -> UserRef:
    return world.user(Role.VENDOR_ADMIN, vendor=acme, name="Ada Admin")


@pytest.fixture
def boss(world: World, north: PartnershipRef) -> UserRef:
    return world.user(Role.PARTNER_ADMIN, partnership=north, name="Nina Northwind")


@pytest.fixture
def ada(world: World, acme: VendorRef) -> UserRef:
    """An administrator who signs in with the password."""
    return world.user(Role.VENDOR_ADMIN, vendor=acme, email="ada@acme.example", password=PASSWORD)
