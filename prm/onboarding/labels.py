"""What milestones and their owners are called."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from prm.onboarding.models import MilestoneKind, Side

SIDE_LABELS = {Side.VENDOR: _l("Vendor"), Side.PARTNER: _l("Partner")}
KIND_LABELS = {
    MilestoneKind.AGREEMENT: _l("The agreement is accepted"),
    MilestoneKind.PEOPLE: _l("People have joined"),
    MilestoneKind.CERTIFIED: _l("People are certified"),
    MilestoneKind.MANUAL: _l("Something that a person ticks"),
}


def step_title(kind: MilestoneKind, title: str, count: int, certification: str) -> str:
    """One milestone in words."""
    if kind is MilestoneKind.MANUAL:
        return title
    if kind is MilestoneKind.AGREEMENT:
        return _("Accept the agreement")
    if kind is MilestoneKind.PEOPLE:
        return ngettext("%(num)s person has joined", "%(num)s people have joined", count)
    return ngettext(
        "%(num)s person holds “%(what)s”", "%(num)s people hold “%(what)s”", count, what=certification
    )
