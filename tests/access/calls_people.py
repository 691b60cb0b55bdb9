"""How endpoints of people, vendors and notifications are called. See tests/access/calls.py."""

from __future__ import annotations

from prm.notifications.models import Kind
from tests.access.call_parts import (
    ADMIN,
    KEYLESS,
    NEW_PASSWORD,
    other,
)
from tests.access.shapes import Body, Call, Id, Name, Then
from tests.access.worlds import SHARED, Tenant
from tests.factories.marketing import png
from tests.factories.world import PASSWORD

# The vendor's own people: nobody sees the portal as they do.
STAFF = {"membership_id": (frozenset({"admin", "manager", "west"}), "membership.exec")}

# Whoever may invite, but not to the vendor itself.
INVITERS = frozenset({"manager", "west", "padmin"})

_CHIEF = {"role": "partner_admin", "job_functions": ["support"]}


def _staff(email: str) -> Body:
    return {"name": "Newcomer", "email": email, "role": "content_author", "job_functions": ["sales"]}


def _of_the_other(tenant: Tenant, role: str) -> Body:
    """Somebody who works for the other vendor."""
    return _staff(f"guest-{other(tenant)}@example.com")


def _invited_by_the_other(tenant: Tenant, role: str) -> Body:
    """Somebody who waits to join the other vendor: to be invited here too."""
    rows = f'[[1, "waits-{other(tenant)}@example.com", "Newcomer", "", "", ""]]'
    return {"rows": rows, "role": "content_author", "step": "confirm"}


def _settings(tenant: Tenant, role: str) -> Body:
    return {
        "name": "Renamed", "slug": tenant.slug, "currency": "EUR", "time_zone": "Europe/Berlin",
        "fiscal_year_start_month": "4", "brand_primary": "#1f4e8c", "brand_ink": "#1b2430",
        "revision": "2", "second_factor": "optional",
    }  # fmt: skip


def _with_second_factor(tenant: Tenant, role: str) -> Body:
    return {**_settings(tenant, role), "second_factor": "everybody"}


PEOPLE_CALLS: dict[tuple[str, str], Call] = {
    ("accounts.profile", "POST"): Call(
        body={"name": "Another", "locale": "de", "time_zone": "Europe/Berlin"}
    ),
    ("accounts.change_password", "POST"): Call(body={"current": PASSWORD, "password": NEW_PASSWORD}),
    ("accounts.confirm", "POST"): Call(body={"current": PASSWORD}),
    ("accounts.change_email", "POST"): Call(body={"email": "newer@example.com"}),
    ("accounts.confirm_email", "GET"): Call(ids={"token": "email_link"}),
    ("accounts.confirm_email", "POST"): Call(ids={"token": "email_link"}),
    ("accounts.enrol_second_factor", "POST"): Call(leaves=False),  # nothing was begun: back to the start,
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
            "name": "Newcomer",
            "email": "newcomer@example.com",
            "role": "partner_member",
            "job_functions": ["sales"],
            **({} if role == "padmin" else {"company": Name("PA.partnership")}),
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
            (
                ADMIN,
                {"membership_id": "membership.both"},
                {},
                (Then("both", "/acme/", "404"), Then("both", "/globex/")),
            ),
        )
    ),
    ("accounts.invite_many", "POST"): Call(
        body=lambda tenant, role: {
            "rows": '[[1, "newcomer@example.com", "Newcomer", "", "", ""]]',
            "role": "partner_member",
            "step": "confirm",
            **({} if role == "padmin" else {"company": Name("PA.partnership")}),
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
        body={
            "mail_name": "Channel",
            "mail_reply_to": "channel@example.com",
            "languages": ["en"],
            "default_language": "en",
            "revision": "2",
        }
    ),
    ("vendors.set_logo", "POST"): Call(body={"logo": (png(colour="red"), "logo.png")}),
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
    ("notifications.reminders", "POST"): Call(
        body={
            "course_days": "10",
            "certificate_days": "60, 5",
            "agreement_days": "9",
            "escalation_days": "8, 20",
        }
    ),
    ("accounts.preferences", "POST"): Call(body={"theme": "dark", "next": "/start"}, leaves=False),
    ("accounts.sign_in", "GET"): Call(queries=("?next=/acme/",)),
}
