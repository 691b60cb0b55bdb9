"""Certificates at a glance: one's own, and all within reach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from flask import render_template, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.certification.labels import STATUS_LABELS, STATUS_SIGNS
from prm.certification.listing import SPANS, list_spec, within
from prm.certification.packing import read_counting
from prm.certification.queries import certificates as queries
from prm.certification.queries.schemes import list_offers
from prm.certification.validity import status_of
from prm.certification.views.blueprint import blueprint
from prm.errors import DomainError
from prm.extensions import db
from prm.infra.downloads import asked_form, attachment, table_attachment
from prm.infra.exporting import csv_bytes, zip_of
from prm.infra.tables import AllRows, all_rows, paginate
from prm.permissions import P
from prm.training.labels import SKILL_LEVELS

MOST_PACKED = 100


@blueprint.get("/<slug:vendor>/certification/")
@requires(P.COURSE_TAKE)
def index() -> str | Response:
    """My certificates, what I can still earn, and the certificates of everybody within reach."""
    actor = current_actor()
    today = queries.today_of(actor)
    table_page = None
    expiring: dict[int, int] = {}
    if queries.reaches_others(actor):
        spec = list_spec(actor, today)
        statement = queries.select_certificates(actor)
        if request.args.get("format") == "zip":
            return _zip(actor, all_rows(db.session(), statement, spec, request.args, cap=MOST_PACKED), today)
        if form := asked_form(request.args):
            rows = all_rows(db.session(), statement, spec, request.args).rows
            return table_attachment(
                form, f"certificates-{today.isoformat()}", _csv_columns(), _csv(rows, today)
            )
        table_page = paginate(
            db.session(), queries.certificates(actor), spec, request.args,
            partial(url_for, "certification.index"), display=statement,
        )  # fmt: skip
        expiring = queries.count_expiring_by_days(actor, SPANS)
    return render_template(
        "certification/index.html",
        mine=queries.list_my_certificates(actor),
        offers=list_offers(actor) if actor.partnership_id is not None else [],
        is_of_partner=actor.partnership_id is not None,
        table_page=table_page,
        caption=_("Certificates of your company") if actor.partnership_id else _("All certificates"),
        expiring=[(days, within(days), count) for days, count in expiring.items()],
        status_of=lambda certificate: status_of(certificate, today),
        status_labels=STATUS_LABELS,
        status_signs=STATUS_SIGNS,
        skill_levels=SKILL_LEVELS,
    )


def _zip(actor: Actor, found: AllRows, today: date) -> Response:
    """The PDF files of those that count, and a list of all with the name of each one's file."""
    if found.is_capped:
        raise DomainError(
            _(
                "These are %(total)s certificates, and one ZIP holds %(most)s. Choose fewer with the search "
                "and the filters.",
                total=format_decimal(found.total),
                most=MOST_PACKED,
            )
        )
    rows = list(found.rows)
    listed = [(row[0].number, told) for row, told in zip(rows, _csv(iter(rows), today), strict=True)]
    files = read_counting(actor, [row[0] for row in rows], today)
    table = [[*told, files[number][0] if number in files else ""] for number, told in listed]
    listing = csv_bytes([*_csv_columns(), _("File")], table)
    return attachment(
        zip_of({**dict(files.values()), "certificates.csv": listing}),
        f"certificates-{today.isoformat()}.zip",
        "application/zip",
    )


def _csv_columns() -> list[str]:
    return [
        _("Person"), _("Certification"), _("Level"), _("Company"), _("Number"), _("Issued"),
        _("Valid until"), _("Status"), _("Revoked at"), _("Renewed on"),
    ]  # fmt: skip


def _csv(rows: Iterator[Any], today: date) -> Iterator[list[Any]]:
    for certificate, scheme, person, partner in rows:
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
            certificate.renewed_on,
        ]
