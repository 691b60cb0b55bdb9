"""What the values of accounts are called on pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from prm.accounts.models import JobFunction, MailStatus
from prm.permissions import P, Role

FUNCTION_LABELS = {
    JobFunction.SALES: _l("Sales"),
    JobFunction.PRESALES: _l("Presales"),
    JobFunction.TECHNICAL: _l("Technical"),
    JobFunction.SUPPORT: _l("Support"),
    JobFunction.MARKETING: _l("Marketing"),
}

ROLE_LABELS = {
    Role.OPERATOR: _l("Operator"),
    Role.VENDOR_ADMIN: _l("Vendor administrator"),
    Role.CHANNEL_MANAGER: _l("Channel manager"),
    Role.CONTENT_AUTHOR: _l("Content author"),
    Role.EXECUTIVE: _l("Executive"),
    Role.PARTNER_ADMIN: _l("Partner administrator"),
    Role.PARTNER_MEMBER: _l("Partner member"),
    Role.SYSTEM: _l("System"),
}

# One line for the person who chooses a role for somebody.
ROLE_HINTS = {
    Role.VENDOR_ADMIN: _l("Everything within the vendor, people and settings included"),
    Role.CHANNEL_MANAGER: _l("Works with partners: compliance, assignments, certificates, deals"),
    Role.CONTENT_AUTHOR: _l("Writes courses and quizzes, keeps the marketing library; sees no revenue"),
    Role.EXECUTIVE: _l("Reads reports and scorecards; changes nothing"),
    Role.PARTNER_ADMIN: _l("Looks after the company's people, assignments, deals and material"),
    Role.PARTNER_MEMBER: _l("Takes courses, holds certificates, uses marketing material"),
}

MAIL_STATUS_LABELS = {
    MailStatus.DUE: _l("Waiting"),
    MailStatus.SENT: _l("Sent"),
    MailStatus.FAILED: _l("Given up"),
}

# What one person may be given beyond their role.
GRANT_LABELS = {
    P.COURSE_ASSIGN: _l("Assign courses and see progress"),
    P.CERTIFICATE_ISSUE: _l("Issue certificates by hand"),
    P.IMPORT_RUN: _l("Run imports"),
}
