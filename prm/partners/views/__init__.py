"""Pages of partners."""

from prm.partners.views import (
    agreements,
    application_regions,
    applications,
    applying,
    desk,
    documents,
    merging,
    names,
    partnerships,
    status,
    structure,
)
from prm.partners.views.blueprint import blueprint

__all__ = [
    "agreements",
    "application_regions",
    "applications",
    "applying",
    "blueprint",
    "desk",
    "documents",
    "merging",
    "names",
    "partnerships",
    "status",
    "structure",
]
