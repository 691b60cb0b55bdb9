"""Which credentials of a vendor were revoked: one bit each, in a list that the vendor signs.

The bits are never kept: they follow from the certificates, so that a list cannot lag behind. A bit says
*revoked* alone; a certificate that expired or was renewed keeps its own at zero.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from prm.certification.credentials.addresses import status_list_url
from prm.certification.credentials.building import Place
from prm.certification.credentials.models import Credential, CredentialKey
from prm.certification.models import Certificate
from prm.certification.services.keys import find_credential_key, open_credential_key, public_url
from prm.errors import NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.bitstrings import LENGTH, pack_bits
from prm.infra.data_integrity import CREDENTIALS_V2, sign_document
from prm.vendors.models import Vendor

# Beyond this a free bit is found slowly, and a list tells more of who is on it.
FULL = LENGTH // 2
MAX_TRIES = 200
# How long whoever fetched a list may keep it without asking again.
KEEP_SECONDS = 300
MAX_KEPT = 64

_signed: dict[tuple[Any, ...], bytes] = {}


@dataclass(frozen=True)
class StatusList:
    """A signed list (JSON), and the instant from which it is true."""

    number: int
    document: bytes
    as_of: datetime


def allot_place() -> Place:
    """A bit that no credential of the vendor served has: at random, so that it tells no order.

    The caller holds the vendor's chain. Lists are filled to a half, then another is begun.
    """
    return allot_places(1)[0]


def allot_places(count: int, reserved: Collection[tuple[int, int]] = ()) -> list[Place]:
    """That many of them, none of which is among the reserved (list, index).

    Without the vendor's chain they may be taken meanwhile: see list_taken.
    """
    number = max(
        [db.session.scalar(select(func.max(Credential.list_number))) or 1, *(n for n, _i in reserved)]
    )
    taken = select(func.count(Credential.id)).where(Credential.list_number == number)
    full = (db.session.scalar(taken) or 0) + sum(n == number for n, _index in reserved)
    places: list[Place] = []
    chosen = set(reserved)
    for _try in range(MAX_TRIES):
        if len(places) == count:
            return places
        if full >= FULL:
            number, full = number + 1, 0
        room = min(count - len(places), FULL - full)
        drawn = {(number, secrets.randbelow(LENGTH)) for _each in range(room)} - chosen
        free = drawn - {(p.number, p.index) for p in list_taken([Place(*each) for each in drawn])}
        chosen |= free
        full += len(free)
        places += [Place(*each) for each in sorted(free, key=lambda _each: secrets.randbits(32))]
    raise RuntimeError("No free bit was found in a status list that is at most half full.")


def list_taken(places: Sequence[Place]) -> set[Place]:
    """Which of some places credentials of the vendor served have."""
    found: set[Place] = set()
    for number in {place.number for place in places}:
        indexes = [place.index for place in places if place.number == number]
        taken = db.session.scalars(
            select(Credential.list_index).where(
                Credential.list_number == number, Credential.list_index.in_(indexes)
            )
        )
        found |= {Place(number, index) for index in taken}
    return found


def list_revoked(number: int) -> list[int]:
    """The bits that are set in a list of the vendor served."""
    return list(
        db.session.scalars(
            select(Credential.list_index)
            .join(Certificate, Certificate.id == Credential.certificate_id)
            .where(
                Credential.list_number == number,
                or_(Credential.withdrawn_at.is_not(None), Certificate.revoked_at.is_not(None)),
            )
            .order_by(Credential.list_index)
        )
    )


def count_lists() -> int:
    """How many status lists the vendor served has; at least one as soon as it has a key."""
    return db.session.scalar(select(func.max(Credential.list_number))) or 1


def sign_status_list(vendor: Vendor, number: int) -> StatusList:
    """The list as it is now, signed with the key in use. Within an hour the same bytes, unless a bit or
    the key changed.

    Raises NotFound where there is no such list, SigningError where the key cannot be opened.
    """
    key = find_credential_key(vendor)
    if key is None or not 1 <= number <= count_lists():
        raise NotFound
    revoked = tuple(list_revoked(number))
    as_of = _as_of(number, key)
    kept = (vendor.id, number, key.multibase, as_of, revoked)
    if kept not in _signed:
        if len(_signed) >= MAX_KEPT:
            _signed.clear()
        document = _list_document(status_list_url(public_url(vendor), number), key.did, revoked, as_of)
        signed = sign_document(document, open_credential_key(key), method=key.method, created=as_of)
        _signed[kept] = as_file(signed)
    return StatusList(number, _signed[kept], as_of)


def as_file(document: Any) -> bytes:
    """A signed document as it is given out."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _list_document(url: str, did: str, revoked: tuple[int, ...], as_of: datetime) -> dict[str, Any]:
    return {
        "@context": [CREDENTIALS_V2],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did,
        "validFrom": as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": pack_bits(revoked),
            "ttl": KEEP_SECONDS * 1000,
        },
    }


def _as_of(number: int, key: CredentialKey) -> datetime:
    """From when the list is true: the hour begun last, or the last change where that was later."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    row = db.session.execute(
        select(func.max(Credential.withdrawn_at), func.max(Certificate.revoked_at))
        .join(Certificate, Certificate.id == Credential.certificate_id)
        .where(Credential.list_number == number)
    ).one()
    changes = [at.replace(microsecond=0) for at in (*row, key.created_at) if at is not None]
    return max([hour, *changes])
