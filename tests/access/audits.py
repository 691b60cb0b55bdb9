"""Audits of both partners in every state, each text with its canary; made through the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from prm.audits import services
from prm.audits.models import (
    Audit,
    AuditAction,
    AuditCampaign,
    AuditEvidence,
    AuditFinding,
    Checklist,
    Criterion,
)
from prm.audits.queries import auditing
from prm.audits.queries.campaigns import Chosen
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.marketing.files import check_upload
from prm.permissions import P
from tests.factories import World
from tests.factories import audits as making

if TYPE_CHECKING:
    from tests.access.worlds import Tenant

OWNERS = {"PA": "padmin", "PB": "boss_b"}


def fill_audits(world: World, tenant: Tenant) -> None:
    words = tenant.token("POLICY")
    checklist = making.make_checklist(
        world, tenant.vendor, words, {f"{words} {name}": terms for name, terms in making.TERMS.items()}
    )
    with world.acting(tenant.vendor):
        tenant.keep("checklist", db.session.scalars(select(Checklist)).one())
        tenant.keep("criterion", db.session.scalars(select(Criterion).order_by(Criterion.id).limit(1)).one())
    for owner, boss in OWNERS.items():
        for state in ("planned_audit", "audit", "reported_audit", "settled_audit", "review_audit",
                      "closed_audit"):  # fmt: skip
            _make(world, tenant, owner, boss, state, checklist)
    auditor = tenant.people["manager"]
    with world.acting(tenant.vendor, auditor) as actor, transaction():
        found = db.session.scalars(select(Checklist)).one()
        services.start_campaign(
            actor, name=words, checklist=found, as_of=clock.today("UTC"), due_on=clock.today("UTC"),
            auditor_id=auditor.public_id, chosen=Chosen(),
        )  # fmt: skip
    with world.acting(tenant.vendor):
        tenant.keep("campaign_of_audits", db.session.scalars(select(AuditCampaign)).one())


def _make(world: World, tenant: Tenant, owner: str, boss: str, state: str, checklist: object) -> None:
    say = tenant.token("TASK", owner)
    auditor, partner = tenant.people["manager"], tenant.people[boss]
    made = making.plan(world, tenant.partnerships[owner], auditor, checklist)  # type: ignore[arg-type]
    if state == "closed_audit":
        making.close(
            world, made, partner=partner, signer=tenant.people["admin2"], text=say, note=say, finding=say,
            summary=say, action=say,
        )  # fmt: skip
    elif state != "planned_audit":
        making.open_(world, made)
        making.answer_all(world, made, partner, say, say.encode().join([b"%PDF-1.7 ", b""]))
        making.judge_all(world, made, note=say)
    if state == "audit":
        making.find(world, made, 1, say)
    elif state == "reported_audit":
        making.find(world, made, 1, say)
        making.report(world, made, say)
        _act(world, tenant, made, partner, say)
    elif state in ("settled_audit", "review_audit"):
        if state == "review_audit":
            making.find(world, made, 1, say)
        making.report(world, made, say)
    if state == "review_audit":
        making.correct_all(world, made, partner, text=say, proof=say)
        making.submit(world, made)
    with world.acting(tenant.vendor):
        tenant.keep(f"{owner}.{state}", db.session.get_one(Audit, made.id))
        findings = select(AuditFinding).where(AuditFinding.audit_id == made.id)
        if state == "audit":
            items = making.items_of(db.session.get_one(Audit, made.id))
            tenant.keep(f"{owner}.item", items[0])
            provided = select(AuditEvidence).where(AuditEvidence.item_id == items[1].id)
            tenant.keep(f"{owner}.evidence", db.session.scalars(provided).one())
            tenant.keep(f"{owner}.draft_finding", db.session.scalars(findings).one())
        elif state == "reported_audit":
            finding = db.session.scalars(findings).one()
            tenant.keep(f"{owner}.finding", finding)
            actions = select(AuditAction).where(AuditAction.finding_id == finding.id).order_by(AuditAction.id)
            agreed, proved = db.session.scalars(actions).all()
            tenant.keep(f"{owner}.agreed_action", agreed)
            tenant.keep(f"{owner}.action", proved)


def _act(world: World, tenant: Tenant, made: making.AuditRef, partner: object, say: str) -> None:
    """Two actions: one agreed, one with a proof that waits."""
    with world.acting(tenant.vendor, partner) as actor, transaction():  # type: ignore[arg-type]
        audit = auditing.get_audit(actor, made.public_id, P.AUDIT_ANSWER)
        finding = db.session.scalars(select(AuditFinding).where(AuditFinding.audit_id == audit.id)).one()
        for is_proved in (False, True):
            assert actor.user_public_id is not None
            action = services.agree_action(
                actor, audit, finding, text=say, owner_id=actor.user_public_id, due_on=clock.today("UTC")
            )
            if is_proved:
                services.prove_action(
                    actor, audit, action, text=say, upload=check_upload(f"{say}.txt", say.encode())
                )
