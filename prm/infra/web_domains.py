"""Names of web sites, as people type them and as they are compared."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def read_web_domain(typed: str) -> str | None:
    """The host that an address of a web site names, folded and without "www."; None where it is none.

    International names come out in their ASCII form (RFC 3490), so that both spellings are one.
    """
    text = typed.strip().casefold()
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
        host = host.encode("idna").decode("ascii").rstrip(".").removeprefix("www.")
    except (ValueError, UnicodeError):
        return None
    labels = host.split(".")
    if len(host) > 253 or len(labels) < 2 or labels[-1].isdigit():
        return None
    return host if all(_LABEL.fullmatch(label) for label in labels) else None
