"""Verbs on onboarding: the template, plans that begin, milestones ticked, partnerships that become active."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from prm.access import Actor, require, system_actor
from prm.accounts.models import Membership
from prm.certification.models import Certification
from prm.errors import Conflict, DomainError, Forbidden
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import bound_vendor, claim
from prm.journal.services import record
from prm.onboarding import queries
from prm.onboarding.models import (
    Milestone,
    MilestoneKind,
    OnboardingPlan,
    OnboardingTemplate,
    Side,
)
from prm.onboarding.steps import Step, from_row, to_row
from prm.partners.models import Partnership, PartnershipStatus
from prm.partners.services.status import activate_partnership
from prm.permissions import P
from prm.vendors.models import Vendor

MAX_STEPS = 30


# -- the template ------------------------------------------------------------------------------


def add_step(actor: Actor, step: Step, *, number: int) -> OnboardingTemplate:
    """Write a version of the template with one step more. `number`: of the version that was looked at.

    Raises Conflict where there is a newer one, DomainError naming the field at fault.
    """
    steps = _looked_at(actor, number)
    if len(steps) >= MAX_STEPS:
        raise DomainError(_("A plan has at most %(count)s milestones.", count=MAX_STEPS))
    _check(step)
    return _write(actor, [*steps, step])


def add_usual_steps(actor: Actor, *, number: int) -> OnboardingTemplate:
    """Begin an empty template with what most vendors ask of a new partner, to be changed from there.

    Raises Conflict where there are milestones already, and as add_step does.
    """
    if _looked_at(actor, number):
        raise Conflict(_("Somebody else changed the milestones in the meantime. Look at them again."))
    certification = next(iter(queries.certification_names()), None)
    steps = [
        Step(MilestoneKind.AGREEMENT, Side.PARTNER, 14),
        Step(MilestoneKind.MANUAL, Side.VENDOR, 14, title=_("Introductory call")),
        Step(MilestoneKind.PEOPLE, Side.PARTNER, 30, 2),
    ]
    if certification is not None:
        steps.append(Step(MilestoneKind.CERTIFIED, Side.PARTNER, 90, certification_id=certification))
    return _write(actor, steps)


def remove_step(actor: Actor, position: int, *, number: int) -> OnboardingTemplate:
    """Write a version without the step at a position (from 1). Raises Conflict as add_step does."""
    steps = _looked_at(actor, number)
    if not 1 <= position <= len(steps):
        raise Conflict(_("This milestone is not there any more."))
    return _write(actor, [step for at, step in enumerate(steps, 1) if at != position])


def _looked_at(actor: Actor, number: int) -> list[Step]:
    require(actor, P.VENDOR_SETTINGS)
    newest = queries.find_template(actor)
    if number != (newest.number if newest is not None else 0):
        raise Conflict(_("Somebody else changed the milestones in the meantime. Look at them again."))
    return queries.steps_of(newest)


def _check(step: Step) -> None:
    if not 0 <= step.days <= 730:
        message = _("Enter a number of days between 0 and 730.")
        raise DomainError(message, {"days": message})
    if not 1 <= step.count <= 1000:
        message = _("Ask for between 1 and 1,000 people.")
        raise DomainError(message, {"count": message})
    if step.kind is MilestoneKind.MANUAL and not step.title:
        message = _("Say what has to be done.")
        raise DomainError(message, {"title": message})
    if step.kind is MilestoneKind.CERTIFIED and step.certification_id not in queries.certification_names():
        message = _("Choose one of your certifications.")
        raise DomainError(message, {"certification": message})


def _write(actor: Actor, steps: Sequence[Step]) -> OnboardingTemplate:
    newest = queries.find_template(actor)
    template = OnboardingTemplate(
        number=newest.number + 1 if newest is not None else 1,
        steps=[to_row(step) for step in steps],
        created_by_id=actor.user_id,
        created_at=clock.now(),
    )
    db.session.add(template)
    db.session.flush()
    facts = {"number": template.number, "steps": template.steps}
    record(actor, "onboarding_template.set", template, facts=facts)
    return template


# -- plans -------------------------------------------------------------------------------------


def begin_plan(actor: Actor, partnership: Partnership) -> OnboardingPlan | None:
    """Plan the onboarding of a partnership by the template in force; None where nothing is to plan.

    Safe to run twice: a partnership has one plan.
    """
    template = queries.find_template(actor)
    if partnership.status is not PartnershipStatus.ONBOARDING or template is None or not template.steps:
        return None
    if queries.find_plan(partnership) is not None:
        return None
    today = _today(partnership.vendor_id)
    plan = OnboardingPlan(
        vendor_id=partnership.vendor_id,
        partnership_id=partnership.id,
        template_number=template.number,
        began_on=today,
    )
    db.session.add(plan)
    db.session.flush()
    steps = [from_row(row) for row in template.steps]
    keys = dict(
        map(
            tuple,
            db.session.execute(
                select(Certification.public_id, Certification.id).where(
                    Certification.public_id.in_({s.certification_id for s in steps})
                )
            ),
        )
    )
    db.session.add_all(
        Milestone(
            plan_id=plan.id,
            partnership_id=partnership.id,
            position=position,
            kind=step.kind,
            side=step.side,
            title=step.title,
            count=step.count,
            certification_id=keys.get(step.certification_id),
            due_on=today + timedelta(days=step.days),
        )
        for position, step in enumerate(steps, 1)
    )
    db.session.flush()
    record(actor, "onboarding.began", plan, facts={"partnership": partnership.public_id,
                                                  "template": template.number})  # fmt: skip
    return plan


def tick_milestone(actor: Actor, milestone: Milestone, *, is_done: bool) -> None:
    """Say that a manual milestone of one's own side is done, or is not after all.

    Raises Forbidden for the other side's, DomainError for one that is met by itself, Conflict where
    the plan is completed.
    """
    require(actor, P.MILESTONE_TICK)
    if milestone.kind is not MilestoneKind.MANUAL:
        raise DomainError(_("This milestone is met by itself, once it is so."))
    own_side = Side.PARTNER if actor.partnership_id is not None else Side.VENDOR
    if milestone.side is not own_side:
        raise Forbidden(_("This milestone is for the other side to tick."))
    open_plans = select(OnboardingPlan.id).where(OnboardingPlan.completed_at.is_(None))
    claim(
        update(Milestone)
        .where(Milestone.id == milestone.id, Milestone.plan_id.in_(open_plans))
        .values(ticked_at=clock.now() if is_done else None, ticked_by_id=actor.user_id if is_done else None),
        _("Onboarding is completed: nothing is left to tick."),
    )
    db.session.refresh(milestone)
    action = "milestone.ticked" if is_done else "milestone.unticked"
    record(actor, action, milestone, facts={"title": milestone.title})


def settle_plan(partnership: Partnership) -> bool:
    """Make the partnership active if its plan's milestones are all met. Safe to run twice."""
    if not is_ready(partnership):
        return False
    actor = system_actor(partnership.vendor_id)
    activate_partnership(actor, partnership, by="plan")
    _complete(partnership)
    return True


def is_ready(partnership: Partnership) -> bool:
    """Whether the partnership is in onboarding and all is met that its open plan asks for."""
    if partnership.status is not PartnershipStatus.ONBOARDING:
        return False
    actor = system_actor(partnership.vendor_id)
    progress = queries.find_progress(actor, partnership, _today(partnership.vendor_id))
    return progress is not None and not progress.is_completed and progress.next_step() is None


def activate_early(actor: Actor, partnership: Partnership, *, reason: str) -> None:
    """Make a partnership active whatever its plan says, for a reason that the journal keeps.

    Raises DomainError without a reason, Conflict where it is not in onboarding.
    """
    require(actor, P.PARTNER_EDIT)
    reason = reason.strip()[:500]
    if not reason:
        message = _("Say why, for those who ask later.")
        raise DomainError(message, {"reason": message})
    activate_partnership(actor, partnership, by="decision", reason=reason)
    _complete(partnership)


def _complete(partnership: Partnership) -> None:
    db.session.execute(
        update(OnboardingPlan)
        .where(OnboardingPlan.partnership_id == partnership.id, OnboardingPlan.completed_at.is_(None))
        .values(completed_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )


def _today(vendor_id: int) -> date:
    return clock.today(db.session.scalars(select(Vendor.time_zone).where(Vendor.id == vendor_id)).one())


# -- what follows from changes elsewhere (prm/reactions.py) ------------------------------------


def partnership_changed(actor: Actor, partnership: Partnership) -> None:
    """A partnership was entered or changed: its onboarding may begin."""
    if begin_plan(actor, partnership) is not None:
        settle_plan(partnership)


def subject_changed(actor: Actor, subject: Any) -> None:
    """Something that a milestone counts was recorded: the last one may be met by it."""
    if bound_vendor() is None:
        return
    if isinstance(subject, Membership):
        found = select(Partnership).where(Partnership.partner_id == subject.partner_id)
        is_counted = subject.partner_id is not None
    else:
        found = select(Partnership).where(Partnership.id == subject.partnership_id)
        is_counted = subject.partnership_id is not None
    partnership = db.session.scalars(found).one_or_none() if is_counted else None
    if partnership is not None:
        settle_plan(partnership)


def find_partnership(key: int) -> Partnership | None:
    """A partnership of the vendor served by its key: for jobs."""
    return db.session.scalars(select(Partnership).where(Partnership.id == key)).one_or_none()
