"""Verbs on partnerships, and on what hangs on them."""

from prm.partners.services.partnerships import (
    MANUAL,
    change_partnership,
    create_partnership,
    get_or_create_region,
    link_partnership,
    open_partner_account,
    revision_of_partnership,
)

__all__ = [
    "MANUAL",
    "change_partnership",
    "create_partnership",
    "get_or_create_region",
    "link_partnership",
    "open_partner_account",
    "revision_of_partnership",
]
