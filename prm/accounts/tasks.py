"""Background work of accounts: mails handed over, reset links made, old attempts forgotten."""

from __future__ import annotations

from prm.accounts import mailbox
from prm.accounts.services import email_changes, resets, sign_in, viewing
from prm.infra.db import transaction
from prm.infra.jobs import job, sweeper


@job
def deliver_mail(mail_id: int) -> None:
    """Hand one mail over to the mail server."""
    mailbox.deliver(mail_id)


@job
def send_reset_link(reset_id: int) -> None:
    """Make the link that somebody asked for, and mail it."""
    with transaction():
        resets.send_link(reset_id)


@sweeper
def deliver_due_mails() -> None:
    """Mails whose job was lost, or whose next attempt is due."""
    for mail_id in mailbox.list_due():
        mailbox.deliver(mail_id)


@sweeper
def send_due_reset_links() -> None:
    """Requests whose job was lost."""
    for reset_id in resets.list_due():
        send_reset_link(reset_id)


@sweeper
def forget_old_attempts() -> None:
    """Failed sign-ins and requests for links, once they no longer count."""
    with transaction():
        sign_in.forget_old_attempts()
        resets.forget_old_requests()
        email_changes.forget_old_changes()
    mailbox.erase_old_bodies()


@sweeper
def end_lapsed_viewings() -> None:
    """Looks at the portal as somebody else, whose hour or session is over."""
    with transaction():
        viewing.end_lapsed()
