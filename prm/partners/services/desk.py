"""Verbs on notes, tasks, contacts and documents of a partnership."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor, require
from prm.accounts.models import User
from prm.accounts.services.people import check_email, check_name
from prm.errors import DomainError, Forbidden
from prm.extensions import db
from prm.infra import clock
from prm.infra.uploads import Upload
from prm.journal.services import record
from prm.partners.models import (
    DocumentKind,
    Partnership,
    PartnershipContact,
    PartnershipDocument,
    PartnershipNote,
    PartnershipTask,
)
from prm.partners.queries import desk as queries
from prm.permissions import P
from prm.vendors.files import keep_file


def add_note(actor: Actor, partnership: Partnership, *, body: str) -> PartnershipNote:
    """Remember something about a partnership. Raises DomainError without a text."""
    require(actor, P.PARTNER_EDIT)
    body = body.strip()
    if not body or len(body) > 4000:
        message = _("Write a note of at most %(count)s characters.", count=4000)
        raise DomainError(message, {"body": message})
    note = PartnershipNote(
        partnership_id=partnership.id, body=body, author_id=actor.user_id, created_at=clock.now()
    )
    return _added(actor, partnership, note, "note.added", {"body": body})


def add_task(
    actor: Actor, partnership: Partnership, *, title: str, owner_id: UUID, due_on: date
) -> PartnershipTask:
    """Give one of the vendor's people something to do. Raises DomainError naming the field at fault."""
    require(actor, P.PARTNER_EDIT)
    title = " ".join(title.split())[:200]
    if not title:
        raise DomainError(_("Say what has to be done."), {"title": _("Say what has to be done.")})
    if owner_id not in {public_id for public_id, _name in queries.list_task_owners(actor, partnership)}:
        message = _("Choose somebody who looks after this partner.")
        raise DomainError(message, {"owner": message})
    owner = db.session.scalars(select(User).where(User.public_id == owner_id)).one()
    task = PartnershipTask(
        partnership_id=partnership.id,
        title=title,
        owner_id=owner.id,
        due_on=due_on,
        created_by_id=actor.user_id,
        created_at=clock.now(),
    )
    return _added(actor, partnership, task, "task.added", {"title": title})


def finish_task(actor: Actor, task: PartnershipTask, *, is_done: bool) -> None:
    """Say that a task is done, or is not after all."""
    require(actor, P.PARTNER_EDIT)
    if (task.done_at is not None) is is_done:
        return
    task.done_at = clock.now() if is_done else None
    task.done_by_id = actor.user_id if is_done else None
    record(actor, "task.finished" if is_done else "task.reopened", task)


def add_contact(
    actor: Actor, partnership: Partnership, *, name: str, function: str, email: str, phone: str
) -> PartnershipContact:
    """Remember somebody to turn to. Raises DomainError naming the field at fault."""
    require(actor, P.PARTNER_EDIT)
    contact = PartnershipContact(
        partnership_id=partnership.id,
        name=check_name(name),
        function=" ".join(function.split())[:120],
        email=check_email(email) if email.strip() else "",
        phone=" ".join(phone.split())[:60],
        created_at=clock.now(),
    )
    return _added(actor, partnership, contact, "contact.added", {"name": contact.name})


def add_document(
    actor: Actor,
    partnership: Partnership,
    *,
    title: str,
    kind: DocumentKind,
    valid_until: date | None,
    upload: Upload,
) -> PartnershipDocument:
    """Keep a file about a partnership; the partner's administrators may add to their own."""
    require(actor, P.DOCUMENT_EDIT)
    file = keep_file(actor, upload.content, name=upload.name, media_type=upload.media_type)
    document = PartnershipDocument(
        partnership_id=partnership.id,
        title=" ".join(title.split())[:200] or upload.name,
        kind=kind,
        file_id=file.id,
        valid_until=valid_until,
        is_of_partner=actor.partnership_id is not None,
        uploaded_by_id=actor.user_id,
        created_at=clock.now(),
    )
    return _added(actor, partnership, document, "document.added", {"title": document.title})


def remove(actor: Actor, row: Any) -> None:
    """Delete a note, a contact or a document; the journal says that there was one.

    Raises Forbidden where a partner would remove a document of the vendor's.
    """
    if isinstance(row, PartnershipDocument):
        require(actor, P.DOCUMENT_EDIT)
        if actor.partnership_id is not None and not row.is_of_partner:
            raise Forbidden(_("The vendor added this document. Ask there to have it removed."))
    else:
        require(actor, P.PARTNER_EDIT)
    record(actor, f"{_NAMES[type(row)]}.removed", row)
    db.session.delete(row)
    db.session.flush()


_NAMES = {PartnershipNote: "note", PartnershipContact: "contact", PartnershipDocument: "document"}


def _added(actor: Actor, partnership: Partnership, row: Any, action: str, personal: dict[str, str]) -> Any:
    db.session.add(row)
    db.session.flush()
    record(actor, action, row, facts={"partnership": partnership.public_id}, personal=personal)
    return row
