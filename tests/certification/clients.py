"""Who opens the pages of certification."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from prm.permissions import Role
from tests.certification.conftest import Scene
from tests.factories import World

LIST = "/acme/certification/"


def of(world: World, scene: Scene, role: Role, **details: object) -> FlaskClient:
    """A client of the scene's vendor or company in a role."""
    place = {"partnership": scene.company} if role.is_partner_side else {"vendor": scene.vendor}
    return world.client(world.user(role, **place, **details))  # type: ignore[arg-type]


def without_noise(page: str) -> str:
    """What of a page does not differ from one time to the next."""
    page = re.sub(r'("X-CSRFToken": "|name="csrf_token" value=")[^"]*', r"\1", page)
    page = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", page)
    return re.sub(r"[0-9a-f]{16}", "", page)
