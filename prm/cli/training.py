"""Training from the command line: importing packages."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from prm.access import Actor
from prm.cli import json_option, print_json, reported, serve_vendor_named, vendor_option
from prm.errors import DomainError
from prm.infra.db import transaction
from prm.training import services
from prm.training.labels import EDITIONS
from prm.training.models import CourseVersion
from prm.training.queries.courses import find_draft, get_course, list_authored_courses
from prm.training.services.packages import KeptPackage, add_package, keep_package


@click.group("training")
def group() -> None:
    """Import course packages."""


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@vendor_option
@click.option("--course", metavar="ID|TITLE", help="The course to add to. Default: a new course.")
@click.option(
    "--title", metavar="T", help="Title of the lesson (and of a new course). Default: the package's."
)
@click.option("--score-counts", is_flag=True, help="The package's score is the result of the course's test.")
@click.option("--publish", is_flag=True, help="Publish the version at once: people may take it.")
@click.option("--dry-run", is_flag=True, help="Check the package; keep nothing of it.")
@json_option
@with_appcontext
@reported
def import_command(
    file: Path,
    vendor_slug: str,
    course: str | None,
    title: str | None,
    score_counts: bool,
    publish: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import FILE, a SCORM 1.2 or SCORM 2004 package (2nd to 4th edition), as a lesson.

    It becomes the last lesson of the course's draft; where the course has none, a new version is
    started. Without --publish it waits there for an author. A package that is refused (paths that lead
    out of it, links, bombs, a manifest that cannot be read…) is refused before anything is kept; the
    message says why, and the exit status is 1.
    """
    _vendor, actor = serve_vendor_named(vendor_slug)
    with force_locale("en"):
        draft_of = _find_course(actor, course) if course else None
        kept = _keep(actor, file, dry_run)
        found = _found(kept)
        if not dry_run:
            with transaction():
                version = _draft(actor, draft_of, title or kept.manifest.title)
                lesson = add_package(
                    actor, version.public_id, kept, title=title or "", score_counts=score_counts
                )
                if publish:
                    services.publish_version(actor, version.public_id)
                found |= {
                    "version": str(version.public_id),
                    "course": version.title,
                    "number": version.number,
                    "lesson": str(lesson.public_id),
                    "is_published": publish,
                }
    if as_json:
        print_json(found)
        return
    click.echo(f"{found['title']} ({found['edition']})")
    click.echo(f"{len(found['items']):>9,}  items that open something")
    click.echo(f"{found['files']:>9,}  files, {found['size'] / 1024**2:,.1f} MB")
    for item in found["items"][:20]:
        click.echo(f"           {item['title']}")
    for finding in found["findings"]:
        click.echo(f"  {finding}")
    if dry_run:
        click.echo("Dry run: nothing was kept.")
    else:
        status = "published" if publish else "draft"
        click.echo(f"Lesson {found['lesson']} of {found['course']}, version {found['number']} ({status}).")


def _keep(actor: Actor, file: Path, dry_run: bool) -> KeptPackage:
    try:
        with file.open("rb") as stream:
            return keep_package(actor, stream, file.name, is_kept=not dry_run)
    except OSError as error:
        raise DomainError(f"{file} cannot be read: {error.strerror}.") from error
    except DomainError as error:
        raise DomainError(str(error)) from error


def _found(kept: KeptPackage) -> dict[str, Any]:
    organization = kept.manifest.organizations[kept.manifest.default]
    return {
        "title": kept.manifest.title,
        "edition": EDITIONS[kept.manifest.edition],
        "organizations": [each.title or each.identifier for each in kept.manifest.organizations],
        "items": [{"identifier": each.identifier, "title": each.title} for each in organization.launchable],
        "files": len(kept.files),
        "size": kept.size,
        "sha256": kept.sha256,
        "findings": kept.manifest.findings,
    }


def _find_course(actor: Actor, named: str) -> UUID:
    try:
        return get_course(actor, UUID(named)).public_id
    except ValueError:
        pass
    found = [each for each in list_authored_courses(actor) if each.title.casefold() == named.casefold()]
    if len(found) != 1:
        raise DomainError(
            f"There is no course {named!r}."
            if not found
            else f"There are {len(found)} courses {named!r}: name one by its id."
        )
    return found[0].public_id


def _draft(actor: Actor, course_id: UUID | None, title: str) -> CourseVersion:
    if course_id is None:
        return services.create_course(actor, title=title)
    draft = find_draft(actor, get_course(actor, course_id).id)
    return draft or services.start_new_version(actor, course_id)
