"""Forms of onboarding."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional


class StepForm(FlaskForm):
    """One more milestone of the template. `number` is of the version that was looked at."""

    kind = SelectField(_l("Milestone"))
    title = StringField(_l("What has to be done"), validators=[Optional(), Length(max=200)])
    count = IntegerField(_l("How many people"), validators=[Optional()])
    certification = SelectField(_l("Certification"))
    side = SelectField(_l("Owner"))
    days = IntegerField(_l("Due after days"), validators=[InputRequired(_l("Enter a number of days."))])
    number = HiddenField()

    def looked_at(self) -> int:
        """The version looked at; one that there is not where the field holds no number."""
        text = self.number.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


class ReasonForm(FlaskForm):
    """Why something is done out of the usual way."""

    reason = TextAreaField(
        _l("Reason"), validators=[InputRequired(_l("Say why, for those who ask later.")), Length(max=500)]
    )
