"""The oracle of links: whatever a page offers somebody, they may open.

A link that leads to a refusal tells somebody of a thing that is not for them; and a guard that only
decides what a page offers is seen nowhere else.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException

from tests.access.site import Answer, Site
from tests.access.worlds import Tenant

HREF = re.compile(rb"""<a\s[^>]*?href=["']([^"'#]+)""")
# Drawn and signed anew at each call; whether they may be had is the matrix's business.
COSTLY = frozenset({"reports.revenue_pdf", "reports.revenue_xlsx", "assets.serve"})


def dead_links(site: Site, role: str, tenant: Tenant, page: Answer) -> list[str]:
    """Sentences about the links of a page that its reader may not open, each address asked once."""
    person = site.two.person(role, tenant)
    reader = person.id if person else None
    problems = []
    for path in sorted(set(_links(site, page))):
        if (reader, path) not in site.opened:
            site.opened[reader, path] = site.ask(role, "GET", path, home=tenant).kind
        if site.opened[reader, path] != "ok" and not (role == "anon" and site.opened[reader, path] == "in"):
            problems.append(
                f"{page.path} as {role} of {tenant.slug}: a link to {path}, which answers "
                f"{site.opened[reader, path]}"
            )
    return problems


def _links(site: Site, page: Answer) -> Iterator[str]:
    if not page.headers.get("Content-Type", "").startswith("text/html"):
        return
    urls = site.app.url_map.bind("localhost")
    for match in HREF.finditer(page.content):
        parts = urlsplit(html.unescape(match[1].decode("utf-8", "replace")))
        is_ours = parts.scheme in {"", "http"} and parts.netloc in {"", "localhost"}
        # The page itself, sorted or narrowed otherwise, is the other oracles' business.
        if not is_ours or not parts.path.startswith("/") or parts.path == page.path:
            continue
        try:
            endpoint, _arguments = urls.match(parts.path, "GET")
        except HTTPException:
            endpoint = ""  # asked all the same: there is no such page
        if endpoint not in COSTLY and "format=" not in parts.query:
            yield parts.path + (f"?{parts.query}" if parts.query else "")
