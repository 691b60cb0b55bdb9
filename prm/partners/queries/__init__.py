"""Reading partnerships, and what hangs on them."""

from prm.partners.queries.partnerships import (
    Person,
    count_people,
    get_partnership,
    has_account,
    in_region,
    list_companies,
    list_manager_accounts,
    list_managers,
    list_named,
    list_of_partnerships,
    list_people,
    list_region_names,
    looked_after_by,
    manager_of,
    region_of,
    select_partnerships,
)

__all__ = [
    "Person",
    "count_people",
    "get_partnership",
    "has_account",
    "in_region",
    "list_companies",
    "list_manager_accounts",
    "list_managers",
    "list_named",
    "list_of_partnerships",
    "list_people",
    "list_region_names",
    "looked_after_by",
    "manager_of",
    "region_of",
    "select_partnerships",
]
