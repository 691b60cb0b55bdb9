"""What a partnership came to as of a date, with the rows behind it: metrics and the rows of samples.

Every row says nothing of later than the end of the day in the vendor's zone. A cell that names a person
or a document is a Named: the audit keeps a pseudonym of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from prm.access import Actor
from prm.accounts.models import User
from prm.audits.criteria import Metric, MetricTerms, Population, SampleTerms, draw_sample
from prm.audits.policy import add_months
from prm.audits.queries.compliance import end_of_day, time_zone_of
from prm.audits.queries.judging import is_valid_on, read_overdue
from prm.certification.accreditation.models import Accreditation, AccreditationAward
from prm.certification.models import Certificate, Certification
from prm.extensions import db
from prm.infra import clock
from prm.marketing.models import Asset, UsageEvent
from prm.partners import queries as partners
from prm.partners.models import Partnership
from prm.revenue.models import Order
from prm.training.models import Completion, Course
from prm.vendors.models import Vendor


@dataclass(frozen=True)
class Named:
    """What a pseudonym takes the place of: `ref` is keyed, `value` is what people know it by."""

    kind: str
    ref: UUID
    value: str
    user_id: int | None = None


Cells = dict[str, Any]


@dataclass(frozen=True)
class Measured:
    """What a metric came to, and its rows; `currency` where it is money (then in minor units)."""

    value: int | None
    rows: tuple[Cells, ...]
    currency: str | None = None


@dataclass(frozen=True)
class Sample:
    """Rows drawn of a population, each with its draw."""

    population: int
    rows: tuple[Cells, ...]


@dataclass(frozen=True)
class _Day:
    """The day an audit looks at, and the people of the partnership at its end."""

    on: date
    end: datetime
    zone: str
    people: dict[int, partners.Person]


def _day(actor: Actor, partnership: Partnership, as_of: date) -> _Day:
    end = end_of_day(actor, as_of)
    people = {p.user_id: p for p in partners.list_people(partnership.partner_id, end)}
    return _Day(as_of, end, time_zone_of(actor), people)


def measure(actor: Actor, partnership: Partnership, as_of: date, terms: MetricTerms) -> Measured:
    """The metric of a partnership as of a date. The caller has checked that the actor reaches it."""
    return _METRICS[terms.metric](actor, partnership, _day(actor, partnership, as_of), terms)


def draw(actor: Actor, partnership: Partnership, as_of: date, terms: SampleTerms, seed: str) -> Sample:
    """The sample that `seed` draws from what there was as of a date."""
    rows = _POPULATIONS[terms.population](partnership, _day(actor, partnership, as_of))
    drawn = draw_sample(seed, as_of.isoformat(), rows, terms.size)
    return Sample(len(rows), tuple({**rows[key], "draw": number} for number, key in drawn))


def _person(user_id: int, public_id: UUID, name: str) -> Named:
    return Named("person", public_id, name, user_id)


# -- metrics -----------------------------------------------------------------------------------


def _certified_people(actor: Actor, partnership: Partnership, day: _Day, terms: MetricTerms) -> Measured:
    statement = (
        select(Certificate, Certification)
        .join(Certification, Certification.id == Certificate.certification_id)
        .where(Certificate.user_id.in_(day.people), Certificate.issued_on <= day.on)
        .order_by(Certificate.issued_on, Certificate.id)
    )
    if terms.certification_id is not None:
        statement = statement.where(Certification.public_id == terms.certification_id)
    if terms.skill_level:
        statement = statement.where(Certification.skill_level == terms.skill_level)
    rows, holders = [], set()
    for certificate, scheme in db.session.execute(statement):
        person = day.people[certificate.user_id]
        if terms.job_function and terms.job_function not in person.job_functions:
            continue
        revoked_on = (
            clock.to_zone(certificate.revoked_at, day.zone).date() if certificate.revoked_at else None
        )
        if not is_valid_on(day.on, certificate.issued_on, certificate.expires_on, revoked_on):
            continue
        holders.add(person.user_id)
        rows.append(_certificate_cells(certificate, scheme, person.public_id, person.name))
    return Measured(len(holders), tuple(rows))


def _accreditations(actor: Actor, partnership: Partnership, day: _Day, terms: MetricTerms) -> Measured:
    """Those in force on the day: awarded by then, neither ended nor lapsed."""
    statement = (
        select(AccreditationAward, Accreditation)
        .join(Accreditation, Accreditation.id == AccreditationAward.accreditation_id)
        .where(
            AccreditationAward.partnership_id == partnership.id,
            AccreditationAward.awarded_on <= day.on,
            or_(AccreditationAward.ended_on.is_(None), AccreditationAward.ended_on > day.on),
            or_(
                AccreditationAward.ended_on.is_not(None),
                AccreditationAward.lapses_on.is_(None),
                AccreditationAward.lapses_on > day.on,
            ),
        )
        .order_by(AccreditationAward.awarded_on, AccreditationAward.id)
    )
    if terms.accreditation_id is not None:
        statement = statement.where(Accreditation.public_id == terms.accreditation_id)
    rows = tuple(
        {
            "accreditation": accreditation.name,
            "level": accreditation.skill_level.value,
            "awarded_on": award.awarded_on.isoformat(),
        }
        for award, accreditation in db.session.execute(statement)
    )
    return Measured(len(rows), rows)


def _certificate_cells(certificate: Certificate, scheme: Certification, user: UUID, name: str) -> Cells:
    return {
        "person": _person(certificate.user_id, user, name),
        "certificate": Named("certificate", certificate.public_id, certificate.number, certificate.user_id),
        "certification": scheme.name,
        "level": scheme.skill_level.value,
        "issued_on": certificate.issued_on.isoformat(),
        "expires_on": certificate.expires_on.isoformat() if certificate.expires_on else "",
    }


def _overdue(actor: Actor, partnership: Partnership, day: _Day, terms: MetricTerms) -> Measured:
    if partnership.partner_id is None:
        return Measured(0, ())
    found = read_overdue([partnership.partner_id], day.on, day.end)
    rows = [
        {
            "person": _person(user_id, person.public_id, person.name),
            "course": overdue.title,
            "due_on": overdue.due_on.isoformat(),
        }
        for user_id, person in day.people.items()
        for overdue in found.get(user_id, ())
    ]
    return Measured(len(rows), tuple(rows))


def _agreement_age(actor: Actor, partnership: Partnership, day: _Day, terms: MetricTerms) -> Measured:
    """In months begun since it was accepted: twelve of them as long as the policy's twelve months run."""
    accepted_on = partnership.agreement_accepted_on
    if accepted_on is None or accepted_on > day.on:
        return Measured(None, ())
    months = max(0, (day.on.year - accepted_on.year) * 12 + day.on.month - accepted_on.month - 1)
    while add_months(accepted_on, months) < day.on:
        months += 1
    return Measured(months, ({"accepted_on": accepted_on.isoformat()},))


def _revenue(actor: Actor, partnership: Partnership, day: _Day, terms: MetricTerms) -> Measured:
    """Of the twelve months up to the day, in the vendor's currency; orders in others are listed only."""
    currency = db.session.get_one(Vendor, actor.vendor_id).currency
    found = db.session.scalars(
        select(Order)
        .where(
            Order.partnership_id == partnership.id,
            Order.ordered_on > add_months(day.on, -12),
            Order.ordered_on <= day.on,
            Order.received_at < day.end,
        )
        .order_by(Order.ordered_on, Order.id)
    )
    total, rows = 0, []
    for order in found:
        counts = order.currency == currency
        total += order.amount_minor if counts else 0
        rows.append({**_order_cells(order), "counted": counts})
    return Measured(total, tuple(rows), currency)


def _order_cells(order: Order) -> Cells:
    return {
        "order": order.external_id,
        "source": order.source_system,
        "ordered_on": order.ordered_on.isoformat(),
        "product": order.product_name,
        "amount_minor": order.amount_minor,
        "currency": order.currency,
    }


def _usage(actor: Actor, partnership: Partnership, day: _Day, terms: MetricTerms) -> Measured:
    since = clock.day_start(day.on - timedelta(days=89), day.zone)
    rows = _used(partnership, day, since)
    return Measured(len(rows), tuple(rows.values()))


def _completions(actor: Actor, partnership: Partnership, day: _Day, terms: MetricTerms) -> Measured:
    since = clock.day_start(add_months(day.on, -12) + timedelta(days=1), day.zone)
    rows = _completed(partnership, day, since)
    return Measured(len(rows), tuple(rows.values()))


_METRICS: dict[Metric, Callable[[Actor, Partnership, _Day, MetricTerms], Measured]] = {
    Metric.CERTIFIED_PEOPLE: _certified_people,
    Metric.ACCREDITATIONS: _accreditations,
    Metric.OVERDUE_ASSIGNMENTS: _overdue,
    Metric.AGREEMENT_AGE: _agreement_age,
    Metric.REVENUE_12_MONTHS: _revenue,
    Metric.USAGE_90_DAYS: _usage,
    Metric.COMPLETIONS_12_MONTHS: _completions,
}


# -- populations: public id → cells, of everything up to the day -----------------------------------


def _completed(partnership: Partnership, day: _Day, since: datetime | None = None) -> dict[str, Cells]:
    statement = (
        select(Completion, Course.title, User.public_id, User.name)
        .join(Course, Course.id == Completion.course_id)
        .join(User, User.id == Completion.user_id)
        .where(Completion.partnership_id == partnership.id, Completion.completed_at < day.end)
        .order_by(Completion.completed_at, Completion.id)
    )
    if since is not None:
        statement = statement.where(Completion.completed_at >= since)
    return {
        str(done.public_id): {
            "person": _person(done.user_id, user, name),
            "course": title,
            "completed_at": done.completed_at.isoformat(),
            "score_percent": done.score_percent,
        }
        for done, title, user, name in db.session.execute(statement)
    }


def _certified(partnership: Partnership, day: _Day) -> dict[str, Cells]:
    statement = (
        select(Certificate, Certification, User.public_id, User.name)
        .join(Certification, Certification.id == Certificate.certification_id)
        .join(User, User.id == Certificate.user_id)
        .where(
            or_(Certificate.partnership_id == partnership.id, Certificate.user_id.in_(day.people)),
            Certificate.issued_on <= day.on,
        )
        .order_by(Certificate.issued_on, Certificate.id)
    )
    return {
        str(certificate.public_id): _certificate_cells(certificate, scheme, user, name)
        for certificate, scheme, user, name in db.session.execute(statement)
    }


def _ordered(partnership: Partnership, day: _Day) -> dict[str, Cells]:
    statement = (
        select(Order)
        .where(
            Order.partnership_id == partnership.id,
            Order.ordered_on <= day.on,
            Order.received_at < day.end,
        )
        .order_by(Order.ordered_on, Order.id)
    )
    return {str(order.public_id): _order_cells(order) for order in db.session.scalars(statement)}


def _used(partnership: Partnership, day: _Day, since: datetime | None = None) -> dict[str, Cells]:
    statement = (
        select(UsageEvent, Asset.title, User.public_id, User.name)
        .join(Asset, Asset.id == UsageEvent.asset_id)
        .join(User, User.id == UsageEvent.user_id)
        .where(UsageEvent.partnership_id == partnership.id, UsageEvent.at < day.end)
        .order_by(UsageEvent.at, UsageEvent.id)
    )
    if since is not None:
        statement = statement.where(UsageEvent.at >= since)
    return {
        str(event.public_id): {
            "person": _person(event.user_id, user, name),
            "asset": title,
            "kind": event.kind.value,
            "at": event.at.isoformat(),
        }
        for event, title, user, name in db.session.execute(statement)
    }


_POPULATIONS: dict[Population, Callable[[Partnership, _Day], dict[str, Cells]]] = {
    Population.COMPLETIONS: _completed,
    Population.CERTIFICATES: _certified,
    Population.ORDERS: _ordered,
    Population.USAGE: _used,
}
