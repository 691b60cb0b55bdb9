"""Pages of partners: the list, one partnership's story, entering and changing one."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from babel import Locale
from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import format_date, get_locale, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.accounts.labels import FUNCTION_LABELS
from prm.accounts.models import User
from prm.audits.labels import cell_label, reason_sentence, rule_label
from prm.audits.labels.auditing import STATUS_KINDS as AUDIT_KINDS
from prm.audits.labels.auditing import STATUSES as AUDIT_STATUSES
from prm.audits.queries import auditing
from prm.audits.queries import compliance as audits
from prm.audits.queries.partner_list import PartnerList, find_partner_list
from prm.audits.queries.story import Happening, get_story
from prm.certification.labels import STANDING_LABELS
from prm.certification.queries.companies import list_accredited
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra.db import transaction
from prm.infra.downloads import asked_form, table_attachment
from prm.infra.forms import asked_date, show_error
from prm.infra.money import format_money, format_whole_money
from prm.infra.tables import all_rows, paginate
from prm.onboarding.labels import step_title
from prm.onboarding.queries import find_progress
from prm.partners import queries, services
from prm.partners.forms import PartnershipForm
from prm.partners.labels import DOCUMENT_LABELS, STATUS_KINDS, STATUS_LABELS, TYPE_LABELS
from prm.partners.models import Partnership, PartnershipStatus, PartnershipType
from prm.partners.queries.agreements import find_acceptance, find_agreement
from prm.partners.queries.desk import list_documents
from prm.partners.queries.partnerships import list_aliases
from prm.partners.queries.past import find_merged, state_before
from prm.partners.queries.structure import find_parent, list_branches, list_children
from prm.partners.tabs import partner_tabs
from prm.partners.views.blueprint import blueprint
from prm.permissions import P, Role


@blueprint.get("/<slug:vendor>/partners/")
@requires(P.PARTNER_VIEW)
def index() -> str | Response:
    """Every partnership within reach."""
    actor = current_actor()
    listing = find_partner_list(actor)
    spec, statement = listing.spec, queries.select_partnerships(actor)
    if form := asked_form(request.args):
        return _list_as_file(listing, form, list(all_rows(db.session(), statement, spec, request.args).rows))
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
        missed=listing.count_missed([row[0] for row in page.rows]),
        compliance_words=compliance_words,
        tabs=_portfolio_tabs(actor),
        is_partner=actor.is_partner_side,
        TYPE_LABELS=TYPE_LABELS,
        STATUS_LABELS=STATUS_LABELS,
        STATUS_KINDS=STATUS_KINDS,
    )


def _list_as_file(listing: PartnerList, form: str, rows: list[Any]) -> Response:
    columns = [_("Company"), _("Type"), _("Status"), _("Region"), _("Channel manager"), _("External id")]
    missed = listing.count_missed([row[0] for row in rows])
    return table_attachment(
        form,
        "partners",
        [*columns, _("Compliance")] if listing.policy else columns,
        (
            [p.name, str(TYPE_LABELS[p.type]), str(STATUS_LABELS[p.status]), region or "",
             manager or p.manager_name or "", p.external_id or "",
             *([compliance_words(missed.get(p.id))] if listing.policy else [])]
            for p, region, manager in rows
        ),
    )  # fmt: skip


def compliance_words(missed: int | None) -> str:
    """How a partner stands that misses so many rules; nothing of one that is not judged."""
    if missed is None:
        return ""
    return ngettext("Misses %(num)s rule", "Misses %(num)s rules", missed) if missed else _("Compliant")


def _portfolio_tabs(actor: Actor) -> list[tuple[str, str, bool]]:
    """All partners, and those that the person looks after, for who looks after some."""
    own = str(actor.user_public_id)
    if actor.role not in {Role.CHANNEL_MANAGER, Role.VENDOR_ADMIN}:
        return []
    is_own = request.args.get("manager") == own
    return [
        (_("All partners"), url_for("partners.index"), not is_own),
        (_("Mine"), url_for("partners.index", manager=own), is_own),
    ]


@blueprint.get("/<slug:vendor>/partners/<uuid:partnership_id>")
@requires(P.PARTNER_STORY)
def story(partnership_id: UUID) -> str:
    """One partnership's whole story on one page, as of any date."""
    actor = current_actor()
    partnership = queries.get_partnership(actor, partnership_id, P.PARTNER_STORY)
    today = audits.today_of(actor)
    as_of = asked_date(request.args, "as_of") or today
    end = audits.end_of_day(actor, as_of)
    policy = audits.find_policy(actor, as_of)
    standing = audits.list_standings(
        actor, as_of, permission=P.PARTNER_STORY, partnership_ids=[partnership.id]
    )[0]
    told = get_story(actor, partnership, as_of)
    state = state_before(partnership, end)
    onboarding = find_progress(actor, partnership, as_of)
    agreement = find_agreement(as_of)
    agreed = find_acceptance(partnership.id, agreement, as_of) if agreement is not None else None
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
        state=state,
        type_label=TYPE_LABELS[state.type],
        status_label=STATUS_LABELS[state.status] if state.status else _("Not entered yet"),
        status_kind=STATUS_KINDS[state.status] if state.status else "neutral",
        function_labels={f.value: label for f, label in FUNCTION_LABELS.items()},
        story=told,
        audits=auditing.list_of_partnership(actor, partnership, end) if actor.can(P.AUDIT_VIEW) else [],
        standing_labels=STANDING_LABELS,
        accredited=list_accredited(actor, partnership, as_of),
        audit_statuses=AUDIT_STATUSES,
        audit_kinds=AUDIT_KINDS,
        revenue_text=format_whole_money(
            told.revenue_minor, told.currency or g.vendor.currency, str(get_locale())
        ),
        tabs=partner_tabs(actor, partnership, "partners.story"),
        merged=find_merged(partnership, end),
        is_merged=partnership.merged_into_id is not None,
        aliases=list_aliases(partnership),
        branches=list_branches(partnership, end),
        documents=list_documents(partnership, end) if actor.can(P.DOCUMENT_EDIT) else [],
        document_labels=DOCUMENT_LABELS,
        parent=find_parent(actor, partnership),
        children=list_children(actor, partnership),
        may_suspend=partnership.status is PartnershipStatus.ACTIVE,
        may_resume=partnership.merged_into_id is None
        and partnership.status in {PartnershipStatus.SUSPENDED, PartnershipStatus.ENDED},
        may_end=partnership.status is not PartnershipStatus.ENDED,
        onboarding=onboarding,
        steps=[
            (step, step_title(step.kind, step.title, step.count, step.certification))
            for step in (onboarding.steps if onboarding else ())
        ],
        agreement=agreement,
        agreed=agreed,
        country=Locale.parse(str(get_locale() or "en")).territories.get(partnership.country or "", ""),
        entries=[_entry(happening) for happening in told.timeline],
        format_date=format_date,
    )


def _entry(happening: Happening) -> dict[str, Any]:
    """One line of the timeline, finished for the template."""
    titles = {
        "completion": _("%(who)s completed “%(what)s” by placement", who=happening.who, what=happening.what)
        if happening.is_by_placement
        else _("%(who)s completed “%(what)s”", who=happening.who, what=happening.what),
        "certificate": _("%(who)s was certified: %(what)s", who=happening.who, what=happening.what),
        "accredited": _("The company was accredited: %(what)s", what=happening.what),
        "accreditation_ended": _("The company lost its accreditation: %(what)s", what=happening.what),
        "usage": _("%(who)s downloaded “%(what)s”", who=happening.who, what=happening.what),
        "order": _("Order: %(what)s", what=happening.what or _("unknown product")),
    }
    icons = {
        "completion": "school", "certificate": "certificate", "accredited": "award",
        "accreditation_ended": "alert-triangle", "usage": "download", "order": "receipt",
    }  # fmt: skip
    is_order = happening.kind == "order"
    text = happening.who if is_order else ""
    if is_order and happening.amount_minor is not None:
        money = format_money(happening.amount_minor, happening.currency, str(get_locale()))
        text = f"{money} · {text}" if text else money
    return {
        "title": titles[happening.kind],
        "text": text,
        "icon": icons[happening.kind],
        "kind": "brand" if happening.kind in {"certificate", "accredited"} else "neutral",
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
    status, theirs = 422, None
    if form.validate_on_submit():
        try:
            with transaction():
                partnership = queries.get_partnership(actor, partnership_id, P.PARTNER_EDIT)
                services.change_partnership(actor, partnership, **_values(form), revision=form.revision.data)
            flash(_("The changes are saved."), "success")
            return redirect(url_for("partners.story", partnership_id=partnership.public_id))
        except DomainError as error:
            show_error(form, error)
            status = error.status
            partnership = queries.get_partnership(actor, partnership_id, P.PARTNER_EDIT)
            if isinstance(error, Conflict):  # what was typed stays, to be saved over what is there now
                theirs = _as_saved(partnership)
                form.revision.data = services.revision_of_partnership(partnership)
    return _edit_page(form, partnership, status, theirs)


def _as_saved(partnership: Partnership) -> list[tuple[str, str]]:
    """What the form edits, as it is now."""
    manager = db.session.get(User, partnership.manager_user_id) if partnership.manager_user_id else None
    accepted_on = partnership.agreement_accepted_on
    return [
        (_("Company"), partnership.name),
        (_("Type"), str(TYPE_LABELS[partnership.type])),
        (_("Region"), partnership.region.name if partnership.region else ""),
        (_("Channel manager"), manager.name if manager else partnership.manager_name or ""),
        (_("External id"), partnership.external_id or ""),
        (_("Agreement accepted on"), format_date(accepted_on, "medium") if accepted_on else ""),
    ]


def _edit_page(
    form: PartnershipForm,
    partnership: Partnership | None,
    status: int = 422,
    theirs: list[tuple[str, str]] | None = None,
) -> str | tuple[str, int]:
    page = render_template(
        "partners/edit.html",
        form=form,
        partnership=partnership,
        theirs=theirs,
        regions=queries.list_region_names(current_actor()),
    )
    return (page, status) if request.method == "POST" else page


def _form(partnership: Partnership | None) -> PartnershipForm:
    form = PartnershipForm(data=_start_values(partnership) if request.method == "GET" else None)
    form.type.choices = [(t.value, str(label)) for t, label in TYPE_LABELS.items()]
    if partnership is not None:
        del form.status  # changed by acts of their own, each with what follows from it
    else:
        form.status.choices = [(s.value, str(label)) for s, label in STATUS_LABELS.items()]
    if current_actor().region_ids is not None:
        del form.is_new_region  # who looks after some regions cannot look after one that nobody knows
    managers = queries.list_managers(current_actor())
    nobody = _("Nobody yet")
    if partnership is not None and partnership.manager_user_id is None and partnership.manager_name:
        nobody = _("%(name)s (has no account)", name=partnership.manager_name)
    form.manager.choices = [("", nobody), *[(str(i), n) for i, n in managers]]
    return form


def _start_values(partnership: Partnership | None) -> dict[str, Any]:
    if partnership is None:
        return {"type": PartnershipType.VAR.value, "status": PartnershipStatus.ONBOARDING.value}
    manager = db.session.get(User, partnership.manager_user_id) if partnership.manager_user_id else None
    return {
        "name": partnership.name,
        "type": partnership.type.value,
        "region": partnership.region.name if partnership.region else "",
        "manager": str(manager.public_id) if manager else "",
        "external_id": partnership.external_id or "",
        "agreement_accepted_on": partnership.agreement_accepted_on,
        "revision": services.revision_of_partnership(partnership),
    }


def _values(form: PartnershipForm) -> dict[str, Any]:
    return {
        "name": form.name.data or "",
        "type": PartnershipType(form.type.data),
        "status": PartnershipStatus(form.status.data) if "status" in form else None,
        "region": (form.region.data or "").strip() or None,
        "is_new_region": "is_new_region" in form and form.is_new_region.data,
        "manager_id": UUID(form.manager.data) if form.manager.data else None,
        "external_id": (form.external_id.data or "").strip() or None,
        "agreement_accepted_on": form.agreement_accepted_on.data,
    }
