"""Actions on many certificates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from prm.access import Actor
from prm.accounts.models import User
from prm.bulk.action import BulkAction, Which
from prm.bulk.forms import NothingForm, ReasonForm
from prm.certification.listing import list_spec
from prm.certification.models import Certificate
from prm.certification.queries import certificates as queries
from prm.certification.services import revoke_certificate
from prm.errors import DomainError
from prm.infra.tables import narrow
from prm.notifications.overdue import What, select_items, today_of
from prm.notifications.services.reminding import remind_people
from prm.permissions import P


def _choose(actor: Actor, which: Which) -> Select[Any]:
    """Certificates that the page lists; whether an action reaches one is asked when it is done to it."""
    listed = queries.select_certificates(actor)
    if isinstance(which, list):
        listed = listed.where(Certificate.public_id.in_(which))
    else:
        listed = narrow(listed, list_spec(actor, queries.today_of(actor)), which)
    named = listed.with_only_columns(
        Certificate.public_id, (Certificate.number + " · " + User.name).label("name"),
        maintain_column_froms=True,
    )  # fmt: skip
    return named.order_by(None).order_by(Certificate.number, Certificate.id)


def _revoke(actor: Actor, certificate_id: UUID, asked: Mapping[str, Any]) -> None:
    found = queries.get_certificate(actor, certificate_id, P.CERTIFICATE_REVOKE)
    revoke_certificate(actor, found, reason=asked["reason"])


def _remind(actor: Actor, certificate_id: UUID, asked: Mapping[str, Any]) -> None:
    found = queries.get_certificate(actor, certificate_id)
    items = select_items(actor, What.EXPIRING, today_of(actor)).where(Certificate.id == found.id)
    try:
        told = remind_people(actor, What.EXPIRING, items)
    except DomainError:
        raise DomainError(_("It does not run out soon, or its holder is none of yours to remind.")) from None
    if not told:
        raise DomainError(_("Its holder was reminded today already."))


CERTIFICATE_ACTIONS = (
    BulkAction(
        "certificates.remind", _l("Remind the holders of the expiry"), P.PEOPLE_REMIND, "certification.index",
        NothingForm, _choose, _remind,
        _l("Those alone whose certificate runs out soon are reminded, each at most once a day."),
    ),
    BulkAction(
        "certificates.revoke", _l("Revoke"), P.CERTIFICATE_REVOKE, "certification.index",
        ReasonForm, _choose, _revoke,
        _l("A revoked certificate stays revoked: whoever verifies it is told so at once."),
    ),
)  # fmt: skip
