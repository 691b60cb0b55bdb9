"""What the people of one vendor were told: of their own business, and of companies within reach or not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prm.notifications.models import (
    ComplianceSeen,
    Kind,
    MailWhen,
    Notification,
    NotificationPreference,
    ReminderPlan,
)
from prm.notifications.services.mails import unsubscribe_token

if TYPE_CHECKING:
    from tests.access.rows import Filler


def fill(f: Filler) -> None:
    things, people = f.tenant.things, f.tenant.people
    for key, user in people.items():
        _told(
            f, user.id, Kind.COURSE_ASSIGNED, f"{key}.notification",
            subject_id=things["course"].public_id, facts={"course": f.say("COURSE"), "due_on": None},
        )  # fmt: skip
    # Told while they reached the company; who does not any more must not read it.
    for key in ("admin", "manager", "west", "author", "exec", "padmin", "member"):
        for owner in ("PA", "PB"):
            partnership = f.tenant.partnerships[owner]
            about = {"partnership_id": partnership.id, "subject_id": partnership.public_id}
            _told(
                f, people[key].id, Kind.COMPLIANCE_LOST, "", **about,
                facts={"partner": f.say("COMPANY", owner), "rules": 2},
            )  # fmt: skip
            _told(
                f, people[key].id, Kind.COLLEAGUE_CERTIFICATES, "", partnership_id=partnership.id,
                about_user_id=people["mate" if owner == "PA" else "mate_b"].id, facts={"expiring": 1},
            )  # fmt: skip
    f.add(
        NotificationPreference(
            user_id=people["mate"].id, kind=Kind.REMINDED, in_portal=True, mail=MailWhen.OFF
        )
    )
    f.add(
        ReminderPlan(
            course_days=[14], certificate_days=[30], agreement_days=[30], escalation_days=[9], ran_on=f.today
        )
    )
    f.add(
        ComplianceSeen(partnership_id=f.tenant.partnerships["PA"].id, is_compliant=True, changed_on=f.today)
    )
    token = unsubscribe_token(str(people["member"].public_id), str(f.tenant.vendor.public_id))
    things["unsubscribe_link"] = type(things["course"])(0, token)


def _told(f: Filler, user_id: int, kind: Kind, name: str, **details: Any) -> None:
    f.add(
        Notification(
            user_id=user_id,
            kind=kind,
            key=f"row:{kind.value}:{details.get('partnership_id')}",
            at=f.now - timedelta(days=1),
            mailed_at=f.now,
            is_shown=True,
            **details,
        ),
        name,
    )
