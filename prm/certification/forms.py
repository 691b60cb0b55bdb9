"""Forms of certification."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget


class SchemeForm(FlaskForm):
    """A certification: what it is called, what it needs, how long it lasts."""

    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter a name.")), Length(max=200)])
    summary = TextAreaField(_l("What it certifies"), validators=[Length(max=1000)])
    skill_level = SelectField(_l("Level"))
    validity_months = IntegerField(
        _l("Valid for months"),
        validators=[Optional(), NumberRange(1, 600, _l("Enter a number from 1 to 600, or nothing."))],
    )
    versions = SelectMultipleField(
        _l("Courses it needs"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    is_active = BooleanField(_l("Certificates of it are issued"))
    revision = HiddenField()


class IssueForm(FlaskForm):
    """A certificate by decision."""

    certification = SelectField(_l("Certification"))
    email = StringField(
        _l("Person"), validators=[InputRequired(_l("Enter the person's e-mail address.")), Length(max=254)]
    )
    reason = TextAreaField(_l("Reason"), validators=[InputRequired(_l("Give a reason.")), Length(max=500)])


class RevokeForm(FlaskForm):
    reason = TextAreaField(_l("Reason"), validators=[InputRequired(_l("Give a reason.")), Length(max=500)])


class FileForm(FlaskForm):
    """A file to be checked."""

    file = FileField(_l("PDF, badge or JSON file"), validators=[FileRequired(_l("Choose a file."))])


class RotateForm(FlaskForm):
    """New keys in place of those in use."""

    reason = TextAreaField(_l("Reason"), validators=[InputRequired(_l("Give a reason.")), Length(max=500)])
    is_compromised = BooleanField(_l("Somebody else may have the keys in use"))


class DesignForm(FlaskForm):
    """How certificates look, and the specimen it is shown with."""

    html = TextAreaField(_l("What stands on the page (HTML)"), validators=[Length(max=60_000)])
    css = TextAreaField(_l("How it looks (CSS)"), validators=[Length(max=60_000)])
    specimen = SelectField(_l("Shown with"))
    paper = SelectField(_l("Paper"))
    revision = HiddenField()


class DesignImageForm(FlaskForm):
    """A picture that designs may name."""

    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter a name.")), Length(max=40)])
    file = FileField(_l("PNG, JPEG or WebP"), validators=[FileRequired(_l("Choose a file."))])


class BringKeyForm(FlaskForm):
    """A key of the vendor's own. The passphrase is never sent back."""

    file = FileField(_l("PKCS#12 file (.p12, .pfx)"), validators=[FileRequired(_l("Choose a file."))])
    passphrase = PasswordField(_l("Its passphrase"), validators=[Length(max=200)])
    reason = TextAreaField(_l("Reason"), validators=[InputRequired(_l("Give a reason.")), Length(max=500)])
