"""How entries are chained: canonical JSON, digests, salted commitments. Pure."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from prm.journal.models import JournalEntry

INSTALLATION = "installation"  # the chain of accounts and vendors as such
START = "0" * 64  # what the first entry of a chain follows


def canonical(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, instants and dates as ISO 8601, the rest as text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def commitment(value: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}:{value}".encode()).hexdigest()


def digest_of(entry: JournalEntry) -> str:
    """SHA-256 over everything the entry states and the digest before it."""
    at: datetime = entry.at
    stated = {
        "chain": entry.chain,
        "sequence": entry.sequence,
        "at": at.isoformat(),
        "actor_ref": entry.actor_ref,
        "actor_role": entry.actor_role,
        "action": entry.action,
        "subject_type": entry.subject_type,
        "subject_ref": entry.subject_ref,
        "facts": entry.facts,
        "commitments": entry.commitments,
        "previous": entry.previous_digest,
    }
    return hashlib.sha256(canonical(stated).encode()).hexdigest()
