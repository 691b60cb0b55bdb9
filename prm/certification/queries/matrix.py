"""People × certifications: who holds what, as the table of prm/training/matrix.py asks it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import aliased, defer

from prm.access import Actor
from prm.accounts.models import User
from prm.certification.models import Certificate
from prm.certification.queries.certificates import has_status, reachable
from prm.certification.validity import Status, status_of
from prm.extensions import db
from prm.training.queries.progress import select_learners

_Later = aliased(Certificate)


def is_newest() -> Any:
    """Criterion: the certificate a person was issued last under a scheme."""
    return ~(
        select(_Later.id)
        .where(
            _Later.user_id == Certificate.user_id,
            _Later.certification_id == Certificate.certification_id,
            _Later.id > Certificate.id,
        )
        .exists()
    )


def list_newest(actor: Actor, user_keys: Sequence[int], scheme_keys: Sequence[int]) -> list[Certificate]:
    """The newest certificate of each person under each scheme (by key), of those within reach."""
    return list(
        db.session.scalars(
            select(Certificate)
            .options(defer(Certificate.facts))
            .where(
                Certificate.user_id.in_(user_keys),
                Certificate.certification_id.in_(scheme_keys),
                is_newest(),
                reachable(actor),
            )
        )
    )


def has_standing(actor: Actor, standing: str, scheme_keys: Sequence[int], today: date) -> Any:
    """Criterion: the person's newest certificate under one of the schemes stands so; "none": under one of
    them they never had any."""
    mine = (Certificate.user_id == User.id, Certificate.certification_id.in_(scheme_keys))
    if standing == "none":
        held = (
            select(func.count(distinct(Certificate.certification_id)))
            .where(*mine)
            .correlate(User)
            .scalar_subquery()
        )
        return held < len(scheme_keys)
    return (
        select(Certificate.id)
        .where(*mine, is_newest(), has_status(Status(standing), today), reachable(actor))
        .correlate(User)
        .exists()
    )


def count_held(scheme_keys: Sequence[int]) -> Any:
    """Under how many of the schemes a person was ever issued a certificate: to sort people by."""
    return (
        select(func.count(distinct(Certificate.certification_id)))
        .where(
            Certificate.user_id == User.id,
            Certificate.certification_id.in_(scheme_keys),
            Certificate.revoked_at.is_(None),
        )
        .correlate(User)
        .scalar_subquery()
    )


def issued_on(scheme_key: int) -> Any:
    """When a person was last issued a certificate under a scheme: to sort people by."""
    return (
        select(func.max(Certificate.issued_on))
        .where(Certificate.user_id == User.id, Certificate.certification_id == scheme_key)
        .correlate(User)
        .scalar_subquery()
    )


def count_standings(actor: Actor, scheme_keys: Sequence[int], today: date) -> dict[str, int]:
    """How many (person, scheme) stand how, over everybody within reach."""
    people = select_learners(actor).with_only_columns(User.id, maintain_column_froms=True)
    newest = select(func.count(Certificate.id)).where(
        Certificate.user_id.in_(people),
        Certificate.certification_id.in_(scheme_keys),
        is_newest(),
        reachable(actor),
    )
    return {
        status.value: db.session.execute(newest.where(has_status(status, today))).scalar_one()
        for status in Status
    }


def standing_of(certificate: Certificate, today: date) -> str:
    return status_of(certificate, today).value
