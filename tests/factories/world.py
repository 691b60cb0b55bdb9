"""Vendors, people, partnerships, and clients signed in as them.

References are plain values: they stay good across application contexts. Every block of `acting`
is a context of its own, so nothing one request loaded is answered to the next.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from prm.access import Actor, system_actor
from prm.accounts import services as accounts
from prm.accounts import sessions
from prm.accounts.models import JobFunction, User
from prm.extensions import db
from prm.infra.db import serve_vendor, transaction
from prm.partners import services as partners
from prm.partners.actors import find_actor
from prm.partners.models import Partnership
from prm.permissions import Role
from prm.vendors import services as vendors
from prm.vendors.models import Vendor

PASSWORD = "a long enough passphrase"
SYSTEM = system_actor(None)


@dataclass(frozen=True)
class VendorRef:
    id: int
    public_id: UUID
    slug: str


@dataclass(frozen=True)
class PartnershipRef:
    id: int
    public_id: UUID
    vendor: VendorRef
    name: str


@dataclass(frozen=True)
class UserRef:
    id: int
    public_id: UUID
    email: str
    name: str


class World:
    """Builds what a test needs and signs clients in."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._numbers = count(1)

    def vendor(self, slug: str = "acme", **settings: str) -> VendorRef:
        with self.app.app_context(), transaction():
            vendor = vendors.create_vendor(
                SYSTEM, slug=slug, name=settings.pop("name", slug.title()), **settings
            )
            return VendorRef(vendor.id, vendor.public_id, vendor.slug)

    def partnership(self, vendor: VendorRef, name: str = "Northwind", **details: object) -> PartnershipRef:
        with self.acting(vendor) as actor, transaction():
            made = partners.create_partnership(actor, name=name, **details)  # type: ignore[arg-type]
            return PartnershipRef(made.id, made.public_id, vendor, made.name)

    def user(
        self,
        role: Role,
        *,
        vendor: VendorRef | None = None,
        partnership: PartnershipRef | None = None,
        name: str = "",
        email: str = "",
        job_functions: tuple[JobFunction, ...] = (),
        region_names: tuple[str, ...] = (),
        password: str | None = None,
        locale: str | None = None,
    ) -> UserRef:
        """A person with one membership; without a password they are signed in by `client` only."""
        number = next(self._numbers)
        name = name or f"{role.value.replace('_', ' ').title()} {number}"
        email = email or f"{role.value}-{number}@example.com"
        place = partnership.vendor if partnership else vendor
        with self.app.app_context(), serve_vendor(place.id if place else None), transaction():
            actor = system_actor(place.id if place else None)
            user = accounts.create_user(actor, email=email, name=name, password=password, locale=locale)
            partner_id = None
            if partnership:
                row = db.session.scalars(select(Partnership).where(Partnership.id == partnership.id)).one()
                partner_id = partners.open_partner_account(actor, row)
            accounts.add_membership(
                actor,
                user,
                role,
                vendor_id=vendor.id if vendor and not partnership else None,
                partner_id=partner_id,
                job_functions=job_functions,
                region_names=region_names,
            )
            return UserRef(user.id, user.public_id, user.email, user.name)

    @contextmanager
    def acting(self, vendor: VendorRef, user: UserRef | None = None) -> Iterator[Actor]:
        """An application context that serves `vendor`, and the actor: `user` there, or the system."""
        with self.app.app_context(), serve_vendor(vendor.id):
            if user is None:
                yield system_actor(vendor.id)
                return
            account = db.session.get(User, user.id)
            assert account is not None
            signed_in = sessions.SignedIn(
                account.id, account.public_id, account.name, account.email, account.locale,
                account.time_zone, "",
            )  # fmt: skip
            place = db.session.get(Vendor, vendor.id)
            assert place is not None
            actor = find_actor(signed_in, place)
            assert actor is not None, f"{user.name} has no membership there"
            yield actor

    def client(self, user: UserRef | None = None) -> FlaskClient:
        """A browser-like client, signed in as `user`, that sends a valid CSRF token with every call."""
        client = self.app.test_client()
        raw = secrets.token_hex(20)
        token = None
        if user is not None:
            with self.app.app_context(), transaction():
                account = db.session.get(User, user.id)
                assert account is not None
                token = sessions.open_session(account).token
        with client.session_transaction() as session:
            session["csrf_token"] = raw
            if token is not None:
                session["_user_id"] = token
                session["_fresh"] = True
        serializer = URLSafeTimedSerializer(str(self.app.secret_key), salt="wtf-csrf-token")
        client.environ_base["HTTP_X_CSRFTOKEN"] = serializer.dumps(raw)
        return client
