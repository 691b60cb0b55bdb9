"""Findings, corrective actions, and the signature."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.audits import services
from prm.audits.forms.auditing import (
    ActionForm,
    FindingForm,
    ProofForm,
    ReportForm,
    SignatureForm,
    VerificationForm,
    WaiveForm,
)
from prm.audits.labels import auditing as labels
from prm.audits.models import Audit, AuditStatus, Severity
from prm.audits.presenting import Words
from prm.audits.queries import auditing as queries
from prm.audits.queries.compliance import today_of
from prm.audits.views.audits import form_page
from prm.audits.views.blueprint import blueprint
from prm.audits.views.items import upload_of
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.partners import queries as partners
from prm.partners.models import Partnership
from prm.permissions import P

Page = str | Response | tuple[str, int]


def _quoted(audit: Audit, text: str) -> str:
    return Words(queries.get_dossier(audit), with_names=True).text(text)


@blueprint.route("/<slug:vendor>/audits/<uuid:audit_id>/findings/new", methods=["GET", "POST"])
@requires(P.AUDIT_CONDUCT)
def add_finding(audit_id: UUID) -> Page:
    """Write down what is wrong."""
    actor = current_actor()
    audit = queries.get_audit(actor, audit_id, P.AUDIT_CONDUCT)
    items = queries.get_dossier(audit).items
    asked = request.args.get("item", "")
    form = FindingForm(
        data={"item": asked, "severity": Severity.MINOR.value} if request.method == "GET" else None
    )
    form.severity.choices = [(s.value, str(label)) for s, label in labels.SEVERITIES.items()]
    form.item.choices = [
        ("", _("The audit as a whole")),
        *[(str(each.public_id), f"{each.position}. {each.name}") for each in items],
    ]

    def act() -> None:
        found = queries.get_audit(actor, audit_id, P.AUDIT_CONDUCT)
        item = queries.get_item(found, UUID(form.item.data)) if form.item.data else None
        services.add_finding(
            actor, found, severity=Severity(form.severity.data), text=form.text.data or "", item=item
        )

    return form_page(
        form,
        act,
        audit,
        title=_("Add a finding"),
        lead=_("The partner sees it once you report."),
        submit=_("Add the finding"),
        done=_("The finding is kept."),
    )


@blueprint.post("/<slug:vendor>/audits/findings/<uuid:finding_id>/remove")
@requires(P.AUDIT_CONDUCT)
def remove_finding(finding_id: UUID) -> Response:
    """Take a finding back before it is reported."""
    actor = current_actor()
    with transaction():
        audit, finding = queries.get_finding(actor, finding_id, P.AUDIT_CONDUCT)
        services.remove_finding(actor, audit, finding)
    flash(_("The finding is taken back."), "success")
    return redirect(url_for("audits.audit", audit_id=audit.public_id))


@blueprint.route("/<slug:vendor>/audits/<uuid:audit_id>/report", methods=["GET", "POST"])
@requires(P.AUDIT_CONDUCT)
def report(audit_id: UUID) -> Page:
    """Tell the partner what was found."""
    actor = current_actor()
    audit = queries.get_audit(actor, audit_id, P.AUDIT_CONDUCT)
    form = ReportForm(data={"summary": _quoted(audit, audit.summary)} if request.method == "GET" else None)
    return form_page(
        form,
        lambda: services.report_findings(
            actor, queries.get_audit(actor, audit_id, P.AUDIT_CONDUCT), summary=form.summary.data or ""
        ),
        audit,
        title=_("Report the findings"),
        lead=_(
            "The partner then sees every judgement and finding, and answers with actions. Answers and "
            "judgements can no longer be changed."
        ),
        submit=_("Report"),
        done=_("The findings are reported."),
    )


@blueprint.route("/<slug:vendor>/audits/findings/<uuid:finding_id>/waive", methods=["GET", "POST"])
@requires(P.AUDIT_CONDUCT)
def waive_finding(finding_id: UUID) -> Page:
    """Accept a finding as it stands."""
    actor = current_actor()
    audit, finding = queries.get_finding(actor, finding_id, P.AUDIT_CONDUCT)
    form = WaiveForm()

    def act() -> None:
        services.waive_finding(
            actor, *queries.get_finding(actor, finding_id, P.AUDIT_CONDUCT), reason=form.reason.data or ""
        )

    return form_page(
        form,
        act,
        audit,
        title=_("Accept this finding as it stands"),
        lead=_("No action is asked of the partner. The reason goes into the report."),
        quote=_quoted(audit, finding.text),
        submit=_("Accept as it stands"),
        done=_("The finding is accepted as it stands."),
    )


@blueprint.route("/<slug:vendor>/audits/findings/<uuid:finding_id>/actions/new", methods=["GET", "POST"])
@requires(P.AUDIT_ANSWER)
def agree_action(finding_id: UUID) -> Page:
    """What the partner will do about a finding."""
    actor = current_actor()
    audit, finding = queries.get_finding(actor, finding_id, P.AUDIT_ANSWER)
    start = {"due_on": today_of(actor) + timedelta(days=30), "owner": str(actor.user_public_id)}
    form = ActionForm(data=start if request.method == "GET" else None)
    partnership = db.session.get_one(Partnership, audit.partnership_id)
    form.owner.choices = [
        (str(p.public_id), p.name) for p in partners.list_people(partnership.partner_id, clock.now())
    ]

    def act() -> None:
        services.agree_action(
            actor,
            *queries.get_finding(actor, finding_id, P.AUDIT_ANSWER),
            text=form.text.data or "",
            owner_id=UUID(form.owner.data),
            due_on=form.due_on.data,
        )

    return form_page(
        form,
        act,
        audit,
        title=_("Agree an action"),
        quote=_quoted(audit, finding.text),
        submit=_("Agree"),
        done=_("The action is agreed. Send the proof when it is done."),
    )


@blueprint.route("/<slug:vendor>/audits/actions/<uuid:action_id>/proof", methods=["GET", "POST"])
@requires(P.AUDIT_ANSWER)
def prove_action(action_id: UUID) -> Page:
    """Show that an action was done."""
    actor = current_actor()
    audit, _finding, action = queries.get_action(actor, action_id, P.AUDIT_ANSWER)
    form = ProofForm(data={"text": _quoted(audit, action.proof_text)} if request.method == "GET" else None)

    def act() -> None:
        found, _f, proved = queries.get_action(actor, action_id, P.AUDIT_ANSWER)
        services.prove_action(
            actor, found, proved, text=form.text.data or "", upload=upload_of(form.file.data)
        )

    return form_page(
        form,
        act,
        audit,
        title=_("Send the proof"),
        lead=_quoted(audit, action.reason) if action.reason else "",
        quote=_quoted(audit, action.text),
        submit=_("Send"),
        done=_("The proof is sent. The auditor looks at it next."),
        is_upload=True,
        hints={"file": _("PDF, picture, Office document, text or ZIP.")},
    )


@blueprint.route("/<slug:vendor>/audits/actions/<uuid:action_id>/verify", methods=["GET", "POST"])
@requires(P.AUDIT_CONDUCT)
def verify_action(action_id: UUID) -> Page:
    """Accept a proof, or send it back."""
    actor = current_actor()
    audit, _finding, action = queries.get_action(actor, action_id, P.AUDIT_CONDUCT)
    form = VerificationForm()
    form.decision.choices = [("accept", _("Accept the proof")), ("return", _("Send it back"))]

    def act() -> None:
        found, _f, proved = queries.get_action(actor, action_id, P.AUDIT_CONDUCT)
        services.verify_action(
            actor,
            found,
            proved,
            is_accepted=form.decision.data == "accept",
            reason=form.reason.data or "",
        )

    return form_page(
        form,
        act,
        audit,
        title=_("Verify the action"),
        quote=f"{_quoted(audit, action.text)}\n\n{_quoted(audit, action.proof_text)}".strip(),
        submit=_("Decide"),
        done=_("The decision is kept."),
        hints={"reason": _("Needed where it is sent back: the partner reads it.")},
    )


@blueprint.route("/<slug:vendor>/audits/<uuid:audit_id>/sign-off", methods=["GET", "POST"])
@requires(P.AUDIT_SIGN_OFF)
def sign_off(audit_id: UUID) -> Page:
    """The second person signs, or sends the audit back."""
    actor = current_actor()
    audit = queries.get_audit(actor, audit_id, P.AUDIT_SIGN_OFF)
    if request.method == "GET" and (
        audit.status is not AuditStatus.REVIEW or services.took_part(actor, audit)
    ):
        return redirect(url_for("audits.audit", audit_id=audit_id), 303)  # which says who signs, and when
    form = SignatureForm()
    form.decision.choices = [("sign", _("Sign and close")), ("return", _("Send back to the auditor"))]

    def act() -> None:
        found = queries.get_audit(actor, audit_id, P.AUDIT_SIGN_OFF)
        if form.decision.data == "sign":
            services.sign_off(actor, found, note=form.note.data or "")
        else:
            services.return_audit(actor, found, reason=form.note.data or "")

    return form_page(
        form,
        act,
        audit,
        title=_("Sign off the audit"),
        lead=_("A closed audit can never be changed again. Who took part in it cannot sign it."),
        submit=_("Decide"),
        done=_("The decision is kept."),
        hints={"note": _("Needed where it is sent back: the auditor reads it.")},
    )
