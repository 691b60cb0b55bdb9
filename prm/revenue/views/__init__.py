"""Pages of revenue: orders, invoices with what was paid on them."""

from prm.revenue.views import invoices, orders
from prm.revenue.views.blueprint import blueprint

__all__ = ["blueprint", "invoices", "orders"]
