"""Forms of audits."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional


class PolicyForm(FlaskForm):
    """One new version of the policy: three rules, each switched on or off."""

    effective_on = DateField(_l("In force from"), validators=[InputRequired(_l("Enter a date."))])
    needs_certified = BooleanField(_l("Certified people"))
    certification = SelectField(_l("Certification"), validators=[Optional()])
    job_function = SelectField(_l("Of function"), validators=[Optional()])
    minimum = IntegerField(
        _l("How many people at least"),
        default=1,
        validators=[Optional(), NumberRange(1, 1000, _l("Ask for between 1 and 1,000 people."))],
    )
    needs_training = BooleanField(_l("Training up to date"))
    needs_agreement = BooleanField(_l("Agreement current"))
    months = IntegerField(
        _l("Accepted within how many months"),
        default=12,
        validators=[Optional(), NumberRange(1, 120, _l("Ask for between 1 and 120 months."))],
    )
