"""Accreditations, through the services."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from prm.certification.accreditation.defining import Wanted, create_accreditation
from prm.infra.db import transaction
from tests.factories.world import VendorRef, World


@dataclass(frozen=True)
class AccreditationRef:
    id: int
    public_id: UUID
    name: str


def make_accreditation(
    world: World, vendor: VendorRef, *rules: Wanted, name: str = "Nimbus House", region: str = ""
) -> AccreditationRef:
    """An accreditation that asks for one certified person, or for what the rules say."""
    with world.acting(vendor) as actor, transaction():
        made = create_accreditation(actor, name=name, region=region, rules=rules or [Wanted(1)])
        return AccreditationRef(made.id, made.public_id, made.name)
