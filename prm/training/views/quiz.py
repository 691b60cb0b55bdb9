"""Pages of learners: the quiz before, while and after it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_time
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import limiter
from prm.infra import clock
from prm.infra.db import transaction
from prm.permissions import P
from prm.training import services
from prm.training.models import QuestionKind
from prm.training.models.assessment import QuizSitting, Review
from prm.training.queries import LearningItem, learning
from prm.training.queries import quiz as quizzes
from prm.training.services.sittings import Taken, is_over, next_start
from prm.training.views.blueprint import blueprint
from prm.training.views.learning import my_item
from prm.training.views.shared import render_lesson

ORDER = list(Review)
Question = quizzes.QuizQuestion


@blueprint.get("/<slug:vendor>/training/courses/<uuid:course_id>/quiz")
@requires(P.COURSE_TAKE)
def quiz(course_id: UUID) -> str:
    """The rules of the quiz, and where one stands in it."""
    item = _item_with_quiz(current_actor(), course_id)
    rules = quizzes.get_rules(item.version_key)
    sitting = quizzes.find_open_sitting(item.key)
    earliest = next_start(item.key, rules.wait_minutes)
    return render_template(
        "training/quiz.html",
        item=item,
        rules=rules,
        sitting=sitting,
        is_time_up=sitting is not None and is_over(sitting),
        answered=len(sitting.answers) if sitting else 0,
        earliest=earliest if earliest is not None and earliest > clock.now() else None,
        attempts=quizzes.list_attempts(item.key),
        is_score_told=quizzes.review_of(item) is not Review.NOTHING,
    )


@blueprint.post("/<slug:vendor>/training/courses/<uuid:course_id>/quiz/start")
@requires(P.COURSE_TAKE)
def start_quiz(course_id: UUID) -> Response:
    """Begin an attempt, or go on with the one that is open."""
    actor = current_actor()
    with transaction():
        services.start_quiz(actor, my_item(actor, course_id).enrolment_id)
    return redirect(url_for("training.take_quiz", course_id=course_id), 303)


@blueprint.route("/<slug:vendor>/training/courses/<uuid:course_id>/quiz/questions", methods=["GET", "POST"])
@requires(P.COURSE_TAKE)
def take_quiz(course_id: UUID) -> str | Response | tuple[str, int]:
    """The questions, all on one page or one by one; what is put in is kept, sending it takes an attempt."""
    actor = current_actor()
    item = _item_with_quiz(actor, course_id)
    if request.method == "POST":
        return _answer(actor, item)
    sitting = quizzes.find_open_sitting(item.key)
    if sitting is None or is_over(sitting):
        return redirect(url_for("training.quiz", course_id=course_id))
    return _page(item, sitting, quizzes.list_quiz_questions(item.version_key, sitting.seed))


def _answer(actor: Actor, item: LearningItem) -> Response | tuple[str, int]:
    """Keep what came; then go where the person wants, or hand it in."""
    number = _number_shown() or item.attempts_used + 1
    wish = request.form.get("do", "send")
    try:
        with transaction():
            sitting = services.start_quiz(actor, item.enrolment_id)
        if sitting.number == number and not is_over(sitting):
            questions = quizzes.list_quiz_questions(item.version_key, sitting.seed)
            with transaction():
                services.save_answers(
                    actor,
                    item.enrolment_id,
                    read_given(questions),
                    number=number,
                    flags=read_flags(questions),
                )
            if wish != "send":
                if wish == "save":
                    flash(_("Your answers are saved. You can go on at any time."), "success")
                place = _place_wished(wish, len(questions))
                return redirect(url_for("training.take_quiz", course_id=item.course_id, question=place), 303)
        with transaction():
            attempt = services.submit_attempt(
                actor,
                item.enrolment_id,
                {},
                number=number,
                accepts_gaps=bool(request.form.get("accept_gaps")),
            )
        return redirect(url_for("training.attempt", attempt_id=attempt.public_id), 303)
    except Conflict:
        sent = quizzes.find_attempt(item.key, number)
        if sent is None:
            raise
        flash(_("These answers had already been sent. This is their result."), "info")
        return redirect(url_for("training.attempt", attempt_id=sent.public_id), 303)
    except DomainError as error:
        sitting = _open_sitting(item)
        questions = quizzes.list_quiz_questions(item.version_key, sitting.seed)
        return _page(item, sitting, questions, errors=error.fields), error.status


@blueprint.post("/<slug:vendor>/training/courses/<uuid:course_id>/quiz/save")
@requires(P.COURSE_TAKE)
@limiter.limit("300/minute")
def save_answers(course_id: UUID) -> dict[str, Any] | tuple[dict[str, Any], int]:
    """Keep what was put in since, for the page's script: says when it was kept, and what time is left."""
    actor = current_actor()
    item = _item_with_quiz(actor, course_id)
    sitting = quizzes.find_open_sitting(item.key)
    if sitting is None:
        return {"saved": False, "message": _("This attempt is over: its answers were already sent.")}, 409
    questions = quizzes.list_quiz_questions(item.version_key, sitting.seed)
    try:
        with transaction():
            kept = services.save_answers(
                actor,
                item.enrolment_id,
                read_given(questions),
                number=_number_shown() or 0,
                flags=read_flags(questions),
            )
    except Conflict as error:
        return {"saved": False, "message": str(error)}, 409
    return {
        "saved": True,
        "message": _("Saved at %(time)s", time=format_time(kept.saved_at, "medium")),
        "seconds": seconds_left(kept),
    }


@blueprint.get("/<slug:vendor>/training/attempts/<uuid:attempt_id>")
@requires(P.COURSE_TAKE)
def attempt(attempt_id: UUID) -> str:
    """The result of one attempt: as much of it as the quiz's rules let be seen."""
    actor = current_actor()
    found = quizzes.get_attempt(actor, attempt_id)
    item = learning.get_my_learning(actor, found.enrolment_id)
    rules = quizzes.get_rules(item.version_key)
    review = rules.review(item.is_quiz_passed or item.attempts_left == 0)
    is_told = ORDER.index(review) >= ORDER.index(Review.MARKS)
    reviewed = quizzes.review_attempt(found, item.version_key) if is_told else []
    earliest = next_start(item.key, rules.wait_minutes)
    return render_template(
        "training/attempt.html",
        item=item,
        attempt=found,
        is_told=is_told,
        is_score_told=review is not Review.NOTHING,
        is_explained=review is Review.EXPLANATIONS,
        tells_more_later=ORDER.index(rules.review_over) > ORDER.index(review),
        earliest=earliest if earliest is not None and earliest > clock.now() else None,
        reviewed=[
            (
                each,
                render_lesson(each.prompt, item.course_key),
                render_lesson(each.explanation, item.course_key),
            )
            for each in reviewed
        ],
    )


# -- parts -------------------------------------------------------------------------------------


def _item_with_quiz(actor: Actor, course_id: UUID) -> LearningItem:
    item = my_item(actor, course_id)
    if not item.questions:
        raise NotFound
    return item


def _open_sitting(item: LearningItem) -> QuizSitting:
    sitting = quizzes.find_open_sitting(item.key)
    if sitting is None:
        raise Conflict(_("This attempt is over: its answers were already sent."))
    return sitting


def _page(
    item: LearningItem,
    sitting: QuizSitting,
    questions: Sequence[Question],
    *,
    errors: dict[str, str] | None = None,
) -> str:
    rules = quizzes.get_rules(item.version_key)
    place = _place_asked(len(questions))
    if errors and rules.is_one_at_a_time:
        place = next((n for n, each in enumerate(questions, 1) if each.public_id in errors), place)
    shown = [questions[place - 1]] if rules.is_one_at_a_time else list(questions)
    return render_template(
        "training/take_quiz.html",
        item=item,
        rules=rules,
        sitting=sitting,
        questions=questions,
        shown=[
            (questions.index(each) + 1, each, render_lesson(each.prompt, item.course_key)) for each in shown
        ],
        place=place,
        given=sitting.answers,
        flagged=set(sitting.flagged),
        errors=errors or {},
        seconds_left=seconds_left(sitting),
        kinds=QuestionKind,
    )


def seconds_left(sitting: Taken) -> int | None:
    if sitting.ends_at is None:
        return None
    return max(0, int((sitting.ends_at - clock.now()).total_seconds()))


def _number_shown() -> int | None:
    """The attempt that the page was for."""
    return _whole(request.form.get("number", ""))


def _place_asked(questions: int) -> int:
    return min(max(1, _whole(request.values.get("question", "")) or 1), max(1, questions))


def _place_wished(wish: str, questions: int) -> int:
    """Where to go on: "next", "previous", or the number on a button."""
    here = _place_asked(questions)
    place = {"next": here + 1, "previous": here - 1}.get(wish) or _whole(wish) or here
    return min(max(1, place), max(1, questions))


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _named(questions: Sequence[Question]) -> list[Question]:
    """The questions that the form was about: those it names, or all of them."""
    names = set(request.form.getlist("shown"))
    return [each for each in questions if not names or each.public_id in names]


def read_given(questions: Sequence[Question]) -> dict[str, Any]:
    """What was put in, question by question."""
    return {each.public_id: _given_to(each) for each in _named(questions)}


def _given_to(question: Question) -> Any:
    name = f"q-{question.public_id}"
    if question.kind is QuestionKind.MULTIPLE:
        return request.form.getlist(name)
    if question.kind in (QuestionKind.ORDERING, QuestionKind.MATCHING):
        return {key: request.form.get(f"{name}-{key}", "") for key, _text in question.choices}
    return request.form.get(name)


def read_flags(questions: Sequence[Question]) -> dict[str, bool]:
    if not request.form.getlist("shown"):
        return {}
    return {each.public_id: f"flag-{each.public_id}" in request.form for each in _named(questions)}
