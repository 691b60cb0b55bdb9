"""What is watched is noted however it is written: by rows, by statements, in bulk."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import delete, insert, select, update

from prm.accounts.models import Membership, Partner, User
from prm.audits.services.standings import PARTNER, PARTNERSHIP
from prm.extensions import db
from prm.infra import clock
from prm.infra.changes import take_changes
from prm.infra.db import transaction
from prm.partners.models import Partnership
from prm.permissions import Role
from tests.factories import PartnershipRef, VendorRef, World


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def northwind(world: World, acme: VendorRef) -> PartnershipRef:
    made = world.partnership(acme)
    world.user(Role.PARTNER_MEMBER, partnership=made)
    return made


def row_of(northwind: PartnershipRef) -> Partnership:
    return db.session.scalars(select(Partnership).where(Partnership.id == northwind.id)).one()


def test_a_row_is_noted_where_a_watched_column_changes(
    world: World, acme: VendorRef, northwind: PartnershipRef
) -> None:
    with world.acting(acme), transaction() as session:
        row_of(northwind).name = "Renamed"
        assert take_changes(session) == {}
        row_of(northwind).agreement_accepted_on = date(2026, 1, 2)
        assert take_changes(session) == {PARTNERSHIP: {northwind.id}}
        assert take_changes(session) == {}, "taken once"


def test_a_statement_is_noted_by_the_rows_it_meets(
    world: World, acme: VendorRef, northwind: PartnershipRef
) -> None:
    with world.acting(acme), transaction() as session:
        company = row_of(northwind).partner_id
        session.execute(update(Partnership).where(Partnership.name == "Northwind").values(name="Other"))
        assert take_changes(session) == {}
        ending = update(Membership).where(Membership.ended_at.is_(None)).values(ended_at=clock.now())
        session.execute(ending)
        assert take_changes(session) == {PARTNER: {company}}
        session.execute(ending)
        assert take_changes(session) == {}, "it met nobody"
        session.execute(delete(Membership).where(Membership.partner_id == company))
        assert take_changes(session) == {PARTNER: {company}}


def test_what_changes_hands_is_noted_on_both_sides(
    world: World, acme: VendorRef, northwind: PartnershipRef
) -> None:
    with world.acting(acme), transaction() as session:
        company = row_of(northwind).partner_id
        others = [Partner(name=f"Other {n}", created_at=clock.now()) for n in range(2)]
        session.add_all(others)
        session.flush()
        membership = session.scalars(select(Membership).where(Membership.partner_id == company)).one()
        session.expire(membership)
        membership.partner_id = others[0].id
        assert take_changes(session) == {PARTNER: {company, others[0].id}}
        session.execute(
            update(Membership).where(Membership.id == membership.id).values(partner_id=others[1].id)
        )
        assert take_changes(session) == {PARTNER: {others[0].id, others[1].id}}


def test_rows_inserted_in_bulk_are_noted(world: World, acme: VendorRef, northwind: PartnershipRef) -> None:
    with world.acting(acme), transaction() as session:
        company = row_of(northwind).partner_id
        person = session.scalars(select(User.id)).first()
        row = {"user_id": person, "partner_id": company, "role": "partner_member"}
        session.execute(insert(Membership), [row | {"started_at": clock.now()}])
        assert take_changes(session) == {PARTNER: {company}}


def test_what_is_rolled_back_is_forgotten(world: World, acme: VendorRef, northwind: PartnershipRef) -> None:
    with world.acting(acme):
        with pytest.raises(RuntimeError), transaction() as session:
            row_of(northwind).agreement_accepted_on = date(2026, 1, 2)
            session.flush()
            raise RuntimeError
        with transaction() as session:
            assert take_changes(session) == {}
