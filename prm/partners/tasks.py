"""Background work of partners: what nobody confirmed is forgotten."""

from __future__ import annotations

from sqlalchemy import select

from prm.extensions import db
from prm.infra.db import serve_vendor, transaction
from prm.infra.jobs import sweeper
from prm.partners.services import applications
from prm.vendors.models import Vendor


@sweeper
def forget_unconfirmed_applications() -> None:
    """Applications whose sender did not confirm the address in time, at every vendor."""
    for vendor_id in db.session.scalars(select(Vendor.id)).all():
        with serve_vendor(vendor_id):
            if applications.has_unconfirmed_to_forget():
                with transaction():
                    applications.forget_unconfirmed()
