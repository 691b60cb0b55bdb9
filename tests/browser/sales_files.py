"""The sales files of the main job, and their sums, counted without the portal's code."""

from __future__ import annotations

import csv
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REAL_TOTAL = 10_005_534
MISSPELT, MEANT = "GTXPro", "GTX Pro"


@dataclass(frozen=True)
class SalesFiles:
    """Three files as a vendor's sales system exports them; money in whole dollars."""

    partners: Path
    products: Path
    deals: Path
    is_real: bool

    def won(self) -> list[dict[str, str]]:
        return [row for row in self._rows(self.deals) if row["deal_stage"] == "Won"]

    def count(self, path: Path) -> int:
        return len(self._rows(path))

    @property
    def total(self) -> int:
        return sum(int(row["close_value"]) for row in self.won())

    @property
    def best_partner(self) -> str:
        """Whose won deals are worth most."""
        worth: Counter[str] = Counter()
        for row in self.won():
            worth[row["sales_agent"]] += int(row["close_value"])
        return worth.most_common(1)[0][0]

    def of_partner(self, name: str) -> tuple[int, int]:
        """(revenue, orders) of one partner."""
        values = [int(row["close_value"]) for row in self.won() if row["sales_agent"] == name]
        return sum(values), len(values)

    def of_product(self, *names: str) -> int:
        return sum(int(row["close_value"]) for row in self.won() if row["product"] in names)

    def find_deal(self, external_id: str) -> tuple[int, dict[str, str]]:
        """(line of the file, its cells) of a deal; the head is line 1."""
        for line, row in enumerate(self._rows(self.deals), 2):
            if row["opportunity_id"] == external_id:
                return line, row
        raise AssertionError(f"{external_id} is not in {self.deals}")

    @staticmethod
    def _rows(path: Path) -> list[dict[str, str]]:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


def sales_files(folder: Path) -> SalesFiles:
    """The real files where there are some, else a few rows of the same shape, written to `folder`."""
    for place in (os.environ.get("PRM_SHARED_DATA", ""), str(ROOT.parent / "shared" / "data")):
        real = Path(place) / "crm-sales-opportunities"
        if place and real.is_dir():
            return SalesFiles(
                real / "sales_teams.csv", real / "products.csv", real / "sales_pipeline.csv", is_real=True
            )
    return SalesFiles(
        _write(folder / "sales_teams.csv", "sales_agent,manager,regional_office", _partners()),
        _write(
            folder / "products.csv", "product,series,sales_price", ["GTX Basic,GTX,550", "GTX Pro,GTX,4821"]
        ),
        _write(
            folder / "sales_pipeline.csv",
            "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value",
            _deals(),
        ),
        is_real=False,
    )


def _write(path: Path, head: str, rows: list[str]) -> Path:
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return path


def _partners() -> list[str]:
    return [f"Partner {letter},Melvin Marxen,{'West' if letter in 'AC' else 'East'}" for letter in "ABCD"]


def _deals() -> list[str]:
    stages = ("Won", "Won", "Lost", "Engaging", "Prospecting")
    rows = []
    for number in range(60):
        stage = stages[number % 5]
        is_closed = stage in {"Won", "Lost"}
        rows.append(
            ",".join(
                [
                    f"D{number:03}",
                    f"Partner {'ABCD'[number % 4]}",
                    ("GTX Basic", MISSPELT)[number % 2],
                    f"Customer {number % 7}" if is_closed else "",
                    stage,
                    f"{1 + number % 12}/{13 + number % 15}/2016",
                    f"{1 + number % 12}/{13 + number % 15}/2017" if is_closed else "",
                    str(1000 + 7 * number if stage == "Won" else 0) if is_closed else "",
                ]
            )
        )
    return rows
