"""Inviting many at once: read what was given, say of each row what would happen, then do it.

Rows are plain text until they are checked; the same check decides in the trial run and before each
invitation, so that what somebody confirmed is what is done.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace

from flask_babel import gettext as _
from sqlalchemy import func, select

from prm.access import Actor, require
from prm.accounts import queries
from prm.accounts.labels import FUNCTION_LABELS, ROLE_LABELS
from prm.accounts.models import Invitation, JobFunction
from prm.accounts.services.invitations import Company, check_invitation, invite, list_invitable_roles
from prm.accounts.services.people import fold_email
from prm.errors import DomainError
from prm.extensions import db
from prm.infra.importing import FieldSpec, ImportFileError, Limits, open_table, suggest_mapping, text_of
from prm.infra.wording import Notice
from prm.permissions import PARTNER_ROLES, P, Role

MAX_ROWS = 500
_SPECS = (
    FieldSpec("email", synonyms=("mail", "e-mail", "mail address", "address", "e-mail-adresse")),
    FieldSpec("name", synonyms=("full name", "person")),
    FieldSpec("role", synonyms=("rolle",)),
    FieldSpec("functions", synonyms=("job functions", "job function", "function", "funktionen")),
    FieldSpec("company", synonyms=("partner", "firma")),
)
_BRACKETED = re.compile(r"(.*?)<([^<>]*)>\s*")
# Between separators: what stands in quotes or angle brackets is never parted.
_PIECES = re.compile(r"""([,;\t])|((?:"[^"]*"|<[^<>]*>|[^,;\t"<]|["<])+)""")


@dataclass(frozen=True)
class Row:
    """One row as it was given: the line it stands on, and its texts."""

    line: int
    email: str = ""
    name: str = ""
    role: str = ""
    functions: str = ""
    company: str = ""


@dataclass(frozen=True)
class Plan:
    """What would happen with a row: it is invited, or `column` says what is wrong and `problem` why.

    Of a row with a problem, role, company and functions are what was understood of it.
    """

    row: Row
    email: str
    name: str
    role: Role | None = None
    company: Company | None = None
    job_functions: tuple[JobFunction, ...] = ()
    column: str = ""
    problem: str = ""

    @property
    def is_fine(self) -> bool:
        return not self.problem


@dataclass(frozen=True)
class Defaults:
    """What counts for rows that do not say it themselves."""

    role: Role
    company: Company | None = None
    job_functions: tuple[JobFunction, ...] = ()


# -- reading -----------------------------------------------------------------------------------


def read_text(text: str) -> list[Row]:
    """Rows from addresses as people paste them: one per line, or parted by commas, semicolons or tabs.

    Each is an address, "Name <address>", or "address, name". Raises DomainError where there are more
    than MAX_ROWS.
    """
    rows = [
        Row(line, email, name)
        for line, typed in enumerate(text.splitlines(), 1)
        for email, name in _addresses(typed)
    ]
    return _limited(rows, "addresses")


def _addresses(typed: str) -> list[tuple[str, str]]:
    """The (address, name) of a line.

    Not email.utils.getaddresses: it takes "Lee, Ann <address>", as Outlook copies it, for two people,
    and loses what is no address, which is to be shown as such.
    """
    found: list[tuple[str, str]] = []
    takes_name = False  # words follow a bare address: its name
    words: list[str] = []  # parted by commas; of which address they are is seen later

    def settle() -> None:
        nonlocal takes_name
        for word in words:
            if takes_name:
                email, name = found[-1]
                found[-1] = (email, f"{name}, {word}" if name else word)
            else:
                found.append((word, ""))
                takes_name = True
        words.clear()

    for sign, piece in _PIECES.findall(typed):
        piece = piece.strip()
        bracketed = _BRACKETED.fullmatch(piece)
        if bracketed:
            name = ", ".join([*words, *filter(None, [_unquoted(bracketed[1])])])
            words.clear()
            # Some programs write the address in place of a name.
            found.append((bracketed[2].strip(), "" if "@" in name else name))
            takes_name = False
        elif "@" in piece:
            settle()
            found.append((piece, ""))
            takes_name = True
        elif piece:
            words.append(_unquoted(piece))
        elif sign and sign != ",":
            settle()
    settle()
    return found


def _unquoted(name: str) -> str:
    return name.strip(" \t\"',;")


def read_file(content: bytes, filename: str) -> tuple[list[Row], list[str]]:
    """Rows from a CSV or XLSX with a column of mail addresses, and its columns that are not understood.

    A column without a single value is none of these. Raises DomainError where there are no addresses.
    """
    try:
        table = open_table(content, filename, limits=Limits(size=2 * 1024 * 1024, rows=10_000, columns=100))
    except ImportFileError as error:
        message = error.notice.text(_)
        raise DomainError(message, {"file": message}) from None
    fields = suggest_mapping(table.columns, _SPECS).fields
    if "email" not in fields:
        message = _("The file has no column of mail addresses. Name one of its columns “email”.")
        raise DomainError(message, {"file": message})
    places = {name: table.columns.index(column) for name, column in fields.items()}
    unknown = {place: name for place, name in enumerate(table.columns) if place not in places.values()}
    unused: set[int] = set()
    rows = []
    for record in table.rows():
        if record.problem is not None:
            rows.append(Row(record.line, functions=_said(record.problem), role="!"))
            continue
        cells = {name: text_of(record.cells[place]).strip() for name, place in places.items()}
        unused.update(place for place in unknown if text_of(record.cells[place]).strip())
        if any(cells.values()):
            rows.append(Row(record.line, **cells))
    return _limited(rows, "file"), [unknown[place] for place in sorted(unused)]


def _said(problem: Notice) -> str:
    return problem.text(_)


def _limited(rows: list[Row], field: str) -> list[Row]:
    if not rows:
        message = _("There is nobody to invite in it.")
        raise DomainError(message, {field: message})
    if len(rows) > MAX_ROWS:
        message = _(
            "These are %(count)s rows. Invite at most %(most)s at a time.", count=len(rows), most=MAX_ROWS
        )
        raise DomainError(message, {field: message})
    return rows


def pack(rows: Sequence[Row]) -> str:
    """Rows as a form carries them from the trial run to its confirmation."""
    return json.dumps([astuple(row) for row in rows], ensure_ascii=False)


def unpack(packed: str) -> list[Row]:
    """The rows that a form carried. Raises DomainError where they are none; they are checked anew."""
    try:
        rows = [Row(int(line), *(str(text)[:500] for text in texts)) for line, *texts in json.loads(packed)]
    except (ValueError, TypeError, RecursionError):
        raise DomainError(_("This form is no longer valid. Begin again."), {}) from None
    return _limited(rows, "addresses")


# -- planning and doing ------------------------------------------------------------------------


def plan_invitations(
    actor: Actor, rows: Sequence[Row], defaults: Defaults, find_company: Callable[[str], Company]
) -> list[Plan]:
    """Say of each row what would happen; nothing is changed.

    `find_company` finds a company within the actor's reach by its name, or raises DomainError.
    """
    require(actor, P.PEOPLE_INVITE)
    waiting = _waiting(actor, rows)
    seen: dict[tuple[str, int], int] = {}
    plans = []
    for row in rows:
        plan = _plan(actor, row, defaults, find_company)
        place = (fold_email(plan.email), plan.company.id if plan.company is not None else 0)
        if plan.is_fine and place in seen:
            plan = replace(
                plan, column="email", problem=_("The same address stands on line %(line)s.", line=seen[place])
            )
        elif plan.is_fine and (place[0], str(getattr(plan.company, "public_id", ""))) in waiting:
            plan = replace(plan, column="email", problem=_("Is invited already and has not come yet."))
        if plan.is_fine:
            seen[place] = row.line
        plans.append(plan)
    return plans


def invite_planned(actor: Actor, plan: Plan) -> None:
    """Invite one row of a plan. Raises DomainError where that is not possible any more."""
    assert plan.role is not None, "only rows that are fine are invited"
    invite(
        actor,
        email=plan.email,
        name=plan.name,
        role=plan.role,
        company=plan.company,
        job_functions=plan.job_functions,
    )


def failed(plan: Plan, error: DomainError) -> Plan:
    """The row after an attempt that was refused."""
    return replace(plan, column=next(iter(error.fields), "email"), problem=str(error))


def _waiting(actor: Actor, rows: Sequence[Row]) -> set[tuple[str, str]]:
    """(address, company's public id or "") of open invitations to these addresses."""
    found = db.session.execute(
        select(Invitation.email, Invitation.partnership_public_id).where(
            Invitation.vendor_id == actor.vendor_id,
            func.lower(Invitation.email).in_({row.email.strip().lower() for row in rows}),
            queries.is_open(),
        )
    )
    return {(fold_email(email), str(company or "")) for email, company in found}


def _plan(actor: Actor, row: Row, defaults: Defaults, find_company: Callable[[str], Company]) -> Plan:
    plan = Plan(row, row.email[:120], row.name or _name_of(row.email))
    if not row.company or actor.partnership_id is not None:  # a partner's own people name none
        plan = replace(plan, company=defaults.company)
    column = ""
    try:
        if row.role == "!":  # its shape is wrong: what was read says how
            return replace(plan, column="row", problem=row.functions)
        column = "role"
        role = _role(actor, row.role) if row.role else defaults.role
        plan = replace(plan, role=role, company=plan.company if role in PARTNER_ROLES else None)
        column = "functions"
        functions = _functions(row.functions) if row.functions else defaults.job_functions
        column = "company"
        company = None
        if role in PARTNER_ROLES:
            company = find_company(row.company) if row.company else defaults.company
        plan = replace(plan, company=company, job_functions=functions)
        column = "email"
        email, name = check_invitation(actor, row.email, plan.name, role, company)
    except DomainError as error:
        return replace(plan, column=next(iter(error.fields), column), problem=str(error))
    return Plan(row, email, name, role, company, functions)


def _role(actor: Actor, typed: str) -> Role:
    for role in list_invitable_roles(actor):
        if typed.casefold() in {role.value, role.value.replace("_", " "), str(ROLE_LABELS[role]).casefold()}:
            return role
    known = ", ".join(role.value for role in list_invitable_roles(actor))
    message = _("%(role)s is no role that you can give. Roles: %(known)s.", role=typed[:60], known=known)
    raise DomainError(message, {"role": message})


def _functions(typed: str) -> tuple[JobFunction, ...]:
    found = []
    for part in filter(None, (part.strip().casefold() for part in re.split(r"[,;|/]", typed))):
        named = [f for f, label in FUNCTION_LABELS.items() if part in {f.value, str(label).casefold()}]
        if not named:
            known = ", ".join(function.value for function in JobFunction)
            message = _(
                "%(function)s is no job function. Job functions: %(known)s.", function=part[:60], known=known
            )
            raise DomainError(message, {"functions": message})
        found.append(named[0])
    return tuple(dict.fromkeys(found))


def _name_of(email: str) -> str:
    """A name to begin with, from the address; who is invited corrects it."""
    words = re.split(r"[._+-]+", email.partition("@")[0])
    return " ".join(word.capitalize() for word in words if word)[:120] or email[:120]
