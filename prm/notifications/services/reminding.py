"""Reminding people by hand."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import Select

from prm.access import Actor, require
from prm.errors import DomainError
from prm.extensions import db
from prm.journal.services import record
from prm.notifications.models import Kind
from prm.notifications.overdue import What, reminder_key, today_of
from prm.notifications.services.telling import Told, tell
from prm.permissions import P
from prm.vendors.models import Vendor

MOST_AT_ONCE = 1000


class NobodyToRemind(DomainError):
    """Nothing was ticked, or nothing of it is there to remind of."""


def remind_people(actor: Actor, what: What, items: Select[object]) -> int:
    """Remind everybody of the rows of `items` (see overdue.select_items), each once a day.

    Returns how many reminders are new; at most 1,000 of them. Raises NobodyToRemind where there is
    nothing to remind of.
    """
    require(actor, P.PEOPLE_REMIND)
    today = today_of(actor)
    rows = db.session.execute(items.limit(MOST_AT_ONCE)).all()
    if not rows:
        raise NobodyToRemind(_("There is nobody to remind: choose people from the list."))
    date_name, title_name = ("due_on", "course") if what is What.OVERDUE else ("expires_on", "title")
    told = tell(
        actor,
        [
            Told(
                row[1].id,
                Kind.REMINDED,
                reminder_key(row[0].public_id, today),
                row.opened_id,
                facts={title_name: row.title, date_name: row.on.isoformat()},
            )
            for row in rows
        ],
    )
    if told:
        record(
            actor,
            "people.reminded",
            db.session.get_one(Vendor, actor.vendor_id),
            facts={"what": what.value, "reminders": told, "people": len({row[1].id for row in rows})},
        )
    return told
