"""Vendors, partnerships and people from the command line."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from prm.accounts.models import User
from prm.accounts.switcher import list_places
from prm.extensions import db
from tests.factories import World
from tests.factories.accounts import is_signed_in, sign_in
from tests.factories.world import PASSWORD


def run(app: Flask, *arguments: str, text: str | None = None) -> Result:
    return app.test_cli_runner().invoke(args=arguments, input=text)


def made(app: Flask, *arguments: str, text: str | None = None) -> str:
    """What a command that has to succeed printed."""
    result = run(app, *arguments, text=text)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def refused(app: Flask, *arguments: str, text: str | None = None) -> str:
    """What a command that has to fail said on standard error; nothing on standard output."""
    result = run(app, *arguments, text=text)
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.stderr.startswith(("Error:", "Usage:"))
    return result.stderr


def places(app: Flask, email: str) -> list[tuple[str, str | None, str]]:
    with app.app_context():
        user = db.session.scalars(select(User).where(User.email == email)).one()
        return [(p.slug, p.partner_name, p.role) for p in list_places(user.id)]


def test_an_installation_begins_with_three_commands(app: Flask) -> None:
    slug = made(
        app, "vendors", "create", "--slug", "acme", "--name", "Acme", "--currency", "EUR",
        "--time-zone", "Europe/Berlin",
    )  # fmt: skip
    assert slug == "acme"
    partnership = made(
        app, "partners", "create", "--vendor", "acme", "--name", "Northwind", "--external-id", "N1",
        "--region", "EMEA",
    )  # fmt: skip
    assert UUID(partnership)
    user_id = made(
        app, "users", "create", "--email", "nina@north.example", "--name", "Nina", "--role", "partner_admin",
        "--partnership", partnership, "--function", "sales", "--password-stdin", text=f"{PASSWORD}\n",
    )  # fmt: skip
    assert UUID(user_id)
    assert places(app, "nina@north.example") == [("acme", "Northwind", "partner_admin")]
    assert sign_in(World(app).client(), "nina@north.example").status_code == 303


@pytest.mark.parametrize("role", ["vendor_admin", "channel_manager", "content_author", "executive"])
def test_every_role_of_a_vendor(app: Flask, role: str) -> None:
    made(app, "vendors", "create", "--slug", "acme", "--name", "Acme")
    made(app, "users", "create", "--email", "a@b.example", "--name", "A", "--role", role, "--vendor", "acme")
    assert places(app, "a@b.example") == [("acme", None, role)]


def test_an_operator_belongs_to_no_vendor(app: Flask) -> None:
    made(app, "users", "create", "--email", "o@b.example", "--name", "Oscar", "--role", "operator")
    assert places(app, "o@b.example") == []


def test_without_a_password_a_link_is_printed_that_works_once(app: Flask) -> None:
    result = run(app, "users", "create", "--email", "o@b.example", "--name", "Oscar", "--role", "operator")
    assert UUID(result.stdout.strip())
    found = re.search(r"http://localhost(/accounts/reset/\S{43})", result.stderr)
    assert found
    client = World(app).client()
    assert client.post(found.group(1), data={"password": PASSWORD}).status_code == 303
    again = World(app).client()
    assert again.post(found.group(1), data={"password": "another long passphrase"}).status_code == 404
    signed_in = World(app).client()
    sign_in(signed_in, "o@b.example")
    assert is_signed_in(signed_in)


def test_reports_as_json(app: Flask) -> None:
    vendor = json.loads(made(app, "vendors", "create", "--slug", "acme", "--name", "Acme", "--json"))
    assert vendor["slug"] == "acme" and UUID(vendor["id"])
    partner = json.loads(made(app, "partners", "create", "--vendor", "acme", "--name", "Northwind", "--json"))
    assert UUID(partner["id"]) and partner["external_id"] is None
    user = json.loads(
        made(
            app, "users", "create", "--email", "n@b.example", "--name", "N", "--role", "partner_member",
            "--partnership", partner["id"], "--json",
        )
    )  # fmt: skip
    assert user["set_password_url"].startswith("http://localhost/accounts/reset/")
    assert [v["slug"] for v in json.loads(made(app, "vendors", "list", "--json"))] == ["acme"]
    assert [p["name"] for p in json.loads(made(app, "partners", "list", "--vendor", "acme", "--json"))] == [
        "Northwind"
    ]


def test_a_password_is_asked_for(app: Flask) -> None:
    made(
        app, "users", "create", "--email", "o@b.example", "--name", "O", "--role", "operator",
        "--ask-password", text=f"{PASSWORD}\n{PASSWORD}\n",
    )  # fmt: skip
    assert sign_in(World(app).client(), "o@b.example").status_code == 303


@pytest.fixture
def acme(app: Flask) -> str:
    """The id of a partnership of the vendor acme."""
    made(app, "vendors", "create", "--slug", "acme", "--name", "Acme")
    return made(app, "partners", "create", "--vendor", "acme", "--name", "Northwind", "--external-id", "N1")


USER = ("users", "create", "--email", "n@b.example", "--name", "N", "--role")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("vendors", "create", "--slug", "acme", "--name", "Acme"), "taken"),
        (("vendors", "create", "--slug", "static", "--name", "S"), "taken"),
        (("vendors", "create", "--slug", "A B", "--name", "S"), "slug"),
        (("vendors", "create", "--slug", "a", "--name", " "), "name"),
        (("vendors", "create", "--slug", "a", "--name", "A", "--currency", "XYZ"), "XYZ"),
        (("vendors", "create", "--slug", "a", "--name", "A", "--time-zone", "Mars"), "Mars"),
        (("vendors", "create", "--slug", "a"), "--name"),
        (("vendors", "nonsense"), "nonsense"),
        (("partners", "create", "--vendor", "nobody", "--name", "N"), "nobody"),
        (("partners", "create", "--vendor", "acme", "--name", ""), "name"),
        (("partners", "create", "--vendor", "acme", "--name", "X", "--external-id", "N1"), "N1"),
        ((*USER, "executive"), "--vendor"),
        ((*USER, "partner_admin", "--vendor", "acme"), "--partnership"),
        ((*USER, "operator", "--vendor", "acme"), "neither"),
        ((*USER, "emperor", "--vendor", "acme"), "emperor"),
        ((*USER, "system"), "system"),
        ((*USER, "executive", "--vendor", "nobody"), "nobody"),
        ((*USER, "partner_admin", "--partnership", "x"), "not the id"),
        ((*USER, "partner_admin", "--partnership", "01234567-0123-7123-8123-012345678901"), "no partnership"),
        ((*USER, "executive", "--vendor", "acme", "--region", "EMEA"), "channel managers"),
        ((*USER, "executive", "--vendor", "acme", "--function", "juggling"), "juggling"),
        ((*USER, "operator", "--time-zone", "Mars"), "not a time zone"),
        ((*USER, "operator", "--locale", "xx"), "not offered"),
        (("users", "create", "--email", "nobody", "--name", "N", "--role", "operator"), "not a mail address"),
        (("users", "join", "--email", "x@b.example", "--role", "operator"), "nobody with the address"),
        (("users", "close", "--email", "x@b.example"), "nobody with the address"),
    ],
)
def test_what_cannot_be_is_said_on_standard_error(
    app: Flask, acme: str, arguments: tuple[str, ...], sentence: str
) -> None:
    assert sentence in refused(app, *arguments)
    with app.app_context():
        assert db.session.scalars(select(User)).all() == []


@pytest.mark.parametrize("password", ["short\n", "passwordpassword\n", "\n", ""])
def test_a_refused_password_creates_nobody(app: Flask, acme: str, password: str) -> None:
    refused(app, *USER, "executive", "--vendor", "acme", "--password-stdin", text=password)
    with app.app_context():
        assert db.session.scalars(select(User)).all() == []


def test_an_address_belongs_to_one_person(app: Flask, acme: str) -> None:
    made(app, *USER, "executive", "--vendor", "acme")
    assert "already" in refused(app, *USER, "partner_member", "--partnership", acme)
    assert places(app, "n@b.example") == [("acme", None, "executive")]


def test_who_is_here_already_joins_a_further_vendor(app: Flask, acme: str) -> None:
    made(app, "vendors", "create", "--slug", "globex", "--name", "Globex")
    made(app, *USER, "partner_member", "--partnership", acme)
    made(app, "users", "join", "--email", "N@b.example", "--role", "channel_manager", "--vendor", "globex",
         "--region", "EMEA")  # fmt: skip
    assert places(app, "n@b.example") == [
        ("acme", "Northwind", "partner_member"), ("globex", None, "channel_manager"),
    ]  # fmt: skip
    assert "already belongs" in refused(
        app, "users", "join", "--email", "n@b.example", "--role", "executive", "--vendor", "globex"
    )


def test_accounts_are_closed_and_opened_again(app: Flask, acme: str) -> None:
    made(app, *USER, "executive", "--vendor", "acme", "--password-stdin", text=f"{PASSWORD}\n")
    client = World(app).client()
    sign_in(client, "n@b.example")
    made(app, "users", "close", "--email", "n@b.example")
    assert not is_signed_in(client)
    assert sign_in(World(app).client(), "n@b.example").status_code == 422
    made(app, "users", "close", "--email", "n@b.example", "--reopen")
    assert sign_in(World(app).client(), "n@b.example").status_code == 303


def commands(group: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path]
    for name, command in getattr(group, "commands", {}).items():
        found += commands(command, (*path, name))
    return found


@pytest.mark.parametrize("group", ["vendors", "partners", "users", "journal", "settings"])
def test_every_command_explains_itself(app: Flask, group: str) -> None:
    for path in commands(app.cli.commands[group], (group,)):
        text = made(app, *path, "--help")
        assert text.startswith("Usage:") and "\n  " in text, path
