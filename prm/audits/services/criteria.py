"""Verbs on the criteria library and its checklists."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select

from prm.access import Actor, require
from prm.accounts.models import JobFunction
from prm.audits.criteria import (
    MAX_LEVELS,
    MAX_SAMPLE,
    MAX_THRESHOLD,
    DocumentTerms,
    GradedTerms,
    Metric,
    MetricTerms,
    SampleTerms,
    Terms,
    kind_of,
    to_parameters,
)
from prm.audits.models import Checklist, ChecklistItem, Criterion, CriterionVersion
from prm.audits.queries import criteria as queries
from prm.certification.accreditation.models import Accreditation
from prm.certification.models import Certification
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.names import fold_name
from prm.journal.services import record
from prm.permissions import P
from prm.training.models import SkillLevel


def create_criterion(actor: Actor, *, name: str, guidance: str, terms: Terms) -> Criterion:
    """A criterion and its first version. Raises DomainError naming the field at fault."""
    require(actor, P.CRITERIA_EDIT)
    name = _free_name(Criterion, name, None, _("There is already a criterion of this name."))
    _check(terms)
    criterion = Criterion(
        kind=kind_of(terms), name=name, name_folded=fold_name(name), number=1, created_at=clock.now()
    )
    db.session.add(criterion)
    db.session.flush()
    _add_version(actor, criterion, guidance, terms)
    record(
        actor,
        "criterion.created",
        criterion,
        facts={"name": name, "kind": criterion.kind.value, "parameters": to_parameters(terms)},
    )
    return criterion


def change_criterion(
    actor: Actor,
    criterion: Criterion,
    *,
    name: str,
    guidance: str,
    terms: Terms,
    is_active: bool,
    revision: int,
) -> None:
    """The criterion's next version; audits that opened before keep the one they froze.

    Raises Conflict where somebody else changed it since `revision`, DomainError naming the field.
    """
    require(actor, P.CRITERIA_EDIT)
    if revision != criterion.revision:
        raise Conflict(
            _("Somebody else changed this criterion. What you typed is still here; compare and save.")
        )
    if kind_of(terms) is not criterion.kind:
        raise DomainError(_("A criterion keeps its kind."))
    name = _free_name(Criterion, name, criterion.id, _("There is already a criterion of this name."))
    _check(terms)
    criterion.name, criterion.name_folded, criterion.is_active = name, fold_name(name), is_active
    criterion.number += 1
    _add_version(actor, criterion, guidance, terms)
    record(
        actor,
        "criterion.changed",
        criterion,
        facts={
            "name": name,
            "number": criterion.number,
            "is_active": is_active,
            "parameters": to_parameters(terms),
        },
    )


def _add_version(actor: Actor, criterion: Criterion, guidance: str, terms: Terms) -> None:
    db.session.add(
        CriterionVersion(
            criterion_id=criterion.id,
            number=criterion.number,
            name=criterion.name,
            guidance=guidance.strip()[:2000],
            parameters=to_parameters(terms),
            created_by_id=actor.user_id,
            created_at=clock.now(),
        )
    )


def _free_name(model: type[Criterion] | type[Checklist], name: str, own_id: int | None, taken: str) -> str:
    name = " ".join(name.split())[:200]
    if not name:
        raise _at("name", _("Enter a name."))
    other = db.session.scalar(select(model.id).where(model.name_folded == fold_name(name)))
    if other is not None and other != own_id:
        raise _at("name", taken)
    return name


def _at(field: str, message: str) -> DomainError:
    return DomainError(message, {field: message})


def _check(terms: Terms) -> None:
    match terms:
        case MetricTerms():
            _check_metric(terms)
        case DocumentTerms():
            if not 0 <= terms.valid_days <= 3650:
                raise _at("valid_days", _("Ask for between 0 and 3,650 days."))
        case GradedTerms():
            _check_rubric(terms)
        case SampleTerms():
            if not 1 <= terms.size <= MAX_SAMPLE:
                raise _at("size", _("Draw between 1 and %(most)s rows.", most=MAX_SAMPLE))
            if not 0 <= terms.allowed < terms.size:
                raise _at("allowed", _("Allow fewer rows to be not ok than are drawn."))


def _check_metric(terms: MetricTerms) -> None:
    if not 0 <= terms.threshold <= MAX_THRESHOLD:
        raise _at("threshold", _("Enter a whole number of 0 or more."))
    narrows = terms.certification_id or terms.job_function or terms.skill_level
    if narrows and terms.metric is not Metric.CERTIFIED_PEOPLE:
        raise _at("metric", _("Only certified people can be narrowed to a function, level or certification."))
    if terms.accreditation_id and terms.metric is not Metric.ACCREDITATIONS:
        raise _at("metric", _("Only accreditations can be narrowed to an accreditation."))
    if terms.accreditation_id is not None and not db.session.scalar(
        select(Accreditation.id).where(Accreditation.public_id == terms.accreditation_id)
    ):
        raise _at("accreditation", _("Choose one of your accreditations."))
    if terms.job_function and terms.job_function not in set(JobFunction):
        raise _at("job_function", _("Choose one of the job functions."))
    if terms.skill_level and terms.skill_level not in set(SkillLevel):
        raise _at("skill_level", _("Choose one of the levels."))
    if terms.certification_id is not None and not db.session.scalar(
        select(Certification.id).where(Certification.public_id == terms.certification_id)
    ):
        raise _at("certification", _("Choose one of your certifications."))


def _check_rubric(terms: GradedTerms) -> None:
    if not 2 <= len(terms.levels) <= MAX_LEVELS:
        raise _at("levels", _("Write between 2 and %(most)s levels, one on each line.", most=MAX_LEVELS))
    points = [level.points for level in terms.levels]
    if len(set(points)) != len(points) or not all(0 <= each <= 1000 for each in points) or not max(points):
        raise _at("levels", _("Give each level points of its own, between 0 and 1,000."))
    if any(not level.words or len(level.words) > 300 for level in terms.levels):
        raise _at("levels", _("Say in words what each level means, in at most 300 characters."))
    if not 1 <= terms.pass_points <= max(points):
        raise _at("pass_points", _("It must be possible to pass: not more points than the best level has."))


# -- checklists --------------------------------------------------------------------------------


def create_checklist(actor: Actor, *, name: str, lines: Sequence[tuple[UUID, int]]) -> Checklist:
    """A checklist of criteria in order, each with its weight. Raises DomainError naming the field."""
    require(actor, P.CRITERIA_EDIT)
    name = _free_name(Checklist, name, None, _("There is already a checklist of this name."))
    checklist = Checklist(name=name, name_folded=fold_name(name), created_at=clock.now())
    db.session.add(checklist)
    db.session.flush()
    facts = _set_lines(actor, checklist, lines)
    record(actor, "checklist.created", checklist, facts={"name": name, "lines": facts})
    return checklist


def change_checklist(
    actor: Actor,
    checklist: Checklist,
    *,
    name: str,
    lines: Sequence[tuple[UUID, int]],
    is_active: bool,
    revision: int,
) -> None:
    """Say anew what a checklist holds; audits that opened before keep what they froze.

    Raises Conflict where somebody else changed it since `revision`, DomainError naming the field.
    """
    require(actor, P.CRITERIA_EDIT)
    if revision != checklist.revision:
        raise Conflict(
            _("Somebody else changed this checklist. What you typed is still here; compare and save.")
        )
    name = _free_name(Checklist, name, checklist.id, _("There is already a checklist of this name."))
    checklist.name, checklist.name_folded, checklist.is_active = name, fold_name(name), is_active
    # Other lines alone would leave the row as it was, and the next editor unwarned.
    checklist.revision += 1
    db.session.execute(delete(ChecklistItem).where(ChecklistItem.checklist_id == checklist.id))
    facts = _set_lines(actor, checklist, lines)
    record(
        actor,
        "checklist.changed",
        checklist,
        facts={"name": name, "is_active": is_active, "lines": facts},
    )


def _set_lines(
    actor: Actor, checklist: Checklist, lines: Sequence[tuple[UUID, int]]
) -> list[dict[str, object]]:
    if not lines:
        raise _at("lines", _("Choose at least one criterion."))
    known = {stated.criterion.public_id: stated for stated in queries.list_active_criteria(actor)}
    if any(criterion_id not in known for criterion_id, _weight in lines):
        raise _at("lines", _("Choose from the criteria offered."))
    if any(not 1 <= weight <= 100 for _criterion, weight in lines):
        raise _at("lines", _("A weight lies between 1 and 100."))
    db.session.execute(
        insert(ChecklistItem),
        [
            {
                "checklist_id": checklist.id,
                "criterion_id": known[criterion_id].criterion.id,
                "position": position,
                "weight": weight,
            }
            for position, (criterion_id, weight) in enumerate(lines, 1)
        ],
    )
    return [{"criterion": str(criterion_id), "weight": weight} for criterion_id, weight in lines]
