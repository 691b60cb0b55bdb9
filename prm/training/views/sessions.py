"""Pages of sessions: signing up for learners; planning, cancelling and attendance for who holds them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import limiter
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.permissions import P
from prm.training.forms import SessionForm
from prm.training.labels import SEAT_STATUSES
from prm.training.models.sessions import SeatStatus, TrainingSession
from prm.training.queries import sessions as queries
from prm.training.services import seats
from prm.training.services import sessions as services
from prm.training.views.authoring import keep_text, revision_of
from prm.training.views.blueprint import blueprint
from prm.training.views.shared import tabs


@blueprint.post("/<slug:vendor>/training/sessions/<uuid:session_id>/sign-up")
@requires(P.COURSE_TAKE)
@limiter.limit("60/minute")
def sign_up(session_id: UUID) -> Response:
    """Take a place, or stand in the waiting list."""
    actor = current_actor()
    with transaction():
        seat = seats.sign_up(actor, session_id)
    if seat.status is SeatStatus.PLACE:
        flash(_("You have a place."), "success")
    else:
        flash(_("You are on the waiting list. You are told as soon as a place is free."), "success")
    return _to_course(actor, session_id)


@blueprint.post("/<slug:vendor>/training/sessions/<uuid:session_id>/give-up")
@requires(P.COURSE_TAKE)
@limiter.limit("60/minute")
def give_up(session_id: UUID) -> Response:
    """Give up one's place, or leave the waiting list."""
    actor = current_actor()
    with transaction():
        seats.give_up(actor, session_id)
    flash(_("Your place is given up."), "success")
    return _to_course(actor, session_id)


def _to_course(actor: Actor, session_id: UUID) -> Response:
    course = queries.get_course_of(queries.get_offered(actor, session_id))
    return redirect(url_for("training.course", course_id=course.public_id, _anchor="sessions"), 303)


@blueprint.get("/<slug:vendor>/training/sessions")
@requires(P.SESSION_HOLD)
def sessions() -> str:
    """The dates that the person looks after, first those to come."""
    actor = current_actor()
    args = request.args if "when" in request.args else {**request.args.to_dict(), "when": "coming"}
    return render_template(
        "training/sessions.html",
        page=queries.page_of_sessions(actor, args),
        tabs=tabs(actor, "training.sessions"),
    )


@blueprint.route("/<slug:vendor>/training/sessions/new", methods=["GET", "POST"])
@requires(P.SESSION_HOLD)
def new_session() -> str | Response | tuple[str, int]:
    """Plan a date of a session lesson."""
    actor = current_actor()
    lessons = queries.list_session_lessons(actor)
    form = SessionForm(time_zone=actor.time_zone)
    form.offer_zones(actor.time_zone)
    form.lesson.choices = [(str(key), f"{course}: {title}") for key, course, title in lessons]
    if form.validate_on_submit():
        try:
            with transaction():
                made = services.plan_session(actor, _lesson_id(form), _plan(form))
            flash(_("The session is planned."), "success")
            return redirect(url_for("training.attendance", session_id=made.public_id), 303)
        except DomainError as error:
            _show(form, error)
    page = render_template("training/new_session.html", form=form, has_lessons=bool(lessons))
    return (page, 422) if form.is_submitted() else page


@blueprint.route("/<slug:vendor>/training/sessions/<uuid:session_id>/edit", methods=["GET", "POST"])
@requires(P.SESSION_HOLD)
def edit_session(session_id: UUID) -> Response | tuple[str, int]:
    """Change a date that has not begun."""
    actor = current_actor()
    session = queries.get_held(actor, session_id)
    form = SessionForm(data={**_as_planned(session), "revision": session.revision})
    form.offer_zones(session.time_zone)
    status, theirs = 422 if form.is_submitted() else 200, None
    if form.validate_on_submit():
        try:
            with transaction():
                services.edit_session(actor, session_id, _plan(form), revision=revision_of(form))
            flash(_("The session is saved."), "success")
            return redirect(url_for("training.attendance", session_id=session_id), 303)
        except Conflict as error:
            session = queries.get_held(actor, session_id)
            if session.revision == revision_of(form):
                raise  # not somebody's text: it is cancelled, or has begun
            status, theirs = keep_text(form, error, session.revision), _as_planned(session)
        except DomainError as error:
            _show(form, error)
    return render_template("training/edit_session.html", form=form, session=session, theirs=theirs), status


def _as_planned(session: TrainingSession) -> dict[str, Any]:
    """A date as its form has it: on the clocks of where it was planned."""
    return {
        "title": session.title,
        "starts": clock.to_zone(session.starts_at, session.time_zone).replace(tzinfo=None),
        "ends": clock.to_zone(session.ends_at, session.time_zone).replace(tzinfo=None),
        "time_zone": session.time_zone,
        "place": session.place,
        "link": session.link,
        "trainer": session.trainer,
        "places": session.places,
    }


@blueprint.route("/<slug:vendor>/training/sessions/<uuid:session_id>/cancel", methods=["GET", "POST"])
@requires(P.SESSION_HOLD)
def cancel_session(session_id: UUID) -> str | Response:
    """Ask, then cancel a date."""
    actor = current_actor()
    session = queries.get_held(actor, session_id)
    if request.method == "POST":
        with transaction():
            services.cancel_session(actor, session_id, reason=request.form.get("reason", ""))
        flash(_("The session is cancelled. Everybody on it is told."), "success")
        return redirect(url_for("training.sessions"), 303)
    return render_template("training/cancel_session.html", session=session)


@blueprint.route("/<slug:vendor>/training/sessions/<uuid:session_id>", methods=["GET", "POST"])
@requires(P.SESSION_HOLD)
def attendance(session_id: UUID) -> str | Response:
    """One date: who is on it, and who was there."""
    actor = current_actor()
    session = queries.get_held(actor, session_id)
    if request.method == "POST":
        attended = _ids("attended")
        with transaction():
            newly = seats.mark_attendance(
                actor,
                session_id,
                attended=attended,
                absent=[each for each in _ids("listed") if each not in attended],
            )
        flash(
            ngettext(
                "Attendance is saved: %(num)s person more was there.",
                "Attendance is saved: %(num)s people more were there.",
                newly,
            ),
            "success",
        )
        return redirect(url_for("training.attendance", session_id=session_id), 303)
    return render_template(
        "training/attendance.html",
        session=session,
        course=queries.get_course_of(session),
        attendees=queries.list_attendees(actor, session),
        statuses=SEAT_STATUSES,
        has_begun=session.starts_at <= clock.now(),
        starts_there=clock.to_zone(session.starts_at, session.time_zone),
    )


@blueprint.post("/<slug:vendor>/training/sessions/<uuid:session_id>/seats/<uuid:seat_id>/release")
@requires(P.SESSION_HOLD)
def release_seat(session_id: UUID, seat_id: UUID) -> Response:
    """Take somebody off a date to come."""
    with transaction():
        seats.release_seat(current_actor(), session_id, seat_id)
    flash(_("They are off the date, and told so."), "success")
    return redirect(url_for("training.attendance", session_id=session_id), 303)


def _ids(name: str) -> list[UUID]:
    try:
        return [UUID(each) for each in request.form.getlist(name)]
    except ValueError:
        raise NotFound from None


def _lesson_id(form: SessionForm) -> UUID:
    try:
        return UUID(form.lesson.data or "")
    except ValueError:
        message = _("Choose what it is a session of.")
        raise DomainError(message, {"lesson": message}) from None


def _plan(form: SessionForm) -> services.Plan:
    assert form.starts.data is not None and form.ends.data is not None and form.places.data is not None
    return services.Plan(
        starts=form.starts.data,
        ends=form.ends.data,
        time_zone=form.time_zone.data or "",
        places=form.places.data,
        title=form.title.data or "",
        place=form.place.data or "",
        link=form.link.data or "",
        trainer=form.trainer.data or "",
    )


def _show(form: SessionForm, error: DomainError) -> None:
    if isinstance(error, Conflict | NotFound):
        raise error
    show_error(form, error)
