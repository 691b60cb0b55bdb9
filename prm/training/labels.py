"""What training's terms are called on pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from prm.training.models import LessonKind, QuestionKind, SkillLevel, VersionStatus
from prm.training.models.content import Edition

SKILL_LEVELS = {
    SkillLevel.FOUNDATION: _l("Foundation"),
    SkillLevel.ADVANCED: _l("Advanced"),
    SkillLevel.EXPERT: _l("Expert"),
}
VERSION_STATUSES = {
    VersionStatus.DRAFT: _l("Draft"),
    VersionStatus.PUBLISHED: _l("Published"),
}
QUESTION_KINDS = {
    QuestionKind.SINGLE: _l("One right choice"),
    QuestionKind.MULTIPLE: _l("Several right choices"),
    QuestionKind.NUMERIC: _l("A number"),
}
LESSON_KINDS = {
    LessonKind.TEXT: (_l("Text"), "file-text"),
    LessonKind.PACKAGE: (_l("SCORM package"), "package"),
    LessonKind.VIDEO: (_l("Video"), "video"),
    LessonKind.FILE: (_l("File"), "paperclip"),
    LessonKind.LINK: (_l("Link"), "link"),
}
EDITIONS = {
    Edition.SCORM_12: "SCORM 1.2",
    Edition.SCORM_2004_2: "SCORM 2004 2nd Edition",
    Edition.SCORM_2004_3: "SCORM 2004 3rd Edition",
    Edition.SCORM_2004_4: "SCORM 2004 4th Edition",
}
# Where a person stands in an item of a package (queries.content.state_word).
ITEM_STATES = {
    "not_attempted": (_l("Not started"), "neutral", "circle-dashed"),
    "incomplete": (_l("In progress"), "brand", "player-play"),
    "completed": (_l("Completed"), "success", "circle-check"),
    "passed": (_l("Passed"), "success", "circle-check"),
    "failed": (_l("Not passed"), "warning", "alert-triangle"),
}
# Where a person stands in a course: the label and how it is shown. Never by colour alone.
STANDINGS = {
    "none": (_l("Not assigned"), "neutral", "minus"),
    "assigned": (_l("Not started"), "neutral", "circle-dashed"),
    "started": (_l("In progress"), "brand", "player-play"),
    "overdue": (_l("Overdue"), "danger", "calendar-due"),
    "failed": (_l("No attempt left"), "warning", "alert-triangle"),
    "completed": (_l("Completed"), "success", "circle-check"),
    "redo": (_l("To be redone in part"), "info", "refresh"),
    "excused": (_l("Excused"), "neutral", "forbid"),
}
# Where a person stands on a path.
PATH_STANDINGS = {
    "none": (_l("Not on it"), "neutral", "minus"),
    "started": (_l("On the path"), "brand", "player-play"),
    "overdue": STANDINGS["overdue"],
    "completed": STANDINGS["completed"],
    "excused": STANDINGS["excused"],
}
# Where a person stands in a course of a path: the same, and what does not open yet.
STEP_STANDINGS = {**STANDINGS, "locked": (_l("Opens later"), "neutral", "lock")}
# What assigning a course changes for somebody (queries.assignments.Effect).
EFFECTS = {
    "new": (_l("Will be enrolled"), "success", "plus"),
    "again": (_l("Will be enrolled in the newest version"), "success", "refresh"),
    "taking": (_l("At it: only the due date changes"), "info", "clock"),
    "done": (_l("Has completed it"), "neutral", "circle-check"),
    "failed": (_l("Has no attempt left"), "warning", "alert-triangle"),
}
