"""People from a file: invited, or given job functions; never more than the vendor may say."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from prm.accounts.models import Invitation, Membership, User
from prm.errors import Conflict
from prm.extensions import db
from prm.imports.models import ImportChange, ImportRow
from prm.imports.services.undoing import undo_batch
from prm.infra.db import transaction
from prm.permissions import Role
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.revenue import import_file
from tests.imports.test_pages import open_mapping
from tests.servers import SmtpSink

HEADER = "email,name,partner,role,job_functions\n"
NEW = HEADER + "ada@north.test,Ada,Northwind,,technical; sales\nbob@north.test,Bob,Northwind,partner admin,\n"


@pytest.fixture
def vendor(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def north(world: World, vendor: VendorRef) -> PartnershipRef:
    return world.partnership(vendor, "Northwind")


@pytest.fixture
def cleo(world: World, north: PartnershipRef) -> UserRef:
    return world.user(Role.PARTNER_MEMBER, partnership=north, name="Cleo", email="cleo@north.test")


def said(report: object) -> list[tuple[int, str | None, str]]:
    return [(row.line, row.column, row.reason) for row in report.rejected]  # type: ignore[attr-defined]


def invitations(world: World, vendor: VendorRef) -> list[tuple[str, str, list[str], bool]]:
    with world.acting(vendor):
        return [
            (each.email, each.role.value, each.job_functions, each.withdrawn_at is None)
            for each in db.session.scalars(select(Invitation).order_by(Invitation.id))
        ]


def functions_of(world: World, person: UserRef) -> list[list[str]]:
    with world.app.app_context():
        statement = select(Membership.job_functions).where(Membership.user_id == person.id)
        return list(db.session.scalars(statement.execution_options(every_vendor=True)))


def limit_to(world: World, vendor: VendorRef, person: UserRef) -> None:
    """As if the vendor had invited the person: the membership counts with that vendor alone."""
    with world.acting(vendor), transaction():
        membership = db.session.scalars(select(Membership).where(Membership.user_id == person.id)).one()
        membership.at_vendor_id = vendor.id


def test_who_is_unknown_is_invited_once(
    world: World, vendor: VendorRef, north: PartnershipRef, mail: SmtpSink
) -> None:
    report = import_file(world, vendor, "people", NEW)
    assert (report.inserted, said(report)) == (2, [])
    assert invitations(world, vendor) == [
        ("ada@north.test", "partner_member", ["sales", "technical"], True),
        ("bob@north.test", "partner_admin", [], True),
    ]
    assert sorted(each.recipients[0] for each in mail.deliveries) == ["ada@north.test", "bob@north.test"]
    assert "acme" in mail.deliveries[0].message.get_content().casefold()
    again = import_file(world, vendor, "people", NEW)
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, 2)
    changed = import_file(world, vendor, "people", NEW.replace("technical; sales", "support"))
    assert (changed.inserted, changed.updated) == (0, 1)
    assert invitations(world, vendor)[0][2] == ["support"]
    assert len(mail.deliveries) == 2


def test_a_dry_run_invites_nobody(
    world: World, vendor: VendorRef, north: PartnershipRef, mail: SmtpSink
) -> None:
    assert import_file(world, vendor, "people", NEW, dry_run=True).inserted == 2
    assert invitations(world, vendor) == []
    assert mail.deliveries == []


def test_members_get_job_functions_and_keep_what_is_theirs(
    world: World, vendor: VendorRef, north: PartnershipRef, cleo: UserRef
) -> None:
    limit_to(world, vendor, cleo)
    row = HEADER + "CLEO@north.test,Somebody Else,Northwind,,support\n"
    report = import_file(world, vendor, "people", row)
    assert (report.updated, said(report)) == (1, [])
    assert functions_of(world, cleo) == [["support"]]
    with world.app.app_context():
        user = db.session.get_one(User, cleo.id)
        assert (user.name, user.email) == ("Cleo", "cleo@north.test")
    other_role = import_file(world, vendor, "people", HEADER + "cleo@north.test,,Northwind,partner admin,\n")
    assert said(other_role) == [
        (2, "role", "The person is here with another role; an import does not change roles.")
    ]


def test_a_companys_own_people_are_left_to_the_company(
    world: World, vendor: VendorRef, north: PartnershipRef, cleo: UserRef
) -> None:
    with world.acting(vendor):
        at = db.session.scalars(select(Membership.at_vendor_id).where(Membership.user_id == cleo.id)).one()
    assert at is None
    report = import_file(world, vendor, "people", HEADER + "cleo@north.test,,Northwind,,support\n")
    assert said(report) == [(2, "job_functions", "The person's own company looks after their job functions.")]


def test_what_is_wrong_with_a_row_is_said(world: World, vendor: VendorRef, north: PartnershipRef) -> None:
    rows = [
        "nobody,A,Northwind,,",
        "a@north.test,A,Nowhere,,",
        "a@north.test,A,,,",
        "a@north.test,A,Northwind,emperor,",
        "a@north.test,A,Northwind,,dancing",
        "a@north.test,,Northwind,,",
        "a@north.test,A,,vendor_admin,",
        "a@north.test,A,Northwind,executive,",
        "b@north.test,B,Northwind,,",
        "B@north.test,B,Northwind,,",
    ]
    report = import_file(world, vendor, "people", HEADER + "\n".join(rows) + "\n")
    assert [(row.line, row.column) for row in report.rejected] == [
        (2, "email"), (3, "partner"), (4, "partner"), (5, "role"), (6, "job_functions"), (7, "name"),
        (8, "role"), (9, "partner"), (11, "email"),
    ]  # fmt: skip
    assert report.inserted == 1


def test_undo_withdraws_and_sets_back(
    world: World, vendor: VendorRef, north: PartnershipRef, cleo: UserRef
) -> None:
    limit_to(world, vendor, cleo)
    report = import_file(world, vendor, "people", NEW + "cleo@north.test,,Northwind,,support\n")
    with world.acting(vendor) as actor, transaction():
        assert report.batch is not None
        undo_batch(actor, report.batch)
    assert [each[3] for each in invitations(world, vendor)] == [False, False]
    assert functions_of(world, cleo) == [[]]


def test_who_has_accepted_stays(world: World, vendor: VendorRef, north: PartnershipRef) -> None:
    report = import_file(world, vendor, "people", NEW)
    with world.acting(vendor) as actor:
        with transaction():
            first = db.session.scalars(select(Invitation).order_by(Invitation.id)).first()
            assert first is not None
            first.accepted_at = first.created_at
        with pytest.raises(Conflict, match="1 person has accepted the invitation: Ada"), transaction():
            assert report.batch is not None
            undo_batch(actor, report.batch)
    assert [each[3] for each in invitations(world, vendor)] == [True, True]


def test_no_name_or_address_is_kept_of_who_was_taken(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    import_file(world, vendor, "people", NEW + "nobody,Nix,Northwind,,\n")
    with world.acting(vendor):
        changes = db.session.scalars(select(ImportChange)).all()
        assert "north.test" not in str([change.after for change in changes])
        assert [row.raw.get("name") for row in db.session.scalars(select(ImportRow))] == [None, None, "Nix"]


def test_a_page_invites_in_the_name_of_who_confirmed(
    world: World, vendor: VendorRef, north: PartnershipRef, mail: SmtpSink
) -> None:
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor, name="Vera Vendor"))
    content = HEADER + "ada@acme.test,Ada,,content author,\n"
    url, form = open_mapping(admin, content, kind="people")
    assert form["column_email"] == "email"
    assert "This is a dry run" in admin.post(url, data=form, follow_redirects=True).text
    admin.post(url.replace("/mapping", "/confirm"))
    assert [each[:2] for each in invitations(world, vendor)] == [("ada@acme.test", "content_author")]
    assert "Vera Vendor" in mail.deliveries[0].message.get_content()


def test_who_may_not_see_people_sees_no_file_of_them(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    report = import_file(world, vendor, "people", NEW + "nobody,Nix,Northwind,,\n")
    executive = world.client(world.user(Role.EXECUTIVE, vendor=vendor))
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    assert "people.csv" in admin.get("/acme/imports/").text
    assert "people.csv" not in executive.get("/acme/imports/").text
    for path in ("", "/file", "/rejected.csv"):
        url = f"/acme/imports/{report.batch}{path}"
        assert (admin.get(url).status_code, executive.get(url).status_code) == (200, 404)
