"""Pages of a vendor as such: its home, its brand colours."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, render_template
from sqlalchemy import select

from prm.access import public, requires
from prm.errors import NotFound
from prm.extensions import db
from prm.infra.brand_css import brand_stylesheet
from prm.permissions import P
from prm.vendors.models import Vendor

blueprint = Blueprint("vendors", __name__)


@blueprint.get("/<slug:vendor>/")
@requires(P.VENDOR_HOME)
def home() -> str:
    """Each role's answer to "what now?"."""
    return render_template("vendors/home.html")


@blueprint.get("/vendors/<uuid:vendor_id>/brand.css")
@public
def brand_css(vendor_id: UUID) -> Response:
    """The vendor's colours as CSS custom properties; public, because verification pages wear them."""
    vendor = db.session.scalars(select(Vendor).where(Vendor.public_id == vendor_id)).one_or_none()
    if vendor is None:
        raise NotFound
    css = brand_stylesheet(vendor.brand_primary)
    return Response(css, mimetype="text/css", headers={"Cache-Control": "public, max-age=86400"})
