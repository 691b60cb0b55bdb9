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
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from prm.accounts.labels import FUNCTION_LABELS
from prm.infra.markdown import MAX_TEXT
from prm.training.labels import SKILL_LEVELS
from prm.training.models import QuestionKind, SkillLevel

_TITLE = [InputRequired(_l("Enter a title.")), Length(max=200)]
CHOICE_ROWS = 4
MOST_ROWS = 20


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


class VersionForm(FlaskForm):
    """What a course is about, and the rules of its quiz."""

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


class ChoiceForm(PlainForm):
    """One choice of a question."""

    text = StringField(_l("Choice"), validators=[Length(max=500)])
    is_right = BooleanField(_l("Right"))


class QuestionForm(FlaskForm):
    """What every question has."""

    revision = HiddenField()
    prompt = TextAreaField(
        _l("Question"), validators=[InputRequired(_l("Write the question.")), Length(max=4000)]
    )
    explanation = TextAreaField(
        _l("Explanation"),
        description=_l("Shown with the result once the quiz is passed, or no attempt is left."),
        validators=[Length(max=4000)],
    )


class ChoiceQuestionForm(QuestionForm):
    """A question with choices: a fixed number of rows, and a button for one more."""

    choices = FieldList(FormField(ChoiceForm), label=_l("Choices"), max_entries=MOST_ROWS)

    def fill_up(self, extra: int = 0) -> None:
        """Show at least CHOICE_ROWS rows, and `extra` empty ones."""
        wanted = min(MOST_ROWS, max(CHOICE_ROWS, len(self.choices) + extra))
        while len(self.choices) < wanted:
            self.choices.append_entry()

    @property
    def pairs(self) -> list[tuple[str, bool]]:
        return [(row.form.text.data or "", bool(row.form.is_right.data)) for row in self.choices]


class NumberQuestionForm(QuestionForm):
    """A question whose answer is a number."""

    answer = StringField(
        _l("Answer"),
        description=_l("A number such as 3.5 or 3,5, without thousands separators."),
        validators=[InputRequired(_l("Enter the answer.")), Length(max=60)],
    )
    tolerance = StringField(
        _l("Tolerance"),
        default="0",
        description=_l("How far an answer may be off and still count. 0: exactly this number."),
        validators=[InputRequired(_l("Enter the tolerance.")), Length(max=60)],
    )


def question_form(kind: QuestionKind, **arguments: Any) -> ChoiceQuestionForm | NumberQuestionForm:
    """The form for a question of a kind."""
    if kind is QuestionKind.NUMERIC:
        return NumberQuestionForm(**arguments)
    return ChoiceQuestionForm(**arguments)


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
