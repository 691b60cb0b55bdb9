"""Imported before anything large: the garbage collector waits until the portal is imported.

Nothing that an import makes is garbage, and looking for it takes a quarter of every start. What is
imported stays for good, so that later collections need not look at it either.
"""

from __future__ import annotations

import gc

gc.disable()


def imported() -> None:
    """All is imported: collect again, but never among what is there now."""
    gc.freeze()
    gc.enable()
