"""Finding every page that somebody can reach by links."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

from playwright.sync_api import BrowserContext
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, RequestRedirect

PER_ENDPOINT = 2  # a list opens many rows of one kind; two of them show what all look like
MORE = {"training.course": 12, "training.version": 12, "training.quiz": 4}  # those lead to different things


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.found.append(href)


def endpoint_of(url_map: Map, path: str) -> str:
    """The endpoint that answers a path; "" where none does."""
    try:
        return str(url_map.bind("localhost").match(path, "GET")[0])
    except (HTTPException, RequestRedirect):
        return ""


def crawl(
    context: BrowserContext, url_map: Map, address: str, start: str, more: tuple[str, ...] = ()
) -> tuple[dict[str, list[str]], list[str]]:
    """The pages within reach of `start` as {endpoint: paths}, and links that lead to an error.

    Each endpoint is visited at most PER_ENDPOINT times (those of MORE more often), and once per set of
    query arguments. `more` are paths that no link leads to.
    """
    pages: dict[str, list[str]] = {}
    dead: list[str] = []
    seen: set[str] = set()
    kinds: set[tuple[str, tuple[str, ...]]] = set()
    waiting = [(urljoin(address, path), "") for path in (start, *more)]
    while waiting:
        url, origin = waiting.pop(0)
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        endpoint = endpoint_of(url_map, parts.path)
        if path in seen or len(pages.get(endpoint, ())) >= MORE.get(endpoint, PER_ENDPOINT):
            continue
        seen.add(path)
        kind = (endpoint, tuple(sorted(name for name, _ in parse_qsl(parts.query))))
        if parts.query and kind in kinds:
            continue
        kinds.add(kind)
        answer = context.request.get(url)
        if answer.status != 200:
            dead.append(f"{answer.status} {path} (linked from {origin or 'nowhere'})")
            continue
        is_download = answer.headers.get("content-disposition", "").startswith("attachment")
        if is_download or "text/html" not in answer.headers.get("content-type", ""):
            continue
        pages.setdefault(endpoint, []).append(path)
        links = _Links()
        links.feed(answer.text())
        for href in links.found:
            target = urljoin(answer.url, href).split("#")[0]
            # Mails of the demo belong to other people; what they link is not this person's to open.
            if target.startswith(address) and endpoint != "accounts.sent_mail":
                waiting.append((target, path))
    return pages, dead
