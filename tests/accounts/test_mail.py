"""Outgoing mail: nothing lost while the server is down, nothing sent twice, nothing read by others."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from prm import create_app
from prm.access import system_actor
from prm.accounts import mailbox
from prm.accounts.models import MailStatus, OutgoingMail
from prm.accounts.tasks import deliver_due_mails, deliver_mail
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.permissions import Role
from tests.conftest import settings
from tests.factories import World
from tests.factories.accounts import at_once
from tests.factories.world import PASSWORD
from tests.servers import SmtpSink, free_port

ADDRESS = "ada@acme.example"


def queue(app: Flask, recipient: str = ADDRESS, subject: str = "Hello", body: str = "A text.") -> int:
    with app.app_context(), transaction():
        return mailbox.queue_mail(system_actor(None), recipient, subject, body).id


def stored(app: Flask, mail_id: int) -> OutgoingMail:
    with app.app_context():
        row = db.session.scalars(select(OutgoingMail).where(OutgoingMail.id == mail_id)).one()
        db.session.expunge(row)
        return row


def test_a_mail_is_sent_once_its_reason_is_committed(app: Flask, mail: SmtpSink) -> None:
    row = stored(app, queue(app))
    assert row.status is MailStatus.SENT and row.sent_at is not None
    [sent] = mail.mails_to(ADDRESS)
    assert (sent.message["Subject"], sent.text.strip()) == ("Hello", "A text.")
    assert sent.message["X-PRM-Event"] == str(row.public_id)
    assert sent.message["Auto-Submitted"] == "auto-generated"


def test_nothing_is_sent_of_what_is_rolled_back(app: Flask, mail: SmtpSink) -> None:
    with app.app_context(), pytest.raises(RuntimeError), transaction():
        mailbox.queue_mail(system_actor(None), ADDRESS, "Hello", "A text.")
        raise RuntimeError
    assert mail.deliveries == []
    with app.app_context():
        assert mailbox.list_due() == []


def test_mail_is_written_inside_transactions_only(app: Flask) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="inside transaction"):
        mailbox.queue_mail(system_actor(None), ADDRESS, "Hello", "A text.")


def test_nothing_is_lost_while_the_server_refuses(app: Flask, mail: SmtpSink) -> None:
    mail.refuse = True
    ids = [queue(app, subject=f"No. {n}") for n in range(3)]
    assert mail.deliveries == []
    row = stored(app, ids[0])
    assert (row.status, row.attempts) == (MailStatus.DUE, 1)
    assert "451" in row.last_error
    assert row.next_attempt_at > row.created_at
    mail.refuse = False
    with clock.freeze(clock.now() + timedelta(minutes=2)), app.app_context():
        deliver_due_mails()
        deliver_due_mails()
    assert [d.message["Subject"] for d in mail.deliveries] == ["No. 0", "No. 1", "No. 2"]
    assert stored(app, ids[0]).status is MailStatus.SENT


def test_nothing_is_lost_while_there_is_no_server(app: Flask, mail: SmtpSink) -> None:
    reachable = app.config["SMTP_URL"]
    app.config["SMTP_URL"] = f"smtp://127.0.0.1:{free_port()}"
    mail_id = queue(app)
    assert stored(app, mail_id).status is MailStatus.DUE
    app.config["SMTP_URL"] = reachable
    with clock.freeze(clock.now() + timedelta(minutes=2)), app.app_context():
        deliver_due_mails()
    assert len(mail.mails_to(ADDRESS)) == 1


def test_waits_grow_and_end_in_giving_up(app: Flask, mail: SmtpSink) -> None:
    mail.refuse = True
    mail_id = queue(app)
    waits = []
    for _ in range(mailbox.MAX_ATTEMPTS - 1):
        row = stored(app, mail_id)
        assert row.status is MailStatus.DUE
        with clock.freeze(row.next_attempt_at), app.app_context():
            deliver_due_mails()
            waits.append(stored(app, mail_id).next_attempt_at - clock.now())
    assert waits[:4] == [timedelta(minutes=m) for m in (2, 4, 8, 16)]
    assert max(waits) <= mailbox.LONGEST_WAIT
    row = stored(app, mail_id)
    assert (row.status, row.attempts) == (MailStatus.FAILED, mailbox.MAX_ATTEMPTS)
    mail.refuse = False
    with clock.freeze(clock.now() + timedelta(days=2)), app.app_context():
        deliver_due_mails()
    assert mail.deliveries == []


def test_a_mail_that_is_not_due_yet_waits(app: Flask, mail: SmtpSink) -> None:
    mail.refuse = True
    mail_id = queue(app)
    mail.refuse = False
    with app.app_context():
        deliver_mail(mail_id)
        deliver_due_mails()
    assert mail.deliveries == []


def test_workers_that_take_one_mail_at_once_send_it_once(app: Flask, mail: SmtpSink) -> None:
    mail.refuse = True
    mail_id = queue(app)
    mail.refuse = False
    due = stored(app, mail_id).next_attempt_at

    def work(_number: int) -> None:
        with clock.freeze(due), app.app_context():
            deliver_mail(mail_id)

    at_once(8, work)
    assert len(mail.deliveries) == 1
    assert stored(app, mail_id).attempts == 2


def test_who_dies_before_saying_so_leaves_the_mail_due(app: Flask, mail: SmtpSink) -> None:
    mail.refuse = True
    mail_id = queue(app)
    mail.refuse = False
    with clock.freeze(stored(app, mail_id).next_attempt_at), app.app_context():
        assert mailbox._claim(mail_id)  # ... and the worker is gone
        deliver_due_mails()
        assert mail.deliveries == []
        later = clock.now() + mailbox.LEASE
    with clock.freeze(later), app.app_context():
        deliver_due_mails()
    assert len(mail.deliveries) == 1


def test_what_was_handed_over_is_not_kept(app: Flask, mail: SmtpSink) -> None:
    assert stored(app, queue(app, body="http://localhost/accounts/reset/secret")).body == ""


def test_bodies_of_mails_given_up_are_erased_in_time(app: Flask, mail: SmtpSink) -> None:
    mail_id = queue(app)
    with app.app_context(), transaction():
        row = db.session.get_one(OutgoingMail, mail_id)
        row.status, row.body = MailStatus.FAILED, "a link"
    with clock.freeze(clock.now() + timedelta(days=31)), app.app_context():
        mailbox.erase_old_bodies()
    assert stored(app, mail_id).body == ""


def test_a_subject_cannot_carry_headers(app: Flask, mail: SmtpSink) -> None:
    queue(app, subject="Hello\r\nBcc: evil@evil.example\n\nBody")
    [sent] = mail.deliveries
    assert sent.message["Bcc"] is None
    assert sent.message["Subject"] == "Hello Bcc: evil@evil.example Body"
    assert sent.recipients == (ADDRESS,)


def test_texts_in_any_script_arrive_whole(app: Flask, mail: SmtpSink) -> None:
    body = "Zoë Ångström, 山田太郎, محمد العلي\n\n" + "x" * 2000
    queue(app, subject="Grüße an 山田太郎", body=body)
    [sent] = mail.deliveries
    assert sent.message["Subject"] == "Grüße an 山田太郎"
    assert sent.text.replace("\r\n", "\n").strip() == body


# -- the demo's page ---------------------------------------------------------------------------


@pytest.fixture
def demo(tmp_path: Path) -> Any:
    made = create_app(settings(tmp_path, DEMO="1"))
    with made.app_context():
        upgrade()
    yield World(made)
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_demo_keeps_its_mail_and_shows_it(demo: World) -> None:
    ada = demo.user(Role.EXECUTIVE, vendor=demo.vendor(), email=ADDRESS, password=PASSWORD)
    demo.client().post("/accounts/reset", data={"email": ada.email})
    page = demo.client().get("/sent-mail").text
    assert "Set a new password" in page and ADDRESS in page
    assert '<a href="http://localhost/accounts/reset/' in page
    with demo.app.app_context():
        [row] = db.session.scalars(select(OutgoingMail))
        assert (row.status, row.last_error) == (MailStatus.SENT, "")


def test_a_demo_with_a_mail_server_uses_it_while_it_is_there(demo: World, mail: SmtpSink) -> None:
    demo.app.config["SMTP_URL"] = mail.url
    queue(demo.app)
    assert len(mail.deliveries) == 1
    demo.app.config["SMTP_URL"] = f"smtp://127.0.0.1:{free_port()}"
    assert stored(demo.app, queue(demo.app)).status is MailStatus.SENT
    mail.refuse = True
    demo.app.config["SMTP_URL"] = mail.url
    assert stored(demo.app, queue(demo.app)).status is MailStatus.DUE


def test_mails_texts_are_inert_on_the_page(demo: World) -> None:
    queue(demo.app, subject="<script>alert(1)</script>", body='<img src=x> http://x/"onmouseover="alert(1)')
    page = demo.client().get("/sent-mail").text
    assert "<script>alert" not in page and "<img src=x>" not in page and 'onmouseover="alert' not in page


def test_the_page_of_sent_mail_exists_in_a_demo_alone(world: World) -> None:
    admin = world.user(Role.VENDOR_ADMIN, vendor=world.vendor())
    assert "accounts.sent_mail" not in world.app.view_functions
    assert world.client(admin).get("/sent-mail", follow_redirects=True).status_code == 404


def test_start_up_refuses_the_page_of_sent_mail_elsewhere(tmp_path: Path) -> None:
    app = Flask(__name__)
    app.config["DEMO"] = False
    app.add_url_rule("/sent-mail", mailbox.DEMO_PAGE, lambda: "")
    with pytest.raises(mailbox.OpenMailbox):
        mailbox.refuse_open_mailbox(app)
    app.config["DEMO"] = True
    mailbox.refuse_open_mailbox(app)


def test_addresses_in_mails_come_from_the_settings(tmp_path: Path) -> None:
    app = create_app(settings(tmp_path, BASE_URL="https://portal.example/prm/"))
    with app.app_context():
        token = "t" * 43
        assert mailbox.address_of("accounts.reset", token=token) == (
            f"https://portal.example/prm/accounts/reset/{token}"
        )
