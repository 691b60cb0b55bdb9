"""The world that killed processes work in: a vendor, a course, a certification, a file of deals."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from prm.access import Actor
from prm.accounts.models import User
from prm.extensions import db
from prm.infra.db import serve_vendor, transaction
from prm.partners.models import Partnership
from prm.permissions import Role
from prm.training import services as training
from prm.training.models import Choice, Enrolment, Question, QuestionKind

DEALS = 240
WON = 160


def deals_file() -> bytes:
    """A CSV of deals, two thirds of them won."""
    lines = ["external_id,partner,customer,product,stage,registered_on,closed_on,amount"]
    for n in range(DEALS):
        stage, closed = ("won", "2026-02-27") if n < WON else ("submitted", "")
        names = f"Partner {n % 7},Customer {n % 11},Product {n % 3}"
        lines.append(f"D-{n:04},{names},{stage},2026-01-31,{closed},{100 + n}")
    return "\n".join(lines).encode()


def run_issue(vendor_id: int, act: Callable[[Actor], None]) -> None:
    """Let the one learner act, in a transaction of the vendor."""
    with serve_vendor(vendor_id):
        user = db.session.scalars(select(User).where(User.email_folded == "learner@example.com")).one()
        partnership = db.session.scalars(select(Partnership).where(Partnership.name == "Northwind")).one()
        actor = Actor(
            role=Role.PARTNER_MEMBER,
            name=user.name,
            user_id=user.id,
            user_public_id=user.public_id,
            vendor_id=vendor_id,
            partner_id=partnership.partner_id,
            partnership_id=partnership.id,
        )
        with transaction():
            act(actor)


def complete_course(actor: Actor) -> None:
    """Pass the quiz: the last step of the course, upon which the certificate is issued."""
    enrolment = db.session.scalars(select(Enrolment).where(Enrolment.user_id == actor.user_id)).one()
    answers: dict[str, object] = {}
    for question in db.session.scalars(
        select(Question).where(Question.course_version_id == enrolment.course_version_id)
    ):
        right = db.session.scalars(
            select(Choice.public_id).where(Choice.question_id == question.id, Choice.is_correct)
        ).all()
        if question.kind is QuestionKind.NUMERIC:
            answers[str(question.public_id)] = str(question.numeric_answer)
        elif question.kind is QuestionKind.SINGLE:
            answers[str(question.public_id)] = str(right[0])
        else:
            answers[str(question.public_id)] = [str(choice) for choice in right]
    training.submit_attempt(actor, enrolment.public_id, answers)
