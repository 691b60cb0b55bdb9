"""The keys of one vendor, and every certificate as a credential: its text says whose it is."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12
from flask import current_app
from sqlalchemy import select

from prm.certification.credentials.addresses import did_of, issuer_url
from prm.certification.credentials.models import BadgePicture, Credential, CredentialKey
from prm.certification.models import Certificate
from prm.certification.services.keys import PURPOSE, seal_private
from prm.extensions import db
from prm.infra.data_integrity import encode_key
from prm.infra.signing import create_issuer
from tests.access.filling import Filler
from tests.factories.marketing import png

PICTURE = png(colour="green")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"></svg>'
PICTURE_DIGEST = hashlib.sha256(PICTURE).hexdigest()


@cache
def certificate_pem() -> bytes:
    """A certificate that any reader takes; whose it is says nothing here."""
    return create_issuer("Somebody", "Somebody", datetime(2026, 1, 1, tzinfo=UTC)).leaf_pem


@cache
def pkcs12_file() -> bytes:
    """A key of somebody's own with its certificate and root, without a passphrase."""
    made = create_issuer("Own", "Own", datetime(2026, 1, 1, tzinfo=UTC))
    key = serialization.load_pem_private_key(made.key_pem, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    certificate, root = (x509.load_pem_x509_certificate(pem) for pem in (made.leaf_pem, made.ca_pem))
    return pkcs12.serialize_key_and_certificates(
        b"own", key, certificate, [root], serialization.NoEncryption()
    )


def credential_key(f: Filler) -> CredentialKey:
    private = Ed25519PrivateKey.generate()
    url = issuer_url(current_app.config["ISSUER_URL"], f.tenant.vendor.public_id)
    key: CredentialKey = f.add(
        CredentialKey(
            did=did_of(url), multibase=encode_key(private.public_key()),
            sealed_key=seal_private(private.private_bytes_raw(), PURPOSE), created_at=f.now,
        )
    )  # fmt: skip
    return key


def sign_credentials(f: Filler, key: CredentialKey) -> None:
    """A credential of every certificate, in the second list, and the picture they all have."""
    f.add(
        BadgePicture(
            svg=SVG, svg_sha256=hashlib.sha256(SVG).hexdigest(), png=PICTURE,
            png_sha256=PICTURE_DIGEST, created_at=f.now,
        )
    )  # fmt: skip
    for index, certificate in enumerate(db.session.scalars(select(Certificate).order_by(Certificate.id))):
        image = {"id": f"https://issuer.example/pictures/{PICTURE_DIGEST}.png"}
        said = {"says": certificate.facts, "credentialSubject": {"achievement": {"image": image}}}
        document = json.dumps(said).encode()
        f.add(
            Credential(
                certificate_id=certificate.id, key_id=key.id, list_number=2, list_index=index,
                document=document, sha256=hashlib.sha256(document).hexdigest(), signed_at=f.now,
            )
        )  # fmt: skip
