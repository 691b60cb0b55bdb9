"""Reading audits: the list, one audit with everything that belongs to it, and its names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from prm.access import Actor, visible
from prm.accounts.models import Membership, MembershipRole, User
from prm.audits.models import (
    OPENED,
    Audit,
    AuditAction,
    AuditEvidence,
    AuditFinding,
    AuditItem,
    AuditName,
    AuditRow,
    AuditStatus,
)
from prm.errors import NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.names import fold_name
from prm.partners.models import Partnership, Region
from prm.permissions import P
from prm.vendors.models import StoredFile

Auditor = aliased(User)


@dataclass(frozen=True)
class Provided:
    """A piece of evidence, and its file."""

    evidence: AuditEvidence
    file: StoredFile


@dataclass(frozen=True)
class Found:
    """A finding with what is done about it; `proofs`: files by the action's key."""

    finding: AuditFinding
    actions: tuple[AuditAction, ...]


@dataclass(frozen=True)
class Dossier:
    """One audit with everything that belongs to it, and who its pseudonyms are.

    `tokens`: pseudonyms of people by their key. `rows` are there only if they were asked for.
    """

    audit: Audit
    partnership: Partnership
    items: tuple[AuditItem, ...]
    evidence: dict[int, list[Provided]]
    findings: tuple[Found, ...]
    proofs: dict[int, StoredFile]
    names: dict[str, AuditName]
    tokens: dict[int, str]
    rows: dict[int, list[AuditRow]] = field(default_factory=dict)

    @property
    def shown(self) -> dict[str, str]:
        """Pseudonym → what people know it by; those erased are left out."""
        return {token: row.value for token, row in self.names.items() if row.value}

    def name_of(self, user_id: int | None) -> str:
        return self.shown.get(self.tokens.get(user_id or 0, ""), "")


def _of_partner(actor: Actor) -> bool:
    return actor.is_partner_side


def _reached(statement: Select[Any], actor: Actor, permission: P) -> Select[Any]:
    """The audits within reach; a partner's people learn of theirs when they are opened."""
    statement = visible(statement, actor, permission, Audit)
    return statement.where(Audit.status.in_(OPENED)) if _of_partner(actor) else statement


def get_audit(actor: Actor, public_id: UUID, permission: P = P.AUDIT_VIEW) -> Audit:
    """Raises NotFound, for one out of reach or not opened yet as for one that does not exist."""
    statement = _reached(select(Audit).where(Audit.public_id == public_id), actor, permission)
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_item(audit: Audit, public_id: UUID) -> AuditItem:
    """One criterion of an audit that was fetched as visible. Raises NotFound."""
    found = db.session.scalars(
        select(AuditItem).where(AuditItem.public_id == public_id, AuditItem.audit_id == audit.id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_evidence(actor: Actor, public_id: UUID, permission: P) -> tuple[Audit, AuditItem, AuditEvidence]:
    """A piece of evidence of an audit within reach. Raises NotFound."""
    statement = (
        select(Audit, AuditItem, AuditEvidence)
        .join(AuditItem, AuditItem.audit_id == Audit.id)
        .join(AuditEvidence, AuditEvidence.item_id == AuditItem.id)
        .where(AuditEvidence.public_id == public_id)
    )
    return _one(statement, actor, permission)


def get_finding(actor: Actor, public_id: UUID, permission: P) -> tuple[Audit, AuditFinding]:
    """A finding of an audit within reach; a partner's people see it once it is reported."""
    statement = (
        select(Audit, AuditFinding)
        .join(AuditFinding, AuditFinding.audit_id == Audit.id)
        .where(AuditFinding.public_id == public_id)
    )
    return _one(_told(statement, actor), actor, permission)


def get_action(actor: Actor, public_id: UUID, permission: P) -> tuple[Audit, AuditFinding, AuditAction]:
    """A corrective action of an audit within reach. Raises NotFound."""
    statement = (
        select(Audit, AuditFinding, AuditAction)
        .join(AuditFinding, AuditFinding.audit_id == Audit.id)
        .join(AuditAction, AuditAction.finding_id == AuditFinding.id)
        .where(AuditAction.public_id == public_id)
    )
    return _one(_told(statement, actor), actor, permission)


def _told(statement: Select[Any], actor: Actor) -> Select[Any]:
    if _of_partner(actor):
        return statement.where(Audit.status.in_(SHARED))
    return statement


# When the auditor's judgements and findings are no draft any more.
SHARED = (AuditStatus.REPORTED, AuditStatus.REVIEW, AuditStatus.CLOSED)


def _one(statement: Select[Any], actor: Actor, permission: P) -> Any:
    found = db.session.execute(_reached(statement, actor, permission)).one_or_none()
    if found is None:
        raise NotFound
    return tuple(found)


def shows_judgements(actor: Actor, audit: Audit) -> bool:
    """Whether the auditor's judgements and findings may be seen: by the partner, once reported."""
    return audit.status in SHARED or not _of_partner(actor)


def get_dossier(audit: Audit, *, with_rows: bool = False) -> Dossier:
    """Everything of an audit that was fetched as visible, in a fixed number of queries."""
    items = tuple(
        db.session.scalars(
            select(AuditItem).where(AuditItem.audit_id == audit.id).order_by(AuditItem.position)
        )
    )
    evidence: dict[int, list[Provided]] = defaultdict(list)
    for row, file in db.session.execute(
        select(AuditEvidence, StoredFile)
        .join(AuditItem, AuditItem.id == AuditEvidence.item_id)
        .join(StoredFile, StoredFile.id == AuditEvidence.file_id)
        .where(AuditItem.audit_id == audit.id)
        .order_by(AuditEvidence.id)
    ):
        evidence[row.item_id].append(Provided(row, file))
    actions: dict[int, list[AuditAction]] = defaultdict(list)
    proofs: dict[int, StoredFile] = {}
    for action, proof in db.session.execute(
        select(AuditAction, StoredFile)
        .join(AuditFinding, AuditFinding.id == AuditAction.finding_id)
        .outerjoin(StoredFile, StoredFile.id == AuditAction.proof_file_id)
        .where(AuditFinding.audit_id == audit.id)
        .order_by(AuditAction.id)
    ):
        actions[action.finding_id].append(action)
        if proof is not None:
            proofs[action.id] = proof
    findings = db.session.scalars(
        select(AuditFinding).where(AuditFinding.audit_id == audit.id).order_by(AuditFinding.id)
    )
    names = {
        row.token: row
        for row in db.session.scalars(
            select(AuditName).where(AuditName.audit_id == audit.id).order_by(AuditName.token)
        )
    }
    return Dossier(
        audit=audit,
        partnership=db.session.get_one(Partnership, audit.partnership_id),
        items=items,
        evidence=evidence,
        findings=tuple(Found(each, tuple(actions[each.id])) for each in findings),
        proofs=proofs,
        names=names,
        tokens={
            row.user_id: token
            for token, row in names.items()
            if row.kind == "person" and row.user_id is not None
        },
        rows=list_rows([item.id for item in items]) if with_rows else {},
    )


def list_rows(item_ids: Sequence[int]) -> dict[int, list[AuditRow]]:
    """The rows behind results, in their order, by the item's key."""
    rows: dict[int, list[AuditRow]] = defaultdict(list)
    for row in db.session.scalars(
        select(AuditRow).where(AuditRow.item_id.in_(item_ids)).order_by(AuditRow.item_id, AuditRow.position)
    ):
        rows[row.item_id].append(row)
    return rows


def list_first_rows(item: AuditItem, limit: int) -> tuple[list[AuditRow], int]:
    """(the first rows behind a result, how many there are)."""
    of_item = AuditRow.item_id == item.id
    total = db.session.scalar(select(func.count(AuditRow.id)).where(of_item)) or 0
    rows = db.session.scalars(select(AuditRow).where(of_item).order_by(AuditRow.position).limit(limit))
    return list(rows), total


# -- lists -------------------------------------------------------------------------------------


def select_audits(actor: Actor) -> Select[Any]:
    """(Audit, partner, region, auditor's name) of every audit within reach."""
    statement = (
        select(
            Audit,
            Partnership.name.label("partner"),
            Region.name.label("region"),
            Auditor.name.label("auditor"),
        )
        .join(Partnership, Partnership.id == Audit.partnership_id)
        .outerjoin(Region, Region.id == Partnership.region_id)
        .join(Auditor, Auditor.id == Audit.auditor_id)
    )
    return _reached(statement, actor, P.AUDIT_VIEW)


def list_of_partnership(
    actor: Actor, partnership: Partnership, end: datetime, limit: int = 5
) -> list[tuple[Audit, AuditStatus]]:
    """The latest audits of a partnership that the actor may see, of those planned before `end`, and how each
    stood then."""
    statement = select(Audit).where(
        Audit.partnership_id == partnership.id,
        Audit.status != AuditStatus.WITHDRAWN,
        Audit.created_at < end,
    )
    statement = statement.order_by(Audit.as_of.desc(), Audit.id.desc()).limit(limit)
    return [
        (audit, _status_before(audit, end))
        for audit in db.session.scalars(_reached(statement, actor, P.AUDIT_VIEW))
    ]


def _status_before(audit: Audit, end: datetime) -> AuditStatus:
    """By the dates of its steps; what was sent back since is told as it was before."""
    if audit.touched_at < end:
        return audit.status
    steps = (
        (audit.closed_at, AuditStatus.CLOSED),
        (audit.submitted_at, AuditStatus.REVIEW),
        (audit.reported_at, AuditStatus.REPORTED),
        (audit.opened_at, AuditStatus.OPEN),
    )
    return next((status for at, status in steps if at is not None and at < end), AuditStatus.PLANNED)


def count_by_status(actor: Actor) -> dict[AuditStatus, int]:
    statement = select(Audit.status, func.count(Audit.id)).group_by(Audit.status)
    return dict(db.session.execute(_reached(statement, actor, P.AUDIT_VIEW)).all())


@dataclass(frozen=True)
class Colleague:
    """Somebody who may conduct audits; `region_names` empty: everywhere."""

    user_id: int
    public_id: UUID
    name: str
    region_names: frozenset[str]


def list_auditors(actor: Actor) -> list[Colleague]:
    """The vendor's people who may conduct audits, by name."""
    rows = db.session.execute(
        select(User.id, User.public_id, User.name, Membership.region_names)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.vendor_id == actor.vendor_id,
            Membership.role.in_([MembershipRole.CHANNEL_MANAGER, MembershipRole.VENDOR_ADMIN]),
            or_(Membership.ended_at.is_(None), Membership.ended_at > clock.now()),
        )
        .order_by(User.name, User.id)
    )
    return [Colleague(i, p, n, frozenset(r or ())) for i, p, n, r in rows]


def list_closed(actor: Actor, partner: str, public_id: UUID | None, as_of: date) -> list[Audit]:
    """Closed audits as of a date of the partner with this public id, external id or name; newest first.

    More than one partner may have the name: an audit of each is listed.
    """
    which = (
        Partnership.public_id == public_id
        if public_id is not None
        else or_(Partnership.external_id == partner, Partnership.name_folded == fold_name(partner))
    )
    statement = (
        select(Audit)
        .join(Partnership, Partnership.id == Audit.partnership_id)
        .where(which, Audit.as_of == as_of, Audit.status == AuditStatus.CLOSED)
        .order_by(Audit.id.desc())
    )
    return list(db.session.scalars(_reached(statement, actor, P.AUDIT_VIEW)))
