"""How endpoints of audits are called. See tests/access/calls.py."""

from __future__ import annotations

from tests.access.call_parts import (
    ADMIN,
    FILE,
    PARTNER_SIDE,
)
from tests.access.shapes import Body, Call, Id, Name, Then
from tests.access.worlds import Tenant

_CAMPAIGN = {
    "name": "Autumn", "checklist": Id("checklist"), "as_of": "2026-01-05", "due_on": "2031-01-01",
    "auditor": Id("user.manager"),
}  # fmt: skip

_PLAN = {
    "company": Name("PA.partnership"), "checklist": Id("checklist"), "as_of": "2026-01-05",
    "due_on": "2031-01-01", "auditor": Id("user.manager"), "seed": "seed",
}  # fmt: skip

_METRIC = {"name": "Another", "guidance": "G", "metric": "certified_people", "threshold": "2",
           "comparison": "at_least", "certification": Id("scheme"), "job_function": "",
           "skill_level": ""}  # fmt: skip


def _checklist(tenant: Tenant, role: str) -> Body:
    key = tenant.things["criterion"].public_id
    return {"name": "Another", f"position-{key}": "1", f"weight-{key}": "3"}


AUDITS_CALLS: dict[tuple[str, str], Call] = {
    ("audits.compliance", "GET"): Call(
        queries=("?format=csv", "?as_of=2026-10-01&format=csv", "?search=KAN")
    ),
    ("audits.policy", "POST"): Call(
        body={
            "effective_on": "2027-01-01",
            "needs_certified": "y",
            "certification": Id("scheme"),
            "minimum": "2",
            "job_function": "sales",
            "needs_agreement": "y",
            "months": "12",
        }
    ),
    ("audits.index", "GET"): Call(queries=("?format=csv", "?search=KAN", "?status=open", "?mine=yes")),
    ("audits.plan", "GET"): Call(
        queries=("?company_id={PA.partnership}",), query_ids={"company_id": "PA.partnership"}
    ),
    ("audits.plan", "POST"): Call(
        body=_PLAN,
        afterwards=(
            # Who is to conduct an audit is told so by whoever planned it.
            (
                ADMIN,
                {},
                _PLAN,
                (Then("manager", "/acme/notifications/?kind=audit_assigned", says="KANACMEPACOMPANY"),),
            ),
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
        body={"self_status": "met", "text": "We do.", "file": FILE, "valid_until": "2031-01-01"}
    ),
    ("audits.judge", "POST"): Call(body={"verdict": "not_met", "note": "Seen."}),
    ("audits.add_finding", "GET"): Call(queries=("?item={PA.item}",)),
    ("audits.add_finding", "POST"): Call(body={"severity": "minor", "text": "Wrong.", "item": Id("PA.item")}),
    ("audits.remove_finding", "POST"): Call(ids={"finding_id": "PA.draft_finding"}),
    ("audits.report", "POST"): Call(body={"summary": "All in all."}),
    ("audits.waive_finding", "POST"): Call(body={"reason": "A small thing."}),
    ("audits.agree_action", "POST"): Call(
        body={"text": "Write it down.", "owner": Id("user.member"), "due_on": "2031-01-01"}
    ),
    ("audits.prove_action", "POST"): Call(
        ids={"action_id": "PA.agreed_action"}, body={"text": "Done.", "file": FILE}
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
            (
                frozenset({"west"}),
                {},
                _CAMPAIGN,
                (Then("manager", "{answer}?format=csv", says="KANACMEPA", hides="KANACMEPB"),),
            ),
        ),
    ),
    ("audits.campaign", "GET"): Call(queries=("?format=csv", "?search=KAN", "?status=open")),
}
