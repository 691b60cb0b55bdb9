"""What people can be reminded of by hand: overdue courses, certificates about to expire."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from prm.access import Actor, visible
from prm.accounts.models import Membership, User
from prm.accounts.queries import is_current
from prm.certification.models import Certificate, Certification
from prm.certification.queries.certificates import is_renewed
from prm.certification.validity import EXPIRING_DAYS
from prm.extensions import db
from prm.infra import clock
from prm.notifications.models import Kind, Notification
from prm.partners.models import Partnership, PartnershipStatus
from prm.permissions import P, Reach
from prm.training.models import Course, Enrolment
from prm.training.queries.learning import OPEN, is_latest
from prm.vendors.models import Vendor


class What(StrEnum):
    OVERDUE = "overdue"
    EXPIRING = "expiring"


_Reminded = aliased(Notification)


def today_of(actor: Actor) -> date:
    """Today in the vendor's zone: what is due and expires is counted in it."""
    return clock.today(db.session.get_one(Vendor, actor.vendor_id).time_zone)


def select_items(actor: Actor, what: What, today: date) -> Select[Any]:
    """(the enrolment or certificate, User, company, title, opened_id, on) of people within reach today,
    but for the actor: `opened_id` is the public id of what a reminder opens."""
    if what is What.OVERDUE:
        return _joined(
            select(
                Enrolment, User, Partnership.name.label("company"),
                Course.title.label("title"), Course.public_id.label("opened_id"),
                Enrolment.due_on.label("on"),
            )
            .join(Course, Course.id == Enrolment.course_id)
            .where(Enrolment.status.in_(OPEN), Enrolment.due_on < today, is_latest()),
            Enrolment,
            actor,
        )  # fmt: skip
    return _joined(
        select(
            Certificate, User, Partnership.name.label("company"),
            Certification.name.label("title"), Certificate.public_id.label("opened_id"),
            Certificate.expires_on.label("on"),
        )
        .join(Certification, Certification.id == Certificate.certification_id)
        .where(
            Certificate.revoked_at.is_(None),
            Certificate.expires_on.between(today, today + timedelta(days=EXPIRING_DAYS)),
            ~is_renewed(),
        ),
        Certificate,
        actor,
    )  # fmt: skip


def key_of(what: What) -> Any:
    return Enrolment if what is What.OVERDUE else Certificate


def _joined(statement: Select[Any], entity: Any, actor: Actor) -> Select[Any]:
    return (
        statement.join(User, User.id == entity.user_id)
        .outerjoin(Partnership, Partnership.id == entity.partnership_id)
        .where(User.is_active, User.id != actor.user_id, entity.user_id.in_(_people(actor)))
    )


def _people(actor: Actor) -> Select[Any]:
    """Keys of the people within reach today; the vendor's own staff with ALL alone."""
    companies = visible(select(Partnership.partner_id), actor, P.PEOPLE_REMIND, Partnership).where(
        Partnership.partner_id.is_not(None), Partnership.status != PartnershipStatus.ENDED
    )
    belongs = Membership.partner_id.in_(companies)
    if actor.reach(P.PEOPLE_REMIND) is Reach.ALL:
        belongs = or_(belongs, Membership.vendor_id == actor.vendor_id)
    return select(Membership.user_id).where(belongs, is_current())


def reminder_key(subject_id: object, today: date) -> str:
    """Names the reminder of one thing on one day: nobody is reminded of it twice that day."""
    return f"reminded:{subject_id}:{today}"


def list_reminded(subject_ids: list[Any], today: date) -> set[Any]:
    """Which of the things (by public id) somebody was reminded of today."""
    keys = {reminder_key(each, today): each for each in subject_ids}
    found = db.session.scalars(
        select(_Reminded.key).where(_Reminded.kind == Kind.REMINDED, _Reminded.key.in_(keys))
    )
    return {keys[key] for key in found}


def count_reminded(what: What, items: Select[Any], today: date) -> int:
    """How many of `items` (see select_items) somebody was reminded of today."""
    keys = db.session.scalars(
        select(_Reminded.key).distinct().where(
            _Reminded.kind == Kind.REMINDED, _Reminded.key.startswith("reminded:", autoescape=True),
            _Reminded.key.endswith(f":{today}"),
        )
    )  # fmt: skip
    ids = [UUID(key.split(":")[1]) for key in keys]
    entity, found = key_of(what), 0
    for start in range(0, len(ids), 1000):
        some = items.where(entity.public_id.in_(ids[start : start + 1000])).with_only_columns(entity.id)
        found += db.session.scalar(select(func.count()).select_from(some.subquery())) or 0
    return found


def list_companies(actor: Actor, limit: int = 200) -> list[tuple[str, str]]:
    """(public id, name) of the companies within reach, by name."""
    rows = db.session.execute(
        visible(select(Partnership.public_id, Partnership.name), actor, P.PEOPLE_REMIND, Partnership)
        .where(Partnership.status != PartnershipStatus.ENDED, Partnership.partner_id.is_not(None))
        .order_by(Partnership.name_folded, Partnership.id)
        .limit(limit)
    )
    return [(str(public_id), name) for public_id, name in rows]
