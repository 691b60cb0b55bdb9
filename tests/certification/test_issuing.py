"""Issuing: on evidence, by decision, to everybody who qualifies; exactly once, with unique numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from prm.accounts.models import Membership
from prm.certification import queries, services
from prm.certification.models import (
    CertificateFile,
    IssueBasis,
    IssuedCode,
)
from prm.certification.queries.certificates import get_certificate, list_expiring
from prm.certification.queries.people import find_candidate, list_candidates
from prm.certification.queries.schemes import get_scheme
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.journal.models import JournalEntry, JournalPersonalValue
from prm.journal.queries import verify_chain
from prm.journal.services import chain_of
from prm.partners.models import Partnership, PartnershipStatus
from prm.permissions import Role
from prm.vendors.models import Paper
from tests.certification.conftest import Scene
from tests.certification.held import held
from tests.factories import UserRef, World
from tests.factories import certification as certify
from tests.factories import training as make
from tests.factories.accounts import transfer

START = datetime(2026, 3, 12, 22, 30, tzinfo=UTC)  # 23:30 in Berlin


# -- on evidence -------------------------------------------------------------------------------


def test_completing_what_is_needed_issues_a_certificate_at_once(world: World, scene: Scene) -> None:
    with clock.freeze(START):
        make.complete(world, scene.vendor, scene.member, scene.course)
    (certificate,) = held(world, scene)
    assert certificate.number == "ACME-2026-000001"
    assert certificate.basis is IssueBasis.EVIDENCE and certificate.reason is None
    assert certificate.issued_on == date(2026, 3, 12)  # in Berlin, where it was late at night
    assert certificate.expires_on == date(2028, 3, 11)
    facts = certificate.facts
    assert facts["person"] == {"id": str(scene.member.public_id), "name": "Zoë Ångström"}
    assert facts["partner"]["name"] == "Northwind" and facts["vendor"]["name"] == "Acme GmbH"
    assert facts["certification"]["level"] == "foundation"
    assert facts["verify_url"] == f"http://localhost/verify/{certificate.code}"
    assert facts["language"] == "en"
    (proof,) = facts["evidence"]
    assert (proof["course"], proof["version"]) == (str(scene.course.public_id), 1)
    assert "score" not in str(facts)
    with world.acting(scene.vendor):
        assert db.session.scalars(select(IssuedCode.vendor_id)).all() == [scene.vendor.id]
        (file,) = db.session.scalars(select(CertificateFile)).all()
        assert file.paper is Paper.A4 and file.file_id is not None


def test_the_midnight_that_counts_is_the_vendors(world: World, scene: Scene) -> None:
    with clock.freeze(datetime(2025, 12, 31, 23, 30, tzinfo=UTC)):
        make.complete(world, scene.vendor, scene.member, scene.course)
    (certificate,) = held(world, scene)
    assert certificate.issued_on == date(2026, 1, 1)
    assert certificate.number.startswith("ACME-2026-")


def test_half_of_what_is_needed_issues_nothing(world: World, scene: Scene) -> None:
    second = make.make_course(world, scene.vendor, "Running Nimbus")
    both = certify.make_scheme(world, scene.vendor, scene.course, second, name="Operator")
    make.complete(world, scene.vendor, scene.member, scene.course)
    assert [c.certification_id for c in held(world, scene)] == [scene.scheme.id]
    make.complete(world, scene.vendor, scene.member, second)
    assert [c.certification_id for c in held(world, scene)] == [scene.scheme.id, both.id]
    titles = [each["title"] for each in held(world, scene)[1].facts["evidence"]]
    assert titles == ["Installing Nimbus", "Running Nimbus"]


def test_a_later_version_of_a_course_counts_and_an_earlier_does_not(world: World, scene: Scene) -> None:
    first = make.make_course(world, scene.vendor, "Selling Nimbus", has_quiz=False)
    certify.make_scheme(world, scene.vendor, first, name="Any version")
    make.complete(world, scene.vendor, scene.member, first)
    newer = certify.new_version(world, scene.vendor, first)
    certify.make_scheme(world, scene.vendor, newer, name="Newest")
    assert names(world, scene, scene.member) == ["Any version"]
    late = world.user(Role.PARTNER_MEMBER, partnership=scene.company)
    make.complete(world, scene.vendor, late, newer)
    assert names(world, scene, late) == ["Any version", "Newest"]
    proof = held(world, scene, late)[0].facts["evidence"][0]
    assert proof["version"] == 2
    make.complete(world, scene.vendor, scene.member, newer)
    assert names(world, scene, scene.member) == ["Any version", "Newest"]  # the first still holds


def names(world: World, scene: Scene, user: UserRef) -> list[str]:
    return sorted(c.facts["certification"]["name"] for c in held(world, scene, user))


def test_a_closed_scheme_and_one_without_courses_issue_nothing_by_themselves(
    world: World, scene: Scene
) -> None:
    certify.make_scheme(world, scene.vendor, name="By decision")
    with world.acting(scene.vendor) as actor, transaction():
        scheme = get_scheme(actor, scene.scheme.public_id)
        services.change_scheme(
            actor, scheme, name=scheme.name, summary="", skill_level=scheme.skill_level,
            validity_months=12, course_version_ids=[scene.course.version_public_id], is_active=False,
            revision=scheme.revision,
        )  # fmt: skip
    make.complete(world, scene.vendor, scene.member, scene.course)
    assert held(world, scene) == []


def test_staff_of_the_vendor_are_certified_without_a_company(world: World, scene: Scene) -> None:
    author = world.user(Role.CONTENT_AUTHOR, vendor=scene.vendor)
    make.complete(world, scene.vendor, author, scene.course)
    (certificate,) = held(world, scene, author)
    assert certificate.partnership_id is None and certificate.facts["partner"] is None


# -- renewal -----------------------------------------------------------------------------------


def test_new_evidence_renews_what_expires_soon_and_nothing_else(world: World, scene: Scene) -> None:
    first = make.make_course(world, scene.vendor, "Selling Nimbus", has_quiz=False)
    certify.make_scheme(world, scene.vendor, first, name="Seller", validity_months=12)
    with clock.freeze(datetime(2027, 1, 10, 12, tzinfo=UTC)) as now:
        ann = world.user(Role.PARTNER_MEMBER, partnership=scene.company)
        make.complete(world, scene.vendor, ann, first)
        second = certify.new_version(world, scene.vendor, first)
        now.move_to(datetime(2027, 6, 1, 12, tzinfo=UTC))
        make.complete(world, scene.vendor, ann, second)
        assert len(held(world, scene, ann)) == 1
        third = certify.new_version(world, scene.vendor, first)
        now.move_to(datetime(2027, 12, 1, 12, tzinfo=UTC))
        make.complete(world, scene.vendor, ann, third)
        old, new = held(world, scene, ann)
        assert new.previous_id == old.id
        assert new.facts["previous"] == {"id": str(old.public_id), "number": old.number}
        assert new.expires_on == date(2028, 11, 30)
        with world.acting(scene.vendor) as actor:
            assert list_expiring(actor, 90) == []  # the old one is renewed


def test_after_a_revocation_only_what_is_completed_since_counts(world: World, scene: Scene) -> None:
    first = make.make_course(world, scene.vendor, "Selling Nimbus", has_quiz=False)
    other = make.make_course(world, scene.vendor, "Pricing Nimbus", has_quiz=False)
    scheme = certify.make_scheme(world, scene.vendor, first, other, name="Seller")
    make.complete(world, scene.vendor, scene.member, first)
    make.complete(world, scene.vendor, scene.member, other)
    (certificate,) = held(world, scene)
    certify.revoke(world, scene.vendor, certify.ref(certificate))
    make.complete(world, scene.vendor, scene.member, certify.new_version(world, scene.vendor, first))
    assert len(held(world, scene)) == 1
    with world.acting(scene.vendor) as actor:
        assert services.list_issuable(actor, get_scheme(actor, scheme.public_id)) == []
    make.complete(world, scene.vendor, scene.member, certify.new_version(world, scene.vendor, other))
    assert len(held(world, scene)) == 2


# -- by decision -------------------------------------------------------------------------------


def test_a_decision_needs_a_reason_an_open_scheme_and_nobody_certified_twice(
    world: World, scene: Scene
) -> None:
    certify.issue(world, scene.vendor, scene.scheme, scene.member, reason="  Exam\r\n on site ")
    (certificate,) = held(world, scene)
    assert certificate.basis is IssueBasis.DECISION and certificate.reason == "Exam on site"
    assert certificate.facts["evidence"] == []
    with pytest.raises(Conflict, match="already holds certificate ACME-"):
        certify.issue(world, scene.vendor, scene.scheme, scene.member)
    for reason in ("", "   ", "\x00\x1f"):
        other = world.user(Role.PARTNER_MEMBER, partnership=scene.company)
        with pytest.raises(DomainError, match="reason"):
            certify.issue(world, scene.vendor, scene.scheme, other, reason=reason)
    assert len(held(world, scene)) == 1


def test_the_journal_says_who_issued_and_revoked_without_personal_data(world: World, scene: Scene) -> None:
    manager = world.user(Role.CHANNEL_MANAGER, vendor=scene.vendor)
    made = certify.issue(world, scene.vendor, scene.scheme, scene.member, by=manager, reason="Told me so")
    certify.revoke(world, scene.vendor, made, "Was a mistake")
    with world.acting(scene.vendor):
        chain = chain_of(scene.vendor.id)
        entries = {
            entry.action: entry
            for entry in db.session.scalars(select(JournalEntry).where(JournalEntry.chain == chain))
        }
        issued = entries["certificate.issued"]
        assert issued.actor_ref == f"user:{manager.public_id}"
        assert issued.facts["number"] == made.number and issued.facts["basis"] == "decision"
        assert len(entries["certificate.file_issued"].facts["sha256"]) == 64
        everything = str([entry.facts for entry in entries.values()])
        assert "Zoë" not in everything and "Told me so" not in everything and "mistake" not in everything
        assert {"Told me so", "Was a mistake"} <= set(db.session.scalars(select(JournalPersonalValue.value)))
        assert verify_chain(chain).is_valid


# -- to everybody who qualifies ----------------------------------------------------------------


def test_a_new_scheme_is_issued_to_who_qualifies_by_one_press(world: World, scene: Scene) -> None:
    others = [world.user(Role.PARTNER_MEMBER, partnership=scene.company) for _ in range(4)]
    people = [scene.member, *others]
    for user in people[:4]:
        make.complete(world, scene.vendor, user, scene.course)
    with world.acting(scene.vendor), transaction():
        gone = db.session.scalars(select(Membership).where(Membership.user_id == people[3].id)).one()
        gone.ended_at = clock.now()
    later = certify.make_scheme(world, scene.vendor, scene.course, name="Later")
    with world.acting(scene.vendor) as actor, transaction():
        scheme = get_scheme(actor, later.public_id)
        assert len(services.list_issuable(actor, scheme)) == 3  # one left, one completed nothing
        keys = [user.id for user in people]
        assert len(services.issue_to_people(actor, scheme, keys[1:])) == 2
        assert len(services.issue_to_people(actor, scheme, keys)) == 1
        assert len(services.issue_to_people(actor, scheme, keys)) == 0
    assert [names(world, scene, user).count("Later") for user in people] == [1, 1, 1, 0, 0]
    with clock.travel(datetime(2099, 1, 1, tzinfo=UTC)), world.acting(scene.vendor) as actor:
        # Expired, but nothing was completed since.
        assert services.list_issuable(actor, get_scheme(actor, later.public_id)) == []


# -- moving on ---------------------------------------------------------------------------------


def test_people_take_their_certificates_along(world: World, scene: Scene) -> None:
    make.complete(world, scene.vendor, scene.member, scene.course)
    (certificate,) = held(world, scene)
    elsewhere = world.partnership(scene.vendor, "Contoso")
    colleague = world.user(Role.PARTNER_ADMIN, partnership=elsewhere)
    former = world.user(Role.PARTNER_ADMIN, partnership=scene.company)
    with world.acting(scene.vendor, colleague) as actor, pytest.raises(NotFound):
        get_certificate(actor, certificate.public_id)
    transfer(world, scene.vendor, scene.member, elsewhere)
    for user in (scene.member, colleague, former):
        with world.acting(scene.vendor, user) as actor:
            assert get_certificate(actor, certificate.public_id).facts["partner"]["name"] == "Northwind"
    with world.acting(scene.vendor, scene.member) as actor:
        assert [c.number for c in queries.list_my_certificates(actor)] == [certificate.number]
    with clock.travel(datetime(2028, 10, 1, tzinfo=UTC)):
        counts = {}
        for user in (scene.member, colleague, former):
            with world.acting(scene.vendor, user) as actor:
                counts[user.id] = queries.count_expiring(actor, 90)
    assert counts == {scene.member.id: 1, colleague.id: 1, former.id: 0}


def test_who_belongs_to_an_ended_partnership_keeps_what_they_hold_and_gets_no_more(
    world: World, scene: Scene
) -> None:
    with clock.travel(datetime(2025, 1, 1, 12, tzinfo=UTC)):
        make.complete(world, scene.vendor, scene.member, scene.course)
    later = certify.make_scheme(world, scene.vendor, scene.course, name="Later")
    with world.acting(scene.vendor) as actor, transaction():
        db.session.get_one(Partnership, scene.company.id).status = PartnershipStatus.ENDED
        assert services.list_issuable(actor, get_scheme(actor, later.public_id)) == []
        assert list_candidates(actor) == [] and find_candidate(actor, scene.member.email) is None
    with clock.travel(datetime(2026, 12, 1, tzinfo=UTC)), world.acting(scene.vendor) as actor:
        assert queries.count_expiring(actor, 90) == 0
        certificate = get_certificate(actor, held(world, scene)[0].public_id)
        assert queries.status_of(certificate, date(2026, 12, 1)).holds
