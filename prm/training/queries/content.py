"""Packages, videos, files and links: what lessons are made of, and how far somebody is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from prm.access import Actor, visible
from prm.errors import NotFound
from prm.extensions import db
from prm.infra.zipfiles import fold
from prm.permissions import P
from prm.training.models import CourseVersion, Enrolment, Lesson, LessonKind, VersionStatus
from prm.training.models.content import (
    CompletionState,
    ContentPackage,
    ItemState,
    LessonFile,
    LessonLink,
    LessonPackage,
    LessonVideo,
    PackageFile,
    PackageLaunch,
    PackageProgress,
    SuccessState,
    VideoCaptions,
    VideoProgress,
)
from prm.vendors.models import StoredFile


@dataclass(frozen=True)
class TocRow:
    """A line of a package's table of contents. `state` is a key of labels.ITEM_STATES."""

    identifier: str
    title: str
    depth: int
    opens: bool
    state: str


@dataclass(frozen=True)
class VideoShown:
    """What a page needs to show a video; `captions` are their languages."""

    media_type: str
    milliseconds: int
    threshold_percent: int
    transcript: str
    captions: tuple[str, ...]


@dataclass(frozen=True)
class PackageRecord:
    """Where somebody stands in a package, for who may see their progress."""

    enrolment_key: int
    title: str
    completion: CompletionState
    success: SuccessState
    score_percent: int | None
    seconds: int
    saved_at: datetime | None


# -- packages ----------------------------------------------------------------------------------


def get_lesson_package(lesson_key: int) -> tuple[LessonPackage, ContentPackage]:
    """The package of a lesson (by key). The caller made sure that the lesson may be seen."""
    row = db.session.execute(
        select(LessonPackage, ContentPackage)
        .join(ContentPackage, ContentPackage.id == LessonPackage.package_id)
        .where(LessonPackage.lesson_id == lesson_key)
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def organization_of(link: LessonPackage, package: ContentPackage) -> dict[str, Any]:
    """The organization of the outline that a lesson runs."""
    found: dict[str, Any] = package.outline["organizations"][link.organization]
    return found


def counts_packages(version_key: int) -> bool:
    """Whether the score of a package is the test of a version."""
    return (
        db.session.execute(
            select(func.count(LessonPackage.id))
            .join(Lesson, Lesson.id == LessonPackage.lesson_id)
            .where(Lesson.course_version_id == version_key, LessonPackage.score_counts)
        ).scalar_one()
        > 0
    )


def find_package_score(enrolment: Enrolment) -> int | None:
    """The mean of the scores that count as the course's test, rounded down; None where none does."""
    found = db.session.scalars(
        select(PackageProgress.score_percent)
        .join(LessonPackage, LessonPackage.lesson_id == PackageProgress.lesson_id)
        .where(
            PackageProgress.enrolment_id == enrolment.id,
            LessonPackage.score_counts,
            PackageProgress.score_percent.is_not(None),
        )
    ).all()
    scores = [score for score in found if score is not None]
    return sum(scores) // len(scores) if scores else None


def find_package_progress(enrolment_key: int, lesson_key: int) -> PackageProgress | None:
    return db.session.scalars(
        select(PackageProgress).where(
            PackageProgress.enrolment_id == enrolment_key, PackageProgress.lesson_id == lesson_key
        )
    ).one_or_none()


def list_item_states(enrolment_key: int, lesson_key: int) -> list[ItemState]:
    return list(
        db.session.scalars(
            select(ItemState).where(
                ItemState.enrolment_id == enrolment_key, ItemState.lesson_id == lesson_key
            )
        )
    )


def state_word(completion: CompletionState, success: SuccessState) -> str:
    """A key of labels.ITEM_STATES."""
    if success is not SuccessState.UNKNOWN:
        return success.value
    if completion is CompletionState.UNKNOWN:
        return CompletionState.INCOMPLETE.value
    return completion.value


def list_toc(organization: dict[str, Any], states: Sequence[ItemState] = ()) -> list[TocRow]:
    """The visible items of an organization in order, each with where the person stands in it."""
    words = {state.item: state_word(state.completion, state.success) for state in states}
    rows: list[TocRow] = []

    def add(items: Sequence[dict[str, Any]], depth: int) -> None:
        for item in items:
            if item.get("is_visible", True):
                word = words.get(item["identifier"], CompletionState.NOT_ATTEMPTED.value)
                rows.append(TocRow(item["identifier"], item["title"], depth, bool(item.get("href")), word))
            add(item.get("items", ()), depth + 1)

    add(organization["items"], 0)
    return rows


def list_package_records(enrolment_keys: Sequence[int]) -> dict[int, list[PackageRecord]]:
    """How enrolments (by key) stand in their packages. The caller made sure of the reach."""
    found: dict[int, list[PackageRecord]] = {key: [] for key in enrolment_keys}
    rows = db.session.execute(
        select(PackageProgress, Lesson.title)
        .join(Lesson, Lesson.id == PackageProgress.lesson_id)
        .where(PackageProgress.enrolment_id.in_(enrolment_keys))
        .order_by(Lesson.position, Lesson.id)
    )
    for progress, title in rows:
        found[progress.enrolment_id].append(
            PackageRecord(
                progress.enrolment_id, title, progress.completion, progress.success,
                progress.score_percent, progress.seconds, progress.saved_at,
            )
        )  # fmt: skip
    return found


# -- what the content host serves --------------------------------------------------------------


def find_launch(launch_id: UUID) -> PackageLaunch | None:
    """A launch by its id, which only the token in the path says. For the content host."""
    return db.session.scalars(select(PackageLaunch).where(PackageLaunch.public_id == launch_id)).one_or_none()


def find_package_file(package_key: int, path: str) -> StoredFile | None:
    """A file of a package by its path, whatever the case of its letters."""
    return db.session.scalars(
        select(StoredFile)
        .join(PackageFile, PackageFile.file_id == StoredFile.id)
        .where(PackageFile.package_id == package_key, PackageFile.path_folded == fold(path))
    ).one_or_none()


def get_package_label(package_key: int) -> UUID:
    """The public id of a package: its label in the content host's name."""
    return db.session.scalars(select(ContentPackage.public_id).where(ContentPackage.id == package_key)).one()


# -- lessons that somebody may open ------------------------------------------------------------


def get_open_lesson(actor: Actor, lesson_id: UUID, kind: LessonKind) -> Lesson:
    """A lesson of this kind in a version that the person takes, or may write. Raises NotFound."""
    taken = visible(select(Enrolment.course_version_id), actor, P.COURSE_TAKE, Enrolment)
    # Nobody but authors sees a draft, not even who is enrolled in it by mistake.
    may_read: list[Any] = [
        and_(Lesson.course_version_id.in_(taken), CourseVersion.status == VersionStatus.PUBLISHED)
    ]
    if actor.can(P.COURSE_EDIT):
        may_read.append(Lesson.id.is_not(None))
    lesson = db.session.scalars(
        select(Lesson)
        .join(CourseVersion, CourseVersion.id == Lesson.course_version_id)
        .where(
            Lesson.public_id == lesson_id,
            Lesson.kind == kind,
            or_(*may_read),
        )
    ).one_or_none()
    if lesson is None:
        raise NotFound
    return lesson


def get_video(lesson_key: int) -> VideoShown:
    """The video of a lesson (by key). Raises NotFound."""
    row = db.session.execute(
        select(LessonVideo, StoredFile.media_type)
        .join(StoredFile, StoredFile.id == LessonVideo.file_id)
        .where(LessonVideo.lesson_id == lesson_key)
    ).first()
    if row is None:
        raise NotFound
    languages = db.session.scalars(
        select(VideoCaptions.language).where(VideoCaptions.lesson_id == lesson_key).order_by(VideoCaptions.id)
    )
    video = row[0]
    return VideoShown(row[1], video.milliseconds, video.threshold_percent, video.transcript, tuple(languages))


def find_video_progress(enrolment_key: int, lesson_key: int) -> VideoProgress | None:
    return db.session.scalars(
        select(VideoProgress).where(
            VideoProgress.enrolment_id == enrolment_key, VideoProgress.lesson_id == lesson_key
        )
    ).one_or_none()


def get_video_file(lesson_key: int) -> StoredFile:
    return _file_of(LessonVideo, LessonVideo.lesson_id == lesson_key)


def get_captions_file(lesson_key: int, language: str) -> StoredFile:
    return _file_of(VideoCaptions, VideoCaptions.lesson_id == lesson_key, VideoCaptions.language == language)


def get_lesson_file(lesson_key: int) -> StoredFile:
    return _file_of(LessonFile, LessonFile.lesson_id == lesson_key)


def get_link(lesson_key: int) -> str:
    url = db.session.scalars(select(LessonLink.url).where(LessonLink.lesson_id == lesson_key)).one_or_none()
    if url is None:
        raise NotFound
    return url


def _file_of(model: Any, *criteria: Any) -> StoredFile:
    found: StoredFile | None = db.session.scalars(
        select(StoredFile).join(model, model.file_id == StoredFile.id).where(*criteria)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found
