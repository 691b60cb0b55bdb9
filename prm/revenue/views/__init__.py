"""Pages of revenue: orders, invoices with what was paid on them, targets."""

from prm.revenue.views import invoices, orders, targets
from prm.revenue.views.blueprint import blueprint

__all__ = ["blueprint", "invoices", "orders", "targets"]
