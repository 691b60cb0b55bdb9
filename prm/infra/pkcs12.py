"""A signing key that somebody brings along: a PKCS#12 file, opened and judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier
from flask_babel import gettext as _

from prm.infra.signing import DOCUMENT_SIGNING, IssuerKey, SigningError

MAX_BYTES = 200_000
MAX_CHAIN = 6
LEAST_RSA_BITS, MOST_RSA_BITS = 2048, 8192
CURVES = (ec.SECP256R1, ec.SECP384R1)
LEAST_DAYS = 7
# Adobe and Microsoft have names of their own for what RFC 9336 calls document signing.
USAGES = (
    DOCUMENT_SIGNING,
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    ObjectIdentifier("1.3.6.1.4.1.311.10.3.12"),
    ObjectIdentifier("1.2.840.113583.1.1.5"),
)


class BadKeyFile(SigningError):
    """The file is no key that documents can be signed with; the message says why and how to mend it."""


def read_pkcs12(content: bytes, passphrase: str, at: datetime) -> IssuerKey:
    """The key, its certificate, and what vouches for it: the root first, then what is between.

    Raises BadKeyFile for a wrong passphrase, a key of another kind or too short, a certificate that is
    not the key's, not valid at `at`, or not meant for signing documents.
    """
    if len(content) > MAX_BYTES:
        raise BadKeyFile(_("The file is too large to be a PKCS#12 file."))
    try:
        key, leaf, others = pkcs12.load_key_and_certificates(content, passphrase.encode() or None)
    except (ValueError, TypeError) as error:
        raise BadKeyFile(
            _("This is no PKCS#12 file (.p12, .pfx), or the passphrase does not open it.")
        ) from error
    if key is None or leaf is None:
        raise BadKeyFile(_("The file holds no private key with its certificate: export both together."))
    _check_kind(key)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) or (
        key.public_key() != leaf.public_key()
    ):
        raise BadKeyFile(_("The private key in the file is not that of its certificate."))
    _check_days(leaf, at)
    _check_usage(leaf)
    chain = _chain_of(leaf, others)
    return IssuerKey(
        key_pem=key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        leaf_pem=leaf.public_bytes(serialization.Encoding.PEM),
        ca_pem=b"".join(each.public_bytes(serialization.Encoding.PEM) for each in reversed(chain)),
    )


def expires_at(leaf_pem: bytes) -> datetime:
    """When a certificate ends."""
    return x509.load_pem_x509_certificate(leaf_pem).not_valid_after_utc


def _check_kind(key: object) -> None:
    if isinstance(key, rsa.RSAPrivateKey):
        if not LEAST_RSA_BITS <= key.key_size <= MOST_RSA_BITS:
            raise BadKeyFile(
                _(
                    "An RSA key has to have %(least)s to %(most)s bits; this one has %(bits)s.",
                    least=LEAST_RSA_BITS,
                    most=MOST_RSA_BITS,
                    bits=key.key_size,
                )
            )
    elif not (isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, CURVES)):
        raise BadKeyFile(_("The key has to be of P-256, P-384 or RSA: PDF readers know these."))


def _check_days(leaf: x509.Certificate, at: datetime) -> None:
    if leaf.not_valid_before_utc > at:
        raise BadKeyFile(
            _("The certificate is valid only from %(date)s on.", date=leaf.not_valid_before_utc.date())
        )
    if leaf.not_valid_after_utc < at + timedelta(days=LEAST_DAYS):
        raise BadKeyFile(
            _(
                "The certificate ends on %(date)s: renew it first.",
                date=leaf.not_valid_after_utc.date(),
            )
        )


def _check_usage(leaf: x509.Certificate) -> None:
    extensions = leaf.extensions
    try:
        if extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            raise BadKeyFile(_("This is the certificate of an authority; one of a signer is needed."))
    except x509.ExtensionNotFound:
        pass
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        if not (usage.digital_signature or usage.content_commitment):
            raise BadKeyFile(_("The certificate is not meant for signatures (key usage)."))
    except x509.ExtensionNotFound:
        pass
    try:
        meant = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        if not any(each in meant for each in USAGES):
            raise BadKeyFile(_("The certificate is not meant for documents or mail (extended key usage)."))
    except x509.ExtensionNotFound:
        pass


def _chain_of(leaf: x509.Certificate, others: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """What vouches for the certificate, from its issuer up to the last one there is."""
    chain: list[x509.Certificate] = []
    below, left = leaf, list(others)
    while below.issuer != below.subject and len(chain) < MAX_CHAIN:
        above = next((each for each in left if _vouches(each, below)), None)
        if above is None:
            break
        left.remove(above)
        chain.append(above)
        below = above
    if not chain and leaf.issuer != leaf.subject:
        raise BadKeyFile(
            _("The certificates that vouch for it are missing: export the file with its whole chain.")
        )
    return chain or [leaf]


def _vouches(above: x509.Certificate, below: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
