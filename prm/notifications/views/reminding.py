"""Reminding people by hand of what is overdue or about to expire."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.accounts.models import User
from prm.extensions import db
from prm.infra.db import transaction
from prm.infra.tables import Column, Filter, TableSpec, narrow, paginate
from prm.notifications import overdue, services
from prm.notifications.overdue import What
from prm.notifications.services.reminding import NobodyToRemind
from prm.notifications.views.blueprint import blueprint
from prm.partners.models import Partnership
from prm.permissions import P, Reach


@blueprint.route("/<slug:vendor>/notifications/remind", methods=["GET", "POST"])
@requires(P.PEOPLE_REMIND)
def remind() -> str | Response | tuple[str, int]:
    """Who is overdue, or holds a certificate about to expire; remind some or all of them."""
    actor = current_actor()
    what = What.EXPIRING if request.args.get("what") == What.EXPIRING else What.OVERDUE
    today = overdue.today_of(actor)
    statement = overdue.select_items(actor, what, today)
    spec = _spec(actor, what, statement)
    problem = ""
    if request.method == "POST":
        if request.form.get("whom") == "all":
            chosen = narrow(statement, spec, request.args)
        else:
            chosen = statement.where(overdue.key_of(what).public_id.in_(_ids()))
        try:
            with transaction():
                told = services.remind_people(actor, what, chosen.order_by(overdue.key_of(what).id))
        except NobodyToRemind as error:
            problem = str(error)
        else:
            flash(
                ngettext("%(num)s reminder is on its way.", "%(num)s reminders are on their way.", told)
                if told
                else _("All of them were reminded today already."),
                "success" if told else "info",
            )
            return redirect(url_for("notifications.remind", **_asked()), 303)
    page = paginate(
        db.session(), statement, spec, request.args, partial(url_for, "notifications.remind", what=what.value)
    )
    shown = render_template(
        "notifications/remind.html",
        table_page=page,
        problem=problem,
        waiting=page.total - overdue.count_reminded(what, narrow(statement, spec, request.args), today),
        what=what,
        reminded=overdue.list_reminded([row[0].public_id for row in page.rows], today),
        action=url_for("notifications.remind", **_asked()),
        tabs=[
            (_("Overdue courses"), url_for("notifications.remind"), what is What.OVERDUE),
            (
                _("Expiring certificates"),
                url_for("notifications.remind", what=What.EXPIRING.value),
                what is What.EXPIRING,
            ),
        ],
    )
    return (shown, 422) if problem else shown


def _asked() -> dict[str, str]:
    """What the address asks of the table, and nothing else."""
    return {name: request.args[name] for name in ("what", "search", "partner") if name in request.args}


def _ids() -> list[UUID]:
    """The ticked things; what is no id means nothing."""
    ids = []
    for text in request.form.getlist("subject")[: services.MOST_AT_ONCE]:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return ids


def _spec(actor: Actor, what: What, statement: object) -> TableSpec:
    entity = overdue.key_of(what)
    on = entity.due_on if what is What.OVERDUE else entity.expires_on
    filters = []
    if actor.reach(P.PEOPLE_REMIND) is not Reach.OWN:
        filters.append(
            Filter(
                "partner",
                _("Company"),
                overdue.list_companies(actor),
                lambda narrowed, value: narrowed.where(Partnership.public_id == UUID(value)),
            )
        )
    return TableSpec(
        key=entity.id,
        columns=[
            Column("person", _("Person"), sort=func.lower(User.name)),
            Column("company", _("Company"), sort=func.lower(Partnership.name)),
            Column("title", _("Course") if what is What.OVERDUE else _("Certificate")),
            Column("on", _("Due on") if what is What.OVERDUE else _("Valid until"), sort=on),
            Column("state", _("Reminded")),
        ],
        default_sort="on",
        search=[User.name, func.coalesce(Partnership.name, "")],
        filters=filters,
        page_sizes=(50, 100, 200),
    )
