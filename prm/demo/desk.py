"""The demo's desk: companies that apply, tasks, notes and contacts of its partners."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import select

from prm.access import Actor, system_actor
from prm.accounts.models import OutgoingMail
from prm.audits.queries.compliance import today_of
from prm.demo.aims import lay_out_onboarding
from prm.demo.audits import ADMIN, COMPANY, MANAGER, acting
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.onboarding.models import Milestone
from prm.onboarding.services import begin_plan, tick_milestone
from prm.partners.models import PartnerApplication, Partnership, PartnershipType
from prm.partners.services import applications, desk

# Company, web site, country, who writes, their address, what they say, days ago, confirmed.
APPLICANTS = (
    ("Summit Networks", "www.summit.example", "US", "Dana Cole", "dana@summit.example",
     "Two of our customers asked for Lumen Core; we would like to look after them.", 30, True),
    ("Kestrel Systems", "www.kestrel.example", "GB", "Moira Kay", "moira@kestrel.example",
     "We look after forty schools in the north and are asked for Lumen every week.", 9, True),
    ("Bright Path IT Services", "www.brightpath-services.example", "US", "Sam Doyle",
     "sam@brightpath-services.example", "We would like to sell Lumen Core in Oregon.", 4, True),
    ("Alpen Daten AG", "www.alpendaten.example", "CH", "Reto Frei", "reto@alpendaten.example",
     "Wir betreuen Banken und suchen ein Werkzeug für Berichte.", 1, True),
)  # fmt: skip
# Title, days from today, done.
TASKS = (
    ("Send the renewed insurance certificate", -6, False),
    ("Plan the workshop with the new technicians", 5, False),
    ("Talk about next year's targets", 19, False),
    ("Answer the question about Lumen Mobile", -20, True),
)


def add_desk(vendor_id: int, now: datetime) -> None:
    """Make them for the vendor served."""
    admin, manager = (acting(vendor_id, email) for email in (ADMIN, MANAGER))
    with clock.freeze(now - timedelta(days=60)), transaction():
        applications.set_form(
            admin, is_open=True, intro="You know your customers, we know our product: let us work together."
        )
        lay_out_onboarding(admin)
    for company, website, country, name, email, message, days, is_confirmed in APPLICANTS:
        with clock.freeze(now - timedelta(days=days)), transaction():
            applications.apply(
                system_actor(vendor_id), company=company, website=website, country=country,
                contact_name=name, email=email, message=message, answers={},
            )  # fmt: skip
            if is_confirmed:
                applications.confirm_application(system_actor(vendor_id), _mailed_token(email))
    with clock.freeze(now - timedelta(days=26)), transaction():
        _approve(admin, APPLICANTS[0][0])
    with clock.freeze(now - timedelta(days=30)), transaction():
        _look_after(manager)


def _approve(admin: Actor, company: str) -> None:
    """Make an applicant a partner in onboarding; the call has been had, its people have not joined yet."""
    application = db.session.scalars(
        select(PartnerApplication).where(PartnerApplication.company == company)
    ).one()
    partnership = applications.approve_application(
        admin, application, name=company, type=PartnershipType.VAR, region="West",
        manager_id=admin.user_public_id,
    )  # fmt: skip
    begin_plan(admin, partnership)
    call = db.session.scalars(select(Milestone).where(Milestone.title == "Introductory call")).one()
    tick_milestone(admin, call, is_done=True)


def _mailed_token(email: str) -> str:
    """The token of the link in the newest mail to an address."""
    bodies = select(OutgoingMail.body).where(OutgoingMail.recipient == email).order_by(OutgoingMail.id.desc())
    found = re.search(r"/apply/confirm/(\S+)", db.session.scalars(bodies).first() or "")
    assert found is not None
    return found[1]


def _look_after(manager: Actor) -> None:
    company = db.session.scalars(select(Partnership).where(Partnership.name == COMPANY)).one()
    today = today_of(manager) + timedelta(days=30)
    assert manager.user_public_id is not None
    for title, days, is_done in TASKS:
        task = desk.add_task(
            manager,
            company,
            title=title,
            owner_id=manager.user_public_id,
            due_on=today + timedelta(days=days),
        )
        if is_done:
            desk.finish_task(manager, task, is_done=True)
    desk.add_note(
        manager, company, body="Zoë prefers to be called before noon. The second technician starts in spring."
    )
    desk.add_contact(
        manager, company, name="Ingrid Sol", function="Accounts", email="accounts@brightpath.example",
        phone="+1 555 0100",
    )  # fmt: skip
