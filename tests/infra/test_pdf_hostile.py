"""Texts, style sheets and images that try to reach the network or the machine's files.

Every payload is rendered as a report and as a certificate while an audit hook listens to the
interpreter and a web server on this machine counts who comes by. The same payloads reach both
through WeasyPrint as it is by default: the last tests show that the trap works.
"""

import io
import re
import struct
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

CANARY = "canary-of-the-local-disk"
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


REFUSED_TEXTS = {
    "attached by a link to a file": '<link rel="attachment" href="FILE.txt">',
    "attached by a link to a server": '<link rel="attachment" href="HTTP.txt">',
    "attached by an anchor to a file": '<a rel="attachment" href="FILE.txt">x</a>',
    "attached by an anchor to a server": '<a rel="attachment" download="x" href="HTTP.txt">x</a>',
    "attached relatively": '<base href="FOLDER"><link rel="attachment" href="canary.txt">',
    "sheet from a file": '<link rel="stylesheet" href="FILE.css">',
    "sheet from a server": '<link rel="stylesheet" href="HTTP.css">',
    "sheet from data": '<link rel="stylesheet" href="data:text/css,p{color:red}">',
    "import of a file": '<style>@import url("FILE.css");</style>',
    "import from a server": '<style>@import "HTTP.css";</style>',
    "import from data": '<style>@import url("data:text/css,@import url(FILE.css)");</style>',
    "import in a layer": '<style>@import url("FILE.css") layer(x) print;</style>',
    "font from a file": '<style>@font-face{font-family:x;src:url("FILE.txt")}p{font:9px x}</style>',
    "font from a server": '<style>@font-face{font-family:x;src:url("HTTP.ttf")}p{font:9px x}</style>',
    "font of the machine": '<style>@font-face{font-family:x;src:local("DejaVu Sans")}p{font:9px x}</style>',
    "background from a file": '<style>body{background:url("FILE.svg")}</style>',
    "background from a server": "<style>body{background-image:url(HTTP.svg)}</style>",
    "background of the page": '<style>@page{background:url("FILE.png")}</style>',
    "background in an attribute": '<p style="background:url(FILE.png)">x</p>',
    "second of two backgrounds": '<style>p{background:linear-gradient(red,blue),url("FILE.svg")}</style>',
    "bullet from a file": '<style>li{list-style-image:url("FILE.svg")}</style><ul><li>x</ul>',
    "content from a file": '<style>p::before{content:url("FILE.svg")}</style>',
    "content of a margin": '<style>@page{@top-left{content:url("FILE.svg")}}</style>',
    "border from a file": '<style>p{border:5px solid;border-image:url("FILE.png") 3}</style>',
    "colour profile from a file": '<style>@color-profile --c{src:url("FILE.txt")}</style>',
    "image from a file": '<img alt="x" src="FILE.png">',
    "image from a server": '<img alt="x" src="HTTP.svg">',
    "image redirected to a file": '<img alt="x" src="HTTP.redirect">',
    "image from any scheme in capitals": '<img alt="x" src="FiLe://PATH.png">',
    "image from localhost": '<img alt="x" src="file://localhostPATH.png">',
    "image from a file without slashes": '<img alt="x" src="file:PATH.png">',
    "image by entity": '<img alt="x" src="&#102;ile:PATH.png">',
    "image with blanks around": '<img alt="x" src=" \n FILE.png ">',
    "image with a query": '<img alt="x" src="FILE.png?x#y">',
    "image relative to a base": '<base href="FOLDER"><img alt="x" src="canary.png">',
    "image relative to a server": '<base href="http://HOST/"><img alt="x" src="canary.svg">',
    "image relative to our names": '<base href="prm:a/"><img alt="x" src="FILE.png">',
    "image relative to nothing": '<img alt="x" src="canary.png">',
    "image by absolute path": '<img alt="x" src="PATH.png">',
    "image without scheme": '<base href="http://x/"><img alt="x" src="//HOST/canary.svg">',
    "image by ftp": '<img alt="x" src="ftp://HOST/canary.png">',
    "image by gopher": '<img alt="x" src="gopher://HOST/_GET">',
    "image by jar": '<img alt="x" src="jar:FILE.png!/x">',
    "image from data": '<img alt="x" src="data:image/png;base64,iVBORw0KGgo=">',
    "drawing from data": "<img alt='x' src='data:image/svg+xml,<svg><image href=\"FILE.png\"/></svg>'>",
    "embedded file": '<embed src="FILE.svg" type="image/svg+xml">',
    "embedded object": '<object data="FILE.svg" type="image/svg+xml">x</object>',
    "object from a server": '<object data="HTTP.svg">x</object>',
    "inline drawing with a file": '<svg><title>x</title><image href="FILE.png" width="5" height="5"/></svg>',
    "inline drawing with a server": '<svg><title>x</title><image xlink:href="HTTP.svg" width="5"/></svg>',
    "inline drawing with a font": "<svg><style>@font-face{font-family:x;src:url(FILE.txt)}</style></svg>",
    "name outside of ours": '<img alt="x" src="prm:../../etc/passwd">',
    "name of a file as ours": '<img alt="x" src="prm:PATH.png">',
    "unknown name": '<img alt="x" src="prm:unknown">',
    "name with a host": '<img alt="x" src="prm://HOST/picture">',
    "name in capitals": '<img alt="x" src="PRM:picture">',
    "name with a query": '<img alt="x" src="prm:picture?x">',
    "name as a style sheet": '<link rel="stylesheet" href="prm:unknown">',
    "form field with an image": '<style>input{appearance:auto;background:url("FILE.png")}</style><input>',
    "background by path": "<style>body{background:url(PATH.svg)}</style>",
    "background relative to nothing": "<p style='background:url(canary.svg)'>x</p>",
}
# These ask for nothing that a page on paper has.
HARMLESS_TEXTS = {
    "frame": '<iframe src="FILE.txt"></iframe>',
    "script": '<script src="HTTP.js"></script><script>fetch("HTTP.x")</script>',
    "refresh": '<meta http-equiv="refresh" content="0;url=HTTP.x">',
    "video": '<video src="HTTP.x" poster="FILE.png"></video><audio src="HTTP.x"></audio>',
    "source set": '<picture><source srcset="FILE.png"></picture>',
    "icon": '<link rel="icon" href="FILE.png"><link rel="preload" href="HTTP.x">',
    "old background": '<table background="FILE.png"><tr><td>x</table>',
    "reused drawing": '<svg><title>x</title><use href="FILE.svg#a"/></svg>',
    "fill from a file": '<svg><title>x</title><rect width="5" height="5" fill="url(FILE.svg#a)"/></svg>',
    "filter with a file": '<svg><title>x</title><filter id="f"><feImage href="FILE.png"/></filter></svg>',
    "include": '<xi:include href="FILE.xml" xmlns:xi="http://www.w3.org/2001/XInclude"/>',
    "content of an attribute": "<style>p::before{content:attr(title url)}</style><p title='FILE.svg'>x</p>",
    "cited": '<blockquote cite="FILE.txt">x</blockquote><q cite="HTTP.x">x</q>',
}
SHEETS = {
    "import": '@import url("FILE.css");',
    "import from a server": '@import "HTTP.css";',
    "font": '@font-face{font-family:x;src:url("FILE.txt")}',
    "font of ours": '@font-face{font-family:x;src:url("prm:picture")}',
    "background": 'body{background:url("FILE.svg")}',
    "background by path": 'body{background:url("PATH.svg")}',
    "background by server": "@page{background:url(HTTP.svg)}",
    "background from data": "body{background:url(data:image/svg+xml,%3Csvg/%3E)}",
    "colour profile": "@color-profile --c{src:url(FILE.txt)}",
    "unknown name": "p{background:url(prm:unknown)}",
}


def drawing(inside: str, before: str = "") -> str:
    return (
        f'{before}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 9 9">{inside}</svg>'
    )


def png_head(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n\0\0\0\x0d" + head + struct.pack(">I", zlib.crc32(head))


DOUBLING = "".join(f'<g id="g{n}"><use href="#g{n - 1}"/><use href="#g{n - 1}"/></g>' for n in range(1, 40))
EPS = "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(PATH.txt) (r) file 99 string readstring pop show\n"
REFUSED_IMAGES: dict[str, str | bytes] = {
    "drawing of a file": drawing('<image href="FILE.png" width="9" height="9"/>'),
    "drawing of a server": drawing('<image xlink:href="HTTP.svg" width="9" height="9"/>'),
    "drawing of data": drawing('<image href="data:image/png;base64,iVBORw0KGgo=" width="9" height="9"/>'),
    "drawing of a relative file": drawing('<image href="canary.png" width="9" height="9"/>'),
    "drawing with a base": drawing(
        '<g><image xml:base="FOLDER" href="canary.png" width="9" height="9"/></g>'
    ),
    "drawing with an import": drawing('<style>@import "FILE.css";</style>'),
    "drawing with a font": drawing("<style>@font-face{font-family:x;src:url(HTTP.ttf)}</style>"),
    "external entity": drawing("<text>&x;</text>", '<!DOCTYPE svg [<!ENTITY x SYSTEM "FILE.txt">]>'),
    "external document type": drawing("", '<!DOCTYPE svg SYSTEM "HTTP.dtd">'),
    "entities without end": drawing(
        "<text>&b;</text>", '<!DOCTYPE svg [<!ENTITY a "xx"><!ENTITY b "&a;&a;">]>'
    ),
    "entity in UTF-16": drawing("<text>&x;</text>", '<!DOCTYPE svg [<!ENTITY x "y">]>').encode("utf-16"),
    "doubling without end": drawing(
        f'<g id="g0"><rect width="1" height="1"/></g>{DOUBLING}<use href="#g39"/>'
    ),
    "drawing of itself": drawing('<g id="a"><use href="#a"/></g>'),
    "drawing too deep": drawing("<g>" * 500 + "</g>" * 500),
    "drawing too large": drawing(" " * 4_100_000),
    "broken drawing": drawing("<g>"),
    "page": "<html><body><img src='FILE.png'></body></html>",
    "encapsulated PostScript": EPS,
    "PostScript as picture": b"\xc5\xd0\xd3\xc6" + EPS.encode(),
    "document": b"%PDF-1.7\n",
    "tag image": b"II*\0\x08\0\0\0",
    "icon": b"\0\0\1\0\1\0",
    "text": CANARY,
    "nothing": b"",
    "cut picture": png_head(50, 50),
    "picture of a billion points": png_head(60_000, 60_000),
    "picture too long": b"\x89PNG\r\n\x1a\n" + bytes(12_000_001),
}
HARMLESS_IMAGES = {
    "drawing with a script": drawing('<script>alert(1)</script><script href="HTTP.js"/>'),
    "drawing with a page inside": drawing('<foreignObject><img src="FILE.png"/></foreignObject>'),
    "drawing with a sheet beside": drawing("", '<?xml-stylesheet href="FILE.css"?>'),
    "drawing reusing a file": drawing('<use href="FILE.svg#a"/><use xlink:href="HTTP.svg#a"/>'),
    "drawing including a file": drawing(
        '<xi:include href="FILE.xml" xmlns:xi="http://www.w3.org/2001/XInclude"/>'
    ),
}


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
