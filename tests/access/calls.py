"""How each endpoint is called: with which rows, which form, which questions in the query.

A name such as "asset" or "PA.deal" is a thing of the worlds (tests/access/worlds.py); "{me}" in it
is the role of who asks. `Id` in a form is the public id of such a thing: the twins swap each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from prm.notifications.models import Kind
from tests.access.worlds import Tenant
from tests.factories.marketing import png
from tests.factories.world import PASSWORD

NEW_PASSWORD = "another long passphrase of mine"


class Id(str):
    """The public id of a thing, in a form or a query."""


class Name(str):
    """What a partnership is called, in a form that takes names: swapped as ids are."""


Body = Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """`ids` overrides ARGUMENTS; `needs` is the query it makes no sense without, `queries` are asked
    besides; `query_ids`: parameters that may carry an id; `beyond`: rows out of reach of these roles,
    by argument; `absent`: values of an argument that are not there for them; `missing`: the answer to
    a row that there is not. `leaves` is False where a success need not change a row.
    """

    ids: Mapping[str, str] = field(default_factory=dict)
    body: Body | Callable[[Tenant, str], Body] = field(default_factory=dict)
    needs: str = ""
    queries: tuple[str, ...] = ()
    query_ids: Mapping[str, str] = field(default_factory=dict)
    leaves: bool = True
    missing: str = "404"
    absent: tuple[tuple[str, Any, frozenset[str]], ...] = ()
    beyond: Mapping[str, tuple[frozenset[str], str]] = field(default_factory=dict)


# Which row stands for an argument of the URL, unless a call says otherwise.
ARGUMENTS: dict[str, str] = {
    "vendor_id": "vendor",
    "asset_id": "asset",
    "partnership_id": "PA.partnership",
    "membership_id": "membership.mate",
    "invitation_id": "PA.invitation",
    "order_id": "PA.order",
    "product_id": "product",
    "alias_id": "product_alias",
    "batch_id": "batch",
    "course_id": "course",
    "version_id": "draft_version",
    "lesson_id": "lesson",
    "question_id": "draft_question",
    "image_id": "image",
    "attempt_id": "{me}.attempt",
    "enrolment_id": "mate.enrolment",
    "user_id": "user.member",
    "certificate_id": "member.certificate",
    "scheme_id": "scheme",
    "code": "member.code",
    "deal_id": "PA.deal",
    "notification_id": "{me}.notification",
}
# Arguments that are no ids: a value that exists, and one that does not (None: any will do).
VALUES: dict[str, tuple[Any, Any]] = {
    "number": (2, 99_999),
    "paper": ("a4", "letter"),
    "digest": ("000000000000", None),
    "name": ("css/app.css", "css/none.css"),
}
# (argument, roles, thing): a row of the same vendor that these roles do not reach.
PARTNER_SIDE = frozenset({"padmin", "member"})
LEARNERS = frozenset({"admin", "manager", "west", "author", "padmin", "member"})
EVERYBODY = LEARNERS | {"exec"}
UNTAUGHT: Mapping[str, tuple[frozenset[str], str]] = {
    "course_id": (LEARNERS, "draft_course"),
    "lesson_id": (LEARNERS, "draft_lesson"),
}
BEYOND: tuple[tuple[str, frozenset[str], str], ...] = (
    ("partnership_id", PARTNER_SIDE | {"west"}, "PB.partnership"),
    ("membership_id", frozenset({"padmin"}), "membership.mate_b"),
    ("membership_id", frozenset({"padmin"}), "membership.exec"),
    ("membership_id", frozenset({"admin", "padmin"}), "membership.former"),
    ("invitation_id", frozenset({"west", "padmin"}), "PB.invitation"),
    ("invitation_id", frozenset({"west", "manager", "padmin"}), "invitation"),
    ("order_id", PARTNER_SIDE | {"west"}, "PB.order"),
    ("deal_id", PARTNER_SIDE | {"west"}, "PB.deal"),
    ("user_id", frozenset({"west", "padmin"}), "user.mate_b"),
    ("user_id", frozenset({"manager", "west", "padmin"}), "user.exec"),
    ("enrolment_id", frozenset({"west", "padmin"}), "mate_b.enrolment"),
    ("certificate_id", frozenset({"west", "padmin", "member"}), "mate_b.certificate"),
    ("certificate_id", frozenset({"member"}), "mate.certificate"),
    ("attempt_id", LEARNERS, "mate.attempt"),
    ("attempt_id", LEARNERS, "mate_b.attempt"),
    ("notification_id", EVERYBODY, "mate.notification"),
    ("asset_id", PARTNER_SIDE | {"west", "manager", "exec"}, "draft_asset"),
    ("asset_id", PARTNER_SIDE | {"west", "manager", "exec"}, "withdrawn_asset"),
)

_TABLE_QUERIES = ("?search=KAN&sort=name", "?page=2&size=50")
_ASSET = {
    "title": "Sheet",
    "type": "brochure",
    "language": "en",
    "campaign": Id("campaign"),
    "description": "D",
}
_FILE = (b"%PDF-1.7 a sheet", "sheet.pdf")
_COMPANY = {"name": "Renamed", "type": "msp", "status": "active", "region": "West", "manager": "",
            "external_id": "X-9", "agreement_accepted_on": "2026-01-31"}  # fmt: skip

_VERSION = {"title": "Better", "summary": "S", "skill_level": "advanced", "job_functions": ["sales"],
            "pass_mark": "70", "max_attempts": "2", "revision": "1"}  # fmt: skip
_LESSON = {"title": "Lesson", "minutes": "4", "body": "# Text", "revision": "1"}
_QUESTION = {"prompt": "Which?", "explanation": "This.", "choices-0-text": "one", "choices-0-is_right": "y",
             "choices-1-text": "two", "revision": "1", "kind": "single"}  # fmt: skip
_SCHEME = {"name": "Scheme", "summary": "S", "skill_level": "advanced", "validity_months": "12",
           "is_active": "y", "revision": "1"}  # fmt: skip
_PDF = (b"%PDF-1.7 nobody's", "some.pdf")
_DRAFT = {"lesson_id": "draft_lesson"}


def _answers(tenant: Tenant, role: str) -> Body:
    things = tenant.things
    return {
        f"q-{things['question'].public_id}": Id("right_choice"),
        f"q-{things['second_question'].public_id}": Id("right_choice_2"),
        "number": "1",
    }


def _unknown_product(tenant: Tenant, role: str) -> Body:
    return {"field": "product", "value": f"unknown {tenant.token('ORDER', 'PA')}", "to": Name("product")}


CALLS: dict[tuple[str, str], Call] = {
    ("accounts.profile", "POST"): Call(
        body={"name": "Another", "locale": "de", "time_zone": "Europe/Berlin"}
    ),
    ("accounts.change_password", "POST"): Call(body={"current": PASSWORD, "password": NEW_PASSWORD}),
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
        }
    ),
    ("vendors.contrast", "GET"): Call(queries=("?brand_primary=%23112233&brand_ink=%23445566",)),
    ("vendors.settings", "POST"): Call(
        body=lambda tenant, role: {
            "name": "Renamed", "slug": tenant.slug, "currency": "EUR", "time_zone": "Europe/Berlin",
            "fiscal_year_start_month": "4", "brand_primary": "#1f4e8c", "brand_ink": "#1b2430",
            "revision": "2",
        }
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
    ("products.index", "GET"): Call(queries=("?search=KAN",)),
    ("products.create", "POST"): Call(body={"name": "Widget", "price": "12.50"}),
    ("products.edit", "POST"): Call(body={"name": "Renamed", "price": "13"}),
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
    ),
    ("imports.confirm", "POST"): Call(ids={"batch_id": "checked_batch"}),
    ("imports.discard", "POST"): Call(ids={"batch_id": "draft_batch"}),
    ("imports.alias", "POST"): Call(body=_unknown_product),
    ("imports.remove_customer_alias", "POST"): Call(ids={"alias_id": "customer_alias"}),
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
    ("notifications.remind", "POST"): Call(body={"subject": Id("member.enrolment")}, missing="422"),
    ("notifications.reminders", "POST"): Call(
        body={"course_days": "10", "certificate_days": "60, 5", "agreement_days": "9"}
    ),
    ("journal.index", "GET"): Call(queries=("?format=csv", "?search=world", "?page=2")),
    ("training.index", "GET"): Call(queries=("?search=KAN", "?level=expert")),
    ("training.course", "GET"): Call(beyond=UNTAUGHT),
    ("training.enrol", "POST"): Call(ids={"course_id": "fresh_course"}, beyond=UNTAUGHT),
    ("training.resume", "GET"): Call(missing="ok"),  # on to the course's page, which says so
    ("training.lesson", "GET"): Call(beyond=UNTAUGHT),
    ("training.finish_lesson", "POST"): Call(beyond=UNTAUGHT, leaves=False),
    ("training.remember", "POST"): Call(beyond=UNTAUGHT),
    ("training.quiz", "GET"): Call(beyond=UNTAUGHT),
    ("training.take_quiz", "GET"): Call(beyond=UNTAUGHT),
    ("training.take_quiz", "POST"): Call(body=_answers, beyond=UNTAUGHT),
    ("training.progress", "GET"): Call(
        queries=("?format=csv", "?search=KAN", "?course={course}", "?standing=overdue"),
        query_ids={"course": "course"},
    ),
    ("training.assign", "GET"): Call(
        queries=("?company_id={PA.partnership}", "?company_id={PA.partnership}&course={course}"),
        query_ids={"company_id": "PA.partnership"},
    ),
    ("training.assign", "POST"): Call(
        needs="?company_id={PA.partnership}",
        body={"courses": [Id("fresh_course")], "whom": Id("user.member"), "due_on": "2030-01-01",
              "step": "assign"},
        query_ids={"company_id": "PA.partnership"},
        beyond={"course_id": (LEARNERS, "draft_course")},
    ),
    ("training.new_course", "POST"): Call(body=_VERSION),
    ("training.new_version", "POST"): Call(ids={"course_id": "done_course"}),
    ("training.edit_version", "POST"): Call(body=_VERSION),
    ("training.images", "POST"): Call(body={"image": (png(colour="red"), "a.png"), "alt": "A square"}),
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
    ("training.edit_question", "POST"): Call(body=_QUESTION),
    ("training.move_question", "POST"): Call(
        ids={"question_id": "draft_second_question"}, body={"direction": "up"}
    ),
    ("certification.index", "GET"): Call(
        queries=("?format=csv", "?search=KAN", "?within=30", "?partner={PA.partnership}"),
        query_ids={"partner": "PA.partnership", "certification": "scheme"},
    ),
    ("certification.request_file", "POST"): Call(body={"paper": "a4"}, leaves=False),
    ("certification.revoke", "POST"): Call(body={"reason": "A mistake."}),
    ("certification.issue", "POST"): Call(
        body={"certification": Id("twin_scheme"), "email": Name("user.member"), "reason": "Long experience."}
    ),
    ("certification.create_scheme", "POST"): Call(body={**_SCHEME, "versions": [Id("done_version")]}),
    ("certification.edit_scheme", "POST"): Call(body={**_SCHEME, "versions": [Id("done_version")]}),
    ("certification.apply_scheme", "POST"): Call(leaves=False),
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
        needs="?period=all&by=asset&row={asset}", queries=("?period=all&by=partner&row=unattributed",)
    ),
    ("reports.order", "GET"): Call(queries=("?lookback=365",)),
    ("accounts.preferences", "POST"): Call(body={"theme": "dark", "next": "/start"}, leaves=False),
    ("accounts.sign_in", "GET"): Call(queries=("?next=/acme/",)),
    ("partners.index", "GET"): Call(queries=("?format=csv", *_TABLE_QUERIES)),
    ("partners.story", "GET"): Call(queries=("?as_of=2026-01-01", "?as_of=2100-01-01")),
    ("partners.create", "POST"): Call(body=_COMPANY),
    ("partners.edit", "POST"): Call(body=_COMPANY),
    ("audits.compliance", "GET"): Call(
        queries=("?format=csv", "?as_of=2026-10-01&format=csv", "?search=KAN")
    ),
    ("audits.policy", "POST"): Call(
        body={"effective_on": "2027-01-01", "needs_certified": "y", "certification": Id("scheme"),
              "minimum": "2", "job_function": "sales", "needs_agreement": "y", "months": "12"}
    ),
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


def body_of(
    call: Call, tenant: Tenant, role: str, swapped: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The form as `role` sends it; `swapped` replaces the public ids of single fields."""
    body = call.body(tenant, role) if callable(call.body) else call.body
    return {name: (swapped or {}).get(name, _resolved(value, tenant, role)) for name, value in body.items()}


def _resolved(value: Any, tenant: Tenant, role: str) -> Any:
    if isinstance(value, Id | Name):
        return value_of(tenant, type(value)(value.format(me=role)))
    if isinstance(value, list):
        return [_resolved(each, tenant, role) for each in value]
    return value


def value_of(tenant: Tenant, reference: Id | Name) -> str:
    """What stands in the form for a thing: its public id, or what it is called."""
    if isinstance(reference, Name):
        return tenant.names[reference]
    return str(tenant.things[reference].public_id)


def ids_in_body(call: Call, tenant: Tenant, role: str) -> dict[str, Id | Name]:
    """Field → the thing that it refers to."""
    body = call.body(tenant, role) if callable(call.body) else call.body
    found = {}
    for name, value in body.items():
        each = value[0] if isinstance(value, list) and value else value
        if isinstance(each, Id | Name):
            found[name] = type(each)(each.format(me=role))
    return found
