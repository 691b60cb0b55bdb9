"""Verbs of certification."""

from prm.certification.services.files import request_file
from prm.certification.services.issuing import (
    issue_by_decision,
    issue_on_certificate,
    issue_on_evidence,
    issue_on_experience,
    issue_on_path,
    issue_to_people,
    list_issuable,
    renew_certificate,
)
from prm.certification.services.revoking import revoke_certificate
from prm.certification.services.schemes import change_scheme, create_scheme

__all__ = [
    "change_scheme",
    "create_scheme",
    "issue_by_decision",
    "issue_on_certificate",
    "issue_on_evidence",
    "issue_on_experience",
    "issue_on_path",
    "issue_to_people",
    "list_issuable",
    "renew_certificate",
    "request_file",
    "revoke_certificate",
]
