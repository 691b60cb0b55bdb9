"""Actions on many people, and on many invitations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func

from prm.access import Actor
from prm.accounts import queries
from prm.accounts.models import Invitation, JobFunction, Membership, User
from prm.accounts.services import changing, invitations, memberships
from prm.bulk.action import BulkAction, Which
from prm.bulk.forms import AssignForm, FunctionsForm, NothingForm
from prm.errors import DomainError
from prm.infra.tables import narrow
from prm.partners.queries import get_partnership
from prm.partners.queries.people import (
    companies_in_reach,
    find_partnership_id,
    invitations_spec,
    list_spec,
)
from prm.permissions import P, Reach, Role
from prm.training import services as training


def choose_people(permission: P) -> Any:
    """Current people whom the page lists and the permission reaches."""

    def choose(actor: Actor, which: Which) -> Select[Any]:
        listed = queries.select_people(actor, companies_in_reach(actor, P.PEOPLE_VIEW))
        listed = listed.where(queries.is_current())
        if not isinstance(which, list):
            listed = narrow(listed, list_spec(actor, listed, is_former=False), which)
        allowed = queries.select_people(actor, companies_in_reach(actor, permission), permission)
        statement = allowed.where(queries.is_current()).with_only_columns(
            Membership.public_id, User.name, maintain_column_froms=True
        )
        if isinstance(which, list):
            statement = statement.where(Membership.public_id.in_(which))
        else:
            keys = listed.with_only_columns(Membership.id, maintain_column_froms=True).order_by(None)
            statement = statement.where(Membership.id.in_(keys))
        return statement.order_by(func.lower(User.name), Membership.id)

    return choose


def get_person(actor: Actor, membership_id: UUID, permission: P) -> tuple[Membership, User]:
    companies = companies_in_reach(actor, permission)
    membership, user, _company = queries.get_membership(actor, membership_id, companies, permission)
    return membership, user


def _assign(actor: Actor, membership_id: UUID, asked: Mapping[str, Any]) -> None:
    membership, user = get_person(actor, membership_id, P.COURSE_ASSIGN)
    companies = companies_in_reach(actor, P.COURSE_ASSIGN)
    partnership_id = find_partnership_id(membership, companies)
    if partnership_id is None:
        raise DomainError(_("Courses are assigned to partners' people."))
    training.assign_course(
        actor,
        UUID(asked["course"]),
        partnership_id=partnership_id,
        user_id=user.public_id,
        due_on=date.fromisoformat(asked["due_on"]) if asked["due_on"] else None,
    )


def _retire(actor: Actor, membership_id: UUID, asked: Mapping[str, Any]) -> None:
    membership, _user = get_person(actor, membership_id, P.PEOPLE_RETIRE)
    memberships.retire_person(actor, membership)


def _change_functions(actor: Actor, membership_id: UUID, asked: Mapping[str, Any]) -> None:
    membership, _user = get_person(actor, membership_id, P.PEOPLE_EDIT)
    is_companys = membership.partner_id is not None and membership.at_vendor_id is None
    if is_companys and actor.reach(P.PEOPLE_EDIT) is not Reach.OWN:
        raise DomainError(_("Only the company's own administrator changes this."))
    changing.change_membership(
        actor,
        membership,
        role=Role(membership.role.value),
        job_functions=[JobFunction(each) for each in asked["functions"]],
        region_names=membership.region_names,
    )


def _choose_invitations(actor: Actor, which: Which) -> Select[Any]:
    listed = queries.select_invitations(actor, companies_in_reach(actor, P.PEOPLE_INVITE), P.PEOPLE_INVITE)
    if isinstance(which, list):
        listed = listed.where(Invitation.public_id.in_(which))
    else:
        listed = narrow(listed, invitations_spec(), which)
    named = listed.with_only_columns(Invitation.public_id, Invitation.email, maintain_column_froms=True)
    return named.order_by(None).order_by(Invitation.email, Invitation.id)


def _invite_again(actor: Actor, invitation_id: UUID, asked: Mapping[str, Any]) -> None:
    companies = companies_in_reach(actor, P.PEOPLE_INVITE)
    invitation = queries.get_invitation(actor, invitation_id, companies, P.PEOPLE_INVITE)
    company = None
    if invitation.partnership_public_id is not None:
        company = get_partnership(actor, invitation.partnership_public_id, P.PEOPLE_INVITE)
    invitations.invite_again(actor, invitation, company)


PEOPLE_ACTIONS = (
    BulkAction(
        "people.assign", _l("Assign a course"), P.COURSE_ASSIGN, "accounts.people",
        AssignForm, choose_people(P.COURSE_ASSIGN), _assign,
    ),
    BulkAction(
        "people.functions", _l("Set the job functions"), P.PEOPLE_EDIT, "accounts.people",
        FunctionsForm, choose_people(P.PEOPLE_EDIT), _change_functions,
    ),
    BulkAction(
        "people.retire", _l("End the memberships"), P.PEOPLE_RETIRE, "accounts.people",
        NothingForm, choose_people(P.PEOPLE_RETIRE), _retire,
        _l("They can do nothing here any more, from their next click on. To come back, each needs a new "
           "invitation. This cannot be undone."),
    ),
    BulkAction(
        "invitations.again", _l("Send again"), P.PEOPLE_INVITE, "accounts.invitations",
        NothingForm, _choose_invitations, _invite_again,
        _l("Each gets a new link by mail; the link that was sent before no longer works."),
    ),
)  # fmt: skip
