"""Pseudonyms of one audit: what they look like, how they are made, and how texts carry them. Pure.

A pseudonym is `<kind>-<twelve hex digits>`, keyed by the audit: the same person has another one in
every audit, and without the key none can be computed from a name.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping

KINDS = ("person", "company", "certificate", "file", "mail")
TOKEN = re.compile(rf"\b(?:{'|'.join(KINDS)})-[0-9a-f]{{12}}\b")
# What is taken for a mail address in a text: rather too much than too little.
MAIL = re.compile(r"[^\s<>()\[\]\"',;:]{1,64}@[^\s<>()\[\]\"',;:@]{1,190}\.[^\s<>()\[\]\"',;:@.]{2,}")
SHORTEST_NAME = 3


def make_token(key: str, kind: str, ref: str) -> str:
    """The pseudonym of what `ref` identifies."""
    digest = hmac.new(bytes.fromhex(key), f"{kind}:{ref}".encode(), hashlib.sha256).hexdigest()
    return f"{kind}-{digest[:12]}"


def mask(text: str, names: Mapping[str, str], mail_token: Callable[[str], str]) -> str:
    """`text` with the names (name → token) and every mail address replaced by their tokens.

    Whole names in any case and spacing, the longest first; mail addresses before names, since an
    address may hold one.
    """
    text = MAIL.sub(lambda found: mail_token(found.group()), text)
    for name in sorted(names, key=lambda each: (-len(each), each)):
        words = name.split()
        if len("".join(words)) < SHORTEST_NAME:
            continue
        pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)"
        text = re.sub(pattern, names[name], text, flags=re.IGNORECASE)
    return text


def unmask(text: str, names: Mapping[str, str], erased: str) -> str:
    """`text` with its tokens as what they stand for; `erased` where that is no longer known."""
    return TOKEN.sub(lambda found: names.get(found.group()) or erased, text)
