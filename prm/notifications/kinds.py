"""What belongs to each kind: who may be told, what it opens, and when it goes by mail by default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from prm.notifications.models import Kind, MailWhen, Notification
from prm.permissions import P, Role, reach_of


@dataclass(frozen=True)
class KindSpec:
    """`permission` is what a person needs to be told; None: it is their own business, like a course
    they take. `endpoint` takes the subject's id as `argument`; without one it is a list. See target_of.
    """

    permission: P | None
    endpoint: str
    argument: str | None
    icon: str
    sign: str = "info"
    mail: MailWhen = MailWhen.DIGEST


KINDS: dict[Kind, KindSpec] = {
    Kind.COURSE_ASSIGNED: KindSpec(None, "training.course", "course_id", "school", "brand", MailWhen.AT_ONCE),
    Kind.COURSE_REPLACED: KindSpec(None, "training.course", "course_id", "refresh"),
    Kind.COURSE_CHANGED: KindSpec(None, "training.course", "course_id", "refresh", "warning"),
    Kind.PATH_ASSIGNED: KindSpec(None, "training.path", "path_id", "timeline", "brand", MailWhen.AT_ONCE),
    Kind.SESSION_NEWS: KindSpec(
        None, "training.course", "course_id", "calendar-event", "brand", MailWhen.AT_ONCE
    ),
    Kind.TASK_WAITING: KindSpec(P.TASK_GRADE, "training.grade", "submission_id", "clipboard-check", "brand"),
    Kind.TASK_GRADED: KindSpec(
        None, "training.course", "course_id", "clipboard-check", "success", MailWhen.AT_ONCE
    ),
    Kind.COURSE_DUE: KindSpec(None, "training.course", "course_id", "calendar-due", "warning"),
    Kind.COURSE_OVERDUE: KindSpec(None, "training.course", "course_id", "alert-triangle", "danger"),
    Kind.TRAINING_OVERDUE: KindSpec(P.PROGRESS_VIEW, "training.progress", None, "alert-triangle", "warning"),
    Kind.CERTIFICATE_ISSUED: KindSpec(
        None, "certification.detail", "certificate_id", "certificate", "success"
    ),
    Kind.CERTIFICATE_REVOKED: KindSpec(
        None, "certification.detail", "certificate_id", "certificate-off", "danger"
    ),
    Kind.CERTIFICATE_EXPIRING: KindSpec(
        None, "certification.detail", "certificate_id", "calendar-due", "warning"
    ),
    Kind.CERTIFICATE_EXPIRED: KindSpec(
        None, "certification.detail", "certificate_id", "alert-triangle", "danger"
    ),
    Kind.REMINDED: KindSpec(None, "", None, "bell", "warning", MailWhen.AT_ONCE),
    Kind.COLLEAGUE_CERTIFICATES: KindSpec(
        P.CERTIFICATE_VIEW, "certification.index", None, "calendar-due", "warning"
    ),
    Kind.INVITATION_ACCEPTED: KindSpec(P.PEOPLE_VIEW, "accounts.people", None, "user-check", "success"),
    Kind.COMPLIANCE_LOST: KindSpec(
        P.COMPLIANCE_VIEW, "partners.story", "partnership_id", "shield-x", "danger"
    ),
    Kind.ACCREDITATION_AWARDED: KindSpec(
        P.ACCREDITATION_VIEW, "certification.accreditation", "award_id", "award", "success"
    ),
    Kind.ACCREDITATION_ENDED: KindSpec(
        P.ACCREDITATION_VIEW, "certification.accreditation", "award_id", "alert-triangle", "danger"
    ),
    Kind.AGREEMENT_ENDING: KindSpec(
        P.PARTNER_STORY, "partners.story", "partnership_id", "calendar-due", "warning"
    ),
    Kind.IMPORT_PROBLEM: KindSpec(P.IMPORT_VIEW, "imports.batch", "batch_id", "file-import", "warning"),
    Kind.AUDIT_ASSIGNED: KindSpec(P.AUDIT_CONDUCT, "audits.audit", "audit_id", "clipboard-list", "brand"),
    Kind.AUDIT_ASKED: KindSpec(P.AUDIT_ANSWER, "audits.audit", "audit_id", "clipboard-list", "brand"),
    Kind.AUDIT_ANSWERED: KindSpec(P.AUDIT_CONDUCT, "audits.audit", "audit_id", "clipboard-check"),
    Kind.AUDIT_REPORTED: KindSpec(P.AUDIT_ANSWER, "audits.audit", "audit_id", "flag", "warning"),
    Kind.AUDIT_PROVED: KindSpec(P.AUDIT_CONDUCT, "audits.audit", "audit_id", "paperclip"),
    Kind.AUDIT_SIGN_OFF: KindSpec(P.AUDIT_SIGN_OFF, "audits.audit", "audit_id", "clipboard-check", "brand"),
    Kind.AUDIT_RETURNED: KindSpec(P.AUDIT_CONDUCT, "audits.audit", "audit_id", "arrow-back-up", "warning"),
    Kind.AUDIT_CLOSED: KindSpec(P.AUDIT_VIEW, "audits.audit", "audit_id", "clipboard-check", "success"),
    Kind.AUDIT_DUE: KindSpec(P.AUDIT_VIEW, "audits.audit", "audit_id", "calendar-due", "warning"),
}


def target_of(row: Notification) -> tuple[str, dict[str, Any]]:
    """(endpoint, values) of the page that a notification opens."""
    spec = KINDS[row.kind]
    if row.kind is Kind.TRAINING_OVERDUE:
        return spec.endpoint, {"standing": "overdue", "company": row.facts["partner"]}
    if row.kind is Kind.REMINDED:
        is_course = "course" in row.facts
        spec = KINDS[Kind.COURSE_OVERDUE if is_course else Kind.CERTIFICATE_EXPIRING]
    if row.kind is Kind.AUDIT_ASSIGNED and row.subject_id is None:  # many at once: their list
        return "audits.index", {}
    return spec.endpoint, {spec.argument: row.subject_id} if spec.argument else {}


# What people of a role are told who take courses; others have no business of their own here.
_LEARNING = frozenset(kind for kind, spec in KINDS.items() if spec.permission is None)


# Told to those alone who conduct audits or answer them.
_AUDIT_DATES = frozenset({Kind.AUDIT_CLOSED, Kind.AUDIT_DUE})


def kinds_of(role: Role | None) -> tuple[Kind, ...]:
    """The kinds that somebody of a role may be told of, in the order of the table."""
    is_learner = bool(reach_of(role, P.COURSE_TAKE))
    return tuple(
        kind
        for kind, spec in KINDS.items()
        if (is_learner if kind in _LEARNING else spec.permission and reach_of(role, spec.permission))
        and not (kind is Kind.COLLEAGUE_CERTIFICATES and role is not Role.PARTNER_ADMIN)
        and not (kind is Kind.IMPORT_PROBLEM and not reach_of(role, P.IMPORT_RUN))
        and not (kind is Kind.INVITATION_ACCEPTED and not reach_of(role, P.PEOPLE_INVITE))
        and not (
            kind in _AUDIT_DATES and not (reach_of(role, P.AUDIT_CONDUCT) or reach_of(role, P.AUDIT_ANSWER))
        )
    )
