"""What the list of people can be asked: its page and what acts on all that it shows agree."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, String, cast, func, select

from prm.access import Actor, visible
from prm.accounts.labels import FUNCTION_LABELS, ROLE_LABELS
from prm.accounts.models import Invitation, Membership, MembershipRole, User
from prm.extensions import db
from prm.infra.tables import Column, Filter, TableSpec
from prm.partners.models import Partnership
from prm.permissions import PARTNER_ROLES, P, Reach, Role


def companies_in_reach(actor: Actor, permission: P) -> Select[Any]:
    """The partnerships through which partners' people are reached, as queries.select_people wants."""
    columns = (Partnership.partner_id, Partnership.name, Partnership.public_id, Partnership.created_at)
    return visible(select(*columns), actor, permission, Partnership)


def find_partnership_id(membership: Membership, companies: Select[Any]) -> UUID | None:
    """The public id of the partnership that a partner's person belongs to; None for staff."""
    company = companies.subquery()
    found: UUID | None = db.session.scalar(
        select(company.c.public_id).where(company.c.partner_id == membership.partner_id).limit(1)
    )
    return found if membership.partner_id is not None else None


def list_spec(actor: Actor, statement: Select[Any], is_former: bool) -> TableSpec:
    """For the rows of queries.select_people()."""
    company = statement.selected_columns["company_name"]
    roles = list(Role) if actor.reach(P.PEOPLE_VIEW) is Reach.ALL else [r for r in Role if r in PARTNER_ROLES]
    columns = [
        Column("name", _("Name"), sort=func.lower(User.name)),
        Column("email", _("Mail address"), sort=User.email_folded),
        Column("company", _("Company"), sort=func.lower(company)),
        Column("role", _("Role"), sort=Membership.role),
        Column("functions", _("Job functions")),
        Column("started", _("Since"), sort=func.coalesce(Membership.joined_at, Membership.started_at)),
    ]
    if is_former:
        columns.append(Column("ended", _("Until"), sort=Membership.ended_at))
    else:
        columns.append(Column("status", _("Status"), sort=User.is_active))
    columns.append(Column("actions", ""))
    return TableSpec(
        key=Membership.id,
        columns=columns,
        default_sort="-ended" if is_former else "name",
        search=[User.name, User.email, company],
        filters=[
            Filter(
                "role",
                _("Role"),
                [(r.value, ROLE_LABELS[r]) for r in roles if r not in (Role.SYSTEM, Role.OPERATOR)],
                lambda chosen, value: chosen.where(Membership.role == MembershipRole(value)),
            ),
            Filter(
                "function",
                _("Job function"),
                [(each.value, label) for each, label in FUNCTION_LABELS.items()],
                lambda chosen, value: chosen.where(
                    cast(Membership.job_functions, String).contains(f'"{value}"')
                ),
            ),
            Filter("side", _("Side"), _sides(actor), _apply_side),
        ][: 3 if actor.reach(P.PEOPLE_VIEW) is Reach.ALL else 2],
    )


def _sides(actor: Actor) -> list[tuple[str, str]]:
    return [("vendor", _("Own staff")), ("partner", _("Partners' people"))]


def _apply_side(statement: Select[Any], side: str) -> Select[Any]:
    has_company = Membership.partner_id.is_not(None)
    return statement.where(has_company if side == "partner" else ~has_company)


def invitations_spec() -> TableSpec:
    """For the rows of queries.select_invitations()."""
    return TableSpec(
        key=Invitation.id,
        columns=[
            Column("name", _("Name"), sort=func.lower(Invitation.name)),
            Column("email", _("Mail address"), sort=func.lower(Invitation.email)),
            Column("company", _("Company"), sort=func.lower(Invitation.company_name)),
            Column("role", _("Role"), sort=Invitation.role),
            Column("invited_by", _("Invited by")),
            Column("expires", _("Expires"), sort=Invitation.expires_at),
            Column("actions", ""),
        ],
        default_sort="expires",
        search=[Invitation.name, Invitation.email, Invitation.company_name],
    )
