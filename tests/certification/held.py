"""What somebody holds."""

from __future__ import annotations

from sqlalchemy import select

from prm.accounts.models import User
from prm.certification.models import (
    Certificate,
)
from prm.extensions import db
from tests.certification.conftest import Scene
from tests.factories import UserRef, World


def held(world: World, scene: Scene, user: UserRef | None = None) -> list[Certificate]:
    """A person's certificates, oldest first."""
    with world.acting(scene.vendor):
        return list(
            db.session.scalars(
                select(Certificate)
                .where(Certificate.user_id == (user or scene.member).id)
                .order_by(Certificate.id)
            )
        )


def person(user: UserRef) -> User:
    return db.session.get_one(User, user.id)
