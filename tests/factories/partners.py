"""Applications, agreements and what else hangs on partnerships, made as people make them."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from prm.access import Actor
from prm.extensions import db
from prm.infra import clock, form_timing
from prm.infra.db import transaction
from prm.infra.ids import token_hash
from prm.onboarding import queries as onboarding_queries
from prm.onboarding import services as onboarding
from prm.onboarding.steps import Step
from prm.partners.models import PartnerApplication
from prm.partners.services import agreements, applications
from tests.factories.world import VendorRef, World


def open_form(world: World, vendor: VendorRef, *, is_open: bool = True) -> None:
    """Let companies apply to a vendor, or no more."""
    with world.acting(vendor) as actor, transaction():
        applications.set_form(actor, is_open=is_open, intro="")


def opened(world: World, vendor: VendorRef, age: timedelta) -> str:
    """The note of a form that was opened some time ago."""
    with clock.freeze(clock.now() - age):
        return form_timing.sign_opening(str(world.app.secret_key), f"apply {vendor.public_id}")


def typed_application(world: World, vendor: VendorRef, **changes: str) -> dict[str, str]:
    return {
        "company": "Newcomer Ltd", "website": "https://www.newcomer.example/", "country": "DE",
        "contact_name": "Nina New", "email": "nina@newcomer.example", "message": "We sell robots.",
        "opened": opened(world, vendor, timedelta(minutes=1)), **changes,
    }  # fmt: skip


def apply(
    world: World,
    vendor: VendorRef,
    *,
    company: str = "Newcomer Ltd",
    email: str = "nina@newcomer.example",
    locale: str = "en",
) -> UUID:
    """A confirmed application; its public id."""
    open_form(world, vendor)
    anybody = Actor(vendor_id=vendor.id, locale=locale)
    with world.acting(vendor), transaction():
        made = applications.apply(
            anybody, company=company, website=email.partition("@")[2], country="DE",
            contact_name="Nina New", email=email, message="", answers={},
        )  # fmt: skip
        made.token_hash = token_hash(f"known {email}")
    with world.acting(vendor), transaction():
        confirmed = applications.confirm_application(anybody, f"known {email}")
        assert confirmed is not None
        return db.session.scalars(
            select(PartnerApplication.public_id).where(PartnerApplication.id == confirmed.id)
        ).one()


def publish_agreement(world: World, vendor: VendorRef, *, effective_on: date | None = None) -> UUID:
    """The next version of the agreement, in force today unless told otherwise; its public id."""
    with world.acting(vendor) as actor, transaction():
        return agreements.publish_agreement(
            actor, title="Terms", body="Be kind.", effective_on=effective_on or clock.today("UTC")
        ).public_id


def make_template(world: World, vendor: VendorRef, *steps: Step) -> None:
    """The vendor's onboarding template, of these steps more."""
    with world.acting(vendor) as actor, transaction():
        for step in steps:
            newest = onboarding_queries.find_template(actor)
            onboarding.add_step(actor, step, number=newest.number if newest else 0)
