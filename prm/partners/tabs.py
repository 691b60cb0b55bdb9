"""The views of one partner, as tabs above each of them."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from prm.access import Actor
from prm.partners.models import Partnership
from prm.permissions import P


def partner_tabs(actor: Actor, partnership: Partnership, current: str) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is the page shown) of what the actor may open."""
    offered = (
        (_("Story"), "partners.story", P.PARTNER_STORY),
        (_("Notes and tasks"), "partners.desk", P.PARTNER_EDIT),
        (_("Documents"), "partners.documents", P.DOCUMENT_EDIT),
        (_("Onboarding"), "onboarding.plan", P.PARTNER_STORY),
    )
    return [
        (label, url_for(endpoint, partnership_id=partnership.public_id), endpoint == current)
        for label, endpoint, permission in offered
        if actor.can(permission)
    ]
