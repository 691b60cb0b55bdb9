"""Reads of certification, by question: certificates, schemes, whom one may issue to.

Other domains use the names below.
"""

from prm.certification.queries.certificates import (
    HeldCertificate,
    count_expiring,
    list_expiring,
    list_my_certificates,
    today_of,
)
from prm.certification.queries.companies import Accredited, list_accredited
from prm.certification.queries.schemes import Offer, list_offers, list_schemes
from prm.certification.validity import Status, status_of

__all__ = [
    "Accredited",
    "HeldCertificate",
    "Offer",
    "Status",
    "count_expiring",
    "list_accredited",
    "list_expiring",
    "list_my_certificates",
    "list_offers",
    "list_schemes",
    "status_of",
    "today_of",
]
