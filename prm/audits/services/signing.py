"""The end of an audit: submitted by the auditor, signed or sent back by somebody else, then closed."""

from __future__ import annotations

import hashlib

from flask_babel import gettext as _
from sqlalchemy import or_, select, update

from prm.access import Actor, require
from prm.audits import packing
from prm.audits.models import (
    ActionStatus,
    Audit,
    AuditAction,
    AuditFinding,
    AuditItem,
    AuditStatus,
)
from prm.audits.queries import auditing
from prm.audits.services.auditing import hold, move, require_auditor
from prm.audits.services.naming import Names
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.journal.services import announce, record
from prm.permissions import P
from prm.vendors.models import StoredFile, Vendor


def submit_audit(actor: Actor, audit: Audit) -> None:
    """Ask for the signature. Raises DomainError while a finding is neither corrected nor waived."""
    require_auditor(actor, audit)
    hold(audit, AuditStatus.REPORTED)
    unsettled = 0
    for found in auditing.get_dossier(audit).findings:
        is_corrected = found.actions and all(a.status is ActionStatus.ACCEPTED for a in found.actions)
        unsettled += not (found.finding.waived_at or is_corrected)
    if unsettled:
        raise DomainError(
            _(
                "Findings that are neither corrected nor accepted as they stand: %(count)s.",
                count=unsettled,
            )
        )
    move(audit, [AuditStatus.REPORTED], AuditStatus.REVIEW, submitted_at=clock.now())
    record(actor, "audit.submitted", audit, facts={"score_percent": audit.score_percent})


def require_second_person(actor: Actor, audit: Audit) -> None:
    """Raises DomainError for the auditor, for whoever judged or verified anything, and for the system."""
    require(actor, P.AUDIT_SIGN_OFF)
    if actor.user_id is None:
        raise DomainError(_("An audit is signed by a person."))
    if took_part(actor, audit):
        raise DomainError(_("You took part in this audit. Somebody else signs it."))


def took_part(actor: Actor, audit: Audit) -> bool:
    """Whether the actor is the auditor, or judged, found or verified anything in the audit."""
    if actor.user_id == audit.auditor_id:
        return True
    judged = select(AuditItem.id).where(
        AuditItem.audit_id == audit.id, AuditItem.judged_by_id == actor.user_id
    )
    verified = (
        select(AuditFinding.id)
        .outerjoin(AuditAction, AuditAction.finding_id == AuditFinding.id)
        .where(
            AuditFinding.audit_id == audit.id,
            or_(
                AuditFinding.created_by_id == actor.user_id,
                AuditAction.verified_by_id == actor.user_id,
            ),
        )
    )
    return any(db.session.scalar(each.limit(1)) is not None for each in (judged, verified))


def sign_off(actor: Actor, audit: Audit, *, note: str = "") -> None:
    """Sign and close an audit; from here on nothing of it changes.

    The SHA-256 of what was signed goes into the journal. Raises DomainError for anybody who took part,
    Conflict where it does not wait for a signature.
    """
    require_second_person(actor, audit)
    hold(audit, AuditStatus.REVIEW)
    names = Names(audit)
    names.actor(actor)
    audit.sign_off_note = names.text(note)
    move(
        audit,
        [AuditStatus.REVIEW],
        AuditStatus.CLOSED,
        closed_at=clock.now(),
        signed_by_id=actor.user_id,
    )
    vendor = db.session.get_one(Vendor, audit.vendor_id)
    signed = packing.audit_json(auditing.get_dossier(audit, with_rows=True), vendor)
    audit.record_sha256 = hashlib.sha256(signed).hexdigest()
    record(
        actor,
        "audit.closed",
        audit,
        facts={"score_percent": audit.score_percent, "record_sha256": audit.record_sha256},
    )
    announce(actor, "audit.report_due", audit)


def return_audit(actor: Actor, audit: Audit, *, reason: str) -> None:
    """Send an audit back to its auditor with the reason. Raises as sign_off does, DomainError without one."""
    require_second_person(actor, audit)
    hold(audit, AuditStatus.REVIEW)
    if not reason.strip():
        message = _("Say what the auditor shall look at again.")
        raise DomainError(message, {"note": message})
    names = Names(audit)
    names.actor(actor)
    move(audit, [AuditStatus.REVIEW], AuditStatus.OPEN, returned_reason=names.text(reason))
    record(actor, "audit.returned", audit)


def keep_report(actor: Actor, audit_id: int, file: StoredFile, manifest_sha256: str) -> None:
    """Say which file is the report in the pack of a closed audit, once.

    Raises Conflict where another process did before.
    """
    db.session.add(file)
    db.session.flush()
    claim(
        update(Audit)
        .where(
            Audit.id == audit_id,
            Audit.status == AuditStatus.CLOSED,
            Audit.report_file_id.is_(None),
        )
        .values(report_file_id=file.id, manifest_sha256=manifest_sha256),
        _("The report of this audit is kept already."),
    )
    record(
        actor,
        "audit.report_kept",
        db.session.get_one(Audit, audit_id),
        facts={"report_sha256": file.sha256, "manifest_sha256": manifest_sha256},
    )
