"""Forms of vendors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from babel.core import get_global
from babel.dates import get_month_names
from babel.numbers import get_currency_name
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, SelectChoice, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ColorInput, ListWidget

from prm.infra import time_zones
from prm.vendors.labels import PAPER_LABELS
from prm.vendors.models import Paper, SecondFactorRule


class SettingsForm(FlaskForm):
    """What a vendor states of itself."""

    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter a name.")), Length(max=200)])
    slug = StringField(
        _l("Address"),
        validators=[InputRequired(_l("Enter the address's part.")), Length(max=40)],
    )
    currency = SelectField(_l("Reporting currency"))
    time_zone = SelectField(_l("Time zone"))
    fiscal_year_start_month = SelectField(_l("The fiscal year begins in"), coerce=int)
    second_factor = SelectField(
        _l("Second factor"),
        default=SecondFactorRule.OPTIONAL.value,
        choices=[
            SelectChoice(SecondFactorRule.OPTIONAL.value, _l("Optional")),
            SelectChoice(SecondFactorRule.STAFF.value, _l("Required for our staff")),
            SelectChoice(
                SecondFactorRule.EVERYBODY.value, _l("Required for everybody, partners' people too")
            ),
        ],
    )
    paper = SelectField(
        _l("Paper"),
        default=Paper.A4.value,
        choices=[SelectChoice(paper.value, label) for paper, label in PAPER_LABELS.items()],
    )
    brand_primary = StringField(_l("Main colour"), widget=ColorInput(), validators=[Length(max=7)])
    brand_ink = StringField(_l("Colour of headings"), widget=ColorInput(), validators=[Length(max=7)])
    revision = HiddenField()

    def offer(self, kept_currency: str, kept_zone: str) -> None:
        """Fill the lists in the person's language; what is stored stays choosable."""
        locale = get_locale()
        codes = sorted(_current_currencies() | {kept_currency})
        self.currency.choices = [
            (code, f"{code} – {get_currency_name(code, locale=locale)}") for code in codes
        ]
        self.time_zone.choices = time_zones.choices(kept_zone)
        months = get_month_names("wide", context="stand-alone", locale=locale)
        self.fiscal_year_start_month.choices = [(number, months[number]) for number in range(1, 13)]


@cache
def _current_currencies() -> frozenset[str]:
    """Currencies that are tender somewhere today."""
    return frozenset(
        code
        for territory in get_global("territory_currencies").values()
        for code, _start, end, is_tender in territory
        if end is None and is_tender
    )


class LogoForm(FlaskForm):
    """A picture to show as the logo."""

    logo = FileField(_l("Picture"), validators=[FileRequired(_l("Choose a picture."))])


class IdentityForm(FlaskForm):
    """From whom mails come, and which languages are offered."""

    mail_name = StringField(_l("Name of the sender"), validators=[Length(max=120)])
    mail_reply_to = StringField(_l("Answers go to"), validators=[Length(max=254)])
    languages = SelectMultipleField(
        _l("Languages offered"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    default_language = SelectField(_l("Language of invitations"))
    revision = HiddenField()

    def offer(self, languages: Sequence[tuple[str, str]]) -> None:
        """The installation's languages, each by its own name."""
        self.languages.choices = list(languages)
        self.default_language.choices = list(languages)
