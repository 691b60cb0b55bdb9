"""Tables of content that is not text: packages, videos, files, links, and what learners did with them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table


class Edition(StrEnum):
    """Which SCORM a package is written to."""

    SCORM_12 = "scorm_12"
    SCORM_2004_2 = "scorm_2004_2"
    SCORM_2004_3 = "scorm_2004_3"
    SCORM_2004_4 = "scorm_2004_4"

    @property
    def is_2004(self) -> bool:
        return self is not Edition.SCORM_12


class CompletionState(StrEnum):
    UNKNOWN = "unknown"
    NOT_ATTEMPTED = "not_attempted"
    INCOMPLETE = "incomplete"
    COMPLETED = "completed"


class SuccessState(StrEnum):
    UNKNOWN = "unknown"
    PASSED = "passed"
    FAILED = "failed"


class ContentPackage(Keyed, VendorOwned, db.Model):
    """A package as it was imported; it never changes.

    `outline` is what its manifest says (prm/training/scorm/manifest.py), as plain values. `size` is
    that of all files in bytes. The zip itself is not kept: its files are.
    """

    __tablename__ = "content_package"
    __table_args__ = tenant_table(CheckConstraint("size >= 0", name="size"))

    title: Mapped[str] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(200))
    edition: Mapped[Edition] = enum_column(Edition)
    outline: Mapped[dict[str, Any]] = mapped_column(JSON)
    files: Mapped[int]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    imported_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PackageFile(Keyed, VendorOwned, db.Model):
    """A file of a package. `path_folded` finds it however its letters' case is written."""

    __tablename__ = "package_file"
    __table_args__ = tenant_table(
        tenant_key("package_id", "content_package"),
        tenant_key("file_id", "stored_file"),
        UniqueConstraint("package_id", "path_folded"),
    )

    package_id: Mapped[int]
    path: Mapped[str] = mapped_column(String(400))
    path_folded: Mapped[str] = mapped_column(String(800))
    file_id: Mapped[int]


class LessonPackage(Keyed, VendorOwned, db.Model):
    """The package of a lesson, which of its organizations is run, and whether its score is the course's."""

    __tablename__ = "lesson_package"
    __table_args__ = tenant_table(
        tenant_key("lesson_id", "lesson"),
        tenant_key("package_id", "content_package"),
        UniqueConstraint("lesson_id"),
    )

    lesson_id: Mapped[int]
    package_id: Mapped[int]
    organization: Mapped[int] = mapped_column(default=0)  # its place in the outline
    score_counts: Mapped[bool] = mapped_column(default=False)


class LessonVideo(Keyed, VendorOwned, db.Model):
    """The video of a lesson. `threshold_percent` of its length must have been watched."""

    __tablename__ = "lesson_video"
    __table_args__ = tenant_table(
        tenant_key("lesson_id", "lesson"),
        tenant_key("file_id", "stored_file"),
        UniqueConstraint("lesson_id"),
        CheckConstraint("threshold_percent BETWEEN 1 AND 100", name="threshold_percent"),
        CheckConstraint("milliseconds > 0", name="milliseconds"),
    )

    lesson_id: Mapped[int]
    file_id: Mapped[int]
    milliseconds: Mapped[int]
    threshold_percent: Mapped[int] = mapped_column(default=90)
    transcript: Mapped[str] = mapped_column(default="")  # Markdown


class VideoCaptions(Keyed, VendorOwned, db.Model):
    """Captions of a video (WebVTT) in one language."""

    __tablename__ = "video_captions"
    __table_args__ = tenant_table(
        tenant_key("lesson_id", "lesson"),
        tenant_key("file_id", "stored_file"),
        UniqueConstraint("lesson_id", "language"),
    )

    lesson_id: Mapped[int]
    language: Mapped[str] = mapped_column(String(12))
    file_id: Mapped[int]


class LessonFile(Keyed, VendorOwned, db.Model):
    """The file of a lesson, to be downloaded."""

    __tablename__ = "lesson_file"
    __table_args__ = tenant_table(
        tenant_key("lesson_id", "lesson"), tenant_key("file_id", "stored_file"), UniqueConstraint("lesson_id")
    )

    lesson_id: Mapped[int]
    file_id: Mapped[int]


class LessonLink(Keyed, VendorOwned, db.Model):
    """Where a lesson leads: an https or http address."""

    __tablename__ = "lesson_link"
    __table_args__ = tenant_table(tenant_key("lesson_id", "lesson"), UniqueConstraint("lesson_id"))

    lesson_id: Mapped[int]
    url: Mapped[str] = mapped_column(String(2000))


# -- what learners did -------------------------------------------------------------------------


class PackageLaunch(Keyed, VendorOwned, db.Model):
    """Somebody has a package open: what the token in the path of its files stands for.

    `session` numbers the launches of an enrolment's lesson; only the newest one saves. A preview of an
    author has no enrolment and saves nothing. `expires_at` is put off while the player is open.
    """

    __tablename__ = "package_launch"
    __table_args__ = tenant_table(
        tenant_key("package_id", "content_package"),
        tenant_key("lesson_id", "lesson"),
        tenant_key("enrolment_id", "enrolment"),
        Index("ix_package_launch_vendor_user", "vendor_id", "user_id"),
    )
    reach_self = "user_id"

    package_id: Mapped[int]
    lesson_id: Mapped[int]
    enrolment_id: Mapped[int | None]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    session: Mapped[int]
    launched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PackageProgress(Keyed, VendorOwned, db.Model):
    """Where an enrolment stands in a package: rolled up over its items.

    `score_percent` null: none reported. `sequencing` is the state of the activity tree, the content's
    own and never read by us but for its size. `session` is the newest launch's number, `sequence` the
    newest commit's within it.
    """

    __tablename__ = "package_progress"
    __table_args__ = tenant_table(
        tenant_key("enrolment_id", "enrolment"),
        tenant_key("lesson_id", "lesson"),
        tenant_key("package_id", "content_package"),
        UniqueConstraint("enrolment_id", "lesson_id"),
    )

    enrolment_id: Mapped[int]
    lesson_id: Mapped[int]
    package_id: Mapped[int]
    completion: Mapped[CompletionState] = enum_column(CompletionState, default=CompletionState.NOT_ATTEMPTED)
    success: Mapped[SuccessState] = enum_column(SuccessState, default=SuccessState.UNKNOWN)
    score_percent: Mapped[int | None]
    seconds: Mapped[int] = mapped_column(default=0)
    current_item: Mapped[str | None] = mapped_column(String(400))
    sequencing: Mapped[str | None]
    session: Mapped[int] = mapped_column(default=0)
    sequence: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ItemState(Keyed, VendorOwned, db.Model):
    """What one item of a package has saved for an enrolment.

    `cmi` is the run-time data as the content wrote them: text of strangers, shown as text only.
    `session_seconds` is the time of `session`, `seconds` that of the sessions before it.
    """

    __tablename__ = "item_state"
    __table_args__ = tenant_table(
        tenant_key("enrolment_id", "enrolment"),
        tenant_key("lesson_id", "lesson"),
        UniqueConstraint("enrolment_id", "lesson_id", "item"),
    )

    enrolment_id: Mapped[int]
    lesson_id: Mapped[int]
    item: Mapped[str] = mapped_column(String(400))
    cmi: Mapped[dict[str, Any]] = mapped_column(JSON)
    completion: Mapped[CompletionState] = enum_column(CompletionState, default=CompletionState.NOT_ATTEMPTED)
    success: Mapped[SuccessState] = enum_column(SuccessState, default=SuccessState.UNKNOWN)
    score_scaled: Mapped[int | None]  # ten-thousandths
    session: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[int] = mapped_column(default=0)
    session_seconds: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ItemInteraction(Keyed, VendorOwned, db.Model):
    """A question that the content asked and what was answered, as the content wrote it.

    One for each session and place in it: what a later session asks is added, never written over.
    """

    __tablename__ = "item_interaction"
    __table_args__ = tenant_table(
        tenant_key("state_id", "item_state"), UniqueConstraint("state_id", "session", "place")
    )

    state_id: Mapped[int]
    session: Mapped[int]
    place: Mapped[int]
    stated: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class VideoProgress(Keyed, VendorOwned, db.Model):
    """What of a video was watched: `watched` is a union of [from, to) in milliseconds, ordered."""

    __tablename__ = "video_progress"
    __table_args__ = tenant_table(
        tenant_key("enrolment_id", "enrolment"),
        tenant_key("lesson_id", "lesson"),
        UniqueConstraint("enrolment_id", "lesson_id"),
    )

    enrolment_id: Mapped[int]
    lesson_id: Mapped[int]
    watched: Mapped[list[list[int]]] = mapped_column(JSON, default=list)
    watched_milliseconds: Mapped[int] = mapped_column(default=0)
    position_milliseconds: Mapped[int] = mapped_column(default=0)
    allowance_milliseconds: Mapped[int] = mapped_column(default=0)
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
