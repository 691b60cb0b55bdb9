"""What is signed stays as it was signed, whoever writes: the database itself refuses."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from prm.access import system_actor
from prm.audits.models import Audit
from prm.extensions import db
from prm.infra.db import transaction
from prm.infra.sealing import HANGING, opened_seal
from prm.operations.services.erasing import erase_person
from prm.permissions import Role
from tests.audits.conftest import Cast
from tests.factories import World
from tests.factories import audits as making

# One statement against each table of a closed audit, in words that a person with a console would use.
CHANGES = [
    "UPDATE audit SET score_percent = 100",
    "UPDATE audit SET status = 'open'",
    "UPDATE audit SET summary = 'All is well.'",
    "UPDATE audit SET signed_by_id = auditor_id",
    "UPDATE audit SET record_sha256 = NULL",
    "UPDATE audit SET report_file_id = NULL",
    "UPDATE audit SET manifest_sha256 = ''",
    "DELETE FROM audit",
    "UPDATE audit_item SET verdict = 'met'",
    "DELETE FROM audit_item",
    "UPDATE audit_row SET position = position + 1",
    "DELETE FROM audit_row",
    "UPDATE audit_evidence SET valid_until = '2030-01-01'",
    "DELETE FROM audit_evidence",
    "UPDATE audit_finding SET severity = 'minor'",
    "DELETE FROM audit_finding",
    "UPDATE audit_action SET status = 'sent_back'",
    "DELETE FROM audit_action",
    "INSERT INTO audit_finding (vendor_id, public_id, audit_id, severity, text, created_by_id, created_at, "
    "waived_reason) SELECT vendor_id, public_id, id, 'minor', 'Late', auditor_id, created_at, '' FROM audit",
]


@pytest.fixture
def closed(world: World, cast: Cast, audit: making.AuditRef) -> making.AuditRef:
    return making.close(
        world, audit, partner=cast.partner, signer=cast.signer, text="It is so.", note="Seen.",
        finding="No list.", summary="All in all well.", action="It is written.",
    )  # fmt: skip


def test_nothing_of_a_closed_audit_is_changed_by_raw_sql(
    world: World, cast: Cast, closed: making.AuditRef
) -> None:
    for statement in CHANGES:
        table = next(word for word in statement.split() if word.startswith("audit"))
        with world.acting(cast.vendor):
            before = db.session.execute(text(f"SELECT * FROM {table}")).all()
            assert before, f"there is no {table} to change"
            db.session.rollback()
            with pytest.raises(DBAPIError, match="is sealed"), transaction():
                db.session.execute(text(statement))
            db.session.rollback()
            assert db.session.execute(text(f"SELECT * FROM {table}")).all() == before, statement


def test_the_same_statements_pass_before_it_is_closed(
    world: World, cast: Cast, audit: making.AuditRef
) -> None:
    making.open_(world, audit)
    with world.acting(cast.vendor), transaction():
        for table in ("audit", "audit_item"):
            statement = text(f"UPDATE {table} SET vendor_id = vendor_id")
            assert db.session.execute(statement).rowcount > 0  # type: ignore[attr-defined]
        db.session.execute(text("UPDATE audit SET summary = 'Not yet.'"))


def test_another_vendors_or_partners_open_audit_is_none_of_it(
    world: World, cast: Cast, closed: making.AuditRef
) -> None:
    other = making.plan(
        world, cast.partnership, cast.auditor, making.make_checklist(world, cast.vendor, name="Another")
    )
    making.open_(world, other)
    with world.acting(cast.vendor), transaction():
        statement = text("UPDATE audit_item SET note = 'x' WHERE audit_id = :audit")
        assert db.session.execute(statement, {"audit": other.id}).rowcount > 0  # type: ignore[attr-defined]


def test_a_partner_found_to_be_another_takes_its_audits_along(
    world: World, cast: Cast, closed: making.AuditRef
) -> None:
    north = world.partnership(cast.vendor, "North")
    answer = world.client(cast.signer).post(
        f"/acme/partners/{north.public_id}/merge", data={"absorbed": str(cast.partnership.public_id)}
    )
    assert answer.status_code == 303
    with world.acting(cast.vendor):
        assert db.session.get_one(Audit, closed.id).partnership_id == north.id


def test_the_seal_is_open_for_one_transaction_alone(
    world: World, cast: Cast, closed: making.AuditRef
) -> None:
    with world.acting(cast.vendor):
        with transaction(), opened_seal():
            db.session.execute(text("UPDATE audit SET summary = 'Former person was there.'"))
        with pytest.raises(DBAPIError, match="is sealed"), transaction():
            db.session.execute(text("UPDATE audit SET summary = 'x'"))


def test_every_table_of_an_audit_is_guarded() -> None:
    hanging = {
        table.name
        for table in db.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in {"audit", *HANGING} and key.column.name == "id"
    }
    # Names are emptied by erasures, and a campaign's list says which audits it made.
    assert hanging - {"audit_name", "audit_campaign_target"} == set(HANGING)


def test_an_erasure_takes_a_name_out_of_a_signed_text_all_the_same(
    world: World, cast: Cast, audit: making.AuditRef
) -> None:
    # Nobody whom the audit knows, so no pseudonym stands for the name.
    olga = world.user(Role.CONTENT_AUTHOR, vendor=cast.vendor, name="Olga Otherwise")
    making.close(world, audit, partner=cast.partner, signer=cast.signer, summary="Olga Otherwise helped.")
    with world.acting(cast.vendor):
        assert "Olga" in db.session.get_one(Audit, audit.id).summary
    with world.app.app_context():
        erase_person(system_actor(None), olga.email, reason="Asked for it")
    with world.acting(cast.vendor):
        assert db.session.get_one(Audit, audit.id).summary == "Former person helped."
        with pytest.raises(DBAPIError, match="is sealed"), transaction():
            db.session.execute(text("UPDATE audit SET summary = 'x'"))
