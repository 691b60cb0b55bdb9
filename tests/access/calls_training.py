"""How endpoints of training are called. See tests/access/calls.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.access.call_parts import (
    LEARNERS,
)
from tests.access.matrix import ROLES
from tests.access.shapes import Body, Call, Id
from tests.access.worlds import Tenant
from tests.factories.marketing import png

WITHOUT_QUIZ = (("course_id", "unasked_course", LEARNERS),)

_PLACING = {"course_id": "placing_course"}

UNTAUGHT: Mapping[str, tuple[frozenset[str], str]] = {
    "course_id": (LEARNERS, "draft_course"),
    "lesson_id": (LEARNERS, "draft_lesson"),
}

_UNPUBLISHED_PATH: Mapping[str, tuple[frozenset[str], str]] = {"path_id": (LEARNERS, "draft_path")}

_PATH = {
    "revision": "1", "title": "Technician", "skill_level": "advanced", "is_in_order": "y",
    "required": [Id("fresh_path")],
}  # fmt: skip


def _said_of_changes(tenant: Tenant, role: str) -> Mapping[str, Any]:
    """Every lesson of the draft is new to who completed the version before."""
    names = ("lesson", "second_lesson", "package", "video", "file", "link", "task")
    lessons = (tenant.things[f"draft_{name}"].public_id for name in names)
    return {f"lesson-{lesson_id}": "material" for lesson_id in lessons} | {"quiz": "material"}


_VERSION = {"title": "Better", "summary": "S", "skill_level": "advanced", "job_functions": ["sales"],
            "pass_mark": "70", "max_attempts": "2", "revision": "1"}  # fmt: skip

_LESSON = {"title": "Lesson", "minutes": "4", "body": "# Text", "revision": "1"}

_QUESTION = {"prompt": "Which?", "explanation": "This.", "choices-0-text": "one", "choices-0-is_right": "y",
             "choices-1-text": "two", "revision": "1", "kind": "single"}  # fmt: skip

_DRAFT = {"lesson_id": "draft_lesson"}

_NO_CONTENT = (("lesson_id", "draft_lesson", frozenset({"admin", "author"})),)

_CONTENT = {"course_id": "unasked_course"}

_OWN_SUBMISSION = {"submission_id": "{me}.submission"}

_FOREIGN_SUBMISSION = {"submission_id": (LEARNERS, "mate.submission")}

_GRADERS = frozenset({"admin", "manager", "west", "author"})

_UNTAKEN = {"session_id": (LEARNERS, "untaken_session")}

_SESSION = {"title": "Day", "starts": "2031-01-05T10:00", "ends": "2031-01-05T12:00",
            "time_zone": "Europe/Berlin", "place": "Room", "places": "60"}  # fmt: skip

_OF_BANK = {"question_id": "bank_question"}

_BANK_QUESTION = {"topic": "Nets", "difficulty": "hard", "prompt": "Which?", "explanation": "This.",
                  "choices-0-text": "one", "choices-0-is_right": "y", "choices-1-text": "two",
                  "revision": "1", "kind": "single"}  # fmt: skip

_LINK = {"title": "A page", "url": "https://example.com/page"}

_COMMIT = {"commit": '{"item": "I1", "sequence": 1, "cmi": {"core": {"lesson_status": "completed"}}}'}


def _answers(tenant: Tenant, role: str) -> Body:
    things = tenant.things
    return {
        f"q-{things['question'].public_id}": Id("right_choice"),
        f"q-{things['second_question'].public_id}": Id("right_choice_2"),
        "number": "1",
    }


def _placement_answers(tenant: Tenant, role: str) -> Body:
    things = tenant.things
    return {
        f"q-{things['placing_question'].public_id}": Id("placing_wrong_choice"),
        f"q-{things['placing_second_question'].public_id}": Id("placing_right_choice_2"),
    }


TRAINING_CALLS: dict[tuple[str, str], Call] = {
    ("training.index", "GET"): Call(queries=("?search=KAN", "?level=expert")),
    ("training.course", "GET"): Call(beyond=UNTAUGHT),
    ("training.enrol", "POST"): Call(ids={"course_id": "fresh_course"}, beyond=UNTAUGHT),
    ("training.resume", "GET"): Call(missing="ok"),  # on to the course's page, which says so,
    ("training.lesson", "GET"): Call(beyond=UNTAUGHT),
    ("training.finish_lesson", "POST"): Call(beyond=UNTAUGHT, leaves=False),
    ("training.remember", "POST"): Call(beyond=UNTAUGHT),
    ("training.quiz", "GET"): Call(beyond=UNTAUGHT, absent=WITHOUT_QUIZ),
    ("training.take_quiz", "GET"): Call(beyond=UNTAUGHT, absent=WITHOUT_QUIZ),
    ("training.take_quiz", "POST"): Call(body=_answers, beyond=UNTAUGHT, absent=WITHOUT_QUIZ),
    ("training.progress", "GET"): Call(
        queries=(
            "?format=csv",
            "?search=KAN",
            "?course={course}",
            "?standing=overdue",
            "?show=paths",
            "?show=paths&format=xlsx",
            "?sort={course}&direction=desc",
            "?level=expert",
        ),
        query_ids={"course": "course"},
    ),
    ("training.assign", "GET"): Call(
        queries=("?company_id={PA.partnership}", "?company_id={PA.partnership}&course={course}"),
        query_ids={"company_id": "PA.partnership"},
        nowhere=((LEARNERS - {"padmin"}, "?company_id=nobody"),),  # whose company is no question
    ),
    ("training.assign", "POST"): Call(
        needs="?company_id={PA.partnership}",
        body={
            "courses": [Id("fresh_course")],
            "whom": Id("user.member"),
            "due_on": "2030-01-01",
            "step": "assign",
        },
        query_ids={"company_id": "PA.partnership"},
        beyond={"course_id": (LEARNERS, "draft_course")},
    ),
    ("training.feed", "GET"): Call(
        ids={"token": "feed_link"}, absent=(("token", "leavers_feed_link", frozenset(ROLES)),)
    ),
    ("training.end_feed", "POST"): Call(),
    ("training.paths", "GET"): Call(queries=("?level=expert", "?function=sales")),
    ("training.path", "GET"): Call(beyond=_UNPUBLISHED_PATH, also=((LEARNERS, {"path_id": "fresh_path"}),)),
    ("training.take_path", "POST"): Call(
        ids={"path_id": "fresh_path"}, beyond=_UNPUBLISHED_PATH, also=((LEARNERS, {"path_id": "path"}),)
    ),
    ("training.assign_path", "GET"): Call(
        queries=("?company_id={PA.partnership}", "?company_id={PA.partnership}&function=sales"),
        query_ids={"company_id": "PA.partnership"},
        nowhere=((LEARNERS - {"padmin"}, "?company_id=nobody"),),
        beyond=_UNPUBLISHED_PATH,
    ),
    ("training.assign_path", "POST"): Call(
        needs="?company_id={PA.partnership}",
        body={"whom": Id("user.member"), "due_on": "2030-01-01"},
        query_ids={"company_id": "PA.partnership"},
        beyond=_UNPUBLISHED_PATH,
    ),
    ("training.new_path", "POST"): Call(body=_PATH),
    ("training.edit_path", "POST"): Call(body=_PATH),
    ("training.add_step", "POST"): Call(body={"course": Id("course")}),
    ("training.move_step", "POST"): Call(body={"direction": "up"}),
    ("training.new_path_version", "POST"): Call(ids={"path_id": "path"}),
    ("training.publish", "POST"): Call(body=_said_of_changes),
    ("training.new_course", "POST"): Call(body=_VERSION),
    ("training.new_version", "POST"): Call(ids={"course_id": "done_course"}),
    ("training.image", "GET"): Call(absent=(("image_id", "lost_image", LEARNERS),)),
    ("training.edit_version", "POST"): Call(body=_VERSION),
    ("training.images", "POST"): Call(body={"image": (png(colour="red"), "a.png"), "alt": "A square"}),
    ("training.launch", "POST"): Call(ids={**_CONTENT, "lesson_id": "unasked_package"}, beyond=UNTAUGHT),
    ("training.launch_for_author", "POST"): Call(ids={"lesson_id": "draft_package"}),
    ("training.try_lesson", "GET"): Call(ids={"lesson_id": "draft_package"}, absent=_NO_CONTENT),
    ("training.save", "POST"): Call(body=_COMMIT),
    # Who takes no course that a lesson belongs to has none of it.
    ("training.video", "GET"): Call(
        ids={"lesson_id": "unasked_video"},
        beyond=UNTAUGHT,
        others=(("dual", {"lesson_id": "unasked_video"}, {}, "404"),),
    ),
    ("training.captions", "GET"): Call(ids={"lesson_id": "unasked_video"}, beyond=UNTAUGHT),
    ("training.lesson_file", "GET"): Call(
        ids={"lesson_id": "unasked_file"},
        beyond=UNTAUGHT,
        others=(("dual", {"lesson_id": "unasked_file"}, {}, "404"),),
    ),
    ("training.watched", "POST"): Call(
        ids={**_CONTENT, "lesson_id": "unasked_video"},
        body={"spans": "[[1000, 3000]]", "position": "3000"},
        beyond=UNTAUGHT,
    ),
    ("training.new_content", "POST"): Call(body=_LINK),
    ("training.edit_content", "GET"): Call(
        ids={"lesson_id": "draft_package"},
        absent=_NO_CONTENT,
        also=((frozenset({"admin", "author"}), {"lesson_id": "draft_task"}),),
    ),
    ("training.edit_content", "POST"): Call(ids={"lesson_id": "draft_link"}, body={**_LINK, "revision": "1"}),
    ("training.preview", "POST"): Call(body={"body": "# Text"}, leaves=False),
    ("training.new_lesson", "POST"): Call(body=_LESSON),
    ("training.edit_lesson", "GET"): Call(ids=_DRAFT),
    ("training.edit_lesson", "POST"): Call(ids=_DRAFT, body=_LESSON),
    ("training.move_lesson", "POST"): Call(
        ids={"lesson_id": "draft_second_lesson"}, body={"direction": "up"}
    ),
    ("training.delete_lesson", "GET"): Call(ids=_DRAFT),
    ("training.delete_lesson", "POST"): Call(ids=_DRAFT),
    ("training.new_question", "POST"): Call(body=_QUESTION),
    ("training.start_quiz", "POST"): Call(leaves=False, beyond=UNTAUGHT, absent=WITHOUT_QUIZ),
    ("training.save_answers", "POST"): Call(body=_answers, beyond=UNTAUGHT, absent=WITHOUT_QUIZ),
    ("training.placement", "GET"): Call(ids=_PLACING, beyond=UNTAUGHT, absent=WITHOUT_QUIZ),
    ("training.start_placement", "POST"): Call(
        ids=_PLACING, leaves=False, beyond=UNTAUGHT, absent=WITHOUT_QUIZ
    ),
    ("training.take_placement", "GET"): Call(ids=_PLACING, beyond=UNTAUGHT, absent=WITHOUT_QUIZ),
    ("training.take_placement", "POST"): Call(
        ids=_PLACING, body=_placement_answers, beyond=UNTAUGHT, absent=WITHOUT_QUIZ
    ),
    ("training.save_placement", "POST"): Call(
        ids=_PLACING, body=_placement_answers, beyond=UNTAUGHT, absent=WITHOUT_QUIZ
    ),
    ("training.hand_in", "POST"): Call(
        ids={**_CONTENT, "lesson_id": "task"}, body={"text": "Done."}, beyond=UNTAUGHT
    ),
    ("training.own_submitted_file", "GET"): Call(ids=_OWN_SUBMISSION, beyond=_FOREIGN_SUBMISSION),
    ("training.appeal", "POST"): Call(
        ids=_OWN_SUBMISSION, body={"reason": "Look again."}, beyond=_FOREIGN_SUBMISSION
    ),
    ("training.grading", "GET"): Call(
        queries=("?search=KAN", "?status=failed", "?grader=nobody", "?status=")
    ),
    ("training.submitted_file", "GET"): Call(
        absent=tuple(("submission_id", f"{kind}_submission", _GRADERS) for kind in ("bare", "lost"))
    ),
    ("training.grade", "POST"): Call(body={"level-c1": "1", "feedback": "Good."}),
    ("training.sign_up", "POST"): Call(beyond=_UNTAKEN),
    ("training.give_up", "POST"): Call(
        ids={"session_id": "held_session"}, beyond=_UNTAKEN, absent=(("session_id", "session", LEARNERS),)
    ),
    ("training.sessions", "GET"): Call(queries=("?search=KAN", "?when=past", "?when=cancelled", "?when=")),
    ("training.new_session", "POST"): Call(body={**_SESSION, "lesson": Id("session_lesson")}),
    ("training.edit_session", "POST"): Call(body={**_SESSION, "revision": "1"}),
    ("training.cancel_session", "POST"): Call(body={"reason": "Ill."}),
    ("training.release_seat", "POST"): Call(ids={"session_id": "held_session", "seat_id": "mate.held_seat"}),
    ("training.attendance", "GET"): Call(ids={"session_id": "begun_session"}),
    ("training.attendance", "POST"): Call(
        ids={"session_id": "begun_session"},
        body={"listed": [Id("mate.seat")], "attended": [Id("mate.seat")]},
        refused=((frozenset({"west"}), {"listed": [Id("mate_b.seat")], "attended": [Id("mate_b.seat")]}),),
    ),
    ("training.bank", "GET"): Call(queries=("?format=csv", "?search=KAN", "?state=", "?difficulty=easy")),
    ("training.new_bank_question", "POST"): Call(body=_BANK_QUESTION),
    ("training.edit_bank_question", "GET"): Call(ids=_OF_BANK),
    ("training.edit_bank_question", "POST"): Call(ids=_OF_BANK, body=_BANK_QUESTION),
    ("training.bank_question", "GET"): Call(ids=_OF_BANK),
    ("training.retire_bank_question", "POST"): Call(ids=_OF_BANK),
    ("training.import_questions", "POST"): Call(
        body={"do": "import", "file": (b"topic,kind,question,right,wrong\nNets,single,Why?,so,no\n", "q.csv")}
    ),
    ("training.quiz_settings", "POST"): Call(
        body={
            "revision": "1",
            "time_limit_minutes": "20",
            "wait_hours": "1",
            "review_now": "score",
            "review_over": "marks",
        }
    ),
    ("training.add_draw", "POST"): Call(body={"topic": "Networks", "difficulty": "", "questions": "1"}),
    ("training.statistics", "GET"): Call(ids={"version_id": "done_version"}, queries=("?format=csv",)),
    ("training.edit_question", "POST"): Call(body=_QUESTION),
    ("training.move_question", "POST"): Call(
        ids={"question_id": "draft_second_question"}, body={"direction": "up"}
    ),
}
