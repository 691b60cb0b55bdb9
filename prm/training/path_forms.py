"""Forms of learning paths and of what a new version changes."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    SelectField,
)
from wtforms.validators import InputRequired, NumberRange, Optional

from prm.training.forms import Checkboxes, DescriptionForm, OptionalInteger


class PathForm(DescriptionForm):
    """What a path is about and what comes before it."""

    is_in_order = BooleanField(
        _l("In order"),
        default=True,
        description=_l("A course opens when the one before it is done. Not ticked: all open at once."),
    )
    accepts_placement = BooleanField(
        _l("Placement tests count"),
        default=True,
        description=_l(
            "A course completed by a placement test counts. Not ticked: its lessons are to be done as well."
        ),
    )
    required = Checkboxes(
        _l("Paths before it"),
        description=_l("The path opens for somebody who has completed all of these."),
    )


class StepForm(FlaskForm):
    """A course to add to a path."""

    course = SelectField(_l("Course"), validators=[InputRequired(_l("Choose a course."))])


class PublishPathForm(FlaskForm):
    """What the new version asks of who completed the one before."""

    asks_again = BooleanField(
        _l("Ask who has completed an earlier version to complete this one"),
        description=_l("What they did counts: only courses that are new to them are left to do."),
    )
    again_by = DateField(_l("Until"), validators=[Optional()])


class AssignPathForm(FlaskForm):
    """Whom a path is assigned to, by when."""

    whom = RadioField(_l("To"), default="everybody")
    due_on = DateField(_l("Due on"), validators=[Optional()])
    due_days = OptionalInteger(
        _l("Or: days after joining"),
        description=_l("Counted from the day somebody joins; for who is here already, from today."),
        validators=[Optional(), NumberRange(1, 1095, _l("Enter between 1 and 1,095 days."))],
    )

    def offer(self, people: Iterable[tuple[str, str]]) -> None:
        self.whom.choices = list(people)


class ChangesForm(FlaskForm):
    """Until when material changes are redone; the lessons' own choices are named by the lessons."""

    redo_by = DateField(
        _l("To be redone by"),
        description=_l("For who has completed an earlier version. Leave it empty for no date."),
        validators=[Optional()],
    )
