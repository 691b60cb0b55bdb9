"""The pack of a closed audit: a folder of files that anybody can verify, the same bytes at every run.

    manifest.json      every other file with its SHA-256, and a digest of the manifest itself
    audit.json         the audit: criteria, results, answers, judgements, findings, actions
    results.csv        one line per criterion
    evidence/NN.csv    the rows behind criterion NN, as they were when the audit opened
    files/…            the files that the partner provided
    report.pdf         the report, made once
    names.json         who the pseudonyms are: not covered, emptied by an erasure, kept apart

Nothing but names.json and the files that the partner provided names a person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from prm.audits.models import AuditAction, AuditItem
from prm.audits.queries.auditing import Dossier, Found, Provided
from prm.infra.exporting import csv_bytes
from prm.journal.chain import canonical, commitment
from prm.vendors.models import StoredFile, Vendor

FORMAT = "prm-audit-pack/1"
MANIFEST, NAMES, REPORT, RECORD, RESULTS = (
    "manifest.json",
    "names.json",
    "report.pdf",
    "audit.json",
    "results.csv",
)
RESULT_COLUMNS = (
    "position", "kind", "name", "weight", "value", "currency", "is_met", "population", "self_status",
    "verdict", "points",
)  # fmt: skip


def canonical_bytes(value: Any) -> bytes:
    """Canonical JSON with a line end: sorted keys, no spaces, UTF-8."""
    return (canonical(value) + "\n").encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# -- what an audit says ------------------------------------------------------------------------


def audit_json(dossier: Dossier, vendor: Vendor) -> bytes:
    """Everything that is signed, in pseudonyms: it commits to the evidence rows and files as well."""
    audit = dossier.audit
    return canonical_bytes(
        {
            "format": FORMAT,
            "audit": audit.public_id,
            "vendor": vendor.public_id,
            "partner": company_token(dossier),
            "checklist": audit.checklist_name,
            "as_of": audit.as_of,
            "due_on": audit.due_on,
            "seed": audit.seed,
            "status": audit.status.value,
            "auditor": dossier.tokens.get(audit.auditor_id),
            "signed_by": dossier.tokens.get(audit.signed_by_id or 0),
            "opened_at": audit.opened_at,
            "reported_at": audit.reported_at,
            "submitted_at": audit.submitted_at,
            "closed_at": audit.closed_at,
            "summary": audit.summary,
            "sign_off_note": audit.sign_off_note,
            "score_percent": audit.score_percent,
            "criteria": [_item(dossier, item) for item in dossier.items],
            "findings": [_finding(dossier, n, found) for n, found in enumerate(dossier.findings, 1)],
            "names": {
                token: {"kind": row.kind, "commitment": row.commitment}
                for token, row in dossier.names.items()
            },
        }
    )


def company_token(dossier: Dossier) -> str:
    """The pseudonym of the audited company."""
    return next(token for token, row in dossier.names.items() if row.kind == "company")


def _item(dossier: Dossier, item: AuditItem) -> dict[str, Any]:
    rows = evidence_csv(dossier, item)
    provided = dossier.evidence.get(item.id, [])
    return {
        "position": item.position,
        "weight": item.weight,
        "kind": item.kind.value,
        "name": item.name,
        "guidance": item.guidance,
        "parameters": item.parameters,
        "value": item.value,
        "currency": item.currency,
        "is_met": item.is_met,
        "population": item.population,
        "rows": {"file": evidence_path(item), "sha256": sha256(rows)} if rows else None,
        "self_status": item.self_status.value if item.self_status else None,
        "self_text": item.self_text,
        "answered_by": dossier.tokens.get(item.answered_by_id or 0),
        "answered_at": item.answered_at,
        "files": [_provided(dossier, item, n, each) for n, each in enumerate(provided, 1)],
        "verdict": item.verdict.value if item.verdict else None,
        "points": item.points,
        "note": item.note,
        "judged_by": dossier.tokens.get(item.judged_by_id or 0),
        "judged_at": item.judged_at,
    }


def _provided(dossier: Dossier, item: AuditItem, number: int, provided: Provided) -> dict[str, Any]:
    evidence = provided.evidence
    return {
        **_file(file_path(f"{item.position:02d}-{number}", provided.file), provided.file),
        "valid_until": evidence.valid_until,
        "uploaded_by": dossier.tokens.get(evidence.uploaded_by_id),
        "uploaded_at": evidence.uploaded_at,
    }


def _file(path: str, file: StoredFile) -> dict[str, Any]:
    return {"file": path, "sha256": file.sha256, "size": file.size, "media_type": file.media_type}


def _finding(dossier: Dossier, number: int, found: Found) -> dict[str, Any]:
    finding = found.finding
    position = next((item.position for item in dossier.items if item.id == finding.item_id), None)
    return {
        "number": number,
        "severity": finding.severity.value,
        "criterion": position,
        "text": finding.text,
        "found_by": dossier.tokens.get(finding.created_by_id),
        "found_at": finding.created_at,
        "waived_at": finding.waived_at,
        "waived_reason": finding.waived_reason,
        "actions": [_action(dossier, number, n, each) for n, each in enumerate(found.actions, 1)],
    }


def _action(dossier: Dossier, finding: int, number: int, action: AuditAction) -> dict[str, Any]:
    proof = dossier.proofs.get(action.id)
    return {
        "text": action.text,
        "owner": dossier.tokens.get(action.owner_id),
        "due_on": action.due_on,
        "status": action.status.value,
        "proof_text": action.proof_text,
        "proof": _file(file_path(f"action-{finding}-{number}", proof), proof) if proof else None,
        "proved_by": dossier.tokens.get(action.proved_by_id or 0),
        "proved_at": action.proved_at,
        "reason": action.reason,
        "verified_by": dossier.tokens.get(action.verified_by_id or 0),
        "verified_at": action.verified_at,
    }


def evidence_path(item: AuditItem) -> str:
    return f"evidence/{item.position:02d}.csv"


def file_path(stem: str, file: StoredFile) -> str:
    """Where a provided file lies: its own name may name somebody, its ending does not."""
    return f"files/{stem}{PurePosixPath(file.name).suffix.lower()}"


def evidence_csv(dossier: Dossier, item: AuditItem) -> bytes:
    """The rows behind an item; empty where there are none."""
    rows = dossier.rows.get(item.id, [])
    if not rows:
        return b""
    columns = sorted({key for row in rows for key in row.cells})
    judged = ("verdict",) if item.population is not None else ()
    return csv_bytes(
        ["position", *columns, *judged],
        (
            [
                row.position,
                *(row.cells.get(key) for key in columns),
                *([row.verdict] if judged else []),
            ]
            for row in rows
        ),
        has_mark=False,
    )


def results_csv(dossier: Dossier) -> bytes:
    return csv_bytes(
        RESULT_COLUMNS,
        ([getattr(item, column) for column in RESULT_COLUMNS] for item in dossier.items),
        has_mark=False,
    )


def names_json(dossier: Dossier) -> bytes:
    """Who the pseudonyms are, with what proves it; those erased are left out."""
    return canonical_bytes(
        {token: {"name": row.value, "salt": row.salt} for token, row in dossier.names.items() if row.value}
    )


# -- the folder --------------------------------------------------------------------------------


def pack_files(
    dossier: Dossier, vendor: Vendor, report: bytes, read: Callable[[str], bytes]
) -> dict[str, bytes]:
    """Path → content of everything that the manifest covers, and the manifest, by path.

    `read` gives a stored file's content by its key.
    """
    files = {RECORD: audit_json(dossier, vendor), RESULTS: results_csv(dossier), REPORT: report}
    for item in dossier.items:
        if rows := evidence_csv(dossier, item):
            files[evidence_path(item)] = rows
        for number, provided in enumerate(dossier.evidence.get(item.id, []), 1):
            files[file_path(f"{item.position:02d}-{number}", provided.file)] = read(provided.file.key)
    for number, found in enumerate(dossier.findings, 1):
        for step, action in enumerate(found.actions, 1):
            if proof := dossier.proofs.get(action.id):
                files[file_path(f"action-{number}-{step}", proof)] = read(proof.key)
    files[MANIFEST] = manifest_of(dossier.audit.public_id, dossier.audit.as_of, files)
    return dict(sorted(files.items()))


def manifest_of(audit: object, as_of: date | datetime, files: Mapping[str, bytes]) -> bytes:
    stated: dict[str, Any] = {
        "format": FORMAT,
        "audit": str(audit),
        "as_of": as_of.isoformat(),
        "files": [
            {"path": path, "size": len(content), "sha256": sha256(content)}
            for path, content in sorted(files.items())
        ],
    }
    return canonical_bytes({**stated, "digest": sha256(canonical_bytes(stated))})


# -- verification ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verified:
    """What verifying a pack found: nothing, or each file with what is wrong about it."""

    problems: tuple[tuple[str, str], ...]
    files: int
    manifest_sha256: str
    erased: int  # pseudonyms that names.json no longer names


def verify_folder(folder: Path) -> Verified:
    """Compare every file of a pack with its manifest, and each name with its commitment.

    Finds a changed, missing or additional file, a changed manifest, and a name that is not the one.
    """
    try:
        raw = (folder / MANIFEST).read_bytes()
    except OSError as error:
        return Verified(((MANIFEST, f"cannot be read: {error.strerror}"),), 0, "", 0)
    stated, problem = _read_manifest(raw)
    if stated is None:
        return Verified(((MANIFEST, problem),), 0, sha256(raw), 0)
    problems = []
    found = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if not path.is_dir() or path.is_symlink()
    }
    listed = {each["path"]: each for each in stated["files"]}
    for path in sorted(set(listed) | set(found) - {MANIFEST, NAMES}):
        if path not in listed:
            problems.append((path, "is not in the manifest"))
        elif path not in found:
            problems.append((path, "is missing"))
        elif found[path].is_symlink():
            problems.append((path, "is a link, not a file"))
        elif difference := _difference(found[path].read_bytes(), listed[path]):
            problems.append((path, difference))
    erased = 0
    if not problems and NAMES in found:
        wrong, erased = _check_names(found[NAMES], folder / RECORD)
        problems += wrong
    return Verified(tuple(problems), len(listed), sha256(raw), erased)


def _difference(content: bytes, stated: Mapping[str, Any]) -> str:
    if len(content) != stated["size"]:
        return f"has {len(content)} bytes, the manifest says {stated['size']}"
    digest = sha256(content)
    if digest != stated["sha256"]:
        return f"has SHA-256 {digest}, the manifest says {stated['sha256']}"
    return ""


def _read_manifest(raw: bytes) -> tuple[dict[str, Any] | None, str]:
    try:
        stated = json.loads(raw)
        if canonical_bytes(stated) != raw:
            return None, "is not as it was written: it is not canonical JSON"
        digest = stated.pop("digest")
        if digest != sha256(canonical_bytes(stated)):
            return None, "is not as it was written: its digest does not match"
        if stated["format"] != FORMAT:
            return None, f"is of another format: {stated['format']}"
        return stated, ""
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None, "is not the manifest of an audit pack"


def _check_names(names: Path, record: Path) -> tuple[list[tuple[str, str]], int]:
    """Whether each name is the one that the audit committed to; how many are there no longer."""
    committed = json.loads(record.read_bytes())["names"]
    try:
        given = json.loads(names.read_bytes())
        wrong = [
            token
            for token, each in given.items()
            if token not in committed
            or commitment(each["name"], each["salt"]) != committed[token]["commitment"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [(NAMES, "is not a file of names")], 0
    return [(NAMES, f"names {token} differently than the audit did") for token in wrong], len(
        set(committed) - set(given)
    )
