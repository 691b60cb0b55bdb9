"""The question bank, and what a quiz draws from it: for authors only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from prm.access import Actor, visible
from prm.errors import NotFound
from prm.extensions import db
from prm.infra.tables import AllRows, Column, Filter, TablePage, TableSpec, all_rows, paginate
from prm.permissions import P
from prm.training.labels import DIFFICULTIES, QUESTION_KINDS
from prm.training.models import CourseVersion, VersionStatus
from prm.training.models.assessment import (
    AttemptItem,
    BankQuestion,
    BankQuestionVersion,
    Difficulty,
    QuizDraw,
    QuizPool,
)
from prm.training.scoring import fold_answer


@dataclass(frozen=True)
class DrawRow:
    """A draw of a quiz; `available` is how many questions it can draw from."""

    public_id: UUID
    topic: str
    topic_folded: str
    difficulty: Difficulty | None
    questions: int
    available: int


@dataclass(frozen=True)
class Usage:
    """Where a question of the bank is drawn: a published version of a course."""

    public_id: UUID
    title: str
    number: int


def fold_topic(topic: str) -> str:
    """A topic as it is compared."""
    return fold_answer(topic)


# -- the list ----------------------------------------------------------------------------------


def _questions(actor: Actor) -> Select[Any]:
    """Every question of the bank as it stands now, its newest version, how often asked and right."""
    asked = (
        select(func.count(AttemptItem.id))
        .join(BankQuestionVersion, BankQuestionVersion.id == AttemptItem.question_version_id)
        .where(BankQuestionVersion.bank_question_id == BankQuestion.id)
        .correlate(BankQuestion)
        .scalar_subquery()
    )
    right = (
        select(func.count(AttemptItem.id))
        .join(BankQuestionVersion, BankQuestionVersion.id == AttemptItem.question_version_id)
        .where(BankQuestionVersion.bank_question_id == BankQuestion.id, AttemptItem.is_right)
        .correlate(BankQuestion)
        .scalar_subquery()
    )
    return visible(
        select(BankQuestion, BankQuestionVersion, asked.label("asked"), right.label("right")).join(
            BankQuestionVersion,
            (BankQuestionVersion.bank_question_id == BankQuestion.id)
            & (BankQuestionVersion.number == BankQuestion.newest),
        ),
        actor,
        P.COURSE_EDIT,
        BankQuestion,
    )


def _by_state(statement: Select[Any], state: str) -> Select[Any]:
    if state == "retired":
        return statement.where(BankQuestion.retired_at.is_not(None))
    return statement.where(BankQuestion.retired_at.is_(None))


def _spec(topics: Sequence[str]) -> TableSpec:
    return TableSpec(
        key=BankQuestion.id,
        columns=[
            Column("question", _l("Question"), func.lower(BankQuestionVersion.prompt)),
            Column("topic", _l("Topic"), [BankQuestion.topic_folded, BankQuestion.difficulty]),
            Column("difficulty", _l("Difficulty"), BankQuestion.difficulty),
            Column("kind", _l("Kind"), BankQuestionVersion.kind),
            Column("asked", _l("Answered"), is_numeric=True),
            Column("right", _l("Right"), is_numeric=True),
        ],
        default_sort="topic",
        search=[BankQuestionVersion.prompt, BankQuestion.topic],
        filters=[
            Filter(
                "topic", _l("Topic"), [(topic, topic) for topic in topics],
                lambda statement, topic: statement.where(BankQuestion.topic_folded == fold_topic(topic)),
            ),
            Filter(
                "difficulty", _l("Difficulty"), [(key.value, label) for key, label in DIFFICULTIES.items()],
                lambda statement, value: statement.where(BankQuestion.difficulty == Difficulty(value)),
            ),
            Filter(
                "kind", _l("Kind"), [(key.value, label) for key, label in QUESTION_KINDS.items()],
                lambda statement, value: statement.where(BankQuestionVersion.kind == value),
            ),
            Filter("state", _l("State"), [("active", _l("In use")), ("retired", _l("Retired"))], _by_state),
        ],
    )  # fmt: skip


def page_of_bank(actor: Actor, args: Mapping[str, Any]) -> TablePage:
    """The page of the bank that the URL asks for."""
    return paginate(db.session(), _questions(actor), _spec(list_topics(actor)), args)


def all_of_bank(actor: Actor, args: Mapping[str, Any]) -> AllRows:
    """Everything that the URL asks for, for an export."""
    return all_rows(db.session(), _questions(actor), _spec(list_topics(actor)), args)


def list_topics(actor: Actor) -> list[str]:
    """The topics in use, one spelling of each, in the order of their words."""
    rows = db.session.scalars(
        visible(select(func.min(BankQuestion.topic)), actor, P.COURSE_EDIT, BankQuestion)
        .group_by(BankQuestion.topic_folded)
        .order_by(BankQuestion.topic_folded)
    )
    return list(rows)


# -- one question ------------------------------------------------------------------------------


def get_bank_question(actor: Actor, question_id: UUID) -> tuple[BankQuestion, BankQuestionVersion]:
    """A question of the bank as it stands now. Raises NotFound."""
    row = db.session.execute(
        visible(
            select(BankQuestion, BankQuestionVersion).join(
                BankQuestionVersion,
                (BankQuestionVersion.bank_question_id == BankQuestion.id)
                & (BankQuestionVersion.number == BankQuestion.newest),
            ),
            actor,
            P.COURSE_EDIT,
            BankQuestion,
        ).where(BankQuestion.public_id == question_id)
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def list_usages(question: BankQuestion) -> list[Usage]:
    """The published versions that draw the question, in any wording of it, by title."""
    rows = db.session.execute(
        select(CourseVersion.public_id, CourseVersion.title, CourseVersion.number)
        .join(QuizDraw, QuizDraw.course_version_id == CourseVersion.id)
        .join(QuizPool, QuizPool.draw_id == QuizDraw.id)
        .join(BankQuestionVersion, BankQuestionVersion.id == QuizPool.question_version_id)
        .where(BankQuestionVersion.bank_question_id == question.id)
        .distinct()
        .order_by(CourseVersion.title, CourseVersion.number)
    )
    return [Usage(*row) for row in rows]


def find_duplicates(prompts: Iterable[str]) -> set[str]:
    """Which of these prompts the bank has already, letter by letter."""
    wanted = list(prompts)
    return set(
        db.session.scalars(
            select(BankQuestionVersion.prompt)
            .join(
                BankQuestion,
                (BankQuestion.id == BankQuestionVersion.bank_question_id)
                & (BankQuestion.newest == BankQuestionVersion.number),
            )
            .where(BankQuestionVersion.prompt.in_(wanted), BankQuestion.retired_at.is_(None))
        )
    )


# -- draws -------------------------------------------------------------------------------------


def list_draws(version_key: int) -> list[DrawRow]:
    """What the quiz of a version (by key) draws, and from how many.

    A published version draws from what it kept, a draft from the bank as it stands now.
    """
    rows = db.session.execute(
        select(QuizDraw, CourseVersion.status)
        .join(CourseVersion, CourseVersion.id == QuizDraw.course_version_id)
        .where(QuizDraw.course_version_id == version_key)
        .order_by(QuizDraw.position, QuizDraw.id)
    ).all()
    if not rows:
        return []
    if rows[0].status is VersionStatus.PUBLISHED:
        counted = db.session.execute(
            select(QuizPool.draw_id, func.count(QuizPool.id))
            .where(QuizPool.draw_id.in_([row.QuizDraw.id for row in rows]))
            .group_by(QuizPool.draw_id)
        )
        kept = {draw_key: count for draw_key, count in counted.all()}  # noqa: C416
        available = {row.QuizDraw.id: kept.get(row.QuizDraw.id, 0) for row in rows}
    else:
        counts = count_by_topic()
        available = {
            row.QuizDraw.id: sum(
                count
                for (topic, difficulty), count in counts.items()
                if topic == row.QuizDraw.topic_folded and row.QuizDraw.difficulty in (None, difficulty)
            )
            for row in rows
        }
    return [
        DrawRow(
            draw.public_id, draw.topic, draw.topic_folded, draw.difficulty, draw.questions, available[draw.id]
        )
        for draw, _status in rows
    ]


def count_by_topic() -> dict[tuple[str, Difficulty], int]:
    """How many questions in use the bank has, by folded topic and difficulty."""
    rows = db.session.execute(
        select(BankQuestion.topic_folded, BankQuestion.difficulty, func.count(BankQuestion.id))
        .where(BankQuestion.retired_at.is_(None))
        .group_by(BankQuestion.topic_folded, BankQuestion.difficulty)
    )
    return {(topic, difficulty): count for topic, difficulty, count in rows}


def list_draw_problems(draws: Sequence[DrawRow]) -> list[str]:
    """What keeps the draws of a draft from being drawn, one sentence each.

    No question is drawn twice: of each topic and difficulty there must be enough for all draws together.
    """
    problems = []
    wanted: dict[tuple[str, Difficulty | None], int] = {}
    for draw in draws:
        key = (draw.topic_folded, draw.difficulty)
        wanted[key] = wanted.get(key, 0) + draw.questions
    seen = set()
    for draw in draws:
        key = (draw.topic_folded, draw.difficulty)
        needed = wanted[key]
        if draw.difficulty is None:  # those of a difficulty take from the same questions
            needed = sum(count for (topic, _any), count in wanted.items() if topic == draw.topic_folded)
        if key in seen or needed <= draw.available:
            continue
        seen.add(key)
        label = DIFFICULTIES[draw.difficulty] if draw.difficulty else _("any difficulty")
        problems.append(
            _(
                "The quiz draws %(wanted)s questions on %(topic)s (%(difficulty)s); the bank has %(count)s.",
                wanted=needed, topic=draw.topic, difficulty=label, count=draw.available,
            )
        )  # fmt: skip
    return problems
