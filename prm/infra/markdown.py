"""Markdown of authors as HTML that cannot script, style or reach elsewhere.

HTML in the text is text. The result is sanitised once more against a list of what is allowed, so
that a hole in the parser is not a hole in the page. Headings start one level below the page's own.
An image is one of the course's own, `![alt](image:<id>)`; images of other sites show their text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

MAX_TEXT = 60_000

_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_TEXT = {"p", "ul", "ol", "li", "a", "em", "strong", "s", "code", "pre", "blockquote", "hr", "br", "img"}
_TAGS = _TEXT | {"h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height", "loading"},
    "ol": {"start"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
IMAGE = "image:"


@dataclass(frozen=True)
class ShownImage:
    """An image of the course: where it is served, and how large."""

    url: str
    alt: str
    width: int
    height: int


def render_markdown(text: str, images: Mapping[str, ShownImage] | None = None) -> Markup:
    """`text` as safe HTML; `images` maps public ids to what `image:<id>` shows."""
    tokens = _PARSER.parse(text[:MAX_TEXT])
    _lower_headings(tokens)
    _resolve_images(tokens, images or {})
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return Markup(
        nh3.clean(
            html,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            url_schemes=_SCHEMES,
            link_rel="noopener noreferrer nofollow",
        )
    )


def _inline(tokens: Iterable[Token]) -> Iterable[Token]:
    return (token for token in tokens if token.type == "inline")


def _lower_headings(tokens: Iterable[Token]) -> None:
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"


def _resolve_images(tokens: Iterable[Token], images: Mapping[str, ShownImage]) -> None:
    for token in _inline(tokens):
        for child in token.children or ():
            if child.type != "image":
                continue
            source = str(child.attrs.get("src", ""))
            image = images.get(source.removeprefix(IMAGE)) if source.startswith(IMAGE) else None
            if image is None:
                child.type, child.tag, child.children = "text", "", None
                child.attrs = {}
                continue
            child.attrs = {
                **child.attrs,
                "src": image.url,
                "width": image.width,
                "height": image.height,
                "loading": "lazy",
            }
            if not child.content and image.alt:
                child.children = [Token("text", "", 0, content=image.alt)]
