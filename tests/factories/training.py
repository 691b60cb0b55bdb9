"""Courses as authors make them, and learners who take them: through the services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from prm.access import Actor
from prm.accounts.models import JobFunction
from prm.infra.db import transaction
from prm.training import services
from prm.training.models import Attempt, CourseVersion, Enrolment, QuestionKind
from tests.factories.world import PartnershipRef, UserRef, VendorRef, World


@dataclass(frozen=True)
class QuestionRef:
    """A question and the answers that are right and wrong."""

    public_id: UUID
    kind: QuestionKind
    right: str | list[str]
    wrong: str | list[str]


@dataclass(frozen=True)
class CourseRef:
    id: int
    public_id: UUID
    version_id: int
    version_public_id: UUID
    title: str
    lessons: tuple[UUID, ...] = ()
    questions: tuple[QuestionRef, ...] = field(default=())

    @property
    def right_answers(self) -> dict[str, str | list[str]]:
        return {str(each.public_id): each.right for each in self.questions}

    @property
    def wrong_answers(self) -> dict[str, str | list[str]]:
        return {str(each.public_id): each.wrong for each in self.questions}


def add_quiz(actor: Actor, version_id: UUID) -> tuple[QuestionRef, ...]:
    """A question of each kind. Keys carry canaries: the words no learner may find in a page."""
    single = services.add_question(
        actor,
        version_id,
        kind=QuestionKind.SINGLE,
        prompt="Which port does the agent listen on?",
        choices=[("Port 80", False), ("Port 8443", True), ("Port 25", False)],
        explanation="KEYCANARY-single: the agent listens on 8443.",
    )
    multiple = services.add_question(
        actor,
        version_id,
        kind=QuestionKind.MULTIPLE,
        prompt="Which of these does a backup hold?",
        choices=[("Settings", True), ("Passwords in clear", False), ("Records", True)],
        explanation="KEYCANARY-multiple: settings and records.",
    )
    numeric = services.add_question(
        actor,
        version_id,
        kind=QuestionKind.NUMERIC,
        prompt="How many litres does the tank hold?",
        answer="98765.4321",
        tolerance="0.0777",
        explanation="KEYCANARY-numeric: see the data sheet.",
    )
    return (
        reference(actor, single.public_id),
        reference(actor, multiple.public_id),
        QuestionRef(numeric.public_id, QuestionKind.NUMERIC, "98765,43", "12"),
    )


def reference(actor: Actor, question_id: UUID) -> QuestionRef:
    found = services.questions.get_question(actor, question_id)
    kind = found.question.kind
    right = [str(choice.public_id) for choice in found.choices if choice.is_correct]
    wrong = [str(choice.public_id) for choice in found.choices if not choice.is_correct]
    if kind is QuestionKind.SINGLE:
        return QuestionRef(question_id, kind, right[0], wrong[0])
    return QuestionRef(question_id, kind, right, wrong)


def make_draft(
    world: World,
    vendor: VendorRef,
    title: str = "Installing Nimbus",
    *,
    lessons: int = 2,
    has_quiz: bool = True,
    pass_mark: int = 60,
    max_attempts: int | None = 3,
    job_functions: tuple[JobFunction, ...] = (),
) -> CourseRef:
    """A draft with lessons and a quiz of one question of each kind."""
    with world.acting(vendor) as actor, transaction():
        version = services.create_course(
            actor,
            title=title,
            summary=f"All about {title}.",
            pass_mark=pass_mark,
            max_attempts=max_attempts,
            job_functions=job_functions,
        )
        made = [
            services.add_lesson(
                actor,
                version.public_id,
                title=f"{title}: part {n}",
                body=f"# Part {n}\n\nText of part {n}.",
                minutes=5,
            ).public_id
            for n in range(1, lessons + 1)
        ]
        questions = add_quiz(actor, version.public_id) if has_quiz else ()
        course = version.course
        return CourseRef(
            course.id, course.public_id, version.id, version.public_id, title, tuple(made), questions
        )


def make_course(
    world: World, vendor: VendorRef, title: str = "Installing Nimbus", **details: object
) -> CourseRef:
    """The same, published."""
    course = make_draft(world, vendor, title, **details)  # type: ignore[arg-type]
    publish(world, vendor, course)
    return course


def publish(world: World, vendor: VendorRef, course: CourseRef) -> None:
    with world.acting(vendor) as actor, transaction():
        services.publish_version(actor, course.version_public_id)


def make_new_version(world: World, vendor: VendorRef, course: CourseRef) -> CourseVersion:
    """The next version of a published course, published as it is copied."""
    with world.acting(vendor) as actor, transaction():
        draft = services.start_new_version(actor, course.public_id)
        return services.publish_version(actor, draft.public_id)


def assign(
    world: World,
    partnership: PartnershipRef,
    course: CourseRef,
    *,
    user: UserRef | None = None,
    due_on: date | None = None,
    job_functions: tuple[JobFunction, ...] = (),
    by: UserRef | None = None,
) -> services.Assigned:
    with world.acting(partnership.vendor, by) as actor, transaction():
        return services.assign_course(
            actor,
            course.public_id,
            partnership_id=partnership.public_id,
            user_id=user.public_id if user else None,
            due_on=due_on,
            job_functions=job_functions,
        )


def enrol(world: World, vendor: VendorRef, user: UserRef, course: CourseRef) -> Enrolment:
    with world.acting(vendor, user) as actor, transaction():
        return services.enrol(actor, course.public_id)


def do_lessons(world: World, vendor: VendorRef, user: UserRef, course: CourseRef) -> Enrolment:
    """Enrol and do every lesson: the quiz is open."""
    enrolment = enrol(world, vendor, user, course)
    with world.acting(vendor, user) as actor, transaction():
        for lesson in course.lessons:
            services.complete_lesson(actor, enrolment.public_id, lesson)
    return enrolment


def submit(
    world: World,
    vendor: VendorRef,
    user: UserRef,
    enrolment: Enrolment,
    answers: dict[str, str | list[str]],
    number: int | None = None,
) -> Attempt:
    with world.acting(vendor, user) as actor, transaction():
        return services.submit_attempt(actor, enrolment.public_id, answers, number=number)


def complete(world: World, vendor: VendorRef, user: UserRef, course: CourseRef) -> Enrolment:
    """Take the whole course and pass."""
    enrolment = do_lessons(world, vendor, user, course)
    if course.questions:
        submit(world, vendor, user, enrolment, course.right_answers)
    return enrolment
