"""A signed certificate, side by side: ours, plain WeasyPrint, typst and reportlab, each with pyHanko.

    python bench/certificates.py [DOCUMENTS]

One core, one page with the same texts, QR code and rosette for everybody, a name of its own on each.
"Plain" is what the libraries' manuals show: HTML(...).write_pdf(), then PdfSigner, with the same P-256
key. Who can make PDF/A-3a and PDF/UA-1 is asked to; what came out is judged by the checkers of the suite.
Prints the median processor time of one certificate in milliseconds.
"""

from __future__ import annotations

import asyncio
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import page
import typst
import weasyprint
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import SimpleSigner
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from weasyprint.urls import URLFetcherResponse

sys.path.insert(0, str(Path(__file__).parents[1]))

from prm import create_app
from prm.certification.credentials.issuing import Signed
from prm.certification.models import Paper
from prm.certification.printing import print_certificate
from prm.infra.pdf import fit_text, qr_svg, rosette_svg
from prm.infra.signing import create_issuer, load_certificate, make_signer

ROOT = Path(__file__).resolve().parents[1]
FONT = "/usr/share/fonts/truetype/noto/NotoSerif-Regular.ttf"
SETTINGS = {"SECRET_KEY": "only for measuring, " * 3, "DATA_DIR": tempfile.mkdtemp()}
ISSUED = datetime(2026, 3, 12, 9, tzinfo=UTC)
PAYLOAD = "ABCDEFGHJKMNPQRS" * 17
TITLE, AWARDED, DONE = "Certificate of Competence", "This is to certify that", "has met every requirement of"
SCHEME, VENDOR, PARTNER = "Nimbus Installer", "Acme GmbH", "Northwind"
ISSUER = create_issuer("Acme GmbH Certification", VENDOR, datetime(2026, 1, 1, tzinfo=UTC))


def name_of(number: int) -> str:
    return f"Zoë Ångström {number}"


def address_of(number: int) -> str:
    return f"https://partners.acme.example/verify/{number:028}"


# -- ours --------------------------------------------------------------------------------------


def ours() -> Callable[[int], bytes]:
    signer = make_signer(ISSUER)

    def make(number: int) -> bytes:
        facts = {
            "number": f"ACME-2026-{number:06}", "code": f"{number:028}", "verify_url": address_of(number),
            "language": "en", "vendor": {"name": VENDOR},
            "brand": {"primary": "#0b5d4e", "ink": "#1c2733"}, "person": {"name": name_of(number)},
            "partner": {"name": PARTNER}, "certification": {"name": SCHEME, "level": "foundation"},
            "issued_on": "2026-03-12", "expires_on": "2028-03-11",
        }  # fmt: skip
        return print_certificate(facts, Paper.A4, signer, ISSUED, Signed(b"{}", PAYLOAD))

    return make


# -- the others --------------------------------------------------------------------------------


def plain_signer() -> Callable[[bytes], bytes]:
    """pyHanko as its manual shows it."""
    ready = make_signer(ISSUER)
    signer = PdfSigner(
        PdfSignatureMetadata(field_name="Signature", subfilter=SigSeedSubFilter.PADES, certify=True),
        SimpleSigner(
            signing_cert=load_certificate(ISSUER.leaf_pem),
            signing_key=ready.signing_key,
            cert_registry=ready.cert_registry,
        ),
    )

    def sign(unsigned: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(unsigned))
        return bytes(asyncio.run(signer.async_sign_pdf(writer)).getbuffer())

    return sign


def plain_weasyprint() -> Callable[[int], bytes]:
    """The same page and style sheet, as one would render it."""
    template = create_app(SETTINGS).jinja_env.get_template("certification/certificate.html")
    css = (ROOT / "templates/certification/certificate.css").read_text()
    labels = {
        "title": TITLE, "awarded_to": AWARDED, "achievement": DONE, "partner": "at", "issued": "Issued",
        "expires": "Valid until", "number": "Certificate number", "verify": "Verify at", "qr_alt": "QR code",
        "logo_alt": VENDOR,
    }  # fmt: skip
    pictures = {
        "prm:seal": rosette_svg("#0b5d4e"),
        "prm:rosette": rosette_svg("#0b5d4e", hollow=0.6, strength=0.1),
    }

    def make(number: int) -> bytes:
        pictures["prm:qr"] = qr_svg(address_of(number) + "#", PAYLOAD)
        html = template.render(
            lang="en", dir="ltr", paper="A4", primary="#0b5d4e", ink="#1c2733", logo=None, fit=fit_text,
            person_name=name_of(number), certification_name=SCHEME, partner_name=PARTNER,
            vendor_name=VENDOR, level="Level 1", number=f"ACME-2026-{number:06}", issued_on="12 March 2026",
            expires_on="11 March 2028", verify_url=address_of(number), labels=labels,
        )  # fmt: skip

        def fetch(url: str) -> URLFetcherResponse:
            return URLFetcherResponse(url, pictures[url], {"Content-Type": "image/svg+xml"})

        document = weasyprint.HTML(string=html, base_url="prm:", url_fetcher=fetch)
        made: bytes = document.write_pdf(
            stylesheets=[weasyprint.CSS(string=css, base_url="prm:", url_fetcher=fetch)],
            pdf_variant="pdf/a-3a",
        )
        return made

    return make


def plain_typst(folder: Path) -> Callable[[int], bytes]:
    (folder / "rosette.svg").write_bytes(rosette_svg("#0b5d4e"))
    (folder / "page.typ").write_text(
        f"""#set document(title: "{TITLE}")
#set page(paper: "a4", flipped: true, margin: 20mm)
#set text(font: ("Noto Serif", "Libertinus Serif"), lang: "en")
#set align(center)
{VENDOR}
= {TITLE}
_{AWARDED}_
#text(size: 40pt)[#sys.inputs.name]

_{DONE}_
== {SCHEME}
{PARTNER} · 12 March 2026 – 11 March 2028 · #sys.inputs.number
#image(bytes(sys.inputs.qr), format: "svg", width: 25mm, alt: "QR code")
#image("rosette.svg", width: 40mm, alt: "Seal")
#link(sys.inputs.url)[#sys.inputs.url]
"""
    )
    compiler = typst.Compiler(str(folder / "page.typ"), root=str(folder))

    def make(number: int) -> bytes:
        inputs = {
            "name": name_of(number),
            "number": f"ACME-2026-{number:06}",
            "url": address_of(number),
            "qr": qr_svg(address_of(number) + "#", PAYLOAD).decode(),
        }
        made: bytes = compiler.compile(
            format="pdf", pdf_standards=["a-3a"], sys_inputs=inputs, timestamp=int(ISSUED.timestamp())
        )
        return made

    return make


def plain_reportlab() -> Callable[[int], bytes]:
    pdfmetrics.registerFont(TTFont("Serif", FONT))

    def make(number: int) -> bytes:
        written = io.BytesIO()
        canvas = Canvas(written, pagesize=landscape(A4))
        canvas.setTitle(f"{TITLE} · {name_of(number)}")
        middle = A4[1] / 2
        for text, size, y in (
            (VENDOR, 18, 530), (TITLE, 14, 480), (AWARDED, 12, 440), (name_of(number), 42, 370),
            (DONE, 12, 320), (SCHEME, 25, 280), (PARTNER, 13, 250), (address_of(number), 8, 60),
            (f"12 March 2026 – 11 March 2028 · ACME-2026-{number:06}", 10, 80),
        ):  # fmt: skip
            canvas.setFont("Serif", size)
            canvas.drawCentredString(middle, y, text)
        code = QrCodeWidget(address_of(number) + "#" + PAYLOAD, barWidth=71, barHeight=71, barLevel="M")
        picture = Drawing(71, 71)
        picture.add(code)
        renderPDF.draw(picture, canvas, middle - 35, 110)
        canvas.save()
        return written.getvalue()

    return make


# -- measured ----------------------------------------------------------------------------------


def measure(make: Callable[[int], bytes], documents: int) -> float:
    """The median processor time in milliseconds, after three to get warm."""
    for number in range(3):
        make(number)
    times = []
    for number in range(3, documents + 3):
        began = time.process_time()
        make(number)
        times.append(time.process_time() - began)
    return statistics.median(times) * 1000


def judged(document: bytes) -> str:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(document)
        file.flush()
        verdicts = [
            f"{name} {'yes' if page.validate_pdf(file.name, profile=profile).is_compliant else 'no'}"
            for name, profile in (("PDF/A-3a", "3a"), ("PDF/UA-1", "ua1"))
        ]
    return ", ".join(verdicts)


def main() -> None:
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    sign = plain_signer()
    with tempfile.TemporaryDirectory() as folder, create_app(SETTINGS).app_context():
        plain = {
            "WeasyPrint + pyHanko": plain_weasyprint(),
            "typst + pyHanko": plain_typst(Path(folder)),
            "reportlab + pyHanko": plain_reportlab(),
        }
        rows = [("ours", measure(ours(), documents), judged(ours()(1)))]
        for name, make in plain.items():
            unsigned = measure(make, documents)
            signed = measure(lambda number, make=make: sign(make(number)), documents)  # type: ignore[misc]
            rows.append((name, signed, f"{judged(sign(make(1)))}; {unsigned:.1f} ms of it unsigned"))
    for name, spent, verdict in rows:
        print(f"{name:24}{spent:8.1f} ms   signed: {verdict}")
    print(f"ours is {rows[1][1] / rows[0][1]:.1f} times as fast as plain WeasyPrint with pyHanko")


if __name__ == "__main__":
    main()
