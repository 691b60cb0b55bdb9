"""Pages of partners: the list, one partnership's story, entering and changing one."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.accounts.labels import FUNCTION_LABELS
from prm.accounts.models import User
from prm.audits.labels import cell_label, reason_sentence, rule_label
from prm.audits.queries import compliance as audits
from prm.audits.queries.story import Happening, get_story
from prm.errors import DomainError
from prm.extensions import db
from prm.infra.db import transaction
from prm.infra.downloads import csv_attachment
from prm.infra.forms import asked_date, show_error
from prm.infra.money import format_money, format_whole_money
from prm.infra.tables import Column, Filter, TableSpec, all_rows, paginate
from prm.partners import queries, services
from prm.partners.forms import PartnershipForm
from prm.partners.labels import STATUS_KINDS, STATUS_LABELS, TYPE_LABELS
from prm.partners.models import Partnership, PartnershipStatus, PartnershipType
from prm.permissions import P

blueprint = Blueprint("partners", __name__)


@blueprint.get("/<slug:vendor>/partners/")
@requires(P.PARTNER_VIEW)
def index() -> str | Response:
    """Every partnership within reach."""
    actor = current_actor()
    spec = _spec(queries.list_region_names(actor))
    statement = queries.select_partnerships(actor)
    if request.args.get("format") == "csv":
        rows = all_rows(db.session(), statement, spec, request.args).rows
        return csv_attachment(
            "partners.csv",
            [_("Company"), _("Type"), _("Status"), _("Region"), _("Channel manager"), _("External id")],
            (
                [p.name, str(TYPE_LABELS[p.type]), str(STATUS_LABELS[p.status]), region or "",
                 manager or p.manager_name or "", p.external_id or ""]
                for p, region, manager in rows
            ),
        )  # fmt: skip
    page = paginate(
        db.session(),
        queries.list_of_partnerships(actor),
        spec,
        request.args,
        partial(url_for, "partners.index"),
        display=statement,
    )
    partner_ids = [row[0].partner_id for row in page.rows if row[0].partner_id is not None]
    return render_template(
        "partners/index.html",
        table_page=page,
        people=queries.count_people(partner_ids),
        TYPE_LABELS=TYPE_LABELS,
        STATUS_LABELS=STATUS_LABELS,
        STATUS_KINDS=STATUS_KINDS,
        csv_url=url_for("partners.index", **{**request.args, "format": "csv"}),
    )


def _spec(regions: list[str]) -> TableSpec:
    return TableSpec(
        key=Partnership.id,
        columns=[
            Column("name", _("Company"), sort=Partnership.name_folded),
            Column("type", _("Type"), sort=Partnership.type),
            Column("status", _("Status"), sort=Partnership.status),
            Column("region", _("Region"), sort=queries.region_of()),
            Column("manager", _("Channel manager"), sort=queries.manager_of()),
            Column("people", _("People"), is_numeric=True),
        ],
        default_sort="name",
        search=[Partnership.name, Partnership.external_id, Partnership.manager_name],
        filters=[
            Filter(
                "status",
                _("Status"),
                [(s.value, label) for s, label in STATUS_LABELS.items()],
                lambda statement, value: statement.where(Partnership.status == PartnershipStatus(value)),
            ),
            Filter(
                "type",
                _("Type"),
                [(t.value, label) for t, label in TYPE_LABELS.items()],
                lambda statement, value: statement.where(Partnership.type == PartnershipType(value)),
            ),
            Filter(
                "region",
                _("Region"),
                [(name, name) for name in regions],
                lambda statement, value: statement.where(queries.in_region(value)),
            ),
        ],
    )


@blueprint.get("/<slug:vendor>/partners/<uuid:partnership_id>")
@requires(P.PARTNER_STORY)
def story(partnership_id: UUID) -> str:
    """One partnership's whole story on one page, as of any date."""
    actor = current_actor()
    partnership = queries.get_partnership(actor, partnership_id, P.PARTNER_STORY)
    today = audits.today_of(actor)
    as_of = asked_date(request.args, "as_of") or today
    policy = audits.find_policy(actor, as_of)
    standing = audits.list_standings(
        actor, as_of, permission=P.PARTNER_STORY, partnership_ids=[partnership.id]
    )[0]
    told = get_story(actor, partnership, as_of)
    return render_template(
        "partners/story.html",
        partnership=partnership,
        standing=standing,
        policy=policy,
        rule_label=rule_label,
        cell_label=cell_label,
        reason_sentence=reason_sentence,
        as_of=as_of,
        as_of_text=format_date(as_of, "long"),
        is_today=as_of == today,
        type_label=TYPE_LABELS[partnership.type],
        status_label=STATUS_LABELS[partnership.status],
        status_kind=STATUS_KINDS[partnership.status],
        function_labels={f.value: label for f, label in FUNCTION_LABELS.items()},
        story=told,
        revenue_text=format_whole_money(
            told.revenue_minor, told.currency or g.vendor.currency, str(get_locale())
        ),
        entries=[_entry(happening) for happening in told.timeline],
        format_date=format_date,
    )


def _entry(happening: Happening) -> dict[str, Any]:
    """One line of the timeline, finished for the template."""
    titles = {
        "completion": _("%(who)s completed “%(what)s”", who=happening.who, what=happening.what),
        "certificate": _("%(who)s was certified: %(what)s", who=happening.who, what=happening.what),
        "usage": _("%(who)s downloaded “%(what)s”", who=happening.who, what=happening.what),
        "order": _("Order: %(what)s", what=happening.what or _("unknown product")),
    }
    icons = {"completion": "school", "certificate": "certificate", "usage": "download", "order": "receipt"}
    is_order = happening.kind == "order"
    text = happening.who if is_order else ""
    if is_order and happening.amount_minor is not None:
        money = format_money(happening.amount_minor, happening.currency, str(get_locale()))
        text = f"{money} · {text}" if text else money
    return {
        "title": titles[happening.kind],
        "text": text,
        "icon": icons[happening.kind],
        "kind": "brand" if happening.kind == "certificate" else "neutral",
        "at_text": format_date(happening.at, "medium"),
        "at_iso": happening.at.isoformat(),
        "url": url_for("revenue.order", order_id=happening.url_id) if is_order else None,
    }


@blueprint.route("/<slug:vendor>/partners/new", methods=["GET", "POST"])
@requires(P.PARTNER_EDIT)
def create() -> str | Response | tuple[str, int]:
    """Enter a reseller company by hand."""
    actor = current_actor()
    form = _form(None)
    if form.validate_on_submit():
        try:
            with transaction():
                made = services.create_partnership(actor, name=form.name.data or "")
                services.change_partnership(actor, made, **_values(form))
            flash(_("%(name)s is entered.", name=made.name), "success")
            return redirect(url_for("partners.story", partnership_id=made.public_id))
        except DomainError as error:
            show_error(form, error)
    return _edit_page(form, None)


@blueprint.route("/<slug:vendor>/partners/<uuid:partnership_id>/edit", methods=["GET", "POST"])
@requires(P.PARTNER_EDIT)
def edit(partnership_id: UUID) -> str | Response | tuple[str, int]:
    """Change what is stated of a partnership."""
    actor = current_actor()
    partnership = queries.get_partnership(actor, partnership_id, P.PARTNER_EDIT)
    form = _form(partnership)
    if form.validate_on_submit():
        try:
            with transaction():
                partnership = queries.get_partnership(actor, partnership_id, P.PARTNER_EDIT)
                services.change_partnership(actor, partnership, **_values(form))
            flash(_("The changes are saved."), "success")
            return redirect(url_for("partners.story", partnership_id=partnership.public_id))
        except DomainError as error:
            show_error(form, error)
    return _edit_page(form, partnership)


def _edit_page(form: PartnershipForm, partnership: Partnership | None) -> str | tuple[str, int]:
    page = render_template(
        "partners/edit.html",
        form=form,
        partnership=partnership,
        regions=queries.list_region_names(current_actor()),
    )
    return (page, 422) if request.method == "POST" else page


def _form(partnership: Partnership | None) -> PartnershipForm:
    form = PartnershipForm(data=_start_values(partnership) if request.method == "GET" else None)
    form.type.choices = [(t.value, str(label)) for t, label in TYPE_LABELS.items()]
    form.status.choices = [(s.value, str(label)) for s, label in STATUS_LABELS.items()]
    managers = queries.list_managers(current_actor())
    form.manager.choices = [("", _("Nobody yet")), *[(str(i), n) for i, n in managers]]
    return form


def _start_values(partnership: Partnership | None) -> dict[str, Any]:
    if partnership is None:
        return {"type": PartnershipType.VAR.value, "status": PartnershipStatus.ONBOARDING.value}
    manager = db.session.get(User, partnership.manager_user_id) if partnership.manager_user_id else None
    return {
        "name": partnership.name,
        "type": partnership.type.value,
        "status": partnership.status.value,
        "region": partnership.region.name if partnership.region else "",
        "manager": str(manager.public_id) if manager else "",
        "external_id": partnership.external_id or "",
        "agreement_accepted_on": partnership.agreement_accepted_on,
    }


def _values(form: PartnershipForm) -> dict[str, Any]:
    return {
        "name": form.name.data or "",
        "type": PartnershipType(form.type.data),
        "status": PartnershipStatus(form.status.data),
        "region": (form.region.data or "").strip() or None,
        "manager_id": UUID(form.manager.data) if form.manager.data else None,
        "external_id": (form.external_id.data or "").strip() or None,
        "agreement_accepted_on": form.agreement_accepted_on.data,
    }
