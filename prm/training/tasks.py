"""Background work of training: newcomers enrolled in what their partnerships are assigned."""

from __future__ import annotations

from prm.access import system_actor
from prm.infra.db import serve_vendor, transaction
from prm.infra.jobs import job, sweeper
from prm.training import services
from prm.training.queries import newcomers as queries


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
