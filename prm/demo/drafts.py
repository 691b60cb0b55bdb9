"""What an author is writing today: the next versions of a course and of a learning path."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from prm.demo.assessment import staff_of
from prm.demo.packages import TITLE
from prm.demo.paths import PATHS
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import serve_vendor, transaction
from prm.permissions import Role
from prm.training import services as training
from prm.training.models import Course
from prm.training.models.paths import LearningPath


def leave_drafts(vendor_id: int, now: datetime) -> None:
    """Begin both five days ago."""
    with serve_vendor(vendor_id), clock.freeze(now - timedelta(days=5)), transaction():
        author = staff_of(vendor_id, Role.CONTENT_AUTHOR)
        course = db.session.scalars(select(Course.public_id).where(Course.title == TITLE)).one()
        training.start_new_version(author, course)
        path = db.session.scalars(
            select(LearningPath.public_id).where(LearningPath.title == PATHS[1][0])
        ).one()
        training.start_new_path_version(author, path)
