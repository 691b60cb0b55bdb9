"""Pages of learners: the placement test, before, while and after it is taken."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_time
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import limiter
from prm.infra.db import transaction
from prm.permissions import P
from prm.training import services
from prm.training.models.assessment import Review
from prm.training.models.placement import PlacementTest
from prm.training.queries import LearningItem
from prm.training.queries import placement as queries
from prm.training.queries import quiz as quizzes
from prm.training.services.sittings import is_over
from prm.training.views.blueprint import blueprint
from prm.training.views.learning import my_item
from prm.training.views.quiz import read_flags, read_given, seconds_left
from prm.training.views.shared import render_lesson


@blueprint.get("/<slug:vendor>/training/courses/<uuid:course_id>/placement")
@requires(P.COURSE_TAKE)
def placement(course_id: UUID) -> str:
    """What the placement test is, or what came of it. No question is shown with its key."""
    item, test = _item(current_actor(), course_id)
    rules = quizzes.get_rules(item.version_key)
    is_open = test is not None and test.submitted_at is None
    return render_template(
        "training/placement.html",
        item=item,
        rules=rules,
        percent=test.needed_percent if test else queries.placement_percent(item.version_key),
        test=test,
        is_open=is_open,
        is_time_up=test is not None and is_open and is_over(test),
        is_offered=queries.is_offered(item, test),
        is_score_told=test is not None and (test.has_passed or rules.review_now is not Review.NOTHING),
    )


@blueprint.post("/<slug:vendor>/training/courses/<uuid:course_id>/placement/start")
@requires(P.COURSE_TAKE)
def start_placement(course_id: UUID) -> Response:
    """Begin the test, or go on with it."""
    actor = current_actor()
    with transaction():
        services.start_placement(actor, my_item(actor, course_id).enrolment_id)
    return redirect(url_for("training.take_placement", course_id=course_id), 303)


@blueprint.route(
    "/<slug:vendor>/training/courses/<uuid:course_id>/placement/questions", methods=["GET", "POST"]
)
@requires(P.COURSE_TAKE)
def take_placement(course_id: UUID) -> str | Response | tuple[str, int]:
    """The questions on one page; what is put in is kept, sending it takes the one try."""
    actor = current_actor()
    item, test = _item(actor, course_id)
    result = redirect(url_for("training.placement", course_id=course_id), 303)
    if test is None or test.submitted_at is not None:
        if request.method == "POST" and test is not None:
            flash(_("These answers had already been sent. This is their result."), "info")
        return result
    if request.method != "POST":
        return result if is_over(test) else _page(item, test)
    try:
        if not is_over(test):
            questions = quizzes.list_quiz_questions(item.version_key, test.seed)
            with transaction():
                services.save_placement(
                    actor, item.enrolment_id, read_given(questions), read_flags(questions)
                )
            if request.form.get("do") == "save":
                flash(_("Your answers are saved. You can go on at any time."), "success")
                return redirect(url_for("training.take_placement", course_id=course_id), 303)
        with transaction():
            services.submit_placement(
                actor, item.enrolment_id, {}, accepts_gaps=bool(request.form.get("accept_gaps"))
            )
    except Conflict:
        raise
    except DomainError as error:
        return _page(item, _item(actor, course_id)[1] or test, errors=error.fields), error.status
    return result


@blueprint.post("/<slug:vendor>/training/courses/<uuid:course_id>/placement/save")
@requires(P.COURSE_TAKE)
@limiter.limit("300/minute")
def save_placement(course_id: UUID) -> dict[str, Any] | tuple[dict[str, Any], int]:
    """Keep what was put in since, for the page's script: says when it was kept, and what time is left."""
    actor = current_actor()
    item, test = _item(actor, course_id)
    if test is None or test.submitted_at is not None:
        return {"saved": False, "message": _("The placement test was taken: there is one try.")}, 409
    questions = quizzes.list_quiz_questions(item.version_key, test.seed)
    try:
        with transaction():
            kept = services.save_placement(
                actor, item.enrolment_id, read_given(questions), read_flags(questions)
            )
    except Conflict as error:
        return {"saved": False, "message": str(error)}, 409
    return {
        "saved": True,
        "message": _("Saved at %(time)s", time=format_time(kept.saved_at, "medium")),
        "seconds": seconds_left(kept),
    }


# -- parts -------------------------------------------------------------------------------------


def _item(actor: Actor, course_id: UUID) -> tuple[LearningItem, PlacementTest | None]:
    """Where the person stands and their test; raises NotFound where there is none and none is offered."""
    item = my_item(actor, course_id)
    test = queries.find_placement(item.key)
    if test is None and (not item.questions or queries.placement_percent(item.version_key) is None):
        raise NotFound
    return item, test


def _page(item: LearningItem, test: PlacementTest, *, errors: dict[str, str] | None = None) -> str:
    questions = quizzes.list_quiz_questions(item.version_key, test.seed)
    return render_template(
        "training/take_placement.html",
        item=item,
        test=test,
        questions=questions,
        shown=[
            (number, each, render_lesson(each.prompt, item.course_key))
            for number, each in enumerate(questions, 1)
        ],
        given=test.answers,
        flagged=set(test.flagged),
        errors=errors or {},
        seconds_left=seconds_left(test),
    )
