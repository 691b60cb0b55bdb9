"""What a call is made of: its rows, its form, the questions in its query, and what follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.access.worlds import Tenant


class Id(str):
    """The public id of a thing, in a form or a query."""


class Name(str):
    """What a partnership is called, in a form that takes names: swapped as ids are."""


@dataclass(frozen=True)
class Then:
    """What `reader` is answered (the kind) and told at an address once a change was made.

    `{answer}` in the address is where the change led its maker. `hides`: what is not told.
    """

    reader: str
    path: str
    kind: str = "ok"
    says: str = ""
    hides: str = ""
    method: str = "GET"


Body = Mapping[str, Any]
Form = Body | Callable[["Tenant", str], Body]


@dataclass(frozen=True)
class Call:
    """`ids` overrides ARGUMENTS; `needs` is the query it makes no sense without, `queries` are asked
    besides; `query_ids`: parameters that may carry an id; `beyond`: rows out of reach of these roles,
    by argument; `absent`: values of an argument that are not there for them; `missing`: the answer to
    a row that there is not. `leaves` is False where a success need not change a row.

    `also`: further rows that answer ok to these roles, by argument. `forms`: further forms that are
    taken of these roles; `refused`: what these roles may not say in it, field by field. `nowhere`:
    queries that these get a 404 for. `afterwards`: who makes the change, of which rows, with which
    form, and what others are answered then. `others`: people of the worlds besides the roles (by their
    key), the rows they name, their form, and what they are answered.
    """

    ids: Mapping[str, str] = field(default_factory=dict)
    body: Form = field(default_factory=dict)
    needs: str = ""
    queries: tuple[str, ...] = ()
    query_ids: Mapping[str, str] = field(default_factory=dict)
    leaves: bool = True
    missing: str = "404"
    absent: tuple[tuple[str, Any, frozenset[str]], ...] = ()
    beyond: Mapping[str, tuple[frozenset[str], str]] = field(default_factory=dict)
    also: tuple[tuple[frozenset[str], Mapping[str, str]], ...] = ()
    forms: tuple[tuple[frozenset[str], Form], ...] = ()
    refused: tuple[tuple[frozenset[str], Form], ...] = ()
    nowhere: tuple[tuple[frozenset[str], str], ...] = ()
    afterwards: tuple[tuple[frozenset[str], Mapping[str, str], Form, tuple[Then, ...]], ...] = ()
    others: tuple[tuple[str, Mapping[str, str], Form, str], ...] = ()


def body_of(form: Form, tenant: Tenant, role: str) -> dict[str, Any]:
    """The form as `role` sends it."""
    body = form(tenant, role) if callable(form) else form
    return {name: _resolved(value, tenant, role) for name, value in body.items()}


def _resolved(value: Any, tenant: Tenant, role: str) -> Any:
    if isinstance(value, Id | Name):
        return value_of(tenant, type(value)(value.format(me=role)))
    if isinstance(value, list):
        return [_resolved(each, tenant, role) for each in value]
    return value


def value_of(tenant: Tenant, reference: Id | Name) -> str:
    """What stands in the form for a thing: its public id, or what it is called."""
    if isinstance(reference, Name):
        return tenant.names[reference]
    return str(tenant.things[reference].public_id)


def ids_in_body(form: Form, tenant: Tenant, role: str) -> dict[str, Id | Name]:
    """Field → the thing that it refers to."""
    body = form(tenant, role) if callable(form) else form
    found = {}
    for name, value in body.items():
        each = value[0] if isinstance(value, list) and value else value
        if isinstance(each, Id | Name):
            found[name] = type(each)(each.format(me=role))
    return found
