"""Pages of audits: the compliance list and the policy behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import Select, select
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires, visible
from prm.accounts.labels import FUNCTION_LABELS
from prm.audits import services
from prm.audits.forms import PolicyForm
from prm.audits.labels import cell_label, reason_sentence, rule_label, rule_sentence
from prm.audits.policy import AgreementCurrent, CertifiedPeople, Rule, TrainingCurrent
from prm.audits.queries import compliance as queries
from prm.audits.queries import standings
from prm.audits.views.blueprint import blueprint
from prm.certification.models import Certification
from prm.errors import DomainError
from prm.extensions import db
from prm.infra.db import transaction
from prm.infra.downloads import asked_form, table_attachment
from prm.infra.forms import asked_date, show_error
from prm.infra.tables import Column, Filter, TableSpec, all_rows, paginate
from prm.partners import queries as partners
from prm.partners.models import Partnership
from prm.permissions import P


@blueprint.get("/<slug:vendor>/audits/compliance")
@requires(P.COMPLIANCE_VIEW)
def compliance() -> str | Response:
    """Who is compliant and who is not, with the person and the date behind every red cell."""
    actor = current_actor()
    as_of = asked_date(request.args, "as_of") or queries.today_of(actor)
    judged = standings.read_judged(actor, as_of)
    policy = judged.policy
    spec = _spec(actor, judged)
    shown = judged.select(queries.select_named(actor, P.COMPLIANCE_VIEW))
    if form := asked_form(request.args):
        rows = all_rows(db.session(), shown, spec, request.args).rows
        return _as_file(form, judged, rows, as_of)
    counts = judged.count(actor)
    url = partial(url_for, "audits.compliance", as_of=request.args.get("as_of"))
    table_page = paginate(
        db.session(), judged.select(_select_partnerships(actor)), spec, request.args, url, display=shown
    )
    return render_template(
        "audits/compliance.html",
        as_of=as_of,
        as_of_text=format_date(as_of, "long"),
        is_today=as_of == queries.today_of(actor),
        policy=policy,
        table_page=replace(table_page, rows=judged.standings(table_page.rows)),
        rules=[(rule_label(r, policy), rule_sentence(r, policy)) for r in policy.rules] if policy else [],
        cell_label=cell_label,
        reason_sentence=reason_sentence,
        compliant=counts.compliant,
        judged=counts.judged,
        missed=_commonest(judged, counts),
    )


def _select_partnerships(actor: Actor) -> Select[Any]:
    return visible(select(Partnership), actor, P.COMPLIANCE_VIEW)


def _spec(actor: Actor, judged: standings.Judged) -> TableSpec:
    policy, table = judged.policy, judged.table.c
    rules = policy.rules if policy else ()
    managers = db.session.scalars(
        judged.select(
            visible(
                select(partners.manager_of()).distinct(), actor, P.COMPLIANCE_VIEW, Partnership
            ).select_from(Partnership)
        )
    )
    return TableSpec(
        key=Partnership.id,
        columns=[
            Column("name", _("Partner"), sort=Partnership.name_folded),
            # What needs a decision first: red before green, the more rules missed the earlier.
            Column(
                "state", _("Compliance"), sort=[table.is_compliant, -table.missed, Partnership.name_folded]
            ),
            *[Column(f"rule{i}", rule_label(r, policy)) for i, r in enumerate(rules) if policy],
            Column("region", _("Region"), sort=partners.region_of()),
            Column("manager", _("Channel manager"), sort=partners.manager_of()),
        ],
        default_sort="state",
        search=[Partnership.name],
        filters=[
            Filter(
                "state",
                _("Compliance"),
                [("failing", _("Not compliant")), ("met", _("Compliant"))],
                lambda statement, value: statement.where(table.is_compliant.is_(value == "met")),
            ),
            Filter(
                "missing",
                _("Missing"),
                [(str(i), rule_label(rule, policy)) for i, rule in enumerate(rules) if policy],
                lambda statement, value: statement.where(judged.misses(int(value))),
            ),
            Filter(
                "region",
                _("Region"),
                [(name, name) for name in partners.list_regions_in_use(actor)],
                lambda statement, value: statement.where(partners.in_region(value)),
            ),
            Filter(
                "manager",
                _("Channel manager"),
                [(name, name) for name in sorted(filter(None, managers))],
                lambda statement, value: statement.where(partners.manager_of() == value),
            ),
        ],
        page_sizes=(50, 100, 200),
    )


def _commonest(judged: standings.Judged, counts: standings.Counts) -> list[tuple[str, int, int]]:
    """(rule, how many miss it, its place in the policy), the commonest first."""
    if judged.policy is None:
        return []
    missed = [
        (rule_label(rule, judged.policy), count, place)
        for place, (rule, count) in enumerate(zip(judged.policy.rules, counts.missed, strict=True))
        if count
    ]
    return sorted(missed, key=lambda each: -each[1])


def _as_file(form: str, judged: standings.Judged, rows: Iterable[Any], as_of: date) -> Response:
    policy = judged.policy
    columns = [_("Partner"), _("Region"), _("Channel manager"), _("As of"), _("Compliant")]
    for rule in policy.rules if policy else ():
        columns += [rule_label(rule, policy), _("Why")] if policy else []

    def lines() -> Iterator[list[Any]]:
        remaining = iter(rows)
        while some := list(islice(remaining, 1000)):
            for s in judged.standings(some):
                line: list[Any] = [
                    s.name, s.region, s.manager, as_of, _("yes") if s.is_compliant else _("no"),
                ]  # fmt: skip
                for cell in s.cells:
                    line += [cell_label(cell), "; ".join(reason_sentence(r) for r in cell.reasons)]
                yield line

    return table_attachment(form, f"compliance-{as_of}", columns, lines())


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
