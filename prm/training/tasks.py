"""Background work of training: newcomers enrolled in what their partnerships are assigned, what is
assigned to many, new versions taken over, and quizzes handed in whose time is up."""

from __future__ import annotations

from prm.access import system_actor
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import serve_vendor, transaction
from prm.infra.jobs import job, sweeper
from prm.training import services
from prm.training.models.paths import PathAssignment
from prm.training.queries import newcomers as queries
from prm.training.queries.placement import list_expired_placements
from prm.training.queries.quiz import list_expired_sittings
from prm.training.services import path_assigning, path_following, placement, redoing
from prm.training.services.sittings import GRACE


@job
def enrol_newcomer(vendor_id: int, membership_id: int) -> None:
    """Enrol somebody who joined a partner in what its partnership with a vendor is assigned."""
    with serve_vendor(vendor_id), transaction():
        membership = queries.find_membership(membership_id)
        if membership is not None:
            services.enrol_newcomer(system_actor(vendor_id), membership)


@sweeper
def enrol_missed_newcomers() -> None:
    """People who joined lately and whose job was lost."""
    for vendor_id in queries.list_vendor_ids():
        with serve_vendor(vendor_id):
            missed = queries.list_missed()
        for membership_id in missed:
            enrol_newcomer(vendor_id, membership_id)


@job
def spread_assignment(vendor_id: int, assignment_id: int) -> None:
    """Enrol everybody whom the assignment of a path means, some hundred at a time."""
    goes_on = True
    while goes_on:
        with serve_vendor(vendor_id), transaction():
            assignment = db.session.get(PathAssignment, assignment_id, with_for_update=True)
            if assignment is None or assignment.spread_at is not None:
                return
            path_assigning.spread_assignment(system_actor(vendor_id), assignment)
            goes_on = assignment.spread_at is None


@job
def spread_path_version(vendor_id: int, version_id: int) -> None:
    """Move who is on an earlier version of a path to the one published."""
    goes_on = True
    while goes_on:
        with serve_vendor(vendor_id), transaction():
            goes_on = path_following.spread_path_version(system_actor(vendor_id), version_id)


@job
def spread_course_version(vendor_id: int, version_id: int) -> None:
    """Ask who completed an earlier version of a course to redo what has changed materially."""
    goes_on = True
    while goes_on:
        with serve_vendor(vendor_id), transaction():
            goes_on = redoing.spread_version(system_actor(vendor_id), version_id)


@sweeper
def spread_what_is_left() -> None:
    """Assignments and versions whose jobs were lost."""
    for vendor_id in queries.list_vendor_ids():
        with serve_vendor(vendor_id):
            assignments = path_assigning.list_unspread_assignments()
            paths = path_following.list_unspread_versions()
            courses = redoing.list_unspread_versions()
        for key in assignments:
            spread_assignment(vendor_id, key)
        for key in paths:
            spread_path_version(vendor_id, key)
        for key in courses:
            spread_course_version(vendor_id, key)


@job
def close_sitting(vendor_id: int, sitting_key: int) -> None:
    """Hand in what was saved of a quiz whose time is up."""
    with serve_vendor(vendor_id), transaction():
        services.close_expired(system_actor(vendor_id), sitting_key)


@sweeper
def close_expired_sittings() -> None:
    """Every quiz whose time is up and that nobody handed in."""
    for vendor_id in queries.list_vendor_ids():
        with serve_vendor(vendor_id):
            expired = list_expired_sittings(clock.now() - GRACE)
        for sitting_key in expired:
            close_sitting(vendor_id, sitting_key)


@job
def close_placement(vendor_id: int, test_key: int) -> None:
    """Take what was saved of a placement test whose time is up."""
    with serve_vendor(vendor_id), transaction():
        placement.close_expired_placement(system_actor(vendor_id), test_key)


@sweeper
def close_expired_placements() -> None:
    """Every placement test whose time is up and that nobody handed in."""
    for vendor_id in queries.list_vendor_ids():
        with serve_vendor(vendor_id):
            expired = list_expired_placements(clock.now() - GRACE)
        for test_key in expired:
            close_placement(vendor_id, test_key)
