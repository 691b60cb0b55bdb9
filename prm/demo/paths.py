"""The demo's learning paths: assigned lately, so that people stand at different points of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from prm.access import Actor
from prm.accounts.models import JobFunction
from prm.infra import clock
from prm.training import services as training
from prm.training.models import SkillLevel

# (title, summary, level, functions, courses by their place, places of the paths before it)
PATHS = (
    (
        "Lumen Technician",
        "Installs Lumen at a customer's and answers the first questions alone.",
        SkillLevel.FOUNDATION,
        (JobFunction.TECHNICAL, JobFunction.SUPPORT),
        (0, 3),
        (),
    ),
    (
        "Lumen Data Specialist",
        "Takes over a customer's data whole, whatever file it comes in.",
        SkillLevel.ADVANCED,
        (JobFunction.TECHNICAL,),
        (2,),
        (0,),
    ),
)


def lead_along_paths(author: Actor, manager: Actor, course_ids: Sequence[UUID]) -> None:
    """Write both paths and assign them to everybody of their functions, now and later."""
    written: list[UUID] = []
    for title, summary, level, functions, courses, before in PATHS:
        version = training.create_path(
            author,
            title=title,
            summary=summary,
            skill_level=level,
            job_functions=functions,
            required_path_ids=[written[place] for place in before],
        )
        for place in courses:
            training.add_step(author, version.public_id, course_ids[place])
        training.publish_path(author, version.public_id)
        written.append(version.path.public_id)
    for path_id, (_title, _summary, level, functions, _courses, _before) in zip(written, PATHS, strict=True):
        days = 30 if level is SkillLevel.FOUNDATION else 60
        training.assign_path(
            manager,
            path_id,
            job_functions=functions,
            due_on=clock.now().date() + timedelta(days=days),
        )
