"""Background work of training: newcomers enrolled in what their partnerships are assigned, and quizzes
handed in whose time is up."""

from __future__ import annotations

from prm.access import system_actor
from prm.infra import clock
from prm.infra.db import serve_vendor, transaction
from prm.infra.jobs import job, sweeper
from prm.training import services
from prm.training.queries import newcomers as queries
from prm.training.queries.quiz import list_expired_sittings
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
