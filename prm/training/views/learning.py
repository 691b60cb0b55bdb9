"""Pages of learners: the catalogue, a course, its lessons. The quiz: views/quiz.py."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.accounts.labels import FUNCTION_LABELS
from prm.errors import NotFound
from prm.infra.db import transaction
from prm.permissions import P
from prm.training import services
from prm.training.labels import LESSON_KINDS, SEAT_STATUSES, SKILL_LEVELS, STANDINGS
from prm.training.models import EnrolmentStatus, LessonKind
from prm.training.models.assessment import Review
from prm.training.queries import LearningItem, NextStep, learning, sessions
from prm.training.queries import quiz as quizzes
from prm.training.queries.courses import (
    PublishedVersion,
    find_newest_version,
    get_published_version,
    list_published_versions,
)
from prm.training.queries.placement import find_placement, is_offered, placement_percent
from prm.training.queries.progress import list_external_certificates
from prm.training.queries.redoing import list_redo
from prm.training.views.blueprint import blueprint
from prm.training.views.shared import content_of, render_lesson, tabs, with_policy

OVER = (EnrolmentStatus.COMPLETED, EnrolmentStatus.EXCUSED)
LABELS = {
    "skill_levels": SKILL_LEVELS,
    "functions": FUNCTION_LABELS,
    "standings": STANDINGS,
    "lesson_kinds": LESSON_KINDS,
}


@blueprint.get("/<slug:vendor>/training/")
@requires(P.COURSE_VIEW)
def index() -> str:
    """What I learn, and what else there is to learn."""
    actor = current_actor()
    mine = learning.list_my_learning(actor)
    taken = {item.course_id: item for item in mine}
    chosen_level, chosen_function = request.args.get("level", ""), request.args.get("function", "")
    words = request.args.get("search", "").split()[:8]
    published = list_published_versions(actor)
    return render_template(
        "training/index.html",
        current=[item for item in mine if item.status not in OVER],
        completed=[item for item in mine if item.status is EnrolmentStatus.COMPLETED],
        catalogue=[v for v in published if _matches(v, words, chosen_level, chosen_function)],
        is_empty=not published,
        taken=taken,
        next_sessions=sessions.next_sessions(actor) if actor.can(P.COURSE_TAKE) else {},
        search=" ".join(words),
        chosen_level=chosen_level,
        chosen_function=chosen_function,
        is_filtered=bool(words or chosen_level or chosen_function),
        external=list_external_certificates(actor, actor.user_id) if actor.user_id else [],
        tabs=tabs(actor, "training.index"),
        can_take=actor.can(P.COURSE_TAKE),
        **LABELS,
    )


def _matches(version: PublishedVersion, words: list[str], level: str, function: str) -> bool:
    text = f"{version.title} {version.summary}".casefold()
    return (
        all(word.casefold() in text for word in words)
        and (level not in {each.value for each in SKILL_LEVELS} or version.skill_level.value == level)
        and (
            function not in {each.value for each in FUNCTION_LABELS}
            or not version.job_functions
            or function in version.job_functions
        )
    )


@blueprint.get("/<slug:vendor>/training/courses/<uuid:course_id>")
@requires(P.COURSE_VIEW)
def course(course_id: UUID) -> str:
    """One course: what it is, how far I am, where I go on."""
    actor = current_actor()
    newest = find_newest_version(actor, course_id)
    if newest is None:
        raise NotFound
    item = learning.find_my_learning(actor, course_id) if actor.can(P.COURSE_TAKE) else None
    version = (
        newest
        if item is None or item.number == newest.number
        else get_published_version(actor, item.version_key)
    )
    steps = learning.list_steps(version.id, item.key if item else None)
    test = find_placement(item.key) if item else None
    has_session = any(step.kind is LessonKind.SESSION for step in steps)
    redo = list_redo([item.user_key], [item.course_key]) if item is not None and item.is_delta else {}
    return render_template(
        "training/course.html",
        redo=next(iter(redo.values()), None),
        version=version,
        newest=newest,
        item=item,
        steps=steps,
        place=learning.find_place(item, steps) if item else None,
        attempts=quizzes.list_attempts(item.key) if item else [],
        is_score_told=item is not None and quizzes.review_of(item) is not Review.NOTHING,
        placement_percent=placement_percent(version.id),
        placement_taken=test if test is not None and test.score_percent is not None else None,
        offers_placement=item is not None and is_offered(item, test),
        can_take=actor.can(P.COURSE_TAKE),
        may_enrol=_may_enrol(item),
        has_session=has_session,
        dates=sessions.list_dates(item) if item and has_session else [],
        is_open=item is not None and item.status not in OVER,
        seat_statuses=SEAT_STATUSES,
        **LABELS,
    )


def _may_enrol(item: LearningItem | None) -> bool:
    """Whether enrolling would begin something: the course, or a newer version after the old is over."""
    if item is None:
        return True
    is_over = item.status in (EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED)
    return is_over and item.newest_number > item.number


@blueprint.post("/<slug:vendor>/training/courses/<uuid:course_id>/enrol")
@requires(P.COURSE_TAKE)
def enrol(course_id: UUID) -> Response:
    """Begin a course by one's own choice."""
    actor = current_actor()
    with transaction():
        services.enrol(actor, course_id)
    item = my_item(actor, course_id)
    if is_offered(item, find_placement(item.key)):
        return redirect(url_for("training.placement", course_id=course_id), 303)
    return redirect(url_for("training.resume", course_id=course_id), 303)


@blueprint.get("/<slug:vendor>/training/courses/<uuid:course_id>/continue")
@requires(P.COURSE_TAKE)
def resume(course_id: UUID) -> Response:
    """On to where the person left the course."""
    actor = current_actor()
    item = learning.find_my_learning(actor, course_id)
    if item is None:
        return redirect(url_for("training.course", course_id=course_id))
    steps = learning.list_steps(item.version_key, item.key)
    place = learning.find_place(item, steps)
    if item.next_step in (NextStep.START, NextStep.LESSON) and place is not None:
        return redirect(url_for("training.lesson", course_id=course_id, lesson_id=place.public_id))
    if item.next_step is NextStep.QUIZ:
        return redirect(url_for("training.quiz", course_id=course_id))
    return redirect(url_for("training.course", course_id=course_id))


def my_item(actor: Actor, course_id: UUID) -> LearningItem:
    """Where the person stands; raises NotFound for who does not take the course."""
    item = learning.find_my_learning(actor, course_id)
    if item is None:
        raise NotFound
    return item


@blueprint.get("/<slug:vendor>/training/courses/<uuid:course_id>/lessons/<uuid:lesson_id>")
@requires(P.COURSE_TAKE)
def lesson(course_id: UUID, lesson_id: UUID) -> str | Response:
    """One lesson: to read, to open, to watch. Getting its page changes nothing."""
    actor = current_actor()
    item = my_item(actor, course_id)
    found = learning.get_lesson_of(item, lesson_id)
    steps = learning.list_steps(item.version_key, item.key)
    index = next(n for n, step in enumerate(steps) if step.public_id == lesson_id)
    shown = content_of(found, item.key)
    if found.kind is LessonKind.SESSION:
        shown["dates"] = sessions.list_dates(item, found.id)
    page = render_template(
        "training/lesson.html",
        item=item,
        lesson=found,
        body=render_lesson(found.body, item.course_key),
        **shown,
        steps=steps,
        number=index + 1,
        is_done=steps[index].is_done,
        previous=steps[index - 1] if index else None,
        following=steps[index + 1] if index + 1 < len(steps) else None,
    )
    return with_policy(page, shown)


@blueprint.post("/<slug:vendor>/training/courses/<uuid:course_id>/lessons/<uuid:lesson_id>/done")
@requires(P.COURSE_TAKE)
def finish_lesson(course_id: UUID, lesson_id: UUID) -> Response:
    """Mark a lesson as done and go on."""
    actor = current_actor()
    with transaction():
        enrolment = services.complete_lesson(actor, my_item(actor, course_id).enrolment_id, lesson_id)
    if enrolment.status is EnrolmentStatus.COMPLETED:
        flash(_("You have completed this course."), "success")
    return redirect(url_for("training.resume", course_id=course_id), 303)


@blueprint.post("/<slug:vendor>/training/courses/<uuid:course_id>/lessons/<uuid:lesson_id>/remember")
@requires(P.COURSE_TAKE)
def remember(course_id: UUID, lesson_id: UUID) -> Response:
    """Go on from this lesson another time."""
    actor = current_actor()
    with transaction():
        services.remember_place(actor, my_item(actor, course_id).enrolment_id, lesson_id)
    flash(_("Your place is saved. You can go on from here at any time."), "success")
    return redirect(url_for("training.course", course_id=course_id), 303)
