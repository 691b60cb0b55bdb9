"""What the partner does in an audit: answers, evidence, corrective actions and their proof."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from prm.access import Actor, require
from prm.audits.models import (
    ActionStatus,
    Audit,
    AuditAction,
    AuditEvidence,
    AuditFinding,
    AuditItem,
    AuditStatus,
    CriterionKind,
    SelfStatus,
)
from prm.audits.queries.compliance import today_of
from prm.audits.queries.metrics import Named
from prm.audits.services.auditing import hold
from prm.audits.services.naming import Names
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.journal.services import record
from prm.marketing.files import Upload
from prm.partners import queries as partners
from prm.partners.models import Partnership
from prm.permissions import P
from prm.vendors.files import keep_file
from prm.vendors.models import StoredFile

MAX_EVIDENCE = 20


def answer_item(
    actor: Actor,
    audit: Audit,
    item: AuditItem,
    *,
    status: SelfStatus | None,
    text: str,
    upload: Upload | None = None,
    valid_until: date | None = None,
) -> None:
    """Say how the company sees itself against a criterion, and provide a file as evidence.

    Raises Conflict once the auditor has reported, DomainError for an answer without anything in it,
    or a document without the date until which it is valid.
    """
    require(actor, P.AUDIT_ANSWER)
    hold(audit, AuditStatus.OPEN)
    if status is None and not text.strip() and upload is None:
        raise DomainError(_("Choose an answer, write something, or provide a file."))
    if upload is not None and valid_until is None and item.kind is CriterionKind.DOCUMENT:
        raise _at("valid_until", _("Enter the date until which the document is valid."))
    names = _names(actor, audit)
    item.self_status = status
    item.self_text = names.text(text)
    item.answered_by_id, item.answered_at = actor.user_id, clock.now()
    if upload is not None:
        _add_evidence(actor, names, item, upload, valid_until)
    record(
        actor,
        "audit.answered",
        audit,
        facts={"position": item.position, "status": status.value if status else None},
    )


def hand_in_answers(actor: Actor, audit: Audit) -> None:
    """Tell the auditor that nothing more is to come; answers may still be changed until the report.

    Raises Conflict once the auditor has reported, DomainError while nothing is answered.
    """
    require(actor, P.AUDIT_ANSWER)
    hold(audit, AuditStatus.OPEN)
    answered = select(AuditItem.id).where(AuditItem.audit_id == audit.id, AuditItem.answered_at.is_not(None))
    if db.session.scalar(answered.limit(1)) is None:
        raise DomainError(_("Answer at least one criterion before you hand the answers in."))
    audit.handed_in_at = audit.touched_at = clock.now()
    record(actor, "audit.handed_in", audit)


def _names(actor: Actor, audit: Audit) -> Names:
    names = Names(audit)
    names.people_of(db.session.get_one(Partnership, audit.partnership_id))
    names.actor(actor)
    return names


def _add_evidence(
    actor: Actor, names: Names, item: AuditItem, upload: Upload, valid_until: date | None
) -> None:
    there_are = db.session.scalar(
        select(func.count(AuditEvidence.id)).where(AuditEvidence.item_id == item.id)
    )
    if (there_are or 0) >= MAX_EVIDENCE:
        raise _at("file", _("A criterion takes at most %(most)s files.", most=MAX_EVIDENCE))
    file = keep_file(actor, upload.content, name=upload.name, media_type=upload.media_type)
    assert actor.user_id is not None
    evidence = AuditEvidence(
        item_id=item.id,
        file_id=file.id,
        valid_until=valid_until,
        uploaded_by_id=actor.user_id,
        uploaded_at=clock.now(),
    )
    db.session.add(evidence)
    names.token(Named("file", file.public_id, upload.name, actor.user_id))
    record(
        actor,
        "audit.evidence_provided",
        evidence,
        facts={
            "audit": str(names.audit.public_id),
            "position": item.position,
            "sha256": file.sha256,
            "valid_until": valid_until,
        },
    )


def remove_evidence(actor: Actor, audit: Audit, item: AuditItem, evidence: AuditEvidence) -> None:
    """Take a file back, as long as the auditor has not reported. Raises Conflict afterwards."""
    require(actor, P.AUDIT_ANSWER)
    hold(audit, AuditStatus.OPEN)
    file = db.session.get_one(StoredFile, evidence.file_id)
    record(
        actor,
        "audit.evidence_removed",
        evidence,
        facts={"audit": str(audit.public_id), "position": item.position, "sha256": file.sha256},
    )
    db.session.delete(evidence)


# -- corrective actions ------------------------------------------------------------------------


def agree_action(
    actor: Actor, audit: Audit, finding: AuditFinding, *, text: str, owner_id: UUID, due_on: date
) -> AuditAction:
    """Say what is done about a finding, by whom of the company, and until when.

    Raises Conflict where the finding was waived or the audit has moved on, DomainError naming the field.
    """
    require(actor, P.AUDIT_ANSWER)
    hold(audit, AuditStatus.REPORTED)
    if finding.waived_at is not None:
        raise DomainError(_("The auditor has accepted this finding as it stands. Nothing is asked of you."))
    if not text.strip():
        raise _at("text", _("Say what will be done."))
    if due_on < today_of(actor):
        raise _at("due_on", _("The due date has passed already."))
    partnership = db.session.get_one(Partnership, audit.partnership_id)
    people = {p.public_id: p for p in partners.list_people(partnership.partner_id, clock.now())}
    if owner_id not in people:
        raise _at("owner", _("Choose one of the company's people."))
    names = _names(actor, audit)
    assert actor.user_id is not None
    action = AuditAction(
        finding_id=finding.id,
        text=names.text(text),
        owner_id=people[owner_id].user_id,
        due_on=due_on,
        created_by_id=actor.user_id,
        created_at=clock.now(),
    )
    db.session.add(action)
    record(
        actor,
        "audit.action_agreed",
        action,
        facts={
            "audit": str(audit.public_id),
            "finding": str(finding.public_id),
            "owner": str(owner_id),
            "due_on": due_on,
        },
    )
    return action


def prove_action(
    actor: Actor, audit: Audit, action: AuditAction, *, text: str, upload: Upload | None = None
) -> None:
    """Show that an action was done: in words, with a file, or both; the auditor verifies it next.

    Raises Conflict where it waits for the auditor already, DomainError without a proof.
    """
    require(actor, P.AUDIT_ANSWER)
    hold(audit, AuditStatus.REPORTED)
    if not text.strip() and upload is None:
        raise _at("text", _("Say how it was done, or provide a file that shows it."))
    names = _names(actor, audit)
    file = (
        keep_file(actor, upload.content, name=upload.name, media_type=upload.media_type)
        if upload is not None
        else None
    )
    if file is not None and upload is not None:
        names.token(Named("file", file.public_id, upload.name, actor.user_id))
    claim(
        update(AuditAction)
        .where(
            AuditAction.id == action.id,
            AuditAction.status.in_([ActionStatus.AGREED, ActionStatus.SENT_BACK]),
        )
        .values(
            status=ActionStatus.PROVED,
            proof_text=names.text(text),
            # A proof sent again without a file keeps the file it had.
            proof_file_id=file.id if file is not None else action.proof_file_id,
            proved_by_id=actor.user_id,
            proved_at=clock.now(),
        ),
        _("This action has its proof already; the auditor looks at it next."),
    )
    db.session.refresh(action)
    record(
        actor,
        "audit.action_proved",
        action,
        facts={"audit": str(audit.public_id), "sha256": file.sha256 if file is not None else None},
    )


def _at(field: str, message: str) -> DomainError:
    return DomainError(message, {field: message})
