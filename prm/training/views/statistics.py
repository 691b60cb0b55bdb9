"""Pages of authors: what learners' answers say about a quiz."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.infra.downloads import asked_form, table_attachment
from prm.permissions import P
from prm.training import statistics as figures
from prm.training.labels import FLAGS, QUESTION_KINDS
from prm.training.queries import courses as queries
from prm.training.queries.item_statistics import QuizReport, get_quiz_report
from prm.training.queries.tasks import name_people
from prm.training.views.blueprint import blueprint

_COLUMNS = ("question", "kind", "n", "difficulty", "discrimination", "flags")


@blueprint.get("/<slug:vendor>/training/versions/<uuid:version_id>/statistics")
@requires(P.COURSE_EDIT)
def statistics(version_id: UUID) -> str | Response:
    """Difficulty, discrimination and choices of each question, what to look at, and the error band."""
    actor = current_actor()
    version = queries.get_version(actor, version_id)
    report = get_quiz_report(version)
    form = asked_form(request.args)
    if form:
        return table_attachment(form, "quiz-statistics", _COLUMNS, _rows(report), _("Statistics of the quiz"))
    return render_template(
        "training/statistics.html",
        version=version,
        report=report,
        names=name_people([each.user_key for each in report.near]) if actor.can(P.PROGRESS_VIEW) else {},
        kinds=QUESTION_KINDS,
        flags=FLAGS,
        enough=figures.ENOUGH,
    )


def _rows(report: QuizReport) -> list[tuple[object, ...]]:
    return [
        (
            each.item.prompt,
            each.item.kind.value,
            each.figures.n,
            round(each.figures.difficulty, 3),
            None if each.figures.discrimination is None else round(each.figures.discrimination, 3),
            ", ".join(str(FLAGS[flag][0]) for flag in each.flags),
        )
        for each in report.items
    ]
