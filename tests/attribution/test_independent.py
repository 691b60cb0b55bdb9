"""The figures of the command against a calculation from the exported rows that shares no code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from tests.attribution import independent
from tests.factories import World
from tests.factories.attribution import random_world
from tests.reports import outputs

MODELS = ("first", "last", "linear")
GROUPINGS = ("asset", "campaign", "course", "partner")


def report(app: Flask, slug: str, *arguments: str) -> dict:
    result = app.test_cli_runner().invoke(
        args=["attribution", "report", "--vendor", slug, "--json", *arguments], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def comparable(printed: dict) -> dict:
    """The command's report in the form of the independent one; its rows must sum and be sorted."""
    credits = [row["credit_minor"] for row in printed["rows"]]
    assert credits == sorted(credits, reverse=True)
    assert sum(credits) == printed["attributed_minor"]
    assert printed["attributed_minor"] + printed["unattributed_minor"] == printed["revenue_minor"]
    rows = {(row["id"], row["name"]): row["credit_minor"] for row in printed["rows"]}
    assert len(rows) == len(printed["rows"])
    return {**printed, "rows": rows}


@pytest.mark.parametrize(
    ("seed", "zone"), [(1, "UTC"), (2, "Europe/Berlin"), (3, "America/Sao_Paulo"), (4, "Asia/Kathmandu")]
)
def test_every_model_and_grouping_agrees_with_the_recalculation(
    world: World, tmp_path: Path, seed: int, zone: str
) -> None:
    made = random_world(world, seed, zone)
    slug = made.sales.vendor.slug
    orders, touches = outputs.export(world.app, slug, tmp_path)
    assert len(orders) == 60
    assert {touch["kind"] for touch in touches} == {"usage", "completion", "certificate"}
    ledger = independent.Ledger(orders, touches, zone=zone)
    for model in MODELS:
        for by in GROUPINGS:
            expected = independent.report(ledger, model=model, by=by, currency="USD")
            found = report(world.app, slug, "--model", model, "--by", by)
            assert comparable(found) == expected, (model, by)
            assert expected["attributed_minor"] not in (0, expected["revenue_minor"])


def test_a_period_and_a_look_back_agree_too(world: World, tmp_path: Path) -> None:
    made = random_world(world, 5, "Europe/Berlin")
    orders, touches = outputs.export(world.app, made.sales.vendor.slug, tmp_path)
    seen = set()
    for lookback in (1, 30, 91, 3650):
        ledger = independent.Ledger(orders, touches, zone="Europe/Berlin", lookback=lookback)
        expected = independent.report(
            ledger, model="linear", by="campaign", currency="USD",
            date_from="2017-04-01", date_to="2017-09-30",
        )  # fmt: skip
        found = report(
            world.app, made.sales.vendor.slug, "--model", "linear", "--by", "campaign",
            "--from", "2017-04-01", "--to", "2017-09-30", "--lookback", str(lookback),
        )  # fmt: skip
        assert comparable(found) == expected
        seen.add(found["attributed_minor"])
    assert len(seen) >= 3, "the look-backs find something else"
