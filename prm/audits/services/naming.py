"""Who is who in an audit: pseudonyms given, texts masked as they are written, names erased."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import select, update

from prm.access import Actor
from prm.accounts.models import User
from prm.audits.models import Audit, AuditName
from prm.audits.pseudonyms import make_token, mask
from prm.audits.queries.metrics import Cells, Named
from prm.extensions import db
from prm.infra import clock
from prm.journal.chain import commitment
from prm.partners import queries as partners
from prm.partners.models import Partnership


def new_key() -> str:
    """What an audit's pseudonyms are keyed by."""
    return secrets.token_hex(32)


class Names:
    """The pseudonyms of one audit, read once; new ones are written as they are asked for."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit
        rows = db.session.scalars(select(AuditName).where(AuditName.audit_id == audit.id))
        self.known = {row.token: row for row in rows}

    def token(self, named: Named) -> str:
        """The pseudonym of something; the name it had when it was first named stays."""
        return self._token(named.kind, str(named.ref), named.value, named.user_id)

    def _token(self, kind: str, ref: str, value: str, user_id: int | None) -> str:
        token = make_token(self.audit.pseudonym_key, kind, ref)
        if token not in self.known:
            salt = secrets.token_hex(16)
            row = AuditName(
                audit_id=self.audit.id,
                token=token,
                kind=kind,
                value=value[:300],
                salt=salt,
                commitment=commitment(value[:300], salt),
                user_id=user_id,
            )
            db.session.add(row)
            self.known[token] = row
        return token

    def user(self, user: User) -> str:
        return self.token(Named("person", user.public_id, user.name, user.id))

    def actor(self, actor: Actor) -> None:
        """See to it that whoever acts has a pseudonym; the system needs none."""
        if actor.user_id is not None:
            self.user(db.session.get_one(User, actor.user_id))

    def people_of(self, partnership: Partnership) -> None:
        """See to it that the company and its people of now have one: texts may name them."""
        self.token(Named("company", partnership.public_id, partnership.name))
        for person in partners.list_people(partnership.partner_id, clock.now()):
            self.token(Named("person", person.public_id, person.name, person.user_id))

    def cells(self, cells: Cells) -> dict[str, Any]:
        """A row's cells with pseudonyms in place of what they name."""
        return {key: self.token(v) if isinstance(v, Named) else v for key, v in cells.items()}

    def text(self, text: str) -> str:
        """A text as it is kept: trimmed, names and mail addresses replaced.

        Names that the audit knows by then, whole ones: a nickname or a first name alone stays.
        """
        shown = {
            row.value: token
            for token, row in sorted(self.known.items())
            if row.kind in ("person", "company") and row.value
        }
        return mask(text.strip(), shown, self._mail_token)

    def _mail_token(self, address: str) -> str:
        owner = db.session.scalar(select(User.id).where(User.email_folded == address.casefold()))
        return self._token("mail", address.casefold(), address, owner)


def erase_names(actor: Actor, user_id: int) -> int:
    """Forget who a person is in every audit of the vendor served; returns how many names went.

    The pseudonyms stay, and with them everything that was signed: no pack's hash changes.
    """
    found = db.session.execute(
        update(AuditName)
        .where(AuditName.user_id == user_id, AuditName.value != "")
        .values(value="", salt="")
        .execution_options(synchronize_session=False)
    )
    return int(found.rowcount)
