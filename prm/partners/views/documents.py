"""Documents of a partner: kept by the vendor's staff and by the partner's administrators."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock, storage
from prm.infra.db import transaction
from prm.infra.downloads import attachment
from prm.infra.forms import show_error
from prm.infra.uploads import KINDS, check_upload
from prm.partners.forms import DocumentForm
from prm.partners.labels import DOCUMENT_LABELS
from prm.partners.models import DocumentKind, Partnership, PartnershipDocument
from prm.partners.queries import desk as queries
from prm.partners.queries import get_partnership
from prm.partners.services import desk as services
from prm.partners.tabs import partner_tabs
from prm.partners.views.blueprint import blueprint
from prm.permissions import P

SOON = timedelta(days=30)
ACCEPTED = ",".join(f".{ending}" for ending in KINDS)


@blueprint.route("/<slug:vendor>/partners/<uuid:partnership_id>/documents", methods=["GET", "POST"])
@requires(P.DOCUMENT_EDIT)
def documents(partnership_id: UUID) -> str | Response | tuple[str, int]:
    """Every document of a partner, and until when it is valid; add one."""
    actor = current_actor()
    partnership = get_partnership(actor, partnership_id, P.DOCUMENT_EDIT)
    form = DocumentForm()
    form.kind.choices = [(k.value, str(label)) for k, label in DOCUMENT_LABELS.items()]
    if form.validate_on_submit():
        try:
            sent = request.files.get("file")
            upload = check_upload(sent.filename or "" if sent else "", sent.read() if sent else b"")
            with transaction():
                services.add_document(
                    actor,
                    partnership,
                    title=form.title.data or "",
                    kind=DocumentKind(form.kind.data),
                    valid_until=form.valid_until.data,
                    upload=upload,
                )
            flash(_("The document is saved."), "success")
            return redirect(url_for("partners.documents", partnership_id=partnership.public_id), 303)
        except DomainError as error:
            show_error(form, error)
    today = clock.today(g.vendor.time_zone)
    page = render_template(
        "partners/documents.html",
        partnership=partnership,
        tabs=partner_tabs(actor, partnership, "partners.documents"),
        documents=queries.list_documents(partnership),
        form=form,
        accepted=ACCEPTED,
        today=today,
        soon=today + SOON,
        is_partner=actor.partnership_id is not None,
        DOCUMENT_LABELS=DOCUMENT_LABELS,
        format_date=format_date,
    )
    return (page, 422) if request.method == "POST" else page


@blueprint.get("/<slug:vendor>/partners/documents/<uuid:document_id>/file")
@requires(P.DOCUMENT_EDIT)
def document(document_id: UUID) -> Response:
    """The file itself, to be saved."""
    found = _get(document_id)
    return attachment(storage.read(found.file.key), found.file.name, found.file.media_type)


@blueprint.route("/<slug:vendor>/partners/documents/<uuid:document_id>/remove", methods=["GET", "POST"])
@requires(P.DOCUMENT_EDIT)
def remove_document(document_id: UUID) -> str | Response:
    """Ask, then delete a document."""
    found = _get(document_id)
    partnership = db.session.get_one(Partnership, found.partnership_id)
    back = url_for("partners.documents", partnership_id=partnership.public_id)
    if request.method == "POST":
        with transaction():
            services.remove(current_actor(), _get(document_id))
        flash(_("The document is removed."), "success")
        return redirect(back, 303)
    return render_template(
        "partners/remove_from_desk.html",
        partnership=partnership,
        title=_("Remove the document “%(title)s”?", title=found.title),
        text="",
        back=back,
        back_label=_("Documents"),
    )


def _get(document_id: UUID) -> PartnershipDocument:
    found: PartnershipDocument = queries.get_owned(
        current_actor(), PartnershipDocument, document_id, P.DOCUMENT_EDIT
    )
    return found
