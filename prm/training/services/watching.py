"""Watching videos: the share that was played counts, as far as the time that passed allows it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from prm.access import Actor
from prm.errors import NotFound
from prm.extensions import db
from prm.infra import clock
from prm.training.models import Lesson
from prm.training.models.content import LessonVideo, VideoProgress
from prm.training.queries.content import find_video_progress
from prm.training.services.learning import begin, finish_lesson, lock_enrolment
from prm.training.videos import MAX_SPANS, clip_spans, join_spans, length_of

# Players go up to twice the speed. The first report comes when there is something to report.
FASTEST = 2
HEAD_START = 20_000
# A report after a long silence says nothing of what happened meanwhile.
LONGEST_GAP = 15 * 60_000


def report_watched(
    actor: Actor, enrolment_id: UUID, lesson_id: UUID, spans: Sequence[Sequence[int]], position: int
) -> tuple[VideoProgress, bool]:
    """Add what was played ([from, to) in milliseconds) and remember the position; returns the progress
    and whether the lesson is done.

    What was played grows no faster than FASTEST times the clock here. Raises NotFound.
    """
    enrolment = lock_enrolment(actor, enrolment_id)
    row = db.session.execute(
        select(LessonVideo)
        .join(Lesson, Lesson.id == LessonVideo.lesson_id)
        .where(Lesson.public_id == lesson_id, Lesson.course_version_id == enrolment.course_version_id)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound
    begin(enrolment)
    enrolment.current_lesson_id = row.lesson_id
    now = clock.now()
    progress = find_video_progress(enrolment.id, row.lesson_id)
    if progress is None:
        progress = VideoProgress(
            vendor_id=enrolment.vendor_id,
            enrolment_id=enrolment.id,
            lesson_id=row.lesson_id,
            watched=[],
            watched_milliseconds=0,
            position_milliseconds=0,
            allowance_milliseconds=HEAD_START,
            reported_at=now,
        )
        db.session.add(progress)
    passed = min(LONGEST_GAP, int((now - progress.reported_at).total_seconds() * 1000))
    allowance = progress.allowance_milliseconds + max(0, passed) * FASTEST
    told = [
        (max(0, int(start)), min(row.milliseconds, int(end)))
        for start, end in (each for each in spans[:MAX_SPANS] if len(each) == 2)
    ]
    before = [(int(start), int(end)) for start, end in progress.watched]
    grown = length_of(join_spans(before, told)) - length_of(before)
    if grown > allowance:
        # What is new beyond the time that passed is left out, from the end.
        told, grown = _allowed(before, told, allowance)
    watched = join_spans(before, told)
    progress.watched = [list(each) for each in watched[:MAX_SPANS]]
    progress.watched_milliseconds = length_of(watched)
    # Time that was not used for watching is not saved up for a jump.
    progress.allowance_milliseconds = min(allowance - grown, HEAD_START)
    progress.position_milliseconds = max(0, min(row.milliseconds, int(position)))
    progress.reported_at = now
    db.session.flush()
    is_done = progress.watched_milliseconds * 100 >= row.milliseconds * row.threshold_percent
    if is_done:
        finish_lesson(actor, enrolment, row.lesson_id)
    return progress, is_done


def _allowed(
    before: Sequence[Sequence[int]], told: list[tuple[int, int]], allowance: int
) -> tuple[list[tuple[int, int]], int]:
    new: list[tuple[int, int]] = []
    for start, end in join_spans(told):
        place = start
        for known_start, known_end in before:
            if known_end <= place or known_start >= end:
                continue
            if known_start > place:
                new.append((place, known_start))
            place = max(place, known_end)
        if place < end:
            new.append((place, end))
    kept = clip_spans(new, allowance)
    return kept, length_of(kept)
