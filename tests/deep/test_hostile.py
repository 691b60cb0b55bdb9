"""Ten thousand signed-in requests that mean no good: no server error, and most reach a view."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.access.hostile import Hostile, Tally
from tests.access.site import Site, open_site

REQUESTS = 10_000


@pytest.fixture
def site(tmp_path: Path, database_kind: str) -> Iterator[Site]:
    with open_site(tmp_path / "site", database_kind) as opened:
        yield opened


@pytest.mark.deep
def test_ten_thousand_hostile_requests_fail_nowhere(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally()
    Hostile(site, 20_261_121).run(REQUESTS, tally)
    with capsys.disabled():
        print(f"\n{tally.table()}\n  server errors: {len(tally.failures)}")
    assert not tally.failures, "\n".join(tally.failures[:40])
    assert tally.reached >= 0.6 * tally.asked
