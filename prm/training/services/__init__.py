"""Verbs of training. Everywhere `…_id` is a public id (UUID), `…_key` an integer key."""

from prm.training.services.adjusting import excuse, extend_due_date, reset_enrolment
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
from prm.training.services.path_assigning import PathAssigned, assign_path, enrol_on_paths, take_path
from prm.training.services.path_following import follow_course, follow_path
from prm.training.services.path_writing import (
    add_step,
    create_path,
    edit_path,
    list_path_problems,
    move_step,
    publish_path,
    remove_step,
    start_new_path_version,
)
from prm.training.services.placement import save_placement, start_placement, submit_placement
from prm.training.services.publishing import list_problems, publish_version, start_new_version
from prm.training.services.questions import add_question, delete_question, edit_question, move_question
from prm.training.services.redoing import follow_up_completion, say_what_changed
from prm.training.services.sittings import close_expired, save_answers, start_quiz, submit_attempt

__all__ = [
    "Assigned",
    "PathAssigned",
    "add_image",
    "add_lesson",
    "add_question",
    "add_step",
    "assign_course",
    "assign_courses",
    "assign_path",
    "check_assignment",
    "close_expired",
    "complete_lesson",
    "create_course",
    "create_path",
    "delete_lesson",
    "delete_question",
    "edit_lesson",
    "edit_path",
    "edit_question",
    "edit_version",
    "enrol",
    "enrol_merged",
    "enrol_newcomer",
    "enrol_on_paths",
    "enrol_people_of",
    "excuse",
    "extend_due_date",
    "follow_course",
    "follow_path",
    "follow_up_completion",
    "grant_attempt",
    "list_path_problems",
    "list_problems",
    "move_lesson",
    "move_question",
    "move_step",
    "part_enrolments",
    "publish_path",
    "publish_version",
    "remember_place",
    "remove_step",
    "reset_enrolment",
    "save_answers",
    "save_placement",
    "say_what_changed",
    "start_new_path_version",
    "start_new_version",
    "start_placement",
    "start_quiz",
    "submit_attempt",
    "submit_placement",
    "take_path",
]
