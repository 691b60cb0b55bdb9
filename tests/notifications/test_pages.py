"""The pages of notifications: the bell, the list, preferences, the vendor's reminders."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from prm.notifications.models import MailWhen
from prm.notifications.services.mails import unsubscribe_token
from prm.permissions import Role
from tests.factories.accounts import join
from tests.factories.certification import issue, make_scheme
from tests.factories.training import assign, make_course
from tests.notifications.reading import told


@pytest.fixture
def admin(world, acme):
    return world.user(Role.VENDOR_ADMIN, vendor=acme)


def test_the_bell_counts_what_is_unread(world, acme, northwind, ada) -> None:
    client = world.client(ada)
    assert "unread notification" not in client.get("/acme/").text
    assign(world, northwind, make_course(world, acme))
    assign(world, northwind, make_course(world, acme, "Second"))
    assert "2 unread notifications" in client.get("/acme/").text
    assert "unread notification" not in client.get("/accounts/profile").text


def test_opening_one_marks_it_read_and_leads_there(world, acme, northwind, ada) -> None:
    course = make_course(world, acme)
    assign(world, northwind, course)
    [row] = told(world, acme, ada)
    client = world.client(ada)
    assert client.get(f"/acme/notifications/{row.public_id}/open").status_code == 405
    answer = client.post(f"/acme/notifications/{row.public_id}/open")
    assert answer.status_code == 303
    assert answer.location == f"/acme/training/courses/{course.public_id}"
    assert client.get(answer.location).status_code == 200
    assert told(world, acme, ada)[0].is_read


def test_one_or_all_are_marked_read(world, acme, northwind, ada, boss) -> None:
    for title in ("One", "Two", "Three"):
        assign(world, northwind, make_course(world, acme, title))
    client = world.client(ada)
    client.post(f"/acme/notifications/{told(world, acme, ada)[0].public_id}/read")
    assert [row.is_read for row in told(world, acme, ada)] == [True, False, False]
    client.post("/acme/notifications/read")
    assert all(row.is_read for row in told(world, acme, ada))
    assert not any(row.is_read for row in told(world, acme, boss))


def test_anothers_notification_answers_as_one_that_is_missing(world, acme, northwind, ada, boss) -> None:
    assign(world, northwind, make_course(world, acme))
    [row] = told(world, acme, ada)
    client = world.client(boss)
    for verb in ("open", "read"):
        assert client.post(f"/acme/notifications/{row.public_id}/{verb}").status_code == 404


def test_the_list_is_filtered_by_kind_and_state(world, acme, northwind, ada) -> None:
    course = make_course(world, acme, "Nimbus")
    assign(world, northwind, course)
    issue(world, acme, make_scheme(world, acme, course, name="Installer"), ada)
    client = world.client(ada)
    client.post(f"/acme/notifications/{told(world, acme, ada)[0].public_id}/read")
    unread = client.get("/acme/notifications/?state=unread").text
    assert "“Installer”" in unread and "“Nimbus”" not in unread
    assigned = client.get("/acme/notifications/?kind=course_assigned").text
    assert "“Nimbus”" in assigned and "“Installer”" not in assigned


def test_the_words_are_those_of_the_readers_language(world, acme, northwind, ada) -> None:
    assign(world, northwind, make_course(world, acme, "Nimbus"))
    client = world.client(ada)
    client.post("/accounts/preferences", data={"locale": "de"})
    assert '<html lang="de"' in client.get("/acme/notifications/").text


def test_preferences_are_kept_by_kind(world, acme, northwind, ada) -> None:
    client = world.client(ada)
    page = client.get("/acme/notifications/preferences").text
    names = _names(page)
    assert "mail-course_due" in names and "mail-compliance_lost" not in names
    form = {name: MailWhen.DIGEST for name in names if name.startswith("mail-")}
    form["mail-course_assigned"] = MailWhen.OFF  # and no box is ticked: nothing in the portal
    assert client.post("/acme/notifications/preferences", data=form).status_code == 303
    assign(world, northwind, make_course(world, acme))
    assert told(world, acme, ada) == []
    assert "unread notification" not in client.get("/acme/").text


def test_what_one_vendor_tells_and_is_asked_for_says_nothing_of_another(world, acme, northwind, ada) -> None:
    other = world.vendor("other")
    place = world.partnership(other)
    join(world, ada, place)
    client = world.client(ada)
    form = dict.fromkeys(_names(client.get("/acme/notifications/preferences").text), MailWhen.OFF)
    form = {name: value for name, value in form.items() if name.startswith("mail-")}
    assert client.post("/acme/notifications/preferences", data=form).status_code == 303
    assign(world, northwind, make_course(world, acme))
    assign(world, place, make_course(world, other))
    assert told(world, acme, ada) == []
    [row] = told(world, other, ada)
    assert "unread notification" not in client.get("/acme/").text
    assert client.post(f"/acme/notifications/{row.public_id}/open").status_code == 404
    client.post("/acme/notifications/read")
    assert not told(world, other, ada)[0].is_read


def _names(page: str) -> list[str]:
    return re.findall(r'name="((?:mail|portal)-[a-z_]+)"', page)


@pytest.mark.parametrize("answer", ["", "hourly", None])
def test_a_preference_that_means_nothing_is_refused(world, acme, ada, answer) -> None:
    client = world.client(ada)
    form = {} if answer is None else {"mail-course_due": answer}
    assert client.post("/acme/notifications/preferences", data=form).status_code == 422


def test_each_role_prefers_among_what_it_may_be_told(world, acme, northwind, ada, boss, admin) -> None:
    executive = world.user(Role.EXECUTIVE, vendor=acme)
    offered = {
        person.name: set(_names(world.client(person).get("/acme/notifications/preferences").text))
        for person in (ada, boss, admin, executive)
    }
    assert "mail-colleague_certificates" in offered[boss.name]
    assert "mail-colleague_certificates" not in offered[ada.name] | offered[admin.name]
    assert "mail-import_problem" in offered[admin.name]
    assert "mail-course_due" not in offered[executive.name]


def test_the_vendor_sets_its_reminders(world, acme, admin) -> None:
    client = world.client(admin)
    assert 'value="90, 60, 30, 7"' in client.get("/acme/notifications/reminders").text
    form = {"course_days": "7; 21,7", "certificate_days": "", "agreement_days": "60"}
    assert client.post("/acme/notifications/reminders", data=form).status_code == 303
    page = client.get("/acme/notifications/reminders").text
    assert 'value="21, 7"' in page and 'value="60"' in page


@pytest.mark.parametrize("typed", ["soon", "0", "400", "1,2,3,4,5,6", "-3", "7,,3"])
def test_days_that_cannot_be_are_refused_and_kept(world, acme, admin, typed: str) -> None:
    form = {"course_days": typed, "certificate_days": "30", "agreement_days": "30"}
    answer = world.client(admin).post("/acme/notifications/reminders", data=form)
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text


def test_a_link_to_end_the_mails_of_nobody_there_is_leads_nowhere(world, acme, northwind, ada) -> None:
    with world.app.app_context():
        links = [
            unsubscribe_token(str(user), str(vendor))
            for user, vendor in ((uuid4(), acme.public_id), (ada.public_id, uuid4()))
        ]
    client = world.client()
    for link in [*links, "unsigned", links[0][:-1]]:
        assert client.get(f"/notifications/unsubscribe/{link}").status_code == 404
        assert client.post(f"/notifications/unsubscribe/{link}").status_code == 404
