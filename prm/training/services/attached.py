"""What lessons that are not text are made of, and what becomes of it when they are copied or deleted."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select

from prm.access import Actor
from prm.extensions import db
from prm.training.models import Lesson
from prm.training.models.content import (
    LessonFile,
    LessonLink,
    LessonPackage,
    LessonVideo,
    PackageLaunch,
    VideoCaptions,
)
from prm.training.models.sessions import LessonSession
from prm.training.models.tasks import LessonTask

_OF_LESSONS = (LessonPackage, LessonVideo, VideoCaptions, LessonFile, LessonLink, LessonTask, LessonSession)


def copy_content(actor: Actor, copies: Mapping[int, Lesson]) -> None:
    """Give copies of lessons (by the originals' keys) the content of the originals."""
    if not copies:
        return
    left_out = {"id", "public_id", "lesson_id", "vendor_id"}
    for model in _OF_LESSONS:
        for row in db.session.scalars(select(model).where(model.lesson_id.in_(list(copies)))).all():
            values = {
                column.key: getattr(row, column.key)
                for column in model.__mapper__.column_attrs
                if column.key not in left_out
            }
            copy = model(vendor_id=actor.vendor_id, lesson_id=copies[row.lesson_id].id, **values)
            db.session.add(copy)
    db.session.flush()


def drop_content(lesson: Lesson) -> None:
    """Delete what a draft's lesson is made of, before the lesson itself; files stay in the store."""
    for model in (*_OF_LESSONS, PackageLaunch):
        db.session.execute(delete(model).where(model.lesson_id == lesson.id))
