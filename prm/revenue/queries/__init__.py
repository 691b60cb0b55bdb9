"""Reads of orders: what they sum to, and which they are."""

from prm.revenue.queries.orders import (
    OrderFilters,
    find_order,
    get_order,
    list_orders,
    narrow_orders,
)
from prm.revenue.queries.totals import (
    By,
    CurrencyTotal,
    RevenueReport,
    RevenueRow,
    fiscal_start_month,
    reporting_currency,
    revenue_by,
)

__all__ = [
    "By",
    "CurrencyTotal",
    "OrderFilters",
    "RevenueReport",
    "RevenueRow",
    "find_order",
    "fiscal_start_month",
    "get_order",
    "list_orders",
    "narrow_orders",
    "reporting_currency",
    "revenue_by",
]
