"""Inviting many at once: given, tried, confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from prm.access import Actor, current_actor, requires
from prm.accounts.forms import ManyForm
from prm.accounts.labels import FUNCTION_LABELS, ROLE_LABELS
from prm.accounts.models import JobFunction
from prm.accounts.services import many as services
from prm.accounts.services.invitations import list_invitable_roles
from prm.accounts.views.blueprint import blueprint
from prm.accounts.views.invitations import PROPOSED, company_named
from prm.errors import DomainError
from prm.extensions import limiter
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.partners.models import Partnership
from prm.partners.queries import list_companies
from prm.permissions import PARTNER_ROLES, P, Reach, Role


@blueprint.route("/<slug:vendor>/accounts/invite/many", methods=["GET", "POST"])
@requires(P.PEOPLE_INVITE)
@limiter.limit("60/hour", methods=["POST"])
def invite_many() -> str | tuple[str, int]:
    """Take several addresses or a file; show what would happen; do it once that is confirmed."""
    actor = current_actor()
    form = ManyForm()
    form.role.choices = [(role.value, ROLE_LABELS[role]) for role in list_invitable_roles(actor)]
    if request.method != "POST":
        form.role.data = Role.PARTNER_MEMBER.value
    elif form.validate():
        try:
            rows, unused = _rows(form)
            plans = services.plan_invitations(actor, rows, _defaults(actor, form), _finder(actor))
            if request.form.get("step") != "confirm":
                return _plan_page(form, plans, unused)
            return _plan_page(form, [_invited(actor, plan) for plan in plans], is_done=True)
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "accounts/invite_many.html",
        form=form,
        is_own_company=actor.reach(P.PEOPLE_INVITE) is Reach.OWN,
        companies=list_companies(actor, P.PEOPLE_INVITE, PROPOSED),
        most=services.MAX_ROWS,
        roles=[role.value for role in list_invitable_roles(actor)],
        functions=[function.value for function in JobFunction],
    )
    return (page, 422) if request.method == "POST" else page


def _rows(form: ManyForm) -> tuple[list[services.Row], list[str]]:
    """What was given, and the columns of a file that are not used."""
    if request.form.get("step") == "confirm":
        return services.unpack(request.form.get("rows", "")), []
    upload = form.file.data
    if isinstance(upload, FileStorage) and upload.filename:
        return services.read_file(upload.read(), upload.filename)
    return services.read_text(form.addresses.data or ""), []


def _defaults(actor: Actor, form: ManyForm) -> services.Defaults:
    return services.Defaults(
        role=Role(form.role.data),
        company=company_named(actor, form.company.data or ""),
        job_functions=tuple(JobFunction(f) for f in form.job_functions.data or ()),
    )


def _finder(actor: Actor) -> Any:
    """Finds a company by its name, each name once."""

    @cache
    def find(name: str) -> Partnership:
        found = company_named(actor, name)
        assert found is not None, "asked for with a name only"
        return found

    return find


def _invited(actor: Actor, plan: services.Plan) -> services.Plan:
    """The row once it is done; each is a transaction of its own, so that one fault stops no other."""
    if not plan.is_fine:
        return plan
    try:
        with transaction():
            services.invite_planned(actor, plan)
    except DomainError as error:
        return services.failed(plan, error)
    return plan


def _plan_page(
    form: ManyForm, plans: list[services.Plan], unused: Sequence[str] = (), *, is_done: bool = False
) -> str:
    fine = [plan for plan in plans if plan.is_fine]
    return render_template(
        "accounts/invite_many_plan.html",
        form=form,
        rows=[_shown(plan) for plan in plans],
        fine=len(fine),
        rejected=len(plans) - len(fine),
        packed=services.pack([plan.row for plan in fine]),
        unused=unused,
        is_done=is_done,
    )


def _shown(plan: services.Plan) -> dict[str, Any]:
    columns = {
        "email": _("Mail address"), "name": _("Name"), "role": _("Role"), "functions": _("Job functions"),
        "company": _("Partner"), "row": _("Row"),
    }  # fmt: skip
    return {
        "line": plan.row.line,
        "email": plan.email,
        "name": plan.name,
        "role": ROLE_LABELS[plan.role] if plan.role is not None else plan.row.role,
        "functions": ", ".join(str(FUNCTION_LABELS[f]) for f in plan.job_functions),
        "company": plan.company.name if plan.company is not None else plan.row.company,
        "is_ours": plan.role is not None and plan.role not in PARTNER_ROLES,
        "is_fine": plan.is_fine,
        "column": columns.get(plan.column, plan.column),
        "problem": plan.problem,
    }
