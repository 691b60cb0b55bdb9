"""The list of partners with how they stand: what a page shows and what acts on all that it shows agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from prm.access import Actor
from prm.audits.policy import Policy
from prm.audits.queries.compliance import find_policy, time_zone_of
from prm.audits.queries.standings import count_missed, read_judged
from prm.infra import clock
from prm.infra.tables import Column, Filter, TableSpec
from prm.partners.listing import list_spec
from prm.partners.models import Partnership, PartnershipStatus
from prm.permissions import P

FEW = 1000  # so many at a time are named in a statement


@dataclass(frozen=True)
class PartnerList:
    """The list as somebody sees it today. `policy` None: there is none, or it is none of their business."""

    actor: Actor
    today: date
    zone: str
    policy: Policy | None

    @property
    def spec(self) -> TableSpec:
        spec = list_spec(self.actor)
        if self.policy is None:
            return spec
        choices = [("failing", _("Not compliant")), ("met", _("Compliant"))]
        return replace(
            spec,
            columns=[*spec.columns, Column("compliance", _("Compliance"))],
            filters=[*spec.filters, Filter("compliance", _("Compliance"), choices, self._that_stand)],
        )

    def _that_stand(self, statement: Select[Any], value: str) -> Select[Any]:
        table = read_judged(self.actor, self.today).table.c
        stand_so = select(table.partnership_id).where(table.is_compliant.is_(value == "met"))
        return statement.where(Partnership.status != PartnershipStatus.ENDED, Partnership.id.in_(stand_so))

    def count_missed(self, rows: Sequence[Partnership]) -> dict[int, int]:
        """How many rules each partnership misses, by key; nothing of those that have ended."""
        if self.policy is None:
            return {}
        found: dict[int, int] = {}
        going = [row for row in rows if row.status is not PartnershipStatus.ENDED]
        for start in range(0, len(going), FEW):
            found |= count_missed(going[start : start + FEW], self.policy, self.today, self.zone)
        return found


def find_partner_list(actor: Actor) -> PartnerList:
    zone = time_zone_of(actor)
    today = clock.today(zone)
    policy = find_policy(actor, today) if actor.can(P.COMPLIANCE_VIEW) else None
    return PartnerList(actor, today, zone, policy)
