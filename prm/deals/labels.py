"""What the stages of deals are called, and how they look."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from prm.deals.models import DealStage

STAGE_NAMES = {
    DealStage.SUBMITTED: _l("Submitted"),
    DealStage.APPROVED: _l("Approved"),
    DealStage.REJECTED: _l("Turned down"),
    DealStage.WON: _l("Won"),
    DealStage.LOST: _l("Lost"),
    DealStage.EXPIRED: _l("Expired"),
}
#: See status() in templates/_macros/ui.html.
STAGE_LOOKS = {
    DealStage.SUBMITTED: "info",
    DealStage.APPROVED: "brand",
    DealStage.REJECTED: "danger",
    DealStage.WON: "success",
    DealStage.LOST: "neutral",
    DealStage.EXPIRED: "warning",
}
