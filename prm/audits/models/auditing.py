"""An audit of one partnership: what it asked, what was found, who answered and who signed.

People and companies stand in these tables as pseudonyms keyed to the audit; AuditName says who they
are and can be emptied without anything else changing. Texts that people write are kept with the names
in them replaced (prm/audits/services/naming.py).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.audits.models.criteria import CriterionKind
from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table


class AuditStatus(StrEnum):
    PLANNED = "planned"
    OPEN = "open"  # evidence is frozen; the partner answers, the auditor judges
    REPORTED = "reported"  # findings are out; the partner corrects, the auditor verifies
    REVIEW = "review"  # waits for a second person's signature
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


# What a partner is told of, and what still moves.
OPENED = (AuditStatus.OPEN, AuditStatus.REPORTED, AuditStatus.REVIEW, AuditStatus.CLOSED)
UNFINISHED = (AuditStatus.PLANNED, AuditStatus.OPEN, AuditStatus.REPORTED, AuditStatus.REVIEW)


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"


class RowVerdict(StrEnum):
    OK = "ok"
    NOT_OK = "not_ok"


class SelfStatus(StrEnum):
    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"


class Severity(StrEnum):
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class ActionStatus(StrEnum):
    AGREED = "agreed"
    PROVED = "proved"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"


class Audit(Keyed, VendorOwned, db.Model):
    """A review of a partnership against a checklist as of a date.

    `seed` draws its samples. `record_sha256` is of audit.json as it was when signed: what the pack
    holds for ever. `report_file_id`: the report in the pack, made once.
    """

    __tablename__ = "audit"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"),
        tenant_key("checklist_id", "checklist"),
        tenant_key("campaign_id", "audit_campaign"),
        tenant_key("report_file_id", "stored_file"),
        Index("ix_audit_vendor_partnership", "vendor_id", "partnership_id", "as_of"),
        Index("ix_audit_vendor_status", "vendor_id", "status"),
    )
    reach_own = "partnership_id"

    partnership_id: Mapped[int]
    checklist_id: Mapped[int]
    checklist_name: Mapped[str] = mapped_column(String(200))
    campaign_id: Mapped[int | None] = mapped_column(index=True)
    as_of: Mapped[date]
    due_on: Mapped[date]
    seed: Mapped[str] = mapped_column(String(40))
    status: Mapped[AuditStatus] = enum_column(AuditStatus, default=AuditStatus.PLANNED)
    auditor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    planned_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    pseudonym_key: Mapped[str] = mapped_column(String(64))
    summary: Mapped[str] = mapped_column(default="")
    sign_off_note: Mapped[str] = mapped_column(default="")
    returned_reason: Mapped[str] = mapped_column(default="")
    score_percent: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    record_sha256: Mapped[str | None] = mapped_column(String(64))
    manifest_sha256: Mapped[str | None] = mapped_column(String(64))
    report_file_id: Mapped[int | None]


class AuditItem(Keyed, VendorOwned, db.Model):
    """One criterion as the audit froze it, its result, the partner's answer and the auditor's judgement.

    `value` is what a metric came to, in its unit (money: minor units); null where there was nothing to
    measure. `population`: how many rows a sample was drawn from.
    """

    __tablename__ = "audit_item"
    __table_args__ = tenant_table(
        tenant_key("audit_id", "audit"),
        tenant_key("criterion_version_id", "criterion_version"),
        UniqueConstraint("audit_id", "position"),
    )

    audit_id: Mapped[int]
    position: Mapped[int]
    weight: Mapped[int]
    criterion_version_id: Mapped[int]
    kind: Mapped[CriterionKind] = enum_column(CriterionKind)
    name: Mapped[str] = mapped_column(String(200))
    guidance: Mapped[str] = mapped_column(String(2000), default="")
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    value: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    is_met: Mapped[bool | None]
    population: Mapped[int | None]
    self_status: Mapped[SelfStatus | None] = enum_column(SelfStatus)
    self_text: Mapped[str] = mapped_column(default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verdict: Mapped[Verdict | None] = enum_column(Verdict)
    points: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="")
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuditRow(Keyed, VendorOwned, db.Model):
    """A row that a result rests on, as it was when the audit opened; a sample's are judged one by one."""

    __tablename__ = "audit_row"
    __table_args__ = tenant_table(
        tenant_key("item_id", "audit_item"),
        UniqueConstraint("item_id", "position"),
        CheckConstraint("position > 0", name="position"),
    )

    item_id: Mapped[int]
    position: Mapped[int]
    cells: Mapped[dict[str, Any]] = mapped_column(JSON)
    verdict: Mapped[RowVerdict | None] = enum_column(RowVerdict)


class AuditEvidence(Keyed, VendorOwned, db.Model):
    """A file that the partner provided. Its name is a name of the audit: kept as a pseudonym."""

    __tablename__ = "audit_evidence"
    __table_args__ = tenant_table(
        tenant_key("item_id", "audit_item"),
        tenant_key("file_id", "stored_file"),
        Index("ix_audit_evidence_item", "item_id"),
    )

    item_id: Mapped[int]
    file_id: Mapped[int]
    valid_until: Mapped[date | None]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditName(Keyed, VendorOwned, db.Model):
    """Who or what a pseudonym of one audit stands for. `value` and `salt` are emptied by an erasure.

    `commitment` = SHA-256 of "salt:value": it shows that a name was the one, and without the salt
    nothing about it.
    """

    __tablename__ = "audit_name"
    __table_args__ = tenant_table(tenant_key("audit_id", "audit"), UniqueConstraint("audit_id", "token"))

    audit_id: Mapped[int]
    token: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(300))
    salt: Mapped[str] = mapped_column(String(64))
    commitment: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)


class AuditFinding(Keyed, VendorOwned, db.Model):
    """What is wrong, and how badly. `waived_reason`: accepted as it stands, by the auditor."""

    __tablename__ = "audit_finding"
    __table_args__ = tenant_table(
        tenant_key("audit_id", "audit"),
        tenant_key("item_id", "audit_item"),
        Index("ix_audit_finding_audit", "audit_id"),
    )

    audit_id: Mapped[int]
    item_id: Mapped[int | None]
    severity: Mapped[Severity] = enum_column(Severity)
    text: Mapped[str]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    waived_reason: Mapped[str] = mapped_column(default="")
    waived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuditAction(Keyed, VendorOwned, db.Model):
    """What the partner does about a finding: by whom, until when, the proof, and what the auditor says."""

    __tablename__ = "audit_action"
    __table_args__ = tenant_table(
        tenant_key("finding_id", "audit_finding"),
        tenant_key("proof_file_id", "stored_file"),
        Index("ix_audit_action_finding", "finding_id"),
    )

    finding_id: Mapped[int]
    text: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    due_on: Mapped[date]
    status: Mapped[ActionStatus] = enum_column(ActionStatus, default=ActionStatus.AGREED)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proof_text: Mapped[str] = mapped_column(default="")
    proof_file_id: Mapped[int | None]
    proved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(default="")
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
