"""Who is told of what happened elsewhere: what prm/reactions.py calls, `function(actor, subject)`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from prm.access import Actor
from prm.accounts.models import Invitation
from prm.certification.accreditation.models import AccreditationAward
from prm.certification.models import Certificate, Certification
from prm.extensions import db
from prm.imports.models import ImportBatch
from prm.notifications.company_dates import list_concerned
from prm.notifications.models import Kind
from prm.notifications.recipients import list_admins
from prm.notifications.services import Told, tell
from prm.partners.models import Partnership
from prm.training.models import Assignment, Course, CourseVersion, Enrolment, EnrolmentStatus
from prm.training.models.paths import LearningPath, PathEnrolment
from prm.training.queries.learning import OPEN
from prm.training.services.path_assigning import PathEnrolled
from prm.training.services.redoing import RedoAsked
from prm.vendors.models import StoredFile


def courses_assigned(actor: Actor, assignment: Assignment) -> None:
    """Everybody whom an assignment newly enrolled."""
    rows = db.session.execute(
        select(Enrolment.user_id, Enrolment.public_id, Enrolment.due_on, Course.public_id, Course.title)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Enrolment.assignment_id == assignment.id, Enrolment.status == EnrolmentStatus.ASSIGNED)
    )
    tell(
        actor,
        [
            Told(
                user_key,
                Kind.COURSE_ASSIGNED,
                f"assigned:{enrolment_id}",
                course_id,
                facts={"course": title, "due_on": due_on.isoformat() if due_on else None},
            )
            for user_key, enrolment_id, due_on, course_id, title in rows
        ],
    )


def paths_assigned(actor: Actor, enrolled: PathEnrolled) -> None:
    """Everybody whom an assignment newly put on a path."""
    rows = db.session.execute(
        select(
            PathEnrolment.user_id, PathEnrolment.public_id, PathEnrolment.due_on,
            LearningPath.public_id, LearningPath.title,
        )
        .join(LearningPath, LearningPath.id == PathEnrolment.path_id)
        .where(PathEnrolment.id.in_(enrolled.enrolment_keys))
    )  # fmt: skip
    tell(
        actor,
        [
            Told(
                user_key,
                Kind.PATH_ASSIGNED,
                f"path:{enrolment_id}",
                path_id,
                facts={"path": title, "due_on": due_on.isoformat() if due_on else None},
            )
            for user_key, enrolment_id, due_on, path_id, title in rows
        ],
    )


def redo_asked(actor: Actor, asked: RedoAsked) -> None:
    """Everybody who is to redo what a new version changed."""
    rows = db.session.execute(
        select(Enrolment.user_id, Enrolment.public_id, Enrolment.due_on, Course.public_id, Course.title)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Enrolment.id.in_(asked.enrolment_keys))
    )
    tell(
        actor,
        [
            Told(
                user_key,
                Kind.COURSE_CHANGED,
                f"redo:{enrolment_id}",
                course_id,
                facts={"course": title, "due_on": due_on.isoformat() if due_on else None},
            )
            for user_key, enrolment_id, due_on, course_id, title in rows
        ],
    )


def version_published(actor: Actor, version: CourseVersion) -> None:
    """Everybody who is at a course that has a new version."""
    course = db.session.scalars(select(Course).where(Course.id == version.course_id)).one()
    people = db.session.scalars(
        select(Enrolment.user_id)
        .where(Enrolment.course_id == course.id, Enrolment.status.in_(OPEN))
        .distinct()
    )
    tell(
        actor,
        [
            Told(
                user_key,
                Kind.COURSE_REPLACED,
                f"version:{version.public_id}",
                course.public_id,
                facts={"course": version.title, "number": version.number},
            )
            for user_key in people
        ],
    )


def certificate_issued(actor: Actor, certificate: Certificate) -> None:
    """Its holder."""
    tell(
        actor,
        [
            Told(
                certificate.user_id,
                Kind.CERTIFICATE_ISSUED,
                f"issued:{certificate.public_id}",
                certificate.public_id,
                facts={"title": _title(certificate)},
            )
        ],
    )


def certificate_revoked(actor: Actor, certificate: Certificate) -> None:
    """Its holder, and the administrators of the company it was issued at."""
    key = f"revoked:{certificate.public_id}"
    news = [
        Told(
            certificate.user_id,
            Kind.CERTIFICATE_REVOKED,
            key,
            certificate.public_id,
            facts={"title": _title(certificate)},
        )
    ]
    if certificate.partnership_id is not None:
        partnership = db.session.scalars(
            select(Partnership).where(Partnership.id == certificate.partnership_id)
        ).one()
        news += [
            Told(
                admin,
                Kind.COLLEAGUE_CERTIFICATES,
                key,
                partnership=partnership,
                about_user_key=certificate.user_id,
                facts={"revoked": 1},
            )
            for admin in list_admins([partnership]).get(partnership.id, ())
            if admin != certificate.user_id
        ]
    tell(actor, news)


def accreditation_awarded(actor: Actor, award: AccreditationAward) -> None:
    """The administrators of the company, and its manager."""
    _tell_of_award(actor, award, Kind.ACCREDITATION_AWARDED, {})


def accreditation_ended(actor: Actor, award: AccreditationAward) -> None:
    """The same people."""
    assert award.ended_on is not None
    _tell_of_award(actor, award, Kind.ACCREDITATION_ENDED, {"ended_on": award.ended_on.isoformat()})


def _tell_of_award(actor: Actor, award: AccreditationAward, kind: Kind, facts: dict[str, str]) -> None:
    partnership = db.session.scalars(select(Partnership).where(Partnership.id == award.partnership_id)).one()
    told = {"partner": partnership.name, "title": award.facts["accreditation"]["name"], **facts}
    tell(
        actor,
        [
            Told(user_key, kind, f"{kind}:{award.public_id}", award.public_id, partnership, facts=told)
            for user_key in list_concerned([partnership])[partnership.id]
        ],
    )


def _title(certificate: Certificate) -> str:
    return db.session.scalars(
        select(Certification.name).where(Certification.id == certificate.certification_id)
    ).one()


def invitation_accepted(actor: Actor, invitation: Invitation) -> None:
    """Who invited."""
    if invitation.invited_by_id is None:
        return
    partnership = None
    if invitation.partnership_public_id is not None:
        partnership = db.session.scalars(
            select(Partnership).where(Partnership.public_id == invitation.partnership_public_id)
        ).one_or_none()
    tell(
        actor,
        [
            Told(
                invitation.invited_by_id,
                Kind.INVITATION_ACCEPTED,
                f"invitation:{invitation.public_id}",
                partnership=partnership,
                about_user_key=invitation.accepted_by_id,
                facts={"company": invitation.company_name},
            )
        ],
    )


def import_applied(actor: Actor, batch: ImportBatch) -> None:
    """Who started an import that rejected rows."""
    rejected = int(batch.counts.get("rejected", 0) or 0)
    if rejected:
        _tell_importer(actor, batch, "applied", rejected=rejected)


def import_failed(actor: Actor, batch: ImportBatch) -> None:
    """Who started an import that could not be done."""
    _tell_importer(actor, batch, "failed", has_failed=True)


def _tell_importer(actor: Actor, batch: ImportBatch, outcome: str, **facts: Any) -> None:
    if batch.created_by_id is None:
        return
    name = db.session.scalars(select(StoredFile.name).where(StoredFile.id == batch.file_id)).one()
    tell(
        actor,
        [
            Told(
                batch.created_by_id,
                Kind.IMPORT_PROBLEM,
                f"import:{batch.public_id}:{outcome}",
                batch.public_id,
                facts={"file": name, **facts},
            )
        ],
    )
