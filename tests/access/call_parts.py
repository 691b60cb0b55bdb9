"""What calls of several areas share: which row stands for an argument, who is who, common forms."""

from __future__ import annotations

from typing import Any

from tests.access.rows_credentials import PICTURE_DIGEST
from tests.access.worlds import Tenant

SECRET_KEY = "a secret key for the suite only, of 48 characters"

NEW_PASSWORD = "another long passphrase of mine"

# Which row stands for an argument of the URL, unless a call says otherwise.
ARGUMENTS: dict[str, str] = {
    "vendor_id": "vendor",
    "asset_id": "asset",
    "partnership_id": "PA.partnership",
    "membership_id": "membership.mate",
    "grant_id": "grant",
    "invitation_id": "PA.invitation",
    "order_id": "PA.order",
    "invoice_id": "PA.invoice",
    "price_id": "product_price",
    "product_id": "product",
    "alias_id": "product_alias",
    "batch_id": "batch",
    "course_id": "course",
    "version_id": "draft_version",
    "lesson_id": "lesson",
    "path_id": "path",
    "path_version_id": "draft_path_version",
    "step_id": "draft_path_step_2",
    "question_id": "draft_question",
    "image_id": "image",
    "attempt_id": "{me}.attempt",
    "launch_id": "{me}.launch",
    "submission_id": "mate.to_grade",
    "session_id": "session",
    "draw_id": "draw",
    "enrolment_id": "mate.enrolment",
    "user_id": "user.member",
    "certificate_id": "member.certificate",
    "scheme_id": "scheme",
    "code": "member.code",
    "award_id": "PA.award",
    "accreditation_id": "accreditation",
    "deal_id": "PA.deal",
    "view_id": "{self}.view",
    "run_id": "{self}.run",
    "application_id": "application",
    "field_id": "application_field",
    "country_region_id": "country_region",
    "agreement_id": "agreement",
    "milestone_id": "PA.milestone.{me}",
    "note_id": "PA.note",
    "task_id": "PA.task",
    "contact_id": "PA.contact",
    "document_id": "PA.document",
    "branch_id": "PA.branch",
    "merge_id": "PA.merge",
    "audit_id": "PA.audit",
    "item_id": "PA.item",
    "evidence_id": "PA.evidence",
    "finding_id": "PA.finding",
    "action_id": "PA.action",
    "criterion_id": "criterion",
    "checklist_id": "checklist",
    "campaign_id": "campaign_of_audits",
    "notification_id": "{me}.notification",
}

# Arguments that are no ids: a value that exists, and one that does not (None: any will do).
VALUES: dict[str, tuple[Any, Any]] = {
    "number": (2, 99_999),
    "paper": ("a4", "letter"),
    "form": ("json", None),
    "suffix": ("png", None),
    "picture": (PICTURE_DIGEST, "0" * 64),
    "digest": ("000000000000", None),
    "name": ("css/app.css", "css/none.css"),
    "place": ("acme", "nowhere"),
    "position": (1, None),
    "kind": ("link", None),
    "language": ("en", "xx"),
}

# (argument, roles, thing): a row of the same vendor that these roles do not reach.
PARTNER_SIDE = frozenset({"padmin", "member"})

LEARNERS = frozenset({"admin", "manager", "west", "author", "padmin", "member"})

ADMIN = frozenset({"admin"})

EVERYBODY = LEARNERS | {"exec"}

MANAGERS = frozenset({"admin", "manager", "west"})

# A vendor that has issued nothing, and has no logo.
KEYLESS = (("vendor_id", "keyless_vendor", frozenset({"anon", "admin"})),)

BEYOND: tuple[tuple[str, frozenset[str], str], ...] = (
    ("milestone_id", PARTNER_SIDE | {"west"}, "PB.milestone"),
    ("note_id", PARTNER_SIDE | {"west"}, "PB.note"),
    ("task_id", PARTNER_SIDE | {"west"}, "PB.task"),
    ("contact_id", PARTNER_SIDE | {"west"}, "PB.contact"),
    ("merge_id", PARTNER_SIDE | {"west"}, "PB.merge"),
    ("branch_id", PARTNER_SIDE | {"west"}, "PB.branch"),
    ("document_id", PARTNER_SIDE | {"west"}, "PB.document"),
    ("partnership_id", PARTNER_SIDE | {"west"}, "PB.partnership"),
    ("membership_id", frozenset({"west", "padmin"}), "membership.mate_b"),
    ("membership_id", frozenset({"padmin"}), "membership.exec"),
    ("membership_id", frozenset({"admin", "padmin"}), "membership.former"),
    ("invitation_id", frozenset({"west", "padmin"}), "PB.invitation"),
    ("invitation_id", frozenset({"west", "manager", "padmin"}), "invitation"),
    # Files of people are for who may see people.
    ("batch_id", frozenset({"exec"}), "people_batch"),
    ("order_id", PARTNER_SIDE | {"west"}, "PB.order"),
    ("invoice_id", PARTNER_SIDE | {"west"}, "PB.invoice"),
    ("deal_id", PARTNER_SIDE | {"west"}, "PB.deal"),
    ("audit_id", PARTNER_SIDE | {"west"}, "PB.audit"),
    ("audit_id", PARTNER_SIDE, "PA.planned_audit"),
    ("item_id", PARTNER_SIDE | {"west", "admin", "manager", "exec"}, "PB.item"),
    ("evidence_id", PARTNER_SIDE | {"west"}, "PB.evidence"),
    ("finding_id", PARTNER_SIDE | {"west"}, "PB.finding"),
    ("finding_id", PARTNER_SIDE, "PA.draft_finding"),
    ("action_id", PARTNER_SIDE | {"west"}, "PB.action"),
    ("user_id", frozenset({"west", "padmin"}), "user.mate_b"),
    ("user_id", frozenset({"manager", "west", "padmin"}), "user.exec"),
    ("enrolment_id", frozenset({"west", "padmin"}), "mate_b.enrolment"),
    ("certificate_id", frozenset({"west", "padmin", "member"}), "mate_b.certificate"),
    ("certificate_id", frozenset({"member"}), "mate.certificate"),
    # Of staff, who belong to no region and no company.
    ("certificate_id", frozenset({"west", "padmin", "member"}), "admin2.certificate"),
    ("award_id", frozenset({"west", "padmin"}), "PB.award"),
    ("view_id", LEARNERS | {"exec"}, "mate.view"),
    ("run_id", LEARNERS | {"exec"}, "mate.run"),
    ("attempt_id", LEARNERS, "mate.attempt"),
    ("attempt_id", LEARNERS, "mate_b.attempt"),
    ("submission_id", frozenset({"west"}), "mate_b.submission"),
    # A regional manager looks after the sessions that they planned.
    ("session_id", frozenset({"west"}), "untaken_session"),
    ("launch_id", LEARNERS, "mate.launch"),
    ("launch_id", LEARNERS, "mate_b.launch"),
    ("notification_id", EVERYBODY, "mate.notification"),
    ("asset_id", PARTNER_SIDE | {"west", "manager", "exec"}, "draft_asset"),
    ("asset_id", PARTNER_SIDE | {"west", "manager", "exec"}, "withdrawn_asset"),
)

FILE = (b"%PDF-1.7 a sheet", "sheet.pdf")


def other(tenant: Tenant) -> str:
    return "globex" if tenant.slug == "acme" else "acme"
