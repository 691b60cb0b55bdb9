"""How endpoints of partners and onboarding are called. See tests/access/calls.py."""

from __future__ import annotations

from datetime import timedelta

from prm.infra import clock, form_timing
from tests.access.call_parts import (
    FILE,
    MANAGERS,
    SECRET_KEY,
)
from tests.access.shapes import Body, Call, Id, Name
from tests.access.worlds import Tenant

_TABLE_QUERIES = ("?search=KAN&sort=name", "?page=2&size=50")

_COMPANY = {"name": "Renamed", "type": "msp", "status": "active", "region": "West", "manager": "",
            "external_id": "X-9", "agreement_accepted_on": "2026-01-31"}  # fmt: skip

_ELSEWHERE = ((frozenset({"west"}), {"region": "East"}),)

_APPLICATION = {
    "company": "Newcomer Ltd", "website": "newcomer.example.com", "country": "DE", "message": "Hello",
    "contact_name": "Nina New", "email": "newcomer@example.com",
}  # fmt: skip


def _typed_application(tenant: Tenant, role: str) -> Body:
    """The form as somebody sends it who had it open for a minute."""
    with clock.freeze(clock.now() - timedelta(minutes=1)):
        opened = form_timing.sign_opening(SECRET_KEY, f"apply {tenant.vendor.public_id}")
    return {**_APPLICATION, "opened": opened}


PARTNERS_CALLS: dict[tuple[str, str], Call] = {
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
        body={"title": "Contract", "kind": "contract", "valid_until": "", "file": FILE}
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
    ("partners.index", "GET"): Call(queries=("?format=csv", *_TABLE_QUERIES)),
    ("partners.story", "GET"): Call(
        queries=("?as_of=2026-01-01", "?as_of=2100-01-01"),
        # It buys through a partner who is not everybody's business.
        also=((MANAGERS, {"partnership_id": "PA.suspended"}),),
    ),
    ("partners.create", "POST"): Call(body=_COMPANY, refused=_ELSEWHERE),
    ("partners.edit", "POST"): Call(body=_COMPANY, refused=_ELSEWHERE),
}
