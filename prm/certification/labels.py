"""What certification's terms are called on pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from prm.certification.batches.models import ItemState
from prm.certification.models import IssueBasis
from prm.certification.rules import (
    CertificationRule,
    CourseRule,
    ExamRule,
    ExperienceRule,
    PathRule,
    Renewal,
    Rule,
    Terms,
)
from prm.certification.validity import Standing, Status
from prm.training.labels import SKILL_LEVELS

STATUS_LABELS = {
    Status.VALID: _l("Valid"),
    Status.EXPIRING: _l("Expires soon"),
    Status.GRACE: _l("Expired, in grace"),
    Status.EXPIRED: _l("Expired"),
    Status.RENEWED: _l("Renewed"),
    Status.REVOKED: _l("Revoked"),
}
# The macros' kind and icon: never by colour alone.
STATUS_SIGNS = {
    Status.VALID: ("success", "circle-check"),
    Status.EXPIRING: ("warning", "calendar-due"),
    Status.GRACE: ("warning", "clock"),
    Status.EXPIRED: ("neutral", "clock"),
    Status.RENEWED: ("neutral", "refresh"),
    Status.REVOKED: ("danger", "certificate-off"),
}
STANDING_LABELS = {
    Standing.NOT_ISSUED: _l("Not issued yet"),
    Standing.VALID: _l("Valid"),
    Standing.EXPIRING: _l("Valid, expires soon"),
    Standing.SUPERSEDED: _l("Renewed by another certificate"),
    Standing.GRACE: _l("Expired, in grace"),
    Standing.EXPIRED: _l("Expired"),
    Standing.REVOKED: _l("Revoked"),
    Standing.WITHDRAWN: _l("Withdrawn"),
}
BASIS_LABELS = {
    IssueBasis.EVIDENCE: _l("Completed courses"),
    IssueBasis.DECISION: _l("A decision"),
}
BATCH_STATES: dict[ItemState, Any] = {
    ItemState.WAITING: _l("Waiting"),
    ItemState.ISSUED: _l("Issued, not printed yet"),
    ItemState.PRINTED: _l("Ready to download"),
    ItemState.UNPRINTED: _l("Issued, cannot be printed"),
    ItemState.REFUSED: _l("Not issued"),
}
RENEWAL_LABELS = {
    Renewal.ANEW: _l("Everything, with something completed since"),
    Renewal.DELTA: _l("What has changed materially: the newest version of each course"),
    Renewal.EXAM: _l("An exam"),
}


def rule_sentence(rule: Rule, named: Mapping[UUID, str]) -> str:
    """A rule of a scheme in words; `named` says what the things it speaks of are called."""
    match rule:
        case CourseRule():
            return named.get(rule.version_id, "–")
        case ExamRule():
            title = named.get(rule.version_id, "–")
            return _("%(title)s: at least %(minimum)s %%", title=title, minimum=rule.minimum)
        case PathRule():
            return _("The learning path “%(title)s”", title=named.get(rule.path_id, "–"))
        case ExperienceRule():
            deals = ngettext("%(num)s deal won", "%(num)s deals won", rule.deals)
            months = ngettext("in %(num)s month", "in %(num)s months", rule.months)
            if rule.product_id is None:
                return _("%(deals)s %(months)s by the person’s company", deals=deals, months=months)
            product = named.get(rule.product_id, "–")
            return _(
                "%(deals)s with %(product)s %(months)s by the person’s company",
                deals=deals, product=product, months=months,
            )  # fmt: skip
        case CertificationRule():
            name = named.get(rule.certification_id, "–")
            return _("A valid certificate of “%(name)s”", name=name)
        case _:
            return _("A valid certificate of level %(level)s or above", level=SKILL_LEVELS[rule.level])


def condition_sentence(stated: Mapping[str, Any]) -> str:
    """What a certificate rests on beside courses, as its facts state it."""
    if stated["kind"] == "experience":
        deals = ngettext("%(num)s deal won", "%(num)s deals won", stated["deals"])
        months = ngettext("in %(num)s month", "in %(num)s months", stated["months"])
        return _("%(deals)s %(months)s by the person’s company", deals=deals, months=months)
    if stated["kind"] == "path":
        return _("The learning path “%(title)s”", title=stated["title"])
    return _("Certificate %(number)s", number=stated["number"])


def renewal_sentence(terms: Terms, named: Mapping[UUID, str]) -> str:
    """How certificates of a version last and are renewed, in words."""
    if terms.validity_months is None:
        return _("Certificates have no end.")
    lasts = ngettext("Valid for %(num)s month.", "Valid for %(num)s months.", terms.validity_months)
    if terms.renewal is Renewal.EXAM and terms.renewal_exam is not None:
        how = _("Renewed by: %(exam)s.", exam=rule_sentence(terms.renewal_exam, named))
    else:
        how = _("Renewed by: %(how)s.", how=RENEWAL_LABELS[terms.renewal])
    if not terms.grace_days:
        return f"{lasts} {how}"
    grace = ngettext(
        "For %(num)s day after its end it is renewed like one still valid.",
        "For %(num)s days after its end it is renewed like one still valid.",
        terms.grace_days,
    )
    return f"{lasts} {how} {grace}"
