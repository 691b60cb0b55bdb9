"""Pages of partners."""

from prm.partners.views import applications, applying, partnerships
from prm.partners.views.blueprint import blueprint

__all__ = ["applications", "applying", "blueprint", "partnerships"]
