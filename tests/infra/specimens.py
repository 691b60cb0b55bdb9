"""Certificates for the tests: one issuer, the printed template, people with many kinds of names."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from prm.infra import pdf, signing

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
TOOLS_PYTHON = ROOT / ".venv-tools" / "bin" / "python"

SIGNED_AT = datetime(2026, 3, 12, 9, 41, 27, tzinfo=UTC)
CREDENTIAL = b'{"type": "OpenBadgeCredential", "name": "Zo\xc3\xab"}'
VERIFY_URL = "https://partners.northwind.example/v/7Q2M9-XK4TD-PW8RB-3HNCF"
LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 270 60">
<circle cx="30" cy="30" r="24" fill="#0b5d4e"/><path d="M18 42L30 14l12 28z" fill="#fff"/>
<text x="66" y="42" font-family="Noto Sans" font-weight="600" font-size="34">Northwind</text></svg>"""

ENGLISH = {
    "title": "Certificate of Competence",
    "awarded_to": "This is to certify that",
    "achievement": "has demonstrated the knowledge and skill required of a",
    "partner": "for",
    "issued": "Issued",
    "expires": "Valid until",
    "number": "Certificate number",
    "verify": "Verify this certificate at",
    "qr_alt": "QR code that opens the verification page",
    "logo_alt": "Northwind",
}
ARABIC = {
    "title": "شهادة كفاءة",
    "awarded_to": "نشهد بأن",
    "achievement": "قد أثبت المعرفة والمهارة المطلوبة",
    "partner": "لدى",
    "issued": "تاريخ الإصدار",
    "expires": "صالحة حتى",
    "number": "رقم الشهادة",
    "verify": "تحقق من هذه الشهادة على",
    "qr_alt": "رمز الاستجابة السريعة",
    "logo_alt": "نورثويند",
}

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


@dataclass(frozen=True)
class Specimen:
    """What is printed on one certificate, and how."""

    person: str = "Zoë Ångström"
    certification: str = "Advanced Implementation Consultant"
    level: str | None = "Level 2 · Advanced"
    partner: str | None = "Meridian Systems AB"
    vendor: str = "Northwind Software"
    paper: str = "A4"
    language: str = "en"
    direction: str = "ltr"
    primary: str = "#0b5d4e"
    issued_on: str = "12 March 2026"
    expires_on: str | None = "11 March 2028"
    logo: bytes | None = LOGO

    @property
    def title(self) -> str:
        return f"Certificate of {self.person}"


LONG_NAME = "Alexandra Konstantinopoulou-Papadimitriou van der Westhuizen"
LONG_CERTIFICATION = (
    "Certified Enterprise Architect for Distributed Data Synchronisation, Migration and Long-Term "
    "Archive Operations (Level 3)"
)
SPECIMENS = {
    "latin": Specimen(),
    "long": Specimen(person=LONG_NAME, certification=LONG_CERTIFICATION, paper="Letter", logo=None),
    "japanese": Specimen(person="山田太郎", level=None, partner=None, primary="#c27c0e"),
    "arabic": Specimen(
        person="محمد العلي",
        certification="استشاري تنفيذ معتمد",
        level="المستوى 2 · متقدم",
        partner="شركة الأفق للحلول",
        issued_on="12 مارس 2026",
        expires_on="11 مارس 2028",
        language="ar",
        direction="rtl",
        logo=None,
    ),
    "arabic name on an English page": Specimen(person="محمد العلي", expires_on=None, paper="Letter"),
    "greek": Specimen(person="Ελευθερία Παπαδοπούλου", partner="Ηλεκτρονικά Συστήματα ΑΕ"),
    "hindi": Specimen(person="अनुष्का श्रीवास्तव", paper="Letter", primary="#4b2e83"),
    "cyrillic": Specimen(person="Святослав Їжакевич", primary="#8a1538"),
}


@cache
def issuer() -> signing.IssuerKey:
    """The issuer of all specimens."""
    return signing.create_issuer(
        "Northwind Certification", "Northwind GmbH", datetime(2026, 1, 1, tzinfo=UTC)
    )


@cache
def style_sheet() -> str:
    """The style sheet of the printed certificate."""
    return (TEMPLATES / "certification" / "certificate.css").read_text(encoding="utf-8")


def page(specimen: Specimen) -> str:
    """The HTML of a certificate."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("certification/certificate.html").render(
        lang=specimen.language,
        dir=specimen.direction,
        paper=specimen.paper,
        primary=specimen.primary,
        ink="#1c2733",
        logo="logo" if specimen.logo else None,
        fit=pdf.fit_text,
        person_name=specimen.person,
        certification_name=specimen.certification,
        partner_name=specimen.partner,
        vendor_name=specimen.vendor,
        level=specimen.level,
        number="NW-2026-004217",
        issued_on=specimen.issued_on,
        expires_on=specimen.expires_on,
        verify_url=VERIFY_URL,
        labels=ARABIC if specimen.language == "ar" else ENGLISH,
    )


def resources(specimen: Specimen) -> dict[str, bytes]:
    """The images a certificate names."""
    images = {
        "qr": pdf.qr_drawing(VERIFY_URL, colour="#1c2733"),
        "rosette": pdf.rosette_drawing(specimen.primary, hollow=0.6, strength=0.1),
        "seal": pdf.rosette_drawing(specimen.primary),
    }
    return images | {"logo": specimen.logo} if specimen.logo else images


def certificate(specimen: Specimen | None = None, **changes) -> bytes:
    """A signed certificate; `changes` go to the specimen."""
    wanted = replace(specimen or Specimen(), **changes)
    return pdf.render_certificate(
        page(wanted),
        css=style_sheet(),
        attachments=[pdf.Attachment("credential.json", CREDENTIAL, "application/ld+json", "The credential")],
        signer=signing.make_signer(issuer()),
        signed_at=SIGNED_AT,
        language=wanted.language,
        title=wanted.title,
        resources=resources(wanted),
    )


@cache
def kept_certificate(name: str = "latin") -> bytes:
    """One of SPECIMENS, rendered once per run."""
    return certificate(SPECIMENS[name])


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a checker and return all it says; its exit code is not to be trusted."""
    result = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, check=False, timeout=60
    )
    return (result.stdout + result.stderr).decode(errors="replace")


def checked_by(script: str, *arguments: str | Path) -> object:
    """What a program of .venv-tools answers."""
    assert TOOLS_PYTHON.exists(), "The checkers are missing: run scripts/tools-venv"
    return json.loads(run(TOOLS_PYTHON, "-c", script, *arguments))


def pyhanko_says(path: Path, ca: Path) -> str:
    """The verdict of pyHanko's command."""
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
