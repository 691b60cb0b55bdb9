"""What can be done with many rows at once: each action is one service, asked once per row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from prm.access import Actor, visible
from prm.accounts.models import User
from prm.audits.queries.partner_list import find_partner_list
from prm.bulk.action import BulkAction, Choose, Which
from prm.bulk.assets import ASSET_ACTIONS
from prm.bulk.certificates import CERTIFICATE_ACTIONS
from prm.bulk.forms import AssignForm, AssignPathForm, ManagerForm, RegionForm
from prm.bulk.learning import LEARNING_ACTIONS, assign_path_to_company
from prm.bulk.people import PEOPLE_ACTIONS
from prm.extensions import db
from prm.infra.tables import narrow
from prm.partners import services as partners
from prm.partners.models import Partnership, Region
from prm.partners.queries import get_partnership, select_partnerships
from prm.permissions import P
from prm.training import services as training


def _partnerships(permission: P) -> Choose:
    def choose(actor: Actor, which: Which) -> Select[Any]:
        statement = select(Partnership.public_id, Partnership.name)
        if isinstance(which, list):
            statement = statement.where(Partnership.public_id.in_(which))
        else:
            listed = narrow(select_partnerships(actor), find_partner_list(actor).spec, which)
            keys = listed.with_only_columns(Partnership.id, maintain_column_froms=True).order_by(None)
            statement = statement.where(Partnership.id.in_(keys))
        return visible(statement, actor, permission, Partnership).order_by(Partnership.name_folded)

    return choose


def _change(actor: Actor, partnership_id: UUID, **changes: Any) -> None:
    """Change some of what is stated of a partnership and leave the rest."""
    row = get_partnership(actor, partnership_id, P.PARTNER_EDIT)
    region = db.session.get(Region, row.region_id) if row.region_id else None
    manager = db.session.get(User, row.manager_user_id) if row.manager_user_id else None
    now = {
        "name": row.name,
        "type": row.type,
        "status": None,
        "region": region.name if region else None,
        "manager_id": manager.public_id if manager else None,
        "external_id": row.external_id,
        "agreement_accepted_on": row.agreement_accepted_on,
    }
    partners.change_partnership(actor, row, **{**now, **changes})


def _change_manager(actor: Actor, partnership_id: UUID, asked: Mapping[str, Any]) -> None:
    _change(actor, partnership_id, manager_id=UUID(asked["manager"]) if asked["manager"] else None)


def _change_region(actor: Actor, partnership_id: UUID, asked: Mapping[str, Any]) -> None:
    _change(actor, partnership_id, region=asked["region"])


def _assign(actor: Actor, partnership_id: UUID, asked: Mapping[str, Any]) -> None:
    training.assign_course(
        actor,
        UUID(asked["course"]),
        partnership_id=partnership_id,
        due_on=date.fromisoformat(asked["due_on"]) if asked["due_on"] else None,
    )


ACTIONS = {
    action.key: action
    for action in (
        BulkAction(
            "partners.manager", _l("Change the channel manager"), P.PARTNER_EDIT, "partners.index",
            ManagerForm, _partnerships(P.PARTNER_EDIT), _change_manager,
        ),
        BulkAction(
            "partners.region", _l("Change the region"), P.PARTNER_EDIT, "partners.index",
            RegionForm, _partnerships(P.PARTNER_EDIT), _change_region,
        ),
        BulkAction(
            "training.assign", _l("Assign a course"), P.COURSE_ASSIGN, "partners.index",
            AssignForm, _partnerships(P.COURSE_ASSIGN), _assign,
        ),
        BulkAction(
            "paths.assign", _l("Assign a path"), P.COURSE_ASSIGN, "partners.index",
            AssignPathForm, _partnerships(P.COURSE_ASSIGN), assign_path_to_company,
        ),
        *PEOPLE_ACTIONS,
        *LEARNING_ACTIONS,
        *CERTIFICATE_ACTIONS,
        *ASSET_ACTIONS,
    )
}  # fmt: skip
