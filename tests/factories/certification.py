"""Certifications and certificates, through the services."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from prm.accounts.models import User
from prm.certification import services
from prm.certification.models import Certificate
from prm.certification.queries.schemes import get_scheme
from prm.extensions import db
from prm.infra.db import transaction
from prm.training import services as training
from prm.training.models import SkillLevel
from prm.training.models.changes import ChangeKind
from prm.training.queries.courses import list_lessons
from prm.training.services.redoing import Changes
from tests.factories.training import CourseRef, make_new_version
from tests.factories.world import UserRef, VendorRef, World


@dataclass(frozen=True)
class SchemeRef:
    id: int
    public_id: UUID
    name: str


@dataclass(frozen=True)
class CertificateRef:
    id: int
    public_id: UUID
    number: str
    code: str


def make_scheme(
    world: World,
    vendor: VendorRef,
    *courses: CourseRef,
    name: str = "Nimbus Installer",
    validity_months: int | None = 24,
    level: SkillLevel = SkillLevel.FOUNDATION,
    **asked: Any,
) -> SchemeRef:
    """A scheme that needs the versions the courses stand for, and what `asked` says as services take it."""
    with world.acting(vendor) as actor, transaction():
        made = services.create_scheme(
            actor,
            name=name,
            summary=f"About {name}.",
            skill_level=level,
            validity_months=validity_months,
            course_version_ids=[course.version_public_id for course in courses],
            **asked,
        )
        return SchemeRef(made.id, made.public_id, made.name)


def change_scheme(world: World, vendor: VendorRef, scheme: SchemeRef, **asked: Any) -> int:
    """Other rules for a scheme: only what `asked` says; the number of its newest version."""
    with world.acting(vendor) as actor, transaction():
        row = get_scheme(actor, scheme.public_id)
        stated = {
            "name": row.name, "summary": row.summary, "skill_level": row.skill_level, "is_active": True,
            "validity_months": 24, "course_version_ids": [], "revision": row.revision,
        }  # fmt: skip
        return services.change_scheme(actor, row, **{**stated, **asked}).number


def new_version(
    world: World, vendor: VendorRef, course: CourseRef, *, is_material: bool = False
) -> CourseRef:
    """The next version of a course without a quiz, published as it is copied, or with its first lesson
    materially changed."""
    if is_material:
        with world.acting(vendor) as actor, transaction():
            draft = training.start_new_version(actor, course.public_id)
            lesson = list_lessons(actor, draft.id)[0]
            training.edit_lesson(
                actor, lesson.public_id, revision=lesson.revision, title=lesson.title, body="New.",
                minutes=lesson.minutes,
            )  # fmt: skip
            changes = Changes(lessons={lesson.public_id: ChangeKind.MATERIAL})
            version = training.publish_version(actor, draft.public_id, changes=changes)
    else:
        version = make_new_version(world, vendor, course)
    with world.acting(vendor) as actor:
        lessons = tuple(each.public_id for each in list_lessons(actor, version.id))
    return replace(
        course, version_id=version.id, version_public_id=version.public_id, lessons=lessons, questions=()
    )


def issue(
    world: World,
    vendor: VendorRef,
    scheme: SchemeRef,
    user: UserRef,
    *,
    by: UserRef | None = None,
    reason: str = "Passed the exam on site",
) -> CertificateRef:
    """A certificate by decision; its file is printed by the job that runs at once."""
    with world.acting(vendor, by) as actor, transaction():
        person = db.session.get_one(User, user.id)
        made = services.issue_by_decision(actor, get_scheme(actor, scheme.public_id), person, reason=reason)
        return ref(made)


def revoke(world: World, vendor: VendorRef, certificate: CertificateRef, reason: str = "A mistake") -> None:
    with world.acting(vendor) as actor, transaction():
        row = db.session.get_one(Certificate, certificate.id)
        services.revoke_certificate(actor, row, reason=reason)


def ref(certificate: Certificate) -> CertificateRef:
    return CertificateRef(certificate.id, certificate.public_id, certificate.number, certificate.code)
