"""What people want to be told, and when a vendor has them reminded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from prm.access import Actor, require
from prm.accounts.models import User
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import bound_vendor
from prm.infra.ids import new_public_id
from prm.journal.services import record
from prm.notifications.kinds import KINDS, kinds_of
from prm.notifications.models import Kind, MailWhen, Notification, NotificationPreference, ReminderPlan
from prm.notifications.queries import ESCALATION_DAYS, Plan, Wanted, list_wanted
from prm.notifications.services.telling import mail_due
from prm.permissions import P

MOST_DAYS = 365
MOST_THRESHOLDS = 5
MOST_STEPS = 2  # of an escalation


def save_preferences(actor: Actor, wanted: Mapping[Kind, Wanted]) -> None:
    """Keep what a person wants of each kind; what waits to be mailed follows it. Inside transaction()."""
    require(actor, P.NOTIFICATION_VIEW)
    assert actor.user_id is not None
    user = db.session.get_one(User, actor.user_id, with_for_update=True)
    mine = kinds_of(actor.role)
    before = list_wanted([user.id], mine)
    changed = {kind: each for kind, each in wanted.items() if kind in mine and each != before[user.id, kind]}
    _keep(user, changed)
    if changed:
        record(actor, "notification.preferences_changed", user, facts={"kinds": sorted(changed)})


def stop_mails(actor: Actor, user: User) -> None:
    """No more mails of notifications to a person from the vendor served; the portal shows them still.

    What the signed link of a mail does: whoever has it need not sign in.
    """
    before = list_wanted([user.id], KINDS)
    off = {
        kind: Wanted(before[user.id, kind].in_portal, MailWhen.OFF)
        for kind in KINDS
        if before[user.id, kind].mail is not MailWhen.OFF
    }
    _keep(user, off)
    if off:
        record(actor, "notification.mails_stopped", user)


def _keep(user: User, wanted: Mapping[Kind, Wanted]) -> None:
    if not wanted:
        return
    db.session.execute(
        delete(NotificationPreference)
        .where(NotificationPreference.user_id == user.id, NotificationPreference.kind.in_(wanted))
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        insert(NotificationPreference),
        [
            {"user_id": user.id, "kind": kind, "in_portal": each.in_portal, "mail": each.mail}
            for kind, each in wanted.items()
        ],
    )
    for kind, each in wanted.items():
        db.session.execute(
            update(Notification)
            .where(
                Notification.user_id == user.id,
                Notification.kind == kind,
                Notification.mailed_at.is_(None),
                Notification.mail_due_at.is_not(None),
            )
            .values(mail_due_at=mail_due(each.mail, clock.now(), user.time_zone))
            .execution_options(synchronize_session=False)
        )


# -- reminders ---------------------------------------------------------------------------------


def save_plan(
    actor: Actor,
    *,
    course_days: Sequence[int],
    certificate_days: Sequence[int],
    agreement_days: Sequence[int],
    escalation_days: Sequence[int] = ESCALATION_DAYS,
) -> None:
    """Keep how many days ahead people are reminded; empty: not ahead, only once it is too late. And how
    many days after it others are told: the administrators, then the manager; empty: nobody.

    Raises DomainError naming the field with more than five of them (two), or beyond 1 to 365 days.
    """
    require(actor, P.VENDOR_SETTINGS)
    plan = Plan(
        _checked("course_days", course_days),
        _checked("certificate_days", certificate_days),
        _checked("agreement_days", agreement_days),
        _checked("escalation_days", escalation_days, MOST_STEPS),
    )
    row = get_plan_row()
    row.course_days, row.certificate_days = list(plan.course_days), list(plan.certificate_days)
    row.agreement_days, row.escalation_days = list(plan.agreement_days), list(plan.escalation_days)
    record(
        actor,
        "reminders.changed",
        row,
        facts={
            "courses": row.course_days, "certificates": row.certificate_days,
            "agreements": row.agreement_days, "escalations": row.escalation_days,
        },
    )  # fmt: skip


def get_plan_row() -> ReminderPlan:
    """The vendor's row, locked, made with the defaults where there is none; inside transaction()."""
    plan = Plan()
    is_postgresql = db.session.get_bind().dialect.name == "postgresql"
    insert_plan = (pg_insert if is_postgresql else sqlite_insert)(ReminderPlan)
    db.session.execute(
        insert_plan.on_conflict_do_nothing(index_elements=["vendor_id"]),
        [
            {
                "public_id": new_public_id(),
                "vendor_id": bound_vendor(),
                "course_days": list(plan.course_days),
                "certificate_days": list(plan.certificate_days),
                "agreement_days": list(plan.agreement_days),
                "escalation_days": list(plan.escalation_days),
                "ran_on": None,
            }
        ],
    )
    statement = select(ReminderPlan).with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).one()


def _checked(field: str, days: Sequence[int], most: int = MOST_THRESHOLDS) -> list[int]:
    ordered = sorted(set(days), reverse=True)
    if len(ordered) > most and most == MOST_STEPS:
        message = _("Name at most two numbers of days: the administrators' and the manager's.")
        raise DomainError(message, {field: message})
    if len(ordered) > MOST_THRESHOLDS or any(not 1 <= each <= MOST_DAYS for each in ordered):
        message = _("Name at most five numbers of days, each from 1 to 365.")
        raise DomainError(message, {field: message})
    return ordered
