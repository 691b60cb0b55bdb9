"""What companies are awarded for their people: when it begins, on whom it hangs, when it ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from prm.accounts.models import JobFunction, Membership
from prm.accounts.services import end_membership
from prm.certification import tasks
from prm.certification.accreditation import defining, queries
from prm.certification.accreditation.defining import Wanted
from prm.certification.accreditation.judging import Line, Paper, Somebody, judge
from prm.certification.accreditation.models import Accreditation, AccreditationAward, EndReason
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.partners.models import Partnership
from prm.partners.services import link_partnership
from prm.partners.services.status import suspend_partnership
from prm.partners.services.structure import add_branch
from prm.permissions import Role
from prm.training.models import SkillLevel
from tests.certification.conftest import Scene
from tests.certification.held import held
from tests.factories import PartnershipRef, UserRef, World
from tests.factories import certification as certify
from tests.factories.accreditations import make_accreditation

A, B = 1, 2
F, ADV, X = SkillLevel.FOUNDATION, SkillLevel.ADVANCED, SkillLevel.EXPERT
TODAY = date(2026, 6, 1)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def somebody(
    key: int, *papers: tuple[int, SkillLevel, date | None], functions: str = "technical"
) -> Somebody:
    issued = TODAY - timedelta(days=10)
    return Somebody(
        key, frozenset(functions.split()), tuple(Paper(a, b, issued, until) for a, b, until in papers)
    )


# -- judging -----------------------------------------------------------------------------------


def test_it_hangs_on_whom_a_line_cannot_spare_and_lapses_when_the_first_is_missing() -> None:
    people = [
        somebody(1, (A, F, date(2026, 12, 31))),
        somebody(2, (A, ADV, date(2026, 9, 30)), functions="sales"),
        somebody(3, (B, X, None)),
        somebody(4),
    ]
    two = judge([Line(2)], people, TODAY)
    assert (two.is_met, two.holders, two.hangs_on) == (True, ((1, 2, 3),), ())
    assert two.lapses_on == date(2027, 1, 1)  # when the second of three has run out
    of_a = judge([Line(1, A, None, "technical"), Line(1, None, ADV)], people, TODAY)
    assert (of_a.hangs_on, of_a.lapses_on) == ((1,), date(2027, 1, 1))
    assert judge([Line(2, None, ADV)], people, TODAY).lapses_on == date(2026, 10, 1)
    assert judge([Line(1, B)], people, TODAY).lapses_on is None
    for unmet in ([Line(4)], [Line(1, None, None, "marketing")], [Line(2, B)], []):
        assert not judge(unmet, people, TODAY).is_met
    assert judge([Line(1, A)], people, date(2026, 12, 31)).is_met
    assert not judge([Line(1, A)], people, date(2027, 1, 1)).is_met


def test_a_renewal_in_time_moves_the_day_on_which_it_lapses() -> None:
    ends, later = date(2026, 7, 31), date(2028, 7, 31)
    assert judge([Line(1)], [somebody(1, (A, F, ends))], TODAY).lapses_on == date(2026, 8, 1)
    both = somebody(1, (A, F, ends), (A, F, later))
    assert judge([Line(1)], [both], TODAY).lapses_on == date(2028, 8, 1)


# -- as things change --------------------------------------------------------------------------


def awards(world: World, scene: Scene, company: PartnershipRef | None = None) -> list[AccreditationAward]:
    with world.acting(scene.vendor):
        return list(
            db.session.scalars(
                select(AccreditationAward)
                .where(AccreditationAward.partnership_id == (company or scene.company).id)
                .order_by(AccreditationAward.id)
            )
        )


def look(world: World) -> None:
    with world.app.app_context():
        tasks.look_at_today()


def leave(world: World, scene: Scene, user: UserRef) -> None:
    with world.acting(scene.vendor) as actor, transaction():
        membership = db.session.scalars(select(Membership).where(Membership.user_id == user.id)).one()
        end_membership(actor, membership)


def test_it_follows_certificates_and_people_at_once(world: World, scene: Scene) -> None:
    with clock.freeze(NOON) as now:
        make_accreditation(world, scene.vendor, Wanted(2, scene.scheme.public_id))
        other = world.user(Role.PARTNER_MEMBER, partnership=scene.company, name="Ana")
        certify.issue(world, scene.vendor, scene.scheme, scene.member)
        assert awards(world, scene) == []
        certify.issue(world, scene.vendor, scene.scheme, other)
        (award,) = awards(world, scene)
        assert (award.awarded_on, award.ended_on, award.lapses_on) == (TODAY, None, date(2028, 6, 1))
        assert award.hangs_on == sorted([scene.member.id, other.id]) and award.hangs
        assert award.file_id is not None and award.facts["partner"]["name"] == "Northwind"
        third = world.user(Role.PARTNER_MEMBER, partnership=scene.company)
        now.move_to(NOON + timedelta(days=30))
        certify.issue(world, scene.vendor, scene.scheme, third)
        (award,) = awards(world, scene)
        assert award.hangs_on == [] and not award.hangs
        leave(world, scene, third)
        (award,) = awards(world, scene)
        assert award.ended_on is None and award.hangs
        now.move_to(NOON + timedelta(days=40))
        leave(world, scene, other)
        (award,) = awards(world, scene)
        assert (award.ended_on, award.end_reason) == (date(2026, 7, 11), EndReason.PEOPLE)
        assert held(world, scene, other)[0].revoked_at is None  # what Ana holds stays hers
        now.move_to(NOON + timedelta(days=50))
        fourth = world.user(Role.PARTNER_MEMBER, partnership=scene.company)
        made = certify.issue(world, scene.vendor, scene.scheme, fourth)
        before, again = awards(world, scene)
        assert (before.id, again.awarded_on, again.code == before.code) == (
            award.id, date(2026, 7, 21), False,
        )  # fmt: skip
        certify.revoke(world, scene.vendor, made)
        assert awards(world, scene)[-1].ended_on == date(2026, 7, 21)


def test_time_ends_it_on_the_day_on_which_it_lapsed_however_late_anybody_looks(
    world: World, scene: Scene
) -> None:
    with clock.freeze(NOON) as now:
        make_accreditation(world, scene.vendor)
        certify.issue(world, scene.vendor, scene.scheme, scene.member)
        look(world)
        now.move_to(datetime(2028, 5, 31, 12, tzinfo=UTC))  # its last day
        look(world)
        assert awards(world, scene)[0].ended_on is None
        now.move_to(datetime(2028, 6, 9, 12, tzinfo=UTC))
        code = awards(world, scene)[0].code
        told = world.client().get(f"/verify/{code}.json").json
        assert (told["status"], told["ended_on"]) == ("ended", "2028-06-01")  # before anybody looked
        look(world)
        (award,) = awards(world, scene)
        assert (award.ended_on, award.end_reason) == (date(2028, 6, 1), EndReason.PEOPLE)
        look(world)  # once a day is enough
        assert len(awards(world, scene)) == 1


def test_it_follows_what_it_asks_where_the_company_is_and_whether_it_is_active(
    world: World, scene: Scene
) -> None:
    with clock.freeze(NOON) as now:
        world.partnership(scene.vendor, "Elsewhere", region="West")
        made = make_accreditation(world, scene.vendor, region="West")
        certify.issue(world, scene.vendor, scene.scheme, scene.member)
        assert awards(world, scene) == []
        with world.acting(scene.vendor) as actor, transaction():
            company = db.session.get_one(Partnership, scene.company.id)
            add_branch(actor, company, name="Western branch", address="", region="West")
        assert len(awards(world, scene)) == 1
        now.advance(hours=1)
        with world.acting(scene.vendor) as actor, transaction():
            company = db.session.get_one(Partnership, scene.company.id)
            suspend_partnership(actor, company, reason="Late")
        assert [a.end_reason for a in awards(world, scene)] == [EndReason.PARTNERSHIP]
        change(world, scene, made.id, rules=[Wanted(5)])
        make_accreditation(world, scene.vendor, name="Two")
        other = world.partnership(scene.vendor, "Contoso")
        person = world.user(Role.PARTNER_MEMBER, partnership=other)
        certify.issue(world, scene.vendor, scene.scheme, person)
        assert len(awards(world, scene, other)) == 1
        now.advance(hours=1)
        change(world, scene, awards(world, scene, other)[0].accreditation_id, name="Two", rules=[Wanted(2)])
        assert [a.end_reason for a in awards(world, scene, other)] == [EndReason.RULES]
        now.advance(hours=1)
        change(world, scene, awards(world, scene, other)[0].accreditation_id, name="Two", rules=[Wanted(1)])
        change(
            world, scene, awards(world, scene, other)[0].accreditation_id, name="Two", rules=[Wanted(1)],
            is_active=False,
        )  # fmt: skip
        assert [a.end_reason for a in awards(world, scene, other)] == [EndReason.RULES, EndReason.CLOSED]


def change(world: World, scene: Scene, key: int, **asked: Any) -> None:
    with world.acting(scene.vendor) as actor, transaction():
        row = db.session.get_one(Accreditation, key)
        stated = {
            "name": "Nimbus House", "summary": "", "skill_level": F, "region": "", "is_active": True,
            "revision": row.revision,
        }  # fmt: skip
        defining.change_accreditation(actor, row, **{**stated, **asked})


def test_functions_and_levels_count_and_change_with_people(world: World, scene: Scene) -> None:
    with clock.freeze(NOON):
        expert = certify.make_scheme(world, scene.vendor, name="Expert", level=X)
        make_accreditation(
            world, scene.vendor, Wanted(1, None, ADV, JobFunction.TECHNICAL.value), name="Technical"
        )
        seller = world.user(
            Role.PARTNER_MEMBER, partnership=scene.company, job_functions=(JobFunction.SALES,)
        )
        engineer = world.user(
            Role.PARTNER_MEMBER, partnership=scene.company, job_functions=(JobFunction.TECHNICAL,)
        )
        certify.issue(world, scene.vendor, expert, seller)
        certify.issue(world, scene.vendor, scene.scheme, engineer)  # of a lower level
        assert awards(world, scene) == []
        certify.issue(world, scene.vendor, expert, engineer)
        assert awards(world, scene)[0].holders == [[engineer.id]]


def test_a_company_that_works_with_two_vendors_loses_it_with_both(world: World, scene: Scene) -> None:
    globex = world.vendor("globex")
    theirs = world.partnership(globex, "Northwind at Globex")
    with world.acting(scene.vendor):
        partner_id = db.session.get_one(Partnership, scene.company.id).partner_id
    with world.acting(globex) as actor, transaction():
        link_partnership(actor, db.session.get_one(Partnership, theirs.id), partner_id)
    scheme = certify.make_scheme(world, globex, name="Globe")
    make_accreditation(world, globex)
    certify.issue(world, globex, scheme, scene.member)
    with world.acting(globex):
        assert db.session.scalars(select(AccreditationAward.ended_on)).all() == [None]
    leave(world, scene, scene.member)
    with world.acting(globex):
        assert db.session.scalars(select(AccreditationAward.ended_on)).all() == [clock.today("UTC")]


# -- defining ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "Nimbus House"}, "name"),
        ({"rules": []}, "rules"),
        ({"rules": [Wanted(0)]}, "rules"),
        ({"rules": [Wanted(1001)]}, "rules"),
        ({"region": "Nowhere"}, "region"),
    ],
)
def test_one_that_cannot_be_names_the_field(
    world: World, scene: Scene, asked: dict[str, Any], field: str
) -> None:
    make_accreditation(world, scene.vendor)
    with pytest.raises(DomainError) as refused, world.acting(scene.vendor) as actor, transaction():
        defining.create_accreditation(actor, **{"name": "Another", "rules": [Wanted(1)], **asked})
    assert set(refused.value.fields) == {field}


def test_a_foreign_certification_is_not_asked_for_and_editors_do_not_overwrite_each_other(
    world: World, scene: Scene
) -> None:
    foreign = certify.make_scheme(world, world.vendor("globex"), name="Foreign")
    made = make_accreditation(world, scene.vendor)
    with pytest.raises(DomainError, match="Choose among your certifications"):
        change(world, scene, made.id, rules=[Wanted(1, foreign.public_id)])
    with pytest.raises(Conflict, match="Somebody else"):
        change(world, scene, made.id, rules=[Wanted(1)], revision=99)


# -- pages -------------------------------------------------------------------------------------


def test_staff_and_the_company_see_it_and_anybody_verifies_it(world: World, scene: Scene) -> None:
    with clock.freeze(NOON) as now:
        boss = world.user(Role.PARTNER_ADMIN, partnership=scene.company)
        staff = world.user(Role.CHANNEL_MANAGER, vendor=scene.vendor)
        make_accreditation(world, scene.vendor, Wanted(1, scene.scheme.public_id))
        certify.issue(world, scene.vendor, scene.scheme, scene.member)
        (award,) = awards(world, scene)
        admin, manager = world.client(boss), world.client(staff)
        listing = "/acme/certification/accreditations"
        page = f"{listing}/{award.public_id}"
        for client in (admin, manager):
            assert "Zoë Ångström" in client.get(listing).text
            told = client.get(page).text
            assert "Falls if Zoë Ångström leaves." in told and "June 1, 2028" in told
        assert "Northwind" in manager.get(f"{listing}?hangs=somebody").text
        assert "Northwind" not in manager.get(f"{listing}?state=lapsing").text
        now.move_to(datetime(2028, 4, 1, 12, tzinfo=UTC))
        admin, manager = world.client(boss), world.client(staff)
        assert "Northwind" in manager.get(f"{listing}?state=lapsing").text
        exported = manager.get(f"{listing}?format=csv").text
        assert "Northwind,Nimbus House,Foundation,Lapses soon,2026-06-01,2028-06-01" in exported
        story = manager.get(f"/acme/partners/{scene.company.public_id}").text
        assert "The company was accredited: Nimbus House" in story and "Hangs on: Zoë Ångström" in story
        assert "Your accreditations" in admin.get("/acme/").text
        document = admin.get(f"{page}/document")
        assert document.data.startswith(b"%PDF-1.7")
        stranger = world.client()
        seen = stranger.get(f"/verify/{award.code}").text
        assert "This company is accredited" in seen and "Northwind" in seen and "Zoë" not in seen
        then = stranger.get(f"/verify/{award.code}.json?on=2026-05-31").json
        assert then["on"]["status"] == "not_yet" and then["status"] == "valid"
        assert "Zoë" not in str(then)
        for content, said in ((document.data, "valid"), (document.data + b" ", "altered")):
            answer = stranger.post(
                "/verify/", data={"file": (BytesIO(content), "a.pdf")}, headers={"Accept": "application/json"}
            )
            assert answer.json["status"] == said
        assert "Northwind is accredited: “Nimbus House”." in admin.get("/acme/notifications/").text
        leave(world, scene, scene.member)
        news = admin.get("/acme/notifications/").text
        assert "Northwind has lost its accreditation “Nimbus House” on" in news
        assert "This accreditation has ended" in stranger.get(f"/verify/{award.code}").text
        assert "Not enough certified people any more" in manager.get(page).text


def test_an_accreditation_is_made_and_changed_by_form(world: World, scene: Scene) -> None:
    with clock.freeze(NOON):
        certify.issue(world, scene.vendor, scene.scheme, scene.member)
        client = world.client(world.user(Role.VENDOR_ADMIN, vendor=scene.vendor))
        rules = "/acme/certification/accreditation-rules"
        form = {
            "name": "House", "skill_level": "advanced", "is_active": "y", "lines-0-minimum": "1",
            "lines-0-certification": str(scene.scheme.public_id), "lines-1-minimum": "1",
            "lines-1-skill_level": "foundation",
        }  # fmt: skip
        half = client.post(f"{rules}/new", data={**form, "lines-0-minimum": ""})
        assert half.status_code == 422 and "Enter how many people." in half.text
        assert client.post(f"{rules}/new", data=form).status_code == 302
        assert len(awards(world, scene)) == 1
        listed = client.get(rules).text
        assert "1 person certified as “Nimbus Installer”" in listed
        with world.acting(scene.vendor) as actor:
            (row,) = queries.list_accreditations(actor)
        page = client.get(f"{rules}/{row.public_id}").text
        assert 'value="House"' in page
        stale = {**form, "name": "Home", "revision": "7"}
        assert client.post(f"{rules}/{row.public_id}", data=stale).status_code == 409
        assert client.post(f"{rules}/{row.public_id}", data={**stale, "revision": "1"}).status_code == 302
        assert "Home" in client.get(rules).text
