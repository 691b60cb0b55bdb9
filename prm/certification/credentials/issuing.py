"""Signing a certificate as a credential: once, when its file is printed or it is asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor
from prm.certification.credentials.building import Picture, Place, build_credential
from prm.certification.credentials.models import BadgePicture, Credential, CredentialKey
from prm.certification.credentials.pictures import draw_png, draw_svg
from prm.certification.credentials.qr_codes import sign_code
from prm.certification.credentials.status import allot_place, as_file
from prm.certification.models import Certificate
from prm.certification.services.keys import ensure_credential_key, open_credential_key, public_url
from prm.errors import Conflict
from prm.extensions import db
from prm.infra import clock
from prm.infra.baking import bake_png, bake_svg
from prm.infra.data_integrity import sign_document
from prm.infra.db import transaction
from prm.journal.services import lock_chain, record
from prm.vendors.models import Vendor


@dataclass(frozen=True)
class Signed:
    """What a certificate's file carries: the credential (JSON) and the payload of its QR code."""

    document: bytes
    qr_payload: str


def read_credential(actor: Actor, certificate: Certificate) -> Credential:
    """The certificate's credential, signed now if nobody asked for it yet. Safe to run at once, twice.

    Raises SigningError where the vendor's key cannot be opened, Conflict for a withdrawn certificate.
    """
    row = find_credential(certificate.id)
    if row is not None:
        return row
    facts = certificate.facts
    picture = find_or_draw(facts)
    with transaction():
        lock_chain()
        db.session.refresh(certificate)
        if certificate.withdrawn_at is not None:  # its holder was erased meanwhile
            raise Conflict(_("Certificate %(number)s was withdrawn.", number=certificate.number))
        row = find_credential(certificate.id)
        if row is None:
            row = _sign(actor, certificate, _keep_picture(certificate.vendor_id, picture))
    return row


def sign_for_print(actor: Actor, certificate: Certificate) -> Signed:
    """The credential and the QR code's payload. Raises SigningError."""
    row = read_credential(actor, certificate)
    vendor = db.session.get_one(Vendor, certificate.vendor_id)
    key = db.session.get_one(CredentialKey, row.key_id)
    if key.retired_at is not None:  # its private half is gone: the newest key vouches for the code
        with transaction():
            lock_chain()
            key = ensure_credential_key(actor, vendor)
    payload = sign_code(certificate.facts, Place(row.list_number, row.list_index), open_credential_key(key))
    return Signed(document_of(row), payload)


def find_credential(certificate_key: int) -> Credential | None:
    """The credential that stands for a certificate today."""
    return db.session.scalars(
        select(Credential).where(
            Credential.certificate_id == certificate_key, Credential.withdrawn_at.is_(None)
        )
    ).one_or_none()


def document_of(row: Credential) -> bytes:
    """The JSON of a credential that stands."""
    assert row.document is not None, "A credential that stands has its document."
    return row.document


def baked(row: Credential, kind: str) -> bytes:
    """The badge as png or svg: the picture of the achievement with the credential in it."""
    document = document_of(row)
    digest = _picture_digest(json.loads(document))
    picture = db.session.scalars(select(BadgePicture).where(BadgePicture.png_sha256 == digest)).first()
    assert picture is not None, "A signed credential's picture is kept."
    return bake_png(picture.png, document) if kind == "png" else bake_svg(picture.svg, document)


def find_or_draw(facts: Mapping[str, Any]) -> Picture:
    """The picture of the facts: the one kept for this design, or drawn now."""
    svg = draw_svg(facts)
    kept = db.session.scalars(
        select(BadgePicture).where(BadgePicture.svg_sha256 == hashlib.sha256(svg).hexdigest())
    ).one_or_none()
    return Picture(kept.svg, kept.png) if kept is not None else Picture(svg, draw_png(svg))


def withdraw_credentials(certificate_keys: Collection[int], at: datetime | None = None) -> int:
    """Take back the credentials that stand for certificates: their bits are set, their text is gone.

    Whoever needs one afterwards gets it signed anew. Returns how many. Called inside a transaction.
    """
    return _withdraw(Credential.certificate_id.in_(certificate_keys), at)


def withdraw_signed_by(key: CredentialKey, at: datetime | None = None) -> int:
    """The same for everything that one key signed: somebody else may have signed with it too."""
    return _withdraw(Credential.key_id == key.id, at)


# -- parts -------------------------------------------------------------------------------------


def _sign(actor: Actor, certificate: Certificate, picture: Picture) -> Credential:
    vendor = db.session.get_one(Vendor, certificate.vendor_id)
    key = ensure_credential_key(actor, vendor)
    db.session.flush()
    place = allot_place()
    now = clock.now().replace(microsecond=0)
    unsigned = build_credential(certificate.facts, public_url(vendor), place, picture, key.did)
    document = as_file(sign_document(unsigned, open_credential_key(key), method=key.method, created=now))
    return keep_credential(actor, certificate, key.id, place, document, None, now)


def keep_credential(
    actor: Actor,
    certificate: Certificate,
    key_id: int,
    place: Place,
    document: bytes,
    picture: Picture | None,
    signed_at: datetime,
) -> Credential:
    """Keep a credential that was signed, and its picture where that is not kept yet.

    The caller holds the vendor's chain, and knows that the place is free and the key in use.
    """
    if picture is not None:
        _keep_picture(certificate.vendor_id, picture)
    row = Credential(
        vendor_id=certificate.vendor_id,
        certificate_id=certificate.id,
        key_id=key_id,
        list_number=place.number,
        list_index=place.index,
        document=document,
        sha256=hashlib.sha256(document).hexdigest(),
        signed_at=signed_at,
    )
    db.session.add(row)
    db.session.flush()
    key = db.session.get_one(CredentialKey, key_id)
    record(
        actor,
        "credential.signed",
        certificate,
        facts={"number": certificate.number, "key": key.multibase, "sha256": row.sha256},
    )
    return row


def _keep_picture(vendor_key: int, picture: Picture) -> Picture:
    digest = hashlib.sha256(picture.svg).hexdigest()
    kept = db.session.scalars(select(BadgePicture).where(BadgePicture.svg_sha256 == digest)).one_or_none()
    if kept is None:
        db.session.add(
            BadgePicture(
                vendor_id=vendor_key,
                svg=picture.svg,
                svg_sha256=digest,
                png=picture.png,
                png_sha256=hashlib.sha256(picture.png).hexdigest(),
                created_at=clock.now(),
            )
        )
        return picture
    return Picture(kept.svg, kept.png)


def _picture_digest(document: Mapping[str, Any]) -> str:
    address: str = document["credentialSubject"]["achievement"]["image"]["id"]
    return address.rpartition("/")[2].partition(".")[0]


def _withdraw(criterion: Any, at: datetime | None) -> int:
    rows = db.session.scalars(select(Credential).where(criterion, Credential.withdrawn_at.is_(None))).all()
    for row in rows:
        row.withdrawn_at, row.document, row.sha256 = at or clock.now(), None, None
    db.session.flush()
    return len(rows)
