"""Pages of audits: the compliance list and the policy behind it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.accounts.labels import FUNCTION_LABELS
from prm.audits import services
from prm.audits.forms import PolicyForm
from prm.audits.labels import cell_label, reason_sentence, rule_label, rule_sentence
from prm.audits.policy import AgreementCurrent, CertifiedPeople, Rule, TrainingCurrent
from prm.audits.queries import compliance as queries
from prm.audits.views.blueprint import blueprint
from prm.certification.models import Certification
from prm.errors import DomainError
from prm.extensions import db
from prm.infra.db import transaction
from prm.infra.downloads import asked_form, table_attachment
from prm.infra.forms import asked_date, show_error
from prm.infra.tables import Column, Filter, TableSpec
from prm.infra.tables_in_memory import matching_rows, paginate_rows
from prm.permissions import P


@blueprint.get("/<slug:vendor>/audits/compliance")
@requires(P.COMPLIANCE_VIEW)
def compliance() -> str | Response:
    """Who is compliant and who is not, with the person and the date behind every red cell."""
    actor = current_actor()
    as_of = asked_date(request.args, "as_of") or queries.today_of(actor)
    policy = queries.find_policy(actor, as_of)
    standings = queries.list_standings(actor, as_of)
    spec = _spec(standings, policy)
    if form := asked_form(request.args):
        return _as_file(form, matching_rows(standings, spec, request.args), policy, as_of)
    compliant, judged = queries.count_compliant(standings)
    url = partial(url_for, "audits.compliance", as_of=request.args.get("as_of"))
    return render_template(
        "audits/compliance.html",
        as_of=as_of,
        as_of_text=format_date(as_of, "long"),
        is_today=as_of == queries.today_of(actor),
        policy=policy,
        table_page=paginate_rows(standings, spec, request.args, url),
        rules=[(rule_label(r, policy), rule_sentence(r, policy)) for r in policy.rules] if policy else [],
        cell_label=cell_label,
        reason_sentence=reason_sentence,
        compliant=compliant,
        judged=judged,
        missed=_commonest(standings, policy),
    )


def _spec(standings: list[queries.Standing], policy: queries.Policy | None) -> TableSpec:
    rules = policy.rules if policy else ()
    regions = sorted({s.region for s in standings if s.region})
    managers = sorted({s.manager for s in standings if s.manager})

    def order(s: queries.Standing) -> tuple[bool, int, str]:
        """What needs a decision first: red before green, the more rules missed the earlier."""
        return s.is_compliant is True, -sum(not c.is_met for c in s.cells), s.name.casefold()

    return TableSpec(
        key=None,
        columns=[
            Column("name", _("Partner"), sort=lambda s: s.name.casefold()),
            Column("state", _("Compliance"), sort=order),
            *[Column(f"rule{i}", rule_label(r, policy)) for i, r in enumerate(rules) if policy],
            Column("region", _("Region"), sort=lambda s: s.region.casefold()),
            Column("manager", _("Channel manager"), sort=lambda s: s.manager.casefold()),
        ],
        default_sort="state",
        search=[lambda s: s.name],
        filters=[
            Filter(
                "state",
                _("Compliance"),
                [("failing", _("Not compliant")), ("met", _("Compliant"))],
                lambda rows, value: [r for r in rows if r.is_compliant is (value == "met")],  # type: ignore[misc]
            ),
            Filter(
                "region",
                _("Region"),
                [(name, name) for name in regions],
                lambda rows, value: [r for r in rows if r.region == value],  # type: ignore[misc]
            ),
            Filter(
                "manager",
                _("Channel manager"),
                [(name, name) for name in managers],
                lambda rows, value: [r for r in rows if r.manager == value],  # type: ignore[misc]
            ),
        ],
        page_sizes=(50, 100, 200),
    )


def _commonest(standings: list[queries.Standing], policy: queries.Policy | None) -> list[tuple[str, int]]:
    if policy is None:
        return []
    missed = Counter(index for s in standings for index, cell in enumerate(s.cells) if not cell.is_met)
    return [(rule_label(policy.rules[index], policy), count) for index, count in missed.most_common()]


def _as_file(
    form: str, standings: list[queries.Standing], policy: queries.Policy | None, as_of: date
) -> Response:
    rules = policy.rules if policy else ()
    columns = [_("Partner"), _("Region"), _("Channel manager"), _("As of"), _("Compliant")]
    for rule in rules:
        columns += [rule_label(rule, policy), _("Why")] if policy else []
    rows: list[list[Any]] = []
    for s in standings:
        row: list[Any] = [s.name, s.region, s.manager, as_of, _("yes") if s.is_compliant else _("no")]
        for cell in s.cells:
            row += [cell_label(cell), "; ".join(reason_sentence(r) for r in cell.reasons)]
        rows.append(row)
    return table_attachment(form, f"compliance-{as_of}", columns, rows)


@blueprint.route("/<slug:vendor>/audits/policy", methods=["GET", "POST"])
@requires(P.POLICY_EDIT)
def policy() -> str | Response | tuple[str, int]:
    """The policy in plain words, its history, and a new version of it."""
    actor = current_actor()
    today = queries.today_of(actor)
    current = queries.find_policy(actor, today)
    form = PolicyForm(data=_start_values(current, today) if request.method == "GET" else None)
    choices = db.session.execute(
        select(Certification.public_id, Certification.name)
        .where(Certification.is_active)
        .order_by(Certification.name)
    ).all()
    form.certification.choices = [(str(i), n) for i, n in choices]
    form.job_function.choices = [
        ("", _("Any function")),
        *[(f.value, str(label)) for f, label in FUNCTION_LABELS.items()],
    ]
    if form.validate_on_submit():
        try:
            with transaction():
                version = services.set_policy(actor, _rules(form), effective_on=form.effective_on.data)
            flash(_("Version %(number)s of the policy is written.", number=version.number), "success")
            return redirect(url_for("audits.policy"))
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "audits/policy.html",
        form=form,
        current=current,
        history=queries.list_policies(actor),
        rule_sentence=rule_sentence,
        format_date=format_date,
        has_certifications=bool(choices),
    )
    return (page, 422) if request.method == "POST" else page


def _start_values(current: queries.Policy | None, today: date) -> dict[str, Any]:
    values: dict[str, Any] = {"effective_on": today, "minimum": 1, "months": 12}
    for rule in current.rules if current else ():
        if isinstance(rule, CertifiedPeople):
            values |= {
                "needs_certified": True,
                "certification": str(rule.certification_id),
                "minimum": rule.minimum,
                "job_function": rule.job_function,
            }
        elif isinstance(rule, AgreementCurrent):
            values |= {"needs_agreement": True, "months": rule.months}
        else:
            values["needs_training"] = True
    return values


def _rules(form: PolicyForm) -> list[Rule]:
    rules: list[Rule] = []
    if form.needs_certified.data:
        if not form.certification.data:
            message = _("Choose the certification, or make one first.")
            raise DomainError(message, {"certification": message})
        rules.append(
            CertifiedPeople(
                UUID(form.certification.data), form.minimum.data or 1, form.job_function.data or ""
            )
        )
    if form.needs_training.data:
        rules.append(TrainingCurrent())
    if form.needs_agreement.data:
        rules.append(AgreementCurrent(form.months.data or 12))
    return rules
