"""Reading the criteria library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from prm.access import Actor, visible
from prm.audits.criteria import Terms, from_parameters
from prm.audits.models import Checklist, ChecklistItem, Criterion, CriterionVersion
from prm.certification.accreditation.models import Accreditation
from prm.certification.models import Certification
from prm.errors import NotFound
from prm.extensions import db
from prm.permissions import P


@dataclass(frozen=True)
class Stated:
    """A criterion as its newest version states it."""

    criterion: Criterion
    version: CriterionVersion
    terms: Terms


@dataclass(frozen=True)
class Line:
    """One line of a checklist."""

    stated: Stated
    weight: int


def get_criterion(actor: Actor, public_id: UUID) -> Stated:
    """Raises NotFound, for a foreign one as for one that does not exist."""
    found = db.session.execute(
        visible(_stated().where(Criterion.public_id == public_id), actor, P.CRITERIA_EDIT, Criterion)
    ).one_or_none()
    if found is None:
        raise NotFound
    return _as_stated(found)


def list_versions(criterion: Criterion) -> list[CriterionVersion]:
    """Every version, newest first."""
    return list(
        db.session.scalars(
            select(CriterionVersion)
            .where(CriterionVersion.criterion_id == criterion.id)
            .order_by(CriterionVersion.number.desc())
        )
    )


def list_active_criteria(actor: Actor) -> list[Stated]:
    """What a checklist can be made of, by name."""
    rows = db.session.execute(_stated().where(Criterion.is_active).order_by(Criterion.name_folded))
    return [_as_stated(row) for row in rows]


def select_criteria(actor: Actor) -> Select[Any]:
    return visible(select(Criterion), actor, P.CRITERIA_EDIT)


def versions_of(criteria: Sequence[Criterion]) -> dict[int, Stated]:
    """The newest version of each, by the criterion's key."""
    rows = db.session.execute(_stated().where(Criterion.id.in_([c.id for c in criteria])))
    return {row[0].id: _as_stated(row) for row in rows}


def _stated() -> Select[Any]:
    return select(Criterion, CriterionVersion).join(
        CriterionVersion,
        (CriterionVersion.criterion_id == Criterion.id) & (CriterionVersion.number == Criterion.number),
    )


def _as_stated(row: Any) -> Stated:
    criterion, version = row
    return Stated(criterion, version, from_parameters(criterion.kind, version.parameters))


# -- checklists --------------------------------------------------------------------------------


def get_checklist(public_id: UUID) -> Checklist:
    """One of the vendor served: nobody reaches some of them alone. Raises NotFound, for a foreign one as for
    one that does not exist."""
    found = db.session.scalars(select(Checklist).where(Checklist.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_lines(checklist: Checklist) -> list[Line]:
    """The lines of a checklist in their order, each with its criterion's newest version; retired ones do
    not count."""
    rows = db.session.execute(
        _stated()
        .add_columns(ChecklistItem.weight)
        .join(ChecklistItem, ChecklistItem.criterion_id == Criterion.id)
        .where(ChecklistItem.checklist_id == checklist.id, Criterion.is_active)
        .order_by(ChecklistItem.position, ChecklistItem.id)
    )
    return [Line(_as_stated(row[:2]), row[2]) for row in rows]


def select_checklists(actor: Actor) -> Select[Any]:
    """(Checklist, number of criteria) of every checklist."""
    lines = (
        select(func.count(ChecklistItem.id))
        .where(ChecklistItem.checklist_id == Checklist.id)
        .correlate(Checklist)
        .scalar_subquery()
    )
    return visible(select(Checklist, lines.label("lines")), actor, P.CRITERIA_EDIT, Checklist)


def list_active_checklists(actor: Actor) -> list[Checklist]:
    """What an audit can be planned with, by name."""
    return list(
        db.session.scalars(select(Checklist).where(Checklist.is_active).order_by(Checklist.name_folded))
    )


def list_accreditations() -> list[tuple[UUID, str]]:
    """What a metric of accreditations can be narrowed to."""
    rows = db.session.execute(
        select(Accreditation.public_id, Accreditation.name).order_by(Accreditation.name)
    )
    return [(public_id, name) for public_id, name in rows]


def name_narrowings() -> dict[UUID, str]:
    """What all that metrics can be narrowed to is called."""
    return dict([*list_certifications(), *list_accreditations()])


def list_certifications() -> list[tuple[UUID, str]]:
    """What a metric of certified people can be narrowed to."""
    rows = db.session.execute(
        select(Certification.public_id, Certification.name).order_by(Certification.name)
    )
    return [(public_id, name) for public_id, name in rows]
