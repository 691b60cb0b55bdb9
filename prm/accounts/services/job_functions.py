"""What somebody does at work, changed by whom they work for or who invited them."""

from __future__ import annotations

from collections.abc import Sequence

from prm.access import Actor, require
from prm.accounts.models import Invitation, JobFunction, Membership
from prm.extensions import db
from prm.journal.services import record
from prm.permissions import P


def set_job_functions(actor: Actor, subject: Membership | Invitation, job_functions: Sequence[str]) -> None:
    """Say what a member, or somebody invited, does there. Raises Forbidden, ValueError for no function."""
    require(actor, P.PEOPLE_INVITE)
    subject.job_functions = [JobFunction(each).value for each in job_functions]
    db.session.flush()
    kind = "membership" if isinstance(subject, Membership) else "invitation"
    record(
        actor, f"{kind}.job_functions_changed", subject, facts={"job_functions": subject.job_functions}
    )  # fmt: skip
