"""Actions on where many people stand: paths assigned, dates extended, people excused, courses begun anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from prm.access import Actor
from prm.bulk.action import BulkAction
from prm.bulk.forms import AssignPathForm, CourseReasonForm, ExtendForm
from prm.bulk.people import choose_people, get_person
from prm.errors import DomainError
from prm.partners.queries.people import companies_in_reach, find_partnership_id
from prm.permissions import P
from prm.training import services as training


def assign_path_to_company(actor: Actor, partnership_id: UUID, asked: Mapping[str, Any]) -> None:
    """Put everybody of a partnership on a path, now and later."""
    training.assign_path(
        actor, UUID(asked["path"]), partnership_id=partnership_id, due_on=_date(asked["due_on"])
    )


def _assign_path(actor: Actor, membership_id: UUID, asked: Mapping[str, Any]) -> None:
    membership, user = get_person(actor, membership_id, P.COURSE_ASSIGN)
    partnership_id = find_partnership_id(membership, companies_in_reach(actor, P.COURSE_ASSIGN))
    if partnership_id is None:
        raise DomainError(_("Paths are assigned to partners' people."))
    training.assign_path(
        actor,
        UUID(asked["path"]),
        partnership_id=partnership_id,
        user_id=user.public_id,
        due_on=_date(asked["due_on"]),
    )


def _extend(actor: Actor, membership_id: UUID, asked: Mapping[str, Any]) -> None:
    _membership, user = get_person(actor, membership_id, P.COURSE_ASSIGN)
    training.extend_due_date(
        actor,
        user.public_id,
        UUID(asked["course"]),
        due_on=date.fromisoformat(asked["due_on"]),
        reason=asked["reason"],
    )


def _excuse(actor: Actor, membership_id: UUID, asked: Mapping[str, Any]) -> None:
    _membership, user = get_person(actor, membership_id, P.COURSE_ASSIGN)
    training.excuse(actor, user.public_id, UUID(asked["course"]), reason=asked["reason"])


def _reset(actor: Actor, membership_id: UUID, asked: Mapping[str, Any]) -> None:
    _membership, user = get_person(actor, membership_id, P.COURSE_ASSIGN)
    training.reset_enrolment(actor, user.public_id, UUID(asked["course"]), reason=asked["reason"])


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


LEARNING_ACTIONS = (
    BulkAction(
        "people.assign_path", _l("Assign a path"), P.COURSE_ASSIGN, "accounts.people",
        AssignPathForm, choose_people(P.COURSE_ASSIGN), _assign_path,
    ),
    BulkAction(
        "people.extend", _l("Extend a due date"), P.COURSE_ASSIGN, "accounts.people",
        ExtendForm, choose_people(P.COURSE_ASSIGN), _extend,
    ),
    BulkAction(
        "people.excuse", _l("Excuse from a course"), P.COURSE_ASSIGN, "accounts.people",
        CourseReasonForm, choose_people(P.COURSE_ASSIGN), _excuse,
        _l("It is not due for them any more, and learning paths go on without it."),
    ),
    BulkAction(
        "people.reset", _l("Let begin a course anew"), P.COURSE_ASSIGN, "accounts.people",
        CourseReasonForm, choose_people(P.COURSE_ASSIGN), _reset,
        _l("What they did in it so far does not count any more; all attempts are theirs again. Completions "
           "stay. This cannot be undone."),
    ),
)  # fmt: skip
