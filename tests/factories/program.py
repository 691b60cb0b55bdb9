"""A whole program: as many people as one likes who completed a course, written without its pages."""

from __future__ import annotations

from sqlalchemy import select

from prm.accounts.models import Membership, MembershipRole, User
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.partners.models import Partnership
from prm.training.models import Completion, CourseVersion, Enrolment, EnrolmentStatus
from tests.factories.training import CourseRef
from tests.factories.world import PartnershipRef, VendorRef, World

NAMES = ("Zoë Ångström", "Ελευθερία Παπαδοπούλου", "Alexandra van der Westhuizen", "Ana Lima", "Bo Ek")


def qualify_many(
    world: World, vendor: VendorRef, company: PartnershipRef, course: CourseRef, people: int
) -> None:
    """That many people of a company who has an account, each of whom completed the course."""
    with world.acting(vendor), transaction() as session:
        partner_id = db.session.get_one(Partnership, company.id).partner_id
        assert partner_id is not None, "give the company one member first"
        version = db.session.scalars(select(CourseVersion).where(CourseVersion.id == course.version_id)).one()
        now = clock.now()
        users = []
        for number in range(people):
            mail = f"person-{number}@program.example"
            users.append(
                User(
                    email=mail, email_folded=mail, name=f"{NAMES[number % len(NAMES)]} {number}", locale="en",
                    time_zone="UTC", created_at=now,
                )
            )  # fmt: skip
        session.add_all(users)
        session.flush()
        place = {
            "partnership_id": company.id,
            "course_id": version.course_id,
            "course_version_id": version.id,
        }
        enrolments = [
            Enrolment(user_id=user.id, status=EnrolmentStatus.COMPLETED, assigned_at=now, **place)
            for user in users
        ]
        session.add_all(enrolments)
        session.add_all(
            Membership(
                user_id=user.id, partner_id=partner_id, role=MembershipRole.PARTNER_MEMBER,
                joined_at=now, started_at=now,
            )
            for user in users
        )  # fmt: skip
        session.flush()
        session.add_all(
            Completion(enrolment_id=enrolment.id, user_id=enrolment.user_id, completed_at=now, **place)
            for enrolment in enrolments
        )
