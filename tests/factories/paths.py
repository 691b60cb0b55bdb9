"""Learning paths: through the services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from prm.accounts.models import JobFunction
from prm.infra.db import transaction
from prm.training import services
from tests.factories.training import CourseRef
from tests.factories.world import PartnershipRef, UserRef, VendorRef, World


@dataclass(frozen=True)
class PathRef:
    id: int
    public_id: UUID
    version_public_id: UUID


def make_path(
    world: World,
    vendor: VendorRef,
    courses: list[CourseRef],
    title: str = "Technician",
    *,
    is_in_order: bool = True,
    accepts_placement: bool = True,
    required: tuple[PathRef, ...] = (),
    job_functions: tuple[JobFunction, ...] = (),
    is_published: bool = True,
) -> PathRef:
    """A path of these courses, published."""
    with world.acting(vendor) as actor, transaction():
        version = services.create_path(
            actor,
            title=title,
            summary=f"All that a {title} needs.",
            is_in_order=is_in_order,
            accepts_placement=accepts_placement,
            required_path_ids=[each.public_id for each in required],
            job_functions=job_functions,
        )
        for course in courses:
            services.add_step(actor, version.public_id, course.public_id)
        if is_published:
            services.publish_path(actor, version.public_id)
        return PathRef(version.path_id, version.path.public_id, version.public_id)


def assign_path(
    world: World,
    path: PathRef,
    partnership: PartnershipRef | None,
    *,
    vendor: VendorRef | None = None,
    user: UserRef | None = None,
    job_functions: tuple[JobFunction, ...] = (),
    due_on: date | None = None,
    due_days: int | None = None,
    by: UserRef | None = None,
) -> None:
    place = partnership.vendor if partnership else vendor
    assert place is not None
    with world.acting(place, by) as actor, transaction():
        services.assign_path(
            actor,
            path.public_id,
            partnership_id=partnership.public_id if partnership else None,
            user_id=user.public_id if user else None,
            job_functions=job_functions,
            due_on=due_on,
            due_days=due_days,
        )
