"""Assigning courses to a partner's people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.accounts.labels import FUNCTION_LABELS
from prm.accounts.models import JobFunction
from prm.errors import DomainError, NotFound
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.partners.models import Partnership
from prm.partners.queries import get_partnership, list_companies, list_named
from prm.permissions import P, Reach
from prm.training import services
from prm.training.forms import AssignForm
from prm.training.labels import EFFECTS
from prm.training.queries import PublishedVersion, list_published_versions
from prm.training.queries import assignments as queries
from prm.training.queries.courses import today_of
from prm.training.views.blueprint import blueprint
from prm.training.views.shared import tabs

PROPOSED = 300  # names offered while one types; others are found when typed in full
EVERYBODY = "everybody"


@blueprint.route("/<slug:vendor>/training/assign", methods=["GET", "POST"])
@requires(P.COURSE_ASSIGN)
def assign() -> str | Response | tuple[str, int]:
    """Choose a company, courses and people; see what it changes; assign."""
    actor = current_actor()
    named = named_partnerships(actor)
    partnership = named[0] if len(named) == 1 else None
    function = asked_function()
    published = list_published_versions(actor)
    people = queries.list_people(partnership, [function] if function else []) if partnership else []
    form = AssignForm(courses=request.args.getlist("course"), whom=EVERYBODY)
    form.offer(
        [(str(course.course_public_id), course.title) for course in published],
        [(EVERYBODY, everybody(people, function)), *[(str(p.public_id), p.name) for p in people]],
    )
    status, candidates = 200, None
    if form.is_submitted():
        status = 422
        if partnership is not None and form.validate():
            try:
                if request.form.get("step") == "assign":
                    return _assign(actor, partnership, form, function)
                candidates = _preview(actor, partnership, form, function, published)
                status = 200
            except DomainError as error:
                if error.status != 422:
                    raise
                show_error(form, error)
    page = render_template(
        "training/assign.html",
        form=form,
        partnership=partnership,
        named=named,
        asked=asked_name(),
        is_own_company=actor.reach(P.COURSE_ASSIGN) is Reach.OWN,
        companies=list_companies(actor, P.COURSE_ASSIGN, PROPOSED),
        function=function,
        functions=FUNCTION_LABELS,
        people=people,
        published=published,
        candidates=candidates,
        chosen=[each for each in published if str(each.course_public_id) in (form.courses.data or ())],
        totals=Counter(effect for each in candidates or () for effect in each.effects.values()),
        effects=EFFECTS,
        today=today_of(actor),
        latest=queries.list_assignments(actor),
        tabs=tabs(actor, "training.assign"),
    )
    return page, status


def named_partnerships(actor: Actor) -> list[Partnership]:
    """The partnerships that the address names: by id, by name, or one's own."""
    if actor.reach(P.COURSE_ASSIGN) is Reach.OWN:
        return queries.list_partnerships(actor)
    wanted = request.args.get("company_id", "")
    if wanted:
        try:
            return [get_partnership(actor, UUID(wanted), P.COURSE_ASSIGN)]
        except ValueError:
            raise NotFound from None
    name = asked_name()
    return list_named(actor, name, P.COURSE_ASSIGN) if name else []


def asked_name() -> str:
    return request.args.get("company", "").replace("\x00", "").strip()


def asked_function() -> str | None:
    asked = request.args.get("function", "")
    return asked if asked in {each.value for each in FUNCTION_LABELS} else None


def everybody(people: Sequence[queries.Person], function: str | None) -> str:
    if function:
        return _(
            "Everybody in %(function)s: %(people)s, and whoever joins later",
            function=FUNCTION_LABELS[JobFunction(function)],
            people=_count(len(people)),
        )
    return _("Everybody: %(people)s, and whoever joins later", people=_count(len(people)))


def _count(people: int) -> str:
    return ngettext("%(num)s person", "%(num)s people", people)


def _assign(actor: Actor, partnership: Partnership, form: AssignForm, function: str | None) -> Response:
    with transaction():
        done = services.assign_courses(
            actor,
            **_chosen(form, function),
            partnership_id=partnership.public_id,
            due_on=form.due_on.data,
            due_days=form.due_days.data,
        )
    flash(
        ngettext(
            "Assigned. %(num)s enrolment is new; who was at it already keeps their progress.",
            "Assigned. %(num)s enrolments are new; who was at it already keeps their progress.",
            done.enrolled,
        ),
        "success",
    )
    return redirect(url_for("training.assign"), 303)


def _preview(
    actor: Actor,
    partnership: Partnership,
    form: AssignForm,
    function: str | None,
    published: Sequence[PublishedVersion],
) -> list[queries.Candidate]:
    chosen = _chosen(form, function)
    services.check_assignment(actor, chosen["course_ids"], form.due_on.data, form.due_days.data)
    courses = [each for each in published if each.course_public_id in chosen["course_ids"]]
    candidates = queries.list_candidates(partnership, courses, [f.value for f in chosen["job_functions"]])
    if chosen["user_id"] is None:
        return candidates
    return [each for each in candidates if each.person.public_id == chosen["user_id"]]


def _chosen(form: AssignForm, function: str | None) -> dict[str, Any]:
    is_everybody = form.whom.data == EVERYBODY
    return {
        "course_ids": [UUID(each) for each in form.courses.data or ()],
        "user_id": None if is_everybody else UUID(form.whom.data),
        "job_functions": [JobFunction(function)] if function and is_everybody else [],
    }


@blueprint.post("/<slug:vendor>/training/enrolments/<uuid:enrolment_id>/grant-attempt")
@requires(P.COURSE_ASSIGN)
def grant_attempt(enrolment_id: UUID) -> Response:
    """One more attempt for somebody who has none left."""
    with transaction():
        enrolment = services.grant_attempt(current_actor(), enrolment_id)
        user_id = enrolment.user.public_id
    flash(_("One more attempt is granted."), "success")
    return redirect(url_for("training.person", user_id=user_id), 303)
