"""One certificate: what it states, its files, its end."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.certification import rendering, services
from prm.certification.forms import RevokeForm
from prm.certification.labels import (
    BASIS_LABELS,
    STATUS_LABELS,
    STATUS_SIGNS,
    condition_sentence,
)
from prm.certification.models import Certificate, IssueBasis
from prm.certification.queries import certificates as queries
from prm.certification.queries.files import get_file, list_files
from prm.certification.queries.schemes import list_renewal_steps
from prm.certification.services.files import MEDIA_TYPE, file_name
from prm.certification.services.sharing import linkedin_url
from prm.certification.validity import Status, status_of
from prm.certification.views.blueprint import blueprint
from prm.errors import DomainError
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.downloads import attachment
from prm.infra.forms import show_error
from prm.permissions import P
from prm.training.labels import SKILL_LEVELS
from prm.training.queries.redoing import list_redo
from prm.vendors.labels import PAPER_LABELS
from prm.vendors.models import Paper


@blueprint.get("/<slug:vendor>/certification/<uuid:certificate_id>")
@requires(P.COURSE_TAKE)
def detail(certificate_id: UUID) -> str:
    """One certificate: status, facts, evidence, files, history."""
    actor = current_actor()
    certificate = queries.get_certificate(actor, certificate_id)
    status = status_of(certificate, queries.today_of(actor))
    files = list_files(certificate)
    asked = {file.paper for file, _stored in files}
    successor = queries.find_successor(certificate)
    previous = queries.find_previous(certificate)
    steps = list_renewal_steps(actor, certificate) if certificate.user_id == actor.user_id else ()
    return render_template(
        "certification/detail.html",
        **shown(certificate, status),
        files=files,
        papers=[paper for paper in Paper if paper not in asked]
        if status.holds and certificate.withdrawn_at is None
        else [],
        paper_labels=PAPER_LABELS,
        proofs=queries.list_proofs(certificate, g.vendor.time_zone),
        basis_label=BASIS_LABELS[certificate.basis],
        successor=successor,
        previous=previous,
        conditions=[condition_sentence(each) for each in certificate.facts.get("conditions", ())],
        chain=_chain(certificate, queries.today_of(actor)),
        steps=steps,
        redo=_redo(certificate) if steps else {},
        version_number=certificate.version.number,
        history=_history(certificate, files, status, previous, successor),
        may_revoke=_may_revoke(actor, certificate, status),
        linkedin_url=_linkedin_url(certificate) if certificate.user_id == actor.user_id else None,
        verify_path=url_for("certification.verify", code=certificate.code),
        verify_url=_verify_url(certificate),
    )


@blueprint.get("/<slug:vendor>/certification/<uuid:certificate_id>/files/<any(a4, letter):paper>")
@requires(P.COURSE_TAKE)
def download(certificate_id: UUID, paper: str) -> str | Response:
    """The file that was issued. Of a certificate that does not count any more, first that it does not."""
    actor = current_actor()
    certificate = queries.get_certificate(actor, certificate_id)
    row = get_file(certificate, Paper(paper))
    status = status_of(certificate, queries.today_of(actor))
    if not status.holds and request.args.get("despite") != status.value:
        again = url_for(
            "certification.download", certificate_id=certificate_id, paper=paper, despite=status.value
        )
        return render_template("certification/download.html", again=again, **shown(certificate, status))
    content = rendering.read_file(actor, row.id)
    return attachment(content, file_name(certificate, Paper(paper)), MEDIA_TYPE)


@blueprint.post("/<slug:vendor>/certification/<uuid:certificate_id>/files")
@requires(P.COURSE_TAKE)
def request_file(certificate_id: UUID) -> Response:
    """Ask for another paper size; it comes at once."""
    wanted = request.form.get("paper", "")
    if wanted not in set(Paper):
        raise DomainError(_("Choose one of the paper sizes."))
    with transaction():
        actor = current_actor()
        certificate = queries.get_certificate(actor, certificate_id)
        services.request_file(actor, certificate, Paper(wanted))
    return redirect(url_for("certification.download", certificate_id=certificate_id, paper=wanted), 303)


@blueprint.post("/<slug:vendor>/certification/<uuid:certificate_id>/renew")
@requires(P.COURSE_TAKE)
def renew(certificate_id: UUID) -> Response:
    """Renew one's own certificate, where all that this asks is done."""
    actor = current_actor()
    with transaction():
        certificate = queries.get_own_certificate(actor, certificate_id)
        made = services.renew_certificate(actor, certificate)
    flash(_("Certificate %(number)s is issued.", number=made.number), "success")
    return redirect(url_for("certification.detail", certificate_id=made.public_id), 303)


@blueprint.route("/<slug:vendor>/certification/<uuid:certificate_id>/revoke", methods=["GET", "POST"])
@requires(P.CERTIFICATE_REVOKE)
def revoke(certificate_id: UUID) -> str | Response | tuple[str, int]:
    """Ask for the reason, say what follows, revoke."""
    actor = current_actor()
    certificate = queries.get_certificate(actor, certificate_id, P.CERTIFICATE_REVOKE)
    form = RevokeForm()
    status = 422
    if form.validate_on_submit():
        try:
            with transaction():
                certificate = queries.get_certificate(actor, certificate_id, P.CERTIFICATE_REVOKE)
                services.revoke_certificate(actor, certificate, reason=form.reason.data or "")
            flash(_("Certificate %(number)s is revoked.", number=certificate.number), "success")
            return redirect(url_for("certification.detail", certificate_id=certificate_id))
        except DomainError as error:
            show_error(form, error)
            status = error.status
            certificate = queries.get_certificate(actor, certificate_id, P.CERTIFICATE_REVOKE)
    page = render_template(
        "certification/revoke.html",
        form=form,
        **shown(certificate, status_of(certificate, queries.today_of(actor))),
    )
    return (page, status) if request.method == "POST" else page


# -- parts -------------------------------------------------------------------------------------


def shown(certificate: Certificate, status: Status) -> dict[str, Any]:
    """What every page about a certificate shows: the facts as they were frozen."""
    facts = certificate.facts
    kind, icon = STATUS_SIGNS[status]
    label = STATUS_LABELS[status]
    if certificate.withdrawn_at is not None:
        (kind, icon), label = STATUS_SIGNS[Status.REVOKED], _l("Withdrawn")
    partner = facts.get("partner") or {}
    level = facts.get("certification", {}).get("level", certificate.certification.skill_level.value)
    return {
        "certificate": certificate,
        "person": facts.get("person", {}).get("name", certificate.user.name),
        "scheme_name": facts.get("certification", {}).get("name", certificate.certification.name),
        "level": SKILL_LEVELS[level],
        "partner_name": partner.get("name"),
        "status": status.value,
        "holds": status.holds and certificate.withdrawn_at is None,
        "status_label": label,
        "status_kind": kind,
        "status_icon": icon,
        "sentence": _sentence(certificate, status),
    }


def _verify_url(certificate: Certificate) -> str:
    url: str = certificate.facts.get("verify_url") or url_for(
        "certification.verify", code=certificate.code, _external=True
    )
    return url


def _linkedin_url(certificate: Certificate) -> str:
    facts = certificate.facts
    return linkedin_url(
        certificate,
        scheme_name=facts.get("certification", {}).get("name", certificate.certification.name),
        vendor_name=facts.get("vendor", {}).get("name", g.vendor.name),
        verify_url=_verify_url(certificate),
    )


def _sentence(certificate: Certificate, status: Status) -> str:
    """What the status means for who looks at it."""
    if certificate.withdrawn_at is not None:
        on = clock.to_zone(certificate.withdrawn_at, g.vendor.time_zone).date()
        return _(
            "Withdrawn on %(date)s: the personal data of its holder was erased, and its files with it.",
            date=format_date(on, "long"),
        )
    if status is Status.REVOKED and certificate.revoked_at is not None:
        on = clock.to_zone(certificate.revoked_at, g.vendor.time_zone).date()
        return _("Revoked on %(date)s. It no longer certifies anything.", date=format_date(on, "long"))
    if status is Status.RENEWED and certificate.renewed_on is not None:
        on = format_date(certificate.renewed_on, "long", rebase=False)
        return _("Renewed on %(date)s: another certificate has taken its place.", date=on)
    if certificate.expires_on is None:
        return _("Valid without end.")
    day = format_date(certificate.expires_on, "long")
    if status is Status.GRACE and certificate.grace_until is not None:
        until = format_date(certificate.grace_until, "long", rebase=False)
        return _(
            "Expired: its last valid day was %(date)s. Until %(until)s it is renewed like one still valid.",
            date=day, until=until,
        )  # fmt: skip
    if status is Status.EXPIRED:
        return _("Expired: its last valid day was %(date)s.", date=day)
    return _("Valid until %(date)s, that day included.", date=day)


def _chain(certificate: Certificate, today: date) -> list[dict[str, Any]]:
    """The certificates of the same person and scheme, the newest first; nothing where there is one."""
    rows = queries.list_chain(certificate)
    if len(rows) < 2:
        return []
    chain = []
    for row in rows:
        status = status_of(row, today)
        kind, icon = STATUS_SIGNS[status]
        chain.append(
            {
                "public_id": row.public_id,
                "number": row.number,
                "issued_on": row.issued_on,
                "expires_on": row.expires_on,
                "status_label": STATUS_LABELS[status],
                "status_kind": kind,
                "status_icon": icon,
                "is_renewal": row.previous_id is not None,
                "is_this": row.id == certificate.id,
            }
        )
    return chain


def _may_revoke(actor: Actor, certificate: Certificate, status: Status) -> bool:
    gone = status is Status.REVOKED or certificate.withdrawn_at is not None
    if gone or not actor.can(P.CERTIFICATE_REVOKE):
        return False
    return queries.is_reachable(actor, certificate, P.CERTIFICATE_REVOKE)


def _redo(certificate: Certificate) -> dict[UUID, list[str]]:
    """Course → what its holder redoes of it: the titles of lessons, and the quiz."""
    return {
        each.course_id: [title for _id, title in each.lessons] + ([_("Quiz")] if each.has_quiz else [])
        for each in list_redo([certificate.user_id]).values()
    }


def _history(
    certificate: Certificate,
    files: list[Any],
    status: Status,
    previous: Certificate | None,
    successor: Certificate | None,
) -> list[dict[str, Any]]:
    """What happened to it, newest first, finished for the template."""
    names = queries.list_names([certificate.issued_by_id, certificate.revoked_by_id])
    entries = []
    if certificate.basis is IssueBasis.DECISION:
        who = names.get(certificate.issued_by_id or 0)
        title = _("Issued by %(name)s", name=who) if who else _("Issued by decision")
    else:
        title = _("Issued on evidence")
    text = _("It renews %(number)s.", number=previous.number) if previous else None
    entries.append((certificate.issued_at, title, certificate.reason or text, "certificate", "brand"))
    for file, stored in files:
        paper = PAPER_LABELS[file.paper]
        if stored is not None:
            title = _("%(paper)s file printed and signed", paper=paper)
            entries.append((file.rendered_at, title, f"SHA-256 {file.sha256}", "file-type-pdf", "neutral"))
        elif file.problem and file.attempted_at:
            title = _("%(paper)s file could not be printed", paper=paper)
            entries.append((file.attempted_at, title, file.problem, "alert-triangle", "warning"))
    if successor is not None:
        title = _("Renewed by %(number)s", number=successor.number)
        entries.append((successor.issued_at, title, None, "refresh", "brand"))
    if status is Status.REVOKED:
        who = names.get(certificate.revoked_by_id or 0)
        title = _("Revoked by %(name)s", name=who) if who else _("Revoked")
        entries.append(
            (certificate.revoked_at, title, certificate.revoke_reason, "certificate-off", "danger")
        )
    return [
        {
            "title": title,
            "text": text,
            "icon": icon,
            "kind": kind,
            "at_text": format_date(at, "medium"),
            "at_iso": at.isoformat(),
        }
        for at, title, text, icon, kind in reversed(entries)
    ]
