"""Forms of partners."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional


class PartnershipForm(FlaskForm):
    """A reseller company as this vendor knows it."""

    name = StringField(
        _l("Company"), validators=[InputRequired(_l("Enter the company's name.")), Length(max=200)]
    )
    type = SelectField(_l("Type"))
    status = SelectField(_l("Status"))
    region = StringField(_l("Region"), validators=[Optional(), Length(max=100)])
    manager = SelectField(_l("Channel manager"))
    external_id = StringField(_l("External id"), validators=[Optional(), Length(max=120)])
    agreement_accepted_on = DateField(_l("Agreement accepted on"), validators=[Optional()])
