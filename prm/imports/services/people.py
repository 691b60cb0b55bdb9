"""People from a file: invited, or given other job functions where the vendor may say so.

A person's own data (name, address, password, language) is never written: who is unknown is invited
and says it. Where somebody's company looks after their membership, the vendor does not change it.
Changes are kept without a name or an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import insert, select

from prm.access import Actor
from prm.accounts.models import Invitation, JobFunction, Membership, User
from prm.accounts.queries import is_current, is_open
from prm.accounts.services.invitations import invite, withdraw_invitation
from prm.accounts.services.job_functions import set_job_functions
from prm.accounts.services.people import check_email, fold_email
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.imports.matching import select_by
from prm.imports.models import ChangeAction, ImportBatch, ImportChange, ImportKind, RowOutcome
from prm.imports.services.rows import FileRow, Planned, Run
from prm.infra.importing import ParsedRow
from prm.infra.wording import N_, Notice
from prm.partners.models import Partnership
from prm.permissions import VENDOR_ROLES, Role
from prm.vendors.models import Vendor

NO_ADDRESS = N_("This is not a mail address.")
NO_NAME = N_("Somebody who is invited needs a name.")
NO_PARTNER = N_("A role of a partner's needs a partner.")
NOT_A_PARTNERS = N_("A role of the vendor's own goes without a partner.")
NOT_WITHOUT_A_PERSON = N_("Roles of the vendor's own are given by somebody who signs in.")
UNKNOWN_FUNCTION = N_("There are these job functions: %(known)s.")
OTHER_ROLE = N_("The person is here with another role; an import does not change roles.")
OTHER_INVITATION = N_("The person was invited with another role; withdraw that invitation first.")
COMPANYS_OWN = N_("The person's own company looks after their job functions.")


def plan_people(run: Run, rows: list[FileRow]) -> list[Planned]:
    """What a chunk of rows does."""
    parsed = [row for row in rows if isinstance(row, ParsedRow)]
    folded = {fold_email(str(row.values["email"])) for row in parsed}
    users = {user.email_folded: user for user in select_by(User, User.email_folded, folded)}
    belonging: dict[int, list[Membership]] = {}
    for membership in select_by(
        Membership, Membership.user_id, [user.id for user in users.values()], is_current()
    ):
        belonging.setdefault(membership.user_id, []).append(membership)
    here = Invitation.vendor_id == run.actor.vendor_id
    invited: dict[tuple[str, Any], Invitation] = {}
    for invitation in db.session.scalars(select(Invitation).where(here, is_open())):
        invited[fold_email(invitation.email), invitation.partnership_public_id] = invitation
    keys = [run.partners.find(str(row.values["partner"])) for row in parsed if row.values["partner"]]
    companies = {
        each.id: each
        for each in select_by(Partnership, Partnership.id, {key for key in keys if isinstance(key, int)})
    }
    return [_plan(run, row, users, belonging, invited, companies) for row in rows]


def _plan(
    run: Run,
    row: FileRow,
    users: dict[str, User],
    belonging: dict[int, list[Membership]],
    invited: dict[tuple[str, Any], Invitation],
    companies: dict[int, Partnership],
) -> Planned:
    if not isinstance(row, ParsedRow):
        return run.rejected(row, *row.reasons)
    read = _read(run, row, companies)
    if isinstance(read, tuple):
        name, notice = read
        return run.rejected(row, run.refusal(row, name, notice))
    email, company, role = read["email"], read["company"], read["role"]
    place = company.public_id if company is not None else None
    if duplicate := run.first_seen(row, "email", (fold_email(email), place)):
        return run.rejected(row, duplicate)
    user = users.get(fold_email(email))
    membership = _membership_here(run, user, belonging, company)
    functions = read["job_functions"]
    if membership is not None:
        if row.values["role"] and membership.role.value != role.value:
            return run.rejected(row, run.refusal(row, "role", Notice("role_other", OTHER_ROLE)))
        if not run.has("job_functions") or sorted(membership.job_functions) == functions:
            return Planned(row.line, row.raw, RowOutcome.UNCHANGED)
        if membership.partner_id is not None and membership.at_vendor_id != run.actor.vendor_id:
            return run.rejected(row, run.refusal(row, "job_functions", Notice("companys_own", COMPANYS_OWN)))
        return Planned(row.line, row.raw, RowOutcome.UPDATED, {"job_functions": functions}, membership)
    invitation = invited.get((fold_email(email), place))
    if invitation is not None:
        if invitation.role.value != role.value:
            return run.rejected(row, run.refusal(row, "role", Notice("invited_as", OTHER_INVITATION)))
        if not run.has("job_functions") or sorted(invitation.job_functions) == functions:
            return Planned(row.line, row.raw, RowOutcome.UNCHANGED)
        return Planned(row.line, row.raw, RowOutcome.UPDATED, {"job_functions": functions}, invitation)
    if not read["name"]:
        return run.rejected(row, run.refusal(row, "name", Notice("name_missing", NO_NAME)))
    return Planned(row.line, row.raw, RowOutcome.INSERTED, read)


def _read(run: Run, row: ParsedRow, companies: dict[int, Partnership]) -> dict[str, Any] | tuple[str, Notice]:
    """What a row asks for; or the field that is wrong, and why."""
    try:
        email = check_email(str(row.values["email"]))
    except DomainError:
        return "email", Notice("email_unreadable", NO_ADDRESS)
    company = None
    if named := row.values["partner"]:
        found = run.partners.find(str(named))
        if isinstance(found, Notice):
            return "partner", found
        assert isinstance(found, int)
        company = companies[found]
    role = Role(str(row.values["role"] or Role.PARTNER_MEMBER.value))
    if role in VENDOR_ROLES:
        if company is not None:
            return "partner", Notice("partner_not_wanted", NOT_A_PARTNERS)
        if run.actor.user_id is None:
            return "role", Notice("role_needs_person", NOT_WITHOUT_A_PERSON)
    elif company is None:
        return "partner", Notice("partner_missing", NO_PARTNER)
    functions = _functions(str(row.values["job_functions"] or ""))
    if functions is None:
        known = ", ".join(each.value for each in JobFunction)
        return "job_functions", Notice("job_function_unknown", UNKNOWN_FUNCTION, {"known": known})
    name = " ".join(str(row.values["name"] or "").split())
    return {"email": email, "name": name, "company": company, "role": role, "job_functions": functions}


def _functions(text: str) -> list[str] | None:
    """Job functions as they are kept, in order; None where one of them is none."""
    words = [word.strip().casefold() for word in re.split(r"[,;/|+\n]", text) if word.strip()]
    known = {each.value for each in JobFunction}
    return sorted(set(words)) if set(words) <= known else None


def _membership_here(
    run: Run, user: User | None, belonging: dict[int, list[Membership]], company: Partnership | None
) -> Membership | None:
    """Where the person belongs already: to the vendor, or to this company as this vendor knows it."""
    for membership in belonging.get(user.id, []) if user is not None else []:
        if company is None and membership.vendor_id == run.actor.vendor_id:
            return membership
        if company is not None and company.partner_id is not None:
            at = membership.at_vendor_id
            if membership.partner_id == company.partner_id and at in (None, run.actor.vendor_id):
                return membership
    return None


# -- writing -----------------------------------------------------------------------------------


def apply_people(run: Run, batch: ImportBatch, planned: list[Planned]) -> None:
    """Invite the new ones (each mail is made due) and give the others their job functions."""
    noted = []
    actor = _inviting(run.actor)
    for row in planned:
        if row.outcome is RowOutcome.INSERTED:
            values = row.values
            invitation = invite(
                actor,
                email=values["email"],
                name=values["name"],
                role=values["role"],
                company=values["company"],
                job_functions=[JobFunction(each) for each in values["job_functions"]],
            )
            noted.append(_change(batch, row, invitation, ChangeAction.INSERTED, None))
        elif row.outcome is RowOutcome.UPDATED:
            before = {"job_functions": list(row.existing.job_functions)}
            set_job_functions(run.actor, row.existing, row.values["job_functions"])
            noted.append(_change(batch, row, row.existing, ChangeAction.UPDATED, before))
    if noted:
        db.session.execute(insert(ImportChange), noted)


def _inviting(actor: Actor) -> Actor:
    """Who is named in the mail: the person who imported, else the vendor."""
    if actor.user_id is not None:
        return actor
    return replace(actor, name=db.session.get_one(Vendor, actor.vendor_id).name)


def _change(
    batch: ImportBatch,
    row: Planned,
    subject: Invitation | Membership,
    action: ChangeAction,
    before: dict[str, Any] | None,
) -> dict[str, Any]:
    after = {"public_id": str(subject.public_id), "job_functions": list(subject.job_functions)}
    return {
        "batch_id": batch.id,
        "line": row.line,
        "entity_type": "membership" if isinstance(subject, Membership) else "invitation",
        "entity_id": subject.id,
        "action": action,
        "before": before,
        "after": after,
    }


def on_behalf_of(actor: Actor, batch: ImportBatch) -> Actor:
    """The worker applies a file of people in the name of the person who confirmed it."""
    person = batch.created_by
    if batch.kind is not ImportKind.PEOPLE or person is None:
        return actor
    return replace(actor, name=person.name, user_id=person.id, user_public_id=person.public_id)


def undo_people(actor: Actor, batch: ImportBatch) -> None:
    """Withdraw the batch's invitations and set job functions back.

    Raises Conflict where somebody has accepted by now, or job functions were changed since.
    """
    kinds: dict[str, Any] = {"invitation": Invitation, "membership": Membership}
    changes = list(
        db.session.scalars(
            select(ImportChange).where(
                ImportChange.batch_id == batch.id, ImportChange.entity_type.in_(list(kinds))
            )
        )
    )
    rows = {
        kind: {
            each.id: each
            for each in select_by(
                model, model.id, [change.entity_id for change in changes if change.entity_type == kind]
            )
        }
        for kind, model in kinds.items()
    }
    found = [(change, rows[change.entity_type][change.entity_id]) for change in changes]
    _refuse_accepted(row for change, row in found if change.action is ChangeAction.INSERTED)
    for change, row in found:
        after = change.after or {}
        if change.action is ChangeAction.UPDATED and row.job_functions != after["job_functions"]:
            raise Conflict(_("Job functions were changed since on line %(line)s.", line=change.line))
    for change, row in found:
        if change.action is ChangeAction.UPDATED:
            set_job_functions(actor, row, (change.before or {})["job_functions"])
        elif row.withdrawn_at is None:
            withdraw_invitation_of_import(actor, row)


def withdraw_invitation_of_import(actor: Actor, invitation: Invitation) -> None:
    """Withdraw one that is still open; what has run out need not be."""
    if db.session.scalar(select(Invitation.id).where(Invitation.id == invitation.id, is_open())) is not None:
        withdraw_invitation(actor, invitation)


def _refuse_accepted(invitations: Iterable[Invitation]) -> None:
    accepted = [each for each in invitations if each.accepted_at is not None]
    if accepted:
        shown = ", ".join(each.name for each in accepted[:3])
        raise Conflict(
            ngettext(
                "%(num)s person has accepted the invitation: %(names)s. End the membership first.",
                "%(num)s people have accepted their invitations: %(names)s. End their memberships first.",
                len(accepted),
                names=shown if len(accepted) <= 3 else f"{shown} …",
            )
        )
