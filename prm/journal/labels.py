"""What journal entries are about, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

# By the model's name in lower case, as entries keep it. One that is missing is shown as it is kept.
SUBJECT_LABELS = {
    "asset": _l("Asset"),
    "assetversion": _l("Version of an asset"),
    "assignment": _l("Assignment"),
    "attempt": _l("Attempt"),
    "bankquestion": _l("Question of the bank"),
    "campaign": _l("Campaign"),
    "certificate": _l("Certificate"),
    "certificatefile": _l("File of a certificate"),
    "certification": _l("Certification"),
    "compliancepolicy": _l("Compliance policy"),
    "completion": _l("Completion"),
    "contentpackage": _l("SCORM package"),
    "course": _l("Course"),
    "courseversion": _l("Version of a course"),
    "customer": _l("Customer"),
    "customeralias": _l("Name of a customer in sources"),
    "deal": _l("Deal"),
    "enrolment": _l("Enrolment"),
    "importbatch": _l("Import"),
    "invitation": _l("Invitation"),
    "lesson": _l("Lesson"),
    "lessonimage": _l("Image of a lesson"),
    "membership": _l("Membership"),
    "order": _l("Order"),
    "partner": _l("Partner company"),
    "partnership": _l("Partnership"),
    "partnershipalias": _l("Name of a partner in sources"),
    "passwordreset": _l("Password reset"),
    "product": _l("Product"),
    "productalias": _l("Name of a product in sources"),
    "question": _l("Question"),
    "quizsitting": _l("Quiz being taken"),
    "region": _l("Region"),
    "reminderplan": _l("Plan of reminders"),
    "signingkey": _l("Signing key"),
    "storedfile": _l("File"),
    "tasksubmission": _l("Practical task handed in"),
    "user": _l("Person"),
    "vendor": _l("Vendor"),
}
