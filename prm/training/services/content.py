"""Lessons that are a video, a file or a link."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlsplit
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select

from prm.access import Actor, require
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock, storage
from prm.infra.markdown import MAX_TEXT
from prm.infra.uploads import check_upload
from prm.permissions import P
from prm.training.models import Lesson, LessonKind
from prm.training.models.content import (
    LessonFile,
    LessonLink,
    LessonVideo,
    VideoCaptions,
)
from prm.training.queries.courses import get_lesson
from prm.training.services import drafts
from prm.training.services.authoring import append_lesson, change_lesson
from prm.training.videos import read_captions, read_video
from prm.vendors.models import StoredFile, Vendor

MAX_VIDEO = 512 * 1024 * 1024
_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?$")


@dataclass(frozen=True)
class KeptFile:
    """A file in the store that no row names yet. `milliseconds` is a video's length."""

    key: str
    sha256: str
    size: int
    media_type: str
    name: str
    milliseconds: int = 0


def keep_video(actor: Actor, stream: IO[bytes], name: str) -> KeptFile:
    """Check a video and put it into the store. Raises DomainError (field "file") for what is none."""
    require(actor, P.COURSE_EDIT)
    size = stream.seek(0, 2)
    if size > MAX_VIDEO:
        message = _("The video is larger than %(size)s MB.", size=MAX_VIDEO // 1024**2)
        raise DomainError(message, {"file": message})
    media_type, milliseconds = read_video(stream, size)
    stream.seek(0)
    kept = _keep(actor, stream.read(), name or "video", media_type)
    return KeptFile(kept.key, kept.sha256, kept.size, media_type, kept.name, milliseconds)


def keep_file(actor: Actor, content: bytes, name: str) -> KeptFile:
    """Check a file and put it into the store. Raises DomainError (field "file")."""
    require(actor, P.COURSE_EDIT)
    upload = check_upload(name, content)
    return _keep(actor, content, upload.name, upload.media_type)


def _keep(actor: Actor, content: bytes, name: str, media_type: str) -> KeptFile:
    vendor = db.session.get(Vendor, actor.vendor_id)
    assert vendor is not None
    key, digest = storage.put(str(vendor.public_id), content)
    plain = drafts.clean_line(name.replace("\\", "/").rpartition("/")[2])
    return KeptFile(key, digest, len(content), media_type, plain[-200:] or "file")


def _stored(actor: Actor, kept: KeptFile) -> StoredFile:
    row = StoredFile(
        vendor_id=actor.vendor_id,
        key=kept.key,
        sha256=kept.sha256,
        size=kept.size,
        media_type=kept.media_type,
        name=kept.name,
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    return row


# -- videos ------------------------------------------------------------------------------------


def add_video(
    actor: Actor,
    version_id: UUID,
    kept: KeptFile,
    *,
    title: str,
    body: str = "",
    minutes: int | None = None,
    threshold_percent: int = 90,
    transcript: str = "",
    captions: Mapping[str, bytes] | None = None,
) -> Lesson:
    """Add a video at the end of a draft. `captions` are WebVTT by language; `threshold_percent` of the
    video must be watched. Raises NotFound, Conflict, DomainError."""
    minutes = minutes if minutes is not None else max(1, round(kept.milliseconds / 60_000))
    lesson = append_lesson(
        actor, version_id, kind=LessonKind.VIDEO, title=title, body=body, minutes=min(minutes, 1000)
    )
    video = LessonVideo(
        vendor_id=actor.vendor_id,
        lesson_id=lesson.id,
        file_id=_stored(actor, kept).id,
        milliseconds=kept.milliseconds,
    )
    _set_up(video, threshold_percent, transcript)
    db.session.add(video)
    _set_captions(actor, lesson, captions or {})
    db.session.flush()
    return lesson


def edit_video(
    actor: Actor,
    lesson_id: UUID,
    *,
    revision: int,
    title: str,
    body: str,
    minutes: int | None,
    threshold_percent: int,
    transcript: str,
    captions: Mapping[str, bytes] | None = None,
    dropped_captions: Sequence[str] = (),
    kept: KeptFile | None = None,
) -> Lesson:
    """Change a draft's video lesson; `captions` add or replace, `dropped_captions` names languages."""
    lesson = get_lesson(actor, lesson_id)
    change_lesson(actor, lesson, revision=revision, title=title, body=body, minutes=minutes)
    video = db.session.scalars(select(LessonVideo).where(LessonVideo.lesson_id == lesson.id)).one()
    if kept is not None:
        video.file_id, video.milliseconds = _stored(actor, kept).id, kept.milliseconds
    _set_up(video, threshold_percent, transcript)
    db.session.execute(
        delete(VideoCaptions).where(
            VideoCaptions.lesson_id == lesson.id, VideoCaptions.language.in_(list(dropped_captions))
        )
    )
    _set_captions(actor, lesson, captions or {})
    db.session.flush()
    return lesson


def _set_up(video: LessonVideo, threshold_percent: int, transcript: str) -> None:
    if not 1 <= threshold_percent <= 100:
        message = _("Ask for between 1 and 100 percent of the video.")
        raise DomainError(message, {"threshold_percent": message})
    video.threshold_percent = threshold_percent
    video.transcript = drafts.at_most(drafts.clean_text(transcript), "transcript", MAX_TEXT)


def _set_captions(actor: Actor, lesson: Lesson, captions: Mapping[str, bytes]) -> None:
    for language, content in captions.items():
        if not _LANGUAGE.match(language):
            message = _("Name the language of the captions by its code, such as en or de.")
            raise DomainError(message, {"language": message})
        kept = _keep(actor, read_captions(content).encode(), f"{language}.vtt", "text/vtt")
        db.session.execute(
            delete(VideoCaptions).where(
                VideoCaptions.lesson_id == lesson.id, VideoCaptions.language == language
            )
        )
        db.session.add(
            VideoCaptions(
                vendor_id=actor.vendor_id,
                lesson_id=lesson.id,
                language=language,
                file_id=_stored(actor, kept).id,
            )
        )


# -- files and links ---------------------------------------------------------------------------


def add_file(
    actor: Actor, version_id: UUID, kept: KeptFile, *, title: str, body: str = "", minutes: int | None = None
) -> Lesson:
    """Add a file to download at the end of a draft. Raises NotFound, Conflict, DomainError."""
    lesson = append_lesson(actor, version_id, kind=LessonKind.FILE, title=title, body=body, minutes=minutes)
    stored = _stored(actor, kept)
    db.session.add(LessonFile(vendor_id=actor.vendor_id, lesson_id=lesson.id, file_id=stored.id))
    db.session.flush()
    return lesson


def edit_file(
    actor: Actor,
    lesson_id: UUID,
    *,
    revision: int,
    title: str,
    body: str,
    minutes: int | None,
    kept: KeptFile | None = None,
) -> Lesson:
    lesson = get_lesson(actor, lesson_id)
    change_lesson(actor, lesson, revision=revision, title=title, body=body, minutes=minutes)
    if kept is not None:
        row = db.session.scalars(select(LessonFile).where(LessonFile.lesson_id == lesson.id)).one()
        row.file_id = _stored(actor, kept).id
    db.session.flush()
    return lesson


def add_link(
    actor: Actor, version_id: UUID, *, url: str, title: str, body: str = "", minutes: int | None = None
) -> Lesson:
    """Add a link at the end of a draft. Raises NotFound, Conflict, DomainError (field "url")."""
    address = check_address(url)
    lesson = append_lesson(actor, version_id, kind=LessonKind.LINK, title=title, body=body, minutes=minutes)
    db.session.add(LessonLink(vendor_id=actor.vendor_id, lesson_id=lesson.id, url=address))
    db.session.flush()
    return lesson


def edit_link(
    actor: Actor, lesson_id: UUID, *, revision: int, title: str, body: str, minutes: int | None, url: str
) -> Lesson:
    address = check_address(url)
    lesson = get_lesson(actor, lesson_id)
    change_lesson(actor, lesson, revision=revision, title=title, body=body, minutes=minutes)
    row = db.session.scalars(select(LessonLink).where(LessonLink.lesson_id == lesson.id)).one()
    row.url = address
    db.session.flush()
    return lesson


def check_address(url: str) -> str:
    """A web address of another site. Raises DomainError (field "url") for anything else."""
    text = drafts.clean_line(url)
    try:
        parts = urlsplit(text)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        is_good = False
    if not is_good or " " in text or "\\" in text or len(text) > 2000:
        message = _("Enter a web address such as https://example.com/page.")
        raise DomainError(message, {"url": message})
    return text
