"""Keys: who signs a document, and how a private key rests in the database.

An *issuer* is one certificate authority of one certificate: its key signs the leaf once and
is thrown away, so nothing can ever mint a second signer under the same root. Whoever wants
to check a document needs the public root alone (`IssuerKey.ca_pem`). Renewing an issuer is
creating another one and trusting both roots.
"""

import asyncio
import os
import threading
import unicodedata
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from asn1crypto import keys as asn1_keys
from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from prm.infra.cms import PreparedSignature, prepare

# A certificate of competence is shown to people decades later, and there is no time stamp
# that would let a reader accept an expired signer.
ISSUER_VALIDITY = timedelta(days=40 * 365)

# RFC 9336: the key may sign documents. Readers such as Poppler's also want emailProtection.
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")

# X.520 allows 64 characters for a common name and for an organisation; readers differ in
# whether they count characters or bytes.
MAX_NAME_BYTES = 64
CA_SUFFIX = " Root"

# Hexadecimal digits kept free for a signature. A P-256 chain takes about 2,600, with the longest names
# a certificate can hold about 4,000; a time stamp with its chain about 12,000.
LEAST_ROOM = 8192
ROOM_TO_SPARE = 64
ROOM_FOR_STAMP = 24_576
STAMP_SECONDS = 10

SEAL_PREFIX = b"prm1."
SALT_LENGTH = 16
NONCE_LENGTH = 12


class SigningError(Exception):
    """A key cannot be made, opened or used."""


class TimeStampMissing(SigningError):
    """The time-stamping service did not answer with a time stamp."""


class WrongSecret(SigningError):
    """The sealed bytes do not open with any secret given, or were altered."""


@dataclass(frozen=True)
class IssuerKey:
    """One signer: its private key (PKCS#8 PEM, never printed), its certificate, and what vouches for it:
    the root first, then the certificates between, if there are any."""

    key_pem: bytes = field(repr=False)
    leaf_pem: bytes
    ca_pem: bytes

    @property
    def chain_pem(self) -> bytes:
        """The certificate followed by its root."""
        return self.leaf_pem + self.ca_pem


def create_issuer(common_name: str, organisation: str, not_before: datetime) -> IssuerKey:
    """Create a P-256 signer under a root of its own, valid for 40 years from `not_before`.

    Names longer than a certificate can hold (64 bytes of UTF-8) are shortened with an ellipsis.
    Raises SigningError if a name is empty or the instant has no zone.
    """
    if not_before.tzinfo is None:
        raise SigningError("not_before must be an instant with a zone.")
    start = not_before.astimezone(UTC).replace(microsecond=0)
    end = start + ISSUER_VALIDITY
    ca_key = ec.generate_private_key(ec.SECP256R1())
    leaf_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = _subject(common_name, organisation, suffix=CA_SUFFIX)
    ca_identifier = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    ca = (
        x509.CertificateBuilder()
        .subject_name(ca_name)
        .issuer_name(ca_name)
        .public_key(ca_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(ca_identifier, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    leaf = (
        x509.CertificateBuilder()
        .subject_name(_subject(common_name, organisation))
        .issuer_name(ca_name)
        .public_key(leaf_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage("digital_signature", "content_commitment"), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]),
            critical=False,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(leaf_key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ca_identifier),
            critical=False,
        )
        .sign(ca_key, hashes.SHA256())
    )
    return IssuerKey(
        key_pem=leaf_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        leaf_pem=leaf.public_bytes(serialization.Encoding.PEM),
        ca_pem=ca.public_bytes(serialization.Encoding.PEM),
    )


class DocumentSigner(SimpleSigner):
    """A signer whose signature depends on key and document alone (ECDSA by RFC 6979; RSA PKCS #1 v1.5).

    A job that died between signing and storing can then be run again and gives the same file, unless
    a time stamp is asked for. One signer serves many documents: only the first is built in full.
    """

    private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    time_stamper: TimeStamper | None = None
    _prepared: PreparedSignature | None = None

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        """Sign with SHA-256."""
        if digest_algorithm != "sha256":
            raise SigningError(f"This signer uses SHA-256, not {digest_algorithm}.")
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.private.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    def sign_digest(self, digest: bytes) -> bytes:
        """The signature (CMS, DER) of a document with this SHA-256, time-stamped where that is set.

        Raises TimeStampMissing where the time-stamping service gives none.
        """
        if self._prepared is not None:
            return self._prepared.filled(digest, lambda text: self.sign_raw(text, "sha256"))
        try:
            made: bytes = run_to_end(
                self.async_sign(digest, "sha256", use_pades=True, timestamper=self.time_stamper)
            ).dump()
        except (TimestampRequestError, OSError, ValueError) as error:
            if self.time_stamper is None:
                raise
            raise TimeStampMissing(
                "The time-stamping service gives no time stamp; nothing is issued without one. "
                f"It is tried again. ({type(error).__name__}: {error})"
            ) from error
        if self.time_stamper is None:
            self._prepared = prepare(made, digest)
        return made

    def room(self) -> int:
        """Hexadecimal digits that a signature of this signer may take."""
        needed = 2 * len(self._without_stamp()) + ROOM_TO_SPARE
        room = max(LEAST_ROOM, -(-needed // LEAST_ROOM) * LEAST_ROOM)
        return room if self.time_stamper is None else room + ROOM_FOR_STAMP

    def _without_stamp(self) -> bytes:
        if self.time_stamper is None:
            return self.sign_digest(bytes(32))
        plain: bytes = run_to_end(self.async_sign(bytes(32), "sha256", use_pades=True)).dump()
        return plain


def make_signer(issuer: IssuerKey, *, time_stamper: TimeStamper | None = None) -> DocumentSigner:
    """Return the pyHanko signer of an issuer; what vouches for it travels in every signature.

    Raises SigningError if the key is neither of an elliptic curve nor RSA, or not the certificate's.
    """
    try:
        key = serialization.load_pem_private_key(issuer.key_pem, password=None)
        leaf = x509.load_pem_x509_certificate(issuer.leaf_pem)
        others = x509.load_pem_x509_certificates(issuer.ca_pem)
    except (ValueError, TypeError) as error:
        raise SigningError("The issuer's key or certificate cannot be read.") from error
    if (
        not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
        or key.public_key() != leaf.public_key()
    ):
        raise SigningError("The private key does not belong to the certificate.")
    _, _, key_der = asn1_pem.unarmor(issuer.key_pem)
    store = SimpleCertificateStore()
    for each in others:
        store.register(load_certificate(each.public_bytes(serialization.Encoding.DER)))
    signer = DocumentSigner(
        signing_cert=load_certificate(leaf.public_bytes(serialization.Encoding.DER)),
        signing_key=asn1_keys.PrivateKeyInfo.load(key_der),
        cert_registry=store,
    )
    signer.private, signer.time_stamper = key, time_stamper
    return signer


def stamp_by(url: str) -> TimeStamper | None:
    """What asks a time-stamping service (RFC 3161) at an address; None for none."""
    return HTTPTimeStamper(url, timeout=STAMP_SECONDS) if url else None


T = TypeVar("T")


def run_to_end(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, also where the calling thread already has a running loop."""
    if not _loop_is_running():
        return asyncio.run(coroutine)
    outcome: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(asyncio.run(coroutine))
        # Whatever happened belongs to the caller, not to this short-lived thread.
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=run, name="pdf-signature")
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]


def _loop_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def load_certificate(pem_or_der: bytes) -> asn1_x509.Certificate:
    """Return the certificate in the form pyHanko uses; ValueError if it is none."""
    if asn1_pem.detect(pem_or_der):
        _, _, pem_or_der = asn1_pem.unarmor(pem_or_der)
    return asn1_x509.Certificate.load(pem_or_der, strict=True)


def load_certificates(pem: bytes) -> list[asn1_x509.Certificate]:
    """All certificates of a PEM, in their order; ValueError if one is none."""
    return [
        asn1_x509.Certificate.load(der, strict=True) for _kind, _headers, der in asn1_pem.unarmor(pem, True)
    ]


def seal(plain: bytes, secret: str | bytes, *, purpose: str = "signing-key") -> bytes:
    """Encrypt bytes for the database: printable ASCII with a version in front.

    Bytes sealed for one purpose cannot be opened for another.
    """
    salt, nonce = os.urandom(SALT_LENGTH), os.urandom(NONCE_LENGTH)
    cipher = AESGCM(_sealing_key(secret, salt, purpose))
    body = salt + nonce + cipher.encrypt(nonce, plain, SEAL_PREFIX)
    return SEAL_PREFIX + body.hex().encode("ascii")


def unseal(sealed: bytes, secret: str | bytes, *older: str | bytes, purpose: str = "signing-key") -> bytes:
    """Return what was sealed, trying `secret` and then the `older` secrets.

    Raises WrongSecret if none opens it, SigningError if these are no sealed bytes.
    """
    if not sealed.startswith(SEAL_PREFIX):
        raise SigningError("These bytes were not sealed by this version of the application.")
    try:
        body = bytes.fromhex(sealed[len(SEAL_PREFIX) :].decode("ascii"))
    except ValueError as error:
        raise SigningError("The sealed bytes are damaged.") from error
    salt, nonce = body[:SALT_LENGTH], body[SALT_LENGTH : SALT_LENGTH + NONCE_LENGTH]
    encrypted = body[SALT_LENGTH + NONCE_LENGTH :]
    if len(encrypted) < 16:
        raise SigningError("The sealed bytes are damaged.")
    for candidate in (secret, *older):
        try:
            cipher = AESGCM(_sealing_key(candidate, salt, purpose))
            return cipher.decrypt(nonce, encrypted, SEAL_PREFIX)
        except InvalidTag:
            continue
    raise WrongSecret(
        "The secret key of the application does not open what was sealed with another one. "
        "Restore the earlier SECRET_KEY, or name it as an older secret."
    )


def _sealing_key(secret: str | bytes, salt: bytes, purpose: str) -> bytes:
    material = secret.encode() if isinstance(secret, str) else secret
    if not material:
        raise SigningError("Sealing needs a secret; this one is empty.")
    context = b"prm seal " + purpose.encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=context).derive(material)


def _subject(common_name: str, organisation: str, *, suffix: str = "") -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _bounded(organisation)),
            x509.NameAttribute(NameOID.COMMON_NAME, _bounded(common_name, suffix)),
        ]
    )


def _bounded(name: str, suffix: str = "") -> str:
    """Return a name a certificate can hold: one line, no control characters, 64 bytes at most."""
    visible = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in name)
    text = unicodedata.normalize("NFC", " ".join(visible.split()))
    if not text:
        raise SigningError("An issuer needs a name and an organisation.")
    room = MAX_NAME_BYTES - len(suffix)
    if len(text.encode()) > room:
        ellipsis = "…"
        kept = text.encode()[: room - len(ellipsis.encode())]
        text = kept.decode(errors="ignore").rstrip() + ellipsis
    return text + suffix


def _key_usage(*granted: str) -> x509.KeyUsage:
    names = [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ]
    return x509.KeyUsage(**{name: name in granted for name in names})
