"""Keeping the table of standings: what makes a row of it old, and judging those anew.

The watches below name every column that judging reads (prm/audits/queries/judging.py) and that can
change; what all partnerships are judged by is compared by value instead (basis_of()). So whoever
writes these tables, today or in years, makes the rows old without knowing of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from prm.access import Actor, system_actor
from prm.accounts.models import Membership
from prm.audits.models import PartnerPeople, PartnershipStanding
from prm.audits.policy import Policy
from prm.audits.queries.compliance import find_policy, time_zone_of
from prm.audits.queries.judging import Subject, judge
from prm.audits.queries.standings import basis_of, list_stale, summed
from prm.certification.models import Certificate
from prm.extensions import db
from prm.infra import clock
from prm.infra.changes import take_changes, watch
from prm.infra.db import bound_vendor, transaction
from prm.journal.services import lock_chain
from prm.partners.models import AgreementAcceptance, Partnership
from prm.training.models import Completion, Enrolment

PARTNERSHIP, USER, PARTNER = "standing of partnership", "standing of user", "standing of partner"
AT_ONCE = 250
EVENING = 20  # from this hour on, tomorrow is judged too: the day begins with a full table
_CHUNK = 1000

watch(PARTNERSHIP, Partnership.id, Partnership.partner_id, Partnership.agreement_accepted_on)
watch(
    PARTNERSHIP,
    AgreementAcceptance.partnership_id,
    AgreementAcceptance.version_id,
    AgreementAcceptance.accepted_on,
)
watch(
    PARTNER,
    Membership.partner_id,
    Membership.user_id,
    Membership.at_vendor_id,
    Membership.job_functions,
    Membership.started_at,
    Membership.ended_at,
)
watch(
    USER,
    Certificate.user_id,
    Certificate.certification_id,
    Certificate.issued_on,
    Certificate.expires_on,
    Certificate.grace_until,
    Certificate.revoked_at,
)
watch(
    USER,
    Completion.user_id,
    Completion.course_id,
    Completion.course_version_id,
    Completion.completed_at,
)
watch(
    USER,
    Enrolment.user_id,
    Enrolment.course_id,
    Enrolment.course_version_id,
    Enrolment.due_on,
    Enrolment.assigned_at,
)


def mark_changed(session: Session) -> None:
    """Make old what the open transaction changed the grounds of. The last thing before the commit."""
    changes = take_changes(session)
    partnerships, users = changes.get(PARTNERSHIP, set()), changes.get(USER, set())
    if bound_vendor() is not None and (partnerships or users):
        # Together with refresh_standings(), which holds it too, one after the other.
        lock_chain()
        _count_up(sorted(partnerships), sorted(users))
    if partners := changes.get(PARTNER):
        _count_people(sorted(partners))


def _count_up(partnerships: Sequence[int], users: Sequence[int]) -> None:
    aging = (
        update(PartnershipStanding)
        .values(revision=PartnershipStanding.revision + 1)
        .execution_options(synchronize_session=False)
    )
    for start in range(0, len(partnerships), _CHUNK):
        db.session.execute(
            aging.where(PartnershipStanding.partnership_id.in_(partnerships[start : start + _CHUNK]))
        )
    for start in range(0, len(users), _CHUNK):
        companies = select(Membership.partner_id).where(
            Membership.user_id.in_(users[start : start + _CHUNK]), Membership.partner_id.is_not(None)
        )
        theirs = select(Partnership.id).where(Partnership.partner_id.in_(companies))
        db.session.execute(aging.where(PartnershipStanding.partnership_id.in_(theirs)))


def _count_people(partners: Sequence[int]) -> None:
    """Let every vendor see that the people of these companies changed; always in the same order, so that
    two who count do not wait for each other."""
    is_postgresql = db.session.get_bind().dialect.name == "postgresql"
    counting = (pg_insert if is_postgresql else sqlite_insert)(PartnerPeople)
    counting = counting.on_conflict_do_update(
        index_elements=["partner_id"], set_={"revision": PartnerPeople.revision + 1}
    )
    for start in range(0, len(partners), _CHUNK):
        db.session.execute(
            counting, [{"partner_id": key, "revision": 1} for key in partners[start : start + _CHUNK]]
        )


def refresh_standings(vendor_id: int) -> int:
    """Judge what the table of the vendor served does not hold, some hundred in each transaction; how many.

    Not inside transaction(). May run beside others and beside changes: a row says at which revisions it
    was judged, and those are read before anything else is.
    """
    actor = system_actor(vendor_id)
    zone = time_zone_of(actor)
    days = [clock.today(zone)]
    if clock.to_zone(clock.now(), zone).hour >= EVENING:
        days.append(days[0] + timedelta(days=1))
    done = 0
    for day in days:
        policy = find_policy(actor, day)
        if policy is None:
            continue
        stale = [subject.id for subject in list_stale(actor, day, basis_of(policy, day, zone))]
        for start in range(0, len(stale), AT_ONCE):
            with transaction():
                done += _refresh_some(actor, stale[start : start + AT_ONCE], day, days[0])
    return done


def _refresh_some(actor: Actor, keys: Sequence[int], day: date, today: date) -> int:
    lock_chain()
    policy, zone = find_policy(actor, day), time_zone_of(actor)
    if policy is None:
        return 0
    basis = basis_of(policy, day, zone)
    subjects = list_stale(actor, day, basis, keys=keys)  # as far as nobody else has done them by now
    rows = _rows_of([subject.id for subject in subjects], day, today)
    people = dict(
        db.session.execute(
            select(PartnerPeople.partner_id, PartnerPeople.revision).where(
                PartnerPeople.partner_id.in_([s.partner_id for s in subjects if s.partner_id is not None])
            )
        ).all()
    )
    _fill(rows, subjects, people, policy, basis, day, zone)
    return len(subjects)


def _rows_of(keys: Sequence[int], day: date, today: date) -> dict[int, PartnershipStanding]:
    """A row for each partnership and the day, made where there is none. Those of past days go, but for
    yesterday's: somebody may be reading them at midnight."""
    db.session.execute(
        delete(PartnershipStanding)
        .where(
            PartnershipStanding.partnership_id.in_(keys), PartnershipStanding.day < today - timedelta(days=1)
        )
        .execution_options(synchronize_session=False)
    )
    wanted = select(PartnershipStanding).where(
        PartnershipStanding.day == day, PartnershipStanding.partnership_id.in_(keys)
    )
    rows = {row.partnership_id: row for row in db.session.scalars(wanted)}
    if missing := [{"partnership_id": key, "day": day} for key in keys if key not in rows]:
        db.session.execute(insert(PartnershipStanding), missing)
        rows = {row.partnership_id: row for row in db.session.scalars(wanted)}
    return rows


def _fill(
    rows: dict[int, PartnershipStanding],
    subjects: Sequence[Subject],
    people: dict[int, int],
    policy: Policy,
    basis: str,
    day: date,
    zone: str,
) -> None:
    verdicts, now = judge(subjects, policy, day, zone), clock.now()
    for subject in subjects:
        row = rows[subject.id]
        row.judged_revision, row.basis, row.policy_number = row.revision, basis, policy.number
        row.people_revision = people.get(subject.partner_id or 0, 0)
        row.is_compliant, row.missed, row.missed_rules = summed(verdicts[subject.id])
        row.verdicts, row.computed_at = [verdict.as_row() for verdict in verdicts[subject.id]], now
    db.session.flush()
