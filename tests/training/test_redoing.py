"""New versions by delta: who completed a course redoes what was changed materially, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.notifications.models import Kind, Notification
from prm.permissions import Role
from prm.training import services
from prm.training.models import Completion, CourseVersion, LessonProgress
from prm.training.models.changes import ChangeKind
from prm.training.queries import courses as courses_of
from prm.training.queries import learning
from prm.training.queries.changes import list_changed_lessons
from prm.training.queries.redoing import list_redo
from prm.training.services.redoing import Changes
from tests.factories.training import CourseRef, complete, do_lessons, enrol, make_course, submit
from tests.factories.world import UserRef, VendorRef, World

MATERIAL, EDITORIAL = ChangeKind.MATERIAL, ChangeKind.EDITORIAL


def change_and_publish(
    world: World,
    acme: VendorRef,
    course: CourseRef,
    edited: dict[int, ChangeKind],
    *,
    added: ChangeKind | None = None,
    quiz: ChangeKind = EDITORIAL,
    **asks: Any,
) -> CourseVersion:
    """Edit lessons (by place), add one perhaps, say what it means, publish."""
    with world.acting(acme) as actor, transaction():
        draft = services.start_new_version(actor, course.public_id)
        lessons = courses_of.list_lessons(actor, draft.id)
        said = {}
        for place, kind in edited.items():
            lesson = lessons[place]
            services.edit_lesson(
                actor, lesson.public_id, revision=lesson.revision, title=lesson.title,
                body=f"{lesson.body} Changed.", minutes=lesson.minutes,
            )  # fmt: skip
            said[lesson.public_id] = kind
        if added is not None:
            new = services.add_lesson(actor, draft.public_id, title="What is new", body="New.")
            said[new.public_id] = added
        return services.publish_version(
            actor, draft.public_id, changes=Changes(lessons=said, quiz=quiz, **asks)
        )


def redo_of(world: World, acme: VendorRef, user: UserRef, course: CourseRef) -> Any:
    with world.acting(acme):
        return list_redo([user.id], [course.id]).get((user.id, course.id))


def test_holders_redo_only_the_lessons_that_changed_materially_and_keep_what_they_had(world: World) -> None:
    acme = world.vendor()
    northwind = world.partnership(acme)
    ana, ben = (world.user(Role.PARTNER_MEMBER, partnership=northwind) for _ in range(2))
    course = make_course(world, acme, lessons=3)
    first = complete(world, acme, ana, course)
    enrol(world, acme, ben, course)  # at it: finishes the version they began
    until = clock.today("UTC") + timedelta(days=30)
    version = change_and_publish(
        world, acme, course, {0: EDITORIAL, 1: MATERIAL}, added=MATERIAL, redo_by=until
    )
    redo = redo_of(world, acme, ana, course)
    assert [title for _id, title in redo.lessons] == ["Installing Nimbus: part 2", "What is new"]
    assert (redo.version_key, redo.redo_by, redo.has_quiz) == (version.id, until, False)
    assert redo_of(world, acme, ben, course) is None
    with world.acting(acme, ana) as actor:
        item = learning.find_my_learning(actor, course.public_id)
        assert item is not None and item.is_delta
        assert (item.lessons_done, item.lessons, item.is_quiz_passed) == (2, 4, True)
        assert item.next_step is learning.NextStep.START, "what was carried over is no beginning"
        enrolment_id = item.enrolment_id
        old, kept = (
            set(
                db.session.scalars(
                    select(LessonProgress.completed_at).where(LessonProgress.enrolment_id == key)
                )
            )
            for key in (first.id, item.key)
        )
        assert kept <= old, "what need not be redone was done when it was done"
    with world.acting(acme, ana) as actor, transaction():
        for lesson_id, _title in redo.lessons:
            services.complete_lesson(actor, enrolment_id, lesson_id)
    with world.acting(acme):
        done = list(
            db.session.scalars(select(Completion).where(Completion.user_id == ana.id).order_by(Completion.id))
        )
        told = list(db.session.scalars(select(Notification.kind).where(Notification.user_id == ana.id)))
    assert [each.course_version_id for each in done] == [course.version_id, version.id]
    assert done[0].score_percent == done[1].score_percent == 100, "the result stays"
    assert Kind.COURSE_CHANGED in told
    assert redo_of(world, acme, ana, course) is None


def test_an_editorial_version_asks_nothing_and_a_changed_quiz_asks_the_quiz_alone(world: World) -> None:
    acme = world.vendor()
    ana = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(acme))
    course = make_course(world, acme)
    complete(world, acme, ana, course)
    change_and_publish(world, acme, course, {0: EDITORIAL}, added=EDITORIAL)
    assert redo_of(world, acme, ana, course) is None
    change_and_publish(world, acme, course, {}, quiz=MATERIAL)
    redo = redo_of(world, acme, ana, course)
    assert (redo.lessons, redo.has_quiz) == ((), True)
    with world.acting(acme, ana) as actor:
        item = learning.find_my_learning(actor, course.public_id)
    assert item is not None and item.is_quiz_open


def test_two_versions_missed_are_redone_together_and_one_not_begun_is_taken_over(world: World) -> None:
    acme = world.vendor()
    ana = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(acme))
    course = make_course(world, acme, lessons=3, has_quiz=False)
    complete(world, acme, ana, course)
    change_and_publish(world, acme, course, {0: MATERIAL})
    last = change_and_publish(world, acme, course, {2: MATERIAL, 1: EDITORIAL})
    redo = redo_of(world, acme, ana, course)
    assert redo.version_key == last.id
    assert [title[-6:] for _id, title in redo.lessons] == ["part 1", "part 3"]


def test_who_finishes_the_version_they_began_redoes_what_changed_meanwhile(world: World) -> None:
    acme = world.vendor()
    ana = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(acme))
    course = make_course(world, acme)
    enrolment = do_lessons(world, acme, ana, course)
    change_and_publish(world, acme, course, {1: MATERIAL})
    submit(world, acme, ana, enrolment, course.right_answers)
    assert [title for _id, title in redo_of(world, acme, ana, course).lessons] == [
        "Installing Nimbus: part 2"
    ]


def test_every_change_is_asked_about_and_nothing_else(world: World) -> None:
    acme = world.vendor()
    course = make_course(world, acme)
    with world.acting(acme) as actor, transaction():
        draft = services.start_new_version(actor, course.public_id)
        assert list_changed_lessons(draft) == []
        lesson = courses_of.list_lessons(actor, draft.id)[0]
        services.edit_lesson(
            actor, lesson.public_id, revision=lesson.revision, title=lesson.title, body="Other.", minutes=5
        )
        assert [each.lesson_id for each in list_changed_lessons(draft)] == [lesson.public_id]
        with pytest.raises(DomainError, match="Say of every change"):
            services.publish_version(actor, draft.public_id, changes=Changes())
    with world.acting(acme) as actor, transaction(), pytest.raises(DomainError, match="lies in the past"):
        services.publish_version(
            actor,
            draft.public_id,
            changes=Changes({lesson.public_id: MATERIAL}, redo_by=clock.today("UTC") - timedelta(days=1)),
        )
