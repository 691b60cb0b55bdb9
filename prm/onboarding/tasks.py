"""Background work of onboarding: plans that a reaction could not see begin or end."""

from __future__ import annotations

from sqlalchemy import select

from prm.access import system_actor
from prm.extensions import db
from prm.infra.db import serve_vendor, transaction
from prm.infra.jobs import sweeper
from prm.onboarding import queries, services
from prm.vendors.models import Vendor

AT_ONCE = 200  # partnerships of one vendor a minute


@sweeper
def settle_plans() -> None:
    """Plan what was imported in onboarding; make active what was completed elsewhere or by the date."""
    for vendor_id in db.session.scalars(select(Vendor.id)).all():
        with serve_vendor(vendor_id):
            _settle(vendor_id)


def _settle(vendor_id: int) -> None:
    actor = system_actor(vendor_id)
    if queries.steps_of(queries.find_template(actor)):
        for key in queries.list_beginning(AT_ONCE):
            with transaction():
                partnership = services.find_partnership(key)
                if partnership is not None:
                    services.partnership_changed(actor, partnership)
    for key in queries.list_open(AT_ONCE):
        partnership = services.find_partnership(key)
        if partnership is not None and services.is_ready(partnership):
            with transaction():
                partnership = services.find_partnership(key)
                if partnership is not None:
                    services.settle_plan(partnership)
