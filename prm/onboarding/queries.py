"""Reading onboarding: the template in force, a partnership's plan and how far it has come on a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select

from prm.access import Actor, visible
from prm.accounts.models import Membership, User
from prm.certification.models import Certificate, Certification
from prm.errors import NotFound
from prm.extensions import db
from prm.infra import clock
from prm.onboarding.models import (
    Milestone,
    MilestoneKind,
    OnboardingPlan,
    OnboardingTemplate,
    Side,
)
from prm.onboarding.steps import Step, from_row
from prm.partners.models import Partnership, PartnershipStatus
from prm.partners.queries.agreements import accepted_dates
from prm.permissions import P
from prm.vendors.models import Vendor


@dataclass(frozen=True)
class StepProgress:
    """One milestone as of a date. `reached` of `count` for those that count."""

    public_id: UUID
    kind: MilestoneKind
    side: Side
    title: str
    certification: str
    count: int
    reached: int
    is_met: bool
    due_on: date
    is_overdue: bool
    ticked_by: str


@dataclass(frozen=True)
class Progress:
    """A plan as of a date."""

    plan: OnboardingPlan
    partnership_public_id: UUID
    steps: tuple[StepProgress, ...]
    is_completed: bool

    @property
    def met(self) -> int:
        return sum(1 for step in self.steps if step.is_met)

    def next_step(self, side: Side | None = None) -> StepProgress | None:
        """What is due first of what is not met: of one side before the other's, if a side asks."""
        waiting = [step for step in self.steps if not step.is_met]
        if not waiting:
            return None
        return min(waiting, key=lambda step: (side is not None and step.side is not side, step.due_on))


def find_template(actor: Actor) -> OnboardingTemplate | None:
    """The template in force at the vendor served."""
    return db.session.scalars(
        select(OnboardingTemplate).order_by(OnboardingTemplate.number.desc()).limit(1)
    ).one_or_none()


def steps_of(template: OnboardingTemplate | None) -> list[Step]:
    return [from_row(row) for row in template.steps] if template is not None else []


def certification_names() -> dict[UUID, str]:
    """The vendor's certifications, by name."""
    rows = db.session.execute(
        select(Certification.public_id, Certification.name).order_by(Certification.name)
    )
    return dict(map(tuple, rows))


def find_plan(partnership: Partnership) -> OnboardingPlan | None:
    return db.session.scalars(
        select(OnboardingPlan).where(OnboardingPlan.partnership_id == partnership.id)
    ).one_or_none()


def get_milestone(actor: Actor, public_id: UUID) -> Milestone:
    """Raises NotFound, for a foreign one as for one that does not exist."""
    statement = select(Milestone).where(Milestone.public_id == public_id)
    found = db.session.scalars(visible(statement, actor, P.MILESTONE_TICK)).one_or_none()
    if found is None:
        raise NotFound
    return found


def find_progress(actor: Actor, partnership: Partnership, as_of: date) -> Progress | None:
    """How far a partnership had come by the end of a day in the vendor's zone; None before it began.

    Nothing of what was not yet so on that day counts: people who joined, certificates issued, ticks.
    """
    plan = find_plan(partnership)
    if plan is None or plan.began_on > as_of:
        return None
    zone = db.session.scalars(select(Vendor.time_zone).where(Vendor.id == plan.vendor_id)).one()
    end = clock.day_start(as_of + timedelta(days=1), zone)
    rows = db.session.execute(
        select(Milestone, Certification.name, User.name)
        .outerjoin(Certification, Certification.id == Milestone.certification_id)
        .outerjoin(User, User.id == Milestone.ticked_by_id)
        .where(Milestone.plan_id == plan.id)
        .order_by(Milestone.position)
    ).all()
    people = _list_people(partnership, end)
    wanted = {m.certification_id for m, _name, _by in rows if m.certification_id is not None}
    holders = _count_holders(people, wanted, as_of, end)
    has_accepted = (
        accepted_dates({partnership.id: partnership.agreement_accepted_on}, as_of)[partnership.id] is not None
    )
    steps = []
    for milestone, certification, ticked_by in rows:
        reached = {
            MilestoneKind.AGREEMENT: int(has_accepted),
            MilestoneKind.PEOPLE: len(people),
            MilestoneKind.CERTIFIED: holders.get(milestone.certification_id or 0, 0),
            MilestoneKind.MANUAL: int(milestone.ticked_at is not None and milestone.ticked_at < end),
        }[milestone.kind]
        is_met = reached >= milestone.count
        steps.append(
            StepProgress(
                milestone.public_id, milestone.kind, milestone.side, milestone.title, certification or "",
                milestone.count, reached, is_met, milestone.due_on,
                not is_met and milestone.due_on < as_of, ticked_by or "",
            )
        )  # fmt: skip
    is_completed = plan.completed_at is not None and plan.completed_at < end
    return Progress(plan, partnership.public_id, tuple(steps), is_completed)


def _list_people(partnership: Partnership, end: datetime) -> list[int]:
    if partnership.partner_id is None:
        return []
    return list(
        db.session.scalars(
            select(Membership.user_id).distinct().where(
                Membership.partner_id == partnership.partner_id,
                Membership.started_at < end,
                or_(Membership.ended_at.is_(None), Membership.ended_at >= end),
            )
        )
    )  # fmt: skip


def _count_holders(people: list[int], wanted: set[int], as_of: date, end: datetime) -> dict[int, int]:
    """How many of the people hold a valid certificate, by certification."""
    if not wanted or not people:
        return {}
    rows = db.session.execute(
        select(Certificate.certification_id, func.count(func.distinct(Certificate.user_id)))
        .where(
            Certificate.certification_id.in_(wanted),
            Certificate.user_id.in_(people),
            Certificate.issued_on <= as_of,
            or_(Certificate.expires_on.is_(None), Certificate.expires_on >= as_of),
            or_(Certificate.revoked_at.is_(None), Certificate.revoked_at >= end),
        )
        .group_by(Certificate.certification_id)
    )
    return dict(map(tuple, rows))


def list_beginning(limit: int) -> list[int]:
    """Partnerships in onboarding without a plan, at the vendor served."""
    planned = select(OnboardingPlan.partnership_id)
    return list(
        db.session.scalars(
            select(Partnership.id)
            .where(Partnership.status == PartnershipStatus.ONBOARDING, Partnership.id.not_in(planned))
            .order_by(Partnership.id)
            .limit(limit)
        )
    )


def list_open(limit: int) -> list[int]:
    """Partnerships in onboarding with an open plan, at the vendor served."""
    return list(
        db.session.scalars(
            select(Partnership.id)
            .join(OnboardingPlan, OnboardingPlan.partnership_id == Partnership.id)
            .where(Partnership.status == PartnershipStatus.ONBOARDING, OnboardingPlan.completed_at.is_(None))
            .order_by(Partnership.id)
            .limit(limit)
        )
    )
