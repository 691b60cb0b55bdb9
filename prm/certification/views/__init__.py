"""Pages of certification: certificates, schemes, and verification for anybody."""

from prm.certification.views import (
    accreditations,
    certificates,
    credentials,
    designs,
    issuers,
    issuing,
    keys,
    overview,
    progress,
    schemes,
    verification,
)
from prm.certification.views.blueprint import blueprint

__all__ = [
    "accreditations",
    "blueprint",
    "certificates",
    "credentials",
    "designs",
    "issuers",
    "issuing",
    "keys",
    "overview",
    "progress",
    "schemes",
    "verification",
]
