"""One partnership's whole story: people and their standing, learning, material, deals, orders.

As of the end of a day in the vendor's zone. Each list is short and newest first; the pages behind
it hold the rest. A fixed number of queries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import defer

from prm.access import Actor
from prm.accounts.models import User
from prm.audits.queries.compliance import end_of_day, time_zone_of
from prm.certification.accreditation.models import Accreditation, AccreditationAward
from prm.certification.models import Certificate, Certification
from prm.certification.validity import Standing, standing_on
from prm.deals.models import OPEN_STAGES, Deal, DealStage
from prm.extensions import db
from prm.infra import clock
from prm.marketing.models import Asset, UsageEvent, UsageKind
from prm.partners import queries as partners
from prm.partners.models import Partnership
from prm.permissions import P
from prm.revenue.models import Order
from prm.training.models import Completion, Course, Enrolment
from prm.training.models.placement import PlacementCompletion

SHOWN = 8


@dataclass(frozen=True)
class PersonStanding:
    """Somebody of the partnership, and what they can prove on the date."""

    person: partners.Person
    valid: tuple[tuple[str, date | None, Standing], ...]  # certification, last valid day, what it is
    lapsed: tuple[tuple[str, date, Standing], ...]  # certification, day it expired or was revoked, and which
    completed: int
    overdue: int


@dataclass(frozen=True)
class Happening:
    """One entry of the timeline."""

    at: datetime
    kind: str  # completion, certificate, accredited, accreditation_ended, usage, deal_won, order
    what: str
    who: str = ""
    url_id: UUID | None = None
    amount_minor: int | None = None
    currency: str = ""
    is_by_placement: bool = False


@dataclass(frozen=True)
class Story:
    people: tuple[PersonStanding, ...]
    revenue_minor: int
    revenue_before_minor: int
    revenue_from: date  # the first of those 12 months
    orders: int
    currency: str
    open_deals: int
    won_deals: int
    usage: int
    top_assets: tuple[tuple[UUID, str, int], ...]
    timeline: tuple[Happening, ...]


def get_story(actor: Actor, partnership: Partnership, as_of: date) -> Story:
    """What is known of `partnership` on a date. Revenue is of the 12 months up to it, and before those.

    Money only for those who may see orders; otherwise zero and no entry.
    """
    end = end_of_day(actor, as_of)
    year_ago = as_of - timedelta(days=365)
    revenue, before, orders, currency = (0, 0, 0, "")
    open_deals = won_deals = 0
    happenings = _learning(partnership, end) + _usage(partnership, end)
    if actor.can(P.ACCREDITATION_VIEW):
        happenings += _accreditations(partnership, end)
    if actor.can(P.ORDER_VIEW):
        revenue, orders, currency = _revenue(partnership, year_ago, as_of)
        before, _count, _currency = _revenue(partnership, year_ago - timedelta(days=365), year_ago)
        happenings += _orders(actor, partnership, as_of)
    if actor.can(P.DEAL_VIEW):
        open_deals, won_deals = _deals(partnership, as_of, end)
    top = db.session.execute(
        select(Asset.public_id, Asset.title, func.count(UsageEvent.id))
        .join(UsageEvent, UsageEvent.asset_id == Asset.id)
        .where(UsageEvent.partnership_id == partnership.id, UsageEvent.at < end)
        .group_by(Asset.id, Asset.public_id, Asset.title)
        .order_by(func.count(UsageEvent.id).desc(), Asset.title)
        .limit(5)
    ).all()
    return Story(
        people=tuple(_people(actor, partnership, as_of, end)),
        revenue_minor=revenue,
        revenue_before_minor=before,
        revenue_from=year_ago + timedelta(days=1),
        orders=orders,
        currency=currency,
        open_deals=open_deals,
        won_deals=won_deals,
        usage=db.session.scalar(
            select(func.count(UsageEvent.id)).where(
                UsageEvent.partnership_id == partnership.id, UsageEvent.at < end
            )
        )
        or 0,
        top_assets=tuple((i, t, n) for i, t, n in top),
        timeline=tuple(sorted(happenings, key=lambda h: h.at, reverse=True)[: SHOWN * 2]),
    )


def _revenue(partnership: Partnership, after: date, until: date) -> tuple[int, int, str]:
    row = db.session.execute(
        select(func.sum(Order.amount_minor), func.count(Order.id), func.min(Order.currency)).where(
            Order.partnership_id == partnership.id, Order.ordered_on > after, Order.ordered_on <= until
        )
    ).one()
    return int(row[0] or 0), row[1], row[2] or ""


def _deals(partnership: Partnership, as_of: date, end: datetime) -> tuple[int, int]:
    """(open, won) by then. What closed since was open; when is the source's word, as with orders."""
    open_now = Deal.stage.in_(OPEN_STAGES)
    closed_since = Deal.closed_on > as_of
    row = db.session.execute(
        select(
            func.count(case((or_(open_now, closed_since), Deal.id))),
            func.count(
                case((and_(Deal.stage == DealStage.WON, ~func.coalesce(closed_since, False)), Deal.id))
            ),
        ).where(
            Deal.partnership_id == partnership.id,
            or_(Deal.registered_on <= as_of, and_(Deal.registered_on.is_(None), Deal.received_at < end)),
        )
    ).one()
    return int(row[0]), int(row[1])


def _people(actor: Actor, partnership: Partnership, as_of: date, end: datetime) -> list[PersonStanding]:
    people = partners.list_people(partnership.partner_id, end)
    ids = [p.user_id for p in people]
    zone = time_zone_of(actor)
    valid: dict[int, list[tuple[str, date | None, Standing]]] = {}
    lapsed: dict[int, list[tuple[str, date, Standing]]] = {}
    for user_id, name, certificate in db.session.execute(
        select(Certificate.user_id, Certification.name, Certificate)
        .options(defer(Certificate.facts))
        .join(Certification, Certification.id == Certificate.certification_id)
        .where(Certificate.user_id.in_(ids), Certificate.issued_on <= as_of)
        .order_by(Certification.name, Certificate.issued_on)
    ):
        revoked_at, expires_on = certificate.revoked_at, certificate.expires_on
        revoked_on = clock.to_zone(revoked_at, zone).date() if revoked_at else None
        stood = standing_on(certificate, as_of, revoked_on=revoked_on, renewed_on=certificate.renewed_on)
        if stood in {Standing.VALID, Standing.EXPIRING}:
            valid.setdefault(user_id, []).append((name, expires_on, stood))
        elif stood is not Standing.SUPERSEDED:
            on = revoked_on or expires_on or certificate.issued_on
            lapsed.setdefault(user_id, []).append((name, on, stood))
    done = _count_by_user(
        select(Completion.user_id, func.count(Completion.id))
        .where(Completion.user_id.in_(ids), Completion.completed_at < end)
        .group_by(Completion.user_id)
    )
    completed = select(Completion.id).where(
        Completion.user_id == Enrolment.user_id,
        Completion.course_id == Enrolment.course_id,
        Completion.completed_at < end,
    )
    overdue = _count_by_user(
        select(Enrolment.user_id, func.count(Enrolment.id))
        .where(
            Enrolment.user_id.in_(ids),
            Enrolment.due_on < as_of,
            Enrolment.assigned_at < end,
            ~completed.exists(),
        )
        .group_by(Enrolment.user_id)
    )
    standings = []
    for person in people:
        held = valid.get(person.user_id, [])
        names = {each[0] for each in held}
        gone = [each for each in lapsed.get(person.user_id, []) if each[0] not in names]
        standings.append(
            PersonStanding(
                person,
                tuple(held),
                tuple(gone),
                done.get(person.user_id, 0),
                overdue.get(person.user_id, 0),
            )
        )
    return standings


def _count_by_user(statement: Any) -> dict[int, int]:
    return dict(db.session.execute(statement).all())


def _learning(partnership: Partnership, end: datetime) -> list[Happening]:
    completions = db.session.execute(
        select(Completion.completed_at, Course.title, User.name, PlacementCompletion.id)
        .join(Course, Course.id == Completion.course_id)
        .join(User, User.id == Completion.user_id)
        .outerjoin(PlacementCompletion, PlacementCompletion.completion_id == Completion.id)
        .where(Completion.partnership_id == partnership.id, Completion.completed_at < end)
        .order_by(Completion.completed_at.desc())
        .limit(SHOWN)
    )
    certificates = db.session.execute(
        select(Certificate.issued_at, Certification.name, User.name, Certificate.public_id)
        .join(Certification, Certification.id == Certificate.certification_id)
        .join(User, User.id == Certificate.user_id)
        .where(Certificate.partnership_id == partnership.id, Certificate.issued_at < end)
        .order_by(Certificate.issued_at.desc())
        .limit(SHOWN)
    )
    return [
        *(
            Happening(at, "completion", title, name, is_by_placement=placed is not None)
            for at, title, name, placed in completions
        ),
        *(Happening(at, "certificate", title, name, public) for at, title, name, public in certificates),
    ]


def _accreditations(partnership: Partnership, end: datetime) -> list[Happening]:
    rows = db.session.execute(
        select(
            AccreditationAward.awarded_at, AccreditationAward.ended_at, Accreditation.name,
            AccreditationAward.public_id,
        )
        .join(Accreditation, Accreditation.id == AccreditationAward.accreditation_id)
        .where(AccreditationAward.partnership_id == partnership.id, AccreditationAward.awarded_at < end)
        .order_by(AccreditationAward.id.desc())
        .limit(SHOWN)
    ).all()  # fmt: skip
    return [
        *(Happening(began_at, "accredited", name, "", public) for began_at, _end, name, public in rows),
        *(
            Happening(ended_at, "accreditation_ended", name, "", public)
            for _began, ended_at, name, public in rows
            if ended_at is not None and ended_at < end
        ),
    ]


def _usage(partnership: Partnership, end: datetime) -> list[Happening]:
    rows = db.session.execute(
        select(UsageEvent.at, Asset.title, User.name, Asset.public_id)
        .join(Asset, Asset.id == UsageEvent.asset_id)
        .outerjoin(User, User.id == UsageEvent.user_id)  # forgotten after the retention period
        .where(
            UsageEvent.partnership_id == partnership.id,
            UsageEvent.kind == UsageKind.DOWNLOADED,
            UsageEvent.at < end,
        )
        .order_by(UsageEvent.at.desc())
        .limit(SHOWN)
    )
    somebody = _("Somebody")
    return [Happening(at, "usage", title, name or somebody, public) for at, title, name, public in rows]


def _orders(actor: Actor, partnership: Partnership, as_of: date) -> list[Happening]:
    zone = time_zone_of(actor)
    rows = db.session.execute(
        select(
            Order.ordered_on, Order.product_name, Order.customer_name, Order.public_id,
            Order.amount_minor, Order.currency,
        )
        .where(Order.partnership_id == partnership.id, Order.ordered_on <= as_of)
        .order_by(Order.ordered_on.desc(), Order.id.desc())
        .limit(SHOWN)
    )  # fmt: skip
    return [
        Happening(clock.day_start(on, zone), "order", product, customer, public, minor, currency)
        for on, product, customer, public, minor, currency in rows
    ]
