"""What packages report: kept within limits, judged by the manifest, once, by the newest session."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.permissions import Role
from prm.training import services
from prm.training.models import Completion, Enrolment, EnrolmentStatus
from prm.training.models.content import (
    CompletionState,
    ItemInteraction,
    ItemState,
    PackageProgress,
    SuccessState,
)
from prm.training.scorm.tracking import ItemStanding, PackageStanding, roll_up, seconds_of, stand
from prm.training.services.launching import Launched, launch_package
from prm.training.services.packages import add_package, keep_package
from prm.training.services.saving import Saved, read_commit, save_commit
from tests.factories import World
from tests.factories import training as make
from tests.factories.packages import course_2004, package_12, package_2004
from tests.factories.world import UserRef, VendorRef


class Learning:
    """A member, an enrolment, a course of one package."""

    def __init__(self, world: World, content: bytes, **details: Any) -> None:
        self.world = world
        self.vendor: VendorRef = world.vendor("acme")
        self.member: UserRef = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(self.vendor))
        draft = make.make_draft(world, self.vendor, lessons=0, has_quiz=False, pass_mark=60)
        with world.acting(self.vendor) as actor:
            kept = keep_package(actor, io.BytesIO(content), "course.zip")
            with transaction():
                self.lesson = add_package(actor, draft.version_public_id, kept, **details).public_id
        make.publish(world, self.vendor, draft)
        self.course = draft
        self.enrolment = make.enrol(world, self.vendor, self.member, draft).public_id
        self.sequence = 0

    def launch(self) -> Launched:
        self.sequence = 0
        with self.world.acting(self.vendor, self.member) as actor, transaction():
            return launch_package(actor, self.enrolment, self.lesson)

    def say(self, launched: Launched, cmi: dict[str, Any], item: str = "I1", **more: Any) -> Saved:
        self.sequence += 1
        takes_over = more.pop("takes_over", False)
        told = json.dumps({"sequence": self.sequence, "item": item, "cmi": cmi, **more})
        with self.world.acting(self.vendor, self.member) as actor, transaction():
            return save_commit(actor, launched.launch.public_id, read_commit(told), takes_over=takes_over)

    def rows(self, model: Any) -> list[Any]:
        with self.world.acting(self.vendor):
            return list(db.session.scalars(select(model).order_by(model.id)))


def core(status: str, raw: str = "", **more: Any) -> dict[str, Any]:
    return {"core": {"lesson_status": status, "score": {"raw": raw, "min": "", "max": "100"}}, **more}


# -- judging -----------------------------------------------------------------------------------

DONE, OPEN = CompletionState.COMPLETED, CompletionState.INCOMPLETE
PASSED, FAILED, UNKNOWN = SuccessState.PASSED, SuccessState.FAILED, SuccessState.UNKNOWN


@pytest.mark.parametrize(
    ("cmi", "item", "wanted"),
    [
        (core("passed", "90"), {}, ItemStanding(DONE, PASSED, 0.9)),
        (core("completed"), {}, ItemStanding(DONE, UNKNOWN, None)),
        (core("failed", "10"), {}, ItemStanding(DONE, FAILED, 0.1)),
        (core("incomplete"), {}, ItemStanding(OPEN, UNKNOWN, None)),
        (core("completed", "80"), {"mastery_score": 80.0}, ItemStanding(DONE, PASSED, 0.8)),
        (core("passed", "79"), {"mastery_score": 80.0}, ItemStanding(DONE, FAILED, 0.79)),
        (core("completed"), {"mastery_score": 80.0}, ItemStanding(DONE, UNKNOWN, None)),
        ({"core": "nonsense"}, {}, ItemStanding()),
        ({}, {}, ItemStanding()),
        (core("passed", "NaN"), {}, ItemStanding(DONE, PASSED, None)),
    ],
)
def test_1_2_is_judged_by_status_and_mastery_score(cmi: dict, item: dict, wanted: ItemStanding) -> None:
    assert stand(cmi, item, is_2004=False) == wanted


THRESHOLD = {"threshold": {"completedByMeasure": True, "minProgressMeasure": 0.5}}
MEASURED = {"sequencing": {"primaryObjective": {"satisfiedByMeasure": True, "minNormalizedMeasure": 0.7}}}


@pytest.mark.parametrize(
    ("cmi", "item", "wanted"),
    [
        ({"completion_status": "completed", "success_status": "passed"}, {}, ItemStanding(DONE, PASSED)),
        ({"completion_status": "incomplete"}, {}, ItemStanding(OPEN)),
        ({"completion_status": "completed", "progress_measure": "0.4"}, THRESHOLD, ItemStanding(OPEN)),
        ({"completion_status": "incomplete", "progress_measure": "0.5"}, THRESHOLD, ItemStanding(DONE)),
        ({"completion_status": "completed"}, THRESHOLD, ItemStanding(DONE)),
        (
            {"success_status": "passed", "score": {"scaled": "0.6"}},
            MEASURED,
            ItemStanding(CompletionState.UNKNOWN, FAILED, 0.6),
        ),
        (
            {"success_status": "unknown", "score": {"scaled": "0.7"}},
            MEASURED,
            ItemStanding(CompletionState.UNKNOWN, PASSED, 0.7),
        ),
        (
            {"score": {"raw": "15", "min": "10", "max": "20"}},
            {},
            ItemStanding(CompletionState.UNKNOWN, UNKNOWN, 0.5),
        ),
        ({"score": {"scaled": "7"}}, {}, ItemStanding(CompletionState.UNKNOWN)),
    ],
)
def test_2004_is_judged_by_status_and_thresholds(cmi: dict, item: dict, wanted: ItemStanding) -> None:
    assert stand(cmi, item, is_2004=True) == wanted


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0001:02:03", 3723), ("00:00:05.99", 5), ("PT1H2M3S", 3723), ("PT0.5S", 0), ("P1DT1S", 86401),
        ("PT0H0M0S", 0), ("P", None), ("soon", None), ("9" * 5000, None), ("", None),
    ],
)  # fmt: skip
def test_times_of_both_editions_are_read(text: str, seconds: int | None) -> None:
    assert seconds_of(text) == seconds


def leaves(*ids: str, **control: Any) -> dict[str, Any]:
    return {"items": [{"identifier": each, "href": "x", "sequencing": control} for each in ids]}


def test_items_are_rolled_up() -> None:
    one, other = ItemStanding(DONE, PASSED, 0.9), ItemStanding(DONE, UNKNOWN, None)
    bad, begun = ItemStanding(DONE, FAILED, 0.3), ItemStanding(OPEN)
    for is_2004 in (True, False):
        both = leaves("a", "b")
        assert roll_up(both, {"a": one, "b": other}, is_2004=is_2004) == PackageStanding(DONE, PASSED, 90)
        assert roll_up(both, {"a": one, "b": bad}, is_2004=is_2004) == PackageStanding(DONE, FAILED, 60)
        assert roll_up(both, {"a": one, "b": begun}, is_2004=is_2004).completion is OPEN
        assert roll_up(both, {"a": one}, is_2004=is_2004).completion is OPEN
        assert roll_up(both, {}, is_2004=is_2004).completion is CompletionState.NOT_ATTEMPTED
    weighed = {
        "items": [
            {
                "identifier": "a",
                "href": "x",
                "sequencing": {"sequencingControls": {"objectiveMeasureWeight": 1}},
            },
            {
                "identifier": "b",
                "href": "x",
                "sequencing": {"sequencingControls": {"objectiveMeasureWeight": 0}},
            },
        ]
    }
    assert roll_up(weighed, {"a": one, "b": bad}, is_2004=True).percent == 90
    untracked = leaves("a")
    untracked["items"].append(leaves("b", sequencingControls={"tracked": False})["items"][0])
    assert roll_up(untracked, {"a": one}, is_2004=True) == PackageStanding(DONE, PASSED, 90)


# -- saving ------------------------------------------------------------------------------------


def test_passing_completes_the_lesson_and_the_score_is_the_courses(world: World) -> None:
    learning = Learning(world, package_12(), score_counts=True)
    launched = learning.launch()
    assert not learning.say(launched, core("incomplete")).is_done
    assert learning.say(launched, core("passed", "73"), isOver=True).is_done
    assert learning.rows(Enrolment)[0].status is EnrolmentStatus.COMPLETED
    assert learning.rows(Completion)[0].score_percent == 73


def test_a_score_that_counts_must_reach_the_pass_mark_where_the_content_passes_nobody(
    world: World,
) -> None:
    learning = Learning(world, package_12(), score_counts=True)
    launched = learning.launch()
    assert not learning.say(launched, core("completed", "59")).is_done
    assert learning.say(launched, core("completed", "60")).is_done


def test_failing_leaves_the_lesson_open_and_what_was_passed_stays(world: World) -> None:
    learning = Learning(world, package_12())
    launched = learning.launch()
    assert not learning.say(launched, core("failed", "20")).is_done
    assert learning.say(launched, core("passed", "80")).is_done
    assert learning.say(learning.launch(), core("incomplete")).is_done
    progress = learning.rows(PackageProgress)[0]
    assert (progress.completion, progress.success, progress.score_percent) == (DONE, PASSED, 80)


def test_all_items_make_the_package(world: World) -> None:
    learning = Learning(world, course_2004())
    launched = learning.launch()
    for item in ("I1", "I2"):
        assert not learning.say(launched, {"completion_status": "completed"}, item).is_done
    assert learning.say(launched, {"completion_status": "completed"}, "I3").is_done


def test_the_newest_session_saves_and_the_older_one_is_told(world: World) -> None:
    learning = Learning(world, package_12())
    first, second = learning.launch(), learning.launch()
    learning.say(second, core("incomplete", suspend_data="new"))
    with pytest.raises(Conflict):
        learning.say(first, core("incomplete", suspend_data="old"))
    assert learning.rows(ItemState)[0].cmi["suspend_data"] == "new"
    learning.say(first, core("incomplete", suspend_data="mine"), takes_over=True)
    assert learning.rows(ItemState)[0].cmi["suspend_data"] == "mine"
    with pytest.raises(Conflict):
        learning.say(second, core("incomplete", suspend_data="new"))


def test_a_commit_that_was_overtaken_changes_nothing(world: World) -> None:
    learning = Learning(world, package_12())
    launched = learning.launch()
    learning.sequence = 5
    learning.say(launched, core("incomplete", suspend_data="later"))
    learning.sequence = 2
    learning.say(launched, core("incomplete", suspend_data="earlier"))
    assert learning.rows(ItemState)[0].cmi["suspend_data"] == "later"


def test_time_adds_up_over_sessions_and_no_faster_than_the_clock(world: World) -> None:
    learning = Learning(world, package_2004())
    start = clock.now()
    with clock.travel(start):
        launched = learning.launch()
    with clock.travel(start + timedelta(minutes=10)):
        learning.say(launched, {"session_time": "PT9M", "completion_status": "incomplete"})
    with clock.travel(start + timedelta(hours=1)):
        launched = learning.launch()
        assert launched.start["items"]["I1"]["seconds"] == 540
    with clock.travel(start + timedelta(hours=1, minutes=2)):
        learning.say(launched, {"session_time": "PT100H"})
    assert 540 + 178 <= learning.rows(PackageProgress)[0].seconds <= 540 + 182


def test_interactions_are_added_and_never_written_over(world: World) -> None:
    learning = Learning(world, package_2004())

    def told(response: str) -> dict[str, Any]:
        return {"interactions": {"0": {"id": "q1", "type": "choice", "learner_response": response}}}

    launched = learning.launch()
    learning.say(launched, told("a"))
    learning.say(launched, told("b"))
    learning.say(learning.launch(), told("c"))
    found = [(row.session, row.stated["learner_response"]) for row in learning.rows(ItemInteraction)]
    assert found == [(1, "b"), (2, "c")]


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "null", "{", '{"cmi": [], "item": "I1", "sequence": 1}', '{"cmi": {}, "sequence": 1}',
        '{"cmi": {}, "item": "I1", "sequence": -1}', '{"cmi": {}, "item": "I1", "sequence": true}',
        '{"cmi": ' + "[" * 50_000 + "}",
        '{"cmi": ' + '{"a":' * 20 + "1" + "}" * 20 + ', "item": "I1", "sequence": 1}',
        json.dumps({"cmi": {"x": "y" * 1_600_000}, "item": "I1", "sequence": 1}),
        json.dumps({"cmi": {"x": list(range(30_000))}, "item": "I1", "sequence": 1}),
    ],
)  # fmt: skip
def test_what_no_player_sends_is_refused(world: World, text: str) -> None:
    with world.app.test_request_context(), pytest.raises(DomainError):
        read_commit(text)


def test_strange_values_are_kept_as_far_as_a_database_keeps_them(world: World) -> None:
    learning = Learning(world, package_12())
    launched = learning.launch()
    strange = {
        "core": {"lesson_status": ["passed"], "score": {"raw": True}},
        "n": 1e300,
        "t": "a\x00b\ud800c",
        "<script>": "<img src=x onerror=alert(1)>",
        "learner_name": "Mia Member",
    }
    learning.say(launched, strange)
    kept = learning.rows(ItemState)[0].cmi
    assert kept["t"] == "abc"
    assert kept["n"] is None
    assert "learner_name" not in kept, "who it was is known anyway"
    with pytest.raises(DomainError):
        learning.say(launched, {}, item="not an item")


def test_pages_show_what_a_package_wrote_as_text_only(world: World) -> None:
    learning = Learning(world, package_12(title="&lt;script&gt;alert(1)&lt;/script&gt;"))
    launched = learning.launch()
    learning.say(launched, core("passed", "81", comments="<script>alert(2)</script>"))
    manager = world.user(Role.CHANNEL_MANAGER, vendor=learning.vendor)
    record = world.client(manager).get(f"/acme/training/progress/{learning.member.public_id}").text
    lesson = (
        world.client(learning.member)
        .get(f"/acme/training/courses/{learning.course.public_id}/lessons/{learning.lesson}")
        .text
    )
    for page in (record, lesson):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
    assert "81%" in record


def test_a_package_lesson_is_not_done_by_a_click(world: World) -> None:
    learning = Learning(world, package_12())
    answer = world.client(learning.member).post(
        f"/acme/training/courses/{learning.course.public_id}/lessons/{learning.lesson}/done"
    )
    assert answer.status_code == 409
    assert not learning.rows(Completion)


def test_the_next_version_has_the_package_and_a_quiz_beside_one_that_counts_is_refused(
    world: World,
) -> None:
    learning = Learning(world, package_12(), score_counts=True)
    with world.acting(learning.vendor) as actor, transaction():
        draft = services.start_new_version(actor, learning.course.public_id)
        make.add_quiz(actor, draft.public_id)
        with pytest.raises(DomainError, match="Keep one of them"):
            services.publish_version(actor, draft.public_id)
