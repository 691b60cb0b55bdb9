"""A certificate by decision."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.certification import services
from prm.certification.forms import IssueForm
from prm.certification.queries.people import find_candidate, list_candidates
from prm.certification.queries.schemes import get_scheme, list_schemes
from prm.certification.views.blueprint import blueprint
from prm.errors import DomainError
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.permissions import P


@blueprint.route("/<slug:vendor>/certification/issue", methods=["GET", "POST"])
@requires(P.CERTIFICATE_ISSUE)
def issue() -> str | Response | tuple[str, int]:
    """Certify a person without the evidence of courses, for a reason that is kept."""
    actor = current_actor()
    schemes = list_schemes(actor)
    form = IssueForm()
    form.certification.choices = [(str(scheme.public_id), scheme.name) for scheme in schemes]
    status = 422
    if form.validate_on_submit():
        try:
            with transaction():
                scheme = get_scheme(actor, UUID(form.certification.data))
                user = find_candidate(actor, form.email.data or "")
                if user is None:
                    message = _("Nobody with this address is among the people you can certify.")
                    raise DomainError(message, {"email": message})
                made = services.issue_by_decision(actor, scheme, user, reason=form.reason.data or "")
            flash(_("Certificate %(number)s is issued.", number=made.number), "success")
            return redirect(url_for("certification.detail", certificate_id=made.public_id))
        except DomainError as error:
            show_error(form, error)
            status = error.status
    page = render_template(
        "certification/issue.html", form=form, schemes=schemes, candidates=list_candidates(actor)
    )
    return (page, status) if request.method == "POST" else page
