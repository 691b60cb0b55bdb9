"""Tables of assessment: the question bank, what a quiz draws from it, and quizzes being taken."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table
from prm.training.models.kinds import QuestionKind


class Difficulty(StrEnum):
    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


class Review(StrEnum):
    """What a learner is shown of an attempt: each word includes what those before it show."""

    NOTHING = "nothing"
    SCORE = "score"
    MARKS = "marks"  # which questions were right
    EXPLANATIONS = "explanations"


class BankQuestion(Keyed, VendorOwned, db.Model):
    """A question of the bank. Its text and key stand in its versions; `newest` is the number of the last.

    `topic_folded` is the topic as it is compared.
    """

    __tablename__ = "bank_question"
    __table_args__ = tenant_table(Index("ix_bank_question_topic", "vendor_id", "topic_folded", "difficulty"))

    topic: Mapped[str] = mapped_column(String(80))
    topic_folded: Mapped[str] = mapped_column(String(160))
    difficulty: Mapped[Difficulty] = enum_column(Difficulty)
    newest: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}


class BankQuestionVersion(Keyed, VendorOwned, db.Model):
    """A question of the bank as it was written once; it never changes. `parts` see prm/training/items.py."""

    __tablename__ = "bank_question_version"
    __table_args__ = tenant_table(
        tenant_key("bank_question_id", "bank_question"), UniqueConstraint("bank_question_id", "number")
    )

    bank_question_id: Mapped[int]
    number: Mapped[int]
    kind: Mapped[QuestionKind] = enum_column(QuestionKind)
    prompt: Mapped[str]
    explanation: Mapped[str] = mapped_column(default="")
    parts: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class QuizRules(Keyed, VendorOwned, db.Model):
    """How the quiz of a course version is taken; without a row the defaults hold.

    `time_limit_minutes` null: none. `wait_minutes` between two attempts. `review_now` after each attempt,
    `review_over` once the quiz is passed or no attempt is left. `placement_percent`: the mark of the
    placement test, at least the pass mark; null: none is offered.
    """

    __tablename__ = "quiz_rules"
    __table_args__ = tenant_table(
        tenant_key("course_version_id", "course_version"),
        UniqueConstraint("course_version_id"),
        CheckConstraint("time_limit_minutes IS NULL OR time_limit_minutes > 0", name="time_limit_minutes"),
        CheckConstraint("wait_minutes >= 0", name="wait_minutes"),
        CheckConstraint("placement_percent BETWEEN 0 AND 100", name="placement_percent"),
    )

    course_version_id: Mapped[int]
    time_limit_minutes: Mapped[int | None]
    wait_minutes: Mapped[int] = mapped_column(default=0)
    shuffles_questions: Mapped[bool] = mapped_column(default=False)
    shuffles_choices: Mapped[bool] = mapped_column(default=False)
    is_one_at_a_time: Mapped[bool] = mapped_column(default=False)
    review_now: Mapped[Review] = enum_column(Review, default=Review.SCORE)
    review_over: Mapped[Review] = enum_column(Review, check="review_over", default=Review.EXPLANATIONS)
    placement_percent: Mapped[int | None]


class QuizDraw(Keyed, VendorOwned, db.Model):
    """`questions` of a topic, drawn for each attempt; `difficulty` null: of any."""

    __tablename__ = "quiz_draw"
    __table_args__ = tenant_table(
        tenant_key("course_version_id", "course_version"),
        Index("ix_quiz_draw_version", "course_version_id", "position"),
        CheckConstraint("questions > 0", name="questions"),
    )

    course_version_id: Mapped[int]
    position: Mapped[int]
    topic: Mapped[str] = mapped_column(String(80))
    topic_folded: Mapped[str] = mapped_column(String(160))
    difficulty: Mapped[Difficulty | None] = enum_column(Difficulty, nullable=True)
    questions: Mapped[int]


class QuizPool(Keyed, VendorOwned, db.Model):
    """What a draw of a published version chooses from: the bank as it was on the day of publication."""

    __tablename__ = "quiz_pool"
    __table_args__ = tenant_table(
        tenant_key("draw_id", "quiz_draw"),
        tenant_key("question_version_id", "bank_question_version"),
        UniqueConstraint("draw_id", "question_version_id"),
    )

    draw_id: Mapped[int]
    question_version_id: Mapped[int]


class QuizSitting(Keyed, VendorOwned, db.Model):
    """An attempt being taken, and afterwards how it was taken.

    `seed` decides what is drawn and in which order all of it is shown (prm/training/drawing.py).
    `answers` are what the person put in, by question id and as they put it, `flagged` the ids of what they
    mean to come back to. `ends_at` null: no limit. `submitted_at` null: still open.
    """

    __tablename__ = "quiz_sitting"
    __table_args__ = tenant_table(
        tenant_key("enrolment_id", "enrolment"),
        UniqueConstraint("enrolment_id", "number"),
        Index("ix_quiz_sitting_open", "vendor_id", "submitted_at", "ends_at"),
    )

    enrolment_id: Mapped[int]
    number: Mapped[int]
    seed: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    flagged: Mapped[list[str]] = mapped_column(JSON, default=list)
    saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AttemptItem(Keyed, VendorOwned, db.Model):
    """One question of a submitted attempt: a version's own, or one of the bank; `answer` null: none."""

    __tablename__ = "attempt_item"
    __table_args__ = tenant_table(
        tenant_key("attempt_id", "attempt"),
        tenant_key("question_id", "question"),
        tenant_key("question_version_id", "bank_question_version"),
        UniqueConstraint("attempt_id", "place"),
        Index("ix_attempt_item_question", "question_id"),
        Index("ix_attempt_item_question_version", "question_version_id"),
        CheckConstraint("(question_id IS NULL) <> (question_version_id IS NULL)", name="one_question"),
    )

    attempt_id: Mapped[int]
    place: Mapped[int]
    question_id: Mapped[int | None]
    question_version_id: Mapped[int | None]
    answer: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    is_right: Mapped[bool]
