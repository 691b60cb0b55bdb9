"""What the auditor does in an audit: judgements, findings, the report, and verification of actions."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select, update

from prm.access import Actor
from prm.audits.criteria import GradedTerms, SampleTerms, score_percent
from prm.audits.models import (
    ActionStatus,
    Audit,
    AuditAction,
    AuditFinding,
    AuditItem,
    AuditRow,
    AuditStatus,
    RowVerdict,
    Severity,
    Verdict,
)
from prm.audits.services.auditing import get_terms, hold, move, require_auditor
from prm.audits.services.naming import Names
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.journal.services import record
from prm.partners.models import Partnership


def judge_item(
    actor: Actor,
    audit: Audit,
    item: AuditItem,
    *,
    verdict: Verdict | None,
    note: str,
    points: int | None = None,
    rows: Mapping[UUID, RowVerdict] | None = None,
) -> None:
    """Judge a criterion. Grades follow from the level chosen, samples from their rows.

    A sample's rows can be judged in several sittings; it has no verdict before the last. Raises Conflict
    once reported, DomainError where a reason or a level is missing.
    """
    require_auditor(actor, audit)
    hold(audit, AuditStatus.OPEN)
    terms = get_terms(item)
    if verdict is not Verdict.NOT_APPLICABLE:
        if isinstance(terms, GradedTerms):
            if points not in {level.points for level in terms.levels}:
                raise _at("level", _("Choose the level that fits."))
            verdict = Verdict.MET if points is not None and points >= terms.pass_points else Verdict.NOT_MET
        elif isinstance(terms, SampleTerms):
            verdict = _judge_rows(item, terms, rows or {})
        elif verdict is None:
            raise _at("verdict", _("Choose a judgement."))
    else:
        points = None
    departs = (
        item.is_met is not None
        and verdict in (Verdict.MET, Verdict.NOT_MET)
        and (item.is_met is not (verdict is Verdict.MET))
    )
    if not note.strip() and (verdict in (Verdict.NOT_MET, Verdict.NOT_APPLICABLE) or departs):
        raise _at("note", _("Say why: what you saw, and what it means."))
    item.verdict, item.points = verdict, points if isinstance(terms, GradedTerms) else None
    item.note = _names(actor, audit).text(note)
    item.judged_by_id, item.judged_at = actor.user_id, clock.now()
    record(
        actor,
        "audit.judged",
        audit,
        facts={
            "position": item.position,
            "verdict": verdict.value if verdict else None,
            "points": item.points,
            "rows": {str(key): each.value for key, each in (rows or {}).items()},
        },
    )


def _judge_rows(item: AuditItem, terms: SampleTerms, rows: Mapping[UUID, RowVerdict]) -> Verdict | None:
    drawn = list(db.session.scalars(select(AuditRow).where(AuditRow.item_id == item.id)))
    if not drawn:
        raise _at("verdict", _("There was nothing to draw from: judge it as not applicable."))
    for row in drawn:
        row.verdict = rows.get(row.public_id, row.verdict)
    if any(row.verdict is None for row in drawn):
        return None
    failed = sum(row.verdict is RowVerdict.NOT_OK for row in drawn)
    return Verdict.MET if failed <= terms.allowed else Verdict.NOT_MET


def _names(actor: Actor, audit: Audit) -> Names:
    names = Names(audit)
    names.people_of(db.session.get_one(Partnership, audit.partnership_id))
    names.actor(actor)
    return names


def _at(field: str, message: str) -> DomainError:
    return DomainError(message, {field: message})


# -- findings ----------------------------------------------------------------------------------


def add_finding(
    actor: Actor, audit: Audit, *, severity: Severity, text: str, item: AuditItem | None
) -> AuditFinding:
    """Write down what is wrong; the partner sees it once it is reported. Raises DomainError without text."""
    require_auditor(actor, audit)
    hold(audit, AuditStatus.OPEN)
    if not text.strip():
        raise _at("text", _("Say what is wrong."))
    assert actor.user_id is not None
    finding = AuditFinding(
        audit_id=audit.id,
        item_id=item.id if item is not None else None,
        severity=severity,
        text=_names(actor, audit).text(text),
        created_by_id=actor.user_id,
        created_at=clock.now(),
    )
    db.session.add(finding)
    record(
        actor,
        "audit.finding_added",
        finding,
        facts={
            "audit": str(audit.public_id),
            "severity": severity.value,
            "position": item.position if item is not None else None,
        },
    )
    return finding


def remove_finding(actor: Actor, audit: Audit, finding: AuditFinding) -> None:
    """Take back a finding before it is reported. Raises DomainError where the partner answered it already."""
    require_auditor(actor, audit)
    hold(audit, AuditStatus.OPEN)
    if db.session.scalar(select(AuditAction.id).where(AuditAction.finding_id == finding.id).limit(1)):
        raise DomainError(_("The partner has answered this finding; it stays."))
    record(actor, "audit.finding_removed", finding, facts={"audit": str(audit.public_id)})
    db.session.execute(delete(AuditFinding).where(AuditFinding.id == finding.id))


def report_findings(actor: Actor, audit: Audit, *, summary: str) -> None:
    """Give the partner the judgements and findings; they answer with actions.

    Raises DomainError while a criterion has no judgement, or one that is not met has no finding.
    """
    require_auditor(actor, audit)
    hold(audit, AuditStatus.OPEN)
    items = list(
        db.session.scalars(
            select(AuditItem).where(AuditItem.audit_id == audit.id).order_by(AuditItem.position)
        )
    )
    missing = [item.position for item in items if item.verdict is None]
    if missing:
        raise DomainError(_("Not judged yet: criterion %(numbers)s.", numbers=", ".join(map(str, missing))))
    with_finding = set(
        db.session.scalars(select(AuditFinding.item_id).where(AuditFinding.audit_id == audit.id))
    )
    bare = [
        item.position for item in items if item.verdict is Verdict.NOT_MET and item.id not in with_finding
    ]
    if bare:
        raise DomainError(
            _(
                "Not met, and without a finding: criterion %(numbers)s. Say what is wrong there.",
                numbers=", ".join(map(str, bare)),
            )
        )
    audit.summary = _names(actor, audit).text(summary)
    audit.score_percent = score_of(items)
    move(audit, [AuditStatus.OPEN], AuditStatus.REPORTED, reported_at=clock.now(), returned_reason="")
    record(
        actor,
        "audit.reported",
        audit,
        facts={"score_percent": audit.score_percent, "findings": len(with_finding)},
    )


def score_of(items: list[AuditItem]) -> int | None:
    """The weighted score in whole percent: a grade counts by its points, what does not apply not at all."""
    parts = []
    for item in items:
        terms = get_terms(item)
        if item.verdict is Verdict.NOT_APPLICABLE:
            continue
        if isinstance(terms, GradedTerms):
            share = Fraction(item.points or 0, terms.best)
        else:
            share = Fraction(int(item.verdict is Verdict.MET))
        parts.append((item.weight, share))
    return score_percent(parts)


def waive_finding(actor: Actor, audit: Audit, finding: AuditFinding, *, reason: str) -> None:
    """Accept a finding as it stands, with the reason: no action is asked for. Raises DomainError without."""
    require_auditor(actor, audit)
    hold(audit, AuditStatus.REPORTED)
    if not reason.strip():
        raise _at("reason", _("Give the reason."))
    claim(
        update(AuditFinding)
        .where(AuditFinding.id == finding.id, AuditFinding.waived_at.is_(None))
        .values(waived_at=clock.now(), waived_reason=_names(actor, audit).text(reason)),
        _("This finding was accepted before."),
    )
    db.session.refresh(finding)
    record(actor, "audit.finding_waived", finding, facts={"audit": str(audit.public_id)})


# -- verification ------------------------------------------------------------------------------


def verify_action(
    actor: Actor, audit: Audit, action: AuditAction, *, is_accepted: bool, reason: str = ""
) -> None:
    """Accept the proof of an action, or send it back with the reason.

    Raises Conflict where there is no proof to look at, DomainError for sending back without a reason.
    """
    require_auditor(actor, audit)
    hold(audit, AuditStatus.REPORTED)
    if not is_accepted and not reason.strip():
        raise _at("reason", _("Say what is missing."))
    status = ActionStatus.ACCEPTED if is_accepted else ActionStatus.SENT_BACK
    claim(
        update(AuditAction)
        .where(AuditAction.id == action.id, AuditAction.status == ActionStatus.PROVED)
        .values(
            status=status,
            reason=_names(actor, audit).text(reason),
            verified_by_id=actor.user_id,
            verified_at=clock.now(),
        ),
        _("There is no proof to look at: it was not sent yet, or looked at before."),
    )
    db.session.refresh(action)
    record(
        actor,
        "audit.action_accepted" if is_accepted else "audit.action_sent_back",
        action,
        facts={"audit": str(audit.public_id)},
    )
