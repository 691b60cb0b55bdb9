"""Reads of orders: what they sum to, and which they are."""

from prm.revenue.queries.orders import (
    OrderFilters,
    find_deal_of,
    find_order,
    get_order,
    list_order_currencies,
    narrow_orders,
    orders,
    orders_for_export,
    orders_for_page,
    orders_of_deal,
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
    "find_deal_of",
    "find_order",
    "fiscal_start_month",
    "get_order",
    "list_order_currencies",
    "narrow_orders",
    "orders",
    "orders_for_export",
    "orders_for_page",
    "orders_of_deal",
    "reporting_currency",
    "revenue_by",
]
