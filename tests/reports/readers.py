"""Who reads reports, and where what they read leads."""

from __future__ import annotations

import re
from html import unescape

from flask.testing import FlaskClient

from prm.permissions import Role
from tests.factories import VendorRef, World


def reader(world: World, vendor: VendorRef, role: Role = Role.EXECUTIVE, **details: str) -> FlaskClient:
    return world.client(world.user(role, vendor=vendor, **details))  # type: ignore[arg-type]


def links(html: str, part: str) -> list[str]:
    """The addresses on a page that contain a part."""
    return [unescape(url) for url in re.findall(r'href="([^"]+)"', html) if part in url]
