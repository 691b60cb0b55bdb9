"""What an action on many rows is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_wtf import FlaskForm
from sqlalchemy import Select

from prm.access import Actor
from prm.permissions import P

#: A list's address, or the rows that were ticked.
Which = Mapping[str, Any] | list[UUID]
Choose = Callable[[Actor, Which], Select[Any]]


@dataclass(frozen=True)
class BulkAction:
    """`choose` gives (public id, name) of the rows within reach, narrowed by a list's address or by ids;
    `apply` does it to one of them and raises DomainError where it cannot be done. `warning` says what
    follows where that is not plain.
    """

    key: str
    label: Any
    permission: P
    endpoint: str
    form: type[FlaskForm]
    choose: Choose
    apply: Callable[[Actor, UUID, Mapping[str, Any]], None]
    warning: Any = ""
