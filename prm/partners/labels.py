"""What types and states of partnerships are called."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from prm.partners.models import ApplicationStatus, DocumentKind, PartnershipStatus, PartnershipType

TYPE_LABELS = {
    PartnershipType.VAR: _l("Value-added reseller"),
    PartnershipType.MSP: _l("Managed service provider"),
    PartnershipType.DISTRIBUTOR: _l("Distributor"),
    PartnershipType.SYSTEM_INTEGRATOR: _l("System integrator"),
    PartnershipType.ISV: _l("Software vendor"),
    PartnershipType.REFERRAL: _l("Referral partner"),
}
STATUS_LABELS = {
    PartnershipStatus.APPLIED: _l("Applied"),
    PartnershipStatus.ONBOARDING: _l("Onboarding"),
    PartnershipStatus.ACTIVE: _l("Active"),
    PartnershipStatus.SUSPENDED: _l("Suspended"),
    PartnershipStatus.ENDED: _l("Ended"),
}
STATUS_KINDS = {
    PartnershipStatus.APPLIED: "info",
    PartnershipStatus.ONBOARDING: "info",
    PartnershipStatus.ACTIVE: "success",
    PartnershipStatus.SUSPENDED: "warning",
    PartnershipStatus.ENDED: "neutral",
}

DOCUMENT_LABELS = {
    DocumentKind.CONTRACT: _l("Contract"),
    DocumentKind.CERTIFICATE: _l("Certificate"),
    DocumentKind.INSURANCE: _l("Insurance"),
    DocumentKind.TAX: _l("Tax form"),
    DocumentKind.OTHER: _l("Other"),
}
APPLICATION_STATUS_LABELS = {
    ApplicationStatus.WAITING: _l("Waiting"),
    ApplicationStatus.APPROVED: _l("Approved"),
    ApplicationStatus.REJECTED: _l("Rejected"),
}
APPLICATION_STATUS_KINDS = {
    ApplicationStatus.WAITING: "info",
    ApplicationStatus.APPROVED: "success",
    ApplicationStatus.REJECTED: "neutral",
}
SIGN_LABELS = {
    "domain": _l("the same web site"),
    "name": _l("the same name"),
    "mail": _l("people with mail addresses of this web site"),
    "similar": _l("a similar name"),
}

# What may hang on a partnership, by table; a table without a line here is told as a further record.
HANGING_LABELS = {
    "agreement_acceptance": _l("Accepted agreements"),
    "assignment": _l("Assigned courses"),
    "certificate": _l("Certificates"),
    "completion": _l("Completed courses"),
    "deal": _l("Deals"),
    "enrolment": _l("Enrolments"),
    "path_assignment": _l("Assigned paths"),
    "path_completion": _l("Completed paths"),
    "path_enrolment": _l("People on paths"),
    "external_certificate": _l("Certificates of others"),
    "onboarding_milestone": _l("Milestones"),
    "onboarding_plan": _l("Onboarding plans"),
    "partner_application": _l("Applications"),
    "partnership_alias": _l("Other names"),
    "partnership_branch": _l("Branches"),
    "partnership_contact": _l("Contacts"),
    "partnership_document": _l("Documents"),
    "partnership_note": _l("Notes"),
    "partnership_parent": _l("Who buys through whom"),
    "partnership_task": _l("Tasks"),
    "sales_order": _l("Orders"),
    "usage_event": _l("Uses of material"),
}


def hanging(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """(what, how many) of what hangs on a partnership, for people: most first."""
    told: dict[str, int] = {}
    for table, count in counts.items():
        label = str(HANGING_LABELS.get(table, _l("Further records")))
        told[label] = told.get(label, 0) + count
    return sorted(told.items(), key=lambda pair: (-pair[1], pair[0]))
