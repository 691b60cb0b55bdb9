"""Opening a package: a session of its own, and a token for its files that ends when nobody renews it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select

from prm.access import Actor, visible
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.permissions import P
from prm.training.models import Lesson, LessonKind
from prm.training.models.content import (
    ContentPackage,
    Edition,
    ItemState,
    LessonPackage,
    PackageLaunch,
    PackageProgress,
)
from prm.training.origin import is_configured, make_token, origin_for
from prm.training.queries.content import (
    find_package_progress,
    get_lesson_package,
    list_item_states,
    organization_of,
    state_word,
)
from prm.training.queries.courses import get_lesson
from prm.training.services.learning import begin, lock_enrolment

# How long files are served after the player was last seen; it renews every five minutes.
LIFE = timedelta(minutes=20)
# However often it is renewed: a player left open over night asks to be opened anew.
LONGEST = timedelta(hours=14)


@dataclass(frozen=True)
class Launched:
    """What the page needs to run a package: where, and what the player is told."""

    launch: PackageLaunch
    origin: str
    url: str
    start: dict[str, Any]


def launch_package(actor: Actor, enrolment_id: UUID, lesson_id: UUID) -> Launched:
    """Open a package for its learner: a new session, which alone saves from now on.

    Raises NotFound where the enrolment is not the person's or the lesson is no package of it.
    """
    enrolment = lock_enrolment(actor, enrolment_id)
    lesson = db.session.scalars(
        select(Lesson).where(
            Lesson.public_id == lesson_id,
            Lesson.course_version_id == enrolment.course_version_id,
            Lesson.kind == LessonKind.PACKAGE,
        )
    ).one_or_none()
    if lesson is None:
        raise NotFound
    link, package = get_lesson_package(lesson.id)
    _refuse_without_origin()
    begin(enrolment)
    enrolment.current_lesson_id = lesson.id
    progress = find_package_progress(enrolment.id, lesson.id)
    if progress is None:
        progress = PackageProgress(
            vendor_id=enrolment.vendor_id,
            enrolment_id=enrolment.id,
            lesson_id=lesson.id,
            package_id=package.id,
            session=0,
            sequence=0,
            started_at=clock.now(),
        )
        db.session.add(progress)
    progress.session += 1
    progress.sequence = 0
    db.session.flush()
    launch = _open(actor, lesson, package, enrolment_id=enrolment.id, session=progress.session)
    states = list_item_states(enrolment.id, lesson.id)
    return _launched(actor, launch, link, package, progress, states)


def launch_preview(actor: Actor, lesson_id: UUID) -> Launched:
    """Open a package for who writes the course: nothing that it reports is kept. Raises NotFound."""
    lesson = get_lesson(actor, lesson_id)
    if lesson.kind is not LessonKind.PACKAGE:
        raise NotFound
    link, package = get_lesson_package(lesson.id)
    _refuse_without_origin()
    launch = _open(actor, lesson, package, enrolment_id=None, session=0)
    return _launched(actor, launch, link, package, None, [])


def renew_launch(actor: Actor, launch_id: UUID) -> PackageLaunch:
    """Let the files of an open package be served for another while.

    Raises NotFound, Conflict where it ended: the player must be opened anew.
    """
    launch = get_launch(actor, launch_id)
    now = clock.now()
    if now >= launch.expires_at or now - launch.launched_at >= LONGEST:
        raise Conflict(_("This was open for too long without a sign of you. Reload the page to go on."))
    launch.expires_at = min(now + LIFE, launch.launched_at + LONGEST)
    db.session.flush()
    return launch


def get_launch(actor: Actor, launch_id: UUID) -> PackageLaunch:
    """The person's own launch. Raises NotFound."""
    launch = db.session.scalars(
        visible(select(PackageLaunch), actor, P.COURSE_TAKE).where(PackageLaunch.public_id == launch_id)
    ).one_or_none()
    if launch is None:
        raise NotFound
    return launch


def _refuse_without_origin() -> None:
    if not is_configured():
        raise DomainError(
            _("Packages cannot be opened yet: who runs this portal has to set CONTENT_URL first.")
        )


def _open(
    actor: Actor, lesson: Lesson, package: ContentPackage, *, enrolment_id: int | None, session: int
) -> PackageLaunch:
    if actor.user_id is None:
        raise NotFound
    now = clock.now()
    db.session.execute(
        delete(PackageLaunch).where(
            PackageLaunch.user_id == actor.user_id, PackageLaunch.launched_at < now - 2 * LONGEST
        )
    )
    launch = PackageLaunch(
        vendor_id=actor.vendor_id,
        package_id=package.id,
        lesson_id=lesson.id,
        enrolment_id=enrolment_id,
        user_id=actor.user_id,
        session=session,
        launched_at=now,
        expires_at=now + LIFE,
    )
    db.session.add(launch)
    db.session.flush()
    return launch


def _launched(
    actor: Actor,
    launch: PackageLaunch,
    link: LessonPackage,
    package: ContentPackage,
    progress: PackageProgress | None,
    states: list[ItemState],
) -> Launched:
    origin = origin_for(package.public_id)
    start = {
        "edition": "2004" if package.edition is not Edition.SCORM_12 else "1.2",
        "title": package.title,
        "organization": organization_of(link, package),
        "mode": "browse" if progress is None else "normal",
        "learner": {"id": str(actor.user_public_id), "name": actor.name},
        "current": progress.current_item if progress else None,
        "sequencing": progress.sequencing if progress else None,
        "items": {
            state.item: {
                "cmi": state.cmi,
                "seconds": state.seconds + state.session_seconds,
                "state": state_word(state.completion, state.success),
            }
            for state in states
        },
    }
    return Launched(launch, origin, f"{origin}/c/{make_token(launch)}/", start)
