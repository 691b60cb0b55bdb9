"""Reading campaigns of audits, and whom a filter chooses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select

from prm.access import Actor, visible, within_reach
from prm.audits.models import (
    Audit,
    AuditCampaign,
    AuditCampaignTarget,
    AuditStatus,
    Checklist,
    TargetOutcome,
)
from prm.audits.queries.standings import read_judged
from prm.errors import NotFound
from prm.extensions import db
from prm.partners.models import Partnership, PartnershipStatus, PartnershipType, Region
from prm.permissions import P


@dataclass(frozen=True)
class Chosen:
    """Which partnerships a campaign is for; None or empty: any. Ended ones only if asked for."""

    region: str = ""
    status: PartnershipStatus | None = None
    type: PartnershipType | None = None
    is_compliant: bool | None = None

    def stored(self) -> dict[str, Any]:
        return {
            "region": self.region,
            "status": self.status.value if self.status else None,
            "type": self.type.value if self.type else None,
            "is_compliant": self.is_compliant,
        }

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Chosen:
        return cls(
            stored["region"],
            PartnershipStatus(stored["status"]) if stored["status"] else None,
            PartnershipType(stored["type"]) if stored["type"] else None,
            stored["is_compliant"],
        )


def choose(actor: Actor, chosen: Chosen, as_of: date) -> list[int]:
    """The keys of the partnerships within reach that a filter fits; compliance is judged as of the date."""
    statement = select(Partnership.id).outerjoin(Region, Region.id == Partnership.region_id)
    if chosen.region:
        statement = statement.where(Region.name == chosen.region)
    if chosen.status is not None:
        statement = statement.where(Partnership.status == chosen.status)
    else:
        statement = statement.where(Partnership.status != PartnershipStatus.ENDED)
    if chosen.type is not None:
        statement = statement.where(Partnership.type == chosen.type)
    statement = visible(statement, actor, P.AUDIT_CONDUCT, Partnership)
    keys = list(db.session.scalars(statement.order_by(Partnership.name_folded, Partnership.id)))
    if chosen.is_compliant is None:
        return keys
    judged = read_judged(actor, as_of, permission=P.AUDIT_CONDUCT).table.c
    fitting = set(
        db.session.scalars(select(judged.partnership_id).where(judged.is_compliant.is_(chosen.is_compliant)))
    )
    return [key for key in keys if key in fitting]


def select_campaigns(actor: Actor) -> Select[Any]:
    """(Campaign, checklist's name, partners, audits closed) of every campaign; counts of those in reach."""
    in_reach = within_reach(AuditCampaignTarget, actor, P.AUDIT_CONDUCT)
    counted = select(func.count(AuditCampaignTarget.id)).where(
        AuditCampaignTarget.campaign_id == AuditCampaign.id, in_reach
    )
    closed = counted.join(Audit, Audit.id == AuditCampaignTarget.audit_id).where(
        Audit.status == AuditStatus.CLOSED
    )
    return select(
        AuditCampaign,
        Checklist.name.label("checklist"),
        counted.correlate(AuditCampaign).scalar_subquery().label("partners"),
        closed.correlate(AuditCampaign).scalar_subquery().label("closed"),
    ).join(Checklist, Checklist.id == AuditCampaign.checklist_id)


def get_campaign(actor: Actor, public_id: UUID) -> AuditCampaign:
    """Raises NotFound, for a foreign one as for one that does not exist."""
    found = db.session.scalars(
        select(AuditCampaign).where(AuditCampaign.public_id == public_id)
    ).one_or_none()
    if found is None or not actor.can(P.AUDIT_CONDUCT):
        raise NotFound
    return found


def select_targets(actor: Actor, campaign: AuditCampaign) -> Select[Any]:
    """(Target, partner, audit) of every partnership of a campaign within reach."""
    statement = (
        select(AuditCampaignTarget, Partnership.name.label("partner"), Audit)
        .join(Partnership, Partnership.id == AuditCampaignTarget.partnership_id)
        .outerjoin(Audit, Audit.id == AuditCampaignTarget.audit_id)
        .where(AuditCampaignTarget.campaign_id == campaign.id)
    )
    return visible(statement, actor, P.AUDIT_CONDUCT, AuditCampaignTarget)


@dataclass(frozen=True)
class Totals:
    """How far a campaign is, over the partnerships within reach."""

    partners: int
    waiting: int
    failed: int
    by_status: dict[AuditStatus, int]
    mean_score: int | None


def get_totals(actor: Actor, campaign: AuditCampaign) -> Totals:
    """Two queries, however many partnerships there are."""
    of_campaign = (
        AuditCampaignTarget.campaign_id == campaign.id,
        within_reach(AuditCampaignTarget, actor, P.AUDIT_CONDUCT),
    )
    all_, waiting, failed = db.session.execute(
        select(
            func.count(AuditCampaignTarget.id),
            func.sum(case((AuditCampaignTarget.outcome == TargetOutcome.WAITING, 1), else_=0)),
            func.sum(case((AuditCampaignTarget.outcome == TargetOutcome.FAILED, 1), else_=0)),
        ).where(*of_campaign)
    ).one()
    rows = db.session.execute(
        select(
            Audit.status,
            func.count(Audit.id),
            func.count(Audit.score_percent),
            func.sum(Audit.score_percent),
        )
        .join(AuditCampaignTarget, AuditCampaignTarget.audit_id == Audit.id)
        .where(*of_campaign)
        .group_by(Audit.status)
    ).all()
    scored = sum(row[2] for row in rows)
    total = sum(int(row[3] or 0) for row in rows)
    return Totals(
        all_,
        int(waiting or 0),
        int(failed or 0),
        {status: count for status, count, _scored, _sum in rows},
        round(total / scored) if scored else None,
    )


def list_due(limit: int = 50) -> list[int]:
    """Campaigns of the vendor served that have partnerships waiting."""
    return list(
        db.session.scalars(
            select(AuditCampaignTarget.campaign_id)
            .where(AuditCampaignTarget.outcome == TargetOutcome.WAITING)
            .distinct()
            .limit(limit)
        )
    )
