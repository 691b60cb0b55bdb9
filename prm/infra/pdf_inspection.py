"""Whether a signed document is still what was issued, and what it carries.

The signature is found and checked on the raw bytes first; only a document that a trusted
issuer signed is parsed as PDF. A hostile file (a decompression bomb, a loop of references)
therefore never reaches the parser.
"""

import io
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from asn1crypto import cms
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_detached_cms, async_validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from prm.infra.signing import load_certificates, run_to_end

MAX_DOCUMENT_BYTES = 50_000_000
MAX_HOLE_BYTES = 200_000
MAX_BYTE_RANGES = 20
STAMP = "signature_time_stamp_token"
# How the signature of a key of each kind is named.
ALGORITHMS = {"ec": "sha256_ecdsa", "rsa": "sha256_rsa"}
BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
HOLE = re.compile(rb"<((?:[0-9A-Fa-f]{2})+)>")

# The verdict says it; a stack trace per forged file would only fill the log.
logging.getLogger("pyhanko.sign.validation").setLevel(logging.CRITICAL)


def N_(message: str) -> str:
    """Mark a message for translation; whoever shows it translates it."""
    return message


class Problem(StrEnum):
    """Why a document is not accepted. EXPLANATIONS says it in words."""

    NOT_A_PDF = "not_a_pdf"
    TOO_LARGE = "too_large"
    UNSIGNED = "unsigned"
    MALFORMED = "malformed"
    ALTERED = "altered"
    UNTRUSTED = "untrusted"
    ADDED_LATER = "added_later"
    UNREADABLE = "unreadable"


EXPLANATIONS: dict[Problem, str] = {
    Problem.NOT_A_PDF: N_("This is not a PDF document."),
    Problem.TOO_LARGE: N_("This document is too large to be one of ours."),
    Problem.UNSIGNED: N_("This document carries no digital signature."),
    Problem.MALFORMED: N_("The digital signature of this document is damaged."),
    Problem.ALTERED: N_("This document was changed after it was signed."),
    Problem.UNTRUSTED: N_("This document was signed by somebody this installation does not know."),
    Problem.ADDED_LATER: N_("Something was added to this document after it was signed."),
    Problem.UNREADABLE: N_("This document cannot be read."),
}


@dataclass(frozen=True)
class SignatureVerdict:
    """What a check of one document found.

    `intact`: the signed bytes are unchanged. `trusted`: they were signed by an issuer whose
    root is trusted. `untouched`: the signature covers every byte of the file but its own, and
    brings nothing along. `signed_at` is the time the signer claims, in UTC, and known only of
    a trusted signature; `signer_name` is what the signer's certificate says. `stamped_at` is the time
    that a time-stamping service vouches for; whether to trust that service is not judged here.
    """

    intact: bool = False
    trusted: bool = False
    untouched: bool = False
    signed_at: datetime | None = None
    stamped_at: datetime | None = None
    signer_name: str | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def genuine(self) -> bool:
        """Whether the document is, byte for byte, what a trusted issuer signed.

        A signature can be written in more than one way: two genuine files may differ in it.
        """
        return self.intact and self.trusted and self.untouched and not self.problems


def inspect_signature(
    pdf_bytes: bytes, *, trusted_ca_pems: Sequence[bytes], at: datetime | None = None
) -> SignatureVerdict:
    """Judge the signature of a document; whatever the bytes are, the answer is a verdict.

    `at` is the instant at which the issuer's certificate must be valid, by default now.
    Raises ValueError only if a trusted root is no certificate. The first certificate of a PEM is the root;
    those behind it may stand between.
    """
    vouching = [load_certificates(pem) for pem in trusted_ca_pems]
    roots = [each[0] for each in vouching]
    between = [certificate for each in vouching for certificate in each[1:]]
    if len(pdf_bytes) > MAX_DOCUMENT_BYTES:
        return SignatureVerdict(problems=(Problem.TOO_LARGE,))
    if not pdf_bytes.startswith(b"%PDF-"):
        return SignatureVerdict(problems=(Problem.NOT_A_PDF,))
    ranges = islice(BYTE_RANGE.finditer(pdf_bytes), MAX_BYTE_RANGES)
    numbers = [[int(number) for number in match.groups()] for match in ranges]
    if not numbers:
        return SignatureVerdict(problems=(Problem.UNSIGNED,))
    try:
        # A title may contain the words of a byte range: the signature is where a hole is.
        chosen = next((four for four in numbers if _hole(pdf_bytes, four)), numbers[0])
        return _judge(pdf_bytes, chosen, roots, between, at)
    # The bytes come from anybody: no parser of ASN.1 or PDF is trusted to raise its own errors.
    except Exception:
        return SignatureVerdict(problems=(Problem.MALFORMED,))


def signing_certificates(pdf_bytes: bytes) -> frozenset[bytes]:
    """The certificates (DER) that a document's signature brings along, whether or not it fits.

    Anybody can copy them from a document of ours: they say whose signature a file claims to carry.
    """
    if len(pdf_bytes) > MAX_DOCUMENT_BYTES:
        return frozenset()
    found: set[bytes] = set()
    for match in islice(BYTE_RANGE.finditer(pdf_bytes), MAX_BYTE_RANGES):
        try:
            container = _hole(pdf_bytes, [int(number) for number in match.groups()])
            if container is not None:
                content = cms.ContentInfo.load(container)["content"]
                found.update(choice.chosen.dump() for choice in content["certificates"])
        except Exception:  # the bytes come from anybody: what cannot be read is not there
            continue
    return frozenset(found)


def is_plainly_signed(pdf_bytes: bytes) -> bool:
    """Whether a document's signature is written the one way that ours are, letter by letter.

    A signature does not cover how it is written itself: version numbers, names of algorithms. Asked
    beside inspect_signature, this leaves no byte of a file that can be changed unseen.
    """
    for match in islice(BYTE_RANGE.finditer(pdf_bytes), MAX_BYTE_RANGES):
        try:
            start, before, after, _rest = (int(number) for number in match.groups())
            container = _hole(pdf_bytes, [start, before, after, _rest])
            if container is not None:
                written = pdf_bytes[before + 1 : after - 1]
                return written == _plain_signature(container).hex().encode().ljust(len(written), b"0")
        except Exception:  # the bytes come from anybody
            return False
    return False


def extract_attachment(pdf_bytes: bytes, name: str) -> bytes | None:
    """Return the file embedded under `name`, or None if there is none or no readable document.

    Give it documents of our own or such whose signature was found trusted: a PDF from anybody
    can unpack to any size.
    """
    if len(pdf_bytes) > MAX_DOCUMENT_BYTES or not pdf_bytes.startswith(b"%PDF-"):
        return None
    try:
        reader = PdfFileReader(io.BytesIO(pdf_bytes))
        for file_name, specification in _embedded_files(reader.root["/Names"]["/EmbeddedFiles"]):
            if name in (file_name, str(specification.get("/UF", ""))):
                return bytes(specification["/EF"]["/F"].data)
    except Exception:
        return None
    return None


def _judge(
    pdf_bytes: bytes, byte_range: list[int], roots: list[Any], between: list[Any], at: datetime | None
) -> SignatureVerdict:
    _, before, after, rest = byte_range
    end = after + rest
    container = _hole(pdf_bytes, byte_range)
    if container is None:
        return SignatureVerdict(problems=(Problem.MALFORMED,))
    if end > len(pdf_bytes):
        return SignatureVerdict(problems=(Problem.ALTERED,))
    content = cms.ContentInfo.load(container)
    if container[len(content.dump()) :].strip(b"\0"):
        # The padding is outside the signature: nothing may hide there.
        return SignatureVerdict(problems=(Problem.MALFORMED,))
    status = run_to_end(
        async_validate_detached_cms(
            pdf_bytes[:before] + pdf_bytes[after:end],
            content["content"],
            signer_validation_context=_trusting(roots, at),
        )
    )
    intact = bool(status.intact and status.valid)
    trusted = intact and bool(status.trusted)
    untouched = intact and end == len(pdf_bytes)
    stamp = status.timestamp_validity
    is_stamped = stamp is not None and bool(stamp.intact and stamp.valid)
    known = [status.signing_cert, *roots, *between]
    if trusted and _brings_more(content["content"], known, is_stamped=is_stamped):
        untouched = False
    problems = []
    if not intact:
        problems.append(Problem.ALTERED)
    elif not trusted:
        problems.append(Problem.UNTRUSTED)
    if intact and not untouched:
        problems.append(Problem.ADDED_LATER)
    signed_at = None
    if trusted:
        signed_at, problem = _read_revision(pdf_bytes[:end], roots, at)
        if problem is not None:
            problems.append(problem)
            untouched = False
    return SignatureVerdict(
        intact=intact,
        trusted=trusted,
        untouched=untouched,
        signed_at=signed_at,
        stamped_at=stamp.timestamp.astimezone(UTC) if trusted and is_stamped else None,
        signer_name=_name_of(status.signing_cert),
        problems=tuple(problems),
    )


def _plain_signature(container: bytes) -> bytes:
    """The same signature of the same signer, written anew."""
    given = cms.ContentInfo.load(container)["content"]
    (signer,) = given["signer_infos"]
    serial = signer["sid"].chosen["serial_number"].native
    (leaf,) = [each.chosen for each in given["certificates"] if each.chosen.serial_number == serial]
    place = {"issuer": leaf.issuer, "serial_number": leaf.serial_number}
    rewritten = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": cms.IssuerAndSerialNumber(place)}),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": signer["signed_attrs"],
            "signature_algorithm": {"algorithm": ALGORITHMS[leaf.public_key.algorithm]},
            "signature": signer["signature"].native,
            **({"unsigned_attrs": signer["unsigned_attrs"]} if signer["unsigned_attrs"].native else {}),
        }
    )
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data"},
            "certificates": given["certificates"],
            "signer_infos": [rewritten],
        }
    )
    plain: bytes = cms.ContentInfo({"content_type": "signed_data", "content": content}).dump()
    return plain


def _hole(pdf_bytes: bytes, byte_range: list[int]) -> bytes | None:
    """Return what stands between the two signed parts, if it is one hexadecimal string only."""
    start, before, after, _ = byte_range
    if start != 0 or not 0 < after - before < MAX_HOLE_BYTES:
        return None
    hole = HOLE.fullmatch(pdf_bytes, before, after)
    return bytes.fromhex(hole[1].decode("ascii")) if hole else None


def _read_revision(
    revision: bytes, roots: list[Any], at: datetime | None
) -> tuple[datetime | None, Problem | None]:
    """Read the trusted revision as PDF: the claimed time, and what contradicts the raw bytes."""
    try:
        reader = PdfFileReader(io.BytesIO(revision))
        (signature,) = reader.embedded_signatures
        status = run_to_end(async_validate_pdf_signature(signature, _trusting(roots, at)))
    except Exception:
        return None, Problem.UNREADABLE
    claimed = signature.self_reported_timestamp
    signed_at = None if claimed is None else claimed.astimezone(UTC)
    whole = (
        status.intact
        and status.valid
        and status.trusted
        and status.docmdp_ok
        and status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        and status.modification_level == ModificationLevel.NONE
    )
    return signed_at, None if whole else Problem.ADDED_LATER


def _brings_more(signed: cms.SignedData, known: list[Any], *, is_stamped: bool) -> bool:
    """Whether a signature carries what it does not cover: attributes, lists, certificates.

    A time stamp of this very signature is none of that: it is signed itself.
    """
    (signer,) = signed["signer_infos"]
    allowed = {certificate.dump() for certificate in known}
    named = [attribute["type"].native for attribute in signer["unsigned_attrs"]]
    values = sum(len(attribute["values"]) for attribute in signer["unsigned_attrs"])
    return (
        (named != [] and not (is_stamped and named == [STAMP] and values == 1))
        or len(signed["crls"]) > 0
        or any(choice.chosen.dump() not in allowed for choice in signed["certificates"])
    )


def _trusting(roots: list[Any], at: datetime | None) -> ValidationContext:
    return ValidationContext(trust_roots=roots, allow_fetching=False, moment=at)


def _name_of(certificate: Any) -> str | None:
    subject = certificate.subject.native
    name = subject.get("common_name") or subject.get("organization_name")
    return str(name) if name else None


def _embedded_files(node: Any, depth: int = 0) -> Iterator[tuple[str, DictionaryObject]]:
    if depth > 10:
        return
    entries = node.get("/Names", ())
    for index in range(0, len(entries) - 1, 2):
        yield str(entries[index]), entries[index + 1]
    for kid in node.get("/Kids", ()):
        yield from _embedded_files(kid, depth + 1)
