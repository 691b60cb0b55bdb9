"""One criterion of an audit: its evidence, the partner's answer, the auditor's judgement."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.audits import services
from prm.audits.criteria import MAX_SAMPLE, GradedTerms
from prm.audits.forms.auditing import AnswerForm, JudgementForm
from prm.audits.labels import auditing as labels
from prm.audits.models import Audit, AuditItem, AuditStatus, CriterionKind, RowVerdict, SelfStatus, Verdict
from prm.audits.presenting import Words, present_item, present_rows
from prm.audits.queries import auditing as queries
from prm.audits.queries import criteria
from prm.audits.views.blueprint import blueprint
from prm.errors import DomainError, NotFound
from prm.extensions import db
from prm.infra import storage
from prm.infra.db import transaction
from prm.infra.downloads import attachment
from prm.infra.forms import show_error
from prm.marketing.files import KINDS, Upload, check_upload
from prm.permissions import P
from prm.vendors.models import StoredFile

ACCEPTED = ",".join(f".{ending}" for ending in KINDS)
SHOWN_ROWS = MAX_SAMPLE  # a sample is judged whole; of a metric's rows the first will do


@blueprint.get("/<slug:vendor>/audits/<uuid:audit_id>/items/<uuid:item_id>")
@requires(P.AUDIT_VIEW)
def item(audit_id: UUID, item_id: UUID) -> str:
    """One criterion of an audit."""
    audit = queries.get_audit(current_actor(), audit_id)
    return _item_page(audit, queries.get_item(audit, item_id))


def _item_page(
    audit: Audit,
    found: AuditItem,
    answer_form: AnswerForm | None = None,
    judgement_form: JudgementForm | None = None,
) -> str:
    actor = current_actor()
    dossier = queries.get_dossier(audit)
    words = Words(dossier, with_names=True)
    rows, row_total = queries.list_first_rows(found, SHOWN_ROWS)
    columns, shown_rows = present_rows(rows, words)
    is_open = audit.status is AuditStatus.OPEN
    can_answer = is_open and actor.can(P.AUDIT_ANSWER)
    can_judge = is_open and actor.can(P.AUDIT_CONDUCT) and actor.user_id == audit.auditor_id
    with_judgements = queries.shows_judgements(actor, audit)
    others = [each.public_id for each in dossier.items]
    here = others.index(found.public_id)
    if can_answer and answer_form is None:
        answer_form = AnswerForm(
            data={
                "self_status": found.self_status.value if found.self_status else None,
                "text": words.text(found.self_text),
            }
        )
    if can_judge and judgement_form is None:
        judgement_form = JudgementForm(
            data={
                "verdict": _verdict_of(found),
                "level": str(found.points) if found.points is not None else None,
                "is_not_applicable": found.verdict is Verdict.NOT_APPLICABLE,
                "note": words.text(found.note),
            }
        )
    return render_template(
        "audits/item.html",
        audit=audit,
        partnership=dossier.partnership,
        item=present_item(
            dossier, found, words, criteria.name_narrowings(), g.vendor.currency, with_judgements
        ),
        kind=found.kind.value,
        columns=[*columns, ("verdict", _("Judgement"))]
        if found.kind is CriterionKind.SAMPLE and with_judgements
        else columns,
        rows=shown_rows,
        row_total=row_total,
        row_verdicts=labels.ROW_VERDICTS,
        sent=request.form if judgement_form is not None and request.method == "POST" else {},
        answer_form=_offer_answer(answer_form) if can_answer else None,
        judgement_form=_offer_judgement(judgement_form, found) if can_judge else None,
        with_judgements=with_judgements,
        accepted=ACCEPTED,
        before=others[here - 1] if here else None,
        after=others[here + 1] if here + 1 < len(others) else None,
        findings=[each for each in dossier.findings if each.finding.item_id == found.id and with_judgements],
        severities=labels.SEVERITIES,
        severity_kinds=labels.SEVERITY_KINDS,
        finding_texts={each.finding.id: words.text(each.finding.text) for each in dossier.findings},
    )


def _verdict_of(found: AuditItem) -> str | None:
    if found.verdict is not None:
        return found.verdict.value
    if found.is_met is None:
        return None
    return (Verdict.MET if found.is_met else Verdict.NOT_MET).value  # what was measured is proposed


def _offer_answer(form: AnswerForm | None) -> AnswerForm:
    form = form or AnswerForm()
    form.self_status.choices = [(s.value, str(label)) for s, label in labels.SELF_STATUSES.items()]
    return form


def _offer_judgement(form: JudgementForm | None, found: AuditItem) -> JudgementForm:
    form = form or JudgementForm()
    form.verdict.choices = [(v.value, str(label)) for v, label in labels.VERDICTS.items()]
    terms = services.get_terms(found)
    form.level.choices = (
        [(str(level.points), f"{level.points}: {level.words}") for level in terms.levels]
        if isinstance(terms, GradedTerms)
        else []
    )
    return form


def upload_of(file: FileStorage | None) -> Upload | None:
    """The file that a form sent, checked; None without one."""
    if file is None or not file.filename:
        return None
    return check_upload(file.filename, file.read())


@blueprint.post("/<slug:vendor>/audits/<uuid:audit_id>/items/<uuid:item_id>/answer")
@requires(P.AUDIT_ANSWER)
def answer(audit_id: UUID, item_id: UUID) -> Response | tuple[str, int]:
    """How the partner sees itself, and evidence of it."""
    actor = current_actor()
    audit = queries.get_audit(actor, audit_id, P.AUDIT_ANSWER)
    found = queries.get_item(audit, item_id)
    form = _offer_answer(None)
    status = 422
    if form.validate_on_submit():
        try:
            with transaction():
                audit = queries.get_audit(actor, audit_id, P.AUDIT_ANSWER)
                found = queries.get_item(audit, item_id)
                services.answer_item(
                    actor,
                    audit,
                    found,
                    status=SelfStatus(form.self_status.data) if form.self_status.data else None,
                    text=form.text.data or "",
                    upload=upload_of(form.file.data),
                    valid_until=form.valid_until.data,
                )
            flash(_("Your answer is kept. You can change it until the auditor reports."), "success")
            return redirect(url_for("audits.item", audit_id=audit_id, item_id=item_id))
        except DomainError as error:
            show_error(form, error)
            status = error.status
            audit, found = _again(actor, audit_id, item_id)
    return _item_page(audit, found, answer_form=form), status


def _again(actor: Actor, audit_id: UUID, item_id: UUID) -> tuple[Audit, AuditItem]:
    audit = queries.get_audit(actor, audit_id)
    return audit, queries.get_item(audit, item_id)


@blueprint.post("/<slug:vendor>/audits/<uuid:audit_id>/items/<uuid:item_id>/judge")
@requires(P.AUDIT_CONDUCT)
def judge(audit_id: UUID, item_id: UUID) -> Response | tuple[str, int]:
    """The auditor's judgement, a sample's row by row."""
    actor = current_actor()
    audit = queries.get_audit(actor, audit_id, P.AUDIT_CONDUCT)
    found = queries.get_item(audit, item_id)
    form = _offer_judgement(None, found)
    status = 422
    if form.validate_on_submit():
        try:
            with transaction():
                audit = queries.get_audit(actor, audit_id, P.AUDIT_CONDUCT)
                found = queries.get_item(audit, item_id)
                services.judge_item(actor, audit, found, **_judgement(form, found))
                is_done = found.verdict is not None
            flash(
                _("The judgement is kept.") if is_done else _("Kept. Some rows are still to judge."),
                "success",
            )
            return redirect(url_for("audits.item", audit_id=audit_id, item_id=item_id))
        except DomainError as error:
            show_error(form, error)
            status = error.status
            audit, found = _again(actor, audit_id, item_id)
    return _item_page(audit, found, judgement_form=form), status


def _judgement(form: JudgementForm, found: AuditItem) -> dict[str, Any]:
    is_derived = found.kind in (CriterionKind.GRADED, CriterionKind.SAMPLE)
    if is_derived:
        verdict = Verdict.NOT_APPLICABLE if form.is_not_applicable.data else None
    else:
        verdict = Verdict(form.verdict.data) if form.verdict.data else None
    rows = {}
    for name, value in request.form.items():
        if name.startswith("row-") and value in set(RowVerdict):
            try:
                rows[UUID(name.removeprefix("row-"))] = RowVerdict(value)
            except ValueError:
                continue
    return {
        "verdict": verdict,
        "note": form.note.data or "",
        "points": int(form.level.data) if form.level.data else None,
        "rows": rows,
    }


# -- files -------------------------------------------------------------------------------------


@blueprint.get("/<slug:vendor>/audits/evidence/<uuid:evidence_id>/file")
@requires(P.AUDIT_VIEW)
def evidence_file(evidence_id: UUID) -> Response:
    """A file that the partner provided; saved, never shown."""
    _audit, _item, evidence = queries.get_evidence(current_actor(), evidence_id, P.AUDIT_VIEW)
    file = db.session.get_one(StoredFile, evidence.file_id)
    return attachment(storage.read(file.key), file.name, file.media_type)


@blueprint.post("/<slug:vendor>/audits/evidence/<uuid:evidence_id>/remove")
@requires(P.AUDIT_ANSWER)
def remove_evidence(evidence_id: UUID) -> Response:
    """Take a file back before the auditor reports."""
    actor = current_actor()
    with transaction():
        audit, found, evidence = queries.get_evidence(actor, evidence_id, P.AUDIT_ANSWER)
        services.remove_evidence(actor, audit, found, evidence)
    flash(_("The file is taken back."), "success")
    return redirect(url_for("audits.item", audit_id=audit.public_id, item_id=found.public_id))


@blueprint.get("/<slug:vendor>/audits/actions/<uuid:action_id>/file")
@requires(P.AUDIT_VIEW)
def proof_file(action_id: UUID) -> Response:
    """The file that shows that an action was done."""
    _audit, _finding, action = queries.get_action(current_actor(), action_id, P.AUDIT_VIEW)
    if action.proof_file_id is None:
        raise NotFound
    file = db.session.get_one(StoredFile, action.proof_file_id)
    return attachment(storage.read(file.key), file.name, file.media_type)
