"""What the list of accreditations can be asked."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import and_, case, func, or_, select

from prm.access import Actor
from prm.certification.accreditation.labels import STATE_LABELS
from prm.certification.accreditation.models import Accreditation, AccreditationAward
from prm.certification.accreditation.queries import list_accreditations
from prm.certification.accreditation.states import SOON, State
from prm.infra.tables import Column, Filter, TableSpec
from prm.partners.models import Partnership
from prm.partners.queries import in_region, list_regions_in_use
from prm.permissions import P, Reach

SHOWN_STATES = (State.HOLDS, State.LAPSING, State.ENDED)


def has_state(state: State, today: date) -> Any:
    """The criterion that state_of answers with `state` today."""
    over = or_(
        AccreditationAward.ended_on.is_not(None),
        and_(AccreditationAward.lapses_on.is_not(None), AccreditationAward.lapses_on <= today),
    )
    soon = and_(AccreditationAward.lapses_on.is_not(None), AccreditationAward.lapses_on <= today + SOON)
    return {
        State.ENDED: over,
        State.LAPSING: and_(~over, soon),
        State.HOLDS: and_(~over, ~soon),
    }[state]


def list_spec(actor: Actor, today: date) -> TableSpec:
    """For the rows of queries.select_awards()."""
    is_own_company = actor.reach(P.ACCREDITATION_VIEW) is Reach.OWN
    ends = case(
        (AccreditationAward.ended_on.is_not(None), AccreditationAward.ended_on),
        else_=AccreditationAward.lapses_on,
    )
    columns = [
        Column("company", _("Company"), sort=Partnership.name_folded),
        Column("accreditation", _("Accreditation"), sort=func.lower(Accreditation.name)),
        Column("state", _("State")),
        Column("since", _("Since"), sort=AccreditationAward.awarded_on),
        Column("until", _("Lapses or ended"), sort=ends),
        Column("hangs", _("Hangs on")),
    ]
    filters = [
        Filter(
            "state",
            _("State"),
            [(each.value, str(STATE_LABELS[each])) for each in SHOWN_STATES],
            lambda statement, value: statement.where(has_state(State(value), today)),
        ),
        Filter(
            "hangs",
            _("Hangs on"),
            [("somebody", _("Somebody it cannot spare"))],
            lambda statement, _value: statement.where(
                AccreditationAward.hangs, ~has_state(State.ENDED, today)
            ),
        ),
        Filter(
            "accreditation",
            _("Accreditation"),
            [(str(row.public_id), row.name) for row in list_accreditations(actor)],
            lambda statement, value: statement.where(
                AccreditationAward.accreditation_id.in_(
                    select(Accreditation.id).where(Accreditation.public_id == UUID(value))
                )
            ),
        ),
    ]
    if not is_own_company:
        filters.append(
            Filter(
                "region",
                _("Region"),
                [(name, name) for name in list_regions_in_use(actor)],
                lambda statement, value: statement.where(in_region(value)),
            )
        )
    return TableSpec(
        key=AccreditationAward.id,
        columns=columns[1:] if is_own_company else columns,
        default_sort="-since",
        search=[Partnership.name, Accreditation.name],
        filters=filters,
    )
