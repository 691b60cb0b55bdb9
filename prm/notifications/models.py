"""Tables of notifications."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table


class Kind(StrEnum):
    """What happened."""

    COURSE_ASSIGNED = "course_assigned"
    COURSE_REPLACED = "course_replaced"  # a course somebody is at has a new version
    COURSE_CHANGED = "course_changed"  # what somebody completed is partly to be redone
    PATH_ASSIGNED = "path_assigned"
    SESSION_NEWS = "session_news"  # a place got free, a date one is on moved or was cancelled
    TASK_WAITING = "task_waiting"  # something handed in waits for its grade
    TASK_GRADED = "task_graded"
    COURSE_DUE = "course_due"
    COURSE_OVERDUE = "course_overdue"
    TRAINING_OVERDUE = "training_overdue"  # of people one is responsible for, for some time
    CERTIFICATE_ISSUED = "certificate_issued"
    CERTIFICATE_REVOKED = "certificate_revoked"
    CERTIFICATE_EXPIRING = "certificate_expiring"
    CERTIFICATE_EXPIRED = "certificate_expired"
    REMINDED = "reminded"  # somebody asks for what is overdue or runs out
    COLLEAGUE_CERTIFICATES = "colleague_certificates"
    INVITATION_ACCEPTED = "invitation_accepted"
    COMPLIANCE_LOST = "compliance_lost"
    ACCREDITATION_AWARDED = "accreditation_awarded"
    ACCREDITATION_ENDED = "accreditation_ended"
    AGREEMENT_ENDING = "agreement_ending"
    IMPORT_PROBLEM = "import_problem"
    AUDIT_ASSIGNED = "audit_assigned"
    AUDIT_ASKED = "audit_asked"  # answers and evidence are asked of a partner
    AUDIT_ANSWERED = "audit_answered"
    AUDIT_REPORTED = "audit_reported"
    AUDIT_PROVED = "audit_proved"  # the auditor has a proof to look at
    AUDIT_SIGN_OFF = "audit_sign_off"
    AUDIT_RETURNED = "audit_returned"
    AUDIT_CLOSED = "audit_closed"
    AUDIT_DUE = "audit_due"  # an audit or a corrective action, soon or overdue


class MailWhen(StrEnum):
    OFF = "off"
    DIGEST = "digest"
    AT_ONCE = "at_once"


class Notification(Keyed, VendorOwned, db.Model):
    """One person told of one event.

    `key` names the event: a person has one row for it, whatever runs twice. `facts` hold no personal
    data: whom it is about is `about_user_id`. `subject_id` is the public id of what it opens.
    `partnership_id` is set where it is about a company: who no longer reaches that no longer sees it.
    `mail_due_at` null: no mail; `mailed_at`: taken into a mail, or found not worth one any more.
    """

    __tablename__ = "notification"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"),
        UniqueConstraint("vendor_id", "user_id", "key"),
        Index("ix_notification_vendor_user_read", "vendor_id", "user_id", "read_at"),
        Index("ix_notification_vendor_mail", "vendor_id", "mailed_at", "mail_due_at"),
    )
    reach_own = "partnership_id"  # and no reach_self: what is told of others is not one's own

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    kind: Mapped[Kind] = enum_column(Kind)
    key: Mapped[str] = mapped_column(String(160))
    subject_id: Mapped[UUID | None] = mapped_column(Uuid)
    partnership_id: Mapped[int | None]
    about_user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_shown: Mapped[bool] = mapped_column(default=True)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NotificationPreference(VendorOwned, db.Model):
    """What one person wants of one kind at one vendor, where that is not what everybody gets."""

    __tablename__ = "notification_preference"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id", "user_id", "kind"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    kind: Mapped[Kind] = enum_column(Kind)
    in_portal: Mapped[bool]
    mail: Mapped[MailWhen] = enum_column(MailWhen)


class ReminderPlan(Keyed, VendorOwned, db.Model):
    """How many days ahead a vendor has people reminded, each list largest first.

    `ran_on` is the last day (of the vendor's zone) that was looked at to its end. ReminderProgress says
    how far a look that goes on has come.
    """

    __tablename__ = "reminder_plan"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id"))

    course_days: Mapped[list[int]] = mapped_column(JSON)
    certificate_days: Mapped[list[int]] = mapped_column(JSON)
    agreement_days: Mapped[list[int]] = mapped_column(JSON)
    escalation_days: Mapped[list[int]] = mapped_column(JSON)  # after the date: administrators, manager
    ran_on: Mapped[date | None]


class ReminderStage(StrEnum):
    """What a day's look goes through, in this order."""

    COURSES = "courses"
    ESCALATIONS = "escalations"
    CERTIFICATES = "certificates"
    AGREEMENTS = "agreements"
    AUDITS = "audits"
    COMPLIANCE = "compliance"


class ReminderProgress(VendorOwned, db.Model):
    """How far today's look has come: everything up to `after_id` of a stage has been told.

    Moved on in the transaction that tells a batch, so that whoever is killed is followed by somebody
    who goes on where the last batch ended. No row: nobody is at it.
    """

    __tablename__ = "reminder_progress"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    on: Mapped[date]
    stage: Mapped[ReminderStage] = enum_column(ReminderStage)
    after_id: Mapped[int] = mapped_column(default=0)


class Escalation(VendorOwned, db.Model):
    """That others were told that somebody's course is overdue; `step` 1: administrators, 2: manager."""

    __tablename__ = "escalation"
    __table_args__ = tenant_table(
        tenant_key("enrolment_id", "enrolment", ondelete="CASCADE"),
        UniqueConstraint("vendor_id", "enrolment_id", "step", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int]
    step: Mapped[int]
    due_on: Mapped[date]


class ComplianceSeen(VendorOwned, db.Model):
    """How a partnership stood when it was last looked at: what tells that it changed."""

    __tablename__ = "compliance_seen"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"), UniqueConstraint("vendor_id", "partnership_id")
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    is_compliant: Mapped[bool]
    changed_on: Mapped[date]
