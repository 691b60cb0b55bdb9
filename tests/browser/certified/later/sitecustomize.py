"""Python runs this first in each process that has this folder on its path: there the portal's clock is
PRM_DAYS_LATER days ahead. Certificates are renewed months after they were issued; no test waits for that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

AHEAD = timedelta(days=int(os.environ["PRM_DAYS_LATER"]))


def set_ahead(module: ModuleType) -> None:
    now = module.now

    def later() -> datetime:
        instant: datetime = now()
        return instant + AHEAD

    module.now = later  # type: ignore[attr-defined]


class Clock(MetaPathFinder):
    """Finds prm.infra.clock, and sets it ahead once it is loaded."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "prm.infra.clock":
            return None
        spec = PathFinder.find_spec(name, path)
        assert spec is not None and isinstance(spec.loader, Loader)
        load = spec.loader.exec_module

        def load_ahead(module: ModuleType) -> None:
            load(module)
            set_ahead(module)

        spec.loader.exec_module = load_ahead  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, Clock())
