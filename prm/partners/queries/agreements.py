"""Reading the partner agreement: which version is in force, who accepted it when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from prm.access import Actor, visible
from prm.accounts.models import User
from prm.errors import NotFound
from prm.extensions import db
from prm.partners.models import AgreementAcceptance, AgreementVersion, Partnership, PartnershipStatus
from prm.partners.queries.partnerships import list_of_partnerships
from prm.partners.queries.past import stated_acceptances
from prm.permissions import P


def find_agreement(on: date) -> AgreementVersion | None:
    """The version in force on a date at the vendor served: the latest that took effect by then."""
    return db.session.scalars(
        select(AgreementVersion)
        .where(AgreementVersion.effective_on <= on)
        .order_by(AgreementVersion.effective_on.desc(), AgreementVersion.number.desc())
        .limit(1)
    ).one_or_none()


def list_open_agreements(on: date) -> list[AgreementVersion]:
    """What can be accepted on a date: the version in force, then those that take effect later."""
    in_force = find_agreement(on)
    coming = db.session.scalars(
        select(AgreementVersion)
        .where(AgreementVersion.effective_on > on)
        .order_by(AgreementVersion.effective_on, AgreementVersion.number)
    )
    return [version for version in (in_force, *coming) if version is not None]


def list_agreements(actor: Actor) -> list[tuple[AgreementVersion, int]]:
    """Every version, newest first, and how many partners have accepted it."""
    accepted = func.count(func.distinct(AgreementAcceptance.partnership_id))
    rows = db.session.execute(
        visible(select(AgreementVersion, accepted), actor, P.VENDOR_SETTINGS, AgreementVersion)
        .outerjoin(AgreementAcceptance, AgreementAcceptance.version_id == AgreementVersion.id)
        .group_by(AgreementVersion.id)
        .order_by(AgreementVersion.number.desc())
    )
    return [(version, count) for version, count in rows]


def count_asked(actor: Actor) -> int:
    """How many partners a new version asks: all whose partnership has not ended."""
    current = list_of_partnerships(actor).where(Partnership.status != PartnershipStatus.ENDED).subquery()
    return db.session.scalar(select(func.count()).select_from(current)) or 0


def get_agreement(actor: Actor, public_id: UUID) -> AgreementVersion:
    """Raises NotFound, for a foreign one as for one that does not exist."""
    statement = select(AgreementVersion).where(AgreementVersion.public_id == public_id)
    found = db.session.scalars(visible(statement, actor, P.VENDOR_SETTINGS)).one_or_none()
    if found is None:
        raise NotFound
    return found


def select_acceptances(actor: Actor, version: AgreementVersion) -> Select[Any]:
    """(AgreementAcceptance, partnership's name and public id, person's name) of one version."""
    return visible(
        select(AgreementAcceptance, Partnership.name, Partnership.public_id, User.name)
        .join(Partnership, Partnership.id == AgreementAcceptance.partnership_id)
        .join(User, User.id == AgreementAcceptance.accepted_by_id)
        .where(AgreementAcceptance.version_id == version.id),
        actor,
        P.VENDOR_SETTINGS,
        AgreementAcceptance,
    )


def find_acceptance(
    partnership_id: int, version: AgreementVersion, on: date
) -> tuple[AgreementAcceptance, str] | None:
    """A partnership's latest acceptance of a version up to a date, and the person's name."""
    row = db.session.execute(
        select(AgreementAcceptance, User.name)
        .join(User, User.id == AgreementAcceptance.accepted_by_id)
        .where(
            AgreementAcceptance.partnership_id == partnership_id,
            AgreementAcceptance.version_id == version.id,
            AgreementAcceptance.accepted_on <= on,
        )
        .order_by(AgreementAcceptance.accepted_on.desc())
        .limit(1)
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def accepted_dates(stated: Mapping[int, date | None], on: date) -> dict[int, date | None]:
    """When each partnership last accepted what was in force on a date; None where it had not.

    `stated`: their keys, each with its Partnership.agreement_accepted_on. Beside acceptances in the
    portal counts the day that the vendor states, unless the version in force came later. As long as
    there is no version, that day alone counts.
    """
    version = find_agreement(on)
    changed = stated_acceptances(on)
    stated = {key: changed.get(key, day) for key, day in stated.items()}
    if version is None:
        return {key: day if day is not None and day <= on else None for key, day in stated.items()}
    rows = db.session.execute(
        select(AgreementAcceptance.partnership_id, func.max(AgreementAcceptance.accepted_on))
        .where(
            AgreementAcceptance.version_id == version.id,
            AgreementAcceptance.accepted_on <= on,
            AgreementAcceptance.partnership_id.in_(stated),
        )
        .group_by(AgreementAcceptance.partnership_id)
    )
    accepted: dict[int, date | None] = dict(rows.all())
    for key, day in stated.items():
        if key not in accepted and day is not None and version.effective_on <= day <= on:
            accepted[key] = day
    return {key: accepted.get(key) for key in stated}
