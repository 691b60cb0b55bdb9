"""The signed certificate: what validators that are not ours say, and what it carries."""

import asyncio
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import threading
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from PIL import Image

from prm.infra import pdf, signing
from tests.infra import specimens
from tests.infra.specimens import (
    COMPLIANCE,
    SPECIMENS,
    checked_by,
    kept_certificate,
    openssl_says,
    pyhanko_says,
    run,
)

MM = 72 / 25.4

HOLED_LOGOS = {
    "drawing with gradient and transparency": b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30">
<defs><linearGradient id="g"><stop offset="0" stop-color="#f00"/><stop offset="1" stop-opacity=".2"/>
</linearGradient><g id="dot"><circle cx="5" cy="5" r="4"/></g></defs>
<rect width="90" height="30" fill="url(#g)"/><use href="#dot" x="9"/><g opacity=".5"><use href="#dot"/></g>
</svg>""",
}


def raster(mode: str, kind: str) -> bytes:
    """A picture in one of Pillow's modes."""
    written = io.BytesIO()
    picture = Image.linear_gradient("L").resize((90, 30))
    if mode == "RGBA":
        picture = Image.merge("RGBA", (picture, picture, picture, picture))
    elif mode == "I;16":
        picture = Image.new("I;16", (90, 30), 40_000)
    picture.convert(mode).save(written, kind)
    return written.getvalue()


RASTERS = {
    "CMYK photograph": ("CMYK", "JPEG"),
    "grey picture": ("L", "PNG"),
    "transparent picture": ("RGBA", "PNG"),
    "palette picture": ("P", "GIF"),
    "16-bit picture": ("I;16", "PNG"),
    "web picture": ("RGB", "WEBP"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every specimen as a file, certificates with many kinds of logo, and the trusted root."""
    place = tmp_path_factory.mktemp("certificates")
    for name in SPECIMENS:
        (place / f"{name}.pdf").write_bytes(kept_certificate(name))
    logos = HOLED_LOGOS | {name: raster(*how) for name, how in RASTERS.items()}
    for name, logo in logos.items():
        (place / f"{name}.pdf").write_bytes(specimens.certificate(logo=logo))
    (place / "ca.pem").write_bytes(specimens.issuer().ca_pem)
    return place


@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_every_certificate_keeps_the_archive_and_accessibility_standards(folder: Path, profile: str) -> None:
    answers = checked_by(COMPLIANCE, profile, *sorted(folder.glob("*.pdf")))
    assert isinstance(answers, dict)
    assert len(answers) == len(SPECIMENS) + len(HOLED_LOGOS) + len(RASTERS)
    assert [f"{name}: {report}" for name, (good, report) in answers.items() if not good] == []


def test_poppler_finds_the_signature_valid_and_the_whole_document_signed(folder: Path) -> None:
    for name in SPECIMENS:
        said = run("pdfsig", folder / f"{name}.pdf")
        assert "Signature is Valid." in said
        assert "Total document signed" in said
        assert "Signature Type: ETSI.CAdES.detached" in said
        assert "CN=Northwind Certification,O=Northwind GmbH" in said
        assert said.count("Signature #") == 1


def test_pyhanko_trusts_the_signature_and_finds_the_file_untouched(folder: Path) -> None:
    assert "INTACT:TRUSTED,UNTOUCHED" in pyhanko_says(folder / "latin.pdf", folder / "ca.pem")


def test_openssl_verifies_the_signature(folder: Path) -> None:
    assert "CMS Verification successful" in openssl_says(folder / "latin.pdf", folder / "ca.pem")


def test_the_file_is_sound_for_qpdf(folder: Path) -> None:
    for path in folder.glob("*.pdf"):
        said = run("qpdf", "--check", path)
        assert "No syntax or stream encoding errors found" in said, said
        assert "WARNING" not in said


@pytest.mark.parametrize("letter", ["\ue123", "\U000323af", "\U000f0000", "\u0378"])
def test_a_name_that_no_font_can_print_is_refused(letter: str) -> None:
    """Otherwise an empty box would be signed; the archive check of the specimens shows none is."""
    with pytest.raises(pdf.MissingGlyphs, match=f"U\\+{ord(letter):04X}"):
        specimens.certificate(person=f"Ann {letter} Example")
    report = pdf.render_report(f"<p>{letter}</p>", css="", resources={}, language="en", title="T")
    assert report.startswith(b"%PDF")


def test_the_time_is_written_in_utc_to_the_second() -> None:
    auckland = timezone(timedelta(hours=13))
    signer = signing.make_signer(specimens.issuer())
    rendered = pdf.render_certificate(
        "<p>Text</p>",
        css="",
        signer=signer,
        signed_at=datetime(2026, 3, 13, 2, 15, 59, 999_999, tzinfo=auckland),
        language="en",
        title="A title",
        resources={},
    )
    assert b"/M (D:20260312131559Z)" in rendered
    verdict = pdf.inspect_signature(rendered, trusted_ca_pems=[specimens.issuer().ca_pem])
    assert verdict.signed_at == datetime(2026, 3, 12, 13, 15, 59, tzinfo=UTC)
    with pytest.raises(pdf.PdfError, match="zone"):
        pdf.render_certificate(
            "<p>",
            css="",
            signer=signer,
            signed_at=datetime(2026, 3, 13),  # noqa: DTZ001
            language="en",
            title="T",
            resources={},
        )


def test_the_same_certificate_is_the_same_file_in_another_process(tmp_path: Path) -> None:
    issuer = specimens.issuer()
    (tmp_path / "issuer.json").write_text(
        json.dumps([p.decode() for p in (issuer.key_pem, issuer.leaf_pem, issuer.ca_pem)])
    )
    script = (
        "import hashlib, json, sys; from prm.infra import signing; from tests.infra import specimens\n"
        "pems = [p.encode() for p in json.load(open(sys.argv[1]))]\n"
        "specimens.issuer = lambda: signing.IssuerKey(*pems)\n"
        "print(hashlib.sha256(specimens.certificate(specimens.SPECIMENS['arabic'])).hexdigest())"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "issuer.json")],
        env=os.environ | {"PYTHONHASHSEED": "4711", "PYTHONPATH": str(specimens.ROOT), "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == hashlib.sha256(kept_certificate("arabic")).hexdigest()


def test_a_certificate_can_be_signed_inside_a_running_loop() -> None:
    async def sign() -> bytes:
        return specimens.certificate()

    assert asyncio.run(sign()) == kept_certificate()


def test_certificates_can_be_made_in_several_threads_at_once() -> None:
    made: dict[str, bytes] = {}
    names = ["latin", "arabic", "japanese", "hindi"]

    def make(name: str) -> None:
        made[name] = specimens.certificate(SPECIMENS[name])

    threads = [threading.Thread(target=make, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == {name: kept_certificate(name) for name in names}


def test_a_style_sheet_is_parsed_once() -> None:
    sheet, fonts = pdf._style_sheet(specimens.style_sheet())
    assert pdf._style_sheet(specimens.style_sheet()) == (sheet, fonts)
    for number in range(pdf.MAX_STYLE_SHEETS + 3):
        pdf._style_sheet(f"p {{ margin: {number}px }}")
    assert len(pdf._style_sheets.parsed) == pdf.MAX_STYLE_SHEETS


def test_no_stream_ends_with_a_carriage_return(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Some readers count it to the line end behind it, and report a wrong length."""
    body = next(
        body
        for body in (hashlib.sha512(bytes(number)).hexdigest().encode() for number in range(9999))
        if zlib.compress(body).endswith(b"\r")
    )
    attachment = pdf.Attachment("facts.json", body, "application/json", "Facts")
    document = render(attachments=[attachment])
    assert b"\r\nendstream" not in document
    assert pdf.extract_attachment(document, "facts.json") == body
    path = tmp_path / "attached.pdf"
    path.write_bytes(document)
    # What pydyf writes last, the table of where everything is: found by trying titles.
    title = "x" * 356 + "y"
    with monkeypatch.context() as patch:
        patch.setattr(pdf, "MAX_SPARE_OBJECTS", 1)
        assert b"\r\nendstream" in render(title=title)
    document = render(title=title)
    assert b"\r\nendstream" not in document
    (tmp_path / "titled.pdf").write_bytes(document)
    for profile in ("3a", "ua1"):
        answers = specimens.checked_by(specimens.COMPLIANCE, profile, *sorted(tmp_path.glob("*.pdf")))
        assert [report for good, report in answers.values() if not good] == []


def render(*, title: str = "Certificate", attachments: Sequence[pdf.Attachment] = ()) -> bytes:
    wanted = specimens.Specimen()
    return pdf.render_certificate(
        specimens.page(wanted),
        css=specimens.style_sheet(),
        attachments=attachments,
        signer=specimens.signing.make_signer(specimens.issuer()),
        signed_at=specimens.SIGNED_AT,
        language="en",
        title=title,
        resources=specimens.resources(wanted),
    )


def test_the_credential_travels_inside_the_document(folder: Path) -> None:
    assert pdf.extract_attachment(kept_certificate(), "credential.json") == specimens.CREDENTIAL
    assert pdf.extract_attachment(kept_certificate(), "other.json") is None
    out = folder / "extracted.json"
    assert "credential.json" in run("pdfdetach", "-list", folder / "latin.pdf")
    run("pdfdetach", "-save", "1", "-o", out, folder / "latin.pdf")
    assert out.read_bytes() == specimens.CREDENTIAL
    shown = run("qpdf", "--qdf", "--object-streams=disable", folder / "latin.pdf", "-")
    assert "/AFRelationship /Data" in shown
    assert "/Subtype /application#2fld+json" in shown


def sign_with(attachments: list[pdf.Attachment]) -> bytes:
    return pdf.render_certificate(
        "<p>Text</p>",
        css="",
        attachments=attachments,
        signer=signing.make_signer(specimens.issuer()),
        signed_at=specimens.SIGNED_AT,
        language="en",
        title="A title",
        resources={},
    )


def test_several_attachments_are_found_by_name() -> None:
    bodies = {"b.json": b"[2]", "a.json": b"[1]", "C.bin": bytes(range(256)) * 999, "d.txt": b""}
    rendered = sign_with([pdf.Attachment(n, body, "text/plain", "“Ω”") for n, body in bodies.items()])
    assert {name: pdf.extract_attachment(rendered, name) for name in bodies} == bodies


@pytest.mark.parametrize(
    "names", [["a.json", "a.json"], ["../a"], [""], ["a/b"], ["ä.json"], ["a\n"], [".a"]]
)
def test_an_attachment_needs_a_plain_name_of_its_own(names: list[str]) -> None:
    with pytest.raises(pdf.PdfError, match="different names"):
        sign_with([pdf.Attachment(name, b"", "text/plain", "") for name in names])


@pytest.mark.parametrize(
    "text", ["</rdf:RDF>", "]]>", "/ByteRange [0 1 2 3]", "<0000>", "(\\)", "\u202eabc", "😀" * 90]
)
def test_no_title_can_disturb_the_document(text: str, tmp_path: Path) -> None:
    path = tmp_path / "titled.pdf"
    path.write_bytes(specimens.certificate(person=text))
    answers = checked_by(COMPLIANCE, "3a", path)
    assert isinstance(answers, dict)
    assert answers["titled.pdf"][0], answers
    verdict = pdf.inspect_signature(path.read_bytes(), trusted_ca_pems=[specimens.issuer().ca_pem])
    assert verdict.genuine


def test_a_document_without_title_or_language_is_refused() -> None:
    for changes in ({"title": " "}, {"language": ""}):
        with pytest.raises(pdf.PdfError, match="title"):
            pdf.render_report("<p>", css="", resources={}, **{"title": "T", "language": "en"} | changes)


REPORT = """<h1>Revenue</h1><img src="prm:chart" alt="Revenue by quarter"><table><caption>By partner</caption>
<thead><tr><th scope="col">Partner</th><th scope="col">EUR</th></tr></thead>
<tbody><tr><th scope="row">Meridian</th><td>12,000</td></tr></tbody></table>
<ul><li>One</li><li>Two</li></ul><p><a href="https://portal.example/reports/1">Open it</a></p>"""


def test_a_report_is_tagged_and_accessible(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    css = "@page { size: A4; @bottom-right { content: counter(page) } } img { width: 5cm }"
    rendered = pdf.render_report(
        REPORT * 30, css=css, resources={"chart": specimens.LOGO}, language="en", title="Revenue 2026"
    )
    path.write_bytes(rendered)
    answers = checked_by(COMPLIANCE, "ua1", path)
    assert isinstance(answers, dict)
    assert answers["report.pdf"][0], answers
    facts = run("pdfinfo", path)
    assert re.search(r"^Tagged: +yes$", facts, re.MULTILINE)
    assert "Date:" not in facts
    assert "does not contain any signatures" in run("pdfsig", path)
    assert "<TH> Partner" not in facts
    assert "Table" in run("pdfinfo", "-struct", path)


def test_a_report_of_the_same_text_is_the_same_file() -> None:
    arguments = {"css": "p { color: red }", "resources": {}, "language": "en", "title": "T"}
    first = pdf.render_report("<p>One</p>", **arguments)
    assert (
        pdf.render_report("<p>One</p>", **arguments) == first != pdf.render_report("<p>Two</p>", **arguments)
    )
