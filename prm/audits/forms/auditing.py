"""Forms of an audit: plan, answer, judgement, findings, actions, signature."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

_DATE = InputRequired(_l("Enter a date."))


class PlanForm(FlaskForm):
    company = StringField(_l("Partner"), validators=[InputRequired(_l("Enter a partner.")), Length(max=200)])
    checklist = SelectField(_l("Checklist"), validators=[InputRequired(_l("Choose a checklist."))])
    as_of = DateField(_l("As of"), validators=[_DATE])
    due_on = DateField(_l("Due on"), validators=[_DATE])
    auditor = SelectField(_l("Auditor"), validators=[InputRequired(_l("Choose the auditor."))])
    seed = StringField(_l("Seed of samples"), validators=[Length(max=40)])


class ChangePlanForm(FlaskForm):
    due_on = DateField(_l("Due on"), validators=[_DATE])
    auditor = SelectField(_l("Auditor"), validators=[InputRequired(_l("Choose the auditor."))])


class AnswerForm(FlaskForm):
    self_status = RadioField(_l("How do you see yourselves?"), validators=[Optional()])
    text = TextAreaField(_l("In your words"), validators=[Length(max=4000)])
    file = FileField(_l("Evidence"))
    valid_until = DateField(_l("Valid until"), validators=[Optional()])


class JudgementForm(FlaskForm):
    """`level` for grades, `verdict` for what is not derived; the rows of samples are fields of their own."""

    verdict = RadioField(_l("Judgement"), validators=[Optional()])
    level = RadioField(_l("Level"), validators=[Optional()])
    is_not_applicable = BooleanField(_l("Not applicable to this partner"))
    note = TextAreaField(_l("Note"), validators=[Length(max=4000)])


class FindingForm(FlaskForm):
    severity = RadioField(_l("Severity"), validators=[InputRequired(_l("Choose how severe it is."))])
    item = SelectField(_l("Criterion"), validators=[Optional()])
    text = TextAreaField(_l("What is wrong"), validators=[InputRequired(_l("Say what is wrong.")),
                                                           Length(max=4000)])  # fmt: skip


class ReportForm(FlaskForm):
    summary = TextAreaField(_l("Summary"), validators=[Length(max=4000)])


class WaiveForm(FlaskForm):
    reason = TextAreaField(_l("Reason"), validators=[InputRequired(_l("Give the reason.")), Length(max=2000)])


class ActionForm(FlaskForm):
    text = TextAreaField(
        _l("What will be done"), validators=[InputRequired(_l("Say what will be done.")), Length(max=4000)]
    )
    owner = SelectField(_l("Who sees to it"), validators=[InputRequired(_l("Choose who sees to it."))])
    due_on = DateField(_l("Until"), validators=[_DATE])


class ProofForm(FlaskForm):
    text = TextAreaField(_l("How it was done"), validators=[Length(max=4000)])
    file = FileField(_l("A file that shows it"))


class VerificationForm(FlaskForm):
    decision = RadioField(_l("Decision"), validators=[InputRequired(_l("Choose a decision."))])
    reason = TextAreaField(_l("Reason"), validators=[Length(max=2000)])


class SignatureForm(FlaskForm):
    decision = RadioField(_l("Decision"), validators=[InputRequired(_l("Choose a decision."))])
    note = TextAreaField(_l("Note"), validators=[Length(max=2000)])


class CampaignForm(FlaskForm):
    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter a name.")), Length(max=200)])
    checklist = SelectField(_l("Checklist"), validators=[InputRequired(_l("Choose a checklist."))])
    as_of = DateField(_l("As of"), validators=[_DATE])
    due_on = DateField(_l("Due on"), validators=[_DATE])
    auditor = SelectField(_l("Auditor"), validators=[InputRequired(_l("Choose the auditor."))])
    by_manager = BooleanField(_l("A partner's own channel manager audits it, where there is one"))
    opens_at_once = BooleanField(_l("Open the audits at once"))
    region = SelectField(_l("Region"), validators=[Optional()])
    status = SelectField(_l("Status"), validators=[Optional()])
    type = SelectField(_l("Type"), validators=[Optional()])
    compliance = SelectField(_l("Compliance"), validators=[Optional()])
