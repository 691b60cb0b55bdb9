"""What the terms of audits are called, for people, and results in words."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from prm.accounts.labels import FUNCTION_LABELS
from prm.accounts.models import JobFunction
from prm.audits.criteria import UNITS as UNITS_OF
from prm.audits.criteria import (
    Comparison,
    DocumentTerms,
    GradedTerms,
    Metric,
    MetricTerms,
    Population,
    Terms,
    Unit,
)
from prm.audits.models import (
    ActionStatus,
    AuditStatus,
    CriterionKind,
    RowVerdict,
    SelfStatus,
    Severity,
    TargetOutcome,
    Verdict,
)
from prm.infra.money import format_money
from prm.training.labels import SKILL_LEVELS
from prm.training.models import SkillLevel

KINDS = {
    CriterionKind.METRIC: _l("Automatic metric"),
    CriterionKind.DOCUMENT: _l("Document"),
    CriterionKind.GRADED: _l("Graded by a person"),
    CriterionKind.SAMPLE: _l("Sample"),
}
KIND_HINTS = {
    CriterionKind.METRIC: _l("Computed from the portal's rows as of the audit's date"),
    CriterionKind.DOCUMENT: _l("A file that the partner provides, valid until a date"),
    CriterionKind.GRADED: _l("Judged by the auditor against a rubric of levels"),
    CriterionKind.SAMPLE: _l("Rows drawn at random, reproducibly, and judged one by one"),
}
METRICS = {
    Metric.CERTIFIED_PEOPLE: _l("Certified people"),
    Metric.ACCREDITATIONS: _l("Accreditations of the company"),
    Metric.OVERDUE_ASSIGNMENTS: _l("Overdue assignments"),
    Metric.AGREEMENT_AGE: _l("Age of the agreement"),
    Metric.REVENUE_12_MONTHS: _l("Revenue of the last 12 months"),
    Metric.USAGE_90_DAYS: _l("Use of material in 90 days"),
    Metric.COMPLETIONS_12_MONTHS: _l("Courses completed in 12 months"),
}
UNITS = {
    Unit.PEOPLE: _l("people"),
    Unit.ACCREDITATIONS: _l("accreditations"),
    Unit.ASSIGNMENTS: _l("assignments"),
    Unit.MONTHS: _l("months"),
    Unit.MONEY: _l("your currency"),
    Unit.EVENTS: _l("events"),
    Unit.COMPLETIONS: _l("completions"),
}
COMPARISONS = {Comparison.AT_LEAST: _l("at least"), Comparison.AT_MOST: _l("at most")}
POPULATIONS = {
    Population.COMPLETIONS: _l("Completed courses"),
    Population.CERTIFICATES: _l("Certificates"),
    Population.ORDERS: _l("Orders"),
    Population.USAGE: _l("Uses of material"),
}
STATUSES = {
    AuditStatus.PLANNED: _l("Planned"),
    AuditStatus.OPEN: _l("Open"),
    AuditStatus.REPORTED: _l("Findings reported"),
    AuditStatus.REVIEW: _l("Waits for sign-off"),
    AuditStatus.CLOSED: _l("Closed"),
    AuditStatus.WITHDRAWN: _l("Withdrawn"),
}
STATUS_KINDS = {
    AuditStatus.PLANNED: "neutral",
    AuditStatus.OPEN: "info",
    AuditStatus.REPORTED: "warning",
    AuditStatus.REVIEW: "brand",
    AuditStatus.CLOSED: "success",
    AuditStatus.WITHDRAWN: "neutral",
}
VERDICTS = {
    Verdict.MET: _l("Met"),
    Verdict.NOT_MET: _l("Not met"),
    Verdict.NOT_APPLICABLE: _l("Not applicable"),
}
VERDICT_KINDS = {Verdict.MET: "success", Verdict.NOT_MET: "danger", Verdict.NOT_APPLICABLE: "neutral"}
ROW_VERDICTS = {RowVerdict.OK: _l("OK"), RowVerdict.NOT_OK: _l("Not OK")}
SELF_STATUSES = {
    SelfStatus.MET: _l("We meet this"),
    SelfStatus.PARTLY: _l("We meet this in part"),
    SelfStatus.NOT_MET: _l("We do not meet this"),
}
SEVERITIES = {
    Severity.MINOR: _l("Minor"),
    Severity.MAJOR: _l("Major"),
    Severity.CRITICAL: _l("Critical"),
}
SEVERITY_KINDS = {Severity.MINOR: "info", Severity.MAJOR: "warning", Severity.CRITICAL: "danger"}
ACTION_STATUSES = {
    ActionStatus.AGREED: _l("Agreed"),
    ActionStatus.PROVED: _l("Waits for verification"),
    ActionStatus.ACCEPTED: _l("Accepted"),
    ActionStatus.SENT_BACK: _l("Sent back"),
}
ACTION_KINDS = {
    ActionStatus.AGREED: "info",
    ActionStatus.PROVED: "brand",
    ActionStatus.ACCEPTED: "success",
    ActionStatus.SENT_BACK: "danger",
}
OUTCOMES = {
    TargetOutcome.WAITING: _l("Waiting"),
    TargetOutcome.MADE: _l("Made"),
    TargetOutcome.FAILED: _l("Not made"),
}
# What stands over the columns of evidence rows.
COLUMNS = {
    "person": _l("Person"),
    "certificate": _l("Certificate"),
    "certification": _l("Certification"),
    "accreditation": _l("Accreditation"),
    "awarded_on": _l("Awarded on"),
    "level": _l("Level"),
    "issued_on": _l("Issued on"),
    "expires_on": _l("Expires on"),
    "course": _l("Course"),
    "due_on": _l("Due on"),
    "accepted_on": _l("Accepted on"),
    "order": _l("Order"),
    "source": _l("Source"),
    "ordered_on": _l("Ordered on"),
    "product": _l("Product"),
    "amount": _l("Amount"),
    "counted": _l("Counted"),
    "completed_at": _l("Completed"),
    "score_percent": _l("Score"),
    "asset": _l("Asset"),
    "kind": _l("Kind"),
    "at": _l("When"),
}


def demand_sentence(terms: Terms, certifications: Mapping[UUID, str], currency: str) -> str:
    """What a criterion asks for, in one sentence."""
    if isinstance(terms, MetricTerms):
        return _metric_sentence(terms, certifications, currency)
    if isinstance(terms, DocumentTerms):
        if not terms.valid_days:
            return _("A document that is valid on the audit's date.")
        return ngettext(
            "A document that is valid for another %(num)s day after the audit's date.",
            "A document that is valid for another %(num)s days after the audit's date.",
            terms.valid_days,
        )
    if isinstance(terms, GradedTerms):
        return _(
            "Graded from 0 to %(best)s points; met from %(points)s points on.",
            best=terms.best,
            points=terms.pass_points,
        )
    return _(
        "%(what)s: %(size)s drawn at random, of which at most %(allowed)s may be not OK.",
        what=str(POPULATIONS[terms.population]),
        size=terms.size,
        allowed=terms.allowed,
    )


def _metric_sentence(terms: MetricTerms, certifications: Mapping[UUID, str], currency: str) -> str:
    sentence = _(
        "%(metric)s: %(comparison)s %(threshold)s.",
        metric=str(METRICS[terms.metric]),
        comparison=str(COMPARISONS[terms.comparison]),
        threshold=threshold_text(terms, currency),
    )
    narrowed = []
    if terms.certification_id is not None:
        narrowed.append(certifications.get(terms.certification_id, _("a certification")))
    if terms.accreditation_id is not None:
        narrowed.append(certifications.get(terms.accreditation_id, _("an accreditation")))
    if terms.skill_level:
        narrowed.append(str(SKILL_LEVELS[SkillLevel(terms.skill_level)]))
    if terms.job_function:
        narrowed.append(str(FUNCTION_LABELS[JobFunction(terms.job_function)]))
    if narrowed:
        sentence += " " + _("Only: %(what)s.", what=", ".join(narrowed))
    return sentence


def threshold_text(terms: MetricTerms, currency: str) -> str:
    if terms.unit is Unit.MONEY:
        return f"{format_decimal(terms.threshold)} {currency}"
    return counted(terms.unit, terms.threshold)


def value_text(terms: MetricTerms, value: int | None, currency: str | None) -> str:
    """What a metric came to."""
    if value is None:
        return _("nothing to measure")
    if terms.unit is Unit.MONEY and currency:
        return format_money(value, currency, str(get_locale() or "en"))
    return counted(terms.unit, value)


def counted(unit: Unit, number: int) -> str:
    """A number with its unit."""
    shown = format_decimal(number)
    match unit:
        case Unit.PEOPLE:
            return ngettext("%(shown)s person", "%(shown)s people", number, shown=shown)
        case Unit.ACCREDITATIONS:
            return ngettext("%(shown)s accreditation", "%(shown)s accreditations", number, shown=shown)
        case Unit.ASSIGNMENTS:
            return ngettext("%(shown)s assignment", "%(shown)s assignments", number, shown=shown)
        case Unit.MONTHS:
            return ngettext("%(shown)s month", "%(shown)s months", number, shown=shown)
        case Unit.EVENTS:
            return ngettext("%(shown)s event", "%(shown)s events", number, shown=shown)
        case _completions:
            return ngettext("%(shown)s completion", "%(shown)s completions", number, shown=shown)


def unit_of(metric: Metric) -> Unit:
    return UNITS_OF[metric]
