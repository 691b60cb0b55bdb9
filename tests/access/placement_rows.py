"""Placement tests being taken: by everybody who learns, in a course of its own."""

from __future__ import annotations

from collections.abc import Mapping

from prm.training.models import Enrolment, EnrolmentStatus
from prm.training.models.assessment import QuizRules
from prm.training.models.placement import PlacementTest
from tests.access.filling import Filler


def add_placements(f: Filler, people: Mapping[str, Mapping[str, str]], staff: tuple[str, ...]) -> None:
    """Everybody is in the middle of the placement test of thing `placing_course`."""
    course, version = f.tenant.things["placing_course"], f.tenant.things["placing_version"]
    f.add(QuizRules(course_version_id=version.id, placement_percent=100))
    partnerships = {key: owner for owner, keys in people.items() for key in keys.values()}
    for key in (*partnerships, *staff):
        owner = partnerships.get(key)
        enrolment = f.add(
            Enrolment(
                user_id=f.tenant.people[key].id, course_id=course.id, course_version_id=version.id,
                partnership_id=f.tenant.partnerships[owner].id if owner else None,
                status=EnrolmentStatus.STARTED, assigned_at=f.now, started_at=f.now,
            )
        )  # fmt: skip
        f.add(
            PlacementTest(
                enrolment_id=enrolment.id, seed="seed", needed_percent=100, started_at=f.now,
                answers={}, flagged=[],
            )
        )  # fmt: skip
