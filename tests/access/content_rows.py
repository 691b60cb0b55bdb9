"""Lessons that are not text, at one vendor, and what learners did with them."""

from __future__ import annotations

from datetime import timedelta

from prm.training.models import Enrolment, Lesson, LessonKind
from prm.training.models.content import (
    CompletionState,
    ContentPackage,
    Edition,
    ItemInteraction,
    ItemState,
    LessonFile,
    LessonLink,
    LessonPackage,
    LessonVideo,
    PackageFile,
    PackageLaunch,
    PackageProgress,
    VideoCaptions,
    VideoProgress,
)
from tests.access.filling import Filler
from tests.factories.packages import SCO_PAGE


def add_content(f: Filler, version_id: int, kind: str, prefix: str) -> None:
    """A lesson of each kind in a version: things `<prefix>package`, `<prefix>video`…"""
    words = f.say(kind)

    def lesson(position: int, of: LessonKind) -> Lesson:
        made = Lesson(
            course_version_id=version_id, position=position, kind=of, title=words, body="", minutes=2
        )
        row: Lesson = f.add(made, f"{prefix}{of.value}")
        return row

    page = f.file("one.html", SCO_PAGE.encode(), "text/html")
    item = {"identifier": "I1", "title": words, "href": "one.html", "is_sco": True, "items": []}
    package = f.add(
        ContentPackage(
            title=words, file_name=f"{words}.zip", edition=Edition.SCORM_12, files=1, size=page.size,
            sha256=page.sha256, imported_at=f.now,
            outline={"default": 0, "organizations": [
                {"identifier": "O", "title": words, "sequencing": {}, "items": [item]}]},
        ),
        f"{prefix}content_package",
    )  # fmt: skip
    f.add(PackageFile(package_id=package.id, path="one.html", path_folded="one.html", file_id=page.id))
    f.add(LessonPackage(lesson_id=lesson(11, LessonKind.PACKAGE).id, package_id=package.id))
    video = lesson(12, LessonKind.VIDEO)
    clip = f.file(f"{words}.mp4", b"\0\0\0\x18ftypisom" + words.encode(), "video/mp4")
    f.add(LessonVideo(lesson_id=video.id, file_id=clip.id, milliseconds=10_000, transcript=words))
    captions = f.file("en.vtt", f"WEBVTT\n\n00:00.000 --> 00:01.000\n{words}\n".encode(), "text/vtt")
    f.add(VideoCaptions(lesson_id=video.id, language="en", file_id=captions.id))
    sheet = f.file(f"{words}.pdf", b"%PDF-1.7 " + words.encode(), "application/pdf")
    f.add(LessonFile(lesson_id=lesson(13, LessonKind.FILE).id, file_id=sheet.id))
    link = f"https://example.com/{words}"
    f.add(LessonLink(lesson_id=lesson(14, LessonKind.LINK).id, url=link))


def open_package(f: Filler, key: str, enrolment: Enrolment) -> None:
    """Somebody has the published package open, and has watched a little: thing `<key>.launch`."""
    lesson, package = f.tenant.things["unasked_package"], f.tenant.things["unasked_content_package"]
    of = {"enrolment_id": enrolment.id, "lesson_id": lesson.id}
    f.add(PackageProgress(**of, package_id=package.id, session=1, started_at=f.now, saved_at=f.now))
    f.add(
        PackageLaunch(
            **of, package_id=package.id, user_id=f.tenant.people[key].id, session=1, launched_at=f.now,
            expires_at=f.now + timedelta(minutes=20),
        ),
        f"{key}.launch",
    )  # fmt: skip
    state = f.add(
        ItemState(
            **of, item="I1", cmi={"comments": key}, completion=CompletionState.INCOMPLETE, session=1,
            saved_at=f.now,
        )
    )  # fmt: skip
    f.add(ItemInteraction(state_id=state.id, session=1, place=0, stated={"id": "q"}, saved_at=f.now))
    f.add(
        VideoProgress(
            enrolment_id=enrolment.id, lesson_id=f.tenant.things["unasked_video"].id, watched=[[0, 1000]],
            watched_milliseconds=1000, position_milliseconds=1000, allowance_milliseconds=1000,
            reported_at=f.now,
        )
    )  # fmt: skip
