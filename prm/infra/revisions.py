"""Whether what somebody edits is still what their page showed them.

For rows that imports, merges and bulk statements change as well: a number that each writer had to
raise would be forgotten by one of them. What the form edits is compared itself, as a digest in a
hidden field.
"""

from __future__ import annotations

from hashlib import sha256

from flask_babel import gettext as _

from prm.errors import Conflict


def revision_of(*values: object) -> str:
    """A short text that is another one where any of the values is."""
    return sha256(repr(values).encode()).hexdigest()[:32]


def check_revision(seen: str | None, now: str) -> None:
    """Raises Conflict where what was seen is not what is there now. None: nothing was looked at before."""
    if seen is not None and seen != now:
        raise Conflict(
            _("This was changed while you were writing. Compare with what is saved now, then save again.")
        )
