"""Who and what a file's names stand for: partners, products, customers.

Names are compared folded (case and spacing do not count). What a file names first may come to be
with it: such a thing is a Made, without a key until the import is applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import select

from prm.customers.models import Customer, CustomerAlias
from prm.extensions import db
from prm.infra.names import fold_name
from prm.infra.wording import N_, Notice
from prm.partners.models import Partnership, PartnershipAlias
from prm.partners.services import MANUAL
from prm.products.models import Product, ProductAlias

Item = TypeVar("Item")

UNKNOWN_PARTNER = N_("No partner has this external id or name.")
AMBIGUOUS_PARTNER = N_("%(count)s partners have this name; use their external ids.")


@dataclass
class Made:
    """Something that the import brings into being. `key` is set once it is written."""

    name: str
    line: int
    key: int | None = None


Key = int | Made


def key_of(found: Key | None) -> int | None:
    """The key of a row, new or old."""
    return found.key if isinstance(found, Made) else found


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def select_by(entity: Any, attribute: Any, values: Iterable[Any], *criteria: Any) -> list[Any]:
    """Rows whose attribute is one of the values, however many: one query per thousand."""
    found: list[Any] = []
    for some in chunks(sorted(set(values)), 1000):
        found += db.session.scalars(select(entity).where(attribute.in_(some), *criteria))
    return found


def _dictionary(statement: Any) -> dict[str, int]:
    """The rows of a statement of two columns, the first one the key."""
    return dict(map(tuple, db.session.execute(statement)))


# -- partners ----------------------------------------------------------------------------------


@dataclass
class PartnerBook:
    """All partnerships of the vendor, by what a source may call them."""

    source: str
    by_external_id: dict[str, int] = field(default_factory=dict)
    by_entered_id: dict[str, int] = field(default_factory=dict)  # external ids that people entered
    by_name: dict[str, list[Key]] = field(default_factory=dict)
    by_alias: dict[str, int] = field(default_factory=dict)
    of_source: set[int] = field(default_factory=set)
    entered: set[int] = field(default_factory=set)  # made by hand, claimed by no source
    made: list[Made] = field(default_factory=list)

    def find(self, value: str) -> Key | Notice:
        """The partnership of an external id in this source, else of a name, else of an alias.

        A Notice says why there is none. Of several with one name, the only one of this source.
        """
        found = self.by_external_id.get(value) or self.by_entered_id.get(value)
        if found is not None:
            return found
        named = self.by_name.get(folded := fold_name(value), [])
        if len(named) > 1:
            own = [each for each in named if each in self.of_source]
            named = own if len(own) == 1 else named
        if len(named) == 1:
            return named[0]
        if folded in self.by_alias:
            return self.by_alias[folded]
        if named:
            return Notice("partner_ambiguous", AMBIGUOUS_PARTNER, {"count": len(named)})
        return Notice("partner_unknown", UNKNOWN_PARTNER)

    def make(self, value: str, line: int) -> Made:
        """A partnership of that name, to be made with the import."""
        made = Made(" ".join(value.split()), line)
        self.by_name[fold_name(value)] = [made]
        self.made.append(made)
        return made


def load_partners(source: str) -> PartnerBook:
    """The vendor's partnerships and their aliases: two queries."""
    book = PartnerBook(source)
    columns = (
        Partnership.id, Partnership.name_folded, Partnership.source_system, Partnership.external_id,
        Partnership.merged_into_id,
    )  # fmt: skip
    rows = db.session.execute(select(*columns).order_by(Partnership.id)).all()
    merged = {key: into for key, _name, _system, _id, into in rows if into is not None}
    for key, folded, system, external_id, into in rows:
        if into is not None:  # its names are aliases of the one it was merged into
            while into in merged:
                into = merged[into]
            if external_id and system == source:
                book.by_external_id[external_id] = into
            elif external_id and system in (None, MANUAL):
                book.by_entered_id[external_id] = into
            continue
        book.by_name.setdefault(folded, []).append(key)
        if system == source:
            book.of_source.add(key)
            if external_id:
                book.by_external_id[external_id] = key
        elif system in (None, MANUAL):
            book.entered.add(key)
            if external_id:
                book.by_entered_id[external_id] = key
    aliases = select(PartnershipAlias.value_folded, PartnershipAlias.partnership_id)
    book.by_alias = _dictionary(aliases)
    return book


# -- products ----------------------------------------------------------------------------------


@dataclass
class ProductBook:
    """All products of the vendor, by name and alias."""

    by_name: dict[str, int] = field(default_factory=dict)
    by_alias: dict[str, int] = field(default_factory=dict)

    def find(self, value: str) -> int | None:
        folded = fold_name(value)
        return self.by_name.get(folded) or self.by_alias.get(folded)


def load_products() -> ProductBook:
    """The vendor's products and their aliases: two queries."""
    return ProductBook(
        _dictionary(select(Product.name_folded, Product.id)),
        _dictionary(select(ProductAlias.value_folded, ProductAlias.product_id)),
    )


# -- customers ---------------------------------------------------------------------------------


@dataclass
class CustomerBook:
    """Customers by name and alias, loaded as a file mentions them; new ones are made on first mention."""

    known: dict[str, Key] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)

    def load(self, names: Iterable[str]) -> None:
        """Look up the names that are not known yet."""
        unknown = {fold_name(name) for name in names} - set(self.known)
        for alias in select_by(CustomerAlias, CustomerAlias.value_folded, unknown):
            self.known[alias.value_folded] = alias.customer_id
        for customer in select_by(Customer, Customer.name_folded, unknown - set(self.known)):
            self.known[customer.name_folded] = customer.id

    def find_or_make(self, name: str, line: int) -> Key | None:
        """The customer of a name that was load()ed, made where there is none; None for no name."""
        folded = fold_name(name)
        if not folded:
            return None
        if folded not in self.known:
            made = Made(" ".join(name.split()), line)
            self.known[folded] = made
            self.made.append(made)
        return self.known[folded]
