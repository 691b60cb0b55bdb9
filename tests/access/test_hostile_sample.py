"""A sample of what tests/deep/test_hostile.py asks ten thousand times."""

from __future__ import annotations

import pytest

from tests.access.hostile import Hostile, Tally
from tests.access.site import Site


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_hundred_hostile_requests_fail_nowhere(site: Site, seed: int) -> None:
    tally = Tally()
    Hostile(site, seed).run(100, tally)
    assert not tally.failures, "\n".join(tally.failures)
    # A hundred are few: of ten thousand, tests/deep wants sixty in a hundred.
    assert tally.reached >= 0.35 * tally.asked
