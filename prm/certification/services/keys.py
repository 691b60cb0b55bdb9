"""A vendor's document-signing key: made on first need, sealed in the database."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select

from prm.access import Actor
from prm.extensions import db
from prm.infra import clock
from prm.infra.signing import IssuerKey, create_issuer, seal, unseal
from prm.journal.services import lock_chain, record
from prm.vendors.models import SigningKey, Vendor


def ensure_signing_key(actor: Actor, vendor: Vendor) -> SigningKey:
    """The vendor's key in use; made now if there is none.

    The caller holds the vendor's chain, so that two who need the first one do not both make it.
    """
    key = find_signing_key()
    if key is not None:
        return key
    issuer = create_issuer(f"{vendor.name} Certification", vendor.name, clock.now())
    key = SigningKey(
        vendor_id=vendor.id,
        sealed_key=seal(issuer.key_pem, current_app.config["SECRET_KEY"]),
        certificate_pem=issuer.leaf_pem,
        ca_pem=issuer.ca_pem,
        created_at=clock.now(),
    )
    db.session.add(key)
    record(actor, "signing_key.created", key)
    return key


def rotate_signing_key(actor: Actor, vendor: Vendor) -> SigningKey:
    """Sign with a new key from now on. What the earlier ones signed stays valid and verifiable."""
    lock_chain()
    key = find_signing_key()
    if key is not None:
        key.retired_at = clock.now()
        db.session.flush()
        record(actor, "signing_key.retired", key)
    return ensure_signing_key(actor, vendor)


def reseal_signing_keys() -> int:
    """Seal every key of the vendor served with SECRET_KEY, whichever sealed it before; how many.

    Raises SigningError where neither SECRET_KEY nor an earlier one opens a key.
    """
    keys = list(db.session.scalars(select(SigningKey)))
    for key in keys:
        key.sealed_key = seal(open_signing_key(key).key_pem, current_app.config["SECRET_KEY"])
    return len(keys)


def find_signing_key() -> SigningKey | None:
    """The newest key of the vendor served that was not retired."""
    return db.session.scalars(
        select(SigningKey).where(SigningKey.retired_at.is_(None)).order_by(SigningKey.id.desc()).limit(1)
    ).one_or_none()


def list_roots() -> list[bytes]:
    """The roots (PEM) that vouch for every key of the vendor served, retired ones too, oldest first."""
    return list(db.session.scalars(select(SigningKey.ca_pem).order_by(SigningKey.id)))


def open_signing_key(key: SigningKey) -> IssuerKey:
    """The key ready to sign. Raises SigningError where SECRET_KEY does not open it."""
    fallbacks = current_app.config["SECRET_KEY_FALLBACKS"]
    key_pem = unseal(key.sealed_key, current_app.config["SECRET_KEY"], *fallbacks)
    return IssuerKey(key_pem, key.certificate_pem, key.ca_pem)
