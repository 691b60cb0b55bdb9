"""Words of what vendors choose."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from prm.vendors.models import Paper

PAPER_LABELS = {
    Paper.A4: _l("A4"),
    Paper.LETTER: _l("US Letter"),
}
