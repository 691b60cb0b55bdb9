"""Pages of reports: revenue, and the credit for it."""

from prm.reports.views import attribution, revenue
from prm.reports.views.blueprint import blueprint

__all__ = ["attribution", "blueprint", "revenue"]
