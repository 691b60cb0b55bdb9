"""Issuers and sealed keys: what a certificate's signature stands on."""

import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from prm.infra import signing

START = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
SECRET = "a secret of the application that is long enough"


@pytest.fixture(scope="module")
def issuer() -> signing.IssuerKey:
    return signing.create_issuer("Northwind Certification", "Northwind GmbH", START)


@pytest.fixture(scope="module")
def leaf(issuer: signing.IssuerKey) -> x509.Certificate:
    return x509.load_pem_x509_certificate(issuer.leaf_pem)


@pytest.fixture(scope="module")
def ca(issuer: signing.IssuerKey) -> x509.Certificate:
    return x509.load_pem_x509_certificate(issuer.ca_pem)


def test_openssl_verifies_the_certificate_under_its_root(issuer: signing.IssuerKey, tmp_path: Path) -> None:
    (tmp_path / "leaf.pem").write_bytes(issuer.leaf_pem)
    (tmp_path / "ca.pem").write_bytes(issuer.ca_pem)
    command = "openssl verify -x509_strict -purpose smimesign -attime 1790000000 -CAfile ca.pem leaf.pem"
    result = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.stdout == "leaf.pem: OK\n", result.stderr


def test_the_certificate_may_sign_documents_and_nothing_else(leaf: x509.Certificate) -> None:
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    extended = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign
    assert set(extended) == {signing.DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION}
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_the_root_may_sign_certificates_of_people_only(ca: x509.Certificate) -> None:
    constraints = ca.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert (constraints.value.ca, constraints.value.path_length) == (True, 0)
    assert ca.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


def test_both_keys_are_p256_and_differ(leaf: x509.Certificate, ca: x509.Certificate) -> None:
    for certificate in (leaf, ca):
        assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
        assert certificate.public_key().curve.name == "secp256r1"
    assert leaf.public_key() != ca.public_key()


def test_validity_starts_at_the_instant_given_and_lasts_forty_years(leaf: x509.Certificate) -> None:
    assert leaf.not_valid_before_utc == START
    assert leaf.not_valid_after_utc - START == timedelta(days=40 * 365)


def test_an_instant_of_another_zone_is_taken_as_the_same_instant() -> None:
    tokyo = timezone(timedelta(hours=9))
    issuer = signing.create_issuer("N", "N", datetime(2026, 3, 1, 21, 30, tzinfo=tokyo))
    assert x509.load_pem_x509_certificate(issuer.leaf_pem).not_valid_before_utc == START


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(signing.SigningError, match="zone"):
        signing.create_issuer("N", "N", datetime(2026, 3, 1))  # noqa: DTZ001


@pytest.mark.parametrize("name", ["", "   ", "\x00\x1b"])
def test_an_issuer_without_a_name_is_refused(name: str) -> None:
    for names in ((name, "Northwind"), ("Northwind", name)):
        with pytest.raises(signing.SigningError, match="name"):
            signing.create_issuer(*names, START)


@pytest.mark.parametrize("name", ["W" * 300, "証" * 300, "محمد " * 60, "a\nb\tc\x00" * 40])
def test_a_name_too_long_for_a_certificate_is_shortened(name: str) -> None:
    issuer = signing.create_issuer(name, name, START)
    for pem in (issuer.leaf_pem, issuer.ca_pem):
        for attribute in x509.load_pem_x509_certificate(pem).subject:
            assert isinstance(attribute.value, str)
            assert 1 < len(attribute.value.encode()) <= 64
            assert attribute.value.isprintable()


def test_certificate_and_root_have_different_names(leaf: x509.Certificate, ca: x509.Certificate) -> None:
    assert leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "Northwind Certification"
    assert leaf.issuer == ca.subject != leaf.subject
    long = signing.create_issuer("x" * 64, "Northwind", START)
    assert x509.load_pem_x509_certificate(long.ca_pem).subject != (
        x509.load_pem_x509_certificate(long.leaf_pem).subject
    )


def test_the_private_key_is_never_printed(issuer: signing.IssuerKey) -> None:
    assert b"PRIVATE KEY" in issuer.key_pem
    assert "PRIVATE" not in repr(issuer)
    assert issuer.chain_pem == issuer.leaf_pem + issuer.ca_pem


def test_the_same_bytes_are_signed_the_same_way(issuer: signing.IssuerKey, leaf: x509.Certificate) -> None:
    signer = signing.make_signer(issuer)
    first, second = signer.sign_raw(b"text", "sha256"), signer.sign_raw(b"text", "sha256")
    assert first == second != signer.sign_raw(b"texT", "sha256")
    from_certificate = leaf.public_key()
    assert isinstance(from_certificate, ec.EllipticCurvePublicKey)
    from_certificate.verify(first, b"text", ec.ECDSA(signing.hashes.SHA256()))
    with pytest.raises(signing.SigningError):
        signer.sign_raw(b"text", "sha1")


def test_a_key_that_is_not_the_certificates_makes_no_signer(issuer: signing.IssuerKey) -> None:
    other = signing.create_issuer("Other", "Other", START)
    mixed = signing.IssuerKey(other.key_pem, issuer.leaf_pem, issuer.ca_pem)
    with pytest.raises(signing.SigningError, match="belong"):
        signing.make_signer(mixed)
    for damaged in (
        signing.IssuerKey(b"nothing", issuer.leaf_pem, issuer.ca_pem),
        signing.IssuerKey(issuer.key_pem, b"nothing", issuer.ca_pem),
        signing.IssuerKey(issuer.key_pem, issuer.leaf_pem, b""),
    ):
        with pytest.raises(signing.SigningError, match="read"):
            signing.make_signer(damaged)


def test_what_was_sealed_is_unsealed(issuer: signing.IssuerKey) -> None:
    sealed = signing.seal(issuer.key_pem, SECRET)
    assert sealed.startswith(b"prm1.")
    assert sealed.isascii()
    assert b"PRIVATE" not in bytes.fromhex(sealed[5:].decode())
    assert signing.unseal(sealed, SECRET) == issuer.key_pem
    assert signing.unseal(signing.seal(b"", b"bytes"), b"bytes") == b""


def test_sealing_twice_gives_different_bytes() -> None:
    assert signing.seal(b"key", SECRET) != signing.seal(b"key", SECRET)


def test_another_secret_is_named_as_the_cause() -> None:
    sealed = signing.seal(b"key", SECRET)
    with pytest.raises(signing.WrongSecret, match="SECRET_KEY"):
        signing.unseal(sealed, SECRET + " ")
    assert signing.unseal(sealed, "the new secret", "one between", SECRET) == b"key"


def test_what_was_sealed_for_one_purpose_does_not_open_for_another() -> None:
    sealed = signing.seal(b"key", SECRET, purpose="one-time-code")
    assert signing.unseal(sealed, SECRET, purpose="one-time-code") == b"key"
    with pytest.raises(signing.WrongSecret):
        signing.unseal(sealed, SECRET)


def test_every_changed_digit_of_sealed_bytes_is_noticed() -> None:
    sealed = signing.seal(b"key", SECRET)
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] = ord("0") if sealed[position] != ord("0") else ord("1")
        with pytest.raises(signing.SigningError):
            signing.unseal(bytes(changed), SECRET)


@pytest.mark.parametrize(
    "bad", [b"", b"prm1.", b"prm1.zz", b"prm1.00", b"prm2.00", b"\xff", b"prm1." + b"00" * 43]
)
def test_bytes_that_were_never_sealed_are_refused_plainly(bad: bytes) -> None:
    with pytest.raises(signing.SigningError, match=r"sealed|damaged") as refusal:
        signing.unseal(bad, SECRET)
    assert not isinstance(refusal.value, signing.WrongSecret)


def test_an_empty_secret_seals_nothing() -> None:
    with pytest.raises(signing.SigningError, match="empty"):
        signing.seal(b"key", "")
