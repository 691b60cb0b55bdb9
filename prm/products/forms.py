"""Forms of products."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length


class ProductForm(FlaskForm):
    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter a name.")), Length(max=200)])
    price = StringField(_l("List price"), validators=[Length(max=40)])


class ProductAliasForm(FlaskForm):
    value = StringField(
        _l("Name in the source"),
        validators=[InputRequired(_l("Enter the name that the source uses.")), Length(max=200)],
    )
