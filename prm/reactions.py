"""What follows from a change elsewhere: one table, run by transaction() before it commits.

A key is the action a service recorded in the journal, the value the functions that react:
`function(actor, subject)`. Reactions write rows; whatever is slow is a job that a row makes due.
This is the only module that imports upward; with the tasks come their sweepers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from prm.accounts import tasks as accounts
from prm.audits import tasks as audits
from prm.bulk import tasks as bulk
from prm.certification import tasks as certification
from prm.certification.accreditation import services as accreditation
from prm.certification.services import issue_on_certificate, issue_on_evidence, issue_on_path
from prm.imports import tasks as imports
from prm.imports.services import rematching
from prm.infra.db import bound_vendor
from prm.infra.jobs import Job, enqueue_after_commit
from prm.notifications import audit_events as audit_notifications
from prm.notifications import events as notifications
from prm.notifications import session_events as session_notifications
from prm.notifications import task_events as task_notifications
from prm.notifications import tasks as notification_tasks
from prm.onboarding import services as onboarding
from prm.onboarding import tasks as onboarding_tasks
from prm.partners import tasks as partners
from prm.partners.joining import join_partnership
from prm.training import services as training
from prm.training import tasks as training_tasks
from prm.training.queries import newcomers


def enqueue(task: Job) -> Callable[..., None]:
    """A reaction that hurries along the job which the subject's row makes due."""

    def react(actor: Any, subject: Any) -> None:
        enqueue_after_commit(task, subject.id)

    return react


def enqueue_for_vendor(task: Job) -> Callable[..., None]:
    """The same for a vendor's row: the job gets the vendor's key and the row's."""

    def react(actor: Any, subject: Any) -> None:
        enqueue_after_commit(task, subject.vendor_id, subject.id)

    return react


def enrol_newcomer(actor: Any, membership: Any) -> None:
    """Enrol a partner's new person in what their partnerships are assigned: here now, elsewhere by jobs."""
    training.enrol_newcomer(actor, membership)
    for vendor_id in newcomers.list_other_vendors(membership, bound_vendor()):
        enqueue_after_commit(training_tasks.enrol_newcomer, vendor_id, membership.id)


def look_at_holder(actor: Any, certificate: Any) -> None:
    """What a person holds has changed: the accreditations of their companies follow."""
    accreditation.look_soon(actor, accreditation.list_companies_of(certificate.user_id))


def look_at_company(actor: Any, membership: Any) -> None:
    """The people of a company have changed: its accreditations follow, here now, elsewhere by jobs."""
    if membership.partner_id is None:
        return
    here = bound_vendor()
    if here is not None:
        accreditation.look_soon(actor, accreditation.list_partnerships_of(membership.partner_id))
    for vendor_id in newcomers.list_other_vendors(membership, here):
        enqueue_after_commit(certification.look_at_partner, vendor_id, membership.partner_id)


def look_at_partnership(actor: Any, partnership: Any) -> None:
    accreditation.look_soon(actor, [partnership.id])


def look_at_branch(actor: Any, branch: Any) -> None:
    """A branch counts for the region it is in."""
    accreditation.look_soon(actor, [branch.partnership_id])


def look_at_merged(actor: Any, partnership: Any) -> None:
    """Both of two partners that were merged or taken apart."""
    accreditation.look_soon(actor, accreditation.list_together(partnership))


def look_at_everybody(actor: Any, subject: Any) -> None:
    """What is asked of companies has changed: all of them are looked at soon."""
    enqueue_after_commit(certification.look_at_everybody, subject.vendor_id)


def judge_partnerships(actor: Any, subject: Any) -> None:
    """Fill the table of standings soon, where all of them have grown old at once."""
    enqueue_after_commit(audits.judge_partnerships, subject.vendor_id)


def send_notifications(actor: Any, due: Any) -> None:
    """Hurry along the mails about what was told at once."""
    enqueue_after_commit(notification_tasks.send_mails, due.vendor_id)


assert partners and onboarding_tasks  # their sweepers


REACTIONS: dict[str, tuple[Callable[..., None], ...]] = {
    "accreditation.awarded": (
        enqueue_for_vendor(certification.print_award),
        notifications.accreditation_awarded,
    ),
    "accreditation.changed": (look_at_everybody,),
    "accreditation.created": (look_at_everybody,),
    "accreditation.ended": (notifications.accreditation_ended,),
    "accreditations.due": (accreditation.look_at_due,),
    "agreement.accepted": (onboarding.subject_changed,),
    "agreement.published": (judge_partnerships,),
    "audit.action_proved": (audit_notifications.action_proved,),
    "audit.handed_in": (audit_notifications.audit_answered,),
    "audit.opened": (audit_notifications.audit_opened,),
    "audit.plan_changed": (audit_notifications.audit_assigned,),
    "audit.planned": (audit_notifications.audit_assigned,),
    "audit.report_due": (enqueue_for_vendor(audits.make_report),),
    "audit.report_kept": (audit_notifications.audit_closed,),
    "audit.reported": (audit_notifications.audit_reported,),
    "audit.returned": (audit_notifications.audit_returned,),
    "audit.submitted": (audit_notifications.audit_submitted,),
    "audit_campaign.due": (enqueue_for_vendor(audits.make_campaign),),
    "branch.added": (look_at_branch,),
    "branch.removed": (look_at_branch,),
    "bulk.started": (enqueue_for_vendor(bulk.advance_run),),
    "certificate.issued": (
        onboarding.subject_changed,
        notifications.certificate_issued,
        issue_on_certificate,
        look_at_holder,
    ),
    "certificate.revoked": (notifications.certificate_revoked, look_at_holder),
    "certificate_file.due": (enqueue_for_vendor(certification.render_file),),
    "certification.changed": (look_at_everybody,),
    "course_version.published": (
        notifications.version_published,
        enqueue_for_vendor(training_tasks.spread_course_version),
    ),
    "course_version.redo_due": (notifications.redo_asked,),
    "customer.alias_added": (rematching.customer_alias_added,),
    "customer.alias_removed": (rematching.customer_alias_removed,),
    "enrolments.made": (notifications.courses_assigned,),
    "import.applied": (notifications.import_applied, judge_partnerships, look_at_everybody),
    "import.check_due": (enqueue_for_vendor(imports.check_batch),),
    "import.confirmed": (enqueue_for_vendor(imports.apply_batch),),
    "import.failed": (notifications.import_failed,),
    "invitation.accepted": (join_partnership, notifications.invitation_accepted),
    "issue_batch.due": (enqueue_for_vendor(certification.run_batch),),
    "mail.due": (enqueue(accounts.deliver_mail),),
    "membership.changed": (look_at_company,),
    "membership.continued": (look_at_company,),
    "membership.ended": (look_at_company,),
    "membership.started": (enrol_newcomer, onboarding.subject_changed, look_at_company),
    "milestone.ticked": (onboarding.subject_changed,),
    "notification.mail_due": (send_notifications,),
    "partnership.activated": (look_at_partnership,),
    "partnership.ended": (look_at_partnership,),
    "partnership.resumed": (look_at_partnership,),
    "partnership.suspended": (look_at_partnership,),
    "partnership.changed": (onboarding.partnership_changed, look_at_partnership),
    "partnership.created": (onboarding.partnership_changed,),
    "partnership.linked": (training.enrol_people_of, look_at_partnership),
    "path.completed": (training.follow_path, issue_on_path),
    "path_assignment.spread_due": (enqueue_for_vendor(training_tasks.spread_assignment),),
    "path_enrolments.made": (notifications.paths_assigned,),
    "path_version.published": (enqueue_for_vendor(training_tasks.spread_path_version),),
    "policy.set": (judge_partnerships,),
    "partnership.merged": (training.enrol_merged, look_at_merged),
    "partnership.unmerged": (training.part_enrolments, look_at_merged),
    "product.alias_added": (rematching.product_alias_added,),
    "product.alias_removed": (rematching.product_alias_removed,),
    "product.created": (rematching.product_known,),
    "product.edited": (rematching.product_known,),
    "reset.requested": (enqueue(accounts.send_reset_link),),
    "training.lessons_done": (training.follow_course,),
    "task.appealed": (task_notifications.work_waits,),
    "task.graded": (task_notifications.work_graded,),
    "task.handed_in": (task_notifications.work_waits,),
    "training_session.cancelled": (session_notifications.session_cancelled,),
    "training_session.moved": (session_notifications.session_moved,),
    "training_session.moved_up": (session_notifications.place_given,),
    "training_session.released": (session_notifications.seat_released,),
    "training.completed": (issue_on_evidence, training.follow_course, training.follow_up_completion),
}


def run_reactions(session: Session) -> None:
    """Run the reactions of everything recorded, and of what they record in turn."""
    happened: list[tuple[Any, str, Any]] = session.info.get("happened", [])
    done = 0
    while done < len(happened):
        actor, action, subject = happened[done]
        done += 1
        for react in REACTIONS.get(action, ()):
            react(actor, subject)
