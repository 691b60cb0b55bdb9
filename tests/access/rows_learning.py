"""What one vendor's people learn and hold: courses, enrolments, certificates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from prm.accounts.models import User
from prm.certification.codes import new_code
from prm.certification.models import (
    Certificate,
    CertificateCounter,
    CertificateFile,
    Certification,
    CertificationVersion,
    IssueBasis,
    IssuedCode,
)
from prm.certification.services.issuing import freeze_facts
from prm.extensions import db
from prm.partners.models import Partnership
from prm.training.models import (
    Assignment,
    Attempt,
    Choice,
    Completion,
    Course,
    CourseVersion,
    Enrolment,
    EnrolmentStatus,
    Lesson,
    LessonImage,
    LessonProgress,
    Question,
    QuestionKind,
    SkillLevel,
    VersionStatus,
)
from prm.vendors.models import Paper, SigningKey, Vendor
from tests.access import rows_designs
from tests.access.assessment_rows import add_bank, add_task, hand_in, sit
from tests.access.content_rows import add_content, open_package
from tests.access.filling import Filler
from tests.access.path_rows import paths
from tests.access.placement_rows import add_placements
from tests.access.rows_credentials import certificate_pem, credential_key, sign_credentials
from tests.access.session_rows import add_sessions, seat_somebody
from tests.factories import UserRef
from tests.factories.marketing import png

# Whose rows a partner's are made for: its administrator, a member and a colleague of theirs.
PEOPLE = {
    "PA": {"BOSS": "padmin", "MEMBER": "member", "MATE": "mate"},
    "PB": {"BOSS": "boss_b", "MATE": "mate_b"},
}


def courses(f: Filler) -> None:
    course = f.add(
        Course(title=f.say("COURSE"), skill_level=SkillLevel.FOUNDATION, created_at=f.now), "course"
    )
    file = f.file("picture.png", png(colour="green"), "image/png")
    f.add(
        LessonImage(course_id=course.id, file_id=file.id, alt=f.say("COURSE"), width=60, height=40), "image"
    )
    lost = f.file("lost.png", png(colour="blue"), "image/png")
    lost.key = f"{lost.key[:-1]}-"  # its bytes are gone
    f.add(LessonImage(course_id=course.id, file_id=lost.id, alt="", width=60, height=40), "lost_image")
    version = _version(f, course, 1, VersionStatus.PUBLISHED, "COURSE", "")
    _version(f, course, 2, VersionStatus.DRAFT, "DRAFT", "draft_")
    unpublished = f.add(
        Course(title=f.say("DRAFT"), skill_level=SkillLevel.EXPERT, created_at=f.now), "draft_course"
    )
    _version(f, unpublished, 1, VersionStatus.DRAFT, "DRAFT", "unpublished_")
    done = f.add(Course(title="Twin", skill_level=SkillLevel.ADVANCED, created_at=f.now), "done_course")
    done_version = _version(f, done, 1, VersionStatus.PUBLISHED, "COURSE", "done_")
    fresh = f.add(Course(title="Twin", skill_level=SkillLevel.ADVANCED, created_at=f.now), "fresh_course")
    _version(f, fresh, 1, VersionStatus.PUBLISHED, "COURSE", "fresh_")
    unasked = f.add(
        Course(title="Unasked", skill_level=SkillLevel.FOUNDATION, created_at=f.now), "unasked_course"
    )
    content = _version(f, unasked, 1, VersionStatus.PUBLISHED, "COURSE", "unasked_", questions=0)
    add_content(f, content.id, "COURSE", "unasked_")
    add_content(f, f.tenant.things["draft_version"].id, "DRAFT", "draft_")
    add_task(f, content.id)
    add_task(f, f.tenant.things["draft_version"].id, "DRAFT", "draft_task")
    add_sessions(f, content, fresh)
    add_bank(f)
    placing = f.add(
        Course(title="Placing", skill_level=SkillLevel.FOUNDATION, created_at=f.now), "placing_course"
    )
    _version(f, placing, 1, VersionStatus.PUBLISHED, "COURSE", "placing_")
    add_placements(f, PEOPLE, ("admin", "manager", "west", "author"))
    for owner, people in PEOPLE.items():
        partnership = f.tenant.partnerships[owner]
        assignment = f.add(
            Assignment(
                course_id=course.id, partnership_id=partnership.id, assigned_at=f.now,
                due_on=f.today - timedelta(days=3), assigned_by_id=f.tenant.people["manager"].id,
            ),
            f"{owner}.assignment",
        )  # fmt: skip
        for kind, key in people.items():
            _learn(f, key, partnership.id, course, version, assignment)
            _learn(f, key, partnership.id, done, done_version, None)
            _begin(f, key, partnership.id, unasked, owner, kind)
    for key in ("admin", "manager", "west", "author"):
        _learn(f, key, None, course, version, None)
        _learn(f, key, None, done, done_version, None)
        _begin(f, key, None, unasked)
    _complete(f, f.tenant.leaver, None, fresh, "fresh_version")
    paths(f, PEOPLE)


def _begin(
    f: Filler,
    key: str,
    partnership_id: int | None,
    unasked: Course,
    owner: str | None = None,
    kind: str = "",
) -> None:
    enrolment = f.add(
        Enrolment(
            user_id=f.tenant.people[key].id, partnership_id=partnership_id, course_id=unasked.id,
            course_version_id=f.tenant.things["unasked_version"].id, status=EnrolmentStatus.STARTED,
            assigned_at=f.now, started_at=f.now,
        )
    )  # fmt: skip
    open_package(f, key, enrolment)
    seat_somebody(f, key, enrolment)
    hand_in(f, key, owner, kind, enrolment)


def _complete(f: Filler, who: UserRef, partnership_id: int | None, course: Course, version: str) -> None:
    version_id = f.tenant.things[version].id
    enrolment = f.add(
        Enrolment(
            user_id=who.id, partnership_id=partnership_id, course_id=course.id, course_version_id=version_id,
            status=EnrolmentStatus.COMPLETED, assigned_at=f.now, started_at=f.now,
        )
    )  # fmt: skip
    f.add(
        Completion(
            enrolment_id=enrolment.id, user_id=who.id, partnership_id=partnership_id, course_id=course.id,
            course_version_id=version_id, completed_at=f.now - timedelta(days=5),
        )
    )  # fmt: skip


def _version(
    f: Filler,
    course: Course,
    number: int,
    status: VersionStatus,
    kind: str,
    prefix: str,
    questions: int = 2,
) -> CourseVersion:
    version = f.add(
        CourseVersion(
            course_id=course.id, number=number, title=f.say(kind), summary=f"About {f.say(kind)}",
            status=status,
            pass_mark=50, published_at=f.now if status is VersionStatus.PUBLISHED else None,
        ),
        f"{prefix}version",
    )  # fmt: skip
    for position in (1, 2):
        name = f"{prefix}lesson" if position == 1 else f"{prefix}second_lesson"
        body = f"# {f.say(kind)}\n\nText."
        f.add(
            Lesson(course_version_id=version.id, position=position, title=f.say(kind), body=body, minutes=3),
            name,
        )
    for position in range(1, questions + 1):
        question = f.add(
            Question(
                course_version_id=version.id, position=position, kind=QuestionKind.SINGLE, prompt=f.say(kind),
                explanation=f.say("KEY"),
            ),
            f"{prefix}question" if position == 1 else f"{prefix}second_question",
        )  # fmt: skip
        for place, is_right in enumerate((True, False), 1):
            f.add(
                Choice(
                    question_id=question.id,
                    position=place,
                    text=f"{f.say(kind)} {place}",
                    is_correct=is_right,
                ),
                f"{prefix}{'right' if is_right else 'wrong'}_choice" + ("" if position == 1 else "_2"),
            )
    return version


def _learn(
    f: Filler, key: str, partnership_id: int | None, course: Any, version: Any, assignment: Any
) -> None:
    """An enrolment: of the course with every lesson done, so that the quiz is open; the other completed.

    Colleagues have no attempt left at the former.
    """
    is_done = course.title == "Twin"
    has_failed = not is_done and key.startswith("mate")
    user = f.tenant.people[key]
    lessons = [f.tenant.things[f"{'done_' if is_done else ''}{n}"] for n in ("lesson", "second_lesson")]
    enrolment = f.add(
        Enrolment(
            user_id=user.id, partnership_id=partnership_id, course_id=course.id, course_version_id=version.id,
            status=_status(is_done, has_failed),
            assignment_id=assignment.id if assignment else None,
            due_on=assignment.due_on if assignment else _staff_due_on(f, key, is_done),
            assigned_at=f.now - timedelta(days=30), started_at=f.now - timedelta(days=29),
            current_lesson_id=lessons[1].id, attempts_used=3 if has_failed else int(is_done),
        ),
        f"{key}.done_enrolment" if is_done else f"{key}.enrolment",
    )  # fmt: skip
    for lesson in lessons:
        f.add(LessonProgress(enrolment_id=enrolment.id, lesson_id=lesson.id, completed_at=f.now))
    if not is_done:
        if not has_failed:
            sit(f, enrolment)
        return
    f.add(
        Attempt(
            enrolment_id=enrolment.id, number=1, submitted_at=f.now, correct=2, questions=2,
            score_percent=100, has_passed=True,
            answers={str(f.tenant.things["done_question"].public_id):
                     str(f.tenant.things["done_right_choice"].public_id)},
        ),
        f"{key}.attempt",
    )  # fmt: skip
    f.add(
        Completion(
            enrolment_id=enrolment.id,
            user_id=user.id,
            partnership_id=partnership_id,
            course_id=course.id,
            course_version_id=version.id,
            completed_at=f.now - timedelta(days=20),
            score_percent=100,
        )
    )


def _staff_due_on(f: Filler, key: str, is_done: bool) -> date | None:
    """One of the staff is late as well."""
    return f.today - timedelta(days=3) if key == "author" and not is_done else None


def _status(is_done: bool, has_failed: bool) -> EnrolmentStatus:
    if is_done:
        return EnrolmentStatus.COMPLETED
    return EnrolmentStatus.FAILED if has_failed else EnrolmentStatus.STARTED


def certificates(f: Filler) -> None:
    scheme = f.add(
        Certification(
            name=f.say("SCHEME"), summary=f"About {f.say('SCHEME')}", skill_level=SkillLevel.FOUNDATION,
            created_at=f.now,
        ),
        "scheme",
    )  # fmt: skip
    undone = Certification(name="Undone", skill_level=SkillLevel.EXPERT, created_at=f.now)
    f.add(undone)  # nobody has completed what it needs
    twin = f.add(Certification(name="Twin", skill_level=SkillLevel.EXPERT, created_at=f.now), "twin_scheme")
    for key, needs, version in (
        ("scheme", scheme, "done_version"), ("twin_scheme", twin, "fresh_version"),
        ("undone_scheme", undone, "unasked_version"),
    ):  # fmt: skip
        rules = [{"kind": "course", "version_id": str(f.tenant.things[version].public_id)}]
        f.add(
            CertificationVersion(
                certification_id=needs.id, number=1, effective_on=f.today - timedelta(days=300), rules=rules,
                created_at=f.now,
            ),
            f"{key}.version",
        )  # fmt: skip
    f.add(CertificateCounter(last_number=100))
    f.add(
        SigningKey(sealed_key=b"sealed", certificate_pem=certificate_pem(), ca_pem=certificate_pem(),
                   created_at=f.now, retired_at=f.now)
    )  # fmt: skip
    key = credential_key(f)
    for owner, people in PEOPLE.items():
        for kind, who in people.items():
            _certificate(f, f.tenant.people[who], who, f.say(kind, owner), owner)
    for who in ("west", "author", "admin2"):
        _certificate(f, f.tenant.people[who], who, f.say("STAFF"), None)
    _certificate(f, f.tenant.leaver, "leaver", f.say("STAFF"), None)
    _certificate(f, f.tenant.people["padmin2"], "withdrawn", f.say("BOSS", "PA"), "PA").withdrawn_at = f.now
    sign_credentials(f, key)
    rows_designs.fill(f)


def _certificate(f: Filler, who: UserRef, key: str, words: str, owner: str | None) -> Certificate:
    code = new_code()
    certificate: Certificate = f.add(
        Certificate(
            number=f"C-{key}", code=code, certification_id=f.tenant.things["scheme"].id, user_id=who.id,
            version_id=f.tenant.things["scheme.version"].id,
            partnership_id=f.tenant.partnerships[owner].id if owner else None,
            issued_at=f.now - timedelta(days=20), issued_on=f.today - timedelta(days=20),
            expires_on=f.today + timedelta(days=25), basis=IssueBasis.DECISION, reason=words,
            issued_by_id=f.tenant.people["admin"].id, facts={},
        ),
        f"{key}.certificate",
    )  # fmt: skip
    certificate.facts = freeze_facts(
        certificate,
        db.session.get_one(Vendor, certificate.vendor_id),
        db.session.get_one(Certification, certificate.certification_id),
        db.session.get_one(CertificationVersion, certificate.version_id),
        db.session.get_one(User, who.id),
        db.session.get_one(Partnership, certificate.partnership_id) if owner else None,
        None,
        (),
    ) | {"person": {"id": str(who.public_id), "name": words}}
    f.add(IssuedCode(code=code, vendor_id=f.tenant.vendor.id))
    f.tenant.things[f"{key}.code"] = type(f.tenant.things["scheme"])(certificate.id, code)
    file = f.file(f"{words}.pdf", b"%PDF-1.7 " + words.encode(), "application/pdf")
    f.add(
        CertificateFile(
            certificate_id=certificate.id,
            paper=Paper.A4,
            file_id=file.id,
            sha256=file.sha256,
            requested_at=f.now,
            rendered_at=f.now,
        )
    )
    return certificate
