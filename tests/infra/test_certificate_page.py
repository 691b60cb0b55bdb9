"""The printed page of a certificate: its letters, its places, its paper."""

import re
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from tests.infra import specimens
from tests.infra.specimens import READ_QR, SPECIMENS, Specimen, checked_by, kept_certificate, run

MM = 72 / 25.4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every specimen as a file."""
    place = tmp_path_factory.mktemp("pages")
    for name in SPECIMENS:
        (place / f"{name}.pdf").write_bytes(kept_certificate(name))
    return place


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
    assert checked_by(READ_QR, *pictures) == [[specimens.VERIFY_URL]] * len(SPECIMENS)


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
