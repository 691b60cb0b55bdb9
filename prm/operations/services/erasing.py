"""Erasing a person: every value of theirs gives way to a neutral mark, what they did stays counted.

What is left is a pseudonymous "former person": the account row with its public id, to which
completions, certificates and uses still belong; who never had an account gets such a row, too. The
journal's chain stays valid, since personal values lie beside it. In this order, so that an erasure cut
short is finished by asking again: the ledger, each vendor's rows and files, what belongs to no vendor,
the account itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, delete, or_, select, update

from prm.access import Actor, system_actor
from prm.accounts.models import (
    EmailChange,
    Invitation,
    Membership,
    OutgoingMail,
    PasswordReset,
    RecoveryCode,
    SecondFactor,
    SignInFailure,
    SignInStep,
    User,
    UserSession,
)
from prm.accounts.services.people import create_user, find_user, fold_email, withdraw_invitations_of
from prm.accounts.services.sign_in import hash_address
from prm.audits.services import erase_names
from prm.certification.credentials.issuing import withdraw_credentials
from prm.certification.models import Certificate, CertificateFile
from prm.errors import DomainError, Forbidden
from prm.extensions import db
from prm.infra import clock, scrubbing, storage
from prm.infra.db import serve_vendor, transaction
from prm.infra.scrubbing import Trace
from prm.infra.sealing import opened_seal
from prm.journal.chain import INSTALLATION
from prm.journal.models import JournalEntry, JournalPersonalValue
from prm.journal.services import record
from prm.operations.models import Erasure
from prm.operations.services import strangers
from prm.operations.services.ledger import hash_subject, mirror_ledger
from prm.vendors.models import StoredFile, Vendor

NAME_MARK = "Former person"
EMAIL_MARK = "former-person@erased.invalid"
REMOVED_FILE = b"This file named a person whose values were erased. It was removed.\n"

Tell = Callable[[str], None]


@dataclass
class ErasureReport:
    """What an erasure changed. `removed`: names of files that gave way to a note, for the operator."""

    public_id: UUID
    rows: int = 0
    journal_values: int = 0
    redacted: int = 0
    withdrawn: int = 0
    removed: tuple[str, ...] = ()


def is_erased(user: User) -> bool:
    return user.email_folded == _address_of(user)


def erase_person(
    actor: Actor,
    email: str,
    *,
    reason: str,
    tell: Tell = lambda _line: None,
) -> ErasureReport:
    """Erase the person with this address, for a reason that is kept and names nobody.

    For an operator's command only. It may be the address of an account, or of a contact, an application or
    an invitation. Raises DomainError where nobody has it or the reason says who it is. Not inside
    transaction(): each vendor's part is one of its own.
    """
    if not actor.is_system or actor.vendor_id is not None:
        raise Forbidden
    names = list_names(email)
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise DomainError("Give a reason: --reason “Request of …”. It is kept in the journal.")
    user = find_user(email)
    if (_trace_of(user) if user else _trace(names, {email})).is_in(reason):
        raise DomainError(
            "The reason names the person; it is kept, so say it without their name and address."
        )
    if user is None:
        return erase_stranger(email, reason=reason, erased_at=clock.now(), tell=tell)
    return erase_user(user.id, reason=reason, erased_at=clock.now(), tell=tell)


def list_names(email: str) -> list[str]:
    """What whoever has an address is called. Raises DomainError where nobody has it."""
    user = find_user(email)
    names = [user.name] if user else strangers.list_names_at([email])
    if names is None:
        raise DomainError(f"There is nobody with the address {email}.")
    return names


def erase_stranger(
    email: str, *, reason: str, erased_at: datetime, tell: Tell = lambda _line: None
) -> ErasureReport:
    """Erase somebody who has no account, by their address: the row that stands for them is made first.

    A restore finds them by the address, whose keyed hash is noted beside that of the row.
    """
    names = list_names(email)
    with transaction():
        _note_erasure(hash_subject(fold_email(email)), erased_at)
        user = create_user(system_actor(None), email=email, name=names[0] if names else NAME_MARK)
        user_id = user.id
    return erase_user(user_id, reason=reason, erased_at=erased_at, tell=tell)


def erase_user(
    user_id: int, *, reason: str, erased_at: datetime, tell: Tell = lambda _line: None
) -> ErasureReport:
    """Erase the person of an account; safe to run again where it was cut short."""
    user = db.session.get_one(User, user_id)
    public_id, trace = user.public_id, _trace_of(user)
    report = ErasureReport(public_id)
    with transaction():
        _note_erasure(hash_subject(public_id), erased_at)
    mirror_ledger()
    vendors = list(db.session.execute(select(Vendor.id, Vendor.public_id, Vendor.name).order_by(Vendor.id)))
    for vendor_id, vendor_public_id, name in vendors:
        tell(f"{name}: rows and files")
        with serve_vendor(vendor_id):
            naming = _list_naming_files(trace)  # takes its time, so not while others wait to write
        with serve_vendor(vendor_id), transaction():
            user = db.session.get_one(User, user_id)
            _erase_at_vendor(vendor_id, str(vendor_public_id), user, trace, naming, report)
    tell("Account and journal")
    with transaction():
        report.rows += scrubbing.scrub(scrubbing.shared_tables(), trace)
        _erase_account(user_id, trace, report)
        record(
            system_actor(None),
            "user.erased",
            db.session.get_one(User, user_id),
            facts={"reason": reason, "rows": report.rows, "journal_values": report.journal_values},
            chain=INSTALLATION,
        )
    tell("Files that nothing names any more")
    finish_erasures(trace)
    scrubbing.compact()
    return report


def finish_erasures(trace: Trace | None = None) -> None:
    """Remove from the store what erasures left to remove; with a trace, orphans that show it too."""
    pending = {
        key
        for keys in db.session.scalars(select(Erasure.file_keys).where(Erasure.finished_at.is_(None)))
        for key in keys
    }
    if trace is None and not pending:
        return
    named: set[str] = set()
    for vendor_id in db.session.scalars(select(Vendor.id)).all():
        with serve_vendor(vendor_id):
            named |= set(db.session.scalars(select(StoredFile.key)))
    if trace is not None:
        orphans = set(storage.store().keys()) - named
        pending |= {key for key in orphans if scrubbing.is_in_file(storage.read(key), trace)}
    for key in sorted(pending - named):
        storage.store().remove(key)
    with transaction():
        for erasure in db.session.scalars(select(Erasure).where(Erasure.finished_at.is_(None))):
            erasure.file_keys, erasure.finished_at = [], clock.now()


# -- parts -------------------------------------------------------------------------------------


def _address_of(user: User) -> str:
    return f"former-{user.public_id}@erased.invalid"


def _trace_of(user: User) -> Trace:
    """Every name and address the person has had, as far as the journal and others' notes still know."""
    rows = db.session.execute(
        select(JournalPersonalValue.name, JournalPersonalValue.value)
        .join(JournalEntry, JournalEntry.id == JournalPersonalValue.entry_id)
        .where(_is_about(user), JournalPersonalValue.name.in_(["name", "email"]))
    ).all()
    asked = db.session.scalars(select(EmailChange.email).where(EmailChange.user_id == user.id))
    emails = {user.email, user.email_folded, *asked, *(v for name, v in rows if name == "email")}
    names = {user.name, *(value for name, value in rows if name == "name")}
    return _trace([*names, *(strangers.list_names_at(emails) or ())], emails, user.id)


def _trace(names: Iterable[str], emails: Iterable[str], user_id: int = 0) -> Trace:
    """What a person is told by. A name that another account bears as well is left out: who is meant by it
    cannot be told, and the namesake keeps theirs. What is known to be this person's own is replaced all the
    same.
    """
    marks = {NAME_MARK, EMAIL_MARK}
    kept = set(names) - marks
    namesakes = set(db.session.scalars(select(User.name).where(User.id != user_id, User.name.in_(kept))))
    return Trace(tuple(sorted(kept - namesakes)), tuple(sorted(set(emails) - marks)), NAME_MARK, EMAIL_MARK)


def _is_about(user: User) -> ColumnElement[bool]:
    """Entries of the journal whose personal values are this person's: accounts and memberships."""
    memberships = select(Membership.public_id).where(Membership.user_id == user.id)
    subjects = [str(user.public_id)]
    subjects += map(str, db.session.scalars(memberships.execution_options(every_vendor=True)))
    return JournalEntry.subject_ref.in_(subjects)


def _note_erasure(subject_hash: str, erased_at: datetime) -> None:
    known = db.session.scalars(select(Erasure).where(Erasure.subject_hash == subject_hash)).one_or_none()
    if known is None:
        db.session.add(Erasure(subject_hash=subject_hash, erased_at=erased_at))
    else:
        known.finished_at = None


def _erase_at_vendor(
    vendor_id: int, owner: str, user: User, trace: Trace, naming: Sequence[int], report: ErasureReport
) -> None:
    withdrawn, redacted = report.withdrawn, report.redacted
    keys = _withdraw_certificates(user.id, trace, report)
    keys += _redact_files(owner, trace, naming, report)
    subject_hash = hash_subject(user.public_id)
    erasure = db.session.scalars(select(Erasure).where(Erasure.subject_hash == subject_hash)).one()
    erasure.file_keys = sorted({*erasure.file_keys, *keys})
    rows = erase_names(system_actor(vendor_id), user.id) + strangers.forget_rows(trace)
    with opened_seal():  # a name in the text of a signed audit goes as well
        rows += scrubbing.scrub(scrubbing.tenant_tables(), trace, vendor_id)
    report.rows += rows
    changed = {
        "rows": rows, "certificates": report.withdrawn - withdrawn, "files": report.redacted - redacted,
    }  # fmt: skip
    if any(changed.values()):
        record(system_actor(vendor_id), "user.erased", user, facts=changed)


def _withdraw_certificates(user_id: int, trace: Trace, report: ErasureReport) -> list[str]:
    """The person's certificates stay counted, without the name; their files go and are made no more.

    The SHA-256 of every issued file stays: who hands in a copy is told that it was withdrawn.
    Their credentials are withdrawn too: the copies that bear the name are out of reach, so that the status
    list says of them that they are revoked.
    """
    certificates = list(db.session.scalars(select(Certificate).where(Certificate.user_id == user_id)))
    for certificate in certificates:
        report.withdrawn += certificate.withdrawn_at is None
        certificate.withdrawn_at = certificate.withdrawn_at or clock.now()
        facts = trace.replace_within(certificate.facts)
        certificate.facts = {**facts, "person": {**facts["person"], "name": NAME_MARK}}
    withdraw_credentials([certificate.id for certificate in certificates])
    files = list(
        db.session.scalars(
            select(CertificateFile).where(
                CertificateFile.certificate_id.in_([certificate.id for certificate in certificates]),
                CertificateFile.file_id.is_not(None),
            )
        )
    )
    stored = list(db.session.scalars(select(StoredFile).where(StoredFile.id.in_([f.file_id for f in files]))))
    for file in files:
        file.file_id = None
    db.session.flush()
    keys = [row.key for row in stored]
    for row in stored:
        db.session.delete(row)
    db.session.flush()
    return keys


def _list_naming_files(trace: Trace) -> list[int]:
    """Files of the vendor served whose content names the person. One that is lost names nobody."""
    found = []
    for file_id, key in db.session.execute(select(StoredFile.id, StoredFile.key)).all():
        try:
            if scrubbing.is_in_file(storage.read(key), trace):
                found.append(file_id)
        except storage.StorageError:
            continue
    return found


def _redact_files(owner: str, trace: Trace, naming: Sequence[int], report: ErasureReport) -> list[str]:
    """Other files that name the person: texts without them, the rest a note in their place."""
    keys = []
    for row in db.session.scalars(select(StoredFile).where(StoredFile.id.in_(naming))).all():
        content = storage.read(row.key)
        redacted = scrubbing.redact_text(content, trace)
        if redacted is None or scrubbing.is_in_file(redacted, trace):
            redacted, row.media_type = REMOVED_FILE, "text/plain"
            report.removed = (*report.removed, trace.replace(row.name))
            row.name = f"{row.name.rpartition('.')[0] or row.name}.txt"[-200:]
        keys.append(row.key)
        row.key, row.sha256 = storage.put(owner, redacted)
        row.size = len(redacted)
        report.redacted += 1
    db.session.flush()
    return keys


def _erase_account(user_id: int, trace: Trace, report: ErasureReport) -> None:
    user = db.session.get_one(User, user_id)
    now = clock.now()
    addresses = {fold_email(email) for email in trace.emails}
    _delete(UserSession, UserSession.user_id == user_id)
    for table in (PasswordReset, EmailChange, SecondFactor, RecoveryCode, SignInStep):
        _delete(table, table.user_id == user_id)
    _delete(SignInFailure, SignInFailure.subject_hash.in_([hash_address(each) for each in addresses]))
    _delete(OutgoingMail, OutgoingMail.recipient.in_([*trace.emails, EMAIL_MARK]))
    db.session.execute(
        update(Invitation)
        .where(Invitation.email == EMAIL_MARK)
        .values(name=NAME_MARK, withdrawn_at=now)
        .execution_options(synchronize_session=False)
    )
    withdraw_invitations_of(user_id)
    db.session.execute(
        update(Membership)
        .where(Membership.user_id == user_id, Membership.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False, every_vendor=True)
    )
    report.journal_values += _erase_journal_values(user, trace)
    user.name, user.email = NAME_MARK, _address_of(user)
    user.email_folded, user.password_hash, user.is_active = _address_of(user), None, False
    user.time_zone = "UTC"
    db.session.flush()


def _erase_journal_values(user: User, trace: Trace) -> int:
    """Personal values beside the journal: of entries that are about the person or name them."""
    is_own = or_(_is_about(user), cast(JournalEntry.facts, String).contains(str(user.public_id)))
    rows = db.session.execute(
        select(JournalPersonalValue.id, JournalPersonalValue.value, is_own)
        .join(JournalEntry, JournalEntry.id == JournalPersonalValue.entry_id)
        .where(
            or_(is_own, *[JournalPersonalValue.value.icontains(f, autoescape=True) for f in trace.fragments])
        )
    ).all()
    gone = [key for key, value, own in rows if own or trace.is_in(value)]
    for start in range(0, len(gone), 500):
        _delete(JournalPersonalValue, JournalPersonalValue.id.in_(gone[start : start + 500]))
    return len(gone)


def _delete(model: type, criterion: object) -> None:
    db.session.execute(
        delete(model).where(criterion).execution_options(synchronize_session=False)  # type: ignore[arg-type]
    )
