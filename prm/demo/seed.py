"""Making the demo world: one vendor after the other, each from its first day to today."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from prm.access import system_actor
from prm.accounts import services as accounts
from prm.certification.accreditation.services import look_at_today
from prm.demo.aims import add_aims
from prm.demo.assessment import add_assessment
from prm.demo.audits import add_audits
from prm.demo.content import FJORD, LUMEN
from prm.demo.desk import add_desk
from prm.demo.drafts import leave_drafts
from prm.demo.people import PASSWORD, SIGN_INS
from prm.demo.vendor_world import VendorWorld
from prm.demo.workshop import add_workshop
from prm.infra import clock
from prm.infra.db import serve_vendor, transaction
from prm.permissions import Role

Progress = Callable[[str], None]
YEARS = timedelta(days=2 * 365)


def seed_demo(seed: int = 7, tell: Progress = lambda _line: None) -> None:
    """Make both vendors' worlds up to now. Raises DomainError where they exist already."""
    now = clock.now().replace(microsecond=0)
    start = (now - YEARS).replace(hour=9, minute=0, second=0)
    shared: dict[str, int] = {}
    for text in (LUMEN, FJORD):
        world = VendorWorld(text, random.Random(f"{seed}-{text.slug}"), start, now, shared)
        world.found()
        with serve_vendor(world.vendor_id):
            world.set_up()
            month = 0
            for day, _left in world.history.play():
                if day.month != month:
                    month = day.month
                    tell(f"{text.name}: {day:%Y-%m}")
            look_at_today(system_actor(world.vendor_id))
            add_aims(world.admin, text.name, now)
            if text is LUMEN:
                add_audits(world.vendor_id, now)
                add_desk(world.vendor_id, now)
                add_assessment(world.vendor_id, now, seed)
                add_workshop(world.vendor_id, now)
                leave_drafts(world.vendor_id, now)
    add_operator(start)


def add_operator(start: datetime) -> None:
    with clock.freeze(start), transaction():
        for person in SIGN_INS:
            if person.role is Role.OPERATOR:
                actor = system_actor(None)
                user = accounts.create_user(
                    actor, email=person.email, name=person.name, password=PASSWORD, locale=person.locale
                )
                accounts.add_membership(actor, user, Role.OPERATOR)
