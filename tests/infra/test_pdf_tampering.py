"""Changed, cut, extended and forged certificates: nobody takes one for genuine."""

import random
import re
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms, core

from prm.infra import pdf, signing
from tests.infra import specimens
from tests.infra.specimens import SIGNED_AT, kept_certificate, openssl_says, pyhanko_says, run


@pytest.fixture(scope="module")
def genuine() -> bytes:
    return kept_certificate()


def judge(document: bytes) -> pdf.SignatureVerdict:
    return pdf.inspect_signature(document, trusted_ca_pems=[specimens.issuer().ca_pem])


def hole(document: bytes) -> tuple[int, int]:
    """Where the hexadecimal digits of the signature start and end, and how many are in use."""
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) \d+\]", document)
    assert found is not None
    return int(found[1]) + 1, int(found[2]) - 1


def used_digits(document: bytes) -> int:
    start, _ = hole(document)
    # 30 82 LL LL: a DER sequence with a length of two bytes.
    assert document[start : start + 4].lower() == b"3082"
    return 8 + 2 * int(document[start + 4 : start + 8], 16)


def test_the_genuine_certificate_is_genuine(genuine: bytes) -> None:
    verdict = judge(genuine)
    assert verdict == pdf.SignatureVerdict(
        intact=True,
        trusted=True,
        untouched=True,
        signed_at=SIGNED_AT,
        signer_name="Northwind Certification",
        problems=(),
    )
    assert verdict.genuine


def places(document: bytes) -> dict[str, int]:
    """Positions of one digit or letter in every part of a document."""
    start, _ = hole(document)
    digest = re.search(rb"06092a864886f70d010904312204..", document)
    assert digest is not None
    return {
        "header": 10,
        "stream": document.index(b"stream\n") + 40,
        "attachment": document.index(b"/EmbeddedFile"),
        "metadata": document.index(b"pdfuaid:part>1") + 13,
        "byte range": document.index(b"/ByteRange") + 16,
        "cross-reference": document.rindex(b">>\nstream\n") + 60,
        "end": len(document) - 12,
        "digest": digest.end() + 20,
        "signature": start + used_digits(document) - 20,
    }


HEXADECIMAL = b"0123456789abcdefABCDEF"


def changed_at(document: bytes, position: int) -> bytes:
    """One bit other than it was; a hexadecimal digit stays one, so that validators can read on."""
    changed = bytearray(document)
    before = changed[position]
    is_digit = before in HEXADECIMAL
    changed[position] = next(
        before ^ bit for bit in (2, 1, 4, 8) if not is_digit or before ^ bit in HEXADECIMAL
    )
    return bytes(changed)


PARTS = "header, stream, attachment, metadata, byte range, cross-reference, end, digest, signature"


@pytest.mark.parametrize("place", PARTS.split(", "))
def test_one_changed_bit_fails_in_every_validator(place: str, genuine: bytes, tmp_path: Path) -> None:
    path, ca = tmp_path / "changed.pdf", tmp_path / "ca.pem"
    path.write_bytes(changed_at(genuine, places(genuine)[place]))
    ca.write_bytes(specimens.issuer().ca_pem)
    verdict = judge(path.read_bytes())
    assert not verdict.intact
    assert not verdict.trusted
    assert verdict.problems
    assert "Signature is Valid." not in run("pdfsig", path)
    assert "CMS Verification successful" not in openssl_says(path, ca)
    assert "INTACT:TRUSTED" not in pyhanko_says(path, ca)


def test_bytes_after_the_end_are_noticed_by_everybody(genuine: bytes, tmp_path: Path) -> None:
    path, ca = tmp_path / "longer.pdf", tmp_path / "ca.pem"
    ca.write_bytes(specimens.issuer().ca_pem)
    for more in (b"\n", b" ", b"\0", b"%%EOF\n", genuine):
        path.write_bytes(genuine + more)
        verdict = judge(genuine + more)
        assert (verdict.intact, verdict.trusted, verdict.untouched) == (True, True, False)
        assert verdict.problems == (pdf.Problem.ADDED_LATER,)
        assert not verdict.genuine
    assert "Not total document signed" in run("pdfsig", path)
    assert "UNTOUCHED" not in pyhanko_says(path, ca)


def test_a_later_revision_is_noticed(genuine: bytes) -> None:
    """An incremental update that replaces the page, as a PDF editor writes it."""
    last = int(re.findall(rb"startxref\n(\d+)\n", genuine)[-1])
    body = b"3 0 obj\n<</Type /Page>>\nendobj\n"
    table = b"xref\n3 1\n%010d 00000 n \n" % len(genuine)
    trailer = b"trailer\n<</Size 99 /Root 2 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        last,
        len(genuine) + len(body),
    )
    verdict = judge(genuine + body + table + trailer)
    assert (verdict.intact, verdict.untouched, verdict.genuine) == (True, False, False)


def test_nothing_can_hide_in_the_place_of_the_signature(genuine: bytes) -> None:
    start, end = hole(genuine)
    padding = start + used_digits(genuine)
    assert padding < end
    for changed in (
        genuine[:padding] + b"41" + genuine[padding + 2 :],
        genuine[: end - 2] + b"ff" + genuine[end:],
        genuine[:padding] + b"> /Contents <" + genuine[padding + 13 :],
        genuine[:padding] + b"  " + genuine[padding + 2 :],
    ):
        assert len(changed) == len(genuine)
        verdict = judge(changed)
        assert not verdict.genuine
        assert verdict.problems == (pdf.Problem.MALFORMED,)


def test_a_byte_range_that_leaves_something_out_is_not_accepted(genuine: bytes) -> None:
    found = re.search(rb"\[0 (\d+) (\d+) (\d+)\]", genuine)
    assert found is not None
    before, after, rest = (int(number) for number in found.groups())
    for numbers in (
        (before, after, rest - 10),
        (before, after + 10, rest - 10),
        (before - 10, after, rest),
        (after, before, rest),
        (0, 0, 0),
        (before, after, 9_999_999_999),
        (9_999_999_999, 9_999_999_999, 9_999_999_999),
    ):
        changed = b"[0 %010d %010d %010d]" % numbers
        assert not judge(genuine.replace(found[0], changed)).genuine


def test_a_stranger_with_the_same_names_is_not_trusted(tmp_path: Path) -> None:
    stranger = signing.create_issuer(
        "Northwind Certification", "Northwind GmbH", datetime(2026, 1, 1, tzinfo=UTC)
    )
    forged = pdf.render_certificate(
        specimens.page(specimens.Specimen(person="Mallory")),
        css=specimens.style_sheet(),
        signer=signing.make_signer(stranger),
        signed_at=SIGNED_AT,
        language="en",
        title="Certificate",
        resources=specimens.resources(specimens.Specimen()),
    )
    verdict = judge(forged)
    assert (verdict.intact, verdict.trusted, verdict.untouched) == (True, False, True)
    assert verdict.problems == (pdf.Problem.UNTRUSTED,)
    assert verdict.signed_at is None
    assert not verdict.genuine
    path, ca = tmp_path / "forged.pdf", tmp_path / "ca.pem"
    path.write_bytes(forged)
    ca.write_bytes(specimens.issuer().ca_pem)
    assert "TRUSTED,UNTOUCHED" not in pyhanko_says(path, ca).replace("UNTRUSTED", "")
    assert "CMS Verification successful" not in openssl_says(path, ca)
    both = [specimens.issuer().ca_pem, stranger.ca_pem]
    assert pdf.inspect_signature(forged, trusted_ca_pems=both).genuine


def test_a_signature_that_brings_something_along_is_noticed(genuine: bytes) -> None:
    """A certificate or an attribute beside the signature is covered by nothing."""
    start, end = hole(genuine)
    written = bytes.fromhex(genuine[start : start + used_digits(genuine)].decode())
    stranger = signing.create_issuer("A message to the reader", "Mallory", datetime(2026, 1, 1, tzinfo=UTC))

    def add_certificate(signed: cms.SignedData) -> None:
        extra = signing.load_certificate(stranger.leaf_pem)
        signed["certificates"].append(cms.CertificateChoices("certificate", extra))

    def add_attribute(signed: cms.SignedData) -> None:
        note = {"type": "1.2.3.4.5", "values": [core.UTF8String("a note")]}
        signed["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([cms.CMSAttribute(note)])

    for change in (add_certificate, add_attribute):
        container = cms.ContentInfo.load(written)
        change(container["content"])
        digits = container.dump(force=True).hex().encode().ljust(end - start, b"0")
        verdict = judge(genuine[:start] + digits + genuine[end:])
        assert (verdict.intact, verdict.trusted, verdict.untouched) == (True, True, False)
        assert verdict.problems == (pdf.Problem.ADDED_LATER,)


def test_a_signature_moved_to_another_certificate_fails(genuine: bytes) -> None:
    other = kept_certificate("greek")
    start, end = hole(genuine)
    other_start, other_end = hole(other)
    moved = other[:other_start] + genuine[start:end] + other[other_end:]
    assert judge(moved).problems == (pdf.Problem.ALTERED,)


def test_nobody_is_trusted_where_no_root_is_given(genuine: bytes) -> None:
    verdict = pdf.inspect_signature(genuine, trusted_ca_pems=[])
    assert (verdict.intact, verdict.trusted, verdict.untouched) == (True, False, True)


def test_the_issuer_is_trusted_during_its_validity_only(genuine: bytes) -> None:
    roots = [specimens.issuer().ca_pem]
    for year, trusted in ((2025, False), (2026, True), (2065, True), (2067, False)):
        at = datetime(year, 6, 1, tzinfo=UTC)
        assert pdf.inspect_signature(genuine, trusted_ca_pems=roots, at=at).trusted is trusted, year


def test_a_root_that_is_no_certificate_is_a_mistake_of_the_caller(genuine: bytes) -> None:
    with pytest.raises(ValueError):
        pdf.inspect_signature(genuine, trusted_ca_pems=[b"nothing"])


BOMB = (
    b"%PDF-1.7\n1 0 obj\n<</Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length 9999999>>\nstream\n"
    + zlib.compress(bytes(30_000_000))
    + b"\nendstream\nendobj\ntrailer\n<</Root 1 0 R /Prev 9>>\nstartxref\n9\n%%EOF\n"
)
GARBAGE = {
    "nothing": b"",
    "one byte": b"\0",
    "text": b"Certificate of Competence",
    "a page": b"<!DOCTYPE html><title>Certificate</title>",
    "a header": b"%PDF-",
    "an empty file": b"%PDF-1.7\n%%EOF\n",
    "a bomb": BOMB,
    "a loop": b"%PDF-1.7\nxref\n0 0\ntrailer\n<</Prev 9 /Root 1 0 R>>\nstartxref\n9\n%%EOF\n",
    "a byte range of nothing": b"%PDF-1.7\n/ByteRange [0 0 0 0]",
    "an empty signature": b"%PDF-1.7\n/ByteRange [0 42 44 0]          <>",
    "zeros as signature": b"%PDF-1.7\n/ByteRange [0 33 45 3] \n\n <0000000000>\n\n\n",
    "a signature of null": b"%PDF-1.7\n/ByteRange [0 33 39 3] \n\n <0500>\n\n\n",
    "many byte ranges": b"%PDF-1.7\n" + b"/ByteRange [0 10 199000 5]" * 40_000,
    "deep brackets": b"%PDF-1.7\n" + b"[" * 100_000 + b"/ByteRange [0 1 3 1]",
    "too much": b"%PDF-1.7\n" + bytes(50_000_001),
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_gets_a_verdict_and_nothing_is_found_in_it(kind: str) -> None:
    verdict = judge(GARBAGE[kind])
    assert (verdict.intact, verdict.trusted, verdict.untouched) == (False, False, False)
    assert len(verdict.problems) == 1
    assert pdf.EXPLANATIONS[verdict.problems[0]].endswith(".")
    if kind != "too much":
        assert pdf.extract_attachment(GARBAGE[kind], "credential.json") is None


def test_a_report_is_said_to_be_unsigned() -> None:
    report = pdf.render_report("<p>Text</p>", css="", resources={}, language="en", title="T")
    assert judge(report).problems == (pdf.Problem.UNSIGNED,)
    assert pdf.extract_attachment(report, "credential.json") is None


def test_three_hundred_damaged_certificates_are_all_turned_down(genuine: bytes) -> None:
    """Bits flipped, parts cut out, doubled or overwritten: a verdict each time, never `genuine`."""
    chance = random.Random(20260312)
    start, end = hole(genuine)
    tried = 0
    while tried < 300:
        damaged = bytearray(genuine)
        at, length = chance.randrange(len(genuine)), chance.choice((1, 1, 7, 300))
        # A third of the damage goes next to the signature, none into it: that is tried above.
        if chance.random() < 0.3:
            at = chance.choice((chance.randrange(start - 300, start), chance.randrange(end, end + 300)))
        if start - length < at < end:
            continue
        match chance.randrange(4):
            case 0:
                damaged[at] ^= 1 << chance.randrange(8)
            case 1:
                del damaged[at : at + length]
            case 2:
                damaged[at:at] = damaged[at : at + length]
            case 3:
                damaged[at : at + length] = chance.randbytes(length)
        if damaged == genuine:
            continue
        tried += 1
        verdict = judge(bytes(damaged))
        assert not verdict.genuine
        assert verdict.problems
        pdf.extract_attachment(bytes(damaged), "credential.json")


@pytest.mark.parametrize("kept", [10, 1_000, 30_000, -8_000, -3_000, -1])
def test_a_cut_file_is_turned_down(kept: int, genuine: bytes) -> None:
    assert not judge(genuine[:kept]).genuine
    assert judge(genuine[:kept]).problems
