"""Forms of certification."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
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

EXAMS = 3


class ExamForm(Form):
    """A course whose quiz is passed with a score."""

    version = SelectField(_l("Exam"), default="")
    minimum = IntegerField(
        _l("At least, in percent"),
        validators=[Optional(), NumberRange(1, 100, _l("A score goes from 1 to 100 percent."))],
    )


class SchemeForm(FlaskForm):
    """A certification: what it is called, what it needs, how long it lasts and how it is renewed."""

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
    paths = SelectMultipleField(
        _l("Learning paths it needs"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    exams = FieldList(FormField(ExamForm), _l("Exams it needs"), min_entries=EXAMS, max_entries=EXAMS)
    prerequisites = SelectMultipleField(
        _l("Certifications it builds on"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    needs_level = SelectField(_l("Any certification of level"), default="")
    deals = IntegerField(
        _l("Deals won"),
        validators=[Optional(), NumberRange(1, 1000, _l("Ask for between 1 and 1,000 deals."))],
    )
    deal_product = SelectField(_l("With"), default="")
    deal_months = IntegerField(
        _l("Within how many months"),
        validators=[Optional(), NumberRange(1, 120, _l("Ask for between 1 and 120 months."))],
    )
    renewal = SelectField(_l("What renews it"), default="anew")
    renewal_exam = SelectField(_l("Exam of the renewal"), default="")
    renewal_minimum = IntegerField(
        _l("At least, in percent"),
        validators=[Optional(), NumberRange(1, 100, _l("A score goes from 1 to 100 percent."))],
    )
    grace_days = IntegerField(
        _l("Days of grace"),
        validators=[Optional(), NumberRange(0, 365, _l("Grace goes from 0 to 365 days."))],
    )
    effective_on = DateField(_l("New rules hold from"), validators=[Optional()])
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
