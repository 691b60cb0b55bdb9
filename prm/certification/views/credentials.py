"""A certificate as a credential: signed JSON, and pictures that carry it."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.certification.credentials.building import MEDIA_TYPE
from prm.certification.credentials.issuing import baked, document_of, read_credential
from prm.certification.queries import certificates as queries
from prm.certification.validity import status_of
from prm.certification.views.blueprint import blueprint
from prm.certification.views.certificates import shown
from prm.errors import Conflict, NotFound
from prm.infra.downloads import attachment
from prm.infra.signing import SigningError
from prm.permissions import P

MEDIA_TYPES = {"json": MEDIA_TYPE, "png": "image/png", "svg": "image/svg+xml"}


@blueprint.get("/<slug:vendor>/certification/<uuid:certificate_id>/credential.<any(json, png, svg):form>")
@requires(P.COURSE_TAKE)
def credential(certificate_id: UUID, form: str) -> str | Response:
    """The credential, or the badge that carries it. Of a certificate that does not count any more, first
    that it does not."""
    actor = current_actor()
    certificate = queries.get_certificate(actor, certificate_id)
    if certificate.withdrawn_at is not None:
        raise NotFound
    status = status_of(certificate, queries.today_of(actor))
    if not status.holds and request.args.get("despite") != status.value:
        again = url_for(
            "certification.credential", certificate_id=certificate_id, form=form, despite=status.value
        )
        return render_template("certification/download.html", again=again, **shown(certificate, status))
    try:
        row = read_credential(actor, certificate)
    except SigningError as error:
        raise Conflict(_("This certificate cannot be signed: %(problem)s", problem=error)) from error
    content = document_of(row) if form == "json" else baked(row, form)
    return attachment(content, f"{certificate.number}.{form}", MEDIA_TYPES[form])
