"""Completions and certificates from other systems, by people's mail addresses.

They are evidence with its source named. Nobody is invited or changed by them: who is not here already
is rejected. Changes are kept without names or addresses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from flask_babel import ngettext
from sqlalchemy import delete, insert, select

from prm.access import Actor
from prm.accounts.models import Membership, User
from prm.accounts.queries import is_current
from prm.accounts.services.people import fold_email
from prm.errors import Conflict
from prm.extensions import db
from prm.imports.matching import select_by
from prm.imports.models import ChangeAction, ImportBatch, ImportChange, RowOutcome
from prm.imports.services.rows import FileRow, Planned, Run
from prm.infra import clock
from prm.infra.ids import new_public_id
from prm.infra.importing import ParsedRow
from prm.infra.names import fold_name
from prm.infra.wording import N_, Notice
from prm.partners.models import Partnership
from prm.training.models import Completion, Enrolment, EnrolmentStatus
from prm.training.models.imported import ExternalCertificate
from prm.training.queries import PublishedVersion, list_published_versions
from prm.training.services import importing

NOBODY = N_("Nobody here has this address. Invite the person first.")
NO_COURSE = N_("No course published here has this title.")
SEVERAL_COURSES = N_("Several courses have this title.")
NO_VERSION = N_("The course has no such version.")
IN_THE_FUTURE = N_("This date lies in the future.")
COMPLETED_HERE = N_("The person has completed this version of the course here.")
ENDS_BEFORE = N_("It ends before it was issued.")


@dataclass(frozen=True)
class _Person:
    user_key: int
    partnership_key: int | None


def _people(run: Run, rows: Sequence[FileRow]) -> dict[str, _Person]:
    """Folded address → the person here, with the partnership they belong to."""
    folded = {fold_email(str(row.values["email"])) for row in rows if isinstance(row, ParsedRow)}
    users = {user.id: user.email_folded for user in select_by(User, User.email_folded, folded)}
    found: dict[str, _Person] = {}
    for membership, partnership_key in _belonging(run, list(users)):
        if membership.vendor_id == run.actor.vendor_id or partnership_key is not None:
            found.setdefault(users[membership.user_id], _Person(membership.user_id, partnership_key))
    return found


def _belonging(run: Run, user_keys: list[int]) -> list[tuple[Membership, int | None]]:
    found: list[tuple[Membership, int | None]] = []
    for start in range(0, len(user_keys), 1000):
        rows = db.session.execute(
            select(Membership, Partnership.id)
            .outerjoin(Partnership, Partnership.partner_id == Membership.partner_id)
            .where(Membership.user_id.in_(user_keys[start : start + 1000]), is_current())
            .order_by(Membership.id)
        )
        found += [(row[0], row[1]) for row in rows]
    return found


# -- completions -------------------------------------------------------------------------------


def plan_completions(run: Run, rows: list[FileRow]) -> list[Planned]:
    """What a chunk of rows does."""
    people = _people(run, rows)
    by_title: dict[str, list[PublishedVersion]] = {}
    for version in list_published_versions(run.actor, is_newest_only=False):
        by_title.setdefault(fold_name(version.title), []).append(version)
    keys = sorted({person.user_key for person in people.values()})
    enrolments = {
        (row.user_id, row.course_version_id): row for row in select_by(Enrolment, Enrolment.user_id, keys)
    }
    return [_plan_completion(run, row, people, by_title, enrolments) for row in rows]


def _plan_completion(
    run: Run,
    row: FileRow,
    people: dict[str, _Person],
    by_title: dict[str, list[PublishedVersion]],
    enrolments: dict[tuple[int, int], Enrolment],
) -> Planned:
    if not isinstance(row, ParsedRow):
        return run.rejected(row, *row.reasons)
    person = people.get(fold_email(str(row.values["email"])))
    if person is None:
        return run.rejected(row, run.refusal(row, "email", Notice("person_unknown", NOBODY)))
    version = _version(row, by_title)
    if not isinstance(version, PublishedVersion):
        name, notice = version
        return run.rejected(row, run.refusal(row, name, notice))
    on = row.values["completed_on"]
    if on > clock.today("UTC"):
        return run.rejected(row, run.refusal(row, "completed_on", Notice("in_future", IN_THE_FUTURE)))
    if duplicate := run.first_seen(row, "email", ("completion", person.user_key, version.id)):
        return run.rejected(row, duplicate)
    score = row.values["score_percent"]
    done = importing.Done(
        person.user_key,
        person.partnership_key,
        version.course_id,
        version.id,
        datetime.combine(on, time(12), UTC),
        int(score) if score is not None else None,
    )
    enrolment = enrolments.get((person.user_key, version.id))
    if enrolment is not None and enrolment.status is EnrolmentStatus.COMPLETED:
        completion = db.session.scalars(
            select(Completion).where(Completion.enrolment_id == enrolment.id)
        ).one_or_none()
        if completion is not None and completion.completed_at == done.completed_at:
            return Planned(row.line, row.raw, RowOutcome.UNCHANGED)
        return run.rejected(row, run.refusal(row, "course", Notice("completed_here", COMPLETED_HERE)))
    return Planned(row.line, row.raw, RowOutcome.INSERTED, {"done": done, "enrolment": enrolment})


def _version(
    row: ParsedRow, by_title: dict[str, list[PublishedVersion]]
) -> PublishedVersion | tuple[str, Notice]:
    versions = by_title.get(fold_name(str(row.values["course"])), [])
    if not versions:
        return "course", Notice("course_unknown", NO_COURSE)
    if len({each.course_id for each in versions}) > 1:
        return "course", Notice("course_ambiguous", SEVERAL_COURSES)
    number = row.values["version"]
    if number is None:
        return max(versions, key=lambda each: each.number)
    found = next((each for each in versions if each.number == int(number)), None)
    return found or ("version", Notice("version_unknown", NO_VERSION))


def apply_completions(run: Run, batch: ImportBatch, planned: list[Planned]) -> None:
    """Write the completions, and go on with the paths of whom they belong to."""
    noted, users, courses = [], set(), set()
    for row in planned:
        if row.outcome is not RowOutcome.INSERTED:
            continue
        done, enrolment = row.values["done"], row.values["enrolment"]
        before = enrolment.status.value if enrolment is not None else None
        completion = importing.import_completion(run.actor, done, enrolment, batch.source)
        users.add(done.user_key)
        courses.add(done.course_key)
        noted.append(
            {
                "batch_id": batch.id,
                "line": row.line,
                "entity_type": "completion",
                "entity_id": completion.id,
                "action": ChangeAction.INSERTED,
                "before": {"enrolment_id": completion.enrolment_id, "status": before},
                "after": {"public_id": str(completion.public_id)},
            }
        )
    if noted:
        db.session.execute(insert(ImportChange), noted)
        importing.follow_imported(run.actor, users, courses)


# -- certificates of others --------------------------------------------------------------------


def plan_certificates(run: Run, rows: list[FileRow]) -> list[Planned]:
    """What a chunk of rows does."""
    people = _people(run, rows)
    keys = sorted({person.user_key for person in people.values()})
    known = {
        (each.user_id, each.title, each.issued_on): each
        for each in select_by(ExternalCertificate, ExternalCertificate.user_id, keys)
    }
    return [_plan_certificate(run, row, people, known) for row in rows]


def _plan_certificate(
    run: Run, row: FileRow, people: dict[str, _Person], known: dict[Any, ExternalCertificate]
) -> Planned:
    if not isinstance(row, ParsedRow):
        return run.rejected(row, *row.reasons)
    person = people.get(fold_email(str(row.values["email"])))
    if person is None:
        return run.rejected(row, run.refusal(row, "email", Notice("person_unknown", NOBODY)))
    issued_on, expires_on = row.values["issued_on"], row.values["expires_on"]
    if issued_on > clock.today("UTC"):
        return run.rejected(row, run.refusal(row, "issued_on", Notice("in_future", IN_THE_FUTURE)))
    if expires_on is not None and expires_on < issued_on:
        return run.rejected(row, run.refusal(row, "expires_on", Notice("ends_before", ENDS_BEFORE)))
    title = " ".join(str(row.values["certification"]).split())
    identity = (person.user_key, title, issued_on)
    if duplicate := run.first_seen(row, "email", identity):
        return run.rejected(row, duplicate)
    if identity in known:
        return Planned(row.line, row.raw, RowOutcome.UNCHANGED)
    values = {
        "user_id": person.user_key,
        "partnership_id": person.partnership_key,
        "title": title,
        "issuer": " ".join(str(row.values["issuer"] or "").split()),
        "number": " ".join(str(row.values["number"] or "").split()),
        "issued_on": issued_on,
        "expires_on": expires_on,
    }
    return Planned(row.line, row.raw, RowOutcome.INSERTED, values)


def apply_certificates(run: Run, batch: ImportBatch, planned: list[Planned]) -> None:
    """Write the certificates as evidence of others."""
    rows = [
        (row.line, {**row.values, "public_id": new_public_id()})
        for row in planned
        if row.outcome is RowOutcome.INSERTED
    ]
    if not rows:
        return
    now = clock.now()
    importing.import_external_certificates(
        run.actor, [{**values, "source": batch.source, "imported_at": now} for _line, values in rows]
    )
    made = {
        each.public_id: each.id
        for each in select_by(
            ExternalCertificate, ExternalCertificate.public_id, [v["public_id"] for _l, v in rows]
        )
    }
    db.session.execute(
        insert(ImportChange),
        [
            {
                "batch_id": batch.id,
                "line": line,
                "entity_type": "external_certificate",
                "entity_id": made[values["public_id"]],
                "action": ChangeAction.INSERTED,
                "before": None,
                "after": {"public_id": str(values["public_id"])},
            }
            for line, values in rows
        ],
    )


# -- undo --------------------------------------------------------------------------------------


def undo_learning(actor: Actor, batch: ImportBatch) -> None:
    """Take a batch's completions and certificates back; enrolments are again what they were.

    Raises Conflict where somebody redoes what changed since such a completion.
    """
    changes = list(
        db.session.scalars(
            select(ImportChange).where(
                ImportChange.batch_id == batch.id,
                ImportChange.entity_type.in_(("completion", "external_certificate")),
            )
        )
    )
    certificates = [each.entity_id for each in changes if each.entity_type == "external_certificate"]
    for start in range(0, len(certificates), 1000):
        db.session.execute(
            delete(ExternalCertificate)
            .where(ExternalCertificate.id.in_(certificates[start : start + 1000]))
            .execution_options(synchronize_session=False)
        )
    completions = [each for each in changes if each.entity_type == "completion"]
    for start in range(0, len(completions), 1000):
        some = completions[start : start + 1000]
        keys = [each.entity_id for each in some]
        if redone := importing.list_redone(keys):
            raise Conflict(
                ngettext(
                    "%(num)s person redoes what has changed since such a completion. It stays.",
                    "%(num)s people redo what has changed since such completions. They stay.",
                    len(redone),
                )
            )
        importing.withdraw_completions(actor, keys)
        importing.restore_enrolments(
            [
                (
                    (each.before or {})["enrolment_id"],
                    EnrolmentStatus(status) if (status := (each.before or {})["status"]) else None,
                )
                for each in some
            ]
        )
