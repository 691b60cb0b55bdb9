"""How a manifest's addresses are put together: xml:base, href, parameters."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import quote, unquote, urlsplit

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")


def is_elsewhere(href: str) -> bool:
    """Whether an address names another site (or a place on a computer) rather than a file here."""
    return href.startswith("//") or bool(_SCHEME.match(href)) or bool(_DRIVE.match(href))


def join_base(*parts: str | None) -> str:
    """xml:base of manifest, resources and resource, and an href, outermost first (IMS CP 1.1.4, 4.3).

    A base that does not end in a slash counts as a folder all the same: tools mean one.
    """
    joined = ""
    for part in parts:
        text = (part or "").strip().replace("\\", "/")
        if not text:
            continue
        if is_elsewhere(text):
            joined = text
        elif is_elsewhere(joined):
            joined = f"{joined.rstrip('/')}/{text.lstrip('/')}"
        else:
            joined = f"{joined.rstrip('/')}/{text}" if joined else text
    return joined


def split_href(href: str) -> tuple[str, str, str]:
    """(path, query with its "?", fragment with its "#") of an address within the package."""
    path, mark, fragment = href.partition("#")
    path, sign, query = path.partition("?")
    return path, sign + query, mark + fragment


def candidate_paths(path: str) -> list[str]:
    """The paths in the package that an address may mean: as it is written, and percent-decoded."""
    found = []
    for each in (path, unquote(path), unquote(path, encoding="cp1252")):
        plain = posixpath.normpath(each.replace("\\", "/").lstrip("/")) if each.strip("/") else ""
        if plain and plain != "." and not plain.startswith("..") and plain not in found:
            found.append(plain)
    return found


def add_parameters(query: str, fragment: str, parameters: str) -> tuple[str, str]:
    """An item's parameters joined to an address (SCORM 2004 CAM 3.4.1.8, IMS CP 4.5).

    Leading "?" and "&" fall away; what begins with "#" is a fragment, and falls away where there is
    one; else it is added to the query.
    """
    text = parameters.strip().lstrip("?&")
    if not text:
        return query, fragment
    if text.startswith("#"):
        return query, fragment or text
    # A query of its own goes before the fragment that the address has, or brings along.
    text, mark, own_fragment = text.partition("#")
    joined = f"{query}&{text}" if len(query) > 1 else f"?{text}"
    return joined, fragment or mark + own_fragment


def as_url(path: str, query: str, fragment: str) -> str:
    """A relative URL of a file in the package."""
    safe = "/-_.~!$'()*+,;=:@"
    return (
        quote(path, safe=safe)
        + quote(query, safe="/?&=%-_.~!$'()*+,;:@[]")
        + quote(fragment, safe="/?&=%#-_.~!$'()*+,;:@[]")
    )


def host_of(href: str) -> str:
    """What to call the other site in a sentence."""
    try:
        return urlsplit(href).hostname or href[:80]
    except ValueError:
        return href[:80]
