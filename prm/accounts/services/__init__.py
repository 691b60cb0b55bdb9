"""Verbs on people and where they belong.

people: the person and their password. memberships: where they belong. sign_in, resets: how they come
in. invitations: how others join.
"""

from prm.accounts.services.memberships import (
    add_membership,
    create_partner,
    end_membership,
    link_partner,
    unlink_partner,
)
from prm.accounts.services.people import (
    check_email,
    close_account,
    create_user,
    find_user,
    fold_email,
    set_password,
)

__all__ = [
    "add_membership",
    "check_email",
    "close_account",
    "create_partner",
    "create_user",
    "end_membership",
    "find_user",
    "fold_email",
    "link_partner",
    "set_password",
    "unlink_partner",
]
