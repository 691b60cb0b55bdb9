"""The clock can be asked, set and stopped, and knows only aware instants."""

import threading
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from prm.infra import clock

NOON = datetime(2017, 3, 1, 12, 0, tzinfo=UTC)


def test_now_is_aware_utc():
    instant = clock.now()
    assert instant.tzinfo is UTC
    assert abs(datetime.now(UTC) - instant) < timedelta(seconds=5)


def test_a_frozen_clock_stands_still_and_is_released():
    with clock.freeze(NOON):
        assert clock.now() == NOON == clock.now()
    assert clock.now().year > 2017


def test_a_frozen_clock_moves_when_told():
    with clock.freeze(NOON) as set_clock:
        assert set_clock.advance(days=2, hours=1) == NOON + timedelta(days=2, hours=1)
        assert clock.now() == NOON + timedelta(days=2, hours=1)
        set_clock.advance(timedelta(hours=-1))
        assert clock.now() == NOON + timedelta(days=2)
        set_clock.move_to(NOON - timedelta(days=400))
        assert clock.now() == NOON - timedelta(days=400)


def test_a_travelling_clock_runs_on():
    with clock.travel(NOON):
        first = clock.now()
        while clock.now() == first:
            pass
        assert timedelta(0) < clock.now() - NOON < timedelta(seconds=60)


def test_clocks_nest_and_survive_an_exception():
    with clock.freeze(NOON):
        with pytest.raises(RuntimeError), clock.freeze(NOON + timedelta(days=1)):
            raise RuntimeError
        assert clock.now() == NOON


def test_another_thread_keeps_the_real_time():
    seen = []
    with clock.freeze(NOON):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen[0].year > 2017


def test_instants_are_kept_in_utc_whatever_zone_they_came_in():
    with clock.freeze(datetime(2017, 3, 1, 1, 0, tzinfo=timezone(timedelta(hours=3)))):
        assert clock.now() == datetime(2017, 2, 28, 22, 0, tzinfo=UTC)
        assert clock.now().tzinfo is UTC


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="offset"), clock.freeze(datetime(2017, 3, 1)):  # noqa: DTZ001
        pass
    with pytest.raises(ValueError, match="offset"):
        clock.to_zone(datetime(2017, 3, 1), "Europe/Berlin")  # noqa: DTZ001


def test_today_depends_on_the_zone():
    with clock.freeze(datetime(2017, 3, 1, 23, 30, tzinfo=UTC)):
        assert clock.today("UTC") == date(2017, 3, 1)
        assert clock.today("Asia/Tokyo") == date(2017, 3, 2)
        assert clock.today("America/Los_Angeles") == date(2017, 3, 1)


def test_to_zone_shows_the_wall_clock_of_the_same_instant():
    local = clock.to_zone(NOON, "Europe/Berlin")
    assert local.hour == 13
    assert local == NOON


def test_a_day_starts_at_local_midnight_and_may_last_23_or_25_hours():
    assert clock.day_start(date(2017, 3, 1), "Europe/Berlin") == datetime(2017, 2, 28, 23, tzinfo=UTC)

    def hours(day):
        return (
            clock.day_start(day + timedelta(days=1), "Europe/Berlin") - clock.day_start(day, "Europe/Berlin")
        ) / timedelta(hours=1)

    assert [hours(date(2017, 3, 26)), hours(date(2017, 10, 29)), hours(date(2017, 6, 1))] == [
        23,
        25,
        24,
    ]


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "x" * 5000, "a/" * 50_000, "a\0b"]
)
def test_an_unknown_zone_is_refused_as_such(name):
    with pytest.raises(clock.UnknownTimeZone):
        clock.today(name)


def test_monotonic_ignores_a_set_clock():
    before = clock.monotonic()
    with clock.freeze(NOON):
        assert clock.monotonic() >= before
