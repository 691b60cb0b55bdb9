"""Who is who in an audit: pseudonyms given, texts masked as they are written, names erased."""

from __future__ import annotations

import secrets
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import or_, select

from prm.access import Actor
from prm.accounts.models import User
from prm.audits.models import (
    Audit,
    AuditAction,
    AuditEvidence,
    AuditFinding,
    AuditItem,
    AuditName,
)
from prm.audits.pseudonyms import make_token, mask
from prm.audits.queries.metrics import Cells, Named
from prm.extensions import db
from prm.infra import clock
from prm.journal.chain import commitment
from prm.partners import queries as partners
from prm.partners.models import Partnership
from prm.vendors.models import StoredFile

LONGEST_TEXT = 4000  # as it was typed; pseudonyms may make it longer


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
        return mask(text.strip()[:LONGEST_TEXT], shown, self._mail_token)

    def _mail_token(self, address: str) -> str:
        owner = db.session.scalar(select(User.id).where(User.email_folded == address.casefold()))
        return self._token("mail", address.casefold(), address, owner)


def erase_names(actor: Actor, user_id: int) -> int:
    """Forget who a person is in every audit of the vendor served; returns how many names went.

    With them go file names and mail addresses that carry the name, and the names of the files they
    provided. The pseudonyms stay, and with them everything that was signed: no pack's hash changes.
    """
    own = db.session.scalars(select(AuditName).where(AuditName.user_id == user_id, AuditName.value != ""))
    gone = list(own)
    for audit_id in sorted({row.audit_id for row in gone}):
        called = {r.value.casefold() for r in gone if r.audit_id == audit_id and r.kind == "person"}
        others = db.session.scalars(
            select(AuditName).where(
                AuditName.audit_id == audit_id,
                AuditName.value != "",
                AuditName.kind.in_(["file", "mail"]),
                or_(AuditName.user_id.is_(None), AuditName.user_id != user_id),
            )
        )
        gone += [row for row in others if any(name in row.value.casefold() for name in called)]
    _rename_files({row.token for row in gone if row.kind == "file"}, {row.audit_id for row in gone})
    for row in gone:
        row.value = row.salt = ""
    db.session.flush()
    return len(gone)


def _rename_files(tokens: set[str], audit_ids: set[int]) -> None:
    """Take the names of files away, but for their endings."""
    if not tokens:
        return
    provided = (
        select(StoredFile, Audit.pseudonym_key)
        .join(AuditEvidence, AuditEvidence.file_id == StoredFile.id)
        .join(AuditItem, AuditItem.id == AuditEvidence.item_id)
        .join(Audit, Audit.id == AuditItem.audit_id)
    )
    proofs = (
        select(StoredFile, Audit.pseudonym_key)
        .join(AuditAction, AuditAction.proof_file_id == StoredFile.id)
        .join(AuditFinding, AuditFinding.id == AuditAction.finding_id)
        .join(Audit, Audit.id == AuditFinding.audit_id)
    )
    for statement in (provided, proofs):
        for file, key in db.session.execute(statement.where(Audit.id.in_(audit_ids))):
            token = make_token(key, "file", str(file.public_id))
            if token in tokens:
                file.name = token + PurePosixPath(file.name).suffix.lower()
