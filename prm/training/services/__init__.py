"""Verbs of training. Everywhere `…_id` is a public id (UUID), `…_key` an integer key."""

from prm.training.services.assigning import (
    Assigned,
    assign_course,
    assign_courses,
    check_assignment,
    enrol_newcomer,
    enrol_people_of,
    grant_attempt,
)
from prm.training.services.authoring import (
    add_lesson,
    create_course,
    delete_lesson,
    edit_lesson,
    edit_version,
    move_lesson,
)
from prm.training.services.images import add_image
from prm.training.services.learning import complete_lesson, enrol, remember_place
from prm.training.services.merging import enrol_merged, part_enrolments
from prm.training.services.publishing import list_problems, publish_version, start_new_version
from prm.training.services.questions import add_question, delete_question, edit_question, move_question
from prm.training.services.sittings import close_expired, save_answers, start_quiz, submit_attempt

__all__ = [
    "Assigned",
    "add_image",
    "add_lesson",
    "add_question",
    "assign_course",
    "assign_courses",
    "check_assignment",
    "close_expired",
    "complete_lesson",
    "create_course",
    "delete_lesson",
    "delete_question",
    "edit_lesson",
    "edit_question",
    "edit_version",
    "enrol",
    "enrol_merged",
    "enrol_newcomer",
    "enrol_people_of",
    "grant_attempt",
    "list_problems",
    "move_lesson",
    "move_question",
    "part_enrolments",
    "publish_version",
    "remember_place",
    "save_answers",
    "start_new_version",
    "start_quiz",
    "submit_attempt",
]
