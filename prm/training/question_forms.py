"""Forms of questions, by the kind of their answer; the same for a version's own and for the bank's."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length

from prm.training.items import Item, written_of
from prm.training.labels import DIFFICULTIES
from prm.training.models.assessment import Difficulty
from prm.training.models.kinds import QuestionKind

CHOICE_ROWS = 4
MOST_ROWS = 20


class ChoiceForm(PlainForm):
    """One choice of a question."""

    text = StringField(_l("Choice"), validators=[Length(max=500)])
    is_right = BooleanField(_l("Right"))


class LineForm(PlainForm):
    """One line to be put in its place."""

    text = StringField(_l("Line"), validators=[Length(max=500)])


class PairForm(PlainForm):
    """What is matched with what."""

    left = StringField(_l("Left side"), validators=[Length(max=500)])
    right = StringField(_l("Right side"), validators=[Length(max=500)])


class AcceptedForm(PlainForm):
    """A text that counts as right."""

    language = StringField(_l("Language"), validators=[Length(max=12)])
    text = StringField(_l("Answer"), validators=[Length(max=200)])


class QuestionForm(FlaskForm):
    """What every question has. `rows` names the fields of its kind that are lists."""

    rows: tuple[str, ...] = ()

    revision = HiddenField()
    prompt = TextAreaField(
        _l("Question"), validators=[InputRequired(_l("Write the question.")), Length(max=4000)]
    )
    explanation = TextAreaField(
        _l("Explanation"),
        description=_l("Shown with the result, as soon as the quiz's rules let explanations be seen."),
        validators=[Length(max=4000)],
    )

    def fill_up(self, extra: int = 0) -> None:
        """Show at least CHOICE_ROWS rows of each list, and `extra` empty ones."""
        for name in self.rows:
            rows = self[name]
            wanted = min(MOST_ROWS, max(CHOICE_ROWS, len(rows) + extra))
            while len(rows) < wanted:
                rows.append_entry()

    @property
    def written(self) -> dict[str, Any]:
        """The fields of items.Written that the kind has."""
        raise NotImplementedError


class ChoiceQuestionForm(QuestionForm):
    """A question with choices: a fixed number of rows, and a button for one more."""

    rows = ("choices",)
    choices = FieldList(FormField(ChoiceForm), label=_l("Choices"), max_entries=MOST_ROWS)

    @property
    def written(self) -> dict[str, Any]:
        return {"choices": [(row.form.text.data or "", bool(row.form.is_right.data)) for row in self.choices]}


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

    @property
    def written(self) -> dict[str, Any]:
        return {"answer": self.answer.data or "", "tolerance": self.tolerance.data or ""}


class OrderQuestionForm(QuestionForm):
    """Lines to be put in order."""

    rows = ("items",)
    items = FieldList(FormField(LineForm), label=_l("Lines in the right order"), max_entries=MOST_ROWS)

    @property
    def written(self) -> dict[str, Any]:
        return {"items": [row.form.text.data or "" for row in self.items]}


class MatchQuestionForm(QuestionForm):
    """Lines to be matched."""

    rows = ("pairs",)
    pairs = FieldList(FormField(PairForm), label=_l("Pairs"), max_entries=MOST_ROWS)
    targets = TextAreaField(
        _l("Further answers"),
        description=_l("Offered too, and right for nothing: one a line. May stay empty."),
        validators=[Length(max=4000)],
    )

    @property
    def written(self) -> dict[str, Any]:
        return {
            "pairs": [(row.form.left.data or "", row.form.right.data or "") for row in self.pairs],
            "targets": (self.targets.data or "").splitlines(),
        }


class TextQuestionForm(QuestionForm):
    """A question answered in a few words."""

    rows = ("accepted",)
    accepted = FieldList(FormField(AcceptedForm), label=_l("Answers that count"), max_entries=MOST_ROWS)

    @property
    def written(self) -> dict[str, Any]:
        return {
            "accepted": [(row.form.language.data or "", row.form.text.data or "") for row in self.accepted]
        }


FORMS: dict[QuestionKind, type[QuestionForm]] = {
    QuestionKind.SINGLE: ChoiceQuestionForm,
    QuestionKind.MULTIPLE: ChoiceQuestionForm,
    QuestionKind.NUMERIC: NumberQuestionForm,
    QuestionKind.ORDERING: OrderQuestionForm,
    QuestionKind.MATCHING: MatchQuestionForm,
    QuestionKind.TEXT: TextQuestionForm,
}


class _Filed:
    """Where a question of the bank is filed."""

    topic = StringField(
        _l("Topic"),
        description=_l("What it is about, in a word or two. Quizzes draw questions by topic."),
        validators=[InputRequired(_l("Enter a topic.")), Length(max=80)],
    )
    difficulty = SelectField(
        _l("Difficulty"),
        choices=[SelectChoice(key.value, label) for key, label in DIFFICULTIES.items()],
        default=Difficulty.MEDIUM.value,
    )


BANK_FORMS: dict[QuestionKind, type[QuestionForm]] = {
    kind: type(f"Bank{form.__name__}", (_Filed, form), {"__doc__": form.__doc__})
    for kind, form in FORMS.items()
}


def stored_in(item: Item) -> dict[str, Any]:
    """What a question's form holds before anybody types."""
    written = written_of(item)
    return {
        "prompt": item.prompt,
        "explanation": item.explanation,
        "choices": [{"text": text, "is_right": is_right} for text, is_right in written.choices],
        "answer": _plain(written.answer),
        "tolerance": _plain(written.tolerance),
        "items": [{"text": text} for text in written.items],
        "pairs": [{"left": left, "right": right} for left, right in written.pairs],
        "targets": "\n".join(written.targets),
        "accepted": [{"language": language, "text": text} for language, text in written.accepted],
    }


def _plain(number: Any) -> str:
    """A decimal as a person would type it."""
    if number is None:
        return ""
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text
