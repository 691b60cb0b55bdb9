"""Pages of notifications."""

from prm.notifications.views import own, reminding
from prm.notifications.views.blueprint import blueprint

__all__ = ["blueprint", "own", "reminding"]
