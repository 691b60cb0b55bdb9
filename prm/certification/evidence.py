"""What people have to show for the rules of a scheme, read from the other domains. The only place.

A kind of rule is asked of a source below; to add one (a practical task), add a rule to
rules.py, its source here, and its line to meet() in queries/qualifying.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from prm.access import Actor
from prm.accounts.models import Membership
from prm.accounts.queries import is_current
from prm.certification.models import Certificate, Certification
from prm.deals.models import Deal, DealStage
from prm.extensions import db
from prm.partners.models import Partnership, PartnershipStatus
from prm.products.models import Product
from prm.training.models import Completion, Course, CourseVersion, Lesson, SkillLevel, VersionStatus
from prm.training.models.changes import ChangeKind, LessonChange, VersionChange
from prm.training.models.paths import LearningPath, PathCompletion, PathStep, PathVersion


@dataclass(frozen=True)
class Taught:
    """A course version that a rule speaks of; `newest` is the number of the newest one published that
    changed something materially, or its own."""

    version_key: int
    version_id: UUID
    course_key: int
    course_id: UUID
    title: str
    number: int
    newest: int


@dataclass(frozen=True)
class Done:
    """A completion of a course."""

    key: int
    public_id: UUID
    course_key: int
    course_id: UUID
    title: str
    number: int
    completed_at: datetime
    score_percent: int | None


@dataclass(frozen=True)
class Followed:
    """A learning path that somebody has completed."""

    path_id: UUID
    title: str
    number: int
    completed_at: datetime


@dataclass(frozen=True)
class Led:
    """What a learning path asks of who completed it before: `number` is that of its newest version that
    asks again (1 where none does), `newest` the number of what last changed materially in each of its
    courses, by the course's key."""

    number: int
    newest: Mapping[int, int]


@dataclass(frozen=True)
class Held:
    """A certificate that somebody holds or held. `stands`: it counts on the day asked about."""

    key: int
    certification_id: UUID
    level: SkillLevel
    number: str
    issued_at: datetime
    issued_on: date
    stands: bool


@dataclass(frozen=True)
class Won:
    """A deal that a person's company won."""

    public_id: UUID
    product_id: UUID | None
    closed_on: date


def read_taught(version_ids: Collection[UUID]) -> dict[UUID, Taught]:
    """Course versions by public id."""
    rows = db.session.execute(
        select(CourseVersion, Course.public_id, _newest_change())
        .join(Course, Course.id == CourseVersion.course_id)
        .where(CourseVersion.public_id.in_(version_ids))
    )
    return {
        version.public_id: Taught(
            version.id, version.public_id, version.course_id, course_id, version.title, version.number,
            max(last or 0, version.number),
        )
        for version, course_id, last in rows
    }  # fmt: skip


def read_led(path_ids: Collection[UUID]) -> dict[UUID, Led]:
    """Learning paths by public id."""
    published = PathVersion.status == VersionStatus.PUBLISHED
    asked = dict(
        db.session.execute(
            select(PathVersion.path_id, func.max(PathVersion.number))
            .where(published, PathVersion.asks_again)
            .group_by(PathVersion.path_id)
        ).all()
    )
    last = (
        select(PathVersion.path_id, func.max(PathVersion.number).label("number"))
        .where(published)
        .group_by(PathVersion.path_id)
        .subquery()
    )
    newest: dict[UUID, dict[int, int]] = defaultdict(dict)
    numbers: dict[UUID, int] = {}
    for path_key, path_id, course_key, number in db.session.execute(
        select(LearningPath.id, LearningPath.public_id, Course.id, _newest_change())
        .join(PathVersion, PathVersion.path_id == LearningPath.id)
        .join(last, and_(last.c.path_id == PathVersion.path_id, last.c.number == PathVersion.number))
        .join(PathStep, PathStep.path_version_id == PathVersion.id)
        .join(Course, Course.id == PathStep.course_id)
        .where(LearningPath.public_id.in_(path_ids))
    ):
        numbers[path_id] = asked.get(path_key, 1)
        newest[path_id][course_key] = number or 1
    return {path_id: Led(number, newest[path_id]) for path_id, number in numbers.items()}


def _newest_change() -> Any:
    """The number of a course's newest version that changed something materially; null where none did."""
    return (
        select(func.max(CourseVersion.number))
        .where(
            CourseVersion.course_id == Course.id,
            CourseVersion.vendor_id == Course.vendor_id,
            CourseVersion.status == VersionStatus.PUBLISHED,
            or_(
                select(VersionChange.id)
                .where(
                    VersionChange.course_version_id == CourseVersion.id,
                    VersionChange.quiz == ChangeKind.MATERIAL,
                )
                .exists(),
                select(LessonChange.id)
                .join(Lesson, Lesson.id == LessonChange.lesson_id)
                .where(
                    Lesson.course_version_id == CourseVersion.id, LessonChange.change == ChangeKind.MATERIAL
                )
                .exists(),
            ),
        )
        .correlate(Course)
        .scalar_subquery()
    )


def read_completions(
    course_keys: Collection[int], user_keys: Collection[int] | None
) -> dict[int, list[Done]]:
    """By person, completions of these courses; of one course the best (newest version, then latest)
    comes last."""
    statement: Any = (
        select(
            Completion.user_id, Completion.id, Completion.public_id, Completion.course_id, Course.public_id,
            CourseVersion.title, CourseVersion.number, Completion.completed_at, Completion.score_percent,
        )
        .join(CourseVersion, CourseVersion.id == Completion.course_version_id)
        .join(Course, Course.id == Completion.course_id)
        .where(Completion.course_id.in_(course_keys))
        .order_by(CourseVersion.number, Completion.completed_at, Completion.id)
    )  # fmt: skip
    if user_keys is not None:
        statement = statement.where(Completion.user_id.in_(user_keys))
    found: dict[int, list[Done]] = defaultdict(list)
    for user_key, *row in db.session.execute(statement):
        found[user_key].append(Done(*row))
    return found


def read_followed(path_ids: Collection[UUID], user_keys: Collection[int] | None) -> dict[int, list[Followed]]:
    """By person, completions of these paths, the latest last."""
    statement: Any = (
        select(
            PathCompletion.user_id, LearningPath.public_id, LearningPath.title, PathVersion.number,
            PathCompletion.completed_at,
        )
        .join(LearningPath, LearningPath.id == PathCompletion.path_id)
        .join(PathVersion, PathVersion.id == PathCompletion.path_version_id)
        .where(LearningPath.public_id.in_(path_ids))
        .order_by(PathCompletion.completed_at, PathCompletion.id)
    )  # fmt: skip
    if user_keys is not None:
        statement = statement.where(PathCompletion.user_id.in_(user_keys))
    found: dict[int, list[Followed]] = defaultdict(list)
    for user_key, *row in db.session.execute(statement):
        found[user_key].append(Followed(*row))
    return found


def read_held(user_keys: Collection[int] | None, today: date) -> dict[int, list[Held]]:
    """By person, every certificate of theirs."""
    statement: Any = (
        select(Certificate, Certification.public_id, Certification.skill_level)
        .with_only_columns(
            Certificate.user_id, Certificate.id, Certification.public_id, Certification.skill_level,
            Certificate.number, Certificate.issued_at, Certificate.issued_on, Certificate.expires_on,
            Certificate.revoked_at,
        )
        .join(Certification, Certification.id == Certificate.certification_id)
        .order_by(Certificate.id)
    )  # fmt: skip
    if user_keys is not None:
        statement = statement.where(Certificate.user_id.in_(user_keys))
    found: dict[int, list[Held]] = defaultdict(list)
    for (
        user_key,
        key,
        scheme,
        level,
        number,
        issued_at,
        issued_on,
        expires_on,
        revoked_at,
    ) in db.session.execute(statement):
        stands = revoked_at is None and (expires_on is None or expires_on >= today)
        found[user_key].append(Held(key, scheme, level, number, issued_at, issued_on, stands))
    return found


def read_won(actor: Actor, since: date, user_keys: Collection[int] | None) -> dict[int, list[Won]]:
    """By person, the deals that the company they belong to today won since a day, the oldest first."""
    deals: dict[int, list[Won]] = defaultdict(list)
    for partner_key, *row in db.session.execute(
        select(Partnership.partner_id, Deal.public_id, Product.public_id, Deal.closed_on)
        .join(Partnership, Partnership.id == Deal.partnership_id)
        .outerjoin(Product, Product.id == Deal.product_id)
        .where(
            Deal.stage == DealStage.WON,
            Deal.closed_on >= since,
            Partnership.partner_id.is_not(None),
            Partnership.status != PartnershipStatus.ENDED,
        )
        .order_by(Deal.closed_on, Deal.id)
    ):
        deals[partner_key].append(Won(*row))
    people = select(Membership.user_id, Membership.partner_id).where(
        Membership.partner_id.in_(deals), is_current()
    )
    if user_keys is not None:
        people = people.where(Membership.user_id.in_(user_keys))
    return {user_key: deals[partner_key] for user_key, partner_key in db.session.execute(people)}
