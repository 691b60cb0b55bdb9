"""What the list of certificates can be asked: its page and what acts on all that it shows agree."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from prm.access import Actor
from prm.accounts.models import User
from prm.certification.labels import STATUS_LABELS
from prm.certification.models import Certificate, Certification
from prm.certification.queries import certificates as queries
from prm.certification.queries import list_schemes
from prm.certification.validity import Status
from prm.infra.tables import Column, Filter, TableSpec
from prm.partners.models import Partnership
from prm.permissions import P, Reach

SPANS = (30, 60, 90)


def within(days: int) -> str:
    """ "Expires within 30 days"."""
    return ngettext("Expires within %(num)s day", "Expires within %(num)s days", days)


def list_spec(actor: Actor, today: date) -> TableSpec:
    """For the rows of queries.certificates() and queries.select_certificates()."""
    is_own_company = actor.reach(P.CERTIFICATE_VIEW) is Reach.OWN
    person = queries.one_of(User, User.name, Certificate.user_id)
    scheme = queries.one_of(Certification, Certification.name, Certificate.certification_id)
    partner = queries.one_of(Partnership, Partnership.name, Certificate.partnership_id)
    folded = queries.one_of(Partnership, Partnership.name_folded, Certificate.partnership_id)
    columns = [
        Column("person", _("Person"), sort=func.lower(person)),
        Column("certification", _("Certification"), sort=func.lower(scheme)),
        Column("partner", _("Company"), sort=folded),
        Column("number", _("Number"), sort=Certificate.number),
        Column("issued", _("Issued"), sort=Certificate.issued_on),
        Column("expires", _("Valid until"), sort=Certificate.expires_on),
        Column("status", _("Status")),
    ]
    filters = [
        Filter(
            "status",
            _("Status"),
            [(status.value, label) for status, label in STATUS_LABELS.items()],
            lambda statement, value: statement.where(queries.has_status(Status(value), today)),
        ),
        Filter(
            "certification",
            _("Certification"),
            [(str(s.public_id), s.name) for s in list_schemes(actor, is_active_only=False)],
            lambda statement, value: statement.where(
                Certificate.certification_id.in_(
                    select(Certification.id).where(Certification.public_id == UUID(value))
                )
            ),
        ),
        Filter(
            "within",
            _("Expiry"),
            [(str(days), within(days)) for days in SPANS],
            lambda statement, value: statement.where(*queries.is_expiring(actor, int(value), today)),
        ),
    ]
    if not is_own_company:
        filters.insert(
            2,
            Filter(
                "partner",
                _("Company"),
                [(str(public_id), name) for public_id, name in queries.list_partners(actor)],
                lambda statement, value: statement.where(
                    Certificate.partnership_id.in_(
                        select(Partnership.id).where(Partnership.public_id == UUID(value))
                    )
                ),
            ),
        )
    return TableSpec(
        key=Certificate.id,
        columns=[column for column in columns if column.key != "partner" or not is_own_company],
        default_sort="-issued",
        search=[person, Certificate.number, scheme, func.coalesce(partner, "")],
        filters=filters,
    )
