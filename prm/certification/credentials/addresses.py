"""Where an issuer's public documents are, and the name (`did:web`) that follows from it. Pure."""

from __future__ import annotations

from urllib.parse import quote, urlsplit
from uuid import UUID


def issuer_url(base: str, vendor_id: UUID | str) -> str:
    """The address below which a vendor's keys, lists and pictures are; `base` is ISSUER_URL."""
    return f"{base.rstrip('/')}/{vendor_id}"


def did_of(url: str) -> str:
    """The did:web whose document is at `url`/did.json."""
    parts = urlsplit(url)
    segments = [quote(parts.netloc, safe="."), *(s for s in parts.path.split("/") if s)]
    return "did:web:" + ":".join(segments)


def status_list_url(url: str, number: int) -> str:
    return f"{url}/status/{number}.json"


def keys_url(url: str) -> str:
    return f"{url}/keys.json"


def picture_url(url: str, sha256: str, kind: str) -> str:
    """The address of a badge's picture; `kind` is png or svg."""
    return f"{url}/pictures/{sha256}.{kind}"
