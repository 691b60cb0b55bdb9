"""The list of partners with how they stand: what a page shows and what acts on all that it shows agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from prm.access import Actor
from prm.audits.queries.compliance import Standing, find_policy, today_of
from prm.audits.queries.standings import read_judged
from prm.infra.tables import Column, Filter, TableSpec
from prm.partners.listing import list_spec
from prm.partners.models import Partnership, PartnershipStatus
from prm.permissions import P

FEW = 1000  # up to so many keys are named in a statement; of more the whole list is asked


def partner_list_spec(actor: Actor) -> TableSpec:
    """The list of partners; with their compliance for who may know it, where there is a policy."""
    spec = list_spec(actor)
    if not shows_compliance(actor):
        return spec

    def narrow(statement: Select[Any], value: str) -> Select[Any]:
        table = read_judged(actor, today_of(actor)).table.c
        stand_so = select(table.partnership_id).where(table.is_compliant.is_(value == "met"))
        return statement.where(Partnership.status != PartnershipStatus.ENDED, Partnership.id.in_(stand_so))

    choices = [("failing", _("Not compliant")), ("met", _("Compliant"))]
    return replace(
        spec,
        columns=[*spec.columns, Column("compliance", _("Compliance"))],
        filters=[*spec.filters, Filter("compliance", _("Compliance"), choices, narrow)],
    )


def shows_compliance(actor: Actor) -> bool:
    return actor.can(P.COMPLIANCE_VIEW) and find_policy(actor, today_of(actor)) is not None


def standings_of(actor: Actor, rows: Sequence[Any]) -> dict[int, Standing]:
    """How the partnerships of some rows of the list stand today, by key; none of those that have ended."""
    if not rows or not shows_compliance(actor):
        return {}
    going = [row for row in rows if row[0].status is not PartnershipStatus.ENDED]
    keys = [row[0].id for row in going]
    few = keys if len(keys) <= FEW else None
    standings = read_judged(actor, today_of(actor), keys=few).standings(going)
    return dict(zip(keys, standings, strict=True))
