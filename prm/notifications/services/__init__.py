"""What changes notifications: telling, reading, preferring, and the mails about them."""

from prm.notifications.services.mails import send_mail
from prm.notifications.services.preferences import save_plan, save_preferences, stop_mails
from prm.notifications.services.reading import mark_all_read, mark_read
from prm.notifications.services.telling import Told, leave_out_told, tell

__all__ = [
    "Told", "leave_out_told", "mark_all_read", "mark_read", "save_plan", "save_preferences",
    "send_mail", "stop_mails", "tell",
]  # fmt: skip
