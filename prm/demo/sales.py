"""The demo's sales: files as the vendors' sales systems write them, imported as people would."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from prm.access import Actor
from prm.demo import files
from prm.demo.companies import Company
from prm.demo.content import VendorText
from prm.demo.history import History
from prm.demo.names import CUSTOMERS
from prm.imports.models import ImportKind
from prm.imports.options import ImportOptions
from prm.imports.services import running as imports

SOURCE = "crm"
DEALS = ("opportunity_id", "partner", "customer", "product", "stage", "registered_on", "closed_on", "amount")


class Sales:
    """Plans one vendor's deals; each month's file is imported on the first day after it."""

    def __init__(
        self,
        text: VendorText,
        rng: random.Random,
        actor: Actor,
        history: History,
        start: datetime,
        now: datetime,
    ) -> None:
        self.text, self.rng, self.actor, self.history = text, rng, actor, history
        self.start, self.now = start, now
        self.number = 0

    def import_base(self, companies: Sequence[Company], manager: str) -> None:
        """Products and partners, from two files."""
        self._run(
            ImportKind.PRODUCTS, "products.csv", ("name", "price"), [(n, p) for n, p in self.text.products]
        )
        rows = [(f"P-{number:03}", c.name, c.region, manager) for number, c in enumerate(companies, 1)]
        self._run(ImportKind.PARTNERS, "partners.csv", ("external_id", "name", "region", "manager"), rows)

    def plan(self, companies: Sequence[Company]) -> None:
        """A file of deals per month, from the first partner's joining to now."""
        month = date(self.start.year, self.start.month, 1)
        while month <= self.now.date():
            following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
            rows = [row for c in companies for row in self._deals(c, month, min(following, self.now.date()))]
            moment = datetime(following.year, following.month, 1, 6, tzinfo=self.now.tzinfo)
            moment = min(moment, self.now - timedelta(minutes=5))
            if rows:
                name = f"deals-{month:%Y-%m}.csv"
                self.history.at(
                    moment, lambda name=name, rows=rows: self._run(ImportKind.DEALS, name, DEALS, rows)
                )
            month = following

    def _deals(self, company: Company, month: date, end: date) -> list[tuple[object, ...]]:
        if company.joins.date() >= end or (end - month).days < 3:
            return []
        age = (month - company.joins.date()).days / 365
        season = 1.25 if month.month in (3, 6, 9, 12) else 0.9
        expected = (0.5 + 3.2 * company.eagerness) * season * (0.8 + 0.35 * max(0.0, min(age, 2.0)))
        rows: list[tuple[object, ...]] = []
        for _ in range(max(0, round(self.rng.gauss(expected, 0.9)))):
            self.number += 1
            closed = month + timedelta(days=self.rng.randint(0, max(0, (end - month).days - 1)))
            product, price = self.rng.choice(self.text.products)
            amount = round(price * self.rng.randint(1, 5) * self.rng.uniform(0.85, 1.03))
            stage = "won" if self.rng.random() < 0.45 + 0.25 * company.eagerness else "lost"
            if (self.now.date() - closed).days < 25 and self.rng.random() < 0.4:
                stage = "submitted"
            if product == "Lumen Core Plus" and self.text.misspelt and self.rng.random() < 0.12:
                product = self.text.misspelt
            customer = "" if stage == "submitted" else self.rng.choice(CUSTOMERS)
            rows.append(
                (
                    f"{self.text.slug[:2].upper()}{self.number:05}", company.name, customer, product, stage,
                    closed - timedelta(days=self.rng.randint(12, 70)),
                    "" if stage == "submitted" else closed, amount,
                )
            )  # fmt: skip
        return rows

    def _run(
        self, kind: ImportKind, name: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> None:
        imports.run_import(
            self.actor,
            files.table(columns, rows),
            name,
            kind=kind,
            source=SOURCE,
            options=ImportOptions(
                date_format="YYYY-MM-DD", decimal=".", won_as_orders=kind is ImportKind.DEALS
            ),
        )
