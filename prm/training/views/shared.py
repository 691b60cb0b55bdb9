"""What several pages of training share: their tabs, and lessons as HTML."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from prm.access import Actor
from prm.infra.http import CONTENT_SECURITY_POLICY
from prm.infra.markdown import IMAGE, ShownImage, render_markdown
from prm.permissions import P
from prm.training import origin
from prm.training.labels import ITEM_STATES, SEAT_STATUSES, TASK_STATUSES
from prm.training.models import Lesson, LessonKind
from prm.training.queries import content, tasks
from prm.training.queries.courses import list_images

Tab = tuple[str, str, bool]


def tabs(actor: Actor, current: str) -> list[Tab]:
    """The sections of training that the person may open; none where there is only one."""
    offered = [
        (_("Catalogue"), "training.index", P.COURSE_VIEW),
        (_("Learning paths"), "training.paths", P.COURSE_VIEW),
        (_("Due dates"), "training.calendar", P.COURSE_TAKE),
        (_("Write courses"), "training.authoring", P.COURSE_EDIT),
        (_("Question bank"), "training.bank", P.COURSE_EDIT),
        (_("Grade tasks"), "training.grading", P.TASK_GRADE),
        (_("Sessions"), "training.sessions", P.SESSION_HOLD),
        (_("Assign"), "training.assign", P.COURSE_ASSIGN),
    ]
    shown = [
        (label, url_for(endpoint), endpoint == current)
        for label, endpoint, permission in offered
        if actor.can(permission)
    ]
    return shown if len(shown) > 1 else []


def render_lesson(text: str, course_key: int) -> Markup:
    """A lesson's text, with the images of its course."""
    return render_markdown(text, images_of(course_key) if IMAGE in text else {})


def images_of(course_key: int) -> dict[str, ShownImage]:
    return {
        str(image.public_id): ShownImage(
            url_for("training.image", image_id=image.public_id), image.alt, image.width, image.height
        )
        for image in list_images(course_key)
    }


def content_of(lesson: Lesson, enrolment_key: int | None = None) -> dict[str, Any]:
    """What a page needs to show a lesson of any kind, and where an enrolment (by key) is in it."""
    if lesson.kind is LessonKind.PACKAGE:
        link, package = content.get_lesson_package(lesson.id)
        states = content.list_item_states(enrolment_key, lesson.id) if enrolment_key else []
        return {
            "package": package,
            "link": link,
            "toc": content.list_toc(content.organization_of(link, package), states),
            "package_progress": (
                content.find_package_progress(enrolment_key, lesson.id) if enrolment_key else None
            ),
            "item_states": ITEM_STATES,
            "state_words": {
                state: [str(label), symbol] for state, (label, _kind, symbol) in ITEM_STATES.items()
            },
            "is_configured": origin.is_configured(),
        }
    if lesson.kind is LessonKind.VIDEO:
        video = content.get_video(lesson.id)
        watched = content.find_video_progress(enrolment_key, lesson.id) if enrolment_key else None
        return {"video": video, "watched": watched, "transcript": render_lesson(video.transcript, 0)}
    if lesson.kind is LessonKind.FILE:
        return {"stored": content.get_lesson_file(lesson.id)}
    if lesson.kind is LessonKind.TASK:
        task = tasks.get_task(lesson.id)
        handed = tasks.list_handed_in(enrolment_key, lesson.id) if enrolment_key else []
        return {
            "task": task,
            "handed": handed,
            "task_statuses": TASK_STATUSES,
            "graders": tasks.name_people(
                [task.grader_key, *[g.grader_key for each in handed for g in each.gradings]]
            ),
        }
    if lesson.kind is LessonKind.SESSION:
        return {"seat_statuses": SEAT_STATUSES}
    if lesson.kind is LessonKind.LINK:
        return {"url": content.get_link(lesson.id)}
    return {}


def with_policy(page: str, shown: dict[str, Any]) -> Response:
    """The page, which may frame the host of the package that it shows, and no other."""
    response = Response(page, content_type="text/html; charset=utf-8")
    if shown.get("is_configured"):
        allowed = origin.origin_for(shown["package"].public_id)
        response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src {allowed}"
        # Content that runs in a window of its own finds its API by that window's opener: content, too.
        # This page stays apart from whoever opens it, as every other.
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
    return response


def say_published(actor: Actor, title: str) -> str:
    """What is said after publishing; only who may assign is told to."""
    if actor.can(P.COURSE_ASSIGN):
        return _("%(title)s is published. You can assign it now.", title=title)
    return _("%(title)s is published. Managers can assign it now.", title=title)
