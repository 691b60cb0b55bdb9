"""Forms of accounts."""

from __future__ import annotations

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    DateField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from prm.accounts.labels import FUNCTION_LABELS, GRANT_LABELS
from prm.accounts.passwords import MAX_LENGTH
from prm.infra import time_zones
from prm.permissions import P

_EMAIL = [InputRequired(_l("Enter your mail address.")), Length(max=254)]
_TYPED_PASSWORD = [InputRequired(_l("Enter your password.")), Length(max=MAX_LENGTH)]
_CODE = [InputRequired(_l("Enter a code.")), Length(max=40)]
# How long it must be is said by prm/accounts/passwords.py, which answers for every way in.
_NEW_PASSWORD = [
    InputRequired(_l("Enter a password.")),
    Length(max=MAX_LENGTH, message=_l("Use at most %(max)d characters.")),
]


class Checkboxes(SelectMultipleField):
    """Several of some values, each with a box of its own."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class SignInForm(FlaskForm):
    email = StringField(_l("Mail address"), validators=_EMAIL)
    password = PasswordField(_l("Password"), validators=_TYPED_PASSWORD)
    next = HiddenField()


class ResetRequestForm(FlaskForm):
    email = StringField(_l("Mail address"), validators=_EMAIL)


class ResetForm(FlaskForm):
    password = PasswordField(_l("New password"), validators=_NEW_PASSWORD)


class ProfileForm(FlaskForm):
    """What a person states of themselves."""

    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter your name.")), Length(max=120)])
    locale = SelectField(_l("Language"))
    time_zone = SelectField(_l("Time zone"))

    def offer(self, locales: tuple[tuple[str, str], ...], kept_zone: str) -> None:
        """Fill the lists; the stored zone stays choosable, whatever it is."""
        self.locale.choices = list(locales)
        self.time_zone.choices = time_zones.choices(kept_zone)


class PasswordForm(FlaskForm):
    """Not called "password": the current one proves who asks."""

    current = PasswordField(_l("Current password"), validators=_TYPED_PASSWORD)
    password = PasswordField(_l("New password"), validators=_NEW_PASSWORD)


class ConfirmForm(FlaskForm):
    """Who is signed in proves again who they are; with a code where they have a second factor."""

    current = PasswordField(_l("Password"), validators=_TYPED_PASSWORD)
    code = StringField(_l("Code"), validators=_CODE)
    next = HiddenField()


class CodeForm(FlaskForm):
    """The second step of a sign-in."""

    code = StringField(_l("Code"), validators=_CODE)
    next = HiddenField()


class EnrolForm(FlaskForm):
    """A first code of the device."""

    code = StringField(_l("Code of six digits"), validators=_CODE)
    next = HiddenField()


class EmailForm(FlaskForm):
    """The address to sign in with from now on."""

    email = StringField(_l("New mail address"), validators=_EMAIL)


class InvitationForm(FlaskForm):
    """Whom to invite, to what."""

    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter a name.")), Length(max=120)])
    email = StringField(
        _l("Mail address"), validators=[InputRequired(_l("Enter a mail address.")), Length(max=254)]
    )
    role = RadioField(_l("Role"), validators=[InputRequired(_l("Choose a role."))])
    company = StringField(_l("Partner"), validators=[Optional(), Length(max=200)])
    company_id = HiddenField()
    job_functions = Checkboxes(
        _l("Job functions"),
        choices=[SelectChoice(function, label) for function, label in FUNCTION_LABELS.items()],
    )
    region_names = Checkboxes(_l("Regions"))


class MembershipForm(FlaskForm):
    """What somebody is where they belong."""

    role = RadioField(_l("Role"), validators=[InputRequired(_l("Choose a role."))])
    job_functions = Checkboxes(
        _l("Job functions"),
        choices=[SelectChoice(function, label) for function, label in FUNCTION_LABELS.items()],
    )
    region_names = Checkboxes(_l("Regions"))


class GrantForm(FlaskForm):
    """A permission beyond the role, for some time."""

    permission = SelectField(_l("Permission"))
    starts_on = DateField(_l("From"), validators=[Optional()])
    ends_on = DateField(_l("Until, this day included"), validators=[Optional()])
    reason = StringField(_l("Reason"), validators=[InputRequired(_l("Say why.")), Length(max=300)])

    def offer(self, permissions: tuple[P, ...]) -> None:
        self.permission.choices = [(p.value, GRANT_LABELS[p]) for p in permissions]


class ManyForm(FlaskForm):
    """Whom to invite at once, and what counts for who does not say it themselves."""

    addresses = TextAreaField(_l("Mail addresses"), validators=[Optional(), Length(max=100_000)])
    file = FileField(_l("Or a file"), validators=[Optional()])
    role = SelectField(_l("Role"))
    company = StringField(_l("Partner"), validators=[Optional(), Length(max=200)])
    job_functions = Checkboxes(
        _l("Job functions"),
        choices=[SelectChoice(function, label) for function, label in FUNCTION_LABELS.items()],
    )


class AcceptForm(FlaskForm):
    """A new person who accepts an invitation."""

    name = StringField(_l("Your name"), validators=[InputRequired(_l("Enter your name.")), Length(max=120)])
    password = PasswordField(_l("Password"), validators=_NEW_PASSWORD)


class JoinForm(FlaskForm):
    """A known person who accepts an invitation."""

    company = RadioField(_l("Company"), validators=[Optional()])


def offered_locale(code: str | None) -> str | None:
    """`code` if it is a language offered here."""
    return code if code in current_app.config["LANGUAGES"] else None
