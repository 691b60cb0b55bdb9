"""Writing learning paths: a draft's details and courses, publishing it, starting the next version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from prm.access import Actor, require, visible
from prm.accounts.models import JobFunction
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.journal.services import record
from prm.permissions import P
from prm.training.models import Course, CourseVersion, SkillLevel, VersionStatus
from prm.training.models.paths import LearningPath, PathPrerequisite, PathStep, PathVersion
from prm.training.queries.authored_paths import get_path, get_path_version, list_path_versions
from prm.training.queries.courses import today_of
from prm.training.services import drafts

MOST_STEPS = 50


def create_path(
    actor: Actor,
    *,
    title: str,
    summary: str = "",
    skill_level: SkillLevel = SkillLevel.FOUNDATION,
    job_functions: Sequence[JobFunction] = (),
    is_in_order: bool = True,
    accepts_placement: bool = True,
    required_path_ids: Sequence[UUID] = (),
) -> PathVersion:
    """Begin a path; returns its first draft. Raises DomainError without a title."""
    require(actor, P.COURSE_EDIT)
    path = LearningPath(
        vendor_id=actor.vendor_id,
        title="",
        skill_level=skill_level,
        job_functions=[],
        created_by_id=actor.user_id,
        created_at=clock.now(),
    )
    version = PathVersion(
        vendor_id=actor.vendor_id,
        number=1,
        title="",
        is_in_order=is_in_order,
        accepts_placement=accepts_placement,
    )
    drafts.describe(path, version, title, summary, skill_level, job_functions)
    db.session.add(path)
    db.session.flush()
    version.path_id = path.id
    db.session.add(version)
    db.session.flush()
    _require_paths(actor, version, required_path_ids)
    record(actor, "path.created", path, facts={"title": path.title})
    return version


def edit_path(
    actor: Actor,
    version_id: UUID,
    *,
    revision: int,
    title: str,
    summary: str,
    skill_level: SkillLevel,
    job_functions: Sequence[JobFunction],
    is_in_order: bool,
    required_path_ids: Sequence[UUID],
    accepts_placement: bool = True,
) -> PathVersion:
    """Change a draft's details. Level and functions are the path's and apply at once.

    Raises NotFound; Conflict where it is published or somebody saved since `revision` was read;
    DomainError without a title, or where paths would wait for each other.
    """
    version = lock_path_draft(actor, version_id)
    drafts.check_revision(version, revision)
    path = db.session.get_one(LearningPath, version.path_id)
    drafts.describe(path, version, title, summary, skill_level, job_functions)
    version.is_in_order, version.accepts_placement = is_in_order, accepts_placement
    _require_paths(actor, version, required_path_ids)
    version.revision = revision + 1  # the paths before it may be all that changes
    db.session.flush()
    return version


def add_step(actor: Actor, version_id: UUID, course_id: UUID) -> PathStep:
    """Add a published course at the end of a draft. Raises NotFound, Conflict where it is there already."""
    version = lock_path_draft(actor, version_id)
    published = select(CourseVersion.course_id).where(CourseVersion.status == VersionStatus.PUBLISHED)
    course = db.session.scalars(
        visible(select(Course), actor, P.COURSE_EDIT).where(
            Course.public_id == course_id, Course.id.in_(published)
        )
    ).one_or_none()
    if course is None:
        raise NotFound
    steps = _steps(version)
    if any(step.course_id == course.id for step in steps):
        raise Conflict(_("This course is on the path already."))
    if len(steps) >= MOST_STEPS:
        raise DomainError(_("A path has at most %(count)s courses.", count=MOST_STEPS))
    step = PathStep(
        vendor_id=actor.vendor_id,
        path_version_id=version.id,
        course_id=course.id,
        position=max((each.position for each in steps), default=0) + 1,
    )
    db.session.add(step)
    db.session.flush()
    return step


def move_step(actor: Actor, step_id: UUID, *, by: int) -> PathVersion:
    """Move a course up (-1) or down (+1) in a draft; at its end nothing moves. Raises NotFound, Conflict."""
    step, version = _locked_step(actor, step_id)
    steps = _steps(version)
    index = next(n for n, each in enumerate(steps) if each.id == step.id)
    if 0 <= index + by < len(steps):
        other = steps[index + by]
        steps[index].position, other.position = other.position, steps[index].position
        db.session.flush()
    return version


def remove_step(actor: Actor, step_id: UUID) -> PathVersion:
    """Take a course out of a draft. Raises NotFound, Conflict where it is published."""
    step, version = _locked_step(actor, step_id)
    db.session.execute(delete(PathStep).where(PathStep.id == step.id))
    return version


def list_path_problems(version: PathVersion) -> list[str]:
    """What keeps a draft from being published, one sentence each."""
    return [] if _steps(version) else [_("Add at least one course.")]


def publish_path(
    actor: Actor, version_id: UUID, *, asks_again: bool = False, again_by: date | None = None
) -> PathVersion:
    """Publish a draft: from now on it never changes, and who is on the path goes on with it.

    Who completed an earlier version keeps that; with `asks_again` they are asked to complete what this
    one asks for beyond it, by `again_by`. Raises NotFound, Conflict where it is published already,
    DomainError where something is missing or the date lies in the past.
    """
    version = lock_path_draft(actor, version_id)
    problems = list_path_problems(version)
    if problems:
        raise DomainError(" ".join(problems))
    if asks_again and again_by is not None and again_by < today_of(actor):
        message = _("The date lies in the past.")
        raise DomainError(message, {"again_by": message})
    version.status, version.published_at = VersionStatus.PUBLISHED, clock.now()
    version.asks_again = asks_again and version.number > 1
    version.again_by = again_by if version.asks_again else None
    path = db.session.get_one(LearningPath, version.path_id)
    path.title = version.title
    db.session.flush()
    record(
        actor,
        "path_version.published",
        version,
        facts={
            "path": path.public_id,
            "number": version.number,
            "asks_again": version.asks_again,
            "again_by": version.again_by,
        },
    )
    return version


def start_new_path_version(actor: Actor, path_id: UUID) -> PathVersion:
    """Copy a path's newest version into a draft and return it; the draft there is, where there is one.

    Raises NotFound.
    """
    require(actor, P.COURSE_EDIT)
    path = get_path(actor, path_id)
    db.session.execute(select(LearningPath.id).where(LearningPath.id == path.id).with_for_update())
    source = list_path_versions(actor, path.id)[0]
    if source.status is VersionStatus.DRAFT:
        return source
    draft = PathVersion(
        vendor_id=actor.vendor_id,
        path_id=path.id,
        number=source.number + 1,
        title=source.title,
        summary=source.summary,
        is_in_order=source.is_in_order,
        accepts_placement=source.accepts_placement,
    )
    db.session.add(draft)
    db.session.flush()
    db.session.add_all(
        PathStep(
            vendor_id=actor.vendor_id,
            path_version_id=draft.id,
            course_id=step.course_id,
            position=step.position,
        )
        for step in _steps(source)
    )
    required = db.session.scalars(
        select(PathPrerequisite.required_path_id).where(PathPrerequisite.path_version_id == source.id)
    )
    db.session.add_all(
        PathPrerequisite(vendor_id=actor.vendor_id, path_version_id=draft.id, required_path_id=key)
        for key in list(required)
    )
    db.session.flush()
    record(actor, "path_version.started", draft, facts={"number": draft.number, "from": source.public_id})
    return draft


# -- parts -------------------------------------------------------------------------------------


def lock_path_draft(actor: Actor, version_id: UUID) -> PathVersion:
    """The draft, locked against being published meanwhile. Raises NotFound, Conflict if published."""
    version = get_path_version(actor, version_id)
    db.session.refresh(version, with_for_update=True)
    if version.status is not VersionStatus.DRAFT:
        raise Conflict(_("This version is published and does not change any more. Start a new version."))
    return version


def _locked_step(actor: Actor, step_id: UUID) -> tuple[PathStep, PathVersion]:
    row = db.session.execute(
        visible(select(PathStep, PathVersion.public_id), actor, P.COURSE_EDIT)
        .join(PathVersion, PathVersion.id == PathStep.path_version_id)
        .where(PathStep.public_id == step_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], lock_path_draft(actor, row[1])


def _steps(version: PathVersion) -> list[PathStep]:
    return list(
        db.session.scalars(
            select(PathStep)
            .where(PathStep.path_version_id == version.id)
            .order_by(PathStep.position, PathStep.id)
            .execution_options(populate_existing=True)
        )
    )


def _require_paths(actor: Actor, version: PathVersion, path_ids: Sequence[UUID]) -> None:
    """Set the paths before this one. Raises NotFound, DomainError where they wait for it in turn."""
    wanted = set(path_ids)
    keys = set(
        db.session.scalars(
            visible(select(LearningPath.id), actor, P.COURSE_EDIT, LearningPath).where(
                LearningPath.public_id.in_(wanted)
            )
        )
    )
    if len(keys) < len(wanted):
        raise NotFound
    if version.path_id in _with_all_before(keys):
        message = _("A path cannot wait for itself: one of these waits for this path.")
        raise DomainError(message, {"required": message})
    db.session.execute(delete(PathPrerequisite).where(PathPrerequisite.path_version_id == version.id))
    db.session.add_all(
        PathPrerequisite(vendor_id=actor.vendor_id, path_version_id=version.id, required_path_id=key)
        for key in sorted(keys)
    )
    db.session.flush()


def _with_all_before(path_keys: set[int]) -> set[int]:
    """The paths and everything that any newest version of them waits for, directly or not."""
    newest = (
        select(PathVersion.path_id, func.max(PathVersion.number).label("number"))
        .group_by(PathVersion.path_id)
        .subquery()
    )
    before: dict[int, set[int]] = {}
    for path_key, required in db.session.execute(
        select(PathVersion.path_id, PathPrerequisite.required_path_id)
        .join(PathPrerequisite, PathPrerequisite.path_version_id == PathVersion.id)
        .join(newest, (newest.c.path_id == PathVersion.path_id) & (newest.c.number == PathVersion.number))
    ):
        before.setdefault(path_key, set()).add(required)
    found, waiting = set(path_keys), list(path_keys)
    while waiting:
        fresh = before.get(waiting.pop(), set()) - found
        found |= fresh
        waiting += fresh
    return found
