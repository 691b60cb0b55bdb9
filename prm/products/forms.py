"""Forms of products."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, StringField
from wtforms.validators import InputRequired, Length, ValidationError


class ProductForm(FlaskForm):
    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter a name.")), Length(max=200)])
    price = StringField(_l("List price"), validators=[Length(max=40)])
    revision = HiddenField()


class PriceForm(FlaskForm):
    """A price from a day on."""

    valid_from = DateField(_l("Valid from"), validators=[InputRequired(_l("Say from which day on."))])
    amount = StringField(_l("Price"), validators=[InputRequired(_l("Enter the price.")), Length(max=40)])
    currency = StringField(
        _l("Currency"), validators=[InputRequired(_l("Name the currency.")), Length(max=3)]
    )

    def validate_valid_from(self, field: DateField) -> None:
        if field.data is not None and not 1900 <= field.data.year <= 2199:
            raise ValidationError(_("The year is not between 1900 and 2199."))


class ProductAliasForm(FlaskForm):
    value = StringField(
        _l("Name in the source"),
        validators=[InputRequired(_l("Enter the name that the source uses.")), Length(max=200)],
    )
