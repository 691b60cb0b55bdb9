"""Certificates at a glance: one's own, and all within reach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.accounts.models import User
from prm.certification.labels import STATUS_LABELS, STATUS_SIGNS
from prm.certification.models import Certificate, Certification
from prm.certification.queries import certificates as queries
from prm.certification.queries.schemes import list_offers, list_schemes
from prm.certification.validity import Status, status_of
from prm.certification.views.blueprint import blueprint
from prm.extensions import db
from prm.infra.downloads import asked_form, table_attachment
from prm.infra.tables import Column, Filter, TableSpec, all_rows, paginate
from prm.partners.models import Partnership
from prm.permissions import P, Reach
from prm.training.labels import SKILL_LEVELS

SPANS = (30, 60, 90)


@blueprint.get("/<slug:vendor>/certification/")
@requires(P.COURSE_TAKE)
def index() -> str | Response:
    """My certificates, what I can still earn, and the certificates of everybody within reach."""
    actor = current_actor()
    today = queries.today_of(actor)
    table_page = None
    expiring: dict[int, int] = {}
    if queries.reaches_others(actor):
        spec = _spec(actor, today)
        statement = queries.select_certificates(actor)
        if form := asked_form(request.args):
            rows = all_rows(db.session(), statement, spec, request.args).rows
            return table_attachment(
                form, f"certificates-{today.isoformat()}", _csv_columns(), _csv(rows, today)
            )
        table_page = paginate(
            db.session(),
            queries.certificates(actor),
            spec,
            request.args,
            partial(url_for, "certification.index"),
            display=statement,
        )
        expiring = queries.count_expiring_by_days(actor, SPANS)
    return render_template(
        "certification/index.html",
        mine=queries.list_my_certificates(actor),
        offers=list_offers(actor) if actor.partnership_id is not None else [],
        is_of_partner=actor.partnership_id is not None,
        table_page=table_page,
        caption=_("Certificates of your company") if actor.partnership_id else _("All certificates"),
        expiring=[(days, _within(days), count) for days, count in expiring.items()],
        status_of=lambda certificate: status_of(certificate, today),
        status_labels=STATUS_LABELS,
        status_signs=STATUS_SIGNS,
        skill_levels=SKILL_LEVELS,
    )


def _within(days: int) -> str:
    return ngettext("Expires within %(num)s day", "Expires within %(num)s days", days)


def _spec(actor: Actor, today: date) -> TableSpec:
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
            [(str(days), _within(days)) for days in SPANS],
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


def _csv_columns() -> list[str]:
    return [
        _("Person"), _("Certification"), _("Level"), _("Company"), _("Number"), _("Issued"),
        _("Valid until"), _("Status"), _("Revoked at"), _("Renewed"),
    ]  # fmt: skip


def _csv(rows: Iterator[Any], today: date) -> Iterator[list[Any]]:
    for certificate, scheme, person, partner, is_renewed in rows:
        yield [
            person,
            scheme.name,
            str(SKILL_LEVELS[scheme.skill_level]),
            partner or "",
            certificate.number,
            certificate.issued_on,
            certificate.expires_on,
            str(STATUS_LABELS[status_of(certificate, today)]),
            certificate.revoked_at,
            is_renewed,
        ]
