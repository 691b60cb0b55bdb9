"""Designs: what they may say, what is printed from them, and that issued files keep theirs."""

from __future__ import annotations

import io
import re
from pathlib import Path

import page as checker
import pytest
from sqlalchemy import select

from prm.access import system_actor
from prm.certification import rendering
from prm.certification.designs import services
from prm.certification.designs.checking import check_design
from prm.certification.designs.models import CertificateDesign
from prm.certification.models import Certificate, CertificateFile
from prm.certification.queries.schemes import get_scheme
from prm.certification.verification import Verdict, check_file
from prm.certification.views.designs import _standard
from prm.errors import Conflict
from prm.extensions import db
from prm.infra.db import transaction
from prm.permissions import Role
from tests.certification.conftest import Scene
from tests.factories import World
from tests.factories import certification as certify
from tests.factories.marketing import png
from tests.infra.specimens import run

HTML = '<main><h1>Diploma</h1><p class="{{name_size}}">{{name}}</p><img src="qr" alt="QR code"></main>'
CSS = "@page { size: A4 landscape; margin: 0 } main { width: 297mm; height: 210mm } img { width: 25mm }"


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("{{nmae}}" + HTML, "“{{nmae}}” is no placeholder. There are: name, name_size"),
        ("{% if name %}" + HTML, "nothing else in braces"),
        ("{{name" + HTML, "nothing else in braces"),
        ("<script>alert(1)</script>" + HTML, "<script> is not allowed"),
        ("<style>@import 'x'</style>" + HTML, "<style> is not allowed"),
        ("<iframe src='file:///etc/passwd'></iframe>" + HTML, "<iframe> is not allowed"),
        ("<svg><image href='file:///etc/passwd'/></svg>" + HTML, "<svg> is not allowed"),
        ("<link rel=attachment href=x>" + HTML, "<link> is not allowed"),
        ('<p style="background:url(x)">' + HTML, "<p> may not have “style”"),
        ('<p onclick="x()">' + HTML, "<p> may not have “onclick”"),
        ('<a href="https://evil.example">x</a>' + HTML, "A link leads to the verification page alone"),
        ('<a href="{{verify_url}}/../x">x</a>' + HTML, "A link leads to the verification page alone"),
        ('<img src="https://evil.example/x.png" alt="x">' + HTML, "There is no picture “https://evil"),
        ('<img src="prm:logo" alt="x">' + HTML, "There is no picture “prm:logo”"),
        ('<img src="stamp" alt="">' + HTML, "needs words for those who do not see it"),
        (HTML.replace("{{name}}", ""), "The person's name is missing"),
        (HTML.replace('src="qr"', 'src="seal"'), "The QR code is missing"),
        ("", "Write what stands on the page"),
    ],
)
def test_html_that_is_not_allowed_is_named(app: object, html: str, said: str) -> None:
    with app.test_request_context():  # type: ignore[attr-defined]
        checked = check_design(html, CSS, {"stamp"})
    assert [field for field, _text in checked.problems if field != "html"] == []
    assert said in " ".join(text for _field, text in checked.problems)


@pytest.mark.parametrize(
    ("css", "said"),
    [
        ("@import 'other.css';", "Line 1: @import is not allowed"),
        ("@font-face { font-family: x; src: url(x) }", "@font-face is not allowed"),
        ("@media print { p { color: red } }", "@media is not allowed"),
        ("p { background: url(https://evil.example/x.png) }", "There is no picture “https://evil"),
        ("p { background: url('file:///etc/passwd') }", "There is no picture “file:///etc"),
        ("p { background: u\\72l('file:///etc/passwd') }", "There is no picture “file:///etc"),
        ("p { background: url(prm:qr) }", "There is no picture “prm:qr”"),
        ("p { --x: url(data:image/png;base64,AA) }", "There is no picture “data:"),
        ("p { background: image-set('x.png' 1x) }", "image-set() is not allowed"),
        ("p { content: attr(title) }", "attr() is not allowed"),
        ("p { content: element(x) }", "element() is not allowed"),
        ("p { background: url(var(--x)) }", "Line 1: this cannot be read as CSS"),
        ("p { background: url( 'qr' 'seal' ) }", "url() takes the name of a picture alone"),
        ("p { -weasy-hyphens: auto }", "“-weasy-hyphens” is not allowed"),
        ("p { color: red; b { color: blue } }", "rules inside rules are not read"),
        ("p { color red }\np }", "cannot be read as CSS"),
    ],
)
def test_css_that_would_load_or_cannot_be_read_is_named(app: object, css: str, said: str) -> None:
    with app.test_request_context():  # type: ignore[attr-defined]
        checked = check_design(HTML, css, {"stamp"})
    assert said in " ".join(text for _field, text in checked.problems), checked.problems
    assert checked.css == ""


def test_pictures_get_the_printers_addresses(app: object) -> None:
    css = CSS + "main { background: url(stamp) no-repeat, url( 'seal' ) } p:not(.a):lang(ar) { color: #123 }"
    html = HTML.replace("<h1>", '<img src="stamp" alt="a &quot;b&quot; > c"><h1>')
    with app.test_request_context():  # type: ignore[attr-defined]
        checked = check_design(html, css, {"stamp", "unused"})
    assert checked.problems == () and checked.images == {"stamp"}
    assert 'url("prm:stamp")' in checked.css and 'url("prm:seal")' in checked.css
    assert set(re.findall(r'src="([^"]*)"', checked.html)) == {"prm:stamp", "prm:qr"}


def publish(world: World, scene: Scene, html: str, css: str = CSS) -> CertificateDesign:
    with world.acting(scene.vendor) as actor, transaction():
        scheme = get_scheme(actor, scene.scheme.public_id)
        services.save_draft(actor, scheme, html=html, css=css, revision=0)
        return services.publish_draft(actor, scheme)


def text_of(content: bytes, folder: Path) -> str:
    path = folder / "shown.pdf"
    path.write_bytes(content)
    return run("pdftotext", "-layout", path, "-")


def test_issued_files_keep_their_design_and_pass_every_check(
    world: World, scene: Scene, tmp_path: Path
) -> None:
    with world.acting(scene.vendor) as actor, transaction():
        services.add_image(actor, name="stamp", content=png(300, 200))
    html = HTML.replace("<h1>", '<img src="stamp" alt="Stamp"><img src="logo" alt="{{vendor}}"><h1>')
    more = "<p>{{company}} {{expires_on}} <strong>&lt;{{level}}</strong></p></main>"
    first = publish(world, scene, html.replace("</main>", more))
    odd = world.user(Role.PARTNER_MEMBER, partnership=scene.company, name="O'Brien <i>&amp; {{code}} محمد")
    made = certify.issue(world, scene.vendor, scene.scheme, odd)
    with world.acting(scene.vendor) as actor, transaction():
        services.add_image(actor, name="stamp", content=png(400, 300))  # another one of that name
    publish(world, scene, HTML.replace("Diploma", "Second"))
    world.client(odd).post(f"/acme/certification/{made.public_id}/files", data={"paper": "letter"})
    with world.acting(scene.vendor):
        certificate = db.session.get_one(Certificate, made.id)
        assert certificate.facts["design"] == str(first.public_id)
        for file in db.session.scalars(select(CertificateFile).order_by(CertificateFile.id)).all():
            content = rendering.read_file(system_actor(scene.vendor.id), file.id)
            assert check_file(content).verdict is Verdict.VALID
            for profile in ("3a", "ua1"):
                report = checker.validate_pdf_bytes(content, profile=profile)
                assert report.is_compliant, str(report)
            text = text_of(content, tmp_path)
            assert "Diploma" in text and "O'Brien <i>&amp; {{code}}" in text and "Northwind" in text
        other = certify.issue(world, scene.vendor, scene.scheme, scene.member)
    content = world.client(scene.member).get(f"/acme/certification/{other.public_id}/files/a4").data
    assert "Second" in text_of(content, tmp_path)


def test_an_author_sees_tries_and_publishes(world: World, scene: Scene) -> None:
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=scene.vendor))
    address = f"/acme/certification/schemes/{scene.scheme.public_id}/design"
    opened = admin.get(address).text
    assert 'src="data:image/png;base64,' in opened and "This is to certify that" in opened
    typed = {"html": HTML, "css": CSS, "specimen": "arabic", "paper": "letter", "revision": "0"}
    answer = admin.post(address, data={**typed, "do": "preview", "html": HTML + "{{nmae}}"})
    assert answer.status_code == 200 and "There is no preview" in answer.text
    assert "is no placeholder" in answer.text and "nmae}}" in answer.text
    # A name that runs over the edge is found out by the trial, and cannot be published.
    over = {**typed, "css": CSS + " p { white-space: nowrap; font-size: 60pt }"}
    answer = admin.post(address, data={**over, "do": "publish"})
    assert answer.status_code == 422 and "It is not published" in answer.text
    assert "The name is not whole on the page" in answer.text and "60pt" in answer.text
    long = {**typed, "html": HTML + "<p>line</p>" * 300}
    assert "it has to fit on 1" in admin.post(address, data={**long, "do": "try"}).text
    answer = admin.post(address, data={**typed, "do": "try"})
    assert answer.text.count("the signature holds") == 8
    assert admin.post(address, data={**typed, "do": "save"}).status_code == 303
    assert "This is a draft" in admin.get(address).text
    assert admin.post(address, data={**typed, "do": "save"}).status_code == 409  # an older form
    answer = admin.post(address, data={**typed, "revision": "1", "do": "publish"}, follow_redirects=True)
    assert "Version 1 is in force" in answer.text
    assert "is removed" not in answer.text
    assert "own page again" in admin.post(f"{address}/withdraw", follow_redirects=True).text


def test_the_design_one_starts_from_can_be_published_as_it_is(world: World, scene: Scene) -> None:
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=scene.vendor))
    address = f"/acme/certification/schemes/{scene.scheme.public_id}/design"
    with world.app.app_context():
        html, css = _standard()
    typed = {"html": html, "css": css, "specimen": "short", "paper": "a4", "revision": "0"}
    answer = admin.post(address, data={**typed, "do": "publish"}, follow_redirects=True)
    assert "Version 1 is in force" in answer.text, answer.text


def test_pictures_are_decoded_named_and_removed(world: World, scene: Scene) -> None:
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=scene.vendor))
    address = f"/acme/certification/schemes/{scene.scheme.public_id}/design"

    def add(name: str, content: bytes) -> str:
        sent = {"name": name, "file": (io.BytesIO(content), "x.png")}
        return admin.post(f"{address}/images", data=sent, follow_redirects=True).text

    assert "can be named now" in add("stamp", png(40, 30))
    assert "is none of these" in add("qr", png(40, 30))
    assert "not a PNG, JPEG or WebP" in add("other", b"%PDF-1.7")
    page = admin.get(address).text
    assert "<code>stamp</code>" in page
    (removing,) = re.findall(r'action="([^"]*/images/[^"]*/remove)"', page)
    assert "The picture is removed" in admin.post(removing, follow_redirects=True).text
    assert "<code>stamp</code>" not in admin.get(address).text


def test_somebody_elses_draft_is_not_overwritten(world: World, scene: Scene) -> None:
    with world.acting(scene.vendor) as actor:
        with transaction():
            scheme = get_scheme(actor, scene.scheme.public_id)
            services.save_draft(actor, scheme, html=HTML, css=CSS, revision=0)
        with pytest.raises(Conflict, match="meanwhile"), transaction():
            services.save_draft(actor, scheme, html="mine", css=CSS, revision=0)
