"""Pages of partners."""

from prm.partners.views import (
    agreements,
    applications,
    applying,
    desk,
    documents,
    merging,
    partnerships,
    status,
    structure,
)
from prm.partners.views.blueprint import blueprint

__all__ = [
    "agreements",
    "applications",
    "applying",
    "blueprint",
    "desk",
    "documents",
    "merging",
    "partnerships",
    "status",
    "structure",
]
