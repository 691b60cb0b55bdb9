"""Forms of operations."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from prm.operations.models import Thing
from prm.operations.services.retention import MOST_MONTHS

_RANGE = NumberRange(
    min=1,
    max=MOST_MONTHS,
    message=_l("Use a whole number of months, at most %(most)s, or leave it empty.", most=MOST_MONTHS),
)


def _months(label: object) -> IntegerField:
    return IntegerField(label, validators=[Optional(), _RANGE])


class RetentionForm(FlaskForm):
    """After how many months a vendor forgets; an empty field means never."""

    usage_months = _months(_l("Who used an asset, in months"))
    mail_months = _months(_l("Mails that were sent, in months"))
    notification_months = _months(_l("Notifications, in months"))
    application_months = _months(_l("Who applied to become a partner, in months"))
    import_months = _months(_l("Imported files, in months"))

    def months(self) -> dict[Thing, int | None]:
        """What was typed, by thing."""
        return {thing: self[thing.column].data for thing in Thing}
