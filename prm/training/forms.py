"""Forms of training."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from prm.accounts.labels import FUNCTION_LABELS
from prm.infra import time_zones
from prm.infra.markdown import MAX_TEXT
from prm.training.labels import DIFFICULTIES, REVIEWS, SKILL_LEVELS
from prm.training.models import SkillLevel
from prm.training.models.assessment import Review

_LOCAL_TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]  # as browsers and people write
_TITLE = [InputRequired(_l("Enter a title.")), Length(max=200)]


class Checkboxes(SelectMultipleField):
    """Several choices as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class OptionalInteger(IntegerField):
    """A whole number that may be cleared: an empty field is None, not what stood there before."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist and not str(valuelist[0]).strip():
            self.data = None
            return
        super().process_formdata(valuelist)


def choices_of(labels: dict[Any, Any]) -> list[SelectChoice]:
    return [SelectChoice(key.value, label) for key, label in labels.items()]


class DescriptionForm(FlaskForm):
    """What a course or a path is about, and whom it is for."""

    revision = HiddenField()
    title = StringField(_l("Title"), validators=_TITLE)
    summary = TextAreaField(
        _l("Summary"),
        description=_l("What somebody can do afterwards, in two sentences. The catalogue shows it."),
        validators=[Length(max=1000)],
    )
    skill_level = RadioField(
        _l("Skill level"), choices=choices_of(SKILL_LEVELS), default=SkillLevel.FOUNDATION.value
    )
    job_functions = Checkboxes(
        _l("For"),
        choices=choices_of(FUNCTION_LABELS),
        description=_l("Whom the catalogue suggests it to. None ticked: everybody."),
    )


class VersionForm(DescriptionForm):
    """What a course is about, and the rules of its quiz."""

    pass_mark = IntegerField(
        _l("Pass mark in percent"),
        default=80,
        description=_l("How many of the questions must be right."),
        validators=[
            InputRequired(_l("Enter a pass mark.")),
            NumberRange(0, 100, _l("The pass mark lies between 0 and 100 percent.")),
        ],
    )
    max_attempts = OptionalInteger(
        _l("Attempts"),
        default=3,
        description=_l("How often somebody may take the quiz. Empty: as often as they like."),
        validators=[Optional(), NumberRange(1, 100, _l("Allow between 1 and 100 attempts."))],
    )


class LessonForm(FlaskForm):
    """One lesson in Markdown."""

    revision = HiddenField()
    title = StringField(_l("Title"), validators=_TITLE)
    minutes = OptionalInteger(
        _l("Minutes"),
        description=_l("How long it takes, about."),
        validators=[Optional(), NumberRange(1, 1000, _l("Enter between 1 and 1,000 minutes."))],
    )
    body = TextAreaField(
        _l("Text"),
        validators=[
            InputRequired(_l("Write the lesson.")),
            Length(max=MAX_TEXT, message=_l("The text is too long. Split it into two lessons.")),
        ],
    )


class ContentForm(FlaskForm):
    """What lessons that are not text have in common."""

    revision = HiddenField()
    title = StringField(_l("Title"), validators=[Optional(), Length(max=200)])
    minutes = OptionalInteger(
        _l("Minutes"),
        description=_l("How long it takes, about."),
        validators=[Optional(), NumberRange(1, 1000, _l("Enter between 1 and 1,000 minutes."))],
    )
    body = TextAreaField(
        _l("Introduction"),
        description=_l("Shown before it. May stay empty."),
        validators=[Length(max=MAX_TEXT, message=_l("The text is too long. Split it into two lessons."))],
    )


class PackageForm(ContentForm):
    """A SCORM package."""

    file = FileField(
        _l("Package"),
        description=_l("The zip that the authoring tool exports as SCORM 1.2 or SCORM 2004."),
    )
    organization = SelectField(_l("Organization"), coerce=int, validate_choice=False, default=0)
    score_counts = BooleanField(
        _l("The score counts"),
        description=_l("Its score is the result of the course's test, and it must be passed."),
    )


class VideoForm(ContentForm):
    """A video with captions."""

    file = FileField(_l("Video"), description=_l("MP4 (H.264) or WebM."))
    threshold_percent = IntegerField(
        _l("To be watched, in percent"),
        default=90,
        description=_l("What was played counts; skipping over it does not."),
        validators=[
            InputRequired(_l("Say how much must be watched.")),
            NumberRange(1, 100, _l("Ask for between 1 and 100 percent of the video.")),
        ],
    )
    captions = FileField(_l("Captions file"), description=_l("WebVTT (.vtt)."))
    language = StringField(
        _l("Language of the captions"),
        default="en",
        description=_l("Its code, such as en or de."),
        validators=[Length(max=12)],
    )
    transcript = TextAreaField(
        _l("Transcript"),
        description=_l("What is said and shown, for who reads instead. Markdown."),
        validators=[Length(max=MAX_TEXT)],
    )


class FileForm(ContentForm):
    """A file to download."""

    file = FileField(_l("File"), description=_l("PDF, Word, PowerPoint, Excel, an image, a text or a zip."))


class LinkForm(ContentForm):
    """A page elsewhere."""

    url = StringField(_l("Address"), validators=[InputRequired(_l("Enter a web address.")), Length(max=2000)])


class ImageForm(FlaskForm):
    """An image for lessons."""

    image = FileField(
        _l("Image"),
        description=_l("PNG, JPEG, WebP or GIF, at most 8 MB. Shown at most 1,600 pixels wide."),
        validators=[FileRequired(_l("Choose an image file."))],
    )
    alt = StringField(
        _l("What it shows"),
        description=_l("In words, for who cannot see it."),
        validators=[InputRequired(_l("Say in words what the image shows.")), Length(max=300)],
    )


class AssignForm(FlaskForm):
    """What is assigned to whom, by when."""

    courses = Checkboxes(_l("Courses"))
    whom = RadioField(_l("To"), default="everybody")
    due_on = DateField(_l("Due on"), validators=[Optional()])
    due_days = OptionalInteger(
        _l("Or: days after joining"),
        description=_l("Counted from the day somebody joins; for who is here already, from today."),
        validators=[Optional(), NumberRange(1, 1095, _l("Enter between 1 and 1,095 days."))],
    )

    def offer(self, courses: Iterable[tuple[str, str]], people: Iterable[tuple[str, str]]) -> None:
        self.courses.choices = list(courses)
        self.whom.choices = list(people)


class QuizRulesForm(FlaskForm):
    """How a quiz is taken."""

    revision = HiddenField()
    time_limit_minutes = OptionalInteger(
        _l("Time limit in minutes"),
        description=_l("By the server's clock, from the start. Empty: no limit."),
        validators=[Optional(), NumberRange(1, 600, _l("Allow between 1 and 600 minutes."))],
    )
    wait_hours = OptionalInteger(
        _l("Hours between two attempts"),
        default=0,
        description=_l("How long somebody waits after a failed attempt. 0: no waiting."),
        validators=[Optional(), NumberRange(0, 24 * 90, _l("Enter between 0 and 2,160 hours."))],
    )
    shuffles_questions = BooleanField(_l("Shuffle the questions"))
    shuffles_choices = BooleanField(_l("Shuffle the choices"))
    is_one_at_a_time = BooleanField(_l("One question at a time"))
    review_now = RadioField(
        _l("Shown after each attempt"), choices=choices_of(REVIEWS), default=Review.SCORE.value
    )
    review_over = RadioField(
        _l("Shown when it is passed, or no attempt is left"),
        choices=choices_of(REVIEWS),
        default=Review.EXPLANATIONS.value,
    )
    placement_percent = OptionalInteger(
        _l("Placement test: percent to pass"),
        description=_l(
            "Who reaches it in this quiz before the lessons, in their one try, has completed the course. "
            "At least the pass mark. Empty: no placement test."
        ),
        validators=[Optional(), NumberRange(0, 100, _l("Enter between 0 and 100 percent."))],
    )


class DrawForm(FlaskForm):
    """Questions that a quiz draws from the bank."""

    topic = SelectField(_l("Topic"), validate_choice=False)
    difficulty = SelectField(
        _l("Difficulty"),
        choices=[SelectChoice("", _l("Any")), *choices_of(DIFFICULTIES)],
        default="",
    )
    questions = IntegerField(
        _l("How many"),
        default=5,
        validators=[
            InputRequired(_l("Say how many.")),
            NumberRange(1, 200, _l("Draw between 1 and 200 questions.")),
        ],
    )


class TaskForm(FlaskForm):
    """A practical task and its rubric."""

    revision = HiddenField()
    title = StringField(_l("Title"), validators=_TITLE)
    body = TextAreaField(
        _l("The task"),
        description=_l("What is to be done and handed in, and what counts. Markdown, as in lessons."),
        validators=[InputRequired(_l("Say what is to be done.")), Length(max=20_000)],
    )
    minutes = OptionalInteger(
        _l("Minutes"),
        description=_l("How long it takes, about."),
        validators=[Optional(), NumberRange(1, 1000, _l("Enter between 1 and 1,000 minutes."))],
    )
    rubric = TextAreaField(
        _l("Rubric"),
        description=_l(
            "A criterion on a line of its own, its levels below it: points, a colon, what earns them. "
            "An empty line before the next criterion."
        ),
        validators=[InputRequired(_l("Write at least one criterion.")), Length(max=20_000)],
    )
    pass_percent = IntegerField(
        _l("Pass mark in percent"),
        default=60,
        description=_l("Of all points that can be had."),
        validators=[
            InputRequired(_l("Enter a pass mark.")),
            NumberRange(0, 100, _l("The pass mark lies between 0 and 100 percent.")),
        ],
    )
    grader = SelectField(
        _l("Grader"),
        validate_choice=False,
        description=_l("Who grades what is handed in. Somebody else who may grade can take it over."),
    )


class SessionLessonForm(FlaskForm):
    """A lesson that is a session; its dates are planned apart."""

    revision = HiddenField()
    title = StringField(_l("Title"), validators=_TITLE)
    minutes = OptionalInteger(
        _l("Minutes"),
        description=_l("How long it takes, about."),
        validators=[Optional(), NumberRange(1, 1000, _l("Enter between 1 and 1,000 minutes."))],
    )
    body = TextAreaField(_l("Text"), validators=[Length(max=MAX_TEXT)])


class SessionForm(FlaskForm):
    """One date of a session."""

    revision = HiddenField()
    lesson = SelectField(_l("Session of"), validate_choice=False)
    title = StringField(
        _l("Title"),
        description=_l("Left empty, it is the lesson's."),
        validators=[Length(max=200)],
    )
    starts = DateTimeLocalField(
        _l("Begins"), format=_LOCAL_TIMES, validators=[InputRequired(_l("Say when it begins."))]
    )
    ends = DateTimeLocalField(
        _l("Ends"), format=_LOCAL_TIMES, validators=[InputRequired(_l("Say when it ends."))]
    )
    time_zone = SelectField(
        _l("Time zone"),
        validate_choice=False,
        description=_l("Of the two times above. Everybody sees them in their own as well."),
    )
    place = StringField(_l("Place"), validators=[Length(max=300)])
    link = StringField(
        _l("Link to join by"),
        description=_l("Shown to who has a place."),
        validators=[Length(max=2000)],
    )
    trainer = StringField(_l("Trainer"), validators=[Length(max=200)])
    places = IntegerField(
        _l("Places"),
        default=12,
        validators=[
            InputRequired(_l("Say how many places there are.")),
            NumberRange(1, 10_000, _l("Offer between 1 and 10,000 places.")),
        ],
    )

    def offer_zones(self, kept_zone: str) -> None:
        """Fill the list; the zone given stays choosable, whatever it is."""
        self.time_zone.choices = time_zones.choices(kept_zone)
