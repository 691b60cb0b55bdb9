"""Tables of accounts. Only grants are a vendor's own: a person may belong to several vendors' worlds."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Uuid, column
from sqlalchemy.orm import Mapped, mapped_column, relationship

from prm.extensions import db
from prm.infra.db import AtVendor, Keyed, UtcDateTime, VendorOwned, enum_column, tenant_table
from prm.permissions import Role


class JobFunction(StrEnum):
    SALES = "sales"
    PRESALES = "presales"
    TECHNICAL = "technical"
    SUPPORT = "support"
    MARKETING = "marketing"


class MembershipRole(StrEnum):
    """The roles a membership may carry: Role without the system."""

    OPERATOR = Role.OPERATOR.value
    VENDOR_ADMIN = Role.VENDOR_ADMIN.value
    CHANNEL_MANAGER = Role.CHANNEL_MANAGER.value
    CONTENT_AUTHOR = Role.CONTENT_AUTHOR.value
    EXECUTIVE = Role.EXECUTIVE.value
    PARTNER_ADMIN = Role.PARTNER_ADMIN.value
    PARTNER_MEMBER = Role.PARTNER_MEMBER.value


class User(Keyed, db.Model):
    """A person who signs in. `email` is stored as typed; `email_folded` is what is unique."""

    __tablename__ = "user_account"

    email: Mapped[str] = mapped_column(String(254))
    email_folded: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(12))
    time_zone: Mapped[str] = mapped_column(String(60))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Partner(Keyed, db.Model):
    """A reseller company's own account; exists once its people sign in. No vendor owns it."""

    __tablename__ = "partner"

    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PartnerVendor(db.Model):
    """That a partner company works with a vendor: what the switcher reads. No vendor ever does."""

    __tablename__ = "partner_vendor"

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"), primary_key=True)


class Membership(Keyed, AtVendor, db.Model):
    """A dated affiliation with a vendor, a partner or (neither: operator) the installation.

    `region_names` limits a channel manager's scope; empty means the whole vendor. `at_vendor_id`
    limits a partner's person to one vendor: the vendor that invited them. Only the company's own
    people decide who acts for it everywhere, or a vendor could read another's through its invitee.
    A change of role or functions ends one and begins another at that instant: `joined_at` is when the
    first of them began.
    """

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("vendor_id IS NULL OR partner_id IS NULL", name="one_side"),
        CheckConstraint(
            "(role IN ('partner_admin', 'partner_member')) = (partner_id IS NOT NULL)",
            name="partner_role",
        ),
        CheckConstraint(
            "(role = 'operator') = (vendor_id IS NULL AND partner_id IS NULL)", name="operator_role"
        ),
        CheckConstraint("at_vendor_id IS NULL OR partner_id IS NOT NULL", name="at_vendor"),
        Index("ix_membership_partner_ended", "partner_id", "ended_at"),
        # Almost all are null: with them in it, SQLite would read all memberships through it.
        Index(
            "ix_membership_at_vendor_id",
            "at_vendor_id",
            sqlite_where=column("at_vendor_id").is_not(None),
            postgresql_where=column("at_vendor_id").is_not(None),
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"), index=True)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    role: Mapped[MembershipRole] = enum_column(MembershipRole)
    job_functions: Mapped[list[str]] = mapped_column(JSON, default=list)
    region_names: Mapped[list[str]] = mapped_column(JSON, default=list)
    joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(viewonly=True)
    partner: Mapped[Partner | None] = relationship(viewonly=True)


class MembershipGrant(Keyed, VendorOwned, db.Model):
    """A permission (of GRANTS in prm/permissions.py) that one person has with one vendor beyond their role.

    It counts on the side named (`partner_id`, or the vendor's staff) and not beyond that stay: who
    leaves and comes back begins without.
    """

    __tablename__ = "membership_grant"
    __table_args__ = tenant_table(CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="span"))

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    permission: Mapped[str] = mapped_column(String(40))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(300))
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class UserSession(db.Model):
    """One sign-in. The cookie holds a token; the table its hash. Ending the row ends the session.

    `client_name` is what its owner knows it by ("Firefox, Linux"); no more of the browser is kept.
    `confirmed_at`: when its owner last proved, in this session, to be who signed in.
    """

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    client_name: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(viewonly=True)


class Viewing(Keyed, db.Model):
    """That a session sees a vendor's portal as a partner's person does: read-only, for a while."""

    __tablename__ = "viewing"
    user_session_id: Mapped[int] = mapped_column(ForeignKey("user_session.id"))
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    viewer_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    viewed_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


# A session looks as one person at a time.
Index(
    "uq_viewing_open",
    Viewing.user_session_id,
    unique=True,
    sqlite_where=Viewing.ended_at.is_(None),
    postgresql_where=Viewing.ended_at.is_(None),
)


class SignInFailure(db.Model):
    """An attempt to sign in that did not succeed, or has not yet: one row per address and one per
    network origin, both as keyed hashes."""

    __tablename__ = "sign_in_failure"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_hash: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Invitation(Keyed, db.Model):
    """An invitation to join a vendor or a partner: random, expiring, single use.

    For a partner's people `partnership_public_id` names the partnership and `company_name` what it
    was called then. `is_for_company`: sent by the company's own administrator, so that it counts
    with every vendor the company works with; else with the inviting vendor alone. `partner_id`: the
    company that the accepting administrator chose to link.
    """

    __tablename__ = "invitation"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[MembershipRole] = enum_column(MembershipRole)
    job_functions: Mapped[list[str]] = mapped_column(JSON, default=list)
    region_names: Mapped[list[str]] = mapped_column(JSON, default=list)
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"), index=True)
    partnership_public_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    company_name: Mapped[str | None] = mapped_column(String(200))
    is_for_company: Mapped[bool] = mapped_column(default=False)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PasswordReset(db.Model):
    """A password-reset link: random, expiring, single use.

    A request for an address nobody has leaves a row without a user: the same work, the same answer.
    The link itself is made by a job (`mailed_at`), so that the request need not know more.
    """

    __tablename__ = "password_reset"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EmailChange(db.Model):
    """A sign-in address that somebody asked to change to: a link to it, random, expiring, single use."""

    __tablename__ = "email_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SecondFactor(db.Model):
    """What a person proves themselves with beside the password: a secret shared with their device.

    In force from `confirmed_at` on. `last_step` is the half minute of the newest code accepted: a code
    counts once, and none older.
    """

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int] = mapped_column(default=0)


class RecoveryCode(db.Model):
    """A code that stands in for the device once; kept as a keyed hash."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInStep(db.Model):
    """A sign-in whose password was right and whose code is still to come."""

    __tablename__ = "sign_in_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MailStatus(StrEnum):
    DUE = "due"
    SENT = "sent"
    FAILED = "failed"


class OutgoingMail(Keyed, db.Model):
    """A mail to be sent, written in the transaction that gives the reason for it.

    `next_attempt_at` is also the lease of who is sending it now. The body is emptied once it was
    handed over: it may hold a link that opens an account. `unsubscribe_url` where it can be ended.
    """

    __tablename__ = "outgoing_mail"

    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str]
    unsubscribe_url: Mapped[str] = mapped_column(String(500), default="")
    status: Mapped[MailStatus] = enum_column(MailStatus, default=MailStatus.DUE, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    last_error: Mapped[str] = mapped_column(String(300), default="")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
