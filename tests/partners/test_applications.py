"""Becoming a partner: the public form, the link by mail, the ruling."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prm.accounts.models import Invitation
from prm.errors import Conflict
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.jobs import sweep
from prm.infra.web_domains import read_web_domain
from prm.journal.models import JournalEntry
from prm.partners.models import (
    ApplicationField,
    ApplicationStatus,
    PartnerApplication,
    Partnership,
    PartnershipStatus,
    PartnershipType,
)
from prm.partners.queries import applications as queries
from prm.partners.services import applications as services
from prm.permissions import Role
from tests.factories import UserRef, VendorRef, World
from tests.factories.partners import apply, open_form, opened, typed_application
from tests.servers import SmtpSink

EMAIL = "nina@newcomer.example"


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme", name="Acme Robotics")


@pytest.fixture
def admin(world: World, acme: VendorRef) -> UserRef:
    return world.user(Role.VENDOR_ADMIN, vendor=acme, name="Ada Admin")


def link(mail: SmtpSink, email: str = EMAIL) -> str:
    found = re.search(r"http://localhost(/\S+)", mail.mails_to(email)[-1].text)
    assert found
    return found.group(1)


def statuses(world: World, acme: VendorRef) -> list[ApplicationStatus]:
    with world.acting(acme):
        return list(db.session.scalars(select(PartnerApplication.status)))


def test_nobody_applies_where_the_vendor_takes_no_applications(world: World, acme: VendorRef) -> None:
    client = world.client()
    closed, missing = client.get("/acme/apply"), client.get("/nowhere/apply")
    assert closed.status_code == missing.status_code == 404
    open_form(world, acme)
    assert client.get("/acme/apply").status_code == 200
    open_form(world, acme, is_open=False)
    assert client.get("/acme/apply").status_code == client.get("/acme/apply/done").status_code == 404


def test_an_application_is_seen_once_its_sender_has_confirmed_the_address(
    world: World, acme: VendorRef, admin: UserRef, mail: SmtpSink
) -> None:
    open_form(world, acme)
    visitor, staff = world.client(), world.client(admin)
    assert visitor.post("/acme/apply", data=typed_application(world, acme)).status_code == 303
    assert "Newcomer" not in staff.get("/acme/partners/applications").text
    assert "Newcomer" not in mail.mails_to(EMAIL)[-1].text, "the mail repeats nothing that was typed"
    path = link(mail)
    assert "Newcomer" in visitor.get(path).text
    assert statuses(world, acme) == [ApplicationStatus.UNCONFIRMED], "opening the link sends nothing"
    assert visitor.post(path).status_code == 303
    assert visitor.post(path).status_code == 404, "the link works once"
    assert "Newcomer" in staff.get("/acme/partners/applications").text


def test_the_link_expires_and_what_it_was_for_is_deleted(
    world: World, acme: VendorRef, mail: SmtpSink
) -> None:
    open_form(world, acme)
    visitor = world.client()
    visitor.post("/acme/apply", data=typed_application(world, acme))
    with clock.travel(clock.now() + timedelta(hours=services.CONFIRM_HOURS, minutes=1)):
        assert visitor.post(link(mail)).status_code == 404
        sweep(world.app)
    assert statuses(world, acme) == []


def test_one_address_is_not_mailed_again_and_again(world: World, acme: VendorRef, mail: SmtpSink) -> None:
    open_form(world, acme)
    visitor = world.client()
    answers = [visitor.post("/acme/apply", data=typed_application(world, acme)) for _ in range(4)]
    assert [a.status_code for a in answers] == [303, 303, 303, 429]
    assert 'value="Newcomer Ltd"' in answers[-1].text
    assert len(mail.mails_to(EMAIL)) == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"company": ""}, "Enter the company"),
        ({"website": "no site"}, "Enter the address of your web site"),
        ({"website": "http://127.0.0.1/"}, "Enter the address of your web site"),
        ({"country": ""}, "Choose a country"),
        ({"email": "nobody"}, "is not a mail address"),
        ({"contact_name": " "}, "Enter"),
        ({"fax_line": "spam"}, "people do not see"),
        ({"opened": ""}, "quicker than people type"),
        ({"opened": "forged"}, "quicker than people type"),
    ],
)
def test_what_cannot_be_is_said_and_everything_typed_is_kept(
    world: World, acme: VendorRef, changes: dict[str, str], message: str
) -> None:
    open_form(world, acme)
    answer = world.client().post("/acme/apply", data=typed_application(world, acme, **changes))
    assert answer.status_code == 422
    assert message in answer.text
    assert "We sell robots." in answer.text
    assert statuses(world, acme) == []


def test_a_form_sent_at_once_or_after_days_is_refused(world: World, acme: VendorRef) -> None:
    open_form(world, acme)
    for age in (timedelta(seconds=1), timedelta(days=2)):
        data = typed_application(world, acme, opened=opened(world, acme, age))
        assert world.client().post("/acme/apply", data=data).status_code == 422, age
    other = world.vendor("globex")
    data = typed_application(world, acme, opened=opened(world, other, timedelta(minutes=1)))
    assert world.client().post("/acme/apply", data=data).status_code == 422, "of another vendor's form"


def test_a_vendor_asks_questions_of_its_own(
    world: World, acme: VendorRef, admin: UserRef, mail: SmtpSink
) -> None:
    staff, visitor = world.client(admin), world.client()
    staff.post("/acme/partners/applications/form", data={"is_open": "y", "intro": "Sell with us"})
    new = "/acme/partners/applications/form/new"
    for order, (label, kind, choices) in enumerate(
        [("Engineers?", "text", ""), ("Market?", "choice", "Public\nPrivate\n")], 1
    ):
        data = {"label": label, "kind": kind, "choices": choices, "is_required": "y", "position": order}
        assert staff.post(new, data=data).status_code == 303
    assert staff.post(new, data={"label": "Market?", "kind": "text", "position": 1}).status_code == 422
    assert (
        staff.post(new, data={"label": "X", "kind": "choice", "choices": "one", "position": 1}).status_code
        == 422
    )
    page = visitor.get("/acme/apply").text
    assert "Sell with us" in page and page.index("Engineers?") < page.index("Market?")
    with world.acting(acme):
        names = {f.label: f"field_{f.public_id.hex}" for f in db.session.scalars(select(ApplicationField))}
    missing = visitor.post("/acme/apply", data=typed_application(world, acme))
    assert missing.status_code == 422 and "Answer “Engineers?”." in missing.text
    answers = {names["Engineers?"]: "12", names["Market?"]: "Elsewhere"}
    assert visitor.post("/acme/apply", data=typed_application(world, acme, **answers)).status_code == 422
    answers[names["Market?"]] = "Public"
    assert visitor.post("/acme/apply", data=typed_application(world, acme, **answers)).status_code == 303
    visitor.post(link(mail))
    with world.acting(acme):
        field_id = db.session.scalars(select(ApplicationField.public_id)).first()
    assert staff.post(f"/acme/partners/applications/form/{field_id}/remove").status_code == 303
    shown = staff.get(one(world, acme)).text
    assert "Engineers?" in shown and "Public" in shown, "answers outlive their question"


def one(world: World, acme: VendorRef) -> str:
    with world.acting(acme):
        public_id = db.session.scalars(select(PartnerApplication.public_id)).one()
    return f"/acme/partners/applications/{public_id}"


def test_approving_makes_the_partnership_and_invites_the_applicant(
    world: World, acme: VendorRef, admin: UserRef, mail: SmtpSink
) -> None:
    apply(world, acme, locale="de")
    staff = world.client(admin)
    data = {"name": "Newcomer Ltd", "type": "msp", "region": "West", "manager": str(admin.public_id)}
    assert staff.post(f"{one(world, acme)}/approve", data=data).status_code == 303
    again = staff.post(f"{one(world, acme)}/approve", data=data)
    assert again.status_code == 409 and "already" in again.text
    assert staff.post(f"{one(world, acme)}/reject", data={"reason": "No"}).status_code == 409
    with world.acting(acme):
        made = db.session.scalars(select(Partnership)).one()
        assert (made.status, made.type, made.web_domain, made.country, made.manager_name) == (
            PartnershipStatus.ONBOARDING, PartnershipType.MSP, "newcomer.example", "DE", "Ada Admin",
        )  # fmt: skip
        invitation = db.session.scalars(select(Invitation)).one()
        assert invitation.email == EMAIL and invitation.partnership_public_id == made.public_id
        actions = set(db.session.scalars(select(JournalEntry.action)))
        assert {"application.confirmed", "application.approved", "partnership.created"} <= actions
    text = mail.mails_to(EMAIL)[-1].text
    assert "/accounts/invitations/" in text


def test_rejecting_tells_the_reason_in_the_language_of_the_applicant(
    world: World, acme: VendorRef, admin: UserRef, mail: SmtpSink
) -> None:
    apply(world, acme)
    staff = world.client(admin)
    assert staff.post(f"{one(world, acme)}/reject", data={"reason": " "}).status_code == 422
    assert staff.post(f"{one(world, acme)}/reject", data={"reason": "No market there."}).status_code == 303
    assert "No market there." in mail.mails_to(EMAIL)[-1].text
    assert "No market there." in staff.get(one(world, acme)).text
    with world.acting(acme):
        entry = db.session.scalars(
            select(JournalEntry).where(JournalEntry.action == "application.rejected")
        ).one()
        assert "market" not in str(entry.facts), "a reason may name people: it is kept beside the chain"


def test_two_rulings_at_once_are_one(world: World, acme: VendorRef, admin: UserRef, mail: SmtpSink) -> None:
    apply(world, acme)
    with world.acting(acme, admin) as actor:
        seen = db.session.scalars(select(PartnerApplication)).one()
        with transaction():
            services.reject_application(actor, seen, reason="First")
        seen.status = ApplicationStatus.WAITING  # what the second still believes
        db.session.expunge(seen)
        with pytest.raises(Conflict), transaction():
            services.approve_application(
                actor, seen, name="X", type=PartnershipType.VAR, region=None, manager_id=None
            )
        assert db.session.scalars(select(Partnership)).all() == []


def test_likely_duplicates_are_shown(world: World, acme: VendorRef, admin: UserRef, mail: SmtpSink) -> None:
    same = world.partnership(acme, "Another name", web_domain="newcomer.example")
    named = world.partnership(acme, "NEWCOMER  ltd")
    mailed = world.partnership(acme, "By mail")
    world.user(Role.PARTNER_ADMIN, partnership=mailed, email="boss@newcomer.example")
    world.partnership(acme, "Far away")
    apply(world, acme)
    with world.acting(acme, admin) as actor:
        found = queries.list_likenesses(actor, db.session.scalars(select(PartnerApplication)).one())
    assert {(f.public_id, f.sign) for f in found} == {
        (same.public_id, "domain"), (named.public_id, "name"), (mailed.public_id, "mail"),
    }  # fmt: skip
    staff = world.client(admin)
    assert "Perhaps known" in staff.get("/acme/partners/applications").text
    assert "the same web site" in staff.get(one(world, acme)).text


def test_a_similar_name_is_shown_too(world: World, acme: VendorRef, admin: UserRef, mail: SmtpSink) -> None:
    similar = world.partnership(acme, "Newcomer Limited")
    world.partnership(acme, "Far away")
    apply(world, acme)
    with world.acting(acme, admin) as actor:
        found = queries.list_likenesses(actor, db.session.scalars(select(PartnerApplication)).one())
    assert [(f.public_id, f.sign) for f in found] == [(similar.public_id, "similar")]


def test_a_manager_of_some_regions_rules_on_nothing(world: World, acme: VendorRef, mail: SmtpSink) -> None:
    apply(world, acme)
    west = world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("West",)))
    assert "Newcomer" not in west.get("/acme/partners/applications").text
    assert west.get(one(world, acme)).status_code == 404


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("https://www.Example.com/about?x", "example.com"),
        ("example.com:8080", "example.com"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("localhost", None),
        ("10.0.0.1", None),
        ("", None),
        ("http://[::1", None),
        ("a..b", None),
        ("-a.example", None),
        ("x" * 64 + ".example", None),
    ],
)
def test_web_domains_are_read_as_people_type_them(typed: str, read: str | None) -> None:
    assert read_web_domain(typed) == read


def test_the_queue_is_searched_and_filtered(
    world: World, acme: VendorRef, admin: UserRef, mail: SmtpSink
) -> None:
    for number in range(3):
        apply(world, acme, company=f"Company {number}", email=f"p{number}@c{number}.example")
    staff: FlaskClient = world.client(admin)
    page = staff.get("/acme/partners/applications?search=Company+1&status=waiting").text
    assert "Company 1" in page and "Company 2" not in page
    assert "Company 1" not in staff.get("/acme/partners/applications?status=rejected").text
