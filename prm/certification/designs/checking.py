"""What a design may say: harmless HTML, CSS that loads nothing, placeholders from a fixed list. Pure.

Each finding is a sentence that names what is wrong; what is right comes back ready for printing. Nothing
here trusts the finding alone: what is not understood is refused, and the printer can load nothing but the
pictures it is handed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import nh3
import tinycss2
from flask_babel import gettext as _

MAX_CHARACTERS = 60_000
PLACEHOLDERS = (
    "name", "name_size", "certification", "certification_size", "summary", "level", "company", "vendor",
    "number", "code", "issued_on", "expires_on", "verify_url",
)  # fmt: skip
# Pictures that every certificate has; the vendor's own come beside them.
PICTURES = ("qr", "seal", "rosette", "logo")
TAGS = {
    "main", "section", "header", "footer", "div", "p", "span", "h1", "h2", "h3", "br", "hr", "em", "strong",
    "small", "sub", "sup", "ul", "ol", "li", "img", "a", "bdi", "blockquote",
}  # fmt: skip
ATTRIBUTES = {"*": {"class", "id", "dir", "lang"}, "img": {"src", "alt"}, "a": {"href"}}
FUNCTIONS = {
    "rgb", "rgba", "hsl", "hsla", "calc", "min", "max", "clamp", "var", "linear-gradient", "radial-gradient",
    "repeating-linear-gradient", "translate", "translatex", "translatey", "rotate", "scale", "skew",
    "is", "not", "where", "lang", "nth-child", "nth-last-child", "nth-of-type",
}  # fmt: skip
VERIFY_LINK = "{{verify_url}}"

_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_BRACES = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
# As nh3 writes tags: attributes always in double quotes.
_TAG = re.compile(r'(<(?:[^<>"]|"[^"]*")*>)')
_SRC = re.compile(r'(<img\b(?:[^<>"]|"[^"]*")*?\bsrc=")([^"]*)(")')


@dataclass(frozen=True)
class Checked:
    """A design ready for printing, or what is wrong with it. `images` are the vendor's that it names."""

    html: str
    css: str
    images: frozenset[str]
    problems: tuple[tuple[str, str], ...]

    @property
    def is_good(self) -> bool:
        return not self.problems


def check_design(html: str, css: str, images: Collection[str]) -> Checked:
    """Check the HTML and the CSS; `images` are the names of the vendor's pictures.

    `problems` are pairs of "html" or "css" and a sentence.
    """
    known = {*PICTURES, *images}
    marked = [("html", text) for text in dict.fromkeys(_html_problems(html, known))]
    tidy, named, found = _tidy_css(css, known)
    marked += [("css", text) for text in dict.fromkeys(found)]
    clean = _clean(html)
    named |= set(re.findall(r'src="prm:([^"]+)"', clean))
    return Checked(clean, tidy, frozenset(named) & frozenset(images), tuple(marked))


def fill(html: str, values: dict[str, str], directions: dict[str, str]) -> str:
    """The HTML of a checked design with the facts in place of the placeholders.

    In a text a fact stands in an element of its own direction, so that an Arabic name keeps its order; in a
    link it does not: PDF/UA wants the text of a link in the link itself.
    """

    def plain(match: re.Match[str]) -> str:
        return _escaped(values[match[1]])

    def isolated(match: re.Match[str]) -> str:
        return f'<bdi dir="{directions[match[1]]}">{_escaped(values[match[1]])}</bdi>'

    parts = _TAG.split(html)
    in_link = False
    for index, part in enumerate(parts):
        is_tag = index % 2 == 1
        if is_tag and part.startswith(("<a ", "<a>", "</a>")):
            in_link = not part.startswith("</")
        parts[index] = _PLACEHOLDER.sub(plain if is_tag or in_link else isolated, part)
    return "".join(parts)


# -- HTML --------------------------------------------------------------------------------------


def _html_problems(html: str, known: set[str]) -> Iterator[str]:
    if len(html) > MAX_CHARACTERS:
        yield _("This is longer than %(most)s characters.", most=MAX_CHARACTERS)
        return
    if "\x00" in html:
        yield _("This has a character that no text has (NUL).")
    for name in _PLACEHOLDER.findall(html):
        if name not in PLACEHOLDERS:
            yield _(
                "“{{%(name)s}}” is no placeholder. There are: %(known)s.",
                name=name[:40],
                known=", ".join(PLACEHOLDERS),
            )
    if _BRACES.search(_PLACEHOLDER.sub("", html)):
        yield _("Two braces begin a placeholder such as {{name}}; there is nothing else in braces.")
    reader = _Reader(known)
    reader.feed(html)
    reader.close()
    yield from reader.problems
    if not html.strip():
        yield _("Write what stands on the page.")
    elif "name" not in _PLACEHOLDER.findall(html):
        yield _("The person's name is missing: put {{name}} where it stands.")
    if html.strip() and "qr" not in reader.pictures:
        yield _('The QR code is missing: put <img src="qr" alt="…"> where it stands.')


class _Reader(HTMLParser):
    """Names what is not allowed, as people wrote it."""

    def __init__(self, known: set[str]) -> None:
        super().__init__()
        self.known = known
        self.problems: list[str] = []
        self.pictures: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.problems.append(_("<%(tag)s> is not allowed.", tag=tag[:40]))
            return
        for name, value in attrs:
            if name not in ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set()):
                self.problems.append(_("<%(tag)s> may not have “%(name)s”.", tag=tag, name=name[:40]))
            elif name == "href" and (value or "").replace(" ", "") != VERIFY_LINK:
                self.problems.append(
                    _('A link leads to the verification page alone: href="%(link)s".', link=VERIFY_LINK)
                )
        if tag == "img":
            self._see_picture(dict(attrs))

    def _see_picture(self, attributes: dict[str, str | None]) -> None:
        name = attributes.get("src") or ""
        self.pictures.add(name)
        if name not in self.known:
            self.problems.append(_no_picture(name, self.known))
        if not (attributes.get("alt") or "").strip():
            self.problems.append(
                _('The picture “%(name)s” needs words for those who do not see it: alt="…".', name=name[:40])
            )

    def handle_decl(self, decl: str) -> None:
        self.problems.append(_("Write what stands in <body> alone: no <!doctype>, <html> or <head>."))


def _clean(html: str) -> str:
    """The HTML without anything that is not allowed, its pictures by the printer's addresses."""
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(),
        link_rel=None,
        clean_content_tags={"script", "style", "title", "template"},
    )
    # A link's address is the placeholder, which nh3 may have encoded as part of an address.
    clean = re.sub(r'href="[^"]*"', f'href="{VERIFY_LINK}"', clean)
    return _SRC.sub(r"\1prm:\2\3", clean)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


# -- CSS ---------------------------------------------------------------------------------------


def _tidy_css(css: str, known: set[str]) -> tuple[str, set[str], list[str]]:
    """The CSS with its pictures by the printer's addresses, their names, and what is wrong."""
    if len(css) > MAX_CHARACTERS:
        return "", set(), [_("This is longer than %(most)s characters.", most=MAX_CHARACTERS)]
    sheet = _Sheet(known)
    for rule in tinycss2.parse_stylesheet(css):
        sheet.see_rule(rule)
    text = tinycss2.serialize(tinycss2.parse_stylesheet(css)) if not sheet.problems else ""
    if text:
        parsed = tinycss2.parse_component_value_list(text)
        text = tinycss2.serialize(_readdressed(parsed))
    return text, sheet.named, sheet.problems


class _Sheet:
    def __init__(self, known: set[str]) -> None:
        self.known = known
        self.problems: list[str] = []
        self.named: set[str] = set()

    def see_rule(self, rule: Any) -> None:
        if rule.type in ("whitespace", "comment"):
            return
        if rule.type == "error":
            self.problems.append(_bad(rule))
        elif rule.type == "at-rule":
            if rule.lower_at_keyword != "page":
                self.problems.append(
                    _("Line %(line)s: @%(rule)s is not allowed; @page is.", line=rule.source_line,
                      rule=rule.at_keyword[:40])
                )  # fmt: skip
            self.see(rule.prelude)
            self.see(rule.content or [])
        elif rule.type == "qualified-rule":
            self.see(rule.prelude)
            for declaration in tinycss2.parse_blocks_contents(rule.content):
                if declaration.type == "error":
                    self.problems.append(_bad(declaration))
                elif declaration.type == "declaration":
                    self.see_declaration(declaration)
                elif declaration.type not in ("whitespace", "comment"):
                    self.problems.append(
                        _("Line %(line)s: rules inside rules are not read.", line=declaration.source_line)
                    )

    def see_declaration(self, declaration: Any) -> None:
        if declaration.lower_name.startswith(("-weasy", "bookmark-", "string-", "link", "appearance")):
            self.problems.append(
                _("Line %(line)s: “%(name)s” is not allowed.", line=declaration.source_line,
                  name=declaration.name[:40])
            )  # fmt: skip
        self.see(declaration.value)

    def see(self, tokens: Any) -> None:
        for token in tokens:
            if token.type == "error":
                self.problems.append(_bad(token))
            elif token.type == "url":
                self._see_picture(token.value)
            elif token.type == "function":
                self._see_function(token)
            elif token.type in ("{} block", "[] block", "() block"):
                self.see(token.content)
            elif token.type == "at-keyword":
                self.problems.append(
                    _("Line %(line)s: @%(rule)s is not allowed; @page is.", line=token.source_line,
                      rule=token.value[:40])
                )  # fmt: skip

    def _see_function(self, token: Any) -> None:
        if token.lower_name == "url":
            said = [each for each in token.arguments if each.type not in ("whitespace", "comment")]
            if len(said) == 1 and said[0].type == "string":
                self._see_picture(said[0].value)
            else:
                self.problems.append(
                    _("Line %(line)s: url() takes the name of a picture alone.", line=token.source_line)
                )
        elif token.lower_name in FUNCTIONS:
            self.see(token.arguments)
        else:
            self.problems.append(
                _("Line %(line)s: %(name)s() is not allowed.", line=token.source_line, name=token.name[:40])
            )

    def _see_picture(self, name: str) -> None:
        if name in self.known:
            self.named.add(name)
        else:
            self.problems.append(_no_picture(name, self.known))


def _readdressed(tokens: Any) -> list[Any]:
    """The tokens with every url() in the printer's own words."""
    written: list[Any] = []
    for token in tokens:
        if token.type == "url":
            written += tinycss2.parse_component_value_list(f'url("prm:{token.value}")')
        elif token.type == "function" and token.lower_name == "url":
            (name,) = [each.value for each in token.arguments if each.type == "string"]
            written += tinycss2.parse_component_value_list(f'url("prm:{name}")')
        else:
            for part in ("content", "arguments"):
                if hasattr(token, part) and getattr(token, part) is not None:
                    setattr(token, part, _readdressed(getattr(token, part)))
            written.append(token)
    return written


def _bad(token: Any) -> str:
    return _(
        "Line %(line)s: this cannot be read as CSS (%(why)s).", line=token.source_line, why=token.message
    )


def _no_picture(name: str, known: set[str]) -> str:
    return _(
        "There is no picture “%(name)s”. There are: %(known)s.",
        name=name[:60],
        known=", ".join(sorted(known)),
    )
