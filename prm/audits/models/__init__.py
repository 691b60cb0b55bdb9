"""Tables of audits."""

from prm.audits.models.auditing import (
    OPENED,
    UNFINISHED,
    ActionStatus,
    Audit,
    AuditAction,
    AuditEvidence,
    AuditFinding,
    AuditItem,
    AuditName,
    AuditRow,
    AuditStatus,
    RowVerdict,
    SelfStatus,
    Severity,
    Verdict,
)
from prm.audits.models.campaigns import AuditCampaign, AuditCampaignTarget, TargetOutcome
from prm.audits.models.criteria import (
    Checklist,
    ChecklistItem,
    Criterion,
    CriterionKind,
    CriterionVersion,
)
from prm.audits.models.policy import CompliancePolicy
from prm.audits.models.standings import PartnerPeople, PartnershipStanding

__all__ = [
    "OPENED",
    "UNFINISHED",
    "ActionStatus",
    "Audit",
    "AuditAction",
    "AuditCampaign",
    "AuditCampaignTarget",
    "AuditEvidence",
    "AuditFinding",
    "AuditItem",
    "AuditName",
    "AuditRow",
    "AuditStatus",
    "Checklist",
    "ChecklistItem",
    "CompliancePolicy",
    "Criterion",
    "CriterionKind",
    "CriterionVersion",
    "PartnerPeople",
    "PartnershipStanding",
    "RowVerdict",
    "SelfStatus",
    "Severity",
    "TargetOutcome",
    "Verdict",
]
