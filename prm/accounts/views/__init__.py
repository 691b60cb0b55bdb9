"""Pages of accounts: coming in, the own profile, people and invitations."""

from prm.accounts.views import (
    confirming,
    email,
    front,
    invitations,
    joining,
    many,
    people,
    person,
    profile,
    resets,
    second_factor,
    sent_mail,
    sign_in,
    viewing,
)
from prm.accounts.views.blueprint import blueprint

__all__ = [
    "blueprint",
    "confirming",
    "email",
    "front",
    "invitations",
    "joining",
    "many",
    "people",
    "person",
    "profile",
    "resets",
    "second_factor",
    "sent_mail",
    "sign_in",
    "viewing",
]
