"""Inviting and accepting as people do, and what came of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from prm.accounts.models import User
from prm.accounts.switcher import list_places
from prm.extensions import db
from tests.factories import UserRef, World
from tests.factories.world import PASSWORD

NEW = "nora@new.example"


def send(world: World, user: UserRef, **fields: Any):
    data = {"name": "Nora New", "email": NEW, "role": "partner_member", "company": "Northwind", **fields}
    return world.client(user).post("/acme/accounts/invite", data=data)


def accept(world: World, link: str, name: str = "Nora New", password: str = PASSWORD):
    return world.client().post(link, data={"name": name, "password": password})


def count(world: World, model: Any, *criteria: Any) -> int:
    with world.app.app_context():
        return db.session.scalar(select(func.count(model.id)).where(*criteria)) or 0


def places(world: World, email: str) -> list[tuple[str, str | None, str]]:
    with world.app.app_context():
        user = db.session.scalars(select(User).where(User.email_folded == email)).one()
        return [(p.slug, p.partner_name, p.role) for p in list_places(user.id)]


def find_user(world: World, email: str) -> UserRef:
    with world.app.app_context():
        user = db.session.scalars(select(User).where(User.email == email)).one()
        return UserRef(user.id, user.public_id, user.email, user.name)
