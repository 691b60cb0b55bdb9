"""What is due as a calendar: a file, and a private address that calendar programs read."""

from __future__ import annotations

from flask import Response, render_template, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from prm.access import Actor, current_actor, public, requires
from prm.accounts.sessions import find_person
from prm.errors import NotFound
from prm.extensions import db, limiter
from prm.infra.db import serve_vendor, transaction
from prm.infra.downloads import SANDBOX
from prm.partners.actors import find_actor
from prm.permissions import P
from prm.training.calendars import MEDIA_TYPE, DueDate, Meeting, as_calendar
from prm.training.labels import SEAT_STATUSES
from prm.training.models.sessions import SeatStatus
from prm.training.queries import learning, paths, sessions
from prm.training.queries.learning import OPEN
from prm.training.services import feeds
from prm.training.views.blueprint import blueprint
from prm.training.views.shared import tabs
from prm.vendors.models import Vendor


@blueprint.get("/<slug:vendor>/training/calendar")
@requires(P.COURSE_TAKE)
def calendar() -> str:
    """What is due for me, day by day, and how my calendar program can know of it."""
    return _page(current_actor())


def _page(actor: Actor, address: str = "") -> str:
    return render_template(
        "training/calendar.html",
        due=_due(actor),
        sessions=sessions.list_my_sessions(actor),
        seat_statuses=SEAT_STATUSES,
        feed=feeds.find_feed(actor),
        address=address,
        tabs=tabs(actor, "training.calendar"),
    )


@blueprint.get("/<slug:vendor>/training/calendar.ics")
@requires(P.COURSE_TAKE)
def calendar_file() -> Response:
    """The same as a file."""
    return _answer(current_actor())


@blueprint.post("/<slug:vendor>/training/calendar/address")
@requires(P.COURSE_TAKE)
def renew_feed() -> str:
    """A new private address, shown this once; the one before no longer works."""
    actor = current_actor()
    with transaction():
        token = feeds.renew_feed(actor)
    return _page(actor, url_for("training.feed", token=token, _external=True))


@blueprint.post("/<slug:vendor>/training/calendar/end")
@requires(P.COURSE_TAKE)
def end_feed() -> str:
    """No private address any more."""
    actor = current_actor()
    with transaction():
        feeds.end_feed(actor)
    return _page(actor)


@blueprint.get("/training/calendars/<string(maxlength=60):token>.ics")
@limiter.limit("60/minute")
@public
def feed(token: str) -> Response:
    """The calendar behind a private address: as long as its person belongs to the vendor."""
    found = feeds.find_feed_by(token)
    person = find_person(found.user_id) if found is not None else None
    if found is None or person is None:
        raise NotFound
    with serve_vendor(found.vendor_id):
        actor = find_actor(person, db.session.get_one(Vendor, found.vendor_id))
        if actor is None or not actor.can(P.COURSE_TAKE):
            raise NotFound
        with force_locale(actor.locale):
            return _answer(actor)


def _answer(actor: Actor) -> Response:
    name = db.session.get_one(Vendor, actor.vendor_id).name
    content = as_calendar(_("%(vendor)s: training", vendor=name), _due(actor), _meetings(actor))
    response = Response(content, content_type=MEDIA_TYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="training.ics"'
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _meetings(actor: Actor) -> list[Meeting]:
    """The sessions that the person has a place on."""
    slug = db.session.get_one(Vendor, actor.vendor_id).slug
    return [
        Meeting(
            each.public_id,
            each.title,
            each.starts_at,
            each.ends_at,
            " · ".join(part for part in (each.place, each.link) if part),
            url_for("training.course", vendor=slug, course_id=each.course_id, _external=True),
            each.planned_at,
        )
        for each in sessions.list_my_sessions(actor)
        if each.status is SeatStatus.PLACE
    ]


def _due(actor: Actor) -> list[DueDate]:
    """The person's open courses and paths that have a date, soonest first."""
    slug = db.session.get_one(Vendor, actor.vendor_id).slug
    due = [
        DueDate(
            item.enrolment_id,
            _("Due: %(course)s", course=item.title),
            item.title,
            item.due_on,
            url_for("training.course", vendor=slug, course_id=item.course_id, _external=True),
            item.assigned_at,
        )
        for item in learning.list_my_learning(actor)
        if item.due_on is not None and item.status in OPEN
    ]
    due += [
        DueDate(
            each.enrolment_id,
            _("Due: the learning path %(path)s", path=each.title),
            _("Learning path: %(path)s", path=each.title),
            each.due_on,
            url_for("training.path", vendor=slug, path_id=each.path_id, _external=True),
            each.assigned_at,
        )
        for each in paths.list_my_paths(actor)
        if each.due_on is not None and not (each.is_completed or each.is_excused)
    ]
    return sorted(due, key=lambda each: (each.due_on, each.title))
