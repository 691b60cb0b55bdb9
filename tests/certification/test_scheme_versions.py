"""What a version of a scheme asks, from which day on, and what it asks to renew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from prm.certification import services
from prm.certification.models import Certificate
from prm.certification.queries.affected import preview_terms
from prm.certification.queries.certificates import get_certificate, list_chain
from prm.certification.queries.schemes import get_scheme, list_renewal_steps
from prm.certification.rules import (
    CertificationRule,
    CourseRule,
    ExamRule,
    ExperienceRule,
    LevelRule,
    PathRule,
    Renewal,
    Terms,
)
from prm.certification.services.revoking import revoke_certificate
from prm.certification.validity import Status, status_of
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.permissions import Role
from prm.training import services as training
from prm.training.models import SkillLevel
from tests.certification.clients import LIST, of
from tests.certification.conftest import Scene
from tests.certification.held import held
from tests.factories import World
from tests.factories import certification as certify
from tests.factories import training as make
from tests.factories.paths import assign_path, make_path
from tests.factories.revenue import import_rows

NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)


def of_scheme(world: World, scene: Scene, name: str) -> list[Certificate]:
    return [c for c in held(world, scene) if c.facts["certification"]["name"] == name]


# -- versions ----------------------------------------------------------------------------------


def test_other_rules_hold_from_their_day_on_and_certificates_name_theirs(world: World, scene: Scene) -> None:
    second = make.make_course(world, scene.vendor, "Running Nimbus", has_quiz=False)
    needs = {"course_version_ids": [scene.course.version_public_id, second.version_public_id]}
    with clock.freeze(NOON) as now:
        before = {"course_version_ids": [scene.course.version_public_id]}
        assert certify.change_scheme(world, scene.vendor, scene.scheme, **before) == 1  # nothing differs
        later = {**needs, "validity_months": 6, "effective_on": date(2027, 3, 1)}
        assert certify.change_scheme(world, scene.vendor, scene.scheme, **later) == 2
        early = world.user(Role.PARTNER_MEMBER, partnership=scene.company)
        make.complete(world, scene.vendor, early, scene.course)
        now.move_to(datetime(2027, 3, 1, 12, tzinfo=UTC))
        make.complete(world, scene.vendor, scene.member, scene.course)
        assert held(world, scene) == []
        make.complete(world, scene.vendor, scene.member, second)
        (old,), (new,) = held(world, scene, early), held(world, scene)
        assert (old.facts["certification"]["version"], old.expires_on) == (1, date(2029, 1, 9))
        assert (new.facts["certification"]["version"], new.expires_on) == (2, date(2027, 8, 31))
        assert old.version_id < new.version_id
        for wrong in (date(2027, 2, 28), date(2060, 1, 1)):
            with pytest.raises(DomainError) as refused:
                certify.change_scheme(world, scene.vendor, scene.scheme, effective_on=wrong)
            assert set(refused.value.fields) == {"effective_on"}
        certify.change_scheme(world, scene.vendor, scene.scheme, **needs, effective_on=date(2027, 9, 1))
        with pytest.raises(DomainError, match="before the one it follows"):
            certify.change_scheme(world, scene.vendor, scene.scheme, effective_on=date(2027, 8, 1))


def test_rules_that_nobody_could_meet_are_refused(world: World, scene: Scene) -> None:
    lower = certify.make_scheme(
        world, scene.vendor, name="Upper", level=SkillLevel.ADVANCED,
        further=[CertificationRule(scene.scheme.public_id), LevelRule(SkillLevel.FOUNDATION)],
    )  # fmt: skip
    exam = ExamRule(scene.course.version_public_id, 101)
    for asked, field in (
        ({"further": [exam]}, "exams"),
        ({"further": [CertificationRule(lower.public_id)]}, "prerequisites"),
        ({"further": [CertificationRule(scene.company.public_id)]}, "prerequisites"),
        ({"further": [LevelRule(SkillLevel.FOUNDATION)]}, "needs_level"),
        ({"further": [ExperienceRule(0, 12)]}, "deals"),
        ({"further": [ExperienceRule(1, 121)]}, "deal_months"),
        ({"further": [ExperienceRule(1, 12, scene.company.public_id)]}, "deal_product"),
        ({"renewal": Renewal.EXAM}, "renewal_exam"),
        ({"renewal": Renewal.DELTA}, "renewal"),
        ({"grace_days": 366}, "grace_days"),
        ({"validity_months": 0}, "validity_months"),
    ):
        with pytest.raises(DomainError) as refused:
            certify.change_scheme(world, scene.vendor, scene.scheme, **asked)  # type: ignore[arg-type]
        assert set(refused.value.fields) == {field}


def test_a_preview_says_whom_other_rules_would_affect(world: World, scene: Scene) -> None:
    second = make.make_course(world, scene.vendor, "Running Nimbus", has_quiz=False)
    ann = world.user(Role.PARTNER_MEMBER, partnership=scene.company, name="Ann")
    make.complete(world, scene.vendor, scene.member, scene.course)
    make.complete(world, scene.vendor, ann, second)
    with world.acting(scene.vendor) as actor:
        scheme = get_scheme(actor, scene.scheme.public_id)
        other = preview_terms(actor, scheme, Terms((CourseRule(second.version_public_id),), 24))
        assert (other.holders, other.behind.count, other.behind.names) == (1, 1, ("Zoë Ångström",))
        assert (other.lost.count, other.won.names) == (0, ("Ann",))
        revoke_all(world, scene)
    with world.acting(scene.vendor) as actor:
        scheme = get_scheme(actor, scene.scheme.public_id)
        other = preview_terms(actor, scheme, Terms((CourseRule(second.version_public_id),), 24))
        assert (other.holders, other.lost.names, other.won.count) == (0, ("Zoë Ångström",), 1)


def revoke_all(world: World, scene: Scene) -> None:
    for certificate in held(world, scene):
        certify.revoke(world, scene.vendor, certify.ref(certificate))


# -- rules -------------------------------------------------------------------------------------


def test_an_exam_is_passed_with_its_score(world: World, scene: Scene) -> None:
    for name, minimum in (("Passed", 60), ("Perfect", 100)):
        certify.make_scheme(
            world, scene.vendor, name=name, further=[ExamRule(scene.course.version_public_id, minimum)]
        )
    enrolment = make.do_lessons(world, scene.vendor, scene.member, scene.course)
    one_wrong = {**scene.course.right_answers}
    last = scene.course.questions[-1]
    one_wrong[str(last.public_id)] = last.wrong
    make.submit(world, scene.vendor, scene.member, enrolment, one_wrong)  # 67 %
    assert (len(of_scheme(world, scene, "Passed")), len(of_scheme(world, scene, "Perfect"))) == (1, 0)


def test_one_certificate_completes_the_next_that_builds_on_it(world: World, scene: Scene) -> None:
    certify.make_scheme(
        world, scene.vendor, name="Builder", level=SkillLevel.ADVANCED,
        further=[CertificationRule(scene.scheme.public_id)],
    )  # fmt: skip
    certify.make_scheme(
        world, scene.vendor, name="Master", level=SkillLevel.EXPERT,
        further=[LevelRule(SkillLevel.ADVANCED)],
    )  # fmt: skip
    make.complete(world, scene.vendor, scene.member, scene.course)
    names = [c.facts["certification"]["name"] for c in held(world, scene)]
    assert names == ["Nimbus Installer", "Builder", "Master"]
    first, builder, _master = held(world, scene)
    assert builder.facts["conditions"] == [{"kind": "certification", "number": first.number}]
    assert builder.facts["evidence"] == []
    page = world.client(scene.member).get(f"{LIST}{builder.public_id}").text
    assert f"Certificate {first.number}" in page and "by decision" not in page


def test_deals_won_by_the_company_are_experience(world: World, scene: Scene) -> None:
    certify.make_scheme(world, scene.vendor, name="Veteran", further=[ExperienceRule(2, 12)])
    with clock.freeze(NOON):
        for number, (stage, closed_on) in enumerate(
            [("won", "2026-12-01"), ("lost", "2026-12-01"), ("won", "2026-01-09")]
        ):
            deal = {
                "external_id": f"D{number}", "partner": "Northwind", "customer": "C", "product": "P",
                "stage": stage, "registered_on": "2026-01-01", "closed_on": closed_on, "amount": "100",
            }  # fmt: skip
            import_rows(world, scene.vendor, "deals", [deal])
        assert look(world, scene) == 0  # one is too old
        import_rows(world, scene.vendor, "deals", [{**deal, "external_id": "D9", "closed_on": "2026-01-10"}])
        assert look(world, scene) == 1 and look(world, scene) == 0
    (veteran,) = of_scheme(world, scene, "Veteran")
    assert veteran.facts["conditions"] == [{"kind": "experience", "deals": 2, "months": 12}]


def look(world: World, scene: Scene) -> int:
    with world.acting(scene.vendor) as actor, transaction():
        return services.issue_on_experience(actor)


# -- renewing ----------------------------------------------------------------------------------


def test_renewal_asks_for_what_has_changed_alone_and_anew_after_grace(world: World, scene: Scene) -> None:
    stable = make.make_course(world, scene.vendor, "Basics", has_quiz=False)
    moving = make.make_course(world, scene.vendor, "News", has_quiz=False)
    certify.make_scheme(
        world, scene.vendor, stable, moving, name="Delta", validity_months=12, grace_days=30,
        renewal=Renewal.DELTA,
    )  # fmt: skip
    with clock.freeze(NOON) as now:
        for course in (stable, moving):
            make.complete(world, scene.vendor, scene.member, course)
        newer = certify.new_version(world, scene.vendor, moving, is_material=True)
        certify.new_version(world, scene.vendor, stable)  # an editorial change asks for nothing
        now.move_to(datetime(2027, 9, 1, tzinfo=UTC))
        assert steps(world, scene) == []  # too early
        now.move_to(datetime(2028, 2, 8, 12, tzinfo=UTC))  # its last day was 9 January
        (first,) = of_scheme(world, scene, "Delta")
        assert first.grace_until == date(2028, 2, 8) and status_of(first, date(2028, 2, 8)) is Status.GRACE
        assert status_of(first, date(2028, 2, 9)) is Status.EXPIRED
        assert steps(world, scene) == [("Basics", True), ("News", False)]
        with pytest.raises(Conflict, match="cannot be renewed yet"):
            renew(world, scene, first)
        make.complete(world, scene.vendor, scene.member, newer)
        first, second = of_scheme(world, scene, "Delta")
        assert second.previous_id == first.id and first.renewed_on == second.issued_on
        assert status_of(first, second.issued_on) is Status.RENEWED
        with world.acting(scene.vendor) as actor:
            chain = list_chain(get_certificate(actor, first.public_id))
            assert [c.number for c in chain] == [second.number, first.number]
        # Nothing has changed since: it is renewed by asking for it, once it is time.
        now.move_to(datetime(2029, 1, 20, 12, tzinfo=UTC))
        assert steps(world, scene) == [("Basics", True), ("News", True)]
        renew(world, scene, second)
        # Beyond the grace, something must have been completed since.
        now.move_to(datetime(2030, 6, 1, 12, tzinfo=UTC))
        assert steps(world, scene)[-1] == ("Something of it completed since January 20, 2029", False)
        make.complete(world, scene.vendor, scene.member, certify.new_version(world, scene.vendor, stable))
        assert len(of_scheme(world, scene, "Delta")) == 4


def steps(world: World, scene: Scene, name: str = "Delta") -> list[tuple[str, bool]]:
    newest = of_scheme(world, scene, name)[-1]
    with world.acting(scene.vendor, scene.member) as actor:
        asked = list_renewal_steps(actor, get_certificate(actor, newest.public_id))
        return [(step.text, step.is_done) for step in asked]


def renew(world: World, scene: Scene, certificate: Certificate) -> None:
    with world.acting(scene.vendor, scene.member) as actor, transaction():
        services.renew_certificate(actor, get_certificate(actor, certificate.public_id))


def test_an_exam_passed_since_renews(world: World, scene: Scene) -> None:
    exam = make.make_course(world, scene.vendor, "Recertification")
    certify.make_scheme(
        world, scene.vendor, scene.course, name="Examined", validity_months=12, renewal=Renewal.EXAM,
        renewal_exam=ExamRule(exam.version_public_id, 80),
    )  # fmt: skip
    with clock.freeze(NOON) as now:
        make.complete(world, scene.vendor, scene.member, scene.course)
        now.move_to(datetime(2027, 12, 1, 12, tzinfo=UTC))
        again = certify.new_version(world, scene.vendor, replace(scene.course, questions=()))
        assert steps(world, scene, "Examined") == [("Recertification: at least 80 %", False)]
        make.do_lessons(world, scene.vendor, scene.member, again)
        assert len(of_scheme(world, scene, "Examined")) == 1
        make.complete(world, scene.vendor, scene.member, exam)
        _first, second = of_scheme(world, scene, "Examined")
        assert [each["title"] for each in second.facts["evidence"]] == ["Recertification"]


def test_revoking_a_renewal_lets_what_it_renewed_stand_again(world: World, scene: Scene) -> None:
    with clock.freeze(datetime(2025, 1, 10, 12, tzinfo=UTC)) as now:
        certify.issue(world, scene.vendor, scene.scheme, scene.member)
        now.move_to(datetime(2026, 12, 1, 12, tzinfo=UTC))
        second = certify.issue(world, scene.vendor, scene.scheme, scene.member)
        first = held(world, scene)[0]
        assert status_of(first, date(2026, 12, 1)) is Status.RENEWED
        with world.acting(scene.vendor) as actor, transaction():
            revoke_certificate(
                actor, db.session.scalars(select(Certificate).where(Certificate.id == second.id)).one(),
                reason="A mistake",
            )  # fmt: skip
        first, second_row = held(world, scene)
        assert status_of(first, date(2026, 12, 1)) is Status.EXPIRING and second_row.revoked_at is not None


# -- pages -------------------------------------------------------------------------------------


def test_a_form_asks_all_of_it_shows_whom_it_affects_and_writes_a_version(world: World, scene: Scene) -> None:
    make.complete(world, scene.vendor, scene.member, scene.course)
    other = certify.make_scheme(world, scene.vendor, name="Other")
    client = of(world, scene, Role.VENDOR_ADMIN)
    page = f"{LIST}schemes/{scene.scheme.public_id}"
    version = str(scene.course.version_public_id)
    form = {
        "name": "Nimbus Installer", "skill_level": "advanced", "validity_months": "18", "is_active": "y",
        "exams-0-version": version, "exams-0-minimum": "90", "prerequisites": [str(other.public_id)],
        "needs_level": "foundation", "deals": "2", "deal_months": "12", "renewal": "exam",
        "renewal_exam": version, "renewal_minimum": "95", "grace_days": "14", "revision": "1",
    }  # fmt: skip
    shown = client.post(page, data={**form, "preview": "1"})
    assert shown.status_code == 200 and "Nothing is saved yet." in shown.text
    assert "1 of the holders does not meet the new rules today." in shown.text
    assert "Zoë Ångström" in shown.text and "Version 2" not in client.get(page).text
    for half, message in (
        ({"exams-0-minimum": ""}, "Enter the score that passes."),
        ({"renewal_minimum": ""}, "Enter the score that passes."),
        ({"deal_months": ""}, "Enter within how many months."),
        ({"renewal_exam": ""}, "Choose the exam"),
    ):
        answer = client.post(page, data={**form, **half})
        assert answer.status_code == 422 and message in answer.text
    assert client.post(page, data=form).status_code == 302
    written = client.get(page).text
    for text in (
        "Version 2", "at least 90 %", "A valid certificate of “Other”", "2 deals won in 12 months",
        "Valid for 18 months.", "at least 95 %", "For 14 days after its end", 'value="95"', 'value="14"',
    ):  # fmt: skip
        assert text in written
    assert "2 deals won" in client.get(f"{LIST}schemes").text


def test_ones_own_certificate_is_renewed_by_its_page_and_says_so_everywhere(
    world: World, scene: Scene
) -> None:
    certify.make_scheme(
        world, scene.vendor, scene.course, name="Delta", validity_months=12, renewal=Renewal.DELTA
    )
    with clock.freeze(NOON) as now:
        make.complete(world, scene.vendor, scene.member, scene.course)
        (old,) = of_scheme(world, scene, "Delta")
        now.move_to(datetime(2027, 12, 1, 12, tzinfo=UTC))
        client, page = world.client(scene.member), f"{LIST}{old.public_id}"
        assert "Renew the certificate" in client.get(page).text
        answer = client.post(f"{page}/renew")
        assert answer.status_code == 303
        new = of_scheme(world, scene, "Delta")[-1]
        shown = client.get(answer.location).text
        assert "Renewals" in shown and old.number in shown and "Renewed" in shown
        assert "Renew the certificate" not in client.get(page).text
        assert "another certificate has taken its place" in client.get(f"{page}/files/a4").text
        manager = of(world, scene, Role.CHANNEL_MANAGER)
        assert manager.post(f"{page}/renew").status_code == 404
        listed = manager.get(f"{LIST}?status=renewed").text
        assert old.number in listed and new.number not in listed
        assert "Renewed" in manager.get(f"{LIST}?status=renewed&format=csv").text
        assert old.number not in manager.get(f"{LIST}?status=expiring").text
        told = world.client().get(f"/verify/{old.code}.json").json
        assert (told["status"], told["certificate_status"]) == ("valid", "superseded")


def test_a_learning_path_completed_issues_what_asks_for_it(world: World, scene: Scene) -> None:
    path = make_path(world, scene.vendor, [scene.course])
    certify.make_scheme(world, scene.vendor, name="Pathfinder", further=[PathRule(path.public_id)])
    with pytest.raises(DomainError, match="learning paths"):
        certify.make_scheme(world, scene.vendor, name="Nowhere", further=[PathRule(scene.course.public_id)])
    assign_path(world, path, scene.company)
    make.complete(world, scene.vendor, scene.member, scene.course)
    (made,) = of_scheme(world, scene, "Pathfinder")
    assert [each["kind"] for each in made.facts["conditions"]] == ["path"]
    page = of(world, scene, Role.VENDOR_ADMIN).get(f"{LIST}schemes").text
    assert "The learning path “" in page


def test_a_path_is_renewed_by_what_has_changed_in_its_courses_alone(world: World, scene: Scene) -> None:
    stable = make.make_course(world, scene.vendor, "Basics", has_quiz=False)
    moving = make.make_course(world, scene.vendor, "News", has_quiz=False)
    later = make.make_course(world, scene.vendor, "Later", has_quiz=False)
    path = make_path(world, scene.vendor, [stable, moving])
    certify.make_scheme(
        world, scene.vendor, name="Delta", validity_months=12, grace_days=30, renewal=Renewal.DELTA,
        further=[PathRule(path.public_id)],
    )  # fmt: skip
    with clock.freeze(NOON) as now:
        assign_path(world, path, scene.company)
        for course in (stable, moving):
            make.complete(world, scene.vendor, scene.member, course)
        (first,) = of_scheme(world, scene, "Delta")
        certify.new_version(world, scene.vendor, stable)  # an editorial change asks for nothing
        now.move_to(datetime(2028, 1, 2, 12, tzinfo=UTC))
        assert [done for _text, done in steps(world, scene)] == [True], "nothing has changed"
        newer = certify.new_version(world, scene.vendor, moving, is_material=True)
        assert [done for _text, done in steps(world, scene)] == [False]
        with pytest.raises(Conflict, match="cannot be renewed yet"):
            renew(world, scene, first)
        make.complete(world, scene.vendor, scene.member, newer)
        first, second = of_scheme(world, scene, "Delta")
        assert second.previous_id == first.id
        # A course more that nobody is asked for again, then one that everybody is.
        now.move_to(datetime(2029, 1, 2, 12, tzinfo=UTC))
        for asks_again, done in ((False, True), (True, False)):
            with world.acting(scene.vendor) as actor, transaction():
                draft = training.start_new_path_version(actor, path.public_id)
                if not asks_again:
                    training.add_step(actor, draft.public_id, later.public_id)
                training.publish_path(actor, draft.public_id, asks_again=asks_again)
            assert [is_done for _text, is_done in steps(world, scene)] == [done]
        make.complete(world, scene.vendor, scene.member, later)
        assert len(of_scheme(world, scene, "Delta")) == 3
