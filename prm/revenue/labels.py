"""What the enums of revenue are called, and how they look."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from prm.revenue.queries import Standing

STANDING_NAMES = {
    Standing.OPEN: _l("Open"),
    Standing.OVERDUE: _l("Overdue"),
    Standing.PAID: _l("Paid"),
}
#: See status() in templates/_macros/ui.html.
STANDING_LOOKS = {Standing.OPEN: "info", Standing.OVERDUE: "danger", Standing.PAID: "success"}
