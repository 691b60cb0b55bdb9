"""The list of partners with how they stand: what a page shows and what acts on all that it shows agree."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from prm.access import Actor
from prm.audits.queries.compliance import today_of
from prm.audits.queries.standings import Judged, read_judged
from prm.infra.tables import Column, Filter, TableSpec
from prm.partners.listing import list_spec
from prm.partners.models import Partnership, PartnershipStatus
from prm.permissions import P


def find_judged(actor: Actor) -> Judged | None:
    """How partners stand today; None for who has no business with it."""
    return read_judged(actor, today_of(actor)) if actor.can(P.COMPLIANCE_VIEW) else None


def partner_list_spec(actor: Actor, judged: Judged | None) -> TableSpec:
    """The list of partners; with `judged` their compliance too."""
    spec = list_spec(actor)
    if judged is None or judged.policy is None:
        return spec
    table = judged.table.c
    by_compliance = Filter(
        "compliance",
        _("Compliance"),
        [("failing", _("Not compliant")), ("met", _("Compliant"))],
        lambda statement, value: statement.where(
            Partnership.status != PartnershipStatus.ENDED,
            Partnership.id.in_(select(table.partnership_id).where(table.is_compliant.is_(value == "met"))),
        ),
    )
    return replace(
        spec,
        columns=[*spec.columns, Column("compliance", _("Compliance"))],
        filters=[*spec.filters, by_compliance],
    )


def with_compliance(statement: Select[Any], judged: Judged | None) -> Select[Any]:
    """The same rows with (is_compliant, how many rules are missed) at their end; none for the ended."""
    if judged is None or judged.policy is None:
        return statement
    table = judged.table
    return statement.outerjoin(table, table.c.partnership_id == Partnership.id).add_columns(
        table.c.is_compliant, table.c.missed
    )
