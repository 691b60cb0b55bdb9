"""Mutants that no question of tests/access notices, and the tests that do.

They are run with the guard weakened (tests/deep/weakened.py), and one of them has to fail. A question
asks one address at one vendor: what these tests ask takes two vendors, a job, or two people at once.
"""

from __future__ import annotations

# (kind, file and function, the mutant's text up to there): tests.
_GUARDS = {
    (
        "reach",
        "prm/notifications/recipients.py may_be_told",
        "reach is Reach.ALL",
    ): "tests/notifications/test_events.py",
    (
        "actor",
        "prm/notifications/recipients.py may_be_told",
        "partnership.id == actor.partnership_id",
    ): "tests/notifications/test_events.py",
    (
        "refusal",
        "prm/notifications/views/own.py unsubscribe",
        "raise NotFound",
    ): "tests/notifications/test_pages.py",
    (
        "reach",
        "prm/training/services/path_assigning.py may_assign_to_channel",
        "reach is Reach.ALL",
    ): "tests/training/test_paths.py",
    (
        "refusal",
        "prm/training/services/path_assigning.py assign_path",
        "raise Forbidden",
    ): "tests/training/test_paths.py",
    (
        "refusal",
        "prm/training/services/path_writing.py add_step",
        "raise NotFound",
    ): "tests/training/test_paths.py",
    (
        "actor",
        "prm/training/services/tasks.py _check_grader",
        "first == actor.user_id",
    ): "tests/training/test_tasks.py",
    (
        "require",
        "prm/bulk/services.py _attempt",
        "require(actor, action.permission)",
    ): "tests/bulk/test_bulk.py",
    (
        "filter",
        "prm/training/queries/progress.py list_external_certificates",
        "or_mine",
    ): "tests/imports/test_learning.py",
    (
        "refusal",
        "prm/partners/services/agreements.py accept_agreement",
        "raise NotFound",
    ): "tests/partners/test_agreements.py",
    (
        "visible",
        "prm/training/services/seats.py release_seat",
        "visible(select(SessionSeat)",
    ): "tests/training/test_sessions.py",
}
# The tenant filter of a model.
_MODELS = {
    "prm/bulk/models.py BulkRun": "tests/bulk/test_bulk.py",
    "prm/certification/models.py BadgePicture": "tests/certification/test_credentials.py",
    "prm/certification/models.py Credential": "tests/certification/test_credentials.py",
    "prm/imports/models.py ImportMapping": "tests/imports/test_drop_folder.py",
    "prm/marketing/models.py UsageEvent": "tests/operations/test_retention.py",
    "prm/notifications/models.py Notification": "tests/notifications/test_pages.py",
    "prm/notifications/models.py NotificationPreference": "tests/notifications/test_pages.py",
    "prm/notifications/models.py ReminderProgress": "tests/notifications/test_reminders.py",
    "prm/operations/models.py RetentionRule": "tests/operations/test_retention.py",
    "prm/partners/models.py Region": "tests/partners/test_application_regions.py",
    "prm/revenue/models.py Payment": "tests/imports/test_invoices.py",
    "prm/revenue/models.py Target": "tests/imports/test_invoices.py",
    "prm/training/models.py Completion": "tests/training/test_learning.py",
    "prm/training/models.py ExternalCertificate": "tests/imports/test_learning.py",
    "prm/training/models.py PathEnrolment": "tests/training/test_paths.py",
    "prm/vendors/models.py SigningKey": "tests/certification/test_keys.py",
}

TESTED: tuple[tuple[str, str, str, str], ...] = (
    *((*mutant, tests) for mutant, tests in _GUARDS.items()),
    *(
        ("tenant", file, f"{model} without", tests)
        for (file, model), tests in ((place.split(" "), tests) for place, tests in _MODELS.items())
    ),
)
