"""Tables of partners."""

from prm.partners.models.applications import (
    ApplicationField,
    ApplicationForm,
    ApplicationStatus,
    FieldKind,
    PartnerApplication,
)
from prm.partners.models.partnerships import (
    Partnership,
    PartnershipAlias,
    PartnershipStatus,
    PartnershipType,
    Region,
)

__all__ = [
    "ApplicationField",
    "ApplicationForm",
    "ApplicationStatus",
    "FieldKind",
    "PartnerApplication",
    "Partnership",
    "PartnershipAlias",
    "PartnershipStatus",
    "PartnershipType",
    "Region",
]
