"""How each endpoint is called: with which rows, which form, which questions in the query.

A name such as "asset" or "PA.deal" is a thing of the worlds (tests/access/worlds.py); "{me}" in it
is the role of who asks. `Id` in a form is the public id of such a thing: the twins swap each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from prm.infra import clock, form_timing
from prm.notifications.models import Kind
from tests.access.rows_credentials import PICTURE_DIGEST, pkcs12_file
from tests.access.shapes import Body, Call, Id, Name, Then
from tests.access.worlds import SHARED, Tenant
from tests.factories.marketing import png
from tests.factories.world import PASSWORD

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
# The vendor's own people: nobody sees the portal as they do.
STAFF = {"membership_id": (frozenset({"admin", "manager", "west"}), "membership.exec")}
# Whoever may invite, but not to the vendor itself.
INVITERS = frozenset({"manager", "west", "padmin"})
OWN_CERTIFICATES = tuple(
    (frozenset({role}), {"certificate_id": f"{role}.certificate"}) for role in ("author", "west")
)
WITHOUT_QUIZ = (("course_id", "unasked_course", LEARNERS),)
_PLACING = {"course_id": "placing_course"}
EVERYBODY = LEARNERS | {"exec"}
MANAGERS = frozenset({"admin", "manager", "west"})
# Of somebody whose personal data was erased: nothing of it is given out any more.
WITHDRAWN = (("certificate_id", "withdrawn.certificate", MANAGERS),)
# A vendor that has issued nothing, and has no logo.
KEYLESS = (("vendor_id", "keyless_vendor", frozenset({"anon", "admin"})),)
UNTAUGHT: Mapping[str, tuple[frozenset[str], str]] = {
    "course_id": (LEARNERS, "draft_course"),
    "lesson_id": (LEARNERS, "draft_lesson"),
}
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

_UNPUBLISHED_PATH: Mapping[str, tuple[frozenset[str], str]] = {"path_id": (LEARNERS, "draft_path")}
_PATH = {
    "revision": "1", "title": "Technician", "skill_level": "advanced", "is_in_order": "y",
    "required": [Id("fresh_path")],
}  # fmt: skip


def _said_of_changes(tenant: Tenant, role: str) -> Mapping[str, Any]:
    """Every lesson of the draft is new to who completed the version before."""
    names = ("lesson", "second_lesson", "package", "video", "file", "link")
    lessons = (tenant.things[f"draft_{name}"].public_id for name in names)
    return {f"lesson-{lesson_id}": "material" for lesson_id in lessons} | {"quiz": "material"}


_TABLE_QUERIES = ("?search=KAN&sort=name", "?page=2&size=50")
_FILE = (b"%PDF-1.7 a sheet", "sheet.pdf")
_CAMPAIGN = {
    "name": "Autumn", "checklist": Id("checklist"), "as_of": "2026-01-05", "due_on": "2031-01-01",
    "auditor": Id("user.manager"),
}  # fmt: skip
_ASSET = {
    "title": "Sheet",
    "type": "brochure",
    "language": "en",
    "campaign": Id("campaign"),
    "description": "D",
}
_COMPANY = {"name": "Renamed", "type": "msp", "status": "active", "region": "West", "manager": "",
            "external_id": "X-9", "agreement_accepted_on": "2026-01-31"}  # fmt: skip

_ELSEWHERE = ((frozenset({"west"}), {"region": "East"}),)

_VERSION = {"title": "Better", "summary": "S", "skill_level": "advanced", "job_functions": ["sales"],
            "pass_mark": "70", "max_attempts": "2", "revision": "1"}  # fmt: skip
_LESSON = {"title": "Lesson", "minutes": "4", "body": "# Text", "revision": "1"}
_QUESTION = {"prompt": "Which?", "explanation": "This.", "choices-0-text": "one", "choices-0-is_right": "y",
             "choices-1-text": "two", "revision": "1", "kind": "single"}  # fmt: skip
_SCHEME = {"name": "Scheme", "summary": "S", "skill_level": "advanced", "validity_months": "12",
           "is_active": "y", "revision": "1"}  # fmt: skip
_ACCREDITATION = {"name": "House", "skill_level": "advanced", "is_active": "y", "revision": "1",
                  "lines-0-minimum": "1", "lines-0-certification": Id("scheme")}  # fmt: skip
_ORDERS = {"column_external_id": "id", "column_partner": "partner", "column_ordered_on": "date",
           "column_amount": "amount", "date_format": "", "decimal": "."}  # fmt: skip
_PDF = (b"%PDF-1.7 nobody's", "some.pdf")
_DRAFT = {"lesson_id": "draft_lesson"}
_CONTENT = {"course_id": "unasked_course"}
_OWN_SUBMISSION = {"submission_id": "{me}.submission"}
_FOREIGN_SUBMISSION = {"submission_id": (LEARNERS, "mate.submission")}
_GRADERS = frozenset({"admin", "manager", "west", "author"})
_UNTAKEN = {"session_id": (LEARNERS, "untaken_session")}
_SESSION = {"title": "Day", "starts": "2031-01-05T10:00", "ends": "2031-01-05T12:00",
            "time_zone": "Europe/Berlin", "place": "Room", "places": "60"}  # fmt: skip
_OF_BANK = {"question_id": "bank_question"}
_BANK_QUESTION = {"topic": "Nets", "difficulty": "hard", "prompt": "Which?", "explanation": "This.",
                  "choices-0-text": "one", "choices-0-is_right": "y", "choices-1-text": "two",
                  "revision": "1", "kind": "single"}  # fmt: skip
_LINK = {"title": "A page", "url": "https://example.com/page"}
_COMMIT = {"commit": '{"item": "I1", "sequence": 1, "cmi": {"core": {"lesson_status": "completed"}}}'}
_BULK = {"action": "partners.region", "region": "West", "which": "ticked", "ids": [Id("PA.partnership")]}
_BULK_REVOKE = {"action": "certificates.revoke", "which": "ticked", "ids": [Id("member.certificate")],
                "reason": "A mistake."}  # fmt: skip
_CHIEF = {"role": "partner_admin", "job_functions": ["support"]}
_PLAN = {
    "company": Name("PA.partnership"), "checklist": Id("checklist"), "as_of": "2026-01-05",
    "due_on": "2031-01-01", "auditor": Id("user.manager"), "seed": "seed",
}  # fmt: skip


_APPLICATION = {
    "company": "Newcomer Ltd", "website": "newcomer.example.com", "country": "DE", "message": "Hello",
    "contact_name": "Nina New", "email": "newcomer@example.com",
}  # fmt: skip


def _typed_application(tenant: Tenant, role: str) -> Body:
    """The form as somebody sends it who had it open for a minute."""
    with clock.freeze(clock.now() - timedelta(minutes=1)):
        opened = form_timing.sign_opening(SECRET_KEY, f"apply {tenant.vendor.public_id}")
    return {**_APPLICATION, "opened": opened}


PARTNERS_CALLS = {
    # A vendor that takes no applications.
    ("partners.apply", "GET"): Call(absent=(("place", "keyless", frozenset({"anon"})),)),
    ("partners.apply", "POST"): Call(body=_typed_application),
    ("partners.apply_confirm", "GET"): Call(ids={"token": "application_link"}),
    ("partners.apply_confirm", "POST"): Call(ids={"token": "application_link"}),
    ("partners.applications", "GET"): Call(queries=("?search=KAN", "?status=waiting")),
    ("partners.approve_application", "POST"): Call(
        body={"name": "Newcomer Ltd", "type": "var", "region": "West", "manager": ""}
    ),
    ("partners.reject_application", "POST"): Call(body={"reason": "Not now."}),
    ("partners.application_regions", "POST"): Call(body={"country": "DE", "region": "West"}),
    ("partners.pass_application_on", "POST"): Call(body={"region": ""}),
    ("partners.application_form", "POST"): Call(body={"is_open": "y", "intro": "Welcome"}),
    ("partners.agreement", "GET"): Call(queries=("?search=KAN",)),
    ("partners.new_agreement", "POST"): Call(
        body={"title": "Terms", "body": "# Terms", "effective_on": "2100-01-01"}
    ),
    ("partners.own_agreement", "POST"): Call(
        body=lambda tenant, role: {"version": str(tenant.things["agreement"].public_id), "is_accepted": "y"}
    ),
    ("partners.suspend", "POST"): Call(body={"reason": "For now."}),
    ("partners.end", "POST"): Call(body={"reason": "For ever."}),
    ("partners.resume", "POST"): Call(
        ids={"partnership_id": "PA.suspended"}, body={"reason": "Welcome back."}
    ),
    ("partners.names", "POST"): Call(body={"value": "Another name"}),
    ("partners.remove_name", "POST"): Call(ids={"alias_id": "PA.name"}),
    ("partners.branches", "POST"): Call(body={"name": "South", "address": "A", "region": "West"}),
    ("partners.parent", "POST"): Call(body={"parent": Name("PA.onboarding")}),
    ("partners.merge", "GET"): Call(
        queries=("?id={PA.onboarding}", "?name=Nobody"),
        query_ids={"id": "PA.onboarding"},
        nowhere=((MANAGERS, "?id=nobody"),),
    ),
    ("partners.merge", "POST"): Call(body={"absorbed": Id("PA.onboarding")}),
    ("partners.tasks", "GET"): Call(queries=("?search=KAN", "?owner=me&state=overdue")),
    ("partners.add_note", "POST"): Call(body={"body": "Remember this."}),
    ("partners.add_task", "POST"): Call(
        body=lambda tenant, role: {
            "title": "Call them",
            "due_on": "2030-01-01",
            "owner": str(tenant.people["admin"].public_id),
        }
    ),
    ("partners.add_contact", "POST"): Call(
        body={"name": "Carl", "email": "carl@example.com", "function": "Buying", "phone": "1"}
    ),
    ("partners.documents", "POST"): Call(
        body={"title": "Contract", "kind": "contract", "valid_until": "", "file": _FILE}
    ),
    ("onboarding.template", "POST"): Call(
        body={
            "kind": "certified",
            "days": "9",
            "count": "2",
            "side": "partner",
            "title": "",
            "certification": Id("scheme"),
            "number": "1",
        }
    ),
    ("onboarding.remove_step", "POST"): Call(body={"number": "1"}),
    # Told that there are milestones already.
    ("onboarding.add_usual_steps", "POST"): Call(body={"number": "1"}, leaves=False),
    ("onboarding.tick", "POST"): Call(
        body={"done": "1"},
        others=(
            ("padmin", {"milestone_id": "PA.milestone.vendor"}, {"done": "1"}, "403"),
            ("manager", {"milestone_id": "PA.milestone.partner"}, {"done": "1"}, "403"),
        ),
    ),
    ("partners.remove_document", "POST"): Call(
        others=(("padmin", {"document_id": "PA.vendor_document"}, {}, "403"),)
    ),
    ("onboarding.activate", "POST"): Call(
        ids={"partnership_id": "PA.onboarding"}, body={"reason": "They are old friends."}
    ),
    ("partners.new_application_field", "POST"): Call(
        body={"label": "How many engineers?", "kind": "text", "position": "3"}
    ),
    ("partners.edit_application_field", "POST"): Call(
        body={"label": "Which?", "kind": "choice", "choices": "one\ntwo", "position": "1"}
    ),
}


def _answers(tenant: Tenant, role: str) -> Body:
    things = tenant.things
    return {
        f"q-{things['question'].public_id}": Id("right_choice"),
        f"q-{things['second_question'].public_id}": Id("right_choice_2"),
        "number": "1",
    }


def _placement_answers(tenant: Tenant, role: str) -> Body:
    things = tenant.things
    return {
        f"q-{things['placing_question'].public_id}": Id("placing_wrong_choice"),
        f"q-{things['placing_second_question'].public_id}": Id("placing_right_choice_2"),
    }


def _unknown_product(tenant: Tenant, role: str) -> Body:
    return {"field": "product", "value": f"unknown {tenant.token('ORDER', 'PA')}", "to": Name("product")}


def _other(tenant: Tenant) -> str:
    return "globex" if tenant.slug == "acme" else "acme"


def _customer_of_the_other(tenant: Tenant, role: str) -> Body:
    return {"field": "customer", "value": f"Known to {_other(tenant)}", "to": Name("only_customer")}


def _staff(email: str) -> Body:
    return {"name": "Newcomer", "email": email, "role": "content_author", "job_functions": ["sales"]}


def _of_the_other(tenant: Tenant, role: str) -> Body:
    """Somebody who works for the other vendor."""
    return _staff(f"guest-{_other(tenant)}@example.com")


def _invited_by_the_other(tenant: Tenant, role: str) -> Body:
    """Somebody who waits to join the other vendor: to be invited here too."""
    rows = f'[[1, "waits-{_other(tenant)}@example.com", "Newcomer", "", "", ""]]'
    return {"rows": rows, "role": "content_author", "step": "confirm"}


def _aim(thing: str) -> Callable[[Tenant, str], Body]:
    """The form that states a target of something."""

    def said(tenant: Tenant, role: str) -> Body:
        name = f"{tenant.things[thing].public_id}.2"
        return {f"t.{name}": "12", f"o.{name}": ""}

    return said


def _settings(tenant: Tenant, role: str) -> Body:
    return {
        "name": "Renamed", "slug": tenant.slug, "currency": "EUR", "time_zone": "Europe/Berlin",
        "fiscal_year_start_month": "4", "brand_primary": "#1f4e8c", "brand_ink": "#1b2430",
        "revision": "2", "second_factor": "optional",
    }  # fmt: skip


def _with_second_factor(tenant: Tenant, role: str) -> Body:
    return {**_settings(tenant, role), "second_factor": "everybody"}


_METRIC = {"name": "Another", "guidance": "G", "metric": "certified_people", "threshold": "2",
           "comparison": "at_least", "certification": Id("scheme"), "job_function": "",
           "skill_level": ""}  # fmt: skip


def _checklist(tenant: Tenant, role: str) -> Body:
    key = tenant.things["criterion"].public_id
    return {"name": "Another", f"position-{key}": "1", f"weight-{key}": "3"}


CALLS: dict[tuple[str, str], Call] = {
    ("accounts.profile", "POST"): Call(
        body={"name": "Another", "locale": "de", "time_zone": "Europe/Berlin"}
    ),
    ("accounts.change_password", "POST"): Call(body={"current": PASSWORD, "password": NEW_PASSWORD}),
    ("accounts.confirm", "POST"): Call(body={"current": PASSWORD}),
    ("accounts.change_email", "POST"): Call(body={"email": "newer@example.com"}),
    ("accounts.confirm_email", "GET"): Call(ids={"token": "email_link"}),
    ("accounts.confirm_email", "POST"): Call(ids={"token": "email_link"}),
    ("accounts.enrol_second_factor", "POST"): Call(leaves=False),  # nothing was begun: back to the start
    ("accounts.sign_in_code", "POST"): Call(leaves=False),
    ("accounts.sign_in", "POST"): Call(
        body=lambda tenant, role: {"email": tenant.people["admin"].email, "password": PASSWORD}, leaves=False
    ),
    ("accounts.reset_request", "POST"): Call(
        body=lambda tenant, role: {"email": tenant.people["member"].email}
    ),
    ("accounts.reset", "GET"): Call(ids={"token": "reset_link"}),
    ("accounts.reset", "POST"): Call(ids={"token": "reset_link"}, body={"password": NEW_PASSWORD}),
    ("accounts.invitation", "GET"): Call(ids={"token": "PA.link"}),
    ("accounts.invitation", "POST"): Call(
        ids={"token": "PA.link"}, body={"name": "Newcomer", "password": NEW_PASSWORD}
    ),
    ("accounts.people", "GET"): Call(queries=("?format=csv", "?search=KAN", "?side=vendor")),
    ("accounts.former_people", "GET"): Call(queries=("?format=csv",)),
    ("accounts.invite", "GET"): Call(
        queries=("?company={PA.partnership}",), query_ids={"company": "PA.partnership"}
    ),
    ("accounts.invite", "POST"): Call(
        body=lambda tenant, role: {
            "name": "Newcomer", "email": "newcomer@example.com", "role": "partner_member",
            "job_functions": ["sales"], **({} if role == "padmin" else {"company": Name("PA.partnership")}),
        },
        forms=((ADMIN, _of_the_other), (ADMIN, _staff(SHARED))),
        refused=(
            (INVITERS, {"role": "vendor_admin", "company": ""}),
            (INVITERS, {"role": "content_author", "company": ""}),
        ),
    ),
    ("accounts.end_membership", "POST"): Call(
        afterwards=(
            # One vendor ends what it may: with the company's other vendor the person goes on.
            (ADMIN, {"membership_id": "membership.both"}, {},
             (Then("both", "/acme/", "404"), Then("both", "/globex/"))),
        )
    ),
    ("accounts.invite_many", "POST"): Call(
        body=lambda tenant, role: {
            "rows": '[[1, "newcomer@example.com", "Newcomer", "", "", ""]]', "role": "partner_member",
            "step": "confirm", **({} if role == "padmin" else {"company": Name("PA.partnership")}),
        },
        forms=((ADMIN, _invited_by_the_other),),
    ),
    ("accounts.view_as", "GET"): Call(beyond=STAFF),
    ("accounts.view_as", "POST"): Call(beyond=STAFF),
    ("accounts.edit_membership", "POST"): Call(
        body={"role": "partner_member", "job_functions": ["support"]},
        forms=((frozenset({"padmin"}), _CHIEF),),
        others=(
            # Whom a vendor made administrator there for itself alone does not change the company's people.
            ("local_admin", {"membership_id": "membership.both"}, _CHIEF, "422"),
            # Whom they invited elsewhere is no business of this vendor's.
            ("dual", {"membership_id": "membership.both"}, _CHIEF, "ok"),
        ),
    ),
    ("accounts.grant", "POST"): Call(
        body={"permission": "course.assign", "reason": "On holiday.", "starts_on": "", "ends_on": ""}
    ),
    ("vendors.logo", "GET"): Call(absent=KEYLESS),
    ("vendors.contrast", "GET"): Call(queries=("?brand_primary=%23112233&brand_ink=%23445566",)),
    ("vendors.settings", "POST"): Call(
        body=_settings,
        afterwards=(
            # From the next click on, nobody does anything here without one.
            (ADMIN, {}, _with_second_factor, (Then("manager", "/acme/lists/views", "403", method="POST"),)),
        ),
    ),
    ("vendors.change_identity", "POST"): Call(
        body={"mail_name": "Channel", "mail_reply_to": "channel@example.com", "languages": ["en"],
              "default_language": "en", "revision": "2"}
    ),
    ("vendors.set_logo", "POST"): Call(body={"logo": (png(colour="red"), "logo.png")}),
    ("deals.index", "GET"): Call(
        queries=("?format=csv", "?format=xlsx", "?search=KAN", "?partner={PA.partnership}"),
        query_ids={"partner": "PA.partnership", "product": "product"},
    ),
    ("revenue.orders", "GET"): Call(
        queries=("?format=csv", "?format=xlsx", "?search=KAN", "?partner={PA.partnership}", "?product=none"),
        query_ids={"partner": "PA.partnership", "product": "product"},
    ),
    ("revenue.invoices", "GET"): Call(
        queries=("?format=csv", "?format=xlsx", "?partner={PA.partnership}", "?standing=overdue"),
        query_ids={"partner": "PA.partnership"},
    ),
    ("revenue.targets", "GET"): Call(queries=("?by=region", "?search=KAN", "?year=2030")),
    ("revenue.targets", "POST"): Call(
        body=lambda tenant, role: {
            f"{kind}.{tenant.things['PA.partnership'].public_id}.2": typed
            for kind, typed in (("t", "12"), ("o", ""))
        },
        refused=(
            (frozenset({"west"}), _aim("PB.partnership")),
            (frozenset({"west"}), _aim("east_region")),
            (frozenset({"west"}), {"t.vendor.2": "12", "o.vendor.2": ""}),
        ),
    ),
    ("products.index", "GET"): Call(queries=("?search=KAN",)),
    ("products.create", "POST"): Call(body={"name": "Widget", "price": "12.50"}),
    ("products.edit", "POST"): Call(body={"name": "Renamed", "price": "13"}),
    ("products.add_price", "POST"): Call(
        body={"valid_from": "2030-01-01", "amount": "12.50", "currency": "USD"}
    ),
    ("products.set_active", "POST"): Call(body={"active": "no"}),
    ("products.alias", "POST"): Call(body={"value": "Another name"}),
    ("imports.index", "GET"): Call(queries=("?search=KAN", "?kind=products")),
    ("imports.batch", "GET"): Call(queries=("?outcome=rejected",)),
    ("imports.upload", "POST"): Call(
        body={"kind": "products", "source": "erp", "file": (b"name,price\nWidget,1\n", "p.csv")}
    ),
    ("imports.mapping", "GET"): Call(ids={"batch_id": "draft_batch"}),
    ("imports.mapping", "POST"): Call(
        ids={"batch_id": "draft_batch"},
        body={"column_name": "name", "column_price": "price", "date_format": "", "decimal": "."},
        afterwards=(
            # A name that stands for a partner of the other vendor alone stands for nobody here.
            (ADMIN, {"batch_id": "orders_batch"}, _ORDERS,
             (Then("admin", "/acme/imports/{orders_batch}", says="Known to globex"),)),
        ),
    ),
    ("imports.reading", "POST"): Call(
        ids={"batch_id": "draft_batch"}, body={"encoding": "utf-8", "delimiter": "comma"}
    ),
    ("imports.confirm", "POST"): Call(
        ids={"batch_id": "checked_batch"}, also=((ADMIN, {"batch_id": "people_batch"}),)
    ),
    ("imports.decide", "POST"): Call(
        body={"decision": "ours", "conflict": Id("import_conflict")}
    ),
    ("imports.discard", "POST"): Call(ids={"batch_id": "draft_batch"}),
    ("imports.alias", "POST"): Call(
        body=_unknown_product, forms=((ADMIN, _customer_of_the_other),)
    ),
    ("imports.remove_customer_alias", "POST"): Call(ids={"alias_id": "customer_alias"}),
    ("bulk.choose", "POST"): Call(
        body=_BULK, leaves=False, forms=((MANAGERS, _BULK_REVOKE),), refused=((ADMIN, {"action": "nothing"}),)
    ),
    ("bulk.start", "POST"): Call(
        body=_BULK, forms=((MANAGERS, _BULK_REVOKE),), refused=((ADMIN, {"action": "nothing"}),)
    ),
    ("bulk.run", "GET"): Call(queries=("?outcome=done", "?format=csv")),
    ("lists.save_view", "POST"): Call(
        body={"endpoint": "vendors.home", "name": "Mine", "query": "status=active"},
        # Everybody has a view of this name there.
        forms=((ADMIN, {"endpoint": "partners.index", "name": "Mine", "query": "status=ended"}),),
        refused=(
            (ADMIN, {"endpoint": "partners.story"}),  # no list
            (frozenset({"member"}), {"endpoint": "accounts.people"}),
        ),
    ),
    ("search.index", "GET"): Call(queries=("?q=KAN", "?q=kanacme", "?q=kanglobex", "?q=twin", "?q=%22*%27")),
    ("notifications.index", "GET"): Call(
        queries=("?state=unread", "?kind=compliance_lost", "?page=2&size=50")
    ),
    ("notifications.preferences", "POST"): Call(body={f"mail-{kind.value}": "off" for kind in Kind}),
    ("notifications.unsubscribe", "GET"): Call(ids={"token": "unsubscribe_link"}),
    ("notifications.unsubscribe", "POST"): Call(ids={"token": "unsubscribe_link"}),
    ("notifications.remind", "GET"): Call(
        queries=("?search=KAN", "?what=expiring", "?partner={PA.partnership}"),
        query_ids={"partner": "PA.partnership"},
    ),
    ("notifications.remind", "POST"): Call(
        body={"subject": Id("member.enrolment")},
        missing="422",
        refused=(
            (frozenset({"padmin"}), {"subject": Id("padmin.enrolment")}),  # nobody reminds themselves
            (frozenset({"manager", "west", "padmin"}), {"subject": Id("author.enrolment")}),
        ),
    ),
    ("operations.retention", "POST"): Call(body={"mail_months": "600"}),
    ("notifications.reminders", "POST"): Call(
        body={"course_days": "10", "certificate_days": "60, 5", "agreement_days": "9",
              "escalation_days": "8, 20"}
    ),
    ("journal.index", "GET"): Call(queries=("?format=csv", "?search=world", "?page=2")),
    ("training.index", "GET"): Call(queries=("?search=KAN", "?level=expert")),
    ("training.course", "GET"): Call(beyond=UNTAUGHT),
    ("training.enrol", "POST"): Call(ids={"course_id": "fresh_course"}, beyond=UNTAUGHT),
    ("training.resume", "GET"): Call(missing="ok"),  # on to the course's page, which says so
    ("training.lesson", "GET"): Call(beyond=UNTAUGHT),
    ("training.finish_lesson", "POST"): Call(beyond=UNTAUGHT, leaves=False),
    ("training.remember", "POST"): Call(beyond=UNTAUGHT),
    ("training.quiz", "GET"): Call(beyond=UNTAUGHT, absent=WITHOUT_QUIZ),
    ("training.take_quiz", "GET"): Call(beyond=UNTAUGHT, absent=WITHOUT_QUIZ),
    ("training.take_quiz", "POST"): Call(body=_answers, beyond=UNTAUGHT, absent=WITHOUT_QUIZ),
    ("training.progress", "GET"): Call(
        queries=(
            "?format=csv", "?search=KAN", "?course={course}", "?standing=overdue", "?show=paths",
            "?show=paths&format=xlsx", "?sort={course}&direction=desc", "?level=expert",
        ),
        query_ids={"course": "course"},
    ),
    ("certification.progress", "GET"): Call(
        queries=("?format=csv", "?search=KAN", "?certification={scheme}", "?standing=valid"),
        query_ids={"certification": "scheme"},
    ),
    ("training.assign", "GET"): Call(
        queries=("?company_id={PA.partnership}", "?company_id={PA.partnership}&course={course}"),
        query_ids={"company_id": "PA.partnership"},
        nowhere=((LEARNERS - {"padmin"}, "?company_id=nobody"),),  # whose company is no question
    ),
    ("training.assign", "POST"): Call(
        needs="?company_id={PA.partnership}",
        body={"courses": [Id("fresh_course")], "whom": Id("user.member"), "due_on": "2030-01-01",
              "step": "assign"},
        query_ids={"company_id": "PA.partnership"},
        beyond={"course_id": (LEARNERS, "draft_course")},
    ),
    ("training.feed", "GET"): Call(ids={"token": "feed_link"}),
    ("training.end_feed", "POST"): Call(),
    ("training.paths", "GET"): Call(queries=("?level=expert", "?function=sales")),
    ("training.path", "GET"): Call(beyond=_UNPUBLISHED_PATH),
    ("training.take_path", "POST"): Call(ids={"path_id": "fresh_path"}, beyond=_UNPUBLISHED_PATH),
    ("training.assign_path", "GET"): Call(
        queries=("?company_id={PA.partnership}", "?company_id={PA.partnership}&function=sales"),
        query_ids={"company_id": "PA.partnership"},
        nowhere=((LEARNERS - {"padmin"}, "?company_id=nobody"),),
        beyond=_UNPUBLISHED_PATH,
    ),
    ("training.assign_path", "POST"): Call(
        needs="?company_id={PA.partnership}",
        body={"whom": Id("user.member"), "due_on": "2030-01-01"},
        query_ids={"company_id": "PA.partnership"},
        beyond=_UNPUBLISHED_PATH,
    ),
    ("training.new_path", "POST"): Call(body=_PATH),
    ("training.edit_path", "POST"): Call(body=_PATH),
    ("training.add_step", "POST"): Call(body={"course": Id("course")}),
    ("training.move_step", "POST"): Call(body={"direction": "up"}),
    ("training.new_path_version", "POST"): Call(ids={"path_id": "path"}),
    ("training.publish", "POST"): Call(body=_said_of_changes),
    ("training.new_course", "POST"): Call(body=_VERSION),
    ("training.new_version", "POST"): Call(ids={"course_id": "done_course"}),
    ("training.image", "GET"): Call(absent=(("image_id", "lost_image", LEARNERS),)),
    ("training.edit_version", "POST"): Call(body=_VERSION),
    ("training.images", "POST"): Call(body={"image": (png(colour="red"), "a.png"), "alt": "A square"}),
    ("training.launch", "POST"): Call(ids={**_CONTENT, "lesson_id": "unasked_package"}, beyond=UNTAUGHT),
    ("training.launch_for_author", "POST"): Call(ids={"lesson_id": "draft_package"}),
    ("training.try_lesson", "GET"): Call(ids={"lesson_id": "draft_package"}),
    ("training.save", "POST"): Call(body=_COMMIT),
    # Who takes no course that a lesson belongs to has none of it.
    ("training.video", "GET"): Call(
        ids={"lesson_id": "unasked_video"}, beyond=UNTAUGHT,
        others=(("dual", {"lesson_id": "unasked_video"}, {}, "404"),),
    ),
    ("training.captions", "GET"): Call(ids={"lesson_id": "unasked_video"}, beyond=UNTAUGHT),
    ("training.lesson_file", "GET"): Call(
        ids={"lesson_id": "unasked_file"}, beyond=UNTAUGHT,
        others=(("dual", {"lesson_id": "unasked_file"}, {}, "404"),),
    ),
    ("training.watched", "POST"): Call(
        ids={**_CONTENT, "lesson_id": "unasked_video"},
        body={"spans": "[[1000, 3000]]", "position": "3000"},
        beyond=UNTAUGHT,
    ),
    ("training.new_content", "POST"): Call(body=_LINK),
    ("training.edit_content", "GET"): Call(ids={"lesson_id": "draft_package"}),
    ("training.edit_content", "POST"): Call(
        ids={"lesson_id": "draft_link"}, body={**_LINK, "revision": "1"}
    ),
    ("training.preview", "POST"): Call(body={"body": "# Text"}, leaves=False),
    ("training.new_lesson", "POST"): Call(body=_LESSON),
    ("training.edit_lesson", "GET"): Call(ids=_DRAFT),
    ("training.edit_lesson", "POST"): Call(ids=_DRAFT, body=_LESSON),
    ("training.move_lesson", "POST"): Call(
        ids={"lesson_id": "draft_second_lesson"}, body={"direction": "up"}
    ),
    ("training.delete_lesson", "GET"): Call(ids=_DRAFT),
    ("training.delete_lesson", "POST"): Call(ids=_DRAFT),
    ("training.new_question", "POST"): Call(body=_QUESTION),
    ("training.start_quiz", "POST"): Call(leaves=False, beyond=UNTAUGHT, absent=WITHOUT_QUIZ),
    ("training.save_answers", "POST"): Call(body=_answers, beyond=UNTAUGHT, absent=WITHOUT_QUIZ),
    ("training.placement", "GET"): Call(ids=_PLACING, beyond=UNTAUGHT, absent=WITHOUT_QUIZ),
    ("training.start_placement", "POST"): Call(
        ids=_PLACING, leaves=False, beyond=UNTAUGHT, absent=WITHOUT_QUIZ
    ),
    ("training.take_placement", "GET"): Call(ids=_PLACING, beyond=UNTAUGHT, absent=WITHOUT_QUIZ),
    ("training.take_placement", "POST"): Call(
        ids=_PLACING, body=_placement_answers, beyond=UNTAUGHT, absent=WITHOUT_QUIZ
    ),
    ("training.save_placement", "POST"): Call(
        ids=_PLACING, body=_placement_answers, beyond=UNTAUGHT, absent=WITHOUT_QUIZ
    ),
    ("training.hand_in", "POST"): Call(
        ids={**_CONTENT, "lesson_id": "task"}, body={"text": "Done."}, beyond=UNTAUGHT
    ),
    ("training.own_submitted_file", "GET"): Call(ids=_OWN_SUBMISSION, beyond=_FOREIGN_SUBMISSION),
    ("training.appeal", "POST"): Call(
        ids=_OWN_SUBMISSION, body={"reason": "Look again."}, beyond=_FOREIGN_SUBMISSION
    ),
    ("training.grading", "GET"): Call(
        queries=("?search=KAN", "?status=failed", "?grader=nobody", "?status=")
    ),
    ("training.submitted_file", "GET"): Call(
        absent=tuple(("submission_id", f"{kind}_submission", _GRADERS) for kind in ("bare", "lost"))
    ),
    ("training.grade", "POST"): Call(body={"level-c1": "1", "feedback": "Good."}),
    ("training.sign_up", "POST"): Call(beyond=_UNTAKEN),
    ("training.give_up", "POST"): Call(
        ids={"session_id": "held_session"}, beyond=_UNTAKEN, absent=(("session_id", "session", LEARNERS),)
    ),
    ("training.sessions", "GET"): Call(queries=("?search=KAN", "?when=past", "?when=cancelled", "?when=")),
    ("training.new_session", "POST"): Call(body={**_SESSION, "lesson": Id("session_lesson")}),
    ("training.edit_session", "POST"): Call(body=_SESSION),
    ("training.cancel_session", "POST"): Call(body={"reason": "Ill."}),
    ("training.attendance", "GET"): Call(ids={"session_id": "begun_session"}),
    ("training.attendance", "POST"): Call(
        ids={"session_id": "begun_session"},
        body={"listed": [Id("mate.seat")], "attended": [Id("mate.seat")]},
        refused=(
            (frozenset({"west"}), {"listed": [Id("mate_b.seat")], "attended": [Id("mate_b.seat")]}),
        ),
    ),
    ("training.bank", "GET"): Call(queries=("?format=csv", "?search=KAN", "?state=", "?difficulty=easy")),
    ("training.new_bank_question", "POST"): Call(body=_BANK_QUESTION),
    ("training.edit_bank_question", "GET"): Call(ids=_OF_BANK),
    ("training.edit_bank_question", "POST"): Call(ids=_OF_BANK, body=_BANK_QUESTION),
    ("training.bank_question", "GET"): Call(ids=_OF_BANK),
    ("training.retire_bank_question", "POST"): Call(ids=_OF_BANK),
    ("training.import_questions", "POST"): Call(
        body={"do": "import", "file": (b"topic,kind,question,right,wrong\nNets,single,Why?,so,no\n", "q.csv")}
    ),
    ("training.quiz_settings", "POST"): Call(
        body={"revision": "1", "time_limit_minutes": "20", "wait_hours": "1", "review_now": "score",
              "review_over": "marks"}
    ),
    ("training.add_draw", "POST"): Call(body={"topic": "Networks", "difficulty": "", "questions": "1"}),
    ("training.statistics", "GET"): Call(ids={"version_id": "done_version"}, queries=("?format=csv",)),
    ("training.edit_question", "POST"): Call(body=_QUESTION),
    ("training.move_question", "POST"): Call(
        ids={"question_id": "draft_second_question"}, body={"direction": "up"}
    ),
    ("certification.index", "GET"): Call(
        queries=("?format=csv", "?search=KAN", "?within=30", "?partner={PA.partnership}"),
        query_ids={"partner": "PA.partnership", "certification": "scheme"},
    ),
    ("certification.detail", "GET"): Call(also=OWN_CERTIFICATES),
    ("certification.download", "GET"): Call(also=OWN_CERTIFICATES, absent=WITHDRAWN),
    ("certification.request_file", "POST"): Call(body={"paper": "a4"}, leaves=False, also=OWN_CERTIFICATES),
    ("certification.edit_scheme", "GET"): Call(also=((ADMIN, {"scheme_id": "twin_scheme"}),)),
    ("revenue.order", "GET"): Call(
        also=((frozenset({"admin", "west", "padmin"}), {"order_id": "PA.crossed_order"}),)
    ),
    ("certification.revoke", "POST"): Call(body={"reason": "A mistake."}),
    ("certification.issue", "POST"): Call(
        body={"certification": Id("twin_scheme"), "email": Name("user.member"), "reason": "Long experience."}
    ),
    ("certification.create_scheme", "POST"): Call(body={**_SCHEME, "versions": [Id("done_version")]}),
    ("certification.edit_scheme", "POST"): Call(body={**_SCHEME, "versions": [Id("done_version")]}),
    ("certification.apply_scheme", "POST"): Call(leaves=False),
    ("certification.accreditations", "GET"): Call(
        queries=("?format=csv", "?search=KAN", "?state=lapsing", "?hangs=somebody"),
        query_ids={"accreditation": "accreditation"},
    ),
    ("certification.create_accreditation", "POST"): Call(body=_ACCREDITATION),
    ("certification.edit_accreditation", "POST"): Call(body=_ACCREDITATION),
    ("certification.credential", "GET"): Call(also=OWN_CERTIFICATES, absent=WITHDRAWN),
    ("certification.did_document", "GET"): Call(absent=KEYLESS),
    ("certification.issuer_keys", "GET"): Call(absent=KEYLESS),
    ("certification.offline_checker", "GET"): Call(absent=KEYLESS),
    ("certification.bring", "POST"): Call(
        body={"file": (pkcs12_file(), "own.p12"), "passphrase": "", "reason": "Our own."}
    ),
    ("certification.batch", "GET"): Call(ids={"batch_id": "issue_batch"}),
    ("certification.design", "POST"): Call(
        body={"html": "<p>{{name}}</p>", "css": "", "specimen": "short", "paper": "a4", "revision": "1",
              "do": "save"}
    ),
    ("certification.add_design_image", "POST"): Call(
        body={"name": "badge", "file": (png(), "badge.png")}
    ),
    ("certification.remove_design_image", "POST"): Call(ids={"image_id": "design_image"}),
    ("certification.rotate", "POST"): Call(body={"reason": "It is time."}),
    ("certification.verify_form", "GET"): Call(queries=("?code={member.code}",)),
    ("certification.verify_file", "POST"): Call(body={"file": _PDF}, leaves=False),
    ("reports.revenue", "GET"): Call(
        queries=("?partner={PA.partnership}&model=first&lookback=30", "?period=all"),
        query_ids={"partner": "PA.partnership", "region": "PA.partnership"},
    ),
    ("reports.revenue_pdf", "GET"): Call(needs="?period=all"),
    ("reports.revenue_xlsx", "GET"): Call(needs="?period=all"),
    ("reports.breakdown", "GET"): Call(
        queries=tuple(f"?period=all&by={by}" for by in ("quarter", "partner", "region", "product")),
        query_ids={"partner": "PA.partnership"},
    ),
    ("reports.attribution", "GET"): Call(
        queries=tuple(f"?period=all&by={by}" for by in ("asset", "campaign", "course", "partner")),
        query_ids={"partner": "PA.partnership"},
    ),
    ("reports.credits", "GET"): Call(
        needs="?period=all&by=asset&row={asset}", queries=("?period=all&by=partner&row=unattributed",),
        nowhere=((frozenset({"admin", "exec"}), "?period=all&by=asset&row=nothing"),),
    ),
    ("reports.order", "GET"): Call(queries=("?lookback=365",)),
    ("accounts.preferences", "POST"): Call(body={"theme": "dark", "next": "/start"}, leaves=False),
    ("accounts.sign_in", "GET"): Call(queries=("?next=/acme/",)),
    ("partners.index", "GET"): Call(queries=("?format=csv", *_TABLE_QUERIES)),
    ("partners.story", "GET"): Call(
        queries=("?as_of=2026-01-01", "?as_of=2100-01-01"),
        # It buys through a partner who is not everybody's business.
        also=((MANAGERS, {"partnership_id": "PA.suspended"}),),
    ),
    ("partners.create", "POST"): Call(body=_COMPANY, refused=_ELSEWHERE),
    ("partners.edit", "POST"): Call(body=_COMPANY, refused=_ELSEWHERE),
    **PARTNERS_CALLS,
    ("audits.compliance", "GET"): Call(
        queries=("?format=csv", "?as_of=2026-10-01&format=csv", "?search=KAN")
    ),
    ("audits.policy", "POST"): Call(
        body={"effective_on": "2027-01-01", "needs_certified": "y", "certification": Id("scheme"),
              "minimum": "2", "job_function": "sales", "needs_agreement": "y", "months": "12"}
    ),
    ("audits.index", "GET"): Call(queries=("?format=csv", "?search=KAN", "?status=open", "?mine=yes")),
    ("audits.plan", "GET"): Call(
        queries=("?company_id={PA.partnership}",), query_ids={"company_id": "PA.partnership"}
    ),
    ("audits.plan", "POST"): Call(
        body=_PLAN,
        afterwards=(
            # Who is to conduct an audit is told so by whoever planned it.
            (ADMIN, {}, _PLAN,
             (Then("manager", "/acme/notifications/?kind=audit_assigned", says="KANACMEPACOMPANY"),)),
        ),
    ),
    ("audits.change_plan", "POST"): Call(body={"due_on": "2031-01-01", "auditor": Id("user.manager")}),
    ("audits.open_audit", "POST"): Call(ids={"audit_id": "PA.planned_audit"}),
    ("audits.withdraw", "POST"): Call(ids={"audit_id": "PA.planned_audit"}),
    # Who may sign it is told; nobody beyond whose reach it is.
    ("audits.submit", "POST"): Call(
        ids={"audit_id": "PA.settled_audit"},
        also=((frozenset({"manager"}), {"audit_id": "PB.settled_audit"}),),
    ),
    ("audits.answer", "POST"): Call(
        body={"self_status": "met", "text": "We do.", "file": _FILE, "valid_until": "2031-01-01"}
    ),
    ("audits.judge", "POST"): Call(body={"verdict": "not_met", "note": "Seen."}),
    ("audits.add_finding", "GET"): Call(queries=("?item={PA.item}",)),
    ("audits.add_finding", "POST"): Call(
        body={"severity": "minor", "text": "Wrong.", "item": Id("PA.item")}
    ),
    ("audits.remove_finding", "POST"): Call(ids={"finding_id": "PA.draft_finding"}),
    ("audits.report", "POST"): Call(body={"summary": "All in all."}),
    ("audits.waive_finding", "POST"): Call(body={"reason": "A small thing."}),
    ("audits.agree_action", "POST"): Call(
        body={"text": "Write it down.", "owner": Id("user.member"), "due_on": "2031-01-01"}
    ),
    ("audits.prove_action", "POST"): Call(
        ids={"action_id": "PA.agreed_action"}, body={"text": "Done.", "file": _FILE}
    ),
    ("audits.verify_action", "POST"): Call(body={"decision": "return", "reason": "Who?"}),
    ("audits.proof_file", "GET"): Call(
        absent=(("action_id", "PA.agreed_action", PARTNER_SIDE | {"west", "manager", "admin", "exec"}),)
    ),
    ("audits.sign_off", "GET"): Call(ids={"audit_id": "PA.review_audit"}),
    ("audits.sign_off", "POST"): Call(
        ids={"audit_id": "PA.review_audit"}, body={"decision": "sign", "note": "Fine."}
    ),
    ("audits.report_pdf", "GET"): Call(ids={"audit_id": "PA.closed_audit"}),
    ("audits.pack", "GET"): Call(ids={"audit_id": "PA.closed_audit"}),
    ("audits.names", "GET"): Call(ids={"audit_id": "PA.closed_audit"}),
    ("audits.criteria", "GET"): Call(queries=("?search=KAN", "?kind=sample")),
    ("audits.create_criterion", "GET"): Call(queries=("?kind=graded", "?kind=sample", "?kind=document")),
    ("audits.create_criterion", "POST"): Call(body=_METRIC),
    ("audits.edit_criterion", "POST"): Call(body={**_METRIC, "is_active": "y", "revision": "1"}),
    ("audits.create_checklist", "POST"): Call(body=_checklist),
    ("audits.edit_checklist", "POST"): Call(
        body=lambda tenant, role: {**_checklist(tenant, role), "is_active": "y", "revision": "1"}
    ),
    ("audits.start_campaign", "POST"): Call(
        body={**_CAMPAIGN, "region": "West"},
        forms=((frozenset({"west"}), _CAMPAIGN),),
        afterwards=(
            # What nothing narrows is a campaign of the partners within reach.
            (frozenset({"west"}), {}, _CAMPAIGN,
             (Then("manager", "{answer}?format=csv", says="KANACMEPA", hides="KANACMEPB"),)),
        ),
    ),
    ("audits.campaign", "GET"): Call(queries=("?format=csv", "?search=KAN", "?status=open")),
    ("marketing.library", "GET"): Call(queries=("?search=KAN", "?state=draft", "?campaign={campaign}")),
    ("marketing.download", "GET"): Call(absent=(("number", 1, PARTNER_SIDE | {"west", "manager"}),)),
    ("marketing.thumbnail", "GET"): Call(absent=(("asset_id", "plain_asset", LEARNERS),)),
    ("marketing.create", "POST"): Call(body={**_ASSET, "file": _FILE, "note": "", "publish": "1"}),
    ("marketing.edit", "POST"): Call(body={**_ASSET, "revision": "1"}),
    ("marketing.add_version", "POST"): Call(
        body={"file": _FILE, "thumbnail": (png(), "a.png"), "note": "Newer"}
    ),
    ("marketing.publish", "POST"): Call(ids={"asset_id": "draft_asset"}),
    ("marketing.campaigns", "POST"): Call(
        body={"name": "Autumn", "type": "web", "starts_on": "", "ends_on": ""}
    ),
    ("marketing.usage", "GET"): Call(
        queries=("?format=csv", "?format=csv&by=partner&days=all", "?days=365")
    ),
}  # fmt: skip


def call_of(endpoint: str, method: str) -> Call:
    return CALLS.get((endpoint, method), Call())
