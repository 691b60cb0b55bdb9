"""The arithmetic of credit, without a database."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from prm.attribution.credits import (
    Model,
    Target,
    TouchKind,
    Unit,
    arrange_touches,
    split,
    split_by_target,
    tally_credits,
    window_before,
)
from prm.infra.money import allocate

AMOUNTS = (0, 1, -1, 2, 7, -7, 99, 100, 4_821_00, -4_821_00, 10**15, -(10**15) + 1)
MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize("model", Model)
def test_the_credits_of_an_order_sum_to_it_exactly(model: Model) -> None:
    for amount in AMOUNTS:
        for touches in (1, 2, 3, 7, 100, 997):
            shares = split(amount, touches, model)
            assert len(shares) == touches
            assert sum(shares) == amount


def test_linear_is_the_largest_remainder_split_of_equal_weights() -> None:
    for amount in AMOUNTS:
        for touches in (1, 2, 3, 7, 100):
            assert split(amount, touches, Model.LINEAR) == allocate(amount, [1] * touches)


def test_one_cent_over_seven_touches_goes_to_the_earliest() -> None:
    assert split(1, 7, Model.LINEAR) == [1, 0, 0, 0, 0, 0, 0]
    assert split(-1, 7, Model.LINEAR) == [-1, 0, 0, 0, 0, 0, 0]
    assert split(9, 7, Model.LINEAR) == [2, 2, 1, 1, 1, 1, 1]


def test_first_and_last_give_all_to_one_touch() -> None:
    assert split(500, 3, Model.FIRST) == [500, 0, 0]
    assert split(500, 3, Model.LAST) == [0, 0, 500]


@pytest.mark.parametrize("model", Model)
def test_without_a_touch_nothing_is_credited(model: Model) -> None:
    assert split(500, 0, model) == []
    assert split_by_target(500, [], model) == {}


@pytest.mark.parametrize("model", Model)
def test_summing_by_target_loses_nothing(model: Model) -> None:
    random = Random(7)
    for _ in range(200):
        targets = [random.randrange(5) for _ in range(random.randint(1, 40))]
        amount = random.randint(-(10**9), 10**9)
        expected: Counter[int] = Counter()
        for target, share in zip(targets, split(amount, len(targets), model), strict=True):
            expected[target] += share
        found = split_by_target(amount, targets, model)
        assert {t: c for t, c in found.items() if c} == {t: c for t, c in expected.items() if c}


@pytest.mark.parametrize(
    ("zone", "anchor", "start", "end"),
    [
        ("UTC", "2017-03-31", "2017-03-01T00:00+00:00", "2017-03-31T00:00+00:00"),
        # The clocks go forward on 26 March and back on 29 October: 719 and 721 hours.
        ("Europe/Berlin", "2017-04-10", "2017-03-11T00:00+01:00", "2017-04-10T00:00+02:00"),
        ("Europe/Berlin", "2017-11-10", "2017-10-11T00:00+02:00", "2017-11-10T00:00+01:00"),
        # In São Paulo the 15th of October 2017 began at one o'clock.
        ("America/Sao_Paulo", "2017-10-15", "2017-09-15T00:00-03:00", "2017-10-15T01:00-02:00"),
        ("Pacific/Kiritimati", "2017-01-31", "2017-01-01T00:00+14:00", "2017-01-31T00:00+14:00"),
    ],
)
def test_the_window_is_whole_days_of_the_vendors_zone(zone: str, anchor: str, start: str, end: str) -> None:
    window = window_before(date.fromisoformat(anchor), 30, zone)
    assert window.start == datetime.fromisoformat(start)
    assert window.end == datetime.fromisoformat(end)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"])
def test_dates_at_the_ends_of_the_calendar_have_a_window(zone: str) -> None:
    for anchor in (date.min, date(1, 2, 1), date.max):
        for days in (1, 3650):
            window = window_before(anchor, days, zone)
            assert window.start <= window.end


def unit(anchor: date, amount: int = 1000, partnership: int = 1) -> Unit:
    return Unit(1, partnership, anchor, anchor, amount)


def usage(at: datetime, asset: int = 1, partnership: int = 1) -> tuple:
    return (partnership, at, Target(TouchKind.USAGE, asset))


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu"])
def test_a_microsecond_decides_at_both_edges(zone: str) -> None:
    for anchor in (date(2017, 4, 10), date(2017, 10, 15), date(2017, 11, 10)):
        window = window_before(anchor, 30, zone)
        for at, is_credited in (
            (window.start - MICROSECOND, False),
            (window.start, True),
            (window.end - MICROSECOND, True),
            (window.end, False),
        ):
            touches = arrange_touches([usage(at)])
            tally = tally_credits([unit(anchor)], touches, lambda a: window_before(a, 30, zone))
            assert tally.attributed_minor == (1000 if is_credited else 0), (zone, anchor, at)
            assert tally.unattributed_minor == (0 if is_credited else 1000)


def test_touches_of_another_partnership_earn_nothing() -> None:
    touches = arrange_touches([usage(datetime(2017, 3, 1, tzinfo=UTC), partnership=2)])
    tally = tally_credits([unit(date(2017, 3, 2))], touches, lambda a: window_before(a, 90, "UTC"))
    assert (tally.attributed_minor, tally.unattributed_minor, tally.untouched_orders) == (0, 1000, 1)


def test_of_one_instant_a_completion_stands_before_the_certificate_it_earns() -> None:
    at = datetime(2017, 3, 1, 9, tzinfo=UTC)
    touches = arrange_touches(
        [
            usage(at, asset=5),
            (1, at, Target(TouchKind.COMPLETION, 6)),
            (1, at, Target(TouchKind.CERTIFICATE, 7)),
        ]
    )
    tally = tally_credits([unit(date(2017, 3, 2), 2)], touches, lambda a: window_before(a, 90, "UTC"))

    def earned(model: Model) -> dict[TouchKind, int]:
        return {touches.targets[t].kind: credit for t, credit in tally.by_target[model].items() if credit}

    assert earned(Model.FIRST) == {TouchKind.USAGE: 2}
    assert earned(Model.LAST) == {TouchKind.CERTIFICATE: 2}
    assert earned(Model.LINEAR) == {TouchKind.USAGE: 1, TouchKind.COMPLETION: 1}


@pytest.mark.parametrize("seed", range(8))
def test_attributed_and_unattributed_sum_to_revenue_under_every_model(seed: int) -> None:
    random = Random(seed)
    start = datetime(2017, 1, 1, tzinfo=UTC)
    touches = arrange_touches(
        usage(start + timedelta(minutes=random.randrange(500_000)), random.randrange(9), random.randrange(4))
        for _ in range(400)
    )
    units = [
        unit(
            date(2017, 1, 1) + timedelta(days=random.randrange(365)),
            random.choice([1, -1, 0, random.randint(-(10**12), 10**12)]),
            random.randrange(5),
        )
        for _ in range(300)
    ]
    tally = tally_credits(units, touches, lambda a: window_before(a, 20, "UTC"))
    assert tally.revenue_minor == sum(u.amount_minor for u in units)
    assert 0 < tally.influenced_orders < tally.orders == 300
    for model in Model:
        assert sum(tally.by_target[model].values()) == tally.attributed_minor
    assert sum(tally.by_partnership.values()) == tally.attributed_minor
