"""Two vendors, acme and globex, full of rows of every table, every text with its canary.

At each: staff of every role, a channel manager for region West alone, partner A in West, partner B
in East, and partner C, a company that works with both vendors. Names that the portal looks things
up by (regions, the product "Twin"…) are the same at both vendors, so that a lookup which forgets
whose they are finds two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import insert, select

from prm.access import system_actor
from prm.accounts import services as accounts
from prm.accounts import sessions
from prm.accounts.models import (
    Invitation,
    JobFunction,
    MailStatus,
    Membership,
    MembershipRole,
    OutgoingMail,
    PasswordReset,
    SignInFailure,
    User,
)
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.ids import token_hash
from prm.lists.models import SavedView
from prm.partners import services as partners
from prm.partners.models import Partnership, PartnershipAlias
from prm.permissions import Role
from prm.vendors.models import FormerSlug
from tests.access import rows
from tests.access.account_rows import leave_traces, let_look, prove_all
from tests.access.audits import fill_audits
from tests.access.canaries import token
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.world import PASSWORD

SLUGS = {"ACME": "acme", "GLOBEX": "globex"}
REGIONS = {"PA": "West", "PB": "East", "PC": "East"}
# Random as far as anybody knows; the world's builder knows them.
SHARED = "shared@example.com"
LINK = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"


@dataclass(frozen=True)
class Thing:
    """A row that a URL or a form can name."""

    id: int
    public_id: UUID | str


@dataclass
class Tenant:
    """One vendor of the two, its people by role and its things by name ("asset", "PA.deal")."""

    name: str
    vendor: VendorRef
    leaver: UserRef  # who worked here once
    people: dict[str, UserRef] = field(default_factory=dict)
    partnerships: dict[str, PartnershipRef] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        return self.vendor.slug

    def token(self, kind: str, owner: str = "ALL") -> str:
        return token(self.name, owner, kind)

    def keep(self, name: str, row: Any) -> Any:
        self.things[name] = Thing(row.id, row.public_id)
        return row


@dataclass
class TwoVendors:
    """Both tenants, the people of neither, and what signs each of them in."""

    acme: Tenant
    globex: Tenant
    operator: UserRef
    dual: UserRef
    both: UserRef  # a plain member of the company that works with both
    cookies: dict[int, str] = field(default_factory=dict)

    @property
    def tenants(self) -> tuple[Tenant, Tenant]:
        return self.acme, self.globex

    def reader(self, address: str) -> tuple[str, frozenset[str]]:
        """As whom somebody reads a mail, and at which vendors; a newcomer knows nothing yet."""
        for tenant in self.tenants:
            for key, person in tenant.people.items():
                if person.email.lower() == address.lower():
                    return key, frozenset({tenant.name})
        if address in {self.dual.email, self.both.email}:
            role = "dual" if address == self.dual.email else "both"
            return role, frozenset({"ACME", "GLOBEX"})
        return ("operator" if address == self.operator.email else "newcomer"), frozenset()

    def person(self, role: str, tenant: Tenant) -> UserRef | None:
        """Who has `role` at `tenant`; None is nobody."""
        if role == "anon":
            return None
        if role == "operator":
            return self.operator
        if role in {"dual", "both"}:
            return self.dual if role == "dual" else self.both
        return tenant.people[role]


def build(app: Flask) -> TwoVendors:
    world = World(app)
    tenants = {name: _tenant(world, name) for name in SLUGS}
    operator = world.user(
        Role.OPERATOR, name="Olga Operator", email="operator@example.com", password=PASSWORD
    )
    two = TwoVendors(tenants["ACME"], tenants["GLOBEX"], operator, *_work_with_both(world, tenants))
    keyless = world.vendor("keyless", name="Keyless Corporation")
    for tenant in two.tenants:
        tenant.things["keyless_vendor"] = Thing(keyless.id, keyless.public_id)
        rows.fill(world, tenant)
        fill_audits(world, tenant)
        _leave_traces(world, tenant, two.both)
        _keep_view(world, tenant, two.dual)
    _open_sessions(app, two)
    return two


def _tenant(world: World, name: str) -> Tenant:
    slug = SLUGS[name]
    vendor = world.vendor(slug, name=f"{name.title()} Corporation")
    leaver = world.user(
        Role.CONTENT_AUTHOR, vendor=vendor, name=f"Leaver of {name}", email=f"leaver-{slug}@example.com"
    )
    tenant = Tenant(name, vendor, leaver)
    tenant.things["vendor"] = Thing(vendor.id, vendor.public_id)
    say = tenant.token
    for owner, region in REGIONS.items():
        tenant.partnerships[owner] = world.partnership(
            vendor, say("COMPANY", owner), region=region, external_id=f"{say('COMPANY', owner)}-1",
            manager_name=f"{say('STAFF')} of {say('COMPANY', owner)}",
        )  # fmt: skip
        tenant.names[f"{owner}.partnership"] = say("COMPANY", owner)
        tenant.things[f"{owner}.partnership"] = Thing(
            tenant.partnerships[owner].id, tenant.partnerships[owner].public_id
        )

    def person(key: str, role: Role, title: str, **details: Any) -> None:
        email = f"{title}-{key}@example.com".lower()
        tenant.people[key] = world.user(
            role, name=f"{key.title()} {title}", email=email, password=PASSWORD, **details
        )
        tenant.things[f"user.{key}"] = Thing(tenant.people[key].id, tenant.people[key].public_id)
        tenant.names[f"user.{key}"] = email

    staff = say("STAFF")
    person("admin", Role.VENDOR_ADMIN, staff, vendor=vendor)
    person("admin2", Role.VENDOR_ADMIN, staff, vendor=vendor)
    person("manager", Role.CHANNEL_MANAGER, staff, vendor=vendor)
    person("west", Role.CHANNEL_MANAGER, staff, vendor=vendor, region_names=("West",))
    person("author", Role.CONTENT_AUTHOR, staff, vendor=vendor)
    person("exec", Role.EXECUTIVE, staff, vendor=vendor)
    # Nobody whom the oracles know: somebody else's member of staff, to be invited here too.
    world.user(Role.CONTENT_AUTHOR, vendor=vendor, name=f"Guest {staff}", email=f"guest-{slug}@example.com")
    sales = (JobFunction.SALES,)
    a, b = tenant.partnerships["PA"], tenant.partnerships["PB"]
    person("padmin", Role.PARTNER_ADMIN, say("BOSS", "PA"), partnership=a, job_functions=sales)
    person("padmin2", Role.PARTNER_ADMIN, say("BOSS", "PA"), partnership=a)
    person("member", Role.PARTNER_MEMBER, say("MEMBER", "PA"), partnership=a, job_functions=sales)
    person("mate", Role.PARTNER_MEMBER, say("MATE", "PA"), partnership=a, job_functions=sales)
    person("boss_b", Role.PARTNER_ADMIN, say("BOSS", "PB"), partnership=b)
    person("mate_b", Role.PARTNER_MEMBER, say("MATE", "PB"), partnership=b)
    # They look at the portal as a partner's person does: what they may see themselves, and may not.
    person("looks", Role.CHANNEL_MANAGER, staff, vendor=vendor)
    person("looks_west", Role.CHANNEL_MANAGER, staff, vendor=vendor, region_names=("West",))
    person("looks_gone", Role.CHANNEL_MANAGER, staff, vendor=vendor)
    return tenant


def _work_with_both(world: World, tenants: dict[str, Tenant]) -> tuple[UserRef, UserRef]:
    """Partner C's administrator and a member, who reach both vendors; one person for each alone."""
    first, second = (tenants[name].partnerships["PC"] for name in SLUGS)
    dual = world.user(
        Role.PARTNER_ADMIN, partnership=first, name="Dora Dual", email="dual@example.com", password=PASSWORD
    )
    with world.acting(first.vendor):
        row = db.session.get(Partnership, first.id)
        assert row is not None and row.partner_id is not None
        company = row.partner_id
    with world.acting(second.vendor) as actor, transaction():
        other = db.session.get(Partnership, second.id)
        assert other is not None
        partners.link_partnership(actor, other, company)
    for tenant in tenants.values():
        title = tenant.token("LOCAL", "PC")
        with world.acting(tenant.vendor) as actor, transaction():
            user = accounts.create_user(
                actor, email=f"{title}@example.com".lower(), name=f"Local {title}", password=None
            )
            accounts.add_membership(
                actor, user, Role.PARTNER_MEMBER, partner_id=company, at_vendor_id=tenant.vendor.id
            )
            tenant.people["local"] = UserRef(user.id, user.public_id, user.email, user.name)
            # An administrator there for this vendor alone.
            words = f"Chief {title}"
            chief = accounts.create_user(
                actor, email=f"chief-{title}@example.com".lower(), name=words, password=None
            )
            accounts.add_membership(
                actor, chief, Role.PARTNER_ADMIN, partner_id=company, at_vendor_id=tenant.vendor.id
            )
            tenant.people["local_admin"] = UserRef(chief.id, chief.public_id, chief.email, chief.name)
    both = world.user(Role.PARTNER_MEMBER, partnership=first, name="Bo Both", email="both@example.com")
    return dual, both


def _keep_view(world: World, tenant: Tenant, dual: UserRef) -> None:
    """Who works with both vendors keeps lists at each: none shows at the other."""
    with world.acting(tenant.vendor), transaction() as session:
        session.add(
            SavedView(
                user_id=dual.id, endpoint="partners.index", name=tenant.token("LOCAL", "PC"),
                query="status=active", created_at=clock.now(),
            )
        )  # fmt: skip


def _leave_traces(world: World, tenant: Tenant, both: UserRef) -> None:
    """What accounts keep beside people: memberships to name, invitations, resets, mails, old slugs."""
    now, vendor = clock.now(), tenant.vendor
    with world.acting(vendor), transaction() as session:
        for key, user in tenant.people.items():
            membership = session.scalars(select(Membership).where(Membership.user_id == user.id)).one()
            tenant.keep(f"membership.{key}", membership)
        tenant.keep(
            "membership.both", session.scalars(select(Membership).where(Membership.user_id == both.id)).one()
        )
        for who in (tenant.leaver, tenant.people["looks_gone"]):
            left = session.scalars(select(Membership).where(Membership.user_id == who.id)).one()
            left.started_at, left.ended_at = now - timedelta(days=90), now - timedelta(days=9)
        former = accounts.create_user(
            system_actor(vendor.id),
            email=f"former-{tenant.token('MATE', 'PB')}@example.com".lower(),
            name=f"Former {tenant.token('MATE', 'PB')}",
            password=None,
        )
        session.flush()
        of_b = session.scalars(
            select(Membership).where(Membership.user_id == tenant.people["mate_b"].id)
        ).one()
        ended = Membership(
            user_id=former.id, partner_id=of_b.partner_id, role=MembershipRole.PARTNER_MEMBER,
            job_functions=[], region_names=[], started_at=now - timedelta(days=90),
            ended_at=now - timedelta(days=9),
        )  # fmt: skip
        session.add(ended)
        session.flush()
        tenant.keep("membership.former", ended)
        for number, (key, owner, role) in enumerate(
            [
                ("invitation", "ALL", MembershipRole.CONTENT_AUTHOR),
                ("PA.invitation", "PA", MembershipRole.PARTNER_MEMBER),
                ("PB.invitation", "PB", MembershipRole.PARTNER_MEMBER),
                ("shared_invitation", "ALL", MembershipRole.CONTENT_AUTHOR),
                ("waiting_invitation", "ALL", MembershipRole.CONTENT_AUTHOR),
            ]
        ):
            title = tenant.token("STAFF") if owner == "ALL" else tenant.token("INVITE", owner)
            company = tenant.partnerships.get(owner)
            # Both vendors have invited the same address; one each invited another without a canary.
            plain = {"shared_invitation": SHARED, "waiting_invitation": f"waits-{tenant.slug}@example.com"}
            row = Invitation(
                token_hash=token_hash(link(tenant, number)),
                email=plain.get(key, f"new-{title}@example.com".lower()),
                name=f"New {title}", role=role, vendor_id=vendor.id,
                partnership_public_id=company.public_id if company else None,
                company_name=company.name if company else None,
                invited_by_id=tenant.people["admin"].id, created_at=now,
                expires_at=now + timedelta(days=5),
            )  # fmt: skip
            session.add(row)
            session.flush()
            tenant.keep(key, row)
            tenant.things[key.replace("invitation", "link")] = Thing(row.id, link(tenant, number))
        # Sent by somebody who works with both vendors: each vendor's are its own business.
        words = tenant.token("INVITE", "PC")
        session.add(
            Invitation(
                token_hash=token_hash(link(tenant, 7)), email=f"from-both-{tenant.slug}@example.com",
                name=f"New {words}", role=MembershipRole.PARTNER_MEMBER, vendor_id=vendor.id,
                partnership_public_id=tenant.partnerships["PC"].public_id,
                company_name=tenant.partnerships["PC"].name, invited_by_id=both.id, created_at=now,
                expires_at=now + timedelta(days=5),
            )
        )  # fmt: skip
        tenant.things["reset_link"] = Thing(0, link(tenant, 8))
        leave_traces(session, tenant, now, link(tenant, 7))
        session.add_all(
            [
                PasswordReset(
                    token_hash=token_hash(link(tenant, 8)), user_id=tenant.people["member"].id,
                    created_at=now, expires_at=now + timedelta(hours=1), mailed_at=now,
                ),
                OutgoingMail(
                    vendor_id=vendor.id, recipient=tenant.people["mate"].email, status=MailStatus.FAILED,
                    subject=tenant.token("MAIL"), body=tenant.token("MAIL"), created_at=now,
                    next_attempt_at=now,
                ),
                SignInFailure(subject_hash=token_hash(tenant.name), at=now),
                FormerSlug(slug=f"old-{tenant.slug}", vendor_id=vendor.id),
            ]
        )  # fmt: skip
        session.execute(
            insert(PartnershipAlias),
            [
                {"partnership_id": ref.id, "value": tenant.token("COMPANY", owner) + " alias",
                 "value_folded": f"alias {owner}"}
                for owner, ref in tenant.partnerships.items()
            ],
        )  # fmt: skip


def link(tenant: Tenant, number: int) -> str:
    """The secret of a link that a mail carried."""
    return f"{tenant.name}{number}{LINK}"[:43]


def _open_sessions(app: Flask, two: TwoVendors) -> None:
    """One sign-in for each person, part of the world: putting it back ends none of them."""
    everybody = [two.operator, two.dual, two.both, *(p for t in two.tenants for p in t.people.values())]
    with app.app_context(), transaction() as session:
        for person in everybody:
            user = session.get_one(User, person.id)
            two.cookies[person.id] = sessions.open_session(user, "Firefox").token
        prove_all(session)
        for tenant in two.tenants:
            for looks, seen in {"looks": "padmin", "looks_west": "boss_b", "looks_gone": "padmin"}.items():
                let_look(session, tenant, looks, seen)
