"""Issuing: on evidence, by decision, to everybody who qualifies; exactly once, with unique numbers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from sqlalchemy import func, select

from prm.accounts.models import Membership, User
from prm.accounts.services import add_membership
from prm.certification import queries, services
from prm.certification.models import (
    Certificate,
    CertificateCounter,
    CertificateFile,
    Certification,
    IssueBasis,
    IssuedCode,
    Paper,
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
from prm.partners.services import open_partner_account
from prm.permissions import Role
from prm.training import services as training
from prm.training.models import SkillLevel
from prm.vendors.models import SigningKey
from tests.certification.conftest import Scene
from tests.factories import PartnershipRef, UserRef, World
from tests.factories import certification as certify
from tests.factories import training as make

START = datetime(2026, 3, 12, 22, 30, tzinfo=UTC)  # 23:30 in Berlin


def held(world: World, scene: Scene, user: UserRef | None = None) -> list[Certificate]:
    """A person's certificates, oldest first."""
    with world.acting(scene.vendor):
        return list(
            db.session.scalars(
                select(Certificate)
                .where(Certificate.user_id == (user or scene.member).id)
                .order_by(Certificate.id)
            )
        )


def person(user: UserRef) -> User:
    return db.session.get_one(User, user.id)


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
        assert services.issue_to_qualified(actor, scheme, limit=2) == 2
        assert services.issue_to_qualified(actor, scheme) == 1
        assert services.issue_to_qualified(actor, scheme) == 0
    assert [names(world, scene, user).count("Later") for user in people] == [1, 1, 1, 0, 0]
    with clock.travel(datetime(2099, 1, 1, tzinfo=UTC)), world.acting(scene.vendor) as actor:
        # Expired, but nothing was completed since.
        assert services.list_issuable(actor, get_scheme(actor, later.public_id)) == []


# -- at once -----------------------------------------------------------------------------------


def test_parallel_completions_issue_exactly_one_certificate(world: World, scene: Scene) -> None:
    courses = [
        make.make_course(world, scene.vendor, f"Part {n}", lessons=1, has_quiz=False) for n in range(6)
    ]
    scheme = certify.make_scheme(world, scene.vendor, *courses, name="All parts")
    enrolments = [make.enrol(world, scene.vendor, scene.member, course).public_id for course in courses]
    together = Barrier(6)

    def complete(n: int) -> None:
        with world.acting(scene.vendor, scene.member) as actor:
            db.session.rollback()
            together.wait(60)
            with transaction():
                training.complete_lesson(actor, enrolments[n], courses[n].lessons[0])
            db.session.remove()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(complete, range(6)))
    (certificate,) = held(world, scene)
    assert certificate.certification_id == scheme.id
    assert len(certificate.facts["evidence"]) == 6


def test_fifty_at_once_get_fifty_numbers_and_one_key(world: World, scene: Scene) -> None:
    people = [world.user(Role.PARTNER_MEMBER, partnership=scene.company) for _ in range(50)]
    together = Barrier(50)

    def issue(user: UserRef) -> str:
        with world.acting(scene.vendor) as actor:
            scheme = get_scheme(actor, scene.scheme.public_id)
            db.session.rollback()
            together.wait(60)
            with transaction():
                made = services.issue_by_decision(actor, scheme, person(user), reason="All at once")
                number = made.number
            db.session.remove()
            return number

    with ThreadPoolExecutor(50) as pool:
        numbers = list(pool.map(issue, people))
    assert sorted(numbers) == [f"{numbers[0][:10]}{n:06}" for n in range(1, 51)]
    with world.acting(scene.vendor):
        assert db.session.scalars(select(CertificateCounter.last_number)).all() == [50]
        assert db.session.scalar(select(func.count(SigningKey.id))) == 1
        assert (
            db.session.scalar(select(func.count(CertificateFile.id)).where(CertificateFile.sha256 != ""))
            == 50
        )


def test_one_person_pressed_twice_is_certified_once(world: World, scene: Scene) -> None:
    together = Barrier(8)

    def issue(_n: int) -> str:
        with world.acting(scene.vendor) as actor:
            scheme = get_scheme(actor, scene.scheme.public_id)
            user = person(scene.member)
            db.session.rollback()
            together.wait(60)
            try:
                with transaction():
                    services.issue_by_decision(actor, scheme, user, reason="Twice")
            except Conflict:
                return "told"
            finally:
                db.session.remove()
            return "issued"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(issue, range(8)))
    assert sorted(outcomes) == ["issued", *["told"] * 7]
    assert len(held(world, scene)) == 1


def test_a_number_of_a_failed_transaction_is_given_back(world: World, scene: Scene) -> None:
    with pytest.raises(RuntimeError), world.acting(scene.vendor) as actor, transaction():
        services.issue_by_decision(
            actor, get_scheme(actor, scene.scheme.public_id), person(scene.member), reason="Then it breaks"
        )
        raise RuntimeError
    assert held(world, scene) == []
    assert certify.issue(world, scene.vendor, scene.scheme, scene.member).number.endswith("-000001")


def test_vendors_count_for_themselves_and_a_long_slug_is_cut(world: World, scene: Scene) -> None:
    certify.issue(world, scene.vendor, scene.scheme, scene.member)
    other = world.vendor("a-very-long-slug-of-x-characters-0123")
    member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(other))
    scheme = certify.make_scheme(world, other)
    made = certify.issue(world, other, scheme, member)
    assert made.number.startswith("A-VERY-LONG-SLUG-OF-2") and made.number.endswith("-000001")


# -- moving on ---------------------------------------------------------------------------------


def test_people_take_their_certificates_along(world: World, scene: Scene) -> None:
    make.complete(world, scene.vendor, scene.member, scene.course)
    (certificate,) = held(world, scene)
    elsewhere = world.partnership(scene.vendor, "Contoso")
    colleague = world.user(Role.PARTNER_ADMIN, partnership=elsewhere)
    former = world.user(Role.PARTNER_ADMIN, partnership=scene.company)
    with world.acting(scene.vendor, colleague) as actor, pytest.raises(NotFound):
        get_certificate(actor, certificate.public_id)
    move(world, scene, elsewhere)
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


def move(world: World, scene: Scene, to: PartnershipRef) -> None:
    """End the scene's member's membership and begin one with another company."""
    with world.acting(scene.vendor) as actor, transaction():
        membership = db.session.scalars(select(Membership).where(Membership.user_id == scene.member.id)).one()
        membership.ended_at = clock.now()
        company = db.session.get_one(Partnership, to.id)
        partner_id = open_partner_account(actor, company)
        add_membership(actor, person(scene.member), Role.PARTNER_MEMBER, partner_id=partner_id)


# -- schemes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " \x00 "}, "name"),
        ({"name": "Nimbus Installer"}, "name"),
        ({"validity_months": 0}, "validity_months"),
        ({"validity_months": 601}, "validity_months"),
    ],
)
def test_a_scheme_that_cannot_be_names_the_field(
    world: World, scene: Scene, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(DomainError) as broken, world.acting(scene.vendor) as actor, transaction():
        services.create_scheme(actor, **{"name": "Another", **changes})  # type: ignore[arg-type]
    assert set(broken.value.fields) == {field}


def test_a_scheme_needs_published_versions_of_different_courses_of_its_vendor(
    world: World, scene: Scene
) -> None:
    draft = make.make_draft(world, scene.vendor, "Unfinished")
    foreign = make.make_course(world, world.vendor("globex"), "Foreign")
    newer = certify.new_version(world, scene.vendor, scene.course)
    for chosen in ([draft], [foreign], [scene.course, newer]):
        with pytest.raises(DomainError, match="Choose"):
            certify.make_scheme(world, scene.vendor, *chosen, name="Another")
    with world.acting(scene.vendor):
        assert db.session.scalars(select(Certification.name)).all() == ["Nimbus Installer"]


def test_two_editors_of_one_scheme_do_not_overwrite_each_other(world: World, scene: Scene) -> None:
    stated = {
        "summary": "", "skill_level": SkillLevel.EXPERT, "validity_months": None,
        "course_version_ids": [], "is_active": True, "revision": 1,
    }  # fmt: skip
    with world.acting(scene.vendor) as actor, transaction():
        scheme = get_scheme(actor, scene.scheme.public_id)
        services.change_scheme(actor, scheme, name="First", **stated)  # type: ignore[arg-type]
    with pytest.raises(Conflict), world.acting(scene.vendor) as actor, transaction():
        scheme = get_scheme(actor, scene.scheme.public_id)
        services.change_scheme(actor, scheme, name="Second", **stated)  # type: ignore[arg-type]
    with world.acting(scene.vendor) as actor:
        assert get_scheme(actor, scene.scheme.public_id).name == "First"
