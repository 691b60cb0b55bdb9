"""Replacing a vendor's keys, because it is time or because somebody else may have them.

A retired key's private half is destroyed; its public half stays for what it signed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from prm.access import Actor, require
from prm.certification.credentials.issuing import withdraw_signed_by
from prm.certification.credentials.models import CredentialKey
from prm.certification.services.keys import (
    DOCUMENTS,
    PURPOSE,
    ensure_credential_key,
    ensure_signing_key,
    find_credential_key,
    find_signing_key,
    list_credential_keys,
    list_signing_keys,
    open_private,
    seal_private,
)
from prm.certification.services.texts import required_reason
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.pkcs12 import read_pkcs12
from prm.infra.signing import SigningError, make_signer
from prm.journal.services import lock_chain, record
from prm.permissions import P
from prm.vendors.models import SigningKey, Vendor

GONE = b""


@dataclass(frozen=True)
class Rotation:
    """What a rotation did: how a key is known before and after, by kind."""

    documents: tuple[str | None, str]
    credentials: tuple[str | None, str]


def rotate_keys(actor: Actor, vendor: Vendor, *, reason: str, is_compromised: bool = False) -> Rotation:
    """Retire the keys in use, destroy their private halves, and make new ones.

    What the old keys signed stays valid. Where they are compromised it does not: they are marked so
    from now, whoever checks is told not to trust them, and credentials are signed anew when they are
    next asked for.
    Raises DomainError without a reason, Forbidden for whoever may not change settings.
    """
    require(actor, P.VENDOR_SETTINGS)
    lock_chain()
    reason = required_reason(reason)
    old_document, old_credential = find_signing_key(), find_credential_key(vendor)
    now = clock.now()
    if old_document is not None:
        _retire(old_document, now, is_compromised=is_compromised)
    for key in list_credential_keys():  # those under earlier names too
        if key.retired_at is None:
            _retire(key, now, is_compromised=is_compromised)
            if is_compromised:
                withdraw_signed_by(key, now)
    db.session.flush()
    new_document = ensure_signing_key(actor, vendor)
    new_credential = ensure_credential_key(actor, vendor)
    db.session.flush()
    record(
        actor,
        "signing_keys.rotated",
        new_credential,
        facts={
            "from": old_credential.multibase if old_credential else None,
            "to": new_credential.multibase,
            "compromised": is_compromised,
        },
        personal={"reason": reason},
    )
    return Rotation(
        (str(old_document.public_id) if old_document else None, str(new_document.public_id)),
        (old_credential.multibase if old_credential else None, new_credential.multibase),
    )


def bring_key(actor: Actor, vendor: Vendor, *, content: bytes, passphrase: str, reason: str) -> SigningKey:
    """Sign documents with a key of the vendor's own from now on: a PKCS#12 file.

    The key in use is retired and its private half destroyed; what it signed stays valid. The passphrase is
    not kept. Raises DomainError (field "file" or "reason"), Forbidden.
    """
    require(actor, P.VENDOR_SETTINGS)
    lock_chain()
    reason = required_reason(reason)
    now = clock.now()
    try:
        issuer = read_pkcs12(content, passphrase, now)
        make_signer(issuer)
    except SigningError as error:
        raise DomainError(str(error), {"file": str(error)}) from error
    if any(key.certificate_pem == issuer.leaf_pem for key in list_signing_keys()):
        message = _("This certificate was used here before: bring a new one.")
        raise DomainError(message, {"file": message})
    if (old := find_signing_key()) is not None:
        _retire(old, now, is_compromised=False)
    key = SigningKey(
        vendor_id=vendor.id,
        sealed_key=seal_private(issuer.key_pem, DOCUMENTS),
        certificate_pem=issuer.leaf_pem,
        ca_pem=issuer.ca_pem,
        is_brought=True,
        created_at=now,
    )
    db.session.add(key)
    db.session.flush()
    record(
        actor,
        "signing_key.brought",
        key,
        facts={"replaces": old.public_id if old is not None else None},
        personal={"reason": reason},
    )
    return key


def reseal_keys(actor: Actor) -> int:
    """Seal every private key of the vendor served with the sealing key now set; returns how many.

    Raises SigningError where one of them cannot be opened; nothing is changed then.
    """
    require(actor, P.VENDOR_SETTINGS)
    lock_chain()
    count = 0
    for key, purpose in _list_sealed():
        key.sealed_key = seal_private(open_private(key.sealed_key, purpose), purpose)
        count += 1
    db.session.flush()
    if count:
        vendor = db.session.get_one(Vendor, actor.vendor_id)
        record(actor, "signing_keys.resealed", vendor, facts={"keys": count})
    return count


# -- parts -------------------------------------------------------------------------------------


def _list_sealed() -> Iterator[tuple[SigningKey | CredentialKey, str]]:
    for document in list_signing_keys():
        if document.sealed_key != GONE:
            yield document, DOCUMENTS
    for credential in list_credential_keys():
        if credential.sealed_key != GONE:
            yield credential, PURPOSE


def _retire(key: SigningKey | CredentialKey, at: datetime, *, is_compromised: bool) -> None:
    key.retired_at, key.sealed_key = at, GONE
    if is_compromised:
        key.compromised_at = at
