"""A signing key of the vendor's own: what is taken, what is refused and why, and what it signs."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import page as checker
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from sqlalchemy import select

from prm.access import system_actor
from prm.certification.credentials.rotation import bring_key, reseal_keys, rotate_keys
from prm.certification.models import CertificateFile
from prm.certification.rendering import Unprintable, read_file
from prm.certification.services.keys import find_signing_key, list_roots
from prm.certification.verification import Verdict, check_file
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.pdf import inspect_signature, is_plainly_signed
from prm.permissions import Role
from prm.vendors.models import SigningKey, Vendor
from tests.certification.conftest import Scene
from tests.factories import World
from tests.factories import certification as certify
from tests.infra.specimens import openssl_says, pyhanko_says, run

PASSPHRASE = "open, please"
START = datetime(2024, 1, 1, tzinfo=UTC)
KINDS = {
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "small": lambda: rsa.generate_private_key(65537, 1024),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}
SIGNER = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
AUTHORITY = x509.KeyUsage(False, False, False, False, False, True, True, False, False)


def certified(
    name: str,
    key: Any,
    by: tuple[x509.Certificate, Any] | None = None,
    *,
    is_authority: bool = False,
    usage: x509.KeyUsage = SIGNER,
    meant: x509.ObjectIdentifier = ExtendedKeyUsageOID.EMAIL_PROTECTION,
    since: datetime = START,
    until: datetime = START + timedelta(days=5000),
) -> x509.Certificate:
    """A certificate, of itself or by an authority."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(by[0].subject if by else subject)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(since).not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(AUTHORITY if is_authority else usage, critical=True)
    )  # fmt: skip
    if not is_authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([meant]), critical=False)
    builder = builder.add_extension(
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
    )
    signing = by[1] if by else key
    algorithm = None if isinstance(signing, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(signing, algorithm)


def key_file(kind: str = "p256", *, chain: int = 2, **leaf: Any) -> bytes:
    """A PKCS#12 file whose certificate is vouched for by that many authorities."""
    root_key = KINDS["p256"]()
    root = certified("Trusty Root", root_key, is_authority=True)
    between_key = KINDS["p256"]()
    between = certified("Trusty Documents", between_key, (root, root_key), is_authority=True)
    key = KINDS[kind]()
    certificate = certified("Acme Seal", key, (between, between_key), **leaf)
    encryption = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    others = [root, between][2 - chain :]
    return pkcs12.serialize_key_and_certificates(b"seal", key, certificate, others, encryption)


def bring(world: World, scene: Scene, content: bytes, passphrase: str = PASSPHRASE) -> None:
    with world.acting(scene.vendor) as actor, transaction():
        vendor = db.session.get_one(Vendor, scene.vendor.id)
        bring_key(actor, vendor, content=content, passphrase=passphrase, reason="Our own")


@pytest.mark.parametrize("kind", ["rsa", "p384"])
def test_what_an_own_key_signs_passes_every_check(
    world: World, scene: Scene, tmp_path: Path, kind: str
) -> None:
    before = certify.issue(world, scene.vendor, scene.scheme, scene.member)
    bring(world, scene, key_file(kind))
    with world.acting(scene.vendor) as actor, transaction():
        assert reseal_keys(actor) >= 2
    person = world.user(Role.PARTNER_MEMBER, partnership=scene.company)
    made = certify.issue(world, scene.vendor, scene.scheme, person)
    content = world.client(person).get(f"/acme/certification/{made.public_id}/files/a4").data
    (path := tmp_path / "own.pdf").write_bytes(content)
    for profile in ("3a", "ua1"):
        assert checker.validate_pdf_bytes(content, profile=profile).is_compliant
    said = run("pdfsig", path)
    assert "Signature is Valid." in said and "Total document signed" in said and "CN=Acme Seal" in said
    with world.acting(scene.vendor):
        roots = list_roots()
        (tmp_path / "ca.pem").write_bytes(roots[-1])
        assert inspect_signature(content, trusted_ca_pems=roots).genuine and is_plainly_signed(content)
        assert not inspect_signature(content, trusted_ca_pems=roots[:1]).trusted
        assert check_file(content).verdict is Verdict.VALID
        old = db.session.scalars(
            select(CertificateFile).where(CertificateFile.certificate_id == before.id)
        ).one()
        assert check_file(read_file(system_actor(scene.vendor.id), old.id)).verdict is Verdict.VALID
        keys = db.session.scalars(select(SigningKey).order_by(SigningKey.id)).all()
        assert [key.sealed_key == b"" for key in keys] == [True, False]
        assert b"PRIVATE" not in keys[1].sealed_key
    assert "CMS Verification successful" in openssl_says(path, tmp_path / "ca.pem")
    assert "INTACT:TRUSTED,UNTOUCHED" in pyhanko_says(path, tmp_path / "ca.pem")
    flipped = bytearray(content)
    flipped[len(content) // 3] ^= 1
    assert not inspect_signature(bytes(flipped), trusted_ca_pems=roots).intact


def test_what_cannot_sign_documents_is_refused_with_the_reason(world: World, scene: Scene) -> None:
    now = clock.now()
    nobody = x509.KeyUsage(False, False, True, False, False, False, False, False, False)
    refused: dict[str, tuple[bytes, str]] = {
        "no PKCS#12 file": (b"-----BEGIN", PASSPHRASE),
        "does not open it": (key_file(), "wrong"),
        "P-256, P-384 or RSA": (key_file("p521"), PASSPHRASE),
        "of P-256": (key_file("ed25519"), PASSPHRASE),
        "2048 to 8192 bits; this one has 1024": (key_file("small"), PASSPHRASE),
        "valid only from": (key_file(since=now + timedelta(days=1)), PASSPHRASE),
        "renew it first": (key_file(until=now + timedelta(days=2)), PASSPHRASE),
        "not meant for signatures": (key_file(usage=nobody), PASSPHRASE),
        "not meant for documents": (key_file(meant=ExtendedKeyUsageOID.SERVER_AUTH), PASSPHRASE),
        "certificate of an authority": (key_file(is_authority=True), PASSPHRASE),
        "whole chain": (key_file(chain=0), PASSPHRASE),
        "too large": (b"x" * 300_000, PASSPHRASE),
    }
    for reason, (content, passphrase) in refused.items():
        with pytest.raises(DomainError, match=reason):
            bring(world, scene, content, passphrase)
    with world.acting(scene.vendor):
        assert db.session.scalars(select(SigningKey)).all() == []


def test_nothing_is_issued_with_a_certificate_that_ended(world: World, scene: Scene) -> None:
    bring(world, scene, key_file(until=clock.now() + timedelta(days=30)))
    with clock.travel(clock.now() + timedelta(days=31)):
        made = certify.issue(world, scene.vendor, scene.scheme, scene.member)
        with world.acting(scene.vendor) as actor:
            file = db.session.scalars(
                select(CertificateFile).where(CertificateFile.certificate_id == made.id)
            ).one()
            assert file.problem is not None and "ended on" in file.problem
            with pytest.raises(Unprintable, match="bring a new one"):
                read_file(actor, file.id)
            with transaction():
                rotate_keys(actor, db.session.get_one(Vendor, scene.vendor.id), reason="It ended")
            key = find_signing_key()
            assert key is not None and not key.is_brought
            assert check_file(read_file(actor, file.id)).verdict is Verdict.VALID


def test_an_admin_brings_a_key_and_sees_whose_it_is(world: World, scene: Scene) -> None:
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=scene.vendor))
    address = "/acme/certification/keys/bring"
    content = key_file()

    def send(passphrase: str) -> Any:
        sent = {"file": (io.BytesIO(content), "own.p12"), "passphrase": passphrase, "reason": "Our own"}
        return admin.post(address, data=sent, follow_redirects=True)

    answer = send("not this one")
    assert answer.status_code == 422 and "the passphrase does not open it" in answer.text
    assert "not this one" not in answer.text and "Our own" in answer.text
    answer = send(PASSPHRASE)
    assert "signed with your own key" in answer.text and "Your own; its certificate ends on" in answer.text
    assert "was used here before" in send(PASSPHRASE).text
