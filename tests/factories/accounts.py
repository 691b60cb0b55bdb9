"""Sign-ins, resets and invitations as people make them: through pages and mails."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from prm.accounts.models import Membership, User
from prm.accounts.services import add_membership
from prm.accounts.services.invitations import invite as invite_person
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.partners.models import Partnership
from prm.partners.services import open_partner_account
from prm.permissions import Role
from tests.factories.world import PASSWORD, PartnershipRef, UserRef, VendorRef, World
from tests.servers import SmtpSink

T = TypeVar("T")


def sign_in(
    client: FlaskClient, email: str, password: str = PASSWORD, *, origin: str = "127.0.0.1", **fields: str
) -> TestResponse:
    """Post the form; after a success the client goes on with a token of its new session."""
    answer = client.post(
        "/accounts/sign-in",
        data={"email": email, "password": password, **fields},
        environ_base={"REMOTE_ADDR": origin},
    )
    if answer.status_code == 303:
        is_half = answer.location.startswith("/accounts/sign-in/code")
        take_token(client, "/accounts/sign-in/code" if is_half else "/accounts/profile")
    return answer


def take_token(client: FlaskClient, page: str = "/accounts/profile") -> None:
    """Go on with the CSRF token that the client's session has now."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert found
    client.environ_base["HTTP_X_CSRFTOKEN"] = found.group(1)


def is_signed_in(client: FlaskClient) -> bool:
    """Whether the client still reaches what needs a sign-in."""
    status = client.get("/accounts/profile").status_code
    assert status in (200, 302), status
    return status == 200


def link_of(mail: SmtpSink, address: str) -> str:
    """The path in the newest mail to an address."""
    text = mail.mails_to(address)[-1].text
    found = re.search(r"http://localhost(/accounts/\S+)", text)
    assert found, text
    return found.group(1)


def invite(
    world: World,
    vendor: VendorRef,
    inviter: UserRef,
    *,
    email: str,
    role: Role,
    partnership: PartnershipRef | None = None,
) -> None:
    with world.acting(vendor, inviter) as actor, transaction():
        company = None
        if partnership is not None:
            company = db.session.scalars(select(Partnership).where(Partnership.id == partnership.id)).one()
        invite_person(actor, email=email, name="Nora New", role=role, company=company)


def membership_of(world: World, user: UserRef) -> Membership:
    """The newest membership of a person, whatever vendor it counts with."""
    with world.app.app_context():
        statement = select(Membership).where(Membership.user_id == user.id).order_by(Membership.id.desc())
        found = db.session.scalars(statement.limit(1)).one()
        db.session.expunge(found)
        return found


def join(world: World, user: UserRef, to: PartnershipRef | VendorRef) -> None:
    """Give somebody one more membership: a member of a partner, an administrator of a vendor."""
    if isinstance(to, VendorRef):
        with world.acting(to) as actor, transaction():
            person = db.session.get_one(User, user.id)
            add_membership(actor, person, Role.VENDOR_ADMIN, vendor_id=to.id)
        return
    with world.acting(to.vendor) as actor, transaction():
        partner_id = open_partner_account(actor, db.session.get_one(Partnership, to.id))
        person = db.session.get_one(User, user.id)
        add_membership(actor, person, Role.PARTNER_MEMBER, partner_id=partner_id)


def transfer(world: World, vendor: VendorRef, user: UserRef, to: PartnershipRef) -> None:
    """End what a person is at a vendor's partner, and make them a member of another one."""
    with world.acting(vendor), transaction():
        membership = db.session.scalars(
            select(Membership).where(Membership.user_id == user.id, Membership.ended_at.is_(None))
        ).one()
        membership.ended_at = clock.now()
    join(world, user, to)


def at_once(count: int, act: Callable[[int], T]) -> list[T]:
    """What `count` threads got that all began at the same moment."""
    barrier = Barrier(count)

    def run(number: int) -> T:
        barrier.wait(30)
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def confirm(client: FlaskClient, password: str = PASSWORD) -> TestResponse:
    """Prove again who one is, as sensitive acts ask for."""
    return client.post("/accounts/confirm", data={"current": password})
