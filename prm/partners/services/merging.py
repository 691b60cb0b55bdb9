"""Merging two partnerships that are one company, and taking them apart again.

Everything that points at the absorbed one is moved, whichever table it is in, and every row moved is
noted; taking apart moves exactly those back. What cannot be moved, because the survivor has its own of
what there may be one of, stays where it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from prm.access import Actor, require
from prm.accounts import services as accounts
from prm.accounts.models import Invitation, Membership, MembershipGrant
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.references import is_limited
from prm.journal.services import lock_chain, record
from prm.partners.models import (
    MoveKind,
    Partnership,
    PartnershipAlias,
    PartnershipMerge,
    PartnershipMove,
    PartnershipStatus,
)
from prm.partners.queries import merges as queries
from prm.partners.queries.structure import list_ancestors
from prm.permissions import P

AT_ONCE = 500


class CannotTakeApart(Conflict):
    """Rows that a merge moved are gone: `counts` by table."""

    def __init__(self, counts: dict[str, int]) -> None:
        super().__init__(_("Not everything that was merged is still there."))
        self.counts = counts


# -- merging -----------------------------------------------------------------------------------


def merge_partnerships(actor: Actor, survivor: Partnership, absorbed: Partnership) -> PartnershipMerge:
    """Move everything of `absorbed` to `survivor`; its names become names of the survivor's.

    Its people belong to the survivor with this vendor; with others nothing changes. Raises DomainError
    for one and the same, Conflict where either was merged already or they buy through each other.
    """
    require(actor, P.PARTNER_EDIT)
    lock_chain()
    db.session.refresh(survivor)
    db.session.refresh(absorbed)
    if survivor.id == absorbed.id:
        message = _("Choose another partner than this one.")
        raise DomainError(message, {"name": message})
    if survivor.merged_into_id is not None or absorbed.merged_into_id is not None:
        raise Conflict(_("One of the two was merged already."))
    merge = PartnershipMerge(
        survivor_id=survivor.id,
        absorbed_id=absorbed.id,
        absorbed_status=absorbed.status.value,
        survivor_partner_id=survivor.partner_id,
        absorbed_partner_id=absorbed.partner_id,
        merged_by_id=actor.user_id,
        merged_at=clock.now(),
    )
    db.session.add(merge)
    db.session.flush()
    counts: Counter[str] = Counter()
    for model, attribute in queries.list_references():
        keys = list(db.session.scalars(select(model.id).where(attribute == absorbed.id)))
        moved = _move(model, attribute, keys, survivor.id)
        _note(merge, MoveKind.MOVED, queries.table_of(model), attribute.key, moved)
        counts[queries.table_of(model)] += len(moved)
    if survivor.id in list_ancestors(survivor.id):
        raise Conflict(_("The two buy through each other. Say first through whom the remaining one buys."))
    _move_invitations(merge, survivor, absorbed)
    _keep_name(merge, survivor, absorbed)
    _move_people(merge, survivor, absorbed)
    absorbed.status, absorbed.merged_into_id = PartnershipStatus.ENDED, survivor.id
    db.session.flush()
    record(
        actor,
        "partnership.merged",
        survivor,
        facts={"absorbed": absorbed.public_id, "moved": {k: n for k, n in sorted(counts.items()) if n}},
    )
    return merge


def _move(model: Any, attribute: Any, keys: Sequence[int], target: int | None) -> list[int]:
    """Let the rows point at `target`; the keys of those that could."""
    if not is_limited(attribute):
        for some in _chunks(keys):
            db.session.execute(_pointing(model, attribute, some, target))
        return list(keys)
    moved = []
    for key in keys:
        try:
            with db.session.begin_nested():
                db.session.execute(_pointing(model, attribute, [key], target))
            moved.append(key)
        except IntegrityError:
            continue  # the survivor has its own: this one stays
    return moved


def _pointing(model: Any, attribute: Any, keys: Sequence[int], target: int | None) -> Any:
    return (
        update(model)
        .where(model.id.in_(keys))
        .values({attribute.key: target})
        .execution_options(synchronize_session=False)
    )


def note_made(merge: PartnershipMerge, model: Any, keys: Sequence[int]) -> None:
    """Remember that rows came to be by a merge: what takes it apart again asks queries.rows_of_merge()."""
    _note(merge, MoveKind.MADE, queries.table_of(model), "id", keys)


def _note(merge: PartnershipMerge, kind: MoveKind, table: str, column: str, keys: Sequence[int]) -> None:
    for some in _chunks(keys):
        db.session.execute(
            insert(PartnershipMove),
            [
                {"merge_id": merge.id, "kind": kind, "table_name": table, "column_name": column, "row_id": k}
                for k in some
            ],
        )


def _chunks(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]


def _move_invitations(merge: PartnershipMerge, survivor: Partnership, absorbed: Partnership) -> None:
    """Invitations name a partnership by its public id: who accepts one comes to the survivor."""
    named = Invitation.partnership_public_id == absorbed.public_id
    keys = list(db.session.scalars(select(Invitation.id).where(named)))
    for some in _chunks(keys):
        db.session.execute(
            update(Invitation)
            .where(Invitation.id.in_(some))
            .values(partnership_public_id=survivor.public_id)
            .execution_options(synchronize_session=False)
        )
    _note(merge, MoveKind.MOVED, queries.table_of(Invitation), "partnership_public_id", keys)


def _keep_name(merge: PartnershipMerge, survivor: Partnership, absorbed: Partnership) -> None:
    folded = absorbed.name_folded
    taken = select(PartnershipAlias.id).where(PartnershipAlias.value_folded == folded)
    if folded == survivor.name_folded or db.session.scalar(taken) is not None:
        return
    alias = PartnershipAlias(partnership_id=survivor.id, value=absorbed.name, value_folded=folded)
    db.session.add(alias)
    db.session.flush()
    _note(merge, MoveKind.MADE, queries.table_of(PartnershipAlias), "id", [alias.id])


def _move_people(merge: PartnershipMerge, survivor: Partnership, absorbed: Partnership) -> None:
    """The survivor takes over the company's account; where it has its own, the people belong there too,
    as long as they belong to the other, and with this vendor alone: the company's account is not the
    vendor's to change."""
    if absorbed.partner_id is None:
        return
    if survivor.partner_id is None:
        partner_id, absorbed.partner_id = absorbed.partner_id, None
        db.session.flush()
        survivor.partner_id = partner_id
        db.session.flush()
        return
    known = set(
        db.session.scalars(
            select(Membership.user_id).where(
                Membership.partner_id == survivor.partner_id, Membership.ended_at.is_(None)
            )
        )
    )
    made = []
    for membership in db.session.scalars(
        select(Membership).where(Membership.partner_id == absorbed.partner_id).order_by(Membership.id)
    ).all():
        if membership.user_id in known and membership.ended_at is None:
            continue
        made.append(
            Membership(
                user_id=membership.user_id,
                partner_id=survivor.partner_id,
                at_vendor_id=merge.vendor_id,
                role=membership.role,
                job_functions=list(membership.job_functions),
                region_names=[],
                started_at=membership.started_at,
                ended_at=membership.ended_at,
            )
        )
    db.session.add_all(made)
    db.session.flush()
    _note(merge, MoveKind.MADE, queries.table_of(Membership), "id", [m.id for m in made])
    # What they may do beyond their role counts on the side of their company.
    grants = list(
        db.session.scalars(
            select(MembershipGrant.id).where(MembershipGrant.partner_id == absorbed.partner_id)
        )
    )
    _move(MembershipGrant, MembershipGrant.partner_id, grants, survivor.partner_id)
    _note(merge, MoveKind.MOVED, queries.table_of(MembershipGrant), "partner_id", grants)
    accounts.unlink_partner(absorbed.partner_id, merge.vendor_id)


# -- taking apart ------------------------------------------------------------------------------


def unmerge_partnerships(
    actor: Actor, merge: PartnershipMerge, survivor: Partnership, absorbed: Partnership
) -> None:
    """Move back exactly what the merge moved. What came to the survivor since stays there.

    Raises CannotTakeApart where rows moved were deleted since or went on elsewhere.
    """
    require(actor, P.PARTNER_EDIT)
    lock_chain()
    db.session.refresh(merge)
    db.session.refresh(survivor)
    db.session.refresh(absorbed)
    if merge.unmerged_at is not None or absorbed.merged_into_id != survivor.id:
        raise Conflict(_("These two were taken apart already."))
    moves = _moves_of(merge)
    missing: Counter[str] = Counter()
    for model, attribute in queries.list_references():
        keys = moves.get((MoveKind.MOVED, queries.table_of(model), attribute.key), [])
        there = 0
        for some in _chunks(keys):
            still = select(model.id).where(model.id.in_(some), attribute == survivor.id)
            there += len(db.session.scalars(still).all())
        missing[queries.table_of(model)] += len(keys) - there
    if +missing:
        raise CannotTakeApart(dict(+missing))
    for model, attribute in queries.list_references():
        keys = moves.get((MoveKind.MOVED, queries.table_of(model), attribute.key), [])
        for some in _chunks(keys):
            db.session.execute(_pointing(model, attribute, some, absorbed.id))
    for some in _chunks(
        moves.get((MoveKind.MOVED, queries.table_of(Invitation), "partnership_public_id"), [])
    ):
        db.session.execute(
            update(Invitation)
            .where(Invitation.id.in_(some))
            .values(partnership_public_id=absorbed.public_id)
            .execution_options(synchronize_session=False)
        )
    for some in _chunks(moves.get((MoveKind.MOVED, queries.table_of(MembershipGrant), "partner_id"), [])):
        attribute, company = MembershipGrant.partner_id, merge.absorbed_partner_id
        db.session.execute(_pointing(MembershipGrant, attribute, some, company))
    _unmake(moves)
    _part_accounts(merge, survivor, absorbed)
    absorbed.status, absorbed.merged_into_id = PartnershipStatus(merge.absorbed_status), None
    merge.unmerged_at, merge.unmerged_by_id = clock.now(), actor.user_id
    db.session.flush()
    if absorbed.partner_id is not None and absorbed.status is not PartnershipStatus.ENDED:
        accounts.link_partner(absorbed.partner_id, merge.vendor_id)
    record(actor, "partnership.unmerged", survivor, facts={"absorbed": absorbed.public_id})


def _moves_of(merge: PartnershipMerge) -> dict[tuple[MoveKind, str, str], list[int]]:
    found: dict[tuple[MoveKind, str, str], list[int]] = {}
    columns = (
        PartnershipMove.kind, PartnershipMove.table_name, PartnershipMove.column_name, PartnershipMove.row_id,
    )  # fmt: skip
    for kind, table, column, key in db.session.execute(
        select(*columns).where(PartnershipMove.merge_id == merge.id)
    ):
        found.setdefault((kind, table, column), []).append(key)
    return found


def _unmake(moves: dict[tuple[MoveKind, str, str], list[int]]) -> None:
    aliases = moves.get((MoveKind.MADE, queries.table_of(PartnershipAlias), "id"), [])
    db.session.execute(delete(PartnershipAlias).where(PartnershipAlias.id.in_(aliases)))
    for key in moves.get((MoveKind.MADE, queries.table_of(Membership), "id"), []):
        try:
            with db.session.begin_nested():
                db.session.execute(delete(Membership).where(Membership.id == key))
        except IntegrityError:  # something hangs on it since: it ends, and is not forgotten
            db.session.execute(
                update(Membership)
                .where(Membership.id == key, Membership.ended_at.is_(None))
                .values(ended_at=clock.now())
            )


def _part_accounts(merge: PartnershipMerge, survivor: Partnership, absorbed: Partnership) -> None:
    """The account that the survivor took over goes back."""
    if merge.survivor_partner_id is None and survivor.partner_id == merge.absorbed_partner_id:
        survivor.partner_id = None
        db.session.flush()
        absorbed.partner_id = merge.absorbed_partner_id
        db.session.flush()
