"""Forms of the criteria library: one for each kind of criterion, and checklists."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from prm.audits.criteria import (
    MAX_SAMPLE,
    MAX_THRESHOLD,
    Comparison,
    DocumentTerms,
    GradedTerms,
    Level,
    Metric,
    MetricTerms,
    Population,
    SampleTerms,
    Terms,
)
from prm.audits.models import CriterionKind
from prm.errors import DomainError

_LEVEL = re.compile(r"\s*(\d{1,4})\s*[:;–-]\s*(\S.*?)\s*")


class CriterionForm(FlaskForm):
    """What every criterion says of itself."""

    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter a name.")), Length(max=200)])
    guidance = TextAreaField(_l("What to look at"), validators=[Length(max=2000)])
    is_active = BooleanField(_l("Offered for checklists"), default=True)
    revision = HiddenField()


class MetricForm(CriterionForm):
    metric = SelectField(_l("What is counted"))
    comparison = SelectField(_l("Met where it is"))
    threshold = IntegerField(
        _l("Threshold"),
        validators=[
            InputRequired(_l("Enter a whole number of 0 or more.")),
            NumberRange(0, MAX_THRESHOLD, _l("Enter a whole number of 0 or more.")),
        ],
    )
    certification = SelectField(_l("Certification"), validators=[Optional()])
    accreditation = SelectField(_l("Accreditation"), default="", validators=[Optional()])
    skill_level = SelectField(_l("Level"), validators=[Optional()])
    job_function = SelectField(_l("Of function"), validators=[Optional()])

    def terms(self) -> MetricTerms:
        return MetricTerms(
            Metric(self.metric.data),
            Comparison(self.comparison.data),
            self.threshold.data or 0,
            UUID(self.certification.data) if self.certification.data else None,
            self.job_function.data or "",
            self.skill_level.data or "",
            UUID(self.accreditation.data) if self.accreditation.data else None,
        )

    @staticmethod
    def values(terms: Terms) -> dict[str, Any]:
        assert isinstance(terms, MetricTerms)
        return {
            "metric": terms.metric.value,
            "comparison": terms.comparison.value,
            "threshold": terms.threshold,
            "certification": str(terms.certification_id or ""),
            "accreditation": str(terms.accreditation_id or ""),
            "skill_level": terms.skill_level,
            "job_function": terms.job_function,
        }


class DocumentForm(CriterionForm):
    valid_days = IntegerField(
        _l("Valid for how many days after the audit's date"),
        default=0,
        validators=[InputRequired(_l("Ask for between 0 and 3,650 days."))],
    )

    def terms(self) -> DocumentTerms:
        return DocumentTerms(self.valid_days.data or 0)

    @staticmethod
    def values(terms: Terms) -> dict[str, Any]:
        assert isinstance(terms, DocumentTerms)
        return {"valid_days": terms.valid_days}


class GradedForm(CriterionForm):
    levels = TextAreaField(
        _l("Levels"),
        validators=[InputRequired(_l("Write the levels, one on each line.")), Length(max=5000)],
    )
    pass_points = IntegerField(
        _l("Met from how many points on"),
        validators=[InputRequired(_l("Enter the points from which on it is met."))],
    )

    def terms(self) -> GradedTerms:
        """Raises DomainError for a line that is not "points: words"."""
        levels = []
        for line in (self.levels.data or "").splitlines():
            if not line.strip():
                continue
            read = _LEVEL.fullmatch(line)
            if read is None:
                message = _(
                    "Write each level as “points: words”. This line is none: %(line)s", line=line[:80]
                )
                raise DomainError(message, {"levels": message})
            levels.append(Level(int(read[1]), read[2]))
        levels.sort(key=lambda level: -level.points)
        return GradedTerms(tuple(levels), self.pass_points.data or 0)

    @staticmethod
    def values(terms: Terms) -> dict[str, Any]:
        assert isinstance(terms, GradedTerms)
        lines = [f"{level.points}: {level.words}" for level in terms.levels]
        return {"levels": "\n".join(lines), "pass_points": terms.pass_points}


class SampleForm(CriterionForm):
    population = SelectField(_l("Drawn from"))
    size = IntegerField(
        _l("How many rows"),
        default=5,
        validators=[
            InputRequired(_l("Enter how many rows are drawn.")),
            NumberRange(1, MAX_SAMPLE, _l("Draw between 1 and 200 rows.")),
        ],
    )
    allowed = IntegerField(
        _l("How many of them may be not OK"),
        default=0,
        validators=[InputRequired(_l("Enter a whole number of 0 or more."))],
    )

    def terms(self) -> SampleTerms:
        return SampleTerms(Population(self.population.data), self.size.data or 0, self.allowed.data or 0)

    @staticmethod
    def values(terms: Terms) -> dict[str, Any]:
        assert isinstance(terms, SampleTerms)
        return {
            "population": terms.population.value,
            "size": terms.size,
            "allowed": terms.allowed,
        }


FORMS: dict[CriterionKind, type[MetricForm | DocumentForm | GradedForm | SampleForm]] = {
    CriterionKind.METRIC: MetricForm,
    CriterionKind.DOCUMENT: DocumentForm,
    CriterionKind.GRADED: GradedForm,
    CriterionKind.SAMPLE: SampleForm,
}


class ChecklistForm(FlaskForm):
    """A checklist's name; its lines are fields of their own, one pair for each criterion offered."""

    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter a name.")), Length(max=200)])
    is_active = BooleanField(_l("Offered for audits"), default=True)
    revision = HiddenField()
