"""What the list of partners can be asked: its page and what acts on all that it shows agree."""

from __future__ import annotations

from uuid import UUID

from flask_babel import gettext as _

from prm.access import Actor
from prm.infra.tables import Column, Filter, TableSpec
from prm.partners import queries
from prm.partners.labels import STATUS_LABELS, TYPE_LABELS
from prm.partners.models import Partnership, PartnershipStatus, PartnershipType


def list_spec(actor: Actor) -> TableSpec:
    """For the rows of queries.select_partnerships()."""
    return TableSpec(
        key=Partnership.id,
        columns=[
            Column("name", _("Company"), sort=Partnership.name_folded),
            Column("type", _("Type"), sort=Partnership.type),
            Column("status", _("Status"), sort=Partnership.status),
            Column("region", _("Region"), sort=queries.region_of()),
            Column("manager", _("Channel manager"), sort=queries.manager_of()),
            Column("people", _("People"), is_numeric=True),
        ],
        default_sort="name",
        search=[Partnership.name, Partnership.external_id, Partnership.manager_name],
        filters=[
            Filter(
                "status",
                _("Status"),
                [(s.value, label) for s, label in STATUS_LABELS.items()],
                lambda statement, value: statement.where(Partnership.status == PartnershipStatus(value)),
            ),
            Filter(
                "type",
                _("Type"),
                [(t.value, label) for t, label in TYPE_LABELS.items()],
                lambda statement, value: statement.where(Partnership.type == PartnershipType(value)),
            ),
            Filter(
                "manager",
                _("Channel manager"),
                [(str(manager_id), name) for manager_id, name in queries.list_managers(actor)],
                lambda statement, value: statement.where(queries.looked_after_by(UUID(value))),
            ),
            Filter(
                "region",
                _("Region"),
                [(name, name) for name in queries.list_regions_in_use(actor)],
                lambda statement, value: statement.where(queries.in_region(value)),
            ),
        ],
    )
