"""Forms of notifications."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length, Regexp

_DAYS = r"\s*(\d{1,3}(\s*[,;]\s*\d{1,3})*)?\s*"


def _days(label: object) -> StringField:
    return StringField(
        label,
        validators=[
            Length(max=60),
            Regexp(f"^{_DAYS}$", message=_l("Write numbers of days with commas between, such as 30, 7.")),
        ],
    )


class ReminderForm(FlaskForm):
    """How many days ahead people are reminded."""

    course_days = _days(_l("Courses, days before they are due"))
    certificate_days = _days(_l("Certificates, days before they expire"))
    agreement_days = _days(_l("Agreements, days before they run out"))
    escalation_days = _days(_l("Overdue courses, days until others hear of them"))


def read_days(text: str | None) -> list[int]:
    """The numbers in a field that was understood."""
    return [int(each) for each in (text or "").replace(";", ",").split(",") if each.strip()]


def write_days(days: Sequence[int]) -> str:
    return ", ".join(str(each) for each in days)
