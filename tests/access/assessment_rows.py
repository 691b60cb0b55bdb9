"""The question bank of one vendor, quizzes being taken, and practical tasks handed in."""

from __future__ import annotations

from datetime import timedelta

from prm.training.models import Enrolment, Lesson, LessonKind
from prm.training.models.assessment import (
    BankQuestion,
    BankQuestionVersion,
    Difficulty,
    QuizDraw,
    QuizRules,
    QuizSitting,
)
from prm.training.models.kinds import QuestionKind
from prm.training.models.tasks import LessonTask, TaskGrading, TaskStatus, TaskSubmission
from tests.access.filling import Filler

RUBRIC = [
    {"id": "c1", "title": "Work", "levels": [{"points": 0, "text": "no"}, {"points": 5, "text": "yes"}]}
]


def add_bank(f: Filler) -> None:
    """Two questions of the bank (`bank_question`), and a draft that draws them (`draw`)."""
    for name in ("bank_question", ""):
        words = f.say("DRAFT")
        question = f.add(
            BankQuestion(
                topic=words, topic_folded=words.lower(), difficulty=Difficulty.EASY, created_at=f.now
            ),
            name,
        )
        parts = {
            "choices": [
                {"id": "a", "text": f.say("KEY"), "right": True},
                {"id": "b", "text": "no", "right": False},
            ]
        }
        f.add(
            BankQuestionVersion(
                bank_question_id=question.id, number=1, kind=QuestionKind.SINGLE, prompt=words,
                explanation=f.say("KEY"), parts=parts, created_at=f.now,
            )
        )  # fmt: skip
    draft = f.tenant.things["draft_version"]
    f.add(QuizRules(course_version_id=draft.id, time_limit_minutes=30))
    f.add(
        QuizDraw(
            course_version_id=draft.id, position=1, topic=words, topic_folded=words.lower(), questions=1
        ),
        "draw",
    )


def add_task(f: Filler, version_id: int, kind: str = "COURSE", name: str = "task") -> None:
    """A lesson that is a practical task: thing `name`."""
    lesson = f.add(
        Lesson(
            course_version_id=version_id, position=21, kind=LessonKind.TASK, title=f.say(kind),
            body=f.say(kind),
        ),
        name,
    )  # fmt: skip
    f.add(LessonTask(lesson_id=lesson.id, rubric=RUBRIC, pass_percent=60))


def sit(f: Filler, enrolment: Enrolment) -> None:
    """The person is in the middle of the first attempt."""
    f.add(
        QuizSitting(
            enrolment_id=enrolment.id, number=1, seed="seed", started_at=f.now, answers={}, flagged=[]
        )
    )


def hand_in(f: Filler, key: str, owner: str | None, kind: str, enrolment: Enrolment) -> None:
    """Something graded as not passed (`<key>.submission`); of colleagues, something to grade as well
    (`<key>.to_grade`)."""
    words = f.say(kind, owner) if owner else f.say("STAFF")
    lesson = f.tenant.things["task"]
    file = f.file(f"{words}.txt", words.encode())
    statuses = [TaskStatus.FAILED] + ([TaskStatus.WAITING] if key.startswith("mate") else [])
    for number, status in enumerate(statuses, 1):
        submission = f.add(
            TaskSubmission(
                enrolment_id=enrolment.id, lesson_id=lesson.id, user_id=enrolment.user_id,
                partnership_id=enrolment.partnership_id, number=number, text=words, file_id=file.id,
                handed_in_at=f.now - timedelta(days=2), status=status,
            ),
            f"{key}.submission" if number == 1 else f"{key}.to_grade",
        )  # fmt: skip
        if status is TaskStatus.WAITING and key == "mate":
            _without_file(f, submission)
        if status is TaskStatus.FAILED:
            f.add(
                TaskGrading(
                    submission_id=submission.id, round=1, grader_id=f.tenant.people["admin2"].id,
                    levels={"c1": 0}, points=0, points_possible=5, percent=0, has_passed=False,
                    graded_at=f.now,
                )
            )  # fmt: skip


def _without_file(f: Filler, like: TaskSubmission) -> None:
    """Two more, of which one has no file (`bare_submission`) and one lost it (`lost_submission`)."""
    lost = f.file("lost.txt", b"lost")
    lost.key = f"{lost.key[:-1]}-"  # its bytes are gone
    for number, (name, file_id) in enumerate((("bare", None), ("lost", lost.id)), 3):
        f.add(
            TaskSubmission(
                enrolment_id=like.enrolment_id, lesson_id=like.lesson_id, user_id=like.user_id,
                partnership_id=like.partnership_id, number=number, text="", file_id=file_id,
                handed_in_at=f.now, status=TaskStatus.FAILED,
            ),
            f"{name}_submission",
        )  # fmt: skip
