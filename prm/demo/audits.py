"""The demo's audits: a library of criteria, a closed audit, one that is open, and a campaign."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from prm.access import Actor, system_actor
from prm.accounts.models import JobFunction, User
from prm.accounts.sessions import SignedIn
from prm.audits import packs, services
from prm.audits.criteria import (
    Comparison,
    DocumentTerms,
    GradedTerms,
    Level,
    Metric,
    MetricTerms,
    Population,
    SampleTerms,
    Terms,
)
from prm.audits.models import (
    Audit,
    AuditAction,
    AuditCampaign,
    AuditFinding,
    AuditItem,
    AuditRow,
    Checklist,
    CriterionKind,
    RowVerdict,
    SelfStatus,
    Severity,
    Verdict,
)
from prm.audits.queries.campaigns import Chosen
from prm.audits.queries.compliance import today_of
from prm.certification.accreditation.models import Accreditation
from prm.certification.models import Certification
from prm.demo.files import data_sheet
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.marketing.files import check_upload
from prm.partners.actors import find_actor
from prm.partners.models import Partnership
from prm.vendors.models import Vendor

ADMIN, MANAGER, PARTNER = "admin@lumen.example", "channel@lumen.example", "zoe@brightpath.example"
COMPANY = "Bright Path IT"
INSTALLER, ACCREDITED = "Lumen Certified Installer", "Lumen Installation Partner"
CRITERIA: tuple[tuple[str, str, Terms, int], ...] = (
    (
        "Certified technicians",
        "Valid certificates on the date of the audit; the person must still belong to the partner.",
        MetricTerms(Metric.CERTIFIED_PEOPLE, Comparison.AT_LEAST, 1, None, JobFunction.TECHNICAL.value),
        3,
    ),
    (
        "Accredited to install",
        "The accreditation in force on the date of the audit.",
        MetricTerms(Metric.ACCREDITATIONS, Comparison.AT_LEAST, 1),
        2,
    ),
    (
        "Training up to date",
        "Courses assigned, past their due date and not completed.",
        MetricTerms(Metric.OVERDUE_ASSIGNMENTS, Comparison.AT_MOST, 0),
        2,
    ),
    (
        "Liability insurance",
        "The insurer's confirmation, valid for at least another month.",
        DocumentTerms(30),
        1,
    ),
    (
        "Handling of defects",
        "Ask for three recent cases and follow each from the customer's call to the solution.",
        GradedTerms(
            (
                Level(3, "Every case is recorded, answered in time and learned from"),
                Level(2, "Every case is recorded and answered"),
                Level(1, "Cases are answered, not recorded"),
                Level(0, "Cases are lost"),
            ),
            2,
        ),
        2,
    ),
    (
        "Courses taken by the people themselves",
        "Talk to each person drawn about what the course taught.",
        SampleTerms(Population.COMPLETIONS, 3, 0),
        1,
    ),
)


def add_audits(vendor_id: int, now: datetime) -> None:
    """Make the audits of the vendor served, the closed one ninety days ago."""
    admin, manager, partner = (acting(vendor_id, email) for email in (ADMIN, MANAGER, PARTNER))
    begun = now - timedelta(days=90)
    with clock.freeze(begun), transaction():
        annual, short = _make_library(admin)
    closed = _close_one(admin, manager, partner, annual, begun)
    packs.make_report(system_actor(vendor_id), closed)
    with clock.freeze(now - timedelta(days=6)), transaction():
        services.open_audit(manager, _plan(manager, annual, "demo-2"))
    with clock.freeze(now - timedelta(days=3)), transaction():
        _plan(manager, short, "demo-3")
    _leave_two_unfinished(manager, partner, short, now)
    with clock.freeze(now - timedelta(days=2)), transaction():
        services.start_campaign(
            manager,
            name="Insurance and training, everybody",
            checklist=db.session.get_one(Checklist, short),
            as_of=today_of(manager),
            due_on=today_of(manager) + timedelta(days=60),
            auditor_id=manager.user_public_id,  # type: ignore[arg-type]
            chosen=Chosen(),
        )
        campaign = db.session.scalars(select(AuditCampaign.id)).one()
    with clock.freeze(now - timedelta(days=2)):
        made = 1
        while made:
            with transaction():
                made = services.make_next(system_actor(vendor_id), campaign)


def acting(vendor_id: int, email: str) -> Actor:
    user = db.session.scalars(select(User).where(User.email_folded == email)).one()
    known = SignedIn(user.id, user.public_id, user.name, user.email, user.locale, user.time_zone, "")
    actor = find_actor(known, db.session.get_one(Vendor, vendor_id))
    assert actor is not None, email
    return actor


def _make_library(admin: Actor) -> tuple[int, int]:
    """The keys of the annual checklist and of a short one."""
    lines = []
    installer = db.session.scalars(
        select(Certification.public_id).where(Certification.name == INSTALLER)
    ).one()
    accredited = db.session.scalars(
        select(Accreditation.public_id).where(Accreditation.name == ACCREDITED)
    ).one()
    for name, guidance, terms, weight in CRITERIA:
        if isinstance(terms, MetricTerms) and terms.metric is Metric.CERTIFIED_PEOPLE:
            terms = replace(terms, certification_id=installer)
        elif isinstance(terms, MetricTerms) and terms.metric is Metric.ACCREDITATIONS:
            terms = replace(terms, accreditation_id=accredited)
        made = services.create_criterion(admin, name=name, guidance=guidance, terms=terms)
        lines.append((made.public_id, weight))
    annual = services.create_checklist(admin, name="Annual review", lines=lines)
    short = services.create_checklist(admin, name="Insurance and training", lines=lines[2:4])
    return annual.id, short.id


def _plan(manager: Actor, checklist: int, seed: str) -> Audit:
    today = today_of(manager)
    return services.plan_audit(
        manager,
        db.session.scalars(select(Partnership).where(Partnership.name == COMPANY)).one(),
        checklist=db.session.get_one(Checklist, checklist),
        as_of=today - timedelta(days=1),
        due_on=today + timedelta(days=30),
        auditor_id=manager.user_public_id,  # type: ignore[arg-type]
        seed=seed,
    )


def _items(audit: Audit) -> list[AuditItem]:
    return list(
        db.session.scalars(
            select(AuditItem).where(AuditItem.audit_id == audit.id).order_by(AuditItem.position)
        )
    )


def _close_one(admin: Actor, manager: Actor, partner: Actor, checklist: int, begun: datetime) -> int:
    """From plan to signature in six weeks; returns the audit's key."""
    with clock.freeze(begun + timedelta(days=1)), transaction():
        audit = _plan(manager, checklist, "demo-1")
        services.open_audit(manager, audit)
        key = audit.id
    with clock.freeze(begun + timedelta(days=5)), transaction():
        audit = db.session.get_one(Audit, key)
        for item in _items(audit):
            is_document = item.kind is CriterionKind.DOCUMENT
            paper = data_sheet("Insurance", "Confirmation of cover.", COMPANY, "#1f4e8c")
            services.answer_item(
                partner,
                audit,
                item,
                status=SelfStatus.MET,
                text="The insurer's letter is attached." if is_document else "",
                upload=check_upload("insurance.pdf", paper) if is_document else None,
                valid_until=audit.as_of + timedelta(days=300) if is_document else None,
            )
    with clock.freeze(begun + timedelta(days=12)), transaction():
        audit = db.session.get_one(Audit, key)
        _judge(manager, audit)
        services.report_findings(
            manager, audit, summary="A good partner, who answers faster than they write things down."
        )
    with clock.freeze(begun + timedelta(days=20)), transaction():
        audit = db.session.get_one(Audit, key)
        for finding in db.session.scalars(select(AuditFinding).where(AuditFinding.audit_id == key)).all():
            action = services.agree_action(
                partner,
                audit,
                finding,
                text="Every case gets a number and a line in the list.",
                owner_id=partner.user_public_id,  # type: ignore[arg-type]
                due_on=today_of(partner) + timedelta(days=14),
            )
            services.prove_action(
                partner,
                audit,
                action,
                text="The list since the beginning of the month.",
                upload=check_upload("cases.txt", b"1 printer, solved\n2 licence, solved\n"),
            )
    with clock.freeze(begun + timedelta(days=30)), transaction():
        audit = db.session.get_one(Audit, key)
        for action in db.session.scalars(select(AuditAction)).all():
            services.verify_action(manager, audit, action, is_accepted=True)
        services.submit_audit(manager, audit)
    with clock.freeze(begun + timedelta(days=42)), transaction():
        services.sign_off(admin, db.session.get_one(Audit, key), note="Read and agreed.")
    return key


def _leave_two_unfinished(manager: Actor, partner: Actor, checklist: int, now: datetime) -> None:
    """One with findings reported, a proof to verify and one to send; one that waits for its signature."""
    keys = []
    for number, days in enumerate((40, 20), 4):
        with clock.freeze(now - timedelta(days=days)), transaction():
            audit = _plan(manager, checklist, f"demo-{number}")
            services.open_audit(manager, audit)
            _judge(manager, audit)
            finding = services.add_finding(
                manager,
                audit,
                severity=Severity.MINOR,
                text="The insurer's letter names an office that has moved.",
                item=_items(audit)[1],
            )
            services.report_findings(manager, audit, summary="")
            keys.append((audit.id, finding.id))
    with clock.freeze(now - timedelta(days=15)), transaction():
        audit = db.session.get_one(Audit, keys[0][0])
        for text in ("Ask the insurer for a new letter.", "Tell every insurer about the move."):
            action = services.agree_action(
                partner,
                audit,
                db.session.get_one(AuditFinding, keys[0][1]),
                text=text,
                owner_id=partner.user_public_id,  # type: ignore[arg-type]
                due_on=today_of(partner) + timedelta(days=30),
            )
        services.prove_action(partner, audit, action, text="All of them were told by letter.")
        audit = db.session.get_one(Audit, keys[1][0])
        for finding in db.session.scalars(
            select(AuditFinding).where(AuditFinding.audit_id == audit.id)
        ).all():
            services.waive_finding(manager, audit, finding, reason="A small thing, mended at once.")
        services.submit_audit(manager, audit)


def _judge(manager: Actor, audit: Audit) -> None:
    """What was measured is confirmed, the rest is good, but for the defects."""
    for item in _items(audit):
        rows = list(db.session.scalars(select(AuditRow).where(AuditRow.item_id == item.id)))
        is_graded = item.kind is CriterionKind.GRADED
        is_met = item.is_met is not False and not is_graded
        is_empty = item.kind is CriterionKind.SAMPLE and not rows
        services.judge_item(
            manager,
            audit,
            item,
            verdict=Verdict.NOT_APPLICABLE if is_empty else Verdict.MET if is_met else Verdict.NOT_MET,
            note="Of three cases one was written down." if is_graded else "As measured and as told.",
            points=1 if is_graded else None,
            rows={row.public_id: RowVerdict.OK for row in rows} if item.population else None,
        )
        if not is_met and not is_empty:
            services.add_finding(
                manager,
                audit,
                severity=Severity.MAJOR if is_graded else Severity.MINOR,
                text="Cases are answered, but two of three are nowhere to be found afterwards."
                if is_graded
                else "The criterion was not met on the date.",
                item=item,
            )
