"""Criteria, checklists and audits for tests, made through the services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from prm.audits import services
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
    AuditFinding,
    AuditItem,
    AuditRow,
    CriterionKind,
    RowVerdict,
    Severity,
    Verdict,
)
from prm.audits.queries import auditing, criteria
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.marketing.files import check_upload
from prm.partners.models import Partnership
from prm.permissions import P
from tests.factories.world import PartnershipRef, UserRef, VendorRef, World

RUBRIC = GradedTerms((Level(3, "Documented and followed"), Level(1, "Known"), Level(0, "Unknown")), 2)
TERMS: dict[str, Terms] = {
    "Courses completed": MetricTerms(Metric.COMPLETIONS_12_MONTHS, Comparison.AT_LEAST, 1),
    "Insurance": DocumentTerms(30),
    "Handling of defects": RUBRIC,
    "Completed courses": SampleTerms(Population.COMPLETIONS, 2),
}


@dataclass(frozen=True)
class AuditRef:
    id: int
    public_id: UUID
    partnership: PartnershipRef
    auditor: UserRef

    @property
    def vendor(self) -> VendorRef:
        return self.partnership.vendor


def make_checklist(
    world: World, vendor: VendorRef, name: str = "Annual review", terms: dict[str, Terms] | None = None
) -> UUID:
    """A checklist of new criteria, weighing 1, 2, 3 and so on."""
    with world.acting(vendor) as actor, transaction():
        made = [
            services.create_criterion(
                actor, name=f"{each} ({name})", guidance=f"Look at {each}.", terms=demanded
            )
            for each, demanded in (terms or TERMS).items()
        ]
        lines = [(criterion.public_id, weight) for weight, criterion in enumerate(made, 1)]
        return services.create_checklist(actor, name=name, lines=lines).public_id


def plan(
    world: World,
    partnership: PartnershipRef,
    auditor: UserRef,
    checklist: UUID,
    *,
    as_of: date | None = None,
    seed: str = "seed",
) -> AuditRef:
    with world.acting(partnership.vendor, auditor) as actor, transaction():
        today = clock.today("UTC")
        made = services.plan_audit(
            actor,
            db.session.get_one(Partnership, partnership.id),
            checklist=criteria.get_checklist(checklist),
            as_of=as_of or today,
            due_on=today + timedelta(days=30),
            auditor_id=auditor.public_id,
            seed=seed,
        )
        return AuditRef(made.id, made.public_id, partnership, auditor)


def open_(world: World, audit: AuditRef) -> AuditRef:
    with world.acting(audit.vendor, audit.auditor) as actor, transaction():
        services.open_audit(actor, auditing.get_audit(actor, audit.public_id))
    return audit


def items_of(audit: Audit) -> list[AuditItem]:
    return list(
        db.session.scalars(
            select(AuditItem).where(AuditItem.audit_id == audit.id).order_by(AuditItem.position)
        )
    )


def answer_all(
    world: World, audit: AuditRef, by: UserRef, text: str = "We do.", file: bytes = b"%PDF-1.7 policy"
) -> None:
    """Answer every criterion; the documents with a file valid for a year."""
    with world.acting(audit.vendor, by) as actor, transaction():
        found = auditing.get_audit(actor, audit.public_id, P.AUDIT_ANSWER)
        for item in items_of(found):
            is_document = item.kind is CriterionKind.DOCUMENT
            services.answer_item(
                actor,
                found,
                item,
                status=None,
                text=text,
                upload=check_upload("policy.pdf", file) if is_document else None,
                valid_until=found.as_of + timedelta(days=365) if is_document else None,
            )


def judge_all(
    world: World, audit: AuditRef, *, fails: Sequence[int] = (), note: str = "Seen.", points: int = 3
) -> None:
    """Judge every criterion as met, but those at the positions of `fails`."""
    with world.acting(audit.vendor, audit.auditor) as actor, transaction():
        found = auditing.get_audit(actor, audit.public_id)
        for item in items_of(found):
            met = item.position not in fails
            rows = db.session.scalars(select(AuditRow).where(AuditRow.item_id == item.id)).all()
            is_sample = item.kind is CriterionKind.SAMPLE
            verdict = Verdict.MET if met else Verdict.NOT_MET
            services.judge_item(
                actor,
                found,
                item,
                verdict=Verdict.NOT_APPLICABLE if is_sample and not rows else verdict,
                note=note,
                points=(points if met else 1) if item.kind is CriterionKind.GRADED else None,
                rows={row.public_id: RowVerdict.OK if met else RowVerdict.NOT_OK for row in rows}
                if is_sample
                else None,
            )


def find(
    world: World, audit: AuditRef, position: int, text: str = "Not kept.", severity: Severity = Severity.MAJOR
) -> UUID:
    with world.acting(audit.vendor, audit.auditor) as actor, transaction():
        found = auditing.get_audit(actor, audit.public_id)
        item = items_of(found)[position - 1]
        return services.add_finding(actor, found, severity=severity, text=text, item=item).public_id


def report(world: World, audit: AuditRef, summary: str = "All in all well.") -> None:
    with world.acting(audit.vendor, audit.auditor) as actor, transaction():
        services.report_findings(actor, auditing.get_audit(actor, audit.public_id), summary=summary)


def correct_all(
    world: World, audit: AuditRef, by: UserRef, *, text: str = "Write it down.", proof: str = "Done."
) -> None:
    """Agree an action for every finding, prove it with a file, and accept the proof."""
    with world.acting(audit.vendor, by) as actor, transaction():
        found = auditing.get_audit(actor, audit.public_id, P.AUDIT_ANSWER)
        for finding in db.session.scalars(
            select(AuditFinding).where(AuditFinding.audit_id == found.id)
        ).all():
            action = services.agree_action(
                actor, found, finding, text=text, owner_id=by.public_id,
                due_on=clock.today("UTC") + timedelta(days=10),
            )  # fmt: skip
            services.prove_action(
                actor, found, action, text=proof, upload=check_upload("proof.txt", b"It is written.")
            )
    with world.acting(audit.vendor, audit.auditor) as actor, transaction():
        found = auditing.get_audit(actor, audit.public_id)
        statement = select(AuditAction).join(AuditFinding, AuditFinding.id == AuditAction.finding_id)
        for action in db.session.scalars(statement.where(AuditFinding.audit_id == found.id)).all():
            services.verify_action(actor, found, action, is_accepted=True)


def submit(world: World, audit: AuditRef) -> None:
    with world.acting(audit.vendor, audit.auditor) as actor, transaction():
        services.submit_audit(actor, auditing.get_audit(actor, audit.public_id))


def sign(world: World, audit: AuditRef, by: UserRef, note: str = "") -> None:
    with world.acting(audit.vendor, by) as actor, transaction():
        services.sign_off(actor, auditing.get_audit(actor, audit.public_id), note=note)


def close(
    world: World,
    audit: AuditRef,
    *,
    partner: UserRef,
    signer: UserRef,
    fails: Sequence[int] = (3,),
    **texts: str,
) -> AuditRef:
    """From planned to closed: answered, judged with a finding for each failure, corrected, signed."""
    open_(world, audit)
    answer_all(world, audit, partner, text=texts.get("text", "We do."))
    judge_all(world, audit, fails=fails, note=texts.get("note", "Seen."))
    for position in fails:
        find(world, audit, position, texts.get("finding", "Not kept."))
    report(world, audit, texts.get("summary", "All in all well."))
    correct_all(world, audit, partner, text=texts.get("action", "Write it down."))
    submit(world, audit)
    sign(world, audit, signer)
    return audit
