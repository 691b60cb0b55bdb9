"""Pages of marketing: the library, its editing, and its use."""

from prm.marketing.views import editing, library, usage
from prm.marketing.views.blueprint import blueprint

__all__ = ["blueprint", "editing", "library", "usage"]
