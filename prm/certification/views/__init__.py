"""Pages of certification: certificates, schemes, and verification for anybody."""

from prm.certification.views import (
    certificates,
    credentials,
    designs,
    issuers,
    issuing,
    keys,
    overview,
    schemes,
    verification,
)
from prm.certification.views.blueprint import blueprint

__all__ = [
    "blueprint",
    "certificates",
    "credentials",
    "designs",
    "issuers",
    "issuing",
    "keys",
    "overview",
    "schemes",
    "verification",
]
