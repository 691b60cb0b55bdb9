"""Learning paths for those who write and assign them: drafts, versions, what was assigned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from prm.access import Actor, visible
from prm.accounts.models import User
from prm.errors import NotFound
from prm.extensions import db
from prm.partners.models import Partnership
from prm.permissions import P
from prm.training.models import SkillLevel, VersionStatus
from prm.training.models.paths import LearningPath, PathAssignment, PathEnrolment, PathStatus, PathVersion

_Assignee, _Assigner = aliased(User), aliased(User)


@dataclass(frozen=True)
class AuthoredPath:
    """A path as its authors see it."""

    public_id: UUID
    title: str
    skill_level: SkillLevel
    job_functions: tuple[str, ...]
    published: PathVersion | None
    draft: PathVersion | None
    people: int
    completed: int


@dataclass(frozen=True)
class MadePathAssignment:
    """An assignment as a list shows it; `partnership_name` None: the whole channel."""

    partnership_name: str | None
    user_name: str | None
    job_functions: tuple[str, ...]
    due_on: date | None
    due_days: int | None
    assigned_at: datetime
    assigned_by: str | None


def list_path_assignments(actor: Actor, path_key: int, limit: int = 20) -> list[MadePathAssignment]:
    """The latest assignments of a path within the actor's reach."""
    rows = db.session.execute(
        visible(
            select(PathAssignment, Partnership.name, _Assignee.name, _Assigner.name)
            .outerjoin(Partnership, Partnership.id == PathAssignment.partnership_id)
            .outerjoin(_Assignee, _Assignee.id == PathAssignment.user_id)
            .outerjoin(_Assigner, _Assigner.id == PathAssignment.assigned_by_id)
            .where(PathAssignment.path_id == path_key),
            actor,
            P.COURSE_ASSIGN,
            PathAssignment,
        )
        .order_by(PathAssignment.assigned_at.desc(), PathAssignment.id.desc())
        .limit(limit)
    )
    return [
        MadePathAssignment(
            company, user, tuple(row.job_functions), row.due_on, row.due_days, row.assigned_at, by
        )
        for row, company, user, by in rows
    ]


# -- for authors -------------------------------------------------------------------------------


def list_authored_paths(actor: Actor) -> list[AuthoredPath]:
    """Every path with what is published of it and what is being written, by title."""
    paths = list(
        db.session.scalars(
            visible(select(LearningPath), actor, P.COURSE_EDIT).order_by(
                func.lower(LearningPath.title), LearningPath.id
            )
        )
    )
    published: dict[int, PathVersion] = {}
    drafts: dict[int, PathVersion] = {}
    for version in db.session.scalars(
        visible(select(PathVersion), actor, P.COURSE_EDIT).order_by(PathVersion.number)
    ):
        (published if version.status is VersionStatus.PUBLISHED else drafts)[version.path_id] = version
    counts: dict[tuple[int, PathStatus], int] = {
        (path, status): count
        for path, status, count in db.session.execute(
            select(PathEnrolment.path_id, PathEnrolment.status, func.count(PathEnrolment.id)).group_by(
                PathEnrolment.path_id, PathEnrolment.status
            )
        )
    }
    return [
        AuthoredPath(
            path.public_id, path.title, path.skill_level, tuple(path.job_functions),
            published.get(path.id), drafts.get(path.id),
            sum(counts.get((path.id, status), 0) for status in PathStatus),
            counts.get((path.id, PathStatus.COMPLETED), 0),
        )
        for path in paths
    ]  # fmt: skip


def get_path(actor: Actor, path_id: UUID) -> LearningPath:
    """A path by public id, for its authors. Raises NotFound."""
    found = db.session.scalars(
        visible(select(LearningPath).where(LearningPath.public_id == path_id), actor, P.COURSE_EDIT)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_path_version(actor: Actor, version_id: UUID) -> PathVersion:
    """A version by public id, for its authors. Raises NotFound."""
    found = db.session.scalars(
        visible(select(PathVersion).where(PathVersion.public_id == version_id), actor, P.COURSE_EDIT)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def find_version_id(actor: Actor, version_key: int) -> UUID | None:
    """The public id of a version by key, where the actor writes paths."""
    return db.session.scalars(
        visible(select(PathVersion.public_id), actor, P.COURSE_EDIT, PathVersion).where(
            PathVersion.id == version_key
        )
    ).one_or_none()


def list_path_versions(actor: Actor, path_key: int) -> list[PathVersion]:
    """All versions of a path, newest first."""
    return list(
        db.session.scalars(
            visible(select(PathVersion), actor, P.COURSE_EDIT)
            .where(PathVersion.path_id == path_key)
            .order_by(PathVersion.number.desc())
        )
    )
