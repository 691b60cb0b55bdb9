"""Verbs on the compliance policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor
from prm.accounts.models import JobFunction
from prm.audits.models import CompliancePolicy
from prm.audits.policy import AgreementCurrent, CertifiedPeople, Rule, to_rows
from prm.audits.queries import compliance as queries
from prm.certification.models import Certification
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.journal.services import record


def set_policy(actor: Actor, rules: Sequence[Rule], *, effective_on: date) -> CompliancePolicy:
    """Write a new version of the policy, in force from a date on. Earlier versions stay as they were.

    Raises DomainError for a policy without rules, a rule that cannot be, or a date before that of
    the version before: what was judged then would change.
    """
    if not rules:
        raise DomainError(_("A policy needs at least one rule."))
    for rule in rules:
        _check(rule)
    newest = db.session.scalars(
        select(CompliancePolicy).order_by(CompliancePolicy.number.desc()).limit(1)
    ).one_or_none()
    if newest is not None and effective_on < newest.effective_on:
        message = _("This version cannot take effect before the one it follows.")
        raise DomainError(message, {"effective_on": message})
    policy = CompliancePolicy(
        number=queries.next_policy_number(),
        effective_on=effective_on,
        rules=to_rows(list(rules)),
        created_by_id=actor.user_id,
        created_at=clock.now(),
    )
    db.session.add(policy)
    record(
        actor,
        "policy.set",
        policy,
        facts={"number": policy.number, "effective_on": effective_on, "rules": policy.rules},
    )
    return policy


def _check(rule: Rule) -> None:
    if isinstance(rule, CertifiedPeople):
        if not 1 <= rule.minimum <= 1000:
            message = _("Ask for between 1 and 1,000 people.")
            raise DomainError(message, {"minimum": message})
        if rule.job_function and rule.job_function not in set(JobFunction):
            raise DomainError(_("Choose one of the job functions."))
        if not db.session.scalar(
            select(Certification.id).where(Certification.public_id == rule.certification_id)
        ):
            message = _("Choose one of your certifications.")
            raise DomainError(message, {"certification": message})
    elif isinstance(rule, AgreementCurrent) and not 1 <= rule.months <= 120:
        message = _("Ask for between 1 and 120 months.")
        raise DomainError(message, {"months": message})
