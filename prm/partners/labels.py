"""What types and states of partnerships are called."""

from __future__ import annotations

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
