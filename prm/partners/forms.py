"""Forms of partners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from babel import Locale
from flask import g
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from prm.errors import Conflict
from prm.infra import clock
from prm.partners.models import ApplicationField, FieldKind


class PartnershipForm(FlaskForm):
    """A reseller company as this vendor knows it."""

    name = StringField(
        _l("Company"), validators=[InputRequired(_l("Enter the company's name.")), Length(max=200)]
    )
    type = SelectField(_l("Type"))
    status = SelectField(_l("Status"))
    region = StringField(_l("Region"), validators=[Optional(), Length(max=100)])
    is_new_region = BooleanField(_l("Make it a new region"))
    manager = SelectField(_l("Channel manager"))
    external_id = StringField(_l("External id"), validators=[Optional(), Length(max=120)])
    agreement_accepted_on = DateField(_l("Agreement accepted on"), validators=[Optional()])
    revision = HiddenField()

    def validate_agreement_accepted_on(self, field: DateField) -> None:
        if field.data is not None and field.data > clock.today(g.vendor.time_zone):
            raise ValidationError(_("This day is still to come. Enter the day on which they accepted."))


class ApplyForm(FlaskForm):
    """What a company says of itself that wants to become a partner.

    `fax_line` is for machines alone: people neither see nor reach it. `opened` is the signed note of
    when the page was made.
    """

    company = StringField(
        _l("Company"), validators=[InputRequired(_l("Enter the company's name.")), Length(max=200)]
    )
    website = StringField(
        _l("Web site"),
        validators=[InputRequired(_l("Enter the address of your web site.")), Length(max=300)],
    )
    country = SelectField(_l("Country"), validators=[InputRequired(_l("Choose a country."))])
    contact_name = StringField(
        _l("Your name"), validators=[InputRequired(_l("Enter your name.")), Length(max=120)]
    )
    email = StringField(
        _l("Mail address"), validators=[InputRequired(_l("Enter your mail address.")), Length(max=254)]
    )
    message = TextAreaField(_l("Message"), validators=[Optional(), Length(max=4000)])
    fax_line = StringField(_l("Leave this empty"), validators=[Length(max=300)])
    opened = HiddenField()

    def offer_countries(self) -> None:
        self.country.choices = [("", _("Choose a country")), *list_countries()]


def list_countries() -> list[tuple[str, str]]:
    """(code, name) of every country, by name in the language of the page."""
    names = Locale.parse(str(get_locale() or "en")).territories
    countries = [(c, n) for c, n in names.items() if len(c) == 2 and c.isalpha() and c not in NO_COUNTRIES]
    return sorted(countries, key=lambda pair: pair[1])


# What CLDR lists beside countries: unions, pseudo-locales, the unknown.
NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def make_apply_form(questions: Sequence[ApplicationField]) -> type[ApplyForm]:
    """The form with a vendor's own questions; a field's name is the question's id."""
    own: dict[str, Any] = {}
    for question in questions:
        checks = [InputRequired(_("Answer “%(question)s”.", question=question.label))]
        validators = [*(checks if question.is_required else [Optional()]), Length(max=1000)]
        if question.kind is FieldKind.CHOICE:
            offered = [("", _("Choose an answer")), *((c, c) for c in question.choices)]
            choices = [SelectChoice(value, label) for value, label in offered]
            field: Any = SelectField(question.label, choices=choices, validators=validators)
        else:
            field = StringField(question.label, validators=validators)
        own[f"field_{question.public_id.hex}"] = field
    return type("OwnApplyForm", (ApplyForm,), own)


class ApplicationFormForm(FlaskForm):
    """Whether the public form is open, and what stands above it."""

    is_open = BooleanField(_l("Companies can apply"))
    intro = TextAreaField(_l("Above the form"), validators=[Optional(), Length(max=1000)])


class ApplicationFieldForm(FlaskForm):
    """One question of the vendor's own."""

    label = StringField(_l("Question"), validators=[InputRequired(_l("Enter a question.")), Length(max=120)])
    kind = SelectField(
        _l("Answered by"),
        choices=[
            SelectChoice(FieldKind.TEXT.value, _l("Text")),
            SelectChoice(FieldKind.CHOICE.value, _l("One of several choices")),
        ],
    )
    choices = TextAreaField(_l("Choices"), validators=[Optional(), Length(max=6000)])
    is_required = BooleanField(_l("Has to be answered"))
    position = IntegerField(
        _l("Order"), validators=[InputRequired(_l("Enter a number between 1 and 1,000."))]
    )


class ApproveForm(FlaskForm):
    """As what an applicant becomes a partner."""

    name = StringField(
        _l("Company"), validators=[InputRequired(_l("Enter the company's name.")), Length(max=200)]
    )
    type = SelectField(_l("Type"))
    region = StringField(_l("Region"), validators=[Optional(), Length(max=100)])
    manager = SelectField(_l("Channel manager"))


class CountryRegionForm(FlaskForm):
    """Which region's managers see who applies from a country."""

    country = SelectField(_l("Country"), validators=[InputRequired(_l("Choose a country."))])
    region = SelectField(_l("Region"), validators=[InputRequired(_l("Choose a region."))])

    def offer(self, regions: Sequence[str]) -> None:
        self.country.choices = [("", _("Choose a country")), *list_countries()]
        self.region.choices = [("", _("Choose a region")), *[(name, name) for name in regions]]


class PassOnForm(FlaskForm):
    """Which region's managers see an application."""

    region = SelectField(_l("Region"))

    def offer(self, regions: Sequence[str]) -> None:
        nobody = _("No region: who sees all of them")
        self.region.choices = [("", nobody), *[(name, name) for name in regions]]


class RejectForm(FlaskForm):
    """Why an applicant does not become a partner."""

    reason = TextAreaField(_l("Reason"), validators=[Length(max=2000)])


class AgreementForm(FlaskForm):
    """The next version of the partner agreement."""

    title = StringField(_l("Title"), validators=[InputRequired(_l("Enter a title.")), Length(max=200)])
    body = TextAreaField(_l("Text"), validators=[InputRequired(_l("Enter the text."))])
    effective_on = DateField(_l("In force from"), validators=[InputRequired(_l("Enter a date."))])


class AcceptAgreementForm(FlaskForm):
    """Accepting the version that was read."""

    version = HiddenField()
    is_accepted = BooleanField(
        _l("I have read the agreement and accept it for my company."),
        validators=[InputRequired(_l("Tick that you accept the agreement."))],
    )

    def read_id(self) -> UUID:
        """The version that was read. Raises Conflict where the page named none."""
        try:
            return UUID(self.version.data or "")
        except ValueError:
            raise Conflict(_("Another version took effect in the meantime. Read it, then accept.")) from None


class NameForm(FlaskForm):
    """What a source calls a partner."""

    value = StringField(
        _l("Name in the source"),
        validators=[InputRequired(_l("Enter the name that the source uses.")), Length(max=200)],
    )


class NoteForm(FlaskForm):
    """Something worth remembering."""

    body = TextAreaField(_l("Note"), validators=[InputRequired(_l("Write a note.")), Length(max=4000)])


class TaskForm(FlaskForm):
    """Something that one of the vendor's people has to do."""

    title = StringField(
        _l("What has to be done"),
        validators=[InputRequired(_l("Say what has to be done.")), Length(max=200)],
    )
    owner = SelectField(_l("Who does it"))
    due_on = DateField(_l("Until"), validators=[InputRequired(_l("Enter a date."))])


class ContactForm(FlaskForm):
    """Somebody to turn to at a partner."""

    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter a name.")), Length(max=120)])
    function = StringField(_l("Function"), validators=[Optional(), Length(max=120)])
    email = StringField(_l("Mail address"), validators=[Optional(), Length(max=254)])
    phone = StringField(_l("Phone"), validators=[Optional(), Length(max=60)])


class DocumentForm(FlaskForm):
    """A file about a partnership."""

    title = StringField(_l("Title"), validators=[InputRequired(_l("Enter a title.")), Length(max=200)])
    kind = SelectField(_l("Type"))
    valid_until = DateField(_l("Valid until"), validators=[Optional()])
    file = FileField(_l("File"))


class ReasonForm(FlaskForm):
    """Why the status of a partnership is changed."""

    reason = TextAreaField(
        _l("Reason"), validators=[InputRequired(_l("Say why, for those who ask later.")), Length(max=500)]
    )


class BranchForm(FlaskForm):
    """A further place of a partner."""

    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter a name.")), Length(max=120)])
    address = TextAreaField(_l("Address"), validators=[Optional(), Length(max=500)])
    region = StringField(_l("Region"), validators=[Optional(), Length(max=100)])


class ParentForm(FlaskForm):
    """Through which partner this one buys."""

    parent = StringField(_l("Buys through"), validators=[Optional(), Length(max=200)])
