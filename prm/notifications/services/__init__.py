"""What changes notifications: telling, reading, preferring, and the mails about them."""

from prm.notifications.services.mails import send_mail
from prm.notifications.services.preferences import save_plan, save_preferences, stop_mails
from prm.notifications.services.reading import mark_all_read, mark_read
from prm.notifications.services.reminding import MOST_AT_ONCE, remind_people
from prm.notifications.services.telling import Told, leave_out_told, tell

__all__ = [
    "MOST_AT_ONCE", "Told", "leave_out_told", "mark_all_read", "mark_read", "remind_people", "save_plan",
    "save_preferences", "send_mail", "stop_mails", "tell",
]  # fmt: skip
