"""What operations call things, for people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from prm.operations.models import Thing

THING_LABELS = {
    Thing.USAGE: _l("Who used an asset"),
    Thing.MAIL: _l("Mails that were sent"),
    Thing.NOTIFICATION: _l("Notifications"),
    Thing.APPLICATION: _l("Who applied to become a partner"),
    Thing.IMPORT: _l("Imported files"),
}
# What is left of it afterwards.
THING_REMAINS = {
    Thing.USAGE: _l("The use itself stays counted, without the person."),
    Thing.MAIL: _l("Nothing. That somebody was told stays in the notifications and in the journal."),
    Thing.NOTIFICATION: _l("Nothing. What they told of stays as it is."),
    Thing.APPLICATION: _l("The company and the ruling; not the contact, the message and the answers."),
    Thing.IMPORT: _l("What was imported and its counts. Rejected lines can no longer be downloaded."),
}
