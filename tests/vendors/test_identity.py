"""A vendor's logo, the sender of its mails, its languages."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from sqlalchemy import select

from prm.certification.models import Certificate, CertificateFile
from prm.certification.rendering import render_file
from prm.errors import DomainError
from prm.extensions import db
from prm.permissions import Role
from prm.vendors.identity import read_logo
from prm.vendors.models import Vendor
from tests.factories import UserRef, VendorRef, World
from tests.factories.accounts import invite
from tests.factories.certification import issue, make_scheme
from tests.factories.marketing import png
from tests.factories.training import assign, make_course
from tests.servers import SmtpSink

PAGE = "/acme/vendors/identity"


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme", name="Acme GmbH")


@pytest.fixture
def admin(world: World, acme: VendorRef) -> UserRef:
    return world.user(Role.VENDOR_ADMIN, vendor=acme)


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 100), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def upload(world: World, admin: UserRef, content: bytes, name: str = "logo.png"):
    return world.client(admin).post("/acme/vendors/logo", data={"logo": (io.BytesIO(content), name)})


def logo_of(page: str) -> str | None:
    found = re.search(r'src="(/vendors/[^"]+/logo.png[^"]*)"', page)
    return found and found.group(1)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_shown_to_everybody(world, acme, admin, kind: str) -> None:
    assert logo_of(world.client(admin).get("/acme/").text) is None
    assert upload(world, admin, picture(kind)).status_code == 303
    address = logo_of(world.client(admin).get("/acme/").text)
    answer = world.client().get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert Image.open(io.BytesIO(answer.data)).size == (300, 100)


def test_a_large_logo_is_made_smaller_and_loses_its_metadata(world, acme, admin) -> None:
    exif = Image.Exif()
    exif[0x010E] = "Photographed at home"
    upload(world, admin, picture("JPEG", (4000, 1000), exif=exif))
    content = world.client().get(logo_of(world.client(admin).get("/acme/").text)).data
    assert Image.open(io.BytesIO(content)).size == (1200, 300)
    assert b"at home" not in content


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "logo.png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "logo.svg"),
        (b"\x89PNG\r\n\x1a\n broken", "logo.png"),
        (picture("GIF"), "logo.png"),
        (picture(size=(300, 10)), "logo.png"),
        (picture("PNG", (6000, 5000)), "logo.png"),
    ],
    ids=["empty", "svg", "broken", "gif", "thin", "huge"],
)
def test_what_is_no_picture_for_a_logo_is_refused(world, acme, admin, content: bytes, name: str) -> None:
    answer = upload(world, admin, content, name)
    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert logo_of(world.client(admin).get("/acme/").text) is None


def test_a_heavy_file_is_not_even_opened(app) -> None:
    with app.test_request_context(), pytest.raises(DomainError, match="larger than 4 MB"):
        read_logo(b"\x00" * (4 * 1024 * 1024 + 1))


def test_a_logo_is_removed(world, acme, admin) -> None:
    upload(world, admin, picture())
    client = world.client(admin)
    address = logo_of(client.get("/acme/").text)
    assert client.post("/acme/vendors/logo/remove").status_code == 303
    assert logo_of(client.get("/acme/").text) is None
    assert client.get(address).status_code == 404


def test_a_certificate_keeps_the_logo_it_was_issued_with(world, acme, admin) -> None:
    northwind = world.partnership(acme, "Northwind")
    ada = world.user(Role.PARTNER_MEMBER, partnership=northwind)
    bare = make_scheme(world, acme, make_course(world, acme), name="Before")
    without = issue(world, acme, bare, ada)
    upload(world, admin, picture())
    made = issue(world, acme, make_scheme(world, acme, make_course(world, acme, "B"), name="After"), ada)
    upload(world, admin, png(colour="red"))
    with world.acting(acme):
        facts = {c.id: c.facts for c in db.session.scalars(select(Certificate))}
    assert "logo" not in facts[without.id]["brand"]
    assert len(facts[made.id]["brand"]["logo"]) == 64
    page = world.client().get(f"/verify/{made.code}").text
    assert logo_of(page) is not None
    assert images_of(world, acme, without.id) == 0 < images_of(world, acme, made.id)


def images_of(world: World, acme: VendorRef, certificate_id: int) -> int:
    with world.acting(acme) as actor:
        row = db.session.scalars(
            select(CertificateFile).where(CertificateFile.certificate_id == certificate_id)
        ).one()
        content = render_file(actor, row.id)
    return len(re.findall(rb"/Subtype\s*/Image", content))


# -- mail --------------------------------------------------------------------------------------


def save(world: World, admin: UserRef, **changes: object):
    client = world.client(admin)
    revision = re.search(r'name="revision"[^>]*value="(\d+)"', client.get(PAGE).text)
    form = {
        "mail_name": "", "mail_reply_to": "", "languages": ["en", "de"], "default_language": "en",
        "revision": revision.group(1), **changes,
    }  # fmt: skip
    return client.post(PAGE, data=form)


def test_mails_come_from_the_name_and_are_answered_to_the_address(world, acme, admin, mail: SmtpSink) -> None:
    done = save(world, admin, mail_name="Acme Channel", mail_reply_to="channel@acme.example")
    assert done.status_code == 303
    northwind = world.partnership(acme, "Northwind")
    ada = world.user(Role.PARTNER_MEMBER, partnership=northwind)
    assign(world, northwind, make_course(world, acme))
    [sent] = mail.mails_to(ada.email)
    assert sent.message["From"] == "Acme Channel <portal@localhost>"
    assert sent.message["Reply-To"] == "channel@acme.example"
    assert sent.sender == "portal@localhost"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mail_reply_to", "nobody"),
        ("mail_reply_to", "a@b.example\r\nBcc: evil@evil.example"),
        ("mail_name", "x" * 121),
        ("languages", []),
        ("languages", ["eo"]),
        ("default_language", "eo"),
    ],
)
def test_what_cannot_be_is_refused_and_kept(world, acme, admin, field: str, value: object) -> None:
    answer = save(world, admin, **{field: value})
    assert answer.status_code == 422
    assert "error-summary" in answer.text
    with world.app.app_context():
        vendor = db.session.get(Vendor, acme.id)
        assert (vendor.mail_name, vendor.mail_reply_to, vendor.languages) == ("", "", [])


def test_the_later_of_two_who_save_is_told(world, acme, admin) -> None:
    assert save(world, admin, mail_name="One").status_code == 303
    assert save(world, admin, mail_name="Two", revision="1").status_code == 409


# -- languages ---------------------------------------------------------------------------------


def test_the_vendors_languages_are_offered_to_its_people(world, acme, admin) -> None:
    german = world.user(Role.EXECUTIVE, vendor=acme, locale="de")
    client = world.client(german)
    assert '<html lang="de"' in client.get("/acme/").text
    assert save(world, admin, languages=["en"]).status_code == 303
    page = client.get("/acme/").text
    assert '<html lang="en"' in page and 'value="de"' not in page
    assert '<html lang="de"' in client.get("/accounts/profile").text


def test_invitations_speak_the_vendors_default(world, acme, admin, mail: SmtpSink) -> None:
    save(world, admin, default_language="de")
    invite(world, acme, admin, email="nora@example.com", role=Role.EXECUTIVE)
    [sent] = mail.mails_to("nora@example.com")
    assert "Partnerportal" in sent.message["Subject"] or "Partner-Portal" in sent.message["Subject"]
