"""Pages of authors: how a quiz is taken, and what it draws from the bank."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.errors import Conflict, DomainError
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.permissions import P
from prm.training.forms import DrawForm, QuizRulesForm
from prm.training.labels import DIFFICULTIES, REVIEWS
from prm.training.models import CourseVersion, VersionStatus
from prm.training.models.assessment import Difficulty, Review
from prm.training.queries import bank
from prm.training.queries import courses as queries
from prm.training.queries.quiz import get_rules
from prm.training.services import quiz_settings as services
from prm.training.views.authoring import keep_text, revision_of
from prm.training.views.blueprint import blueprint


@blueprint.route("/<slug:vendor>/training/versions/<uuid:version_id>/quiz", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
def quiz_settings(version_id: UUID) -> str | Response | tuple[str, int]:
    """The rules of a quiz, and what it draws."""
    actor = current_actor()
    version = queries.get_version(actor, version_id)
    form = QuizRulesForm(**_stored(version))
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with transaction():
                services.set_rules(actor, version_id, revision=revision_of(form), **_values(form))
            flash(_("Saved."), "success")
            return redirect(url_for("training.quiz_settings", version_id=version_id), 303)
        except Conflict as error:
            version = queries.get_version(actor, version_id)
            status = keep_text(form, error, version.revision)
        except DomainError as error:
            show_error(form, error)
    return _page(version, form, _draw_form()), status


@blueprint.post("/<slug:vendor>/training/versions/<uuid:version_id>/draws")
@requires(P.COURSE_EDIT)
def add_draw(version_id: UUID) -> Response | tuple[str, int]:
    """Let the quiz draw from one more topic."""
    actor = current_actor()
    version = queries.get_version(actor, version_id)
    form = _draw_form()
    if form.validate_on_submit():
        try:
            with transaction():
                services.add_draw(
                    actor,
                    version_id,
                    topic=form.topic.data or "",
                    difficulty=Difficulty(form.difficulty.data) if form.difficulty.data else None,
                    questions=form.questions.data,
                )
            return redirect(url_for("training.quiz_settings", version_id=version_id, _anchor="draws"), 303)
        except DomainError as error:
            if isinstance(error, Conflict):
                raise
            show_error(form, error)
    return _page(version, QuizRulesForm(formdata=None, **_stored(version)), form), 422


@blueprint.post("/<slug:vendor>/training/draws/<uuid:draw_id>/delete")
@requires(P.COURSE_EDIT)
def delete_draw(draw_id: UUID) -> Response:
    """Draw from a topic no more; it can be added again."""
    with transaction():
        version = services.delete_draw(current_actor(), draw_id)
    return redirect(url_for("training.quiz_settings", version_id=version.public_id, _anchor="draws"), 303)


def _page(version: CourseVersion, form: QuizRulesForm, draw_form: DrawForm) -> str:
    actor = current_actor()
    counts = bank.count_by_topic()
    return render_template(
        "training/quiz_settings.html",
        version=version,
        is_draft=version.status is VersionStatus.DRAFT,
        form=form,
        draw_form=draw_form,
        draws=bank.list_draws(version.id),
        problems=bank.list_draw_problems(bank.list_draws(version.id)),
        questions=len(queries.list_questions(actor, version.id)),
        has_bank=bool(counts),
        difficulties=DIFFICULTIES,
        reviews=REVIEWS,
        rules=get_rules(version.id),
    )


def _draw_form() -> DrawForm:
    counts = bank.count_by_topic()
    form = DrawForm()
    totals: dict[str, int] = {}
    for (topic, _difficulty), count in counts.items():
        totals[topic] = totals.get(topic, 0) + count
    topics = bank.list_topics(current_actor())
    form.topic.choices = [
        (topic, _("%(topic)s (%(count)s)", topic=topic, count=totals[bank.fold_topic(topic)]))
        for topic in topics
        if bank.fold_topic(topic) in totals
    ]
    if request.method == "GET" and form.topic.choices:
        form.topic.data = form.topic.choices[0][0]
    return form


def _stored(version: CourseVersion) -> dict[str, Any]:
    rules = get_rules(version.id)
    return {
        "revision": version.revision,
        "time_limit_minutes": rules.time_limit_minutes,
        "wait_hours": -(-rules.wait_minutes // 60),
        "shuffles_questions": rules.shuffles_questions,
        "shuffles_choices": rules.shuffles_choices,
        "is_one_at_a_time": rules.is_one_at_a_time,
        "review_now": rules.review_now.value,
        "review_over": rules.review_over.value,
        "placement_percent": rules.placement_percent,
    }


def _values(form: QuizRulesForm) -> dict[str, Any]:
    return {
        "time_limit_minutes": form.time_limit_minutes.data,
        "wait_minutes": 60 * (form.wait_hours.data or 0),
        "shuffles_questions": bool(form.shuffles_questions.data),
        "shuffles_choices": bool(form.shuffles_choices.data),
        "is_one_at_a_time": bool(form.is_one_at_a_time.data),
        "review_now": Review(form.review_now.data),
        "review_over": Review(form.review_over.data),
        "placement_percent": form.placement_percent.data,
    }
