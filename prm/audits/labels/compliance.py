"""What the rules and reasons of compliance are called, for people."""

from __future__ import annotations

from datetime import date

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from prm.accounts.labels import FUNCTION_LABELS
from prm.accounts.models import JobFunction
from prm.audits.policy import AgreementCurrent, CertifiedPeople, Policy, Rule
from prm.audits.queries.compliance import Cell, Reason


def rule_label(rule: Rule, policy: Policy) -> str:
    """The heading of a rule's column."""
    if isinstance(rule, CertifiedPeople):
        return policy.certifications.get(rule.certification_id, _("Certification"))
    if isinstance(rule, AgreementCurrent):
        return _("Agreement")
    return _("Training")


def rule_sentence(rule: Rule, policy: Policy) -> str:
    """The rule in plain words."""
    if isinstance(rule, CertifiedPeople):
        name = policy.certifications.get(rule.certification_id, _("a certification"))
        if rule.job_function:
            return ngettext(
                "At least %(num)s person in %(function)s holds a valid “%(name)s”.",
                "At least %(num)s people in %(function)s hold a valid “%(name)s”.",
                rule.minimum,
                function=str(FUNCTION_LABELS[JobFunction(rule.job_function)]),
                name=name,
            )
        return ngettext(
            "At least %(num)s person holds a valid “%(name)s”.",
            "At least %(num)s people hold a valid “%(name)s”.",
            rule.minimum,
            name=name,
        )
    if isinstance(rule, AgreementCurrent):
        return ngettext(
            "The partner agreement was accepted within the last %(num)s month.",
            "The partner agreement was accepted within the last %(num)s months.",
            rule.months,
        )
    return _("Nobody has an assigned course past its due date.")


def cell_label(cell: Cell) -> str:
    """The short state of a cell."""
    if cell.needed is not None and cell.held is not None and cell.held > cell.needed:
        return _("%(held)s (needed: %(needed)s)", held=cell.held, needed=cell.needed)
    if cell.needed is not None:
        return _("%(held)s of %(needed)s", held=cell.held, needed=cell.needed)
    return _("Met") if cell.is_met else _("Not met")


def reason_sentence(reason: Reason) -> str:
    """Why: the person and the date."""
    on = _day(reason.on)
    match reason.code:
        case "overdue":
            return _(
                "%(name)s: “%(course)s” was due on %(date)s",
                name=reason.person,
                course=reason.subject,
                date=on,
            )
        case "expired":
            return _("%(name)s: certificate expired on %(date)s", name=reason.person, date=on)
        case "in_grace":
            return _("%(name)s: certificate expired on %(date)s, in grace", name=reason.person, date=on)
        case "revoked":
            return _("%(name)s: certificate revoked on %(date)s", name=reason.person, date=on)
        case "never_certified":
            return _("%(name)s: not certified yet", name=reason.person)
        case "nobody":
            return _("Nobody in this company could hold it")
        case "agreement_ran_out":
            return _("Agreement ran out on %(date)s", date=on)
        case _other:
            return _("Agreement not accepted")


def _day(on: date | None) -> str:
    return format_date(on, "medium") if on else ""
