"""A manifest as elements: safely parsed, and read by local names.

Names are compared without their namespaces: tools write the right ones, old ones, or none at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from flask_babel import gettext as _

from prm.errors import DomainError

MAX_BYTES = 10 * 1024 * 1024
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def parse_manifest(content: bytes) -> Element:
    """The root element. UTF-8 and UTF-16 with or without their marks; other encodings as declared.

    Raises DomainError for what is no XML, defines entities (XXE, billion laughs) or is too large.
    """
    if len(content) > MAX_BYTES:
        raise DomainError(_("imsmanifest.xml is larger than %(size)s MB.", size=MAX_BYTES // 1024**2))
    try:
        return _parse(content)
    except DefusedXmlException as error:
        raise DomainError(
            _("imsmanifest.xml defines entities or names files elsewhere, which no package needs.")
        ) from error
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        raise DomainError(
            _("imsmanifest.xml cannot be read as XML (%(reason)s).", reason=str(error)[:120])
        ) from error


def _parse(content: bytes) -> Element:
    try:
        return fromstring(content)  # type: ignore[no-any-return]
    except (ParseError, ValueError, LookupError) as error:
        # What the declaration says is not what the bytes are, or blanks stand before it.
        text = _decode(content)
        if text is None:
            raise
        try:
            return fromstring(_DECLARATION.sub("", text).strip())  # type: ignore[no-any-return]
        except ParseError:
            raise error from None


def _decode(content: bytes) -> str | None:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                return None
    guesses = ["utf-8", "cp1252"]
    if content[:2] == b"<\x00":
        guesses = ["utf-16-le"]
    elif content[:2] == b"\x00<":
        guesses = ["utf-16-be"]
    for encoding in guesses:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """Child elements of these local names, whatever the case."""
    wanted = {name.lower() for name in names}
    for child in element if element is not None else ():
        if isinstance(child.tag, str) and local(child).lower() in wanted:
            yield child


def child(element: Element | None, *names: str) -> Element | None:
    return next(children(element, *names), None)


def text_of(element: Element | None, *names: str) -> str:
    """The text of the first such child, blanks at its ends removed; "" where there is none."""
    found = child(element, *names)
    return "".join(found.itertext()).strip() if found is not None else ""


def attribute(element: Element | None, name: str) -> str | None:
    """An attribute by its local name, whatever the case and the namespace."""
    if element is None:
        return None
    if name in element.attrib:
        return str(element.attrib[name]).strip()
    wanted = name.lower()
    for key, value in element.attrib.items():
        if key.rpartition("}")[2].lower() == wanted:
            return str(value).strip()
    return None


def is_true(element: Element | None, name: str, default: bool = False) -> bool:
    value = attribute(element, name)
    return default if value is None or not value else value.lower() in {"true", "1", "yes"}


def number(text: str | None) -> float | None:
    """A finite number as XML Schema writes it, or None."""
    try:
        found = float(text) if text else None
    except ValueError:
        return None
    return found if found is not None and abs(found) < 1e12 else None
