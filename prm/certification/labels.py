"""What certification's terms are called on pages."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from prm.certification.batches.models import ItemState
from prm.certification.models import IssueBasis, Paper
from prm.certification.validity import Standing, Status

STATUS_LABELS = {
    Status.VALID: _l("Valid"),
    Status.EXPIRING: _l("Expires soon"),
    Status.EXPIRED: _l("Expired"),
    Status.REVOKED: _l("Revoked"),
}
# The macros' kind and icon: never by colour alone.
STATUS_SIGNS = {
    Status.VALID: ("success", "circle-check"),
    Status.EXPIRING: ("warning", "calendar-due"),
    Status.EXPIRED: ("neutral", "clock"),
    Status.REVOKED: ("danger", "certificate-off"),
}
STANDING_LABELS = {
    Standing.NOT_ISSUED: _l("Not issued yet"),
    Standing.VALID: _l("Valid"),
    Standing.EXPIRING: _l("Valid, expires soon"),
    Standing.SUPERSEDED: _l("Renewed by another certificate"),
    Standing.EXPIRED: _l("Expired"),
    Standing.REVOKED: _l("Revoked"),
    Standing.WITHDRAWN: _l("Withdrawn"),
}
BASIS_LABELS = {
    IssueBasis.EVIDENCE: _l("Completed courses"),
    IssueBasis.DECISION: _l("A decision"),
}
PAPER_LABELS = {
    Paper.A4: _l("A4"),
    Paper.LETTER: _l("US Letter"),
}

BATCH_STATES: dict[ItemState, Any] = {
    ItemState.WAITING: _l("Waiting"),
    ItemState.ISSUED: _l("Issued, not printed yet"),
    ItemState.PRINTED: _l("Ready to download"),
    ItemState.UNPRINTED: _l("Issued, cannot be printed"),
    ItemState.REFUSED: _l("Not issued"),
}
