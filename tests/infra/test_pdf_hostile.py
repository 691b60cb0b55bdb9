"""Texts, style sheets and images that try to reach the network or the machine's files.

Every payload is rendered as a report and as a certificate while an audit hook listens to the
interpreter and a web server on this machine counts who comes by. The same payloads reach both
through WeasyPrint as it is by default: the last tests show that the trap works.
"""

import io
import re
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import weasyprint
from PIL import Image

from prm.infra import pdf, signing
from tests.infra import specimens
from tests.infra.hostile_payloads import (
    CANARY,
    HARMLESS_IMAGES,
    HARMLESS_TEXTS,
    REFUSED_IMAGES,
    REFUSED_TEXTS,
    SHEETS,
    drawing,
)

WATCHED = ("socket.connect", "socket.getaddrinfo", "urllib.Request", "subprocess.Popen", "os.system")


@dataclass
class Trap:
    """Local files with a mark in them, a web server, and what was seen of either."""

    folder: Path
    port: int
    visits: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    armed: bool = False

    def fill(self, payload: str) -> str:
        """Put the addresses of the traps into a payload."""
        return (
            payload.replace("FILE", f"file://{self.folder}/canary")
            .replace("PATH", f"{self.folder}/canary")
            .replace("FOLDER", f"file://{self.folder}/")
            .replace("HTTP", f"http://127.0.0.1:{self.port}/canary")
            .replace("HOST", f"127.0.0.1:{self.port}")
        )

    @contextmanager
    def watching(self) -> Iterator[None]:
        self.calls.clear()
        self.visits.clear()
        self.armed = True
        try:
            yield
        finally:
            self.armed = False


@pytest.fixture(scope="module")
def trap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trap]:
    folder = tmp_path_factory.mktemp("disk")
    svg = drawing(f'<g id="a"><text y="5">{CANARY}</text></g>')
    picture = io.BytesIO()
    Image.new("RGB", (7, 7), (1, 2, 3)).save(picture, "PNG")
    contents = {
        "txt": CANARY.encode(),
        "css": f'@page {{ @top-left {{ content: "{CANARY}" }} }}'.encode(),
        "svg": svg.encode(),
        "png": picture.getvalue(),
        "xml": b"<x>%s</x>" % CANARY.encode(),
    }
    for ending, body in contents.items():
        (folder / f"canary.{ending}").write_bytes(body)
    seen: list[str] = []

    class Visit(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            if "redirect" in self.path:
                self.send_response(302)
                self.send_header("Location", f"file://{folder}/canary.png")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", "image/svg+xml" if self.path.endswith("svg") else "text/css")
            self.end_headers()
            self.wfile.write(contents.get(self.path.rpartition(".")[2], b""))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Visit)
    made = Trap(folder, server.server_port, visits=seen)

    def listen(event: str, arguments: tuple) -> None:
        if not made.armed:
            return
        if event in WATCHED:
            made.calls.append(f"{event} {arguments}")
        elif event == "open" and str(folder) in str(arguments[0]):
            made.calls.append(f"open {arguments[0]}")

    sys.addaudithook(listen)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    made.armed = False
    server.shutdown()
    thread.join()
    server.server_close()


def unpacked(document: bytes) -> bytes:
    """A document with every compressed stream laid open."""
    found = re.findall(rb"stream\n(.*?)\nendstream", document, re.DOTALL)
    opened = []
    for stream in found:
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            opened.append(stream)
    return document + b"".join(opened)


def in_every_spelling(text: str) -> list[bytes]:
    """How a text may stand in a PDF: as it is, or as UTF-16."""
    return [text.encode(), text.encode("utf-16-be"), text.encode("utf-16-be").hex().encode()]


def renderings(html: str, css: str, images: dict[str, bytes]) -> Iterator[bytes | pdf.PdfError]:
    """A text as report and as certificate: the document, or why there is none."""
    page = f'<!DOCTYPE html><html lang="en"><body><h1>Text</h1><p>Text</p>{html}</body></html>'
    signer = signing.make_signer(specimens.issuer())
    named = {"css": css, "resources": images, "language": "en", "title": "Title"}
    for render in (
        lambda: pdf.render_report(page, **named),
        lambda: pdf.render_certificate(page, signer=signer, signed_at=specimens.SIGNED_AT, **named),
    ):
        try:
            yield render()
        except pdf.PdfError as refusal:
            yield refusal


def outcome(trap: Trap, html: str = "", css: str = "", images: dict[str, str | bytes] | None = None) -> list:
    """Render with the traps armed; whatever comes out, nothing was reached and nothing leaked."""
    named = {"picture": specimens.LOGO} | (images or {})
    filled = {k: v if isinstance(v, bytes) else trap.fill(v).encode() for k, v in named.items()}
    with trap.watching():
        made = list(renderings(trap.fill(html), trap.fill(css), filled))
    assert trap.calls == []
    assert trap.visits == []
    for document in made:
        if isinstance(document, bytes):
            content = unpacked(document)
            assert not any(spelling in content for spelling in in_every_spelling(CANARY))
            assert b"/EmbeddedFile" not in content
    return made


@pytest.mark.parametrize("name", REFUSED_TEXTS)
def test_a_text_that_asks_for_more_is_refused(name: str, trap: Trap) -> None:
    made = outcome(trap, html=REFUSED_TEXTS[name])
    assert all(isinstance(refusal, pdf.PdfError) for refusal in made)


@pytest.mark.parametrize("name", HARMLESS_TEXTS)
def test_a_text_that_means_nothing_on_paper_is_printed_without_it(name: str, trap: Trap) -> None:
    made = outcome(trap, html=HARMLESS_TEXTS[name])
    assert all(isinstance(document, bytes) for document in made), made


@pytest.mark.parametrize("name", SHEETS)
def test_a_style_sheet_that_asks_for_more_is_refused(name: str, trap: Trap) -> None:
    for _ in range(2):  # a sheet that was refused once is not in the cache
        made = outcome(trap, css=SHEETS[name])
        assert all(isinstance(refusal, pdf.PdfError) for refusal in made)


@pytest.mark.parametrize("name", REFUSED_IMAGES)
@pytest.mark.parametrize("place", ["text", "background"])
def test_an_image_that_is_none_or_asks_for_more_is_refused(name: str, place: str, trap: Trap) -> None:
    html = '<img alt="x" src="prm:logo">' if place == "text" else ""
    css = "img{width:5cm}" if place == "text" else "body{background:url(prm:logo);height:9cm}"
    made = outcome(trap, html=html, css=css, images={"logo": REFUSED_IMAGES[name]})
    assert all(isinstance(refusal, pdf.PdfError) for refusal in made)


@pytest.mark.parametrize("name", HARMLESS_IMAGES)
def test_an_image_with_idle_parts_is_printed_without_them(name: str, trap: Trap) -> None:
    made = outcome(trap, html='<img alt="x" src="prm:logo">', images={"logo": HARMLESS_IMAGES[name]})
    assert all(isinstance(document, bytes) for document in made), made


def test_an_image_that_is_missing_stops_the_rendering(trap: Trap) -> None:
    made = outcome(trap, html='<img alt="Logo" src="prm:logo">')
    assert [type(refusal) for refusal in made] == [pdf.ResourceRefused] * 2
    assert "prm:logo" in str(made[0])


def test_an_image_without_words_for_it_stops_the_rendering(trap: Trap) -> None:
    made = outcome(trap, html='<img src="prm:picture">')
    assert all(isinstance(refusal, pdf.PdfError) and "alt" in str(refusal) for refusal in made)


def test_a_certificate_attaches_only_what_it_was_handed(trap: Trap) -> None:
    """An image of ours is no file to attach; neither are form fields to fill in."""
    for text in (
        '<link rel="attachment" href="prm:picture">',
        '<a rel="attachment" href="prm:picture">x</a>',
        "<style>input{appearance:auto}</style><form><input name=x></form>",
    ):
        *_, certificate = renderings(text, "", {"picture": specimens.LOGO})
        assert isinstance(certificate, pdf.PdfError)


def test_a_refusal_in_one_thread_is_not_blamed_on_another() -> None:
    failures: list[object] = []

    def render(good: bool) -> None:
        for _ in range(8):
            made = next(renderings("" if good else '<img alt="x" src="prm:none">', "", {}))
            if isinstance(made, bytes) is not good:
                failures.append(made)

    threads = [Thread(target=render, args=(good,)) for good in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


CONTROLS = [
    "sheet from a file",
    "import from a server",
    "image from a server",
    "attached by a link to a file",
]


@pytest.mark.parametrize("name", [*CONTROLS, "background from a file", "image redirected to a file"])
def test_the_trap_catches_weasyprint_as_it_is_by_default(name: str, trap: Trap) -> None:
    page = f'<html lang="en"><body><p>Text</p>{trap.fill(REFUSED_TEXTS[name])}</body></html>'
    with trap.watching():
        weasyprint.HTML(string=page).write_pdf()
    assert trap.calls
    assert bool(trap.visits) is ("HTTP" in REFUSED_TEXTS[name])


def test_the_trap_sees_a_local_byte_in_a_document(trap: Trap) -> None:
    page = trap.fill(f"<html lang=en><body>{REFUSED_TEXTS['attached by a link to a file']}</body></html>")
    leaked = unpacked(weasyprint.HTML(string=page).write_pdf())
    assert any(spelling in leaked for spelling in in_every_spelling(CANARY))


def test_there_are_more_than_a_hundred_payloads() -> None:
    assert len(REFUSED_TEXTS) >= 60
    payloads = (REFUSED_TEXTS, HARMLESS_TEXTS, SHEETS, REFUSED_IMAGES, HARMLESS_IMAGES)
    assert sum(map(len, payloads)) > 100
