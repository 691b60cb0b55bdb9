"""Forms of marketing."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional


class AssetForm(FlaskForm):
    """What is said of an asset."""

    title = StringField(_l("Title"), validators=[InputRequired(_l("Enter a title.")), Length(max=200)])
    type = SelectField(_l("Type"))
    language = SelectField(_l("Language"))
    campaign = SelectField(_l("Campaign"))
    description = TextAreaField(_l("Description"), validators=[Length(max=2000)])
    revision = HiddenField()


class VersionForm(FlaskForm):
    """A file of an asset."""

    file = FileField(_l("File"), validators=[FileRequired(_l("Choose a file."))])
    thumbnail = FileField(_l("Preview picture"))
    note = StringField(_l("What changed"), validators=[Length(max=500)])


class NewAssetForm(AssetForm, VersionForm):
    """An asset and its first file."""


class CampaignForm(FlaskForm):
    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter a name.")), Length(max=200)])
    type = SelectField(_l("Type"))
    starts_on = DateField(_l("Starts on"), validators=[Optional()])
    ends_on = DateField(_l("Ends on"), validators=[Optional()])
