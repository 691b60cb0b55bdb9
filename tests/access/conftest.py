"""One site per test process; every test leaves it as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.access.site import Site, open_site


@pytest.fixture(scope="session")
def _open_site(tmp_path_factory: pytest.TempPathFactory, database_kind: str) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("two-vendors"), database_kind) as site:
        yield site


@pytest.fixture
def site(_open_site: Site) -> Iterator[Site]:
    _open_site.listen()
    yield _open_site
    _open_site.snapshot.restore()
