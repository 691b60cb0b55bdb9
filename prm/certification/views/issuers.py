"""What a vendor publishes as an issuer, for anybody: keys, status lists, pictures, the offline checker."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import public
from prm.certification.credentials import offline, trust
from prm.certification.credentials.models import BadgePicture
from prm.certification.credentials.status import KEEP_SECONDS, as_file, sign_status_list
from prm.certification.views.blueprint import blueprint
from prm.errors import DomainError, NotFound
from prm.extensions import db, limiter
from prm.infra.db import serve_vendor
from prm.infra.downloads import attachment, inline_image
from prm.infra.signing import SigningError
from prm.vendors.models import Vendor

KEPT = f"public, max-age={KEEP_SECONDS}"
FOR_EVER = "public, max-age=31536000, immutable"
PICTURE_TYPES = {"png": "image/png", "svg": "image/svg+xml"}


class Unavailable(DomainError):
    """The issuer's key cannot be opened: the server's settings need mending."""

    status = 503


@blueprint.get("/issuers/<uuid:vendor_id>/did.json")
@limiter.limit("120/minute")
@public
def did_document(vendor_id: UUID) -> Response:
    """The issuer's DID document (did:web): every key with its history."""
    vendor = _vendor(vendor_id)
    with serve_vendor(vendor.id):
        return _published(trust.did_document(vendor), "application/did+json")


@blueprint.get("/issuers/<uuid:vendor_id>/profile.json")
@limiter.limit("120/minute")
@public
def issuer_profile(vendor_id: UUID) -> Response:
    """Who the issuer is, as an Open Badges profile."""
    return _published(trust.issuer_profile(_vendor(vendor_id)), "application/ld+json")


@blueprint.get("/issuers/<uuid:vendor_id>/keys.json")
@limiter.limit("120/minute")
@public
def issuer_keys(vendor_id: UUID) -> Response:
    """The keys of credentials and of documents in one file, for checking offline."""
    vendor = _vendor(vendor_id)
    with serve_vendor(vendor.id):
        return _published(trust.export_keys(vendor), "application/json")


@blueprint.get("/issuers/<uuid:vendor_id>/status/<int:number>.json")
@limiter.limit("120/minute")
@public
def status_list(vendor_id: UUID, number: int) -> Response:
    """A status list as it is now, signed."""
    vendor = _vendor(vendor_id)
    with serve_vendor(vendor.id):
        try:
            content = sign_status_list(vendor, min(number, 2**31 - 1)).document
        except SigningError as error:
            raise Unavailable(_("The issuer's key cannot be used now. Try again later.")) from error
    return _file(content, "application/vc", KEPT)


@blueprint.get("/issuers/<uuid:vendor_id>/pictures/<string(length=64):picture>.<any(png, svg):suffix>")
@limiter.limit("240/minute")
@public
def badge_picture(vendor_id: UUID, picture: str, suffix: str) -> Response:
    """The picture of an achievement; it names no person."""
    vendor = _vendor(vendor_id)
    column = BadgePicture.png_sha256 if suffix == "png" else BadgePicture.svg_sha256
    with serve_vendor(vendor.id):
        row = db.session.scalars(select(BadgePicture).where(column == picture)).first()
    if row is None:
        raise NotFound
    answer = inline_image(row.png if suffix == "png" else row.svg, PICTURE_TYPES[suffix])
    answer.headers["Cache-Control"] = FOR_EVER
    return answer


@blueprint.get("/issuers/<uuid:vendor_id>/checker.html")
@limiter.limit("30/minute")
@public
def offline_checker(vendor_id: UUID) -> Response:
    """The offline checker: one file that anybody can keep, with the keys and lists of now."""
    vendor = _vendor(vendor_id)
    with serve_vendor(vendor.id):
        try:
            page = offline.checker_page(vendor)
        except SigningError as error:
            raise Unavailable(_("The issuer's key cannot be used now. Try again later.")) from error
    return attachment(page.encode(), offline.file_name(vendor), "text/html")


# -- parts -------------------------------------------------------------------------------------


def _vendor(public_id: UUID) -> Vendor:
    vendor = db.session.scalars(select(Vendor).where(Vendor.public_id == public_id)).one_or_none()
    if vendor is None:
        raise NotFound
    return vendor


def _published(document: Any, media_type: str) -> Response:
    return _file(as_file(json.loads(json.dumps(document))), media_type, KEPT)


def _file(content: bytes, media_type: str, kept: str) -> Response:
    answer = Response(content, mimetype=media_type)
    answer.headers["Cache-Control"] = kept
    answer.add_etag()
    answer.make_conditional(request)
    return answer
