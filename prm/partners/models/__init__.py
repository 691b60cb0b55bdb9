"""Tables of partners."""

from prm.partners.models.agreements import AgreementAcceptance, AgreementVersion
from prm.partners.models.applications import (
    ApplicationField,
    ApplicationForm,
    ApplicationStatus,
    CountryRegion,
    FieldKind,
    PartnerApplication,
)
from prm.partners.models.desk import (
    DocumentKind,
    PartnershipContact,
    PartnershipDocument,
    PartnershipNote,
    PartnershipTask,
)
from prm.partners.models.merges import MoveKind, PartnershipMerge, PartnershipMove
from prm.partners.models.partnerships import (
    Partnership,
    PartnershipAlias,
    PartnershipStatus,
    PartnershipType,
    Region,
)
from prm.partners.models.past import PartnershipPast
from prm.partners.models.structure import PartnershipBranch, PartnershipParent

__all__ = [
    "AgreementAcceptance",
    "AgreementVersion",
    "ApplicationField",
    "ApplicationForm",
    "ApplicationStatus",
    "CountryRegion",
    "DocumentKind",
    "FieldKind",
    "MoveKind",
    "PartnerApplication",
    "Partnership",
    "PartnershipAlias",
    "PartnershipBranch",
    "PartnershipContact",
    "PartnershipDocument",
    "PartnershipMerge",
    "PartnershipMove",
    "PartnershipNote",
    "PartnershipParent",
    "PartnershipPast",
    "PartnershipStatus",
    "PartnershipTask",
    "PartnershipType",
    "Region",
]
