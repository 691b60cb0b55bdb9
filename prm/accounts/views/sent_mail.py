"""Sent mail: in a demo only, so that links in mails can be tried without a mail server.

Open to everybody there, because a reset link is for somebody who cannot sign in. The rule is
registered with a demo's application alone; start-up refuses the page anywhere else.
"""

from __future__ import annotations

import re
from typing import Any

from flask import render_template
from flask.blueprints import BlueprintSetupState
from flask_babel import format_datetime

from prm.access import public
from prm.accounts import queries
from prm.accounts.labels import MAIL_STATUS_LABELS
from prm.accounts.mailbox import DEMO_PAGE
from prm.accounts.models import OutgoingMail
from prm.accounts.views.blueprint import blueprint

_LINK = re.compile(r"https?://[^\s<>\"]+")


@public
def sent_mail() -> str:
    """The newest mails of the demo."""
    return render_template("accounts/sent_mail.html", mails=[_shown(mail) for mail in queries.list_mails()])


@blueprint.record
def _only_in_a_demo(state: BlueprintSetupState) -> None:
    if state.app.config["DEMO"]:
        state.add_url_rule("/sent-mail", DEMO_PAGE.split(".")[1], sent_mail)


def _shown(mail: OutgoingMail) -> dict[str, Any]:
    return {
        "recipient": mail.recipient,
        "subject": mail.subject,
        "at": format_datetime(mail.created_at, "medium"),
        "at_iso": mail.created_at.isoformat(),
        "status": MAIL_STATUS_LABELS[mail.status],
        "kind": {"sent": "success", "due": "info", "failed": "danger"}[mail.status.value],
        "parts": _parts(mail.body.strip()),
    }


def _parts(body: str) -> list[tuple[str, bool]]:
    """The text, cut where links are: (text, whether it is a link)."""
    parts: list[tuple[str, bool]] = []
    end = 0
    for match in _LINK.finditer(body):
        parts += [(body[end : match.start()], False), (match.group(), True)]
        end = match.end()
    return [*parts, (body[end:], False)]
