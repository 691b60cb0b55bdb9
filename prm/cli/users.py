"""People from the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from prm.access import Actor, system_actor
from prm.accounts import services as accounts
from prm.accounts.models import JobFunction, User
from prm.accounts.passwords import MAX_LENGTH
from prm.accounts.services import second_factor
from prm.accounts.services.people import reopen_account
from prm.accounts.services.resets import make_first_link
from prm.cli import json_option, print_json, reported, serve_vendor_named
from prm.errors import DomainError
from prm.extensions import db
from prm.infra.db import bind_vendor, serve_vendor, transaction
from prm.operations.services import erasing
from prm.partners.models import Partnership
from prm.partners.services import open_partner_account
from prm.permissions import PARTNER_ROLES, VENDOR_ROLES, Role
from prm.vendors.queries import list_vendors

ROLES = [role.value for role in Role if role is not Role.SYSTEM]
FUNCTIONS = [function.value for function in JobFunction]

email_option = click.option("--email", required=True, help="The mail address they sign in with.")
role_option = click.option(
    "--role", "role_name", required=True, metavar="ROLE", help=f"One of: {', '.join(ROLES)}."
)
vendor_of_user = click.option("--vendor", "vendor_slug", metavar="SLUG", help="For a vendor's role.")
partnership_of_user = click.option(
    "--partnership", "partnership_id", metavar="ID", help="For a partner's role: see `flask partners`."
)
function_option = click.option(
    "--function", "functions", multiple=True, metavar="F", help=f"Repeatable: {', '.join(FUNCTIONS)}."
)
region_option = click.option(
    "--region", "regions", multiple=True, help="Repeatable: limits a channel manager to these regions."
)


@click.group("users")
def group() -> None:
    """Create people and say where they belong; close accounts; erase a person."""


@group.command("create")
@email_option
@click.option("--name", required=True, help="As it shall stand on their certificates.")
@role_option
@vendor_of_user
@partnership_of_user
@function_option
@region_option
@click.option("--locale", help="Their language, one of LANGUAGES.")
@click.option("--time-zone", default="UTC", show_default=True, help="IANA time zone: Europe/Berlin.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--ask-password", is_flag=True, help="Ask for the password.")
@json_option
@with_appcontext
@reported
def create_command(
    email: str,
    name: str,
    role_name: str,
    vendor_slug: str | None,
    partnership_id: str | None,
    functions: tuple[str, ...],
    regions: tuple[str, ...],
    locale: str | None,
    time_zone: str,
    password_stdin: bool,
    ask_password: bool,
    as_json: bool,
) -> None:
    """Create a person in a role and print their id.

    A vendor's role needs --vendor, a partner's --partnership, an operator neither. Without a password
    a link is printed (on standard error) with which they set one; it works once, for seven days.
    """
    if locale is not None and locale not in current_app.config["LANGUAGES"]:
        raise DomainError(f"The language {locale!r} is not offered: see the setting LANGUAGES.")
    password = _password(password_stdin, ask_password)
    with _place(role_name, vendor_slug, partnership_id) as (role, actor, partnership), transaction():
        user = accounts.create_user(
            actor, email=email, name=name, password=password, locale=locale, time_zone=time_zone
        )
        _join(actor, user, role, partnership, functions, regions)
        link = make_first_link(actor, user) if password is None else None
        made = {"id": str(user.public_id), "email": user.email, "role": role.value}
    if as_json:
        print_json({**made, "set_password_url": link})
        return
    click.echo(made["id"])
    if link is not None:
        click.echo(f"They set a password here, once, within seven days:\n{link}", err=True)


@group.command("join")
@email_option
@role_option
@vendor_of_user
@partnership_of_user
@function_option
@region_option
@json_option
@with_appcontext
@reported
def join_command(
    email: str,
    role_name: str,
    vendor_slug: str | None,
    partnership_id: str | None,
    functions: tuple[str, ...],
    regions: tuple[str, ...],
    as_json: bool,
) -> None:
    """Let a person who is here already belong to a further vendor or partnership."""
    with _place(role_name, vendor_slug, partnership_id) as (role, actor, partnership), transaction():
        user = _known(email)
        _join(actor, user, role, partnership, functions, regions)
        made = {"id": str(user.public_id), "email": user.email, "role": role.value}
    if as_json:
        print_json(made)
    else:
        click.echo(made["id"])


@group.command("close")
@email_option
@click.option("--reopen", is_flag=True, help="Let them sign in again instead.")
@with_appcontext
@reported
def close_command(email: str, reopen: bool) -> None:
    """Close a person's account: every session ends at once, no sign-in any more; history stays."""
    with transaction():
        change = reopen_account if reopen else accounts.close_account
        change(system_actor(None), _known(email))


@group.command("reset-second-factor")
@email_option
@with_appcontext
@reported
def reset_second_factor_command(email: str) -> None:
    """Turn off the second factor of a person who has lost their device and their recovery codes.

    Make sure first that it is them who asks. They are told by mail, and it is journaled.
    """
    with transaction():
        second_factor.reset(system_actor(None), _known(email))


@group.command("erase")
@click.option(
    "--email",
    required=True,
    help="Their address: of an account, a contact, an application, an invitation.",
)
@click.option("--reason", required=True, help="Why; kept in the journal, so without the person's name.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@with_appcontext
@reported
def erase_command(email: str, reason: str, yes: bool, as_json: bool) -> None:
    """Erase a person: every value that names them gives way to a neutral mark. Cannot be undone.

    Their completions, certificates and uses stay counted, as those of a former person; certificates
    are withdrawn and their files deleted; texts that name them are redacted, other files that do are
    replaced by a note. A ledger of keyed hashes lets `flask backup restore` repeat it.
    """
    names = erasing.list_names(email)
    if not yes:
        click.confirm(f"Erase {', '.join(names)} <{email}> for ever?", abort=True, err=True)
    report = erasing.erase_person(
        system_actor(None), email, reason=reason, tell=lambda line: click.echo(f"  {line}", err=True)
    )
    if as_json:
        print_json(vars(report))
        return
    click.echo(
        f"Erased; now former person {report.public_id}: {report.rows} rows, {report.journal_values} values "
        f"of the journal, {report.redacted} files redacted, {report.withdrawn} certificates withdrawn."
    )
    for name in report.removed:
        click.echo(f"Replaced by a note, look whether it is still needed: {name}", err=True)


def _known(email: str) -> User:
    user = accounts.find_user(email)
    if user is None:
        raise DomainError(f"There is nobody with the address {email}.")
    return user


def _password(is_piped: bool, is_asked: bool) -> str | None:
    if is_piped and is_asked:
        raise DomainError("Give either --password-stdin or --ask-password.")
    if is_piped:
        return sys.stdin.readline(MAX_LENGTH + 2).rstrip("\r\n")
    if is_asked:
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return typed
    return None


@contextmanager
def _place(
    role_name: str, vendor_slug: str | None, partnership_id: str | None
) -> Iterator[tuple[Role, Actor, Partnership | None]]:
    """The role, and the actor of the vendor it belongs to, served for the block."""
    if role_name not in ROLES:
        raise DomainError(f"There is no role {role_name!r}. Roles: {', '.join(ROLES)}.")
    role = Role(role_name)
    if (role in VENDOR_ROLES, role in PARTNER_ROLES) != (bool(vendor_slug), bool(partnership_id)):
        raise DomainError(
            "A vendor's role needs --vendor, a partner's role --partnership, an operator neither."
        )
    if vendor_slug:
        _vendor, actor = serve_vendor_named(vendor_slug)
        yield role, actor, None
    elif partnership_id:
        partnership = _find_partnership(partnership_id)
        yield role, system_actor(partnership.vendor_id), partnership
    else:
        yield role, system_actor(None), None


def _find_partnership(partnership_id: str) -> Partnership:
    """The partnership of that id, whichever vendor's; its vendor is served from here on."""
    try:
        public_id = UUID(partnership_id)
    except ValueError:
        raise DomainError(f"{partnership_id!r} is not the id of a partnership.") from None
    statement = select(Partnership).where(Partnership.public_id == public_id)
    for vendor_id in [vendor.id for vendor in list_vendors()]:
        with serve_vendor(vendor_id):
            is_here = db.session.scalars(statement).one_or_none() is not None
        if is_here:
            bind_vendor(vendor_id)
            return db.session.scalars(statement).one()
    raise DomainError(f"There is no partnership {public_id}.")


def _join(
    actor: Actor,
    user: User,
    role: Role,
    partnership: Partnership | None,
    functions: tuple[str, ...],
    regions: tuple[str, ...],
) -> None:
    if unknown := sorted(set(functions) - set(FUNCTIONS)):
        raise DomainError(f"There is no job function {unknown[0]!r}. Functions: {', '.join(FUNCTIONS)}.")
    if regions and role is not Role.CHANNEL_MANAGER:
        raise DomainError("--region limits channel managers only.")
    accounts.add_membership(
        actor,
        user,
        role,
        vendor_id=actor.vendor_id if role in VENDOR_ROLES else None,
        partner_id=open_partner_account(actor, partnership) if partnership is not None else None,
        job_functions=[JobFunction(function) for function in functions],
        region_names=regions,
    )
