"""What each action asks for, once for all rows."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from prm.access import Actor
from prm.accounts.forms import Checkboxes
from prm.accounts.labels import FUNCTION_LABELS
from prm.marketing.queries import list_campaigns
from prm.partners.queries import list_managers, list_region_names
from prm.training.queries import list_published_versions
from prm.training.queries.paths import list_published_paths


class ManagerForm(FlaskForm):
    manager = SelectField(_l("Channel manager"))

    def offer(self, actor: Actor) -> None:
        self.manager.choices = [("", _("Nobody")), *[(str(i), name) for i, name in list_managers(actor)]]


class RegionForm(FlaskForm):
    region = SelectField(_l("Region"), validators=[InputRequired(_l("Choose a region."))])

    def offer(self, actor: Actor) -> None:
        self.region.choices = [("", _("Choose")), *[(name, name) for name in list_region_names(actor)]]


class AssignForm(FlaskForm):
    course = SelectField(_l("Course"), validators=[InputRequired(_l("Choose a course."))])
    due_on = DateField(_l("Due on"), validators=[Optional()])

    def offer(self, actor: Actor) -> None:
        self.course.choices = [
            ("", _("Choose")),
            *[(str(each.course_public_id), each.title) for each in list_published_versions(actor)],
        ]


class AssignPathForm(FlaskForm):
    path = SelectField(_l("Learning path"), validators=[InputRequired(_l("Choose a path."))])
    due_on = DateField(_l("Due on"), validators=[Optional()])

    def offer(self, actor: Actor) -> None:
        paths = [(str(each.public_id), each.title) for each in list_published_paths(actor)]
        self.path.choices = [("", _("Choose")), *paths]


class CourseReasonForm(FlaskForm):
    course = SelectField(_l("Course"), validators=[InputRequired(_l("Choose a course."))])
    reason = StringField(_l("Reason"), validators=[InputRequired(_l("Say why.")), Length(max=300)])

    def offer(self, actor: Actor) -> None:
        courses = [(str(each.course_public_id), each.title) for each in list_published_versions(actor)]
        self.course.choices = [("", _("Choose")), *courses]


class ExtendForm(CourseReasonForm):
    due_on = DateField(_l("New due date"), validators=[InputRequired(_l("Enter a date."))])


class FunctionsForm(FlaskForm):
    functions = Checkboxes(_l("Job functions"))

    def offer(self, actor: Actor) -> None:
        self.functions.choices = [(each.value, str(label)) for each, label in FUNCTION_LABELS.items()]


class ReasonForm(FlaskForm):
    reason = StringField(_l("Reason"), validators=[InputRequired(_l("Say why.")), Length(max=300)])

    def offer(self, actor: Actor) -> None:
        """Nothing to choose from."""


class CampaignForm(FlaskForm):
    campaign = SelectField(_l("Campaign"))

    def offer(self, actor: Actor) -> None:
        campaigns = [(str(each.public_id), each.name) for each in list_campaigns(actor)]
        self.campaign.choices = [("", _("None")), *campaigns]


class NothingForm(FlaskForm):
    """Nothing is asked but whether to do it."""

    def offer(self, actor: Actor) -> None:
        """Nothing to choose from."""
