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
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from PIL import Image

from prm.infra import pdf, signing
from tests.infra import specimens
from tests.infra.specimens import SPECIMENS, TOOLS_PYTHON, Specimen, kept_certificate, run

MM = 72 / 25.4

COMPLIANCE = """
import json, sys, page
answers = {}
for path in sys.argv[2:]:
    report = page.validate_pdf(path, profile=sys.argv[1])
    answers[path.rsplit("/", 1)[-1]] = [report.is_compliant, str(report)[:2000]]
print(json.dumps(answers))
"""
READ_QR = """
import json, sys, zxingcpp
from PIL import Image
print(json.dumps([[code.text for code in zxingcpp.read_barcodes(Image.open(p))] for p in sys.argv[1:]]))
"""

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


def checker(script: str, *arguments: str | Path) -> object:
    assert TOOLS_PYTHON.exists(), "The checkers are missing: run scripts/tools-venv"
    return json.loads(run(TOOLS_PYTHON, "-c", script, *arguments))


def pyhanko_says(path: Path, ca: Path) -> str:
    program = Path(sys.executable).with_name("pyhanko")
    return run(program, "sign", "validate", "--trust", ca, "--trust-replace", "--no-revocation-check", path)


def openssl_says(path: Path, ca: Path) -> str:
    """Take signature and signed bytes out of the file and let OpenSSL judge them."""
    raw = path.read_bytes()
    found = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", raw)
    if found is None:
        return "no byte range"
    _, before, after, rest = map(int, found.groups())
    digits = raw[before + 1 : after - 1]
    (path.parent / "cms.der").write_bytes(bytes.fromhex(digits.decode()))
    (path.parent / "content.bin").write_bytes(raw[:before] + raw[after : after + rest])
    command = (
        "openssl cms -verify -binary -inform DER -in cms.der -content content.bin -purpose any -out out.bin"
    )
    return run(*command.split(), "-CAfile", ca, cwd=path.parent)


@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_every_certificate_keeps_the_archive_and_accessibility_standards(folder: Path, profile: str) -> None:
    answers = checker(COMPLIANCE, profile, *sorted(folder.glob("*.pdf")))
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


def test_all_fonts_are_embedded_and_map_back_to_text(folder: Path) -> None:
    for name in SPECIMENS:
        fonts = run("pdffonts", folder / f"{name}.pdf").splitlines()[2:]
        assert fonts
        assert all(re.search(r" yes yes yes +\d+ +0$", line) for line in fonts), fonts


@pytest.mark.parametrize(
    ("name", "font"),
    [
        ("latin", "Noto-Serif-Display"),
        ("japanese", "Noto-Serif-CJK-JP"),
        ("arabic", "Noto-Naskh-Arabic"),
        ("hindi", "Noto-Serif-Devanagari"),
        ("greek", "Noto-Serif-Display"),
        ("cyrillic", "Noto-Serif-Display"),
    ],
)
def test_a_name_is_set_in_a_fitting_font(folder: Path, name: str, font: str) -> None:
    assert font in run("pdffonts", folder / f"{name}.pdf")


@pytest.mark.parametrize("letter", ["\ue123", "\U000323af", "\U000f0000", "\u0378"])
def test_a_name_that_no_font_can_print_is_refused(letter: str) -> None:
    """Otherwise an empty box would be signed; the archive check of the specimens shows none is."""
    with pytest.raises(pdf.MissingGlyphs, match=f"U\\+{ord(letter):04X}"):
        specimens.certificate(person=f"Ann {letter} Example")
    report = pdf.render_report(f"<p>{letter}</p>", css="", resources={}, language="en", title="T")
    assert report.startswith(b"%PDF")


def words(path: Path) -> list[tuple[str, float, float, float, float]]:
    """Every word of the page with its box (left, top, right, bottom) in millimetres."""
    boxes = run("pdftotext", "-bbox", path, "-")
    pattern = r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>'
    return [(m[4], *(float(n) / MM for n in m[:4])) for m in re.findall(pattern, boxes)]


def letters(text: str) -> str:
    """A text without spaces, presentation forms and marks of direction."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) != "Cf")


def test_the_text_can_be_copied_in_every_script(folder: Path) -> None:
    for name, specimen in SPECIMENS.items():
        path = folder / f"{name}.pdf"
        # Reading order is right for Arabic; raw order keeps a hyphen at the end of a line.
        text = letters(run("pdftotext", path, "-") + run("pdftotext", "-raw", path, "-"))
        for value in (specimen.person, specimen.certification, specimen.partner, specimen.expires_on):
            assert value is None or letters(value) in text, (name, value)
        assert "NW-2026-004217" in text
        assert letters(specimens.VERIFY_URL) in text


def test_a_certificate_is_one_landscape_page_of_its_paper(folder: Path) -> None:
    sizes = {"A4": "841.89 x 595.276", "Letter": "792 x 612"}
    for name, specimen in SPECIMENS.items():
        facts = run("pdfinfo", folder / f"{name}.pdf")
        assert re.search(r"^Pages: +1$", facts, re.MULTILINE)
        assert f"Page size:       {sizes[specimen.paper]} pts" in facts
        assert re.search(rf"^Title: +{re.escape(specimen.title)}$", facts, re.MULTILINE)


def test_the_code_on_the_page_opens_the_verification_page(folder: Path) -> None:
    pictures = []
    for name in SPECIMENS:
        run("pdftoppm", "-r", "100", "-png", "-singlefile", folder / f"{name}.pdf", folder / name)
        pictures.append(folder / f"{name}.png")
    assert checker(READ_QR, *pictures) == [[specimens.VERIFY_URL]] * len(SPECIMENS)


def test_the_name_is_drawn_where_it_belongs(folder: Path) -> None:
    for name in SPECIMENS:
        run("pdftoppm", "-r", "60", "-gray", "-singlefile", folder / f"{name}.pdf", folder / name)
        with Image.open(folder / f"{name}.pgm") as picture:
            scale = 60 / 25.4
            middle = picture.width / 2
            band = picture.crop((0, int(63 * scale), picture.width, int(90 * scale)))
            box = band.crop((int(20 * scale), 0, picture.width - int(20 * scale), band.height))
            ink = box.point(lambda grey: 255 * (grey < 110)).getbbox()
        assert ink is not None
        left, right = ink[0] + int(20 * scale), ink[2] + int(20 * scale)
        assert abs((left + right) / 2 - middle) < 6, f"{name} is not centred"


CROWDED = {
    "sixty W": {
        "person": "W" * 60,
        "certification": "W" * 120,
        "partner": "Wm " * 30,
        "vendor": "Vendor " * 20,
    },
    "sixty characters": {"person": specimens.LONG_NAME, "certification": specimens.LONG_CERTIFICATION},
    "many marks": {"person": "क्षेत्रपालसिंह " * 4, "certification": "Ǻ̈ffected " * 12},
    "sixty Chinese": {"person": "山" * 60, "certification": "証" * 120, "partner": "社" * 60},
    "long Arabic": {"person": "محمد " * 12, "certification": "استشاري " * 15, "partner": "شركة " * 12},
}


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("case", CROWDED)
def test_long_texts_stay_in_their_fields(case: str, paper: str, tmp_path: Path) -> None:
    path = tmp_path / "crowded.pdf"
    path.write_bytes(specimens.certificate(Specimen(**CROWDED[case], paper=paper, logo=None)))
    assert re.search(r"^Pages: +1$", run("pdfinfo", path), re.MULTILINE)
    width, height = (297, 210) if paper == "A4" else (279.4, 215.9)
    placed = words(path)
    for word, left, top, right, bottom in placed:
        assert left > 11, word
        assert right < width - 11, word
        assert top > 15, word
        assert bottom < height - 11, word
    # The neighbours stand where they stand on every certificate.
    fixed = {
        word: (left, top) for word, left, top, *_ in placed if word in ("Issued", "certify", "demonstrated")
    }
    usual = specimens.certificate(Specimen(paper=paper))
    path.write_bytes(usual)
    for word, left, top, *_ in words(path):
        if word in fixed:
            assert fixed[word] == pytest.approx((left, top), abs=0.05)


def test_no_long_name_reaches_its_neighbours(tmp_path: Path) -> None:
    path = tmp_path / "crowded.pdf"
    for texts in CROWDED.values():
        path.write_bytes(specimens.certificate(Specimen(**texts, logo=None)))
        run("pdftoppm", "-r", "50", "-gray", "-singlefile", path, tmp_path / "page")
        with Image.open(tmp_path / "page.pgm") as picture:
            scale = 50 / 25.4
            # Between the vendor and the title, and above the rule, the paper stays white.
            for top, bottom in ((37.5, 41.5), (89.3, 90.4)):
                strip = picture.crop((40, round(top * scale), picture.width - 40, round(bottom * scale)))
                assert strip.point(lambda grey: 255 * (grey < 110)).getbbox() is None


def test_the_template_uses_nothing_weasyprint_does_not_know(caplog: pytest.LogCaptureFixture) -> None:
    specimens.certificate(SPECIMENS["arabic"])
    assert [record.getMessage() for record in caplog.records if record.name == "weasyprint"] == []


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
    answers = checker(COMPLIANCE, "3a", path)
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
    answers = checker(COMPLIANCE, "ua1", path)
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
