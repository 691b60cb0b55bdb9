"""Identifiers that people and machines see."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

import uuid6


def new_public_id() -> UUID:
    """A UUIDv7 (RFC 9562): sorts by time, tells no volumes."""
    return UUID(int=uuid6.uuid7().int)


def new_random_id() -> UUID:
    """A UUIDv4: for what must not tell in which order it was made."""
    return UUID(bytes=secrets.token_bytes(16), version=4)


def new_token() -> str:
    """256 random bits for links and sessions; only its hash is stored."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """SHA-256 as hex: what is stored of a token, useless to who reads the table."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
