"""Suspending, resuming and ending a partnership: each asks first, and says what follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.errors import Conflict, DomainError
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.partners.forms import ReasonForm
from prm.partners.models import Partnership
from prm.partners.queries import count_people, get_partnership
from prm.partners.services import status as services
from prm.partners.views.blueprint import blueprint
from prm.permissions import P


@blueprint.route("/<slug:vendor>/partners/<uuid:partnership_id>/suspend", methods=["GET", "POST"])
@requires(P.PARTNER_EDIT)
def suspend(partnership_id: UUID) -> str | Response | tuple[str, int]:
    """Suspend an active partnership."""
    return _ask(
        partnership_id,
        services.suspend_partnership,
        lambda p: _("Suspend %(name)s?", name=p.name),
        lambda _p: [
            _("The partner is shown as suspended everywhere, with your reason in the journal."),
            _("Its people can still sign in and learn; nothing of what they have is lost."),
            _("You can resume the partnership at any time."),
        ],
        _("Suspend"),
    )


@blueprint.route("/<slug:vendor>/partners/<uuid:partnership_id>/resume", methods=["GET", "POST"])
@requires(P.PARTNER_EDIT)
def resume(partnership_id: UUID) -> str | Response | tuple[str, int]:
    """Make a suspended or ended partnership active again."""
    return _ask(
        partnership_id,
        services.resume_partnership,
        lambda p: _("Resume %(name)s?", name=p.name),
        lambda p: [
            _("The partner is active again."),
            ngettext(
                "%(num)s person reaches you with the next request.",
                "%(num)s people reach you with the next request.",
                _people(p),
            ),
        ],
        _("Resume"),
    )


@blueprint.route("/<slug:vendor>/partners/<uuid:partnership_id>/end", methods=["GET", "POST"])
@requires(P.PARTNER_EDIT)
def end(partnership_id: UUID) -> str | Response | tuple[str, int]:
    """End a partnership."""
    return _ask(
        partnership_id,
        services.end_partnership,
        lambda p: _("End the partnership with %(name)s?", name=p.name),
        lambda p: [
            ngettext(
                "%(num)s person loses access to your portal with the next request.",
                "%(num)s people lose access to your portal with the next request.",
                _people(p),
            ),
            _("Their certificates stay theirs, and can still be verified."),
            _("Deals, orders and everything else stay in your reports; the story page stays readable."),
        ],
        _("End the partnership"),
    )


def _people(partnership: Partnership) -> int:
    key = partnership.partner_id
    return count_people([key]).get(key, 0) if key is not None else 0


def _ask(
    partnership_id: UUID,
    act: Callable[..., None],
    title: Callable[[Partnership], str],
    follows: Callable[[Partnership], list[str]],
    label: str,
) -> Any:
    actor = current_actor()
    partnership = get_partnership(actor, partnership_id, P.PARTNER_EDIT)
    form, status = ReasonForm(), 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            with transaction():
                partnership = get_partnership(actor, partnership_id, P.PARTNER_EDIT)
                act(actor, partnership, reason=form.reason.data or "")
            flash(_("The status of %(name)s is changed.", name=partnership.name), "success")
            return redirect(url_for("partners.story", partnership_id=partnership.public_id), 303)
        except DomainError as error:
            status = error.status
            if isinstance(error, Conflict):
                flash(str(error), "danger")
            show_error(form, error)
    page = render_template(
        "partners/change_status.html",
        form=form,
        partnership=partnership,
        title=title(partnership),
        follows=follows(partnership),
        label=label,
    )
    return page, status
