"""Learning paths of one vendor, and who is on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from prm.infra.ids import token_hash
from prm.training.models import SkillLevel, VersionStatus
from prm.training.models.feeds import CalendarFeed
from prm.training.models.paths import (
    LearningPath,
    PathAssignment,
    PathCompletion,
    PathEnrolment,
    PathPrerequisite,
    PathStatus,
    PathStep,
    PathVersion,
)
from tests.access.filling import Filler


def paths(f: Filler, people: Mapping[str, Mapping[str, str]]) -> None:
    """A path that people are on, one nobody is on, a draft of the former's next version, and a mere draft."""
    path = _path(f, "path", VersionStatus.PUBLISHED, ("done_course", "fresh_course"))
    _path(f, "fresh_path", VersionStatus.PUBLISHED, ("fresh_course",))
    _path(f, "draft_path", VersionStatus.DRAFT, ("done_course", "fresh_course"))
    waiting = _path(f, "waiting_path", VersionStatus.PUBLISHED, ("fresh_course",))
    f.add(PathPrerequisite(path_version_id=waiting.id, required_path_id=path.path_id))
    for owner, named in people.items():
        partnership = f.tenant.partnerships[owner]
        assignment = f.add(
            PathAssignment(
                path_id=path.path_id, partnership_id=partnership.id, assigned_at=f.now, spread_at=f.now,
                user_id=f.tenant.people[named["MATE"]].id,  # who joins later is none of its business
                assigned_by_id=f.tenant.people["manager"].id, due_on=f.today + timedelta(days=3),
            ),
            f"{owner}.path_assignment",
        )  # fmt: skip
        for key in named.values():
            _on(f, key, partnership.id, path, assignment.id)
    for key in ("admin", "manager", "west", "author"):
        _on(f, key, None, path, None)
    owners = {key: f.tenant.people[key] for key in ("admin", "manager", "west", "author", "padmin", "member")}
    for key, user in {**owners, "leaver": f.tenant.leaver}.items():
        token = f"feed-of-{key}-{f.tenant.name.lower()}"
        f.add(
            CalendarFeed(
                vendor_id=f.tenant.vendor.id, user_id=user.id, token_hash=token_hash(token), created_at=f.now,
            )
        )  # fmt: skip
    # The address is public: it carries its own right, and never the other vendor's dates.
    token = f"feed-of-member-{f.tenant.name.lower()}"
    f.tenant.things["feed_link"] = type(f.tenant.things["course"])(0, token)
    token = f"feed-of-leaver-{f.tenant.name.lower()}"
    f.tenant.things["leavers_feed_link"] = type(f.tenant.things["course"])(0, token)


def _path(f: Filler, name: str, status: VersionStatus, courses: tuple[str, ...]) -> PathVersion:
    kind = "COURSE" if status is VersionStatus.PUBLISHED else "DRAFT"
    path = f.add(
        LearningPath(title=f.say(kind), skill_level=SkillLevel.ADVANCED, job_functions=[], created_at=f.now),
        name,
    )
    version: PathVersion = f.add(
        PathVersion(
            path_id=path.id, number=1, title=f.say(kind), summary=f.say(kind), status=status,
            published_at=f.now if status is VersionStatus.PUBLISHED else None,
            spread_at=f.now if status is VersionStatus.PUBLISHED else None,
        ),
        f"{name}_version",
    )  # fmt: skip
    for position, course in enumerate(courses, 1):
        f.add(
            PathStep(path_version_id=version.id, course_id=f.tenant.things[course].id, position=position),
            f"{name}_step_{position}",
        )
    return version


def _on(
    f: Filler, key: str, partnership_id: int | None, version: PathVersion, assignment_id: int | None
) -> None:
    user = f.tenant.people[key]
    is_done = key.startswith("mate")
    f.add(
        PathEnrolment(
            user_id=user.id, partnership_id=partnership_id, path_id=version.path_id,
            path_version_id=version.id, status=PathStatus.COMPLETED if is_done else PathStatus.OPEN,
            assignment_id=assignment_id, due_on=f.today + timedelta(days=3), assigned_at=f.now,
        )
    )  # fmt: skip
    if is_done:
        f.add(
            PathCompletion(
                user_id=user.id, partnership_id=partnership_id, path_id=version.path_id,
                path_version_id=version.id, completed_at=f.now,
            )
        )  # fmt: skip
