"""What a report can be asked: period, filters, model and look-back, from the address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import DateField, IntegerField, SelectField, ValidationError
from wtforms.validators import NumberRange, Optional

from prm.attribution.credits import Model
from prm.attribution.labels import MODELS
from prm.attribution.queries import DEFAULT_LOOKBACK, MAX_LOOKBACK
from prm.reports.labels import PRESETS
from prm.reports.periods import Preset, period_of
from prm.reports.queries import Choices
from prm.reports.terms import Terms

NO_REGION = "none"
LOOKBACKS = (30, 60, 90, 180, 365)


class DayField(DateField):
    """A date as the browser sends it; otherwise a sentence that says how."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Enter a date such as 2026-04-30.")) from None


class DaysField(IntegerField):
    """A number of days; what is no number is told so by the range's sentence alone."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None


class ReportForm(FlaskForm):
    """Sent by GET: it changes nothing, so it carries no token."""

    class Meta:
        csrf = False

    period = SelectField(_l("Period"))
    date_from = DayField(_l("From"), validators=[Optional()], name="from")
    date_to = DayField(_l("To"), validators=[Optional()], name="to")
    region = SelectField(_l("Region"))
    partner = SelectField(_l("Partner"))
    model = SelectField(_l("Model"))
    lookback = DaysField(
        _l("Look-back, days"),
        validators=[NumberRange(1, MAX_LOOKBACK, message=_l("Enter a number of days from 1 to %(max)s."))],
    )

    def validate_date_to(self, field: DateField) -> None:
        if field.data and self.date_from.data and field.data < self.date_from.data:
            raise ValidationError(_l("The last day lies before the first."))


def read_form(arguments: Mapping[str, Any], choices: Choices) -> ReportForm:
    """The form as the address fills it in; what the address does not say has its default."""
    filled = MultiDict(
        {
            "period": choices.default_preset.value,
            "model": Model.LINEAR.value,
            "lookback": str(DEFAULT_LOOKBACK),
            "region": "",
            "partner": "",
            **{name: value for name, value in arguments.items() if value != ""},
        }
    )
    form = ReportForm(formdata=filled)
    form.period.choices = [(preset.value, label) for preset, label in PRESETS.items()]
    form.model.choices = [(model.value, label) for model, label in MODELS.items()]
    form.region.choices = [("", _l("All regions")), *choices.regions, (NO_REGION, _l("No region"))]
    form.partner.choices = [("", _l("All partners")), *choices.partners]
    return form


def terms_of(form: ReportForm, today: date, start_month: int) -> Terms:
    """The terms that a valid form asks for."""
    preset = Preset(form.period.data)
    names = {str(value): str(label) for value, label in form.region.choices}
    partners = {str(value): str(label) for value, label in form.partner.choices}
    region = form.region.data or None
    return Terms(
        preset=preset,
        period=period_of(preset, today, start_month, form.date_from.data, form.date_to.data),
        region=UUID(region) if region and region != NO_REGION else region,
        region_name=names.get(region or "", "") if region else "",
        partner=UUID(form.partner.data) if form.partner.data else None,
        partner_name=partners.get(form.partner.data, "") if form.partner.data else "",
        model=Model(form.model.data),
        lookback_days=form.lookback.data,
    )
