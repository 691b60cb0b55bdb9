"""The journal: written once, and any tampering is found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from prm.access import system_actor
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.journal.chain import INSTALLATION, START, digest_of
from prm.journal.models import JournalEntry, JournalHead, JournalPersonalValue
from prm.journal.queries import Verification, get_heads, verify_chain
from prm.journal.services import record
from prm.vendors.models import Vendor
from tests.factories import VendorRef, World
from tests.factories.accounts import at_once
from tests.journal.tampering import tamper

ENTRIES = 6


@pytest.fixture
def acme(world: World) -> VendorRef:
    """A vendor with a chain of six entries, each with facts and a personal value."""
    vendor = world.vendor("acme")
    for number in range(ENTRIES):
        write(world, vendor, number)
    return vendor


def write(world: World, vendor: VendorRef, number: int) -> None:
    with world.acting(vendor) as actor, transaction():
        subject = db.session.get_one(Vendor, vendor.id)
        record(actor, "thing.done", subject, facts={"number": number}, personal={"name": f"Nora {number}"})


def verify(world: World, vendor: VendorRef, exported: tuple[int, str] | None = None) -> Verification:
    with world.app.app_context():
        return verify_chain(str(vendor.public_id), exported)


def codes(found: Verification) -> set[str]:
    return {problem.code for problem in found.problems}


def head(world: World, vendor: VendorRef) -> tuple[int, str]:
    with world.app.app_context():
        return get_heads()[str(vendor.public_id)]


def test_what_nobody_touched_is_valid(world: World, acme: VendorRef) -> None:
    found = verify(world, acme)
    assert (found.is_valid, found.entries, found.is_tail_checked) == (True, ENTRIES, False)
    assert found.head == head(world, acme)[1]
    assert verify(world, acme, head(world, acme)).is_tail_checked


def test_a_chain_nobody_wrote_to_is_valid(world: World) -> None:
    found = verify(world, world.vendor("silent"))
    assert (found.is_valid, found.entries, found.head) == (True, 0, START)


def test_the_database_refuses_changes(world: World, acme: VendorRef) -> None:
    attempts = (
        update(JournalEntry).values(action="thing.undone"),
        delete(JournalEntry),
        update(JournalEntry).where(JournalEntry.sequence == 3).values(facts={}),
    )
    for statement in attempts:
        with world.app.app_context(), pytest.raises(DBAPIError), transaction():
            db.session.execute(statement.execution_options(synchronize_session=False))
    assert verify(world, acme).is_valid


CHANGES = {
    "chain": "'other'",
    "sequence": "77",
    "at": "'2020-01-01 00:00:00.000000'",
    "actor_ref": "'user:somebody-else'",
    "actor_role": "'executive'",
    "action": "'thing.undone'",
    "subject_type": "'partner'",
    "subject_ref": "'another'",
    "facts": "'{\"number\": 99}'",
    "commitments": "'{}'",
    "previous_digest": f"'{'f' * 64}'",
    "digest": f"'{'e' * 64}'",
}


def test_every_column_but_the_key_is_tried() -> None:
    assert {column.key for column in JournalEntry.__mapper__.columns} - {"id"} == set(CHANGES)


@pytest.mark.parametrize("column", sorted(CHANGES))
@pytest.mark.parametrize("sequence", [1, 3, ENTRIES])
def test_a_changed_column_is_found(world: World, acme: VendorRef, column: str, sequence: int) -> None:
    statement = f"UPDATE journal_entry SET {column} = {CHANGES[column]} WHERE chain = :c AND sequence = :s"
    assert tamper(world.app, statement, c=str(acme.public_id), s=sequence) == 1
    found = verify(world, acme)
    assert not found.is_valid
    assert codes(found) <= {"changed", "link", "gap", "head", "personal"}


@pytest.mark.parametrize("sequence", [1, 3, ENTRIES - 1])
def test_a_deleted_entry_is_found(world: World, acme: VendorRef, sequence: int) -> None:
    _delete(world, acme, f"sequence = {sequence}")
    assert "gap" in codes(verify(world, acme))


def _delete(world: World, vendor: VendorRef, criterion: str) -> None:
    chain = str(vendor.public_id)
    inner = f"SELECT id FROM journal_entry WHERE chain = :c AND {criterion}"
    tamper(world.app, f"DELETE FROM journal_personal_value WHERE entry_id IN ({inner})", c=chain)
    assert tamper(world.app, f"DELETE FROM journal_entry WHERE chain = :c AND {criterion}", c=chain)


def test_a_cut_tail_is_found(world: World, acme: VendorRef) -> None:
    _delete(world, acme, "sequence > 4")
    assert codes(verify(world, acme)) == {"head"}


def test_a_cut_tail_with_its_head_moved_back_needs_an_exported_head(world: World, acme: VendorRef) -> None:
    exported = head(world, acme)
    _delete(world, acme, "sequence > 4")
    with world.app.app_context():
        statement = select(JournalEntry.digest).where(
            JournalEntry.chain == str(acme.public_id), JournalEntry.sequence == 4
        )
        digest = db.session.scalars(statement).one()
    tamper(
        world.app,
        "UPDATE journal_head SET sequence = 4, digest = :d WHERE chain = :c",
        d=digest,
        c=str(acme.public_id),
    )
    assert verify(world, acme).is_valid  # as docs/security.md says of a chain without exported heads
    assert not verify(world, acme).is_tail_checked
    assert codes(verify(world, acme, exported)) == {"tail"}


def test_a_chain_that_vanished_whole_needs_an_exported_head(world: World, acme: VendorRef) -> None:
    exported = head(world, acme)
    _delete(world, acme, "sequence > 0")
    assert codes(verify(world, acme)) == {"head"}
    tamper(world.app, "DELETE FROM journal_head WHERE chain = :c", c=str(acme.public_id))
    assert verify(world, acme).is_valid
    assert codes(verify(world, acme, exported)) == {"tail"}


def test_a_missing_head_is_found(world: World, acme: VendorRef) -> None:
    tamper(world.app, "DELETE FROM journal_head WHERE chain = :c", c=str(acme.public_id))
    assert codes(verify(world, acme)) == {"head"}


def test_swapped_entries_are_found(world: World, acme: VendorRef) -> None:
    chain = str(acme.public_id)
    for before, after in ((2, 900), (5, 2), (900, 5)):
        tamper(
            world.app,
            "UPDATE journal_entry SET sequence = :a WHERE chain = :c AND sequence = :b",
            a=after,
            b=before,
            c=chain,
        )
    assert {"changed", "link"} <= codes(verify(world, acme))


def test_an_inserted_entry_is_found(world: World, acme: VendorRef) -> None:
    """With a digest of its own that is right, at the end, and the head moved along: but not exported."""
    exported_before = head(world, acme)
    with world.app.app_context():
        last = db.session.scalars(
            select(JournalEntry).where(
                JournalEntry.chain == str(acme.public_id), JournalEntry.sequence == ENTRIES
            )
        ).one()
        forged = JournalEntry(
            chain=last.chain, sequence=3, at=last.at, actor_ref="system", actor_role="system",
            action="thing.forged", subject_type="vendor", subject_ref="x", facts={}, commitments={},
            previous_digest=last.previous_digest, digest="",
        )  # fmt: skip
        digest = digest_of(forged)
    tamper(
        world.app,
        "UPDATE journal_entry SET sequence = sequence + 100 WHERE chain = :c AND sequence >= 3",
        c=str(acme.public_id),
    )
    tamper(
        world.app,
        "INSERT INTO journal_entry (chain, sequence, at, actor_ref, actor_role, action, subject_type,"
        " subject_ref, facts, commitments, previous_digest, digest) SELECT chain, 3, at, 'system', 'system',"
        " 'thing.forged', 'vendor', 'x', '{}', '{}', previous_digest, :d FROM journal_entry"
        " WHERE chain = :c AND sequence = 106",
        d=digest,
        c=str(acme.public_id),
    )
    for number in range(103, 107):
        tamper(
            world.app,
            "UPDATE journal_entry SET sequence = :n WHERE chain = :c AND sequence = :o",
            n=number - 99,
            o=number,
            c=str(acme.public_id),
        )
    found = verify(world, acme, exported_before)
    assert {"link", "changed", "tail"} <= codes(found)


@pytest.mark.parametrize("column", ["value", "salt", "name"])
def test_a_changed_personal_value_is_found(world: World, acme: VendorRef, column: str) -> None:
    tamper(
        world.app,
        f"UPDATE journal_personal_value SET {column} = 'other' WHERE entry_id ="
        " (SELECT id FROM journal_entry WHERE chain = :c AND sequence = 3)",
        c=str(acme.public_id),
    )
    assert codes(verify(world, acme)) == {"personal"}


def test_personal_values_moved_to_another_entry_are_found(world: World, acme: VendorRef) -> None:
    chain = str(acme.public_id)
    inner = "(SELECT id FROM journal_entry WHERE chain = :c AND sequence = {})"
    tamper(world.app, f"DELETE FROM journal_personal_value WHERE entry_id = {inner.format(4)}", c=chain)
    tamper(
        world.app,
        f"UPDATE journal_personal_value SET entry_id = {inner.format(4)} WHERE entry_id = {inner.format(3)}",
        c=chain,
    )
    assert codes(verify(world, acme)) == {"personal"}


def test_an_erased_personal_value_is_no_fault(world: World, acme: VendorRef) -> None:
    with world.app.app_context(), transaction():
        db.session.execute(delete(JournalPersonalValue))
    assert verify(world, acme, head(world, acme)).is_valid


def test_a_whole_chain_written_anew_needs_an_exported_head(world: World, acme: VendorRef) -> None:
    """Whoever recomputes every digest and the head is found by what was written down elsewhere."""
    exported = head(world, acme)
    chain = str(acme.public_id)
    with world.app.app_context():
        entries = list(
            db.session.scalars(
                select(JournalEntry).where(JournalEntry.chain == chain).order_by(JournalEntry.sequence)
            )
        )
        previous = START
        changes = []
        for entry in entries:
            db.session.expunge(entry)
            if entry.sequence == 2:
                entry.action = "thing.undone"
            entry.previous_digest = previous
            entry.digest = previous = digest_of(entry)
            changes.append((entry.id, entry.action, entry.previous_digest, entry.digest))
    for key, action, before, digest in changes:
        tamper(
            world.app,
            "UPDATE journal_entry SET action = :a, previous_digest = :p, digest = :d WHERE id = :k",
            a=action, p=before, d=digest, k=key,
        )  # fmt: skip
    tamper(world.app, "UPDATE journal_head SET digest = :d WHERE chain = :c", d=previous, c=chain)
    assert verify(world, acme).is_valid
    assert codes(verify(world, acme, exported)) == {"tail"}


def test_a_value_that_cannot_be_read_is_reported(world: World, acme: VendorRef) -> None:
    if world.app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        tamper(
            world.app,
            "UPDATE journal_entry SET commitments = '[]' WHERE chain = :c AND sequence = 3",
            c=str(acme.public_id),
        )
    else:
        tamper(
            world.app,
            "UPDATE journal_entry SET facts = 'no JSON' WHERE chain = :c AND sequence = 3",
            c=str(acme.public_id),
        )
    assert "unreadable" in codes(verify(world, acme))


def test_chains_of_vendors_do_not_touch_each_other(world: World, acme: VendorRef) -> None:
    globex = world.vendor("globex")
    write(world, globex, 1)
    tamper(
        world.app,
        "UPDATE journal_entry SET action = 'x' WHERE chain = :c",
        c=str(globex.public_id),
    )
    assert verify(world, acme).is_valid
    assert not verify(world, globex).is_valid


def test_entries_written_at_once_make_one_chain(world: World) -> None:
    vendor = world.vendor("acme")
    at_once(8, lambda number: write(world, vendor, number))
    found = verify(world, vendor)
    assert (found.is_valid, found.entries) == (True, 8)


def test_what_is_written_meanwhile_is_no_fault(world: World, acme: VendorRef) -> None:
    def act(number: int) -> bool:
        if number % 2:
            write(world, acme, number)
            return True
        return all(verify(world, acme).is_valid for _ in range(5))

    assert all(at_once(6, act))


def test_the_journal_holds_no_personal_data(world: World, acme: VendorRef) -> None:
    with world.app.app_context():
        for entry in db.session.scalars(select(JournalEntry)):
            assert "Nora" not in str([getattr(entry, column) for column in CHANGES])
        assert db.session.scalar(select(func.count(JournalPersonalValue.id))) >= ENTRIES


def test_what_was_not_committed_was_not_written(world: World, acme: VendorRef) -> None:
    with world.acting(acme) as actor, pytest.raises(RuntimeError), transaction():
        record(actor, "thing.done", db.session.get_one(Vendor, acme.id))
        raise RuntimeError
    assert verify(world, acme).entries == ENTRIES


def test_the_installation_has_a_chain_of_its_own(world: World) -> None:
    with world.app.app_context():
        with transaction():
            vendor = Vendor(
                slug="x", name="X", currency="USD", time_zone="UTC",
                created_at=clock.now() - timedelta(days=1),
            )  # fmt: skip
            db.session.add(vendor)
            db.session.flush()
            record(system_actor(None), "thing.done", vendor)
        assert verify_chain(INSTALLATION).entries == 1
        assert db.session.get(JournalHead, INSTALLATION) is not None
