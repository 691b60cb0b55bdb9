"""Forms of accreditations."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

LINES = 4


class LineForm(Form):
    """At least so many people, certified for something."""

    minimum = IntegerField(
        _l("People at least"),
        validators=[Optional(), NumberRange(1, 1000, _l("Ask for between 1 and 1,000 people."))],
    )
    certification = SelectField(_l("Certified as"), default="")
    skill_level = SelectField(_l("At level or above"), default="")
    job_function = SelectField(_l("Of function"), default="")


class AccreditationForm(FlaskForm):
    """An accreditation: what it is called, where it is awarded, whom it takes."""

    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter a name.")), Length(max=200)])
    summary = TextAreaField(_l("What it says of a company"), validators=[Length(max=1000)])
    skill_level = SelectField(_l("Level"))
    region = SelectField(_l("Region"), default="")
    lines = FieldList(FormField(LineForm), _l("Certified people"), min_entries=LINES, max_entries=LINES)
    is_active = BooleanField(_l("It is awarded"))
    revision = HiddenField()
