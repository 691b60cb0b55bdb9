"""What a home page shows: each role's answer to "what now?".

Composed of other domains' queries; a panel is None where the role has no use for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _

from prm.access import Actor
from prm.audits.policy import Policy
from prm.audits.queries import compliance, standings
from prm.certification import queries as certification
from prm.extensions import db
from prm.infra import clock
from prm.infra.charts import Chart, bar_chart, money_format
from prm.infra.money import format_whole_money, minor_to_decimal
from prm.marketing import queries as marketing
from prm.onboarding.labels import step_title
from prm.onboarding.models import Side
from prm.onboarding.queries import Progress, StepProgress, find_progress
from prm.partners.models import AgreementVersion, Partnership
from prm.partners.queries import agreements, desk
from prm.permissions import P, Reach
from prm.revenue import queries as revenue
from prm.revenue.quarters import Quarter, quarter_of
from prm.training import queries as training
from prm.training.models import CourseVersion, EnrolmentStatus

SHOWN = 6
OPEN = {EnrolmentStatus.ASSIGNED, EnrolmentStatus.STARTED}


@dataclass(frozen=True)
class Learning:
    """The person's own courses: what to do next, what else is open, what is done."""

    next_item: training.LearningItem | None
    session: training.MySession | None
    others: tuple[training.LearningItem, ...]
    done: int
    overdue: int


@dataclass(frozen=True)
class Channel:
    """Compliance of the partnerships within reach; the red ones first."""

    compliant: int
    judged: int
    failing: tuple[compliance.Standing, ...]
    policy: Policy | None


@dataclass(frozen=True)
class Company:
    """The own company against the policy in force."""

    standing: compliance.Standing
    policy: Policy


@dataclass(frozen=True)
class Money:
    """Revenue of the trailing twelve months beside the twelve before."""

    total: str
    before: str
    change_percent: int | None
    orders: int
    chart: Chart
    top: tuple[tuple[str, str, dict[str, str]], ...]
    period: dict[str, str]


def my_learning(actor: Actor) -> Learning | None:
    """Open courses, overdue first, then by due date; what was begun before what was not."""
    if not actor.can(P.COURSE_TAKE):
        return None
    items = training.list_my_learning(actor)
    open_items = sorted(
        (item for item in items if item.status in OPEN),
        key=lambda item: (
            item.due_on is None,
            item.due_on or clock.now().date(),
            item.started_at is None,
            item.title,
        ),
    )
    first = open_items[0] if open_items else None
    return Learning(
        first,
        training.next_sessions(actor).get(first.course_id) if first else None,
        tuple(open_items[1 : 1 + SHOWN]),
        sum(1 for item in items if item.status is EnrolmentStatus.COMPLETED),
        sum(1 for item in open_items if item.is_overdue),
    )


def my_certificates(actor: Actor) -> list[certification.HeldCertificate] | None:
    """The certificates of a partner's person, or None for the vendor's staff."""
    if actor.partnership_id is None or not actor.can(P.COURSE_TAKE):
        return None
    return certification.list_my_certificates(actor)[:SHOWN]


def expiring(actor: Actor) -> tuple[int, list[certification.HeldCertificate]] | None:
    """How many certificates within reach lapse within 90 days, and the first of them."""
    if actor.reach(P.CERTIFICATE_VIEW) <= Reach.SELF:
        return None
    return certification.count_expiring(actor, 90), certification.list_expiring(actor, 90, SHOWN)


def channel(actor: Actor) -> Channel | None:
    """The vendor's staff: every partnership within reach."""
    if not actor.can(P.COMPLIANCE_VIEW) or actor.partnership_id is not None:
        return None
    today = compliance.today_of(actor)
    judged = standings.read_judged(actor, today)
    counts = judged.count(actor)
    failing = standings.list_failing(actor, judged, SHOWN)
    return Channel(counts.compliant, counts.judged, tuple(failing), judged.policy)


def own_company(actor: Actor) -> Company | None:
    """A partner's administrators: their own company against the policy."""
    if not actor.can(P.COMPLIANCE_VIEW) or actor.partnership_id is None:
        return None
    today = compliance.today_of(actor)
    policy = compliance.find_policy(actor, today)
    own = compliance.list_standings(actor, today, partnership_ids=[actor.partnership_id])
    return Company(own[0], policy) if own and policy else None


def accredited(actor: Actor) -> list[certification.Accredited] | None:
    """A partner's administrators: what their own company is accredited for, and what it lost last."""
    partnership = _own_partnership(actor)
    if partnership is None or not actor.can(P.ACCREDITATION_VIEW):
        return None
    return certification.list_accredited(actor, partnership)[:SHOWN]


def onboarding(actor: Actor) -> tuple[Progress, StepProgress, str] | None:
    """A partner's administrators: the own company's open plan, its next milestone, that in words.

    What the company has to do itself comes before what it waits for.
    """
    partnership = _own_partnership(actor)
    if partnership is None:
        return None
    progress = find_progress(actor, partnership, compliance.today_of(actor))
    step = progress.next_step(Side.PARTNER) if progress is not None else None
    if progress is None or progress.is_completed or step is None:
        return None
    return progress, step, step_title(step.kind, step.title, step.count, step.certification)


def waiting_agreement(actor: Actor) -> AgreementVersion | None:
    """A partner's administrators: the agreement in force, or the next one, that nobody has accepted."""
    partnership = _own_partnership(actor)
    if partnership is None or not actor.can(P.AGREEMENT_ACCEPT):
        return None
    today = compliance.today_of(actor)
    for version in agreements.list_open_agreements(today):
        is_coming = version.effective_on > today
        if is_coming and agreements.find_acceptance(partnership.id, version, today) is None:
            return version
        if not is_coming and not _has_accepted(partnership, today):
            return version
    return None


def _has_accepted(partnership: Partnership, today: date) -> bool:
    stated = {partnership.id: partnership.agreement_accepted_on}
    return agreements.accepted_dates(stated, today)[partnership.id] is not None


def my_tasks(actor: Actor) -> list[Any] | None:
    """The vendor's staff: what they have to do about partners, the longest due first."""
    if not actor.can(P.PARTNER_EDIT):
        return None
    return desk.list_my_tasks(actor, SHOWN)


def _own_partnership(actor: Actor) -> Partnership | None:
    if actor.partnership_id is None or not actor.can(P.PARTNER_STORY):
        return None
    return db.session.get(Partnership, actor.partnership_id)


def money(actor: Actor, locale: str) -> Money | None:
    """Revenue within reach: the vendor's, or what the own company brought."""
    if not actor.can(P.ORDER_VIEW):
        return None
    today = compliance.today_of(actor)
    start = today - timedelta(days=364)
    currency = revenue.reporting_currency(actor)
    days = revenue.list_daily(actor, start - timedelta(days=365), today)
    current = sum(day.revenue_minor for day in days if day.on >= start)
    before = sum(day.revenue_minor for day in days if day.on < start)
    change = round((current - before) * 100 / before) if before > 0 else None
    if actor.partnership_id is None:
        top = revenue.list_largest_partners(actor, start, today, SHOWN)
    else:
        top = list(revenue.revenue_by(actor, revenue.By.PRODUCT, start, today).rows[:SHOWN])
    start_month = revenue.fiscal_start_month(actor)
    running = quarter_of(today, start_month)
    # Whole quarters, and what there is of the running one: it says so.
    first = Quarter(running.year - 1, running.number, start_month).first
    shown = revenue.OrderFilters(date_from=first, date_to=today)
    history = list(revenue.in_quarters([day for day in days if day.on >= first], start_month, shown))
    chart = bar_chart(
        [
            row.label if row.key != running.key else _("%(quarter)s so far", quarter=row.label)
            for row in history
        ],
        [minor_to_decimal(row.revenue_minor, currency) for row in history],
        title=_("Revenue by quarter"),
        number=money_format(currency, locale),
    )
    return Money(
        format_whole_money(current, currency, locale),
        format_whole_money(before, currency, locale),
        change,
        sum(day.orders for day in days if day.on >= start),
        chart,
        tuple((row.label, format_whole_money(row.revenue_minor, currency, locale), row.link) for row in top),
        {"from": start.isoformat(), "to": today.isoformat()},
    )


def newest_material(actor: Actor) -> list[Any] | None:
    """Assets last published, for who may use them."""
    return marketing.list_newest(actor) if actor.can(P.ASSET_VIEW) else None


def authoring(actor: Actor) -> list[marketing.UsageRow] | None:
    """What an author keeps: use of assets in the last 90 days, least used last."""
    if not actor.can(P.ASSET_EDIT):
        return None
    return marketing.usage_by_asset(actor, clock.now() - timedelta(days=90), None)[:SHOWN]


def drafts(actor: Actor) -> list[CourseVersion] | None:
    """Courses with a version being written, for who writes them; by title."""
    if not actor.can(P.COURSE_EDIT):
        return None
    return training.list_drafts(actor, SHOWN)
