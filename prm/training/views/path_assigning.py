"""Assigning learning paths."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.accounts.labels import FUNCTION_LABELS
from prm.accounts.models import JobFunction
from prm.errors import DomainError
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.partners.models import Partnership
from prm.partners.queries import list_companies
from prm.permissions import P, Reach
from prm.training import services
from prm.training.path_forms import AssignPathForm
from prm.training.queries import assignments
from prm.training.queries import paths as queries
from prm.training.queries.authored_paths import list_path_assignments
from prm.training.queries.courses import today_of
from prm.training.services.path_assigning import may_assign_to_channel
from prm.training.views.assigning import (
    EVERYBODY,
    PROPOSED,
    asked_function,
    asked_name,
    everybody,
    named_partnerships,
)
from prm.training.views.blueprint import blueprint


@blueprint.route("/<slug:vendor>/training/paths/<uuid:path_id>/assign", methods=["GET", "POST"])
@requires(P.COURSE_ASSIGN)
def assign_path(path_id: UUID) -> str | Response | tuple[str, int]:
    """Choose the company (or the whole channel) and the function, then people and date; assign."""
    actor = current_actor()
    path = queries.get_published_path(actor, path_id)
    found = named_partnerships(actor)
    partnership = found[0] if len(found) == 1 else None
    is_channel = partnership is None and not asked_name() and may_assign_to_channel(actor)
    function = asked_function()
    people = assignments.list_people(partnership, [function] if function else []) if partnership else []
    form = AssignPathForm(whom=EVERYBODY)
    whole = _channel(function) if is_channel else everybody(people, function)
    form.offer([(EVERYBODY, whole), *[(str(p.public_id), p.name) for p in people]])
    if (partnership is not None or is_channel) and form.validate_on_submit():
        try:
            return _assign(actor, path, partnership, form, function)
        except DomainError as error:
            if error.status != 422:
                raise
            show_error(form, error)
    page = render_template(
        "training/assign_path.html",
        path=path,
        form=form,
        partnership=partnership,
        is_channel=is_channel,
        may_assign_to_channel=may_assign_to_channel(actor),
        named=found,
        asked=asked_name(),
        is_own_company=actor.reach(P.COURSE_ASSIGN) is Reach.OWN,
        companies=list_companies(actor, P.COURSE_ASSIGN, PROPOSED),
        function=function,
        functions=FUNCTION_LABELS,
        today=today_of(actor),
        latest=list_path_assignments(actor, path.id),
    )
    return (page, 422) if form.is_submitted() else page


def _channel(function: str | None) -> str:
    if function:
        return _(
            "Everybody in %(function)s at every partner, and whoever joins later",
            function=FUNCTION_LABELS[JobFunction(function)],
        )
    return _("Everybody at every partner, and whoever joins later")


def _assign(
    actor: Actor,
    path: queries.PublishedPath,
    partnership: Partnership | None,
    form: AssignPathForm,
    function: str | None,
) -> Response:
    is_all = form.whom.data == EVERYBODY
    with transaction():
        done = services.assign_path(
            actor,
            path.public_id,
            partnership_id=partnership.public_id if partnership else None,
            user_id=None if is_all else UUID(form.whom.data),
            job_functions=[JobFunction(function)] if function and is_all else [],
            due_on=form.due_on.data,
            due_days=form.due_days.data,
        )
    if done.goes_on:
        flash(_("Assigned. There are many people: they are put on the path in the background."), "success")
    else:
        flash(
            ngettext(
                "Assigned. %(num)s person is on the path or has the new date.",
                "Assigned. %(num)s people are on the path or have the new date.",
                done.enrolled,
            ),
            "success",
        )
    return redirect(url_for("training.assign_path", path_id=path.public_id), 303)
