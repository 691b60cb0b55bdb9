"""Background work of audits: standings, the report of a closed audit, the audits of a campaign."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select

from prm.access import system_actor
from prm.audits import packs
from prm.audits.models import Audit, AuditStatus
from prm.audits.queries.campaigns import list_due
from prm.audits.services import make_next, refresh_standings
from prm.extensions import db
from prm.infra.db import serve_vendor, transaction
from prm.infra.jobs import job, sweeper
from prm.vendors.models import Vendor


@job
def make_report(vendor_id: int, audit_id: int) -> None:
    """Render the report of a closed audit for its pack and keep it, once."""
    with serve_vendor(vendor_id):
        packs.make_report(system_actor(vendor_id), audit_id)


@sweeper
def make_due_reports() -> None:
    """Closed audits whose job was lost. One that fails does not keep the others waiting."""
    for vendor_id in db.session.scalars(select(Vendor.id).order_by(Vendor.id)).all():
        with serve_vendor(vendor_id):
            due = db.session.scalars(
                select(Audit.id).where(Audit.status == AuditStatus.CLOSED, Audit.report_file_id.is_(None))
            ).all()
        for audit_id in due:
            try:
                make_report(vendor_id, audit_id)
            except Exception:
                current_app.logger.exception("audit_report_failed")


@job
def make_campaign(vendor_id: int, campaign_id: int) -> None:
    """Make the audits of a campaign, a few in each transaction, until nobody waits."""
    with serve_vendor(vendor_id):
        made = 1
        while made:
            with transaction():
                made = make_next(system_actor(vendor_id), campaign_id)


@sweeper
def make_due_campaigns() -> None:
    """Campaigns whose job was lost or killed half-way."""
    for vendor_id in db.session.scalars(select(Vendor.id).order_by(Vendor.id)).all():
        with serve_vendor(vendor_id):
            due = list_due()
        for campaign_id in due:
            make_campaign(vendor_id, campaign_id)


@job
def judge_partnerships(vendor_id: int) -> None:
    """Fill the table of standings of one vendor."""
    with serve_vendor(vendor_id):
        refresh_standings(vendor_id)


@sweeper
def judge_changed_partnerships() -> None:
    """Each minute, what changed since; at the day's turn, and of a shared company, all of them alike."""
    for vendor_id in db.session.scalars(select(Vendor.id).order_by(Vendor.id)).all():
        judge_partnerships(vendor_id)
