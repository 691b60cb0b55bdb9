"""What every change of a draft shares: its lock, its text, its order."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor, visible
from prm.accounts.models import JobFunction
from prm.errors import Conflict, NotFound
from prm.extensions import db
from prm.permissions import P
from prm.training.models import CourseVersion, Lesson, Question, SkillLevel, VersionStatus
from prm.training.models.assessment import QuizDraw
from prm.training.models.sessions import TrainingSession
from prm.training.models.versioned import Taught, TaughtVersion
from prm.training.wording import at_most, clean_line, clean_text, need

__all__ = [
    "at_most",
    "check_revision",
    "clean_line",
    "clean_text",
    "describe",
    "lock_draft",
    "lock_draft_of",
    "need",
    "next_position",
    "swap",
]


def lock_draft(actor: Actor, version_id: UUID) -> CourseVersion:
    """The draft, locked against being published meanwhile. Raises NotFound, Conflict if published."""
    return _locked(actor, CourseVersion.public_id == version_id)


def lock_draft_of(actor: Actor, part: Lesson | Question | QuizDraw) -> CourseVersion:
    """The same for the draft that a lesson or question stands in."""
    return _locked(actor, CourseVersion.id == part.course_version_id)


def _locked(actor: Actor, criterion: object) -> CourseVersion:
    version = db.session.scalars(
        visible(select(CourseVersion), actor, P.COURSE_EDIT)
        .where(criterion)  # type: ignore[arg-type]
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if version is None:
        raise NotFound
    if version.status is not VersionStatus.DRAFT:
        raise Conflict(_("This version is published and does not change any more. Start a new version."))
    return version


def describe(
    taught: Taught,
    version: TaughtVersion,
    title: str,
    summary: str,
    skill_level: SkillLevel,
    job_functions: Sequence[JobFunction],
) -> None:
    """Say what a draft is about. Level and functions are of all versions and apply at once.

    Raises DomainError without a title.
    """
    version.title = need(clean_line(title), "title", _("Enter a title."), 200)
    version.summary = at_most(clean_text(summary).strip(), "summary", 1000)
    if version.number == 1:
        taught.title = version.title
    taught.skill_level = skill_level
    taught.job_functions = [JobFunction(each).value for each in job_functions]


def check_revision(row: TaughtVersion | Lesson | Question | TrainingSession, revision: int) -> None:
    """Raises Conflict where somebody else saved since the person opened the page.

    The lock of the draft, or of the date, is held: nobody saves between this check and what follows it.
    """
    if row.revision != revision:
        raise Conflict(
            _("Somebody else saved this while you were writing. Compare both texts, then save again.")
        )


def next_position(parts: Sequence[Lesson] | Sequence[Question] | Sequence[QuizDraw]) -> int:
    return max((part.position for part in parts), default=0) + 1


def swap(
    parts: Sequence[Lesson] | Sequence[Question] | Sequence[QuizDraw], moved_key: int, step: int
) -> bool:
    """Exchange one of the ordered parts with its neighbour; False where there is none."""
    index = next(i for i, part in enumerate(parts) if part.id == moved_key)
    if not 0 <= index + step < len(parts):
        return False
    one, other = parts[index], parts[index + step]
    one.position, other.position = other.position, one.position
    return True
