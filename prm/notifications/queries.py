"""Reading notifications, preferences and the plan of reminders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select

from prm.access import Actor, within_reach
from prm.accounts.models import User
from prm.errors import NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import bound_vendor
from prm.notifications.kinds import KINDS
from prm.notifications.models import Kind, MailWhen, Notification, NotificationPreference, ReminderPlan
from prm.permissions import P, Reach
from prm.vendors.models import Vendor

COURSE_DAYS = (14, 3)
CERTIFICATE_DAYS = (90, 60, 30, 7)
AGREEMENT_DAYS = (30, 7)
ESCALATION_DAYS = (21, 7)


@dataclass(frozen=True)
class Wanted:
    """What a person wants of a kind."""

    in_portal: bool
    mail: MailWhen


@dataclass(frozen=True)
class Plan:
    """How many days ahead people are reminded, largest first."""

    course_days: Sequence[int] = field(default=COURSE_DAYS)
    certificate_days: Sequence[int] = field(default=CERTIFICATE_DAYS)
    agreement_days: Sequence[int] = field(default=AGREEMENT_DAYS)
    escalation_days: Sequence[int] = field(default=ESCALATION_DAYS)  # after the date


def is_mine(actor: Actor) -> Any:
    """The criterion of notifications of the actor's that they may still know of: who no longer
    reaches a company no longer sees what was told of it."""
    own = [kind for kind, spec in KINDS.items() if spec.permission is None]
    # Every page asks this: permissions of one reach share a criterion.
    about: dict[Reach, tuple[P, list[Kind]]] = {}
    for kind, spec in KINDS.items():
        if spec.permission is not None and (reach := actor.reach(spec.permission)):
            about.setdefault(reach, (spec.permission, []))[1].append(kind)
    return and_(
        Notification.user_id == actor.user_id,
        or_(
            Notification.kind.in_(own),
            *[
                and_(Notification.kind.in_(kinds), within_reach(Notification, actor, permission))
                for permission, kinds in about.values()
            ],
        ),
    )


def select_notifications(actor: Actor) -> Select[Any]:
    """The actor's own notifications that show in the portal."""
    return select(Notification).where(is_mine(actor), Notification.is_shown)


def get_notification(actor: Actor, notification_id: UUID) -> Notification:
    """One's own notification. Raises NotFound."""
    row = db.session.scalars(
        select_notifications(actor).where(Notification.public_id == notification_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    found: Notification = row
    return found


def count_unread(actor: Actor) -> int:
    """How many of the actor's notifications are unread; 0 on pages that serve no vendor."""
    if actor.user_id is None or actor.vendor_id is None or bound_vendor() != actor.vendor_id:
        return 0
    statement = select(func.count(Notification.id)).where(
        is_mine(actor), Notification.is_shown, Notification.read_at.is_(None)
    )
    return db.session.scalar(statement) or 0


def list_names(rows: Iterable[Notification]) -> dict[int, str]:
    """Names of the people that notifications are about, by key."""
    keys = {row.about_user_id for row in rows if row.about_user_id is not None}
    if not keys:
        return {}
    return dict(db.session.execute(select(User.id, User.name).where(User.id.in_(keys))).all())


# -- preferences -------------------------------------------------------------------------------


def list_wanted(user_keys: Sequence[int], kinds: Iterable[Kind]) -> dict[tuple[int, Kind], Wanted]:
    """(user, kind) → what the person wants of it: as they said, else the default."""
    kinds = tuple(kinds)
    wanted = {(user, kind): Wanted(True, KINDS[kind].mail) for user in user_keys for kind in kinds}
    for row in db.session.scalars(
        select(NotificationPreference).where(
            NotificationPreference.user_id.in_(user_keys), NotificationPreference.kind.in_(kinds)
        )
    ):
        wanted[row.user_id, row.kind] = Wanted(row.in_portal, row.mail)
    return wanted


# -- what is due -------------------------------------------------------------------------------


def list_vendor_ids() -> list[int]:
    return list(db.session.scalars(select(Vendor.id).order_by(Vendor.id)))


def list_mail_due(limit: int = 1000) -> list[int]:
    """Keys of people to whom a mail of notifications is due at the vendor served."""
    return list(
        db.session.scalars(
            select(Notification.user_id)
            .where(Notification.mailed_at.is_(None), Notification.mail_due_at <= clock.now())
            .distinct()
            .order_by(Notification.user_id)
            .limit(limit)
        )
    )


def find_plan() -> Plan:
    """The plan of the vendor served; the default where none was saved."""
    row = db.session.scalars(select(ReminderPlan)).one_or_none()
    if row is None:
        return Plan()
    return plan_of(row)


def plan_of(row: ReminderPlan) -> Plan:
    """What a saved plan says."""
    return Plan(row.course_days, row.certificate_days, row.agreement_days, row.escalation_days)
