"""A vendor's keys: made on first need, sealed in the database.

Two of them: P-256 with a certificate for PDF files, and Ed25519 for credentials, status lists and QR
codes (PDF readers take no Ed25519, and Open Badges no certificates). How they are replaced:
credentials/rotation.py.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor
from prm.certification.credentials.addresses import did_of, issuer_url
from prm.certification.credentials.models import CredentialKey
from prm.extensions import db
from prm.infra import clock
from prm.infra.data_integrity import encode_key
from prm.infra.pkcs12 import expires_at
from prm.infra.signing import IssuerKey, SigningError, create_issuer, seal, unseal
from prm.journal.services import record
from prm.vendors.models import SigningKey, Vendor

PURPOSE = "credential-key"
DOCUMENTS = "signing-key"


# -- keys of documents -------------------------------------------------------------------------


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
        sealed_key=seal_private(issuer.key_pem, DOCUMENTS),
        certificate_pem=issuer.leaf_pem,
        ca_pem=issuer.ca_pem,
        created_at=clock.now(),
    )
    db.session.add(key)
    record(actor, "signing_key.created", key)
    return key


def find_signing_key() -> SigningKey | None:
    """The newest key of the vendor served that was not retired."""
    return db.session.scalars(
        select(SigningKey).where(SigningKey.retired_at.is_(None)).order_by(SigningKey.id.desc()).limit(1)
    ).one_or_none()


def list_signing_keys() -> list[SigningKey]:
    """Every key that ever signed documents of the vendor served, oldest first."""
    return list(db.session.scalars(select(SigningKey).order_by(SigningKey.id)))


def list_roots() -> list[bytes]:
    """The roots (PEM) that vouch for the keys of the vendor served, retired ones too, oldest first.

    Not those of keys that somebody else may have.
    """
    return [key.ca_pem for key in list_signing_keys() if key.compromised_at is None]


def open_signing_key(key: SigningKey) -> IssuerKey:
    """The key ready to sign.

    Raises SigningError where no sealing key of the settings opens it, and where the certificate that the
    vendor brought has ended: nobody would accept what it signs.
    """
    if key.is_brought and (ended := expires_at(key.certificate_pem)) < clock.now():
        raise SigningError(
            _(
                "The certificate of your signing key ended on %(date)s: bring a new one, or let a new key "
                "be made.",
                date=ended.date(),
            )
        )
    return IssuerKey(open_private(key.sealed_key, DOCUMENTS), key.certificate_pem, key.ca_pem)


# -- keys of credentials -----------------------------------------------------------------------


def ensure_credential_key(actor: Actor, vendor: Vendor) -> CredentialKey:
    """The vendor's key for credentials under its present name; made now if there is none.

    The caller holds the vendor's chain.
    """
    key = find_credential_key(vendor)
    if key is not None:
        return key
    private = Ed25519PrivateKey.generate()
    key = CredentialKey(
        vendor_id=vendor.id,
        did=did_of(public_url(vendor)),
        multibase=encode_key(private.public_key()),
        sealed_key=seal_private(private.private_bytes_raw(), PURPOSE),
        created_at=clock.now(),
    )
    db.session.add(key)
    record(actor, "credential_key.created", key, facts={"key": key.multibase})
    return key


def find_credential_key(vendor: Vendor) -> CredentialKey | None:
    """The newest key in use under the vendor's present name: another ISSUER_URL is another name."""
    return db.session.scalars(
        select(CredentialKey)
        .where(CredentialKey.retired_at.is_(None), CredentialKey.did == did_of(public_url(vendor)))
        .order_by(CredentialKey.id.desc())
        .limit(1)
    ).one_or_none()


def list_credential_keys() -> list[CredentialKey]:
    """Every key that ever signed credentials of the vendor served, oldest first."""
    return list(db.session.scalars(select(CredentialKey).order_by(CredentialKey.id)))


def open_credential_key(key: CredentialKey) -> Ed25519PrivateKey:
    """The key ready to sign. Raises SigningError where no sealing key of the settings opens it."""
    return Ed25519PrivateKey.from_private_bytes(open_private(key.sealed_key, PURPOSE))


def public_url(vendor: Vendor) -> str:
    """The address below which the vendor's public documents are."""
    return issuer_url(current_app.config["ISSUER_URL"], vendor.public_id)


# -- sealing -----------------------------------------------------------------------------------


def seal_private(plain: bytes, purpose: str) -> bytes:
    """A private key as it rests in the database."""
    return seal(plain, current_app.config["SEALING_KEYS"][0], purpose=purpose)


def open_private(sealed: bytes, purpose: str) -> bytes:
    """A private key as it was sealed. Raises SigningError."""
    first, *others = current_app.config["SEALING_KEYS"]
    return unseal(sealed, first, *others, purpose=purpose)
