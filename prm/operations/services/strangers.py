"""People without an account: contacts at a partner, who applied for one, who was invited.

All that is known them by is a mail address, so that they are erased by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from prm.accounts.models import Invitation, User
from prm.accounts.services.people import fold_email
from prm.extensions import db
from prm.infra.db import serve_vendor
from prm.infra.scrubbing import Trace
from prm.partners.models import PartnerApplication, PartnershipContact
from prm.vendors.models import Vendor

_ROWS = (
    (PartnershipContact.email, PartnershipContact.name, PartnershipContact.created_at),
    (PartnerApplication.email, PartnerApplication.contact_name, PartnerApplication.created_at),
)


def list_names_at(emails: Iterable[str]) -> list[str] | None:
    """What people with one of these addresses are called, at every vendor; None where nobody has one."""
    wanted = {fold_email(email) for email in emails}
    found = [name for email, name, _created in _rows(lambda email: func.lower(email).in_(wanted))]
    return sorted({name for name in found if name}) if found else None


def list_strangers() -> dict[str, datetime]:
    """Every such address that no account has, folded, and since when the portal has known it."""
    found: dict[str, datetime] = {}
    for email, _name, created in _rows(lambda email: email != ""):
        folded = fold_email(email)
        found[folded] = min(created, found.get(folded, created))
    for email in db.session.scalars(select(User.email_folded)):
        found.pop(email, None)
    return found


def _rows(criterion: Callable[[Any], Any]) -> Iterator[tuple[str, str, datetime]]:
    """(address, name, since when) of whose address meets a criterion, one vendor after the other."""
    invited = select(Invitation.email, Invitation.name, Invitation.created_at)
    yield from map(tuple, db.session.execute(invited.where(criterion(Invitation.email))))
    for vendor_id in db.session.scalars(select(Vendor.id).order_by(Vendor.id)).all():
        with serve_vendor(vendor_id):
            for columns in _ROWS:
                yield from map(tuple, db.session.execute(select(*columns).where(criterion(columns[0]))).all())


def forget_rows(trace: Trace) -> int:
    """At the vendor served: contacts go whole, of applications what was written; how many rows.

    What names somebody elsewhere is replaced with the rest: here stand telephone numbers besides, which no
    trace knows. A contact of the same name at another address is somebody else's.
    """
    emails = {fold_email(email) for email in trace.emails}
    without_address = select(PartnershipContact.id, PartnershipContact.name).where(
        PartnershipContact.email == ""
    )
    contacts = [key for key, name in db.session.execute(without_address) if trace.is_in(name)]
    gone = db.session.execute(
        delete(PartnershipContact)
        .where(or_(PartnershipContact.id.in_(contacts), func.lower(PartnershipContact.email).in_(emails)))
        .execution_options(synchronize_session=False)
    )
    emptied = db.session.execute(
        update(PartnerApplication)
        .where(func.lower(PartnerApplication.email).in_(emails))
        .values(message="", answers=[])
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount) + int(emptied.rowcount)  # type: ignore[attr-defined]
