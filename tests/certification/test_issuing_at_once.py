"""Many at the same moment: each certified once, each number given once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from prm.certification import services
from prm.certification.models import (
    CertificateCounter,
    CertificateFile,
)
from prm.certification.queries.schemes import get_scheme
from prm.errors import Conflict
from prm.extensions import db
from prm.infra.db import transaction
from prm.permissions import Role
from prm.training import services as training
from prm.vendors.models import SigningKey
from tests.certification.conftest import Scene
from tests.certification.held import held, person
from tests.factories import UserRef, World
from tests.factories import certification as certify
from tests.factories import training as make


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
