"""An audit finished for templates: the same for pages, with names, and for the pack, in pseudonyms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import format_date, format_datetime, get_locale
from flask_babel import gettext as _

from prm.audits import pseudonyms
from prm.audits.criteria import GradedTerms, MetricTerms, SampleTerms, from_parameters
from prm.audits.labels import auditing as labels
from prm.audits.models import AuditAction, AuditItem, AuditRow, CriterionKind, RowVerdict
from prm.audits.packing import company_token
from prm.audits.queries.auditing import Dossier, Found, Provided
from prm.infra.money import format_money
from prm.marketing.models import UsageKind
from prm.training.labels import SKILL_LEVELS
from prm.training.models import SkillLevel
from prm.vendors.models import StoredFile


@dataclass(frozen=True)
class ShownFile:
    public_id: UUID
    name: str
    size: int
    valid_until: str = ""
    by: str = ""
    at: str = ""


@dataclass(frozen=True)
class ShownItem:
    """A criterion of an audit, in words. `verdict` is empty where it is not given or not shown."""

    public_id: UUID
    position: int
    name: str
    guidance: str
    kind: str
    weight: int
    demand: str
    result: str
    result_kind: str
    self_status: str
    self_text: str
    answered: str
    files: tuple[ShownFile, ...]
    verdict: str
    verdict_kind: str
    points: str
    note: str
    is_metric: bool
    is_sample: bool
    row_count: int = 0


@dataclass(frozen=True)
class ShownAction:
    public_id: UUID
    text: str
    owner: str
    due_on: str
    status: str
    status_label: str
    status_kind: str
    proof_text: str
    proof_file: str
    proved: str
    reason: str
    verified: str


@dataclass(frozen=True)
class ShownFinding:
    public_id: UUID
    number: int
    severity: str
    severity_kind: str
    criterion: str
    text: str
    waived_reason: str
    actions: tuple[ShownAction, ...]


@dataclass(frozen=True)
class ShownAudit:
    partner: str
    checklist: str
    as_of: str
    due_on: str
    status: str
    status_kind: str
    auditor: str
    signed_by: str
    opened: str
    reported: str
    closed: str
    seed: str
    summary: str
    sign_off_note: str
    returned_reason: str
    score: str
    items: tuple[ShownItem, ...]
    findings: tuple[ShownFinding, ...]


class Words:
    """How texts and people of one audit are shown: by their names, or in pseudonyms."""

    def __init__(self, dossier: Dossier, *, with_names: bool) -> None:
        self.dossier, self.with_names = dossier, with_names
        self.names = dossier.shown

    def text(self, text: str) -> str:
        return pseudonyms.unmask(text, self.names, _("(erased)")) if self.with_names else text

    def user(self, user_id: int | None) -> str:
        token = self.dossier.tokens.get(user_id or 0, "")
        return self.text(token)

    def file(self, file: StoredFile) -> str:
        token = pseudonyms.make_token(self.dossier.audit.pseudonym_key, "file", str(file.public_id))
        return self.text(token)


def present(
    dossier: Dossier,
    *,
    certifications: Mapping[UUID, str],
    currency: str,
    with_names: bool = True,
    with_judgements: bool = True,
) -> ShownAudit:
    """The audit in words. Without judgements the auditor's drafts are left out."""
    audit, words = dossier.audit, Words(dossier, with_names=with_names)
    partner = dossier.partnership.name if with_names else company_token(dossier)
    return ShownAudit(
        partner=partner,
        checklist=audit.checklist_name,
        as_of=format_date(audit.as_of, "long"),
        due_on=_day(audit.due_on),
        status=str(labels.STATUSES[audit.status]),
        status_kind=labels.STATUS_KINDS[audit.status],
        auditor=words.user(audit.auditor_id),
        signed_by=words.user(audit.signed_by_id),
        opened=_when(audit.opened_at),
        reported=_when(audit.reported_at),
        closed=_when(audit.closed_at),
        seed=audit.seed,
        summary=words.text(audit.summary) if with_judgements else "",
        sign_off_note=words.text(audit.sign_off_note),
        returned_reason=words.text(audit.returned_reason) if with_judgements else "",
        score=_("%(percent)s %%", percent=audit.score_percent)
        if with_judgements and audit.score_percent is not None
        else "",
        items=tuple(
            present_item(dossier, item, words, certifications, currency, with_judgements)
            for item in dossier.items
        ),
        findings=tuple(_finding(dossier, n, found, words) for n, found in enumerate(dossier.findings, 1))
        if with_judgements
        else (),
    )


def present_item(
    dossier: Dossier,
    item: AuditItem,
    words: Words,
    certifications: Mapping[UUID, str],
    currency: str,
    with_judgements: bool = True,
) -> ShownItem:
    """One criterion in words."""
    terms = from_parameters(item.kind, item.parameters)
    result, result_kind = _result(item, terms)
    verdict = item.verdict if with_judgements else None
    points = ""
    if isinstance(terms, GradedTerms) and with_judgements and item.points is not None:
        level = next((each for each in terms.levels if each.points == item.points), None)
        points = _("%(points)s of %(best)s points", points=item.points, best=terms.best)
        points += f": {level.words}" if level else ""
    return ShownItem(
        public_id=item.public_id,
        position=item.position,
        name=item.name,
        guidance=item.guidance,
        kind=str(labels.KINDS[item.kind]),
        weight=item.weight,
        demand=labels.demand_sentence(terms, certifications, item.currency or currency),
        result=result,
        result_kind=result_kind,
        self_status=str(labels.SELF_STATUSES[item.self_status]) if item.self_status else "",
        self_text=words.text(item.self_text),
        answered=_by(words.user(item.answered_by_id), item.answered_at),
        files=tuple(_file(each, words) for each in dossier.evidence.get(item.id, [])),
        verdict=str(labels.VERDICTS[verdict]) if verdict else "",
        verdict_kind=labels.VERDICT_KINDS[verdict] if verdict else "neutral",
        points=points,
        note=words.text(item.note) if with_judgements else "",
        is_metric=item.kind is CriterionKind.METRIC,
        is_sample=item.kind is CriterionKind.SAMPLE,
        row_count=len(dossier.rows.get(item.id, [])),
    )


def _result(item: AuditItem, terms: Any) -> tuple[str, str]:
    if isinstance(terms, MetricTerms):
        return labels.value_text(terms, item.value, item.currency), "success" if item.is_met else "danger"
    if isinstance(terms, SampleTerms):
        drawn = min(terms.size, item.population or 0)
        return _("%(drawn)s of %(all)s drawn", drawn=drawn, all=item.population or 0), "neutral"
    return "", "neutral"


def _file(provided: Provided, words: Words) -> ShownFile:
    evidence = provided.evidence
    return ShownFile(
        evidence.public_id,
        words.file(provided.file),
        provided.file.size,
        _day(evidence.valid_until),
        words.user(evidence.uploaded_by_id),
        _when(evidence.uploaded_at),
    )


def _finding(dossier: Dossier, number: int, found: Found, words: Words) -> ShownFinding:
    finding = found.finding
    item = next((each for each in dossier.items if each.id == finding.item_id), None)
    return ShownFinding(
        finding.public_id,
        number,
        str(labels.SEVERITIES[finding.severity]),
        labels.SEVERITY_KINDS[finding.severity],
        f"{item.position}. {item.name}" if item else "",
        words.text(finding.text),
        words.text(finding.waived_reason),
        tuple(_action(dossier, action, words) for action in found.actions),
    )


def _action(dossier: Dossier, action: AuditAction, words: Words) -> ShownAction:
    proof = dossier.proofs.get(action.id)
    return ShownAction(
        action.public_id,
        words.text(action.text),
        words.user(action.owner_id),
        _day(action.due_on),
        action.status.value,
        str(labels.ACTION_STATUSES[action.status]),
        labels.ACTION_KINDS[action.status],
        words.text(action.proof_text),
        words.file(proof) if proof else "",
        _by(words.user(action.proved_by_id), action.proved_at),
        words.text(action.reason),
        _by(words.user(action.verified_by_id), action.verified_at),
    )


def _day(day: date | None) -> str:
    return format_date(day, "medium") if day else ""


def _when(at: datetime | None) -> str:
    return format_datetime(at, "medium") if at else ""


def _by(name: str, at: datetime | None) -> str:
    return _("%(name)s, %(when)s", name=name, when=_when(at)) if at else ""


# -- evidence rows -----------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownRow:
    public_id: UUID
    position: int
    cells: dict[str, str]
    verdict: RowVerdict | None


def present_rows(rows: list[AuditRow], words: Words) -> tuple[list[tuple[str, str]], list[ShownRow]]:
    """(columns, rows) of evidence: the cells in words, amounts with their currency."""
    order = list(labels.COLUMNS)
    keys = {key for row in rows for key in row.cells} - {"draw", "currency"}
    keys = {"amount" if key == "amount_minor" else key for key in keys}
    columns = [(key, str(labels.COLUMNS[key])) for key in order if key in keys]
    shown = [
        ShownRow(
            row.public_id,
            row.position,
            {key: _cell(row.cells, key, words) for key, _label in columns},
            row.verdict,
        )
        for row in rows
    ]
    return [("position", _("No.")), *columns], shown


def _cell(cells: Mapping[str, Any], key: str, words: Words) -> str:
    if key == "amount":
        return format_money(cells["amount_minor"], cells["currency"], str(get_locale() or "en"))
    value = cells.get(key)
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if key.endswith("_on"):
        return _day(date.fromisoformat(value))
    if key in ("at", "completed_at"):
        return _when(datetime.fromisoformat(value))
    if key == "level":
        return str(SKILL_LEVELS[SkillLevel(value)])
    if key == "kind":
        return _("viewed") if value == UsageKind.VIEWED else _("downloaded")
    if key == "score_percent":
        return _("%(percent)s %%", percent=value)
    return words.text(str(value)) if key in ("person", "certificate") else str(value)
