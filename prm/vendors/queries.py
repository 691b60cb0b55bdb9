"""Reading vendors as such."""

from __future__ import annotations

from sqlalchemy import select

from prm.extensions import db
from prm.vendors.models import Vendor


def list_vendors() -> list[Vendor]:
    """Every vendor of the installation, by name; for its operators only."""
    return list(db.session.scalars(select(Vendor).order_by(Vendor.name, Vendor.id)))
