"""What training's terms are called on pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from prm.training.models import LessonKind, QuestionKind, SkillLevel
from prm.training.models.assessment import Difficulty, Review
from prm.training.models.content import Edition
from prm.training.models.sessions import SeatStatus
from prm.training.models.tasks import TaskStatus
from prm.training.statistics import Flag

SKILL_LEVELS = {
    SkillLevel.FOUNDATION: _l("Foundation"),
    SkillLevel.ADVANCED: _l("Advanced"),
    SkillLevel.EXPERT: _l("Expert"),
}
QUESTION_KINDS = {
    QuestionKind.SINGLE: _l("One right choice"),
    QuestionKind.MULTIPLE: _l("Several right choices"),
    QuestionKind.NUMERIC: _l("A number"),
    QuestionKind.ORDERING: _l("Putting in order"),
    QuestionKind.MATCHING: _l("Matching"),
    QuestionKind.TEXT: _l("A short text"),
}
DIFFICULTIES = {
    Difficulty.EASY: _l("Easy"),
    Difficulty.MEDIUM: _l("Medium"),
    Difficulty.HARD: _l("Hard"),
}
REVIEWS = {
    Review.NOTHING: _l("Nothing"),
    Review.SCORE: _l("The score"),
    Review.MARKS: _l("The score, and which questions were right"),
    Review.EXPLANATIONS: _l("The score, which questions were right, and the explanations"),
}
# What statistics point at (prm/training/statistics.py): label, kind, and what to do about it.
FLAGS = {
    Flag.LEAKED: (
        _l("May have leaked"), "danger",
        _l("It is right far more often lately than at first. Write it anew, or retire it."),
    ),
    Flag.GIVES_AWAY: (
        _l("Gives itself away"), "warning",
        _l("The right choice is much longer than the others. Make them alike."),
    ),
    Flag.MISLEADS: (
        _l("Misleads"), "danger",
        _l("Who does well in the rest gets it wrong more often. Check the key and the wording."),
    ),
    Flag.RIVAL: (
        _l("A wrong choice wins"), "danger",
        _l("The better half prefers a wrong choice. Check the key, or make that choice clearly wrong."),
    ),
    Flag.WEAK: (
        _l("Tells little"), "warning",
        _l("It hardly tells who knows from who does not."),
    ),
    Flag.EASY: (_l("Too easy"), "neutral", _l("Almost everybody has it right.")),
    Flag.HARD: (_l("Too hard"), "warning", _l("Hardly anybody has it right. Is it taught?")),
    Flag.DEAD_CHOICE: (
        _l("A choice nobody takes"), "neutral",
        _l("A wrong choice convinces nobody: write a better one."),
    ),
}  # fmt: skip
TASK_STATUSES = {
    TaskStatus.WAITING: (_l("Waits for a grade"), "info", "clock"),
    TaskStatus.PASSED: (_l("Passed"), "success", "circle-check"),
    TaskStatus.FAILED: (_l("Not passed"), "warning", "alert-triangle"),
    TaskStatus.APPEALED: (_l("Appealed: waits for a second grade"), "info", "scale"),
}
SEAT_STATUSES = {
    SeatStatus.PLACE: (_l("Has a place"), "success", "circle-check"),
    SeatStatus.WAITING: (_l("On the waiting list"), "info", "hourglass"),
    SeatStatus.GIVEN_UP: (_l("Given up"), "neutral", "x"),
    SeatStatus.ATTENDED: (_l("Attended"), "success", "user-check"),
    SeatStatus.ABSENT: (_l("Was absent"), "warning", "alert-triangle"),
}
LESSON_KINDS = {
    LessonKind.TEXT: (_l("Text"), "file-text"),
    LessonKind.PACKAGE: (_l("SCORM package"), "package"),
    LessonKind.VIDEO: (_l("Video"), "video"),
    LessonKind.FILE: (_l("File"), "paperclip"),
    LessonKind.LINK: (_l("Link"), "link"),
    LessonKind.TASK: (_l("Practical task"), "clipboard-list"),
    LessonKind.SESSION: (_l("Session with an instructor"), "calendar-event"),
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
STEP_STANDINGS = {
    **STANDINGS,
    "locked": (_l("Opens later"), "neutral", "lock"),
    # Completed by a placement test, on a path that does not count those.
    "placed": (_l("By placement: lessons to do"), "info", "player-play"),
}
# What assigning a course changes for somebody (queries.assignments.Effect).
EFFECTS = {
    "new": (_l("Will be enrolled"), "success", "plus"),
    "again": (_l("Will be enrolled in the newest version"), "success", "refresh"),
    "taking": (_l("At it: only the due date changes"), "info", "clock"),
    "done": (_l("Has completed it"), "neutral", "circle-check"),
    "failed": (_l("Has no attempt left"), "warning", "alert-triangle"),
}
