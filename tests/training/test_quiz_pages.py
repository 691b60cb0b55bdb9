"""The learner's quiz, page by page: every kind of question, and what no page tells before it is over."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prm.extensions import db
from prm.infra import clock
from prm.permissions import Role
from prm.training.models.assessment import QuizSitting, Review
from prm.training.models.kinds import QuestionKind
from prm.training.models.tasks import TaskSubmission
from prm.training.queries.quiz import list_items
from tests.factories import World
from tests.factories import assessment as exams
from tests.factories.training import CourseRef
from tests.factories.world import UserRef, VendorRef

Scene = tuple[VendorRef, UserRef, FlaskClient]


@pytest.fixture
def scene(world: World) -> Scene:
    """A vendor with a bank that has every kind of question, a partner's member and their browser."""
    vendor = world.vendor("acme")
    exams.add_every_kind(world, vendor)
    member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor))
    return vendor, member, world.client(member)


def at(course: CourseRef, rest: str = "") -> str:
    return f"/acme/training/courses/{course.public_id}{rest}"


def start(world: World, vendor: VendorRef, client: FlaskClient, course: CourseRef) -> QuizSitting:
    client.post(at(course, "/enrol"))
    assert client.post(at(course, "/quiz/start")).location == at(course, "/quiz/questions")
    with world.acting(vendor):
        return db.session.scalars(select(QuizSitting).order_by(QuizSitting.id.desc())).first()  # type: ignore[return-value]


def typed(answers: dict[str, Any], number: int = 1) -> dict[str, Any]:
    """The form as a browser sends it."""
    form: dict[str, Any] = {"number": f"{number}", "shown": list(answers)}
    for key, answer in answers.items():
        if isinstance(answer, dict):
            form |= {f"q-{key}-{part}": value for part, value in answer.items()}
        else:
            form[f"q-{key}"] = answer
    return form


def exam(world: World, vendor: VendorRef, topic: str = "Every kind", **rules: Any) -> CourseRef:
    return exams.make_exam(world, vendor, draws=((topic, None, 6),), rules=rules)


def right(world: World, vendor: VendorRef, course: CourseRef, sitting: QuizSitting) -> dict[str, Any]:
    with world.acting(vendor):
        return exams.right_answers(course, sitting.seed)


def test_every_kind_is_answered_and_reviewed_in_words(world: World, scene: Scene) -> None:
    vendor, _member, client = scene
    course = exam(world, vendor, shuffles_questions=True, shuffles_choices=True)
    sitting = start(world, vendor, client, course)
    answers = right(world, vendor, course, sitting)
    page = client.post(at(course, "/quiz/questions"), data=typed(answers), follow_redirects=True).text
    assert "6 of 6 questions right" in page
    for said in ("Port 8443", "98765.4321", "Web – Port 443", "KEYCANARY backup", "Drain the node"):
        assert said in page, said
    for kind in QuestionKind:
        assert f"KEYCANARY {kind.value}" in page


def test_one_by_one_saves_flags_and_leads_on_without_script(world: World, scene: Scene) -> None:
    vendor, _member, client = scene
    exams.add_questions(world, vendor, 6)
    course = exam(world, vendor, "Networks", is_one_at_a_time=True)
    sitting = start(world, vendor, client, course)
    answers = right(world, vendor, course, sitting)
    page = client.get(at(course, "/quiz/questions")).text
    assert page.count('class="quiz-question') == 1 and "Question 1 of 6" in page
    first, second, *others = answers
    form = {**typed({first: answers[first]}), "question": "1", f"flag-{first}": "1", "do": "next"}
    assert client.post(at(course, "/quiz/questions"), data=form).location.endswith("?question=2")
    page = client.get(at(course, "/quiz/questions?question=1")).text
    assert re.findall(r'value="([^"]+)" checked', page) == ["1", answers[first]]
    assert "to come back to" in page
    form = {**typed({second: answers[second]}), "question": "2", "do": "save"}
    page = client.post(at(course, "/quiz/questions"), data=form, follow_redirects=True).text
    assert "Your answers are saved." in page and "Question 2 of 6" in page
    assert "2 of 6 questions are answered" in client.get(at(course, "/quiz")).text
    form = {**typed({others[0]: answers[others[0]]}), "question": "3", "do": "send"}
    page = client.post(at(course, "/quiz/questions"), data=form)
    assert page.status_code == 422
    assert page.text.count("Answer this question.") == 4  # three, and the one shown says it again
    assert "Question 4 of 6" in page.text
    sent = client.post(
        at(course, "/quiz/questions"),
        data={"number": "1", "shown": others[1], "accept_gaps": "1"},
        follow_redirects=True,
    )
    assert "3 of 6 questions right" in sent.text


def test_the_script_saves_one_answer_and_is_told_when_it_is_over(world: World, scene: Scene) -> None:
    vendor, _member, client = scene
    exams.add_questions(world, vendor, 6)
    course = exam(world, vendor, "Networks", time_limit_minutes=10)
    sitting = start(world, vendor, client, course)
    answers = right(world, vendor, course, sitting)
    first, second, *_others = answers
    for key in (first, second):
        saved = client.post(at(course, "/quiz/save"), data=typed({key: answers[key]}))
        assert saved.status_code == 200 and saved.json["saved"] and 590 <= saved.json["seconds"] <= 600
    with world.acting(vendor):
        kept = db.session.scalars(select(QuizSitting.answers)).one()
        assert kept == {first: answers[first], second: answers[second]}
    foreign = client.post(at(course, "/quiz/save"), data=typed({first: "somebody else's"}))
    assert foreign.status_code == 422
    assert client.post(at(course, "/quiz/save"), data=typed({first: ""}, number=7)).status_code == 409
    assert "minutes left" in client.get(at(course, "/quiz/questions")).text
    with clock.freeze(clock.now() + timedelta(minutes=11)):
        late = client.post(at(course, "/quiz/save"), data=typed({first: ""}))
        assert late.status_code == 409 and "time is up" in late.json["message"]
        assert client.get(at(course, "/quiz/questions")).location == at(course, "/quiz")
        page = client.get(at(course, "/quiz")).text
        assert "See the result" in page
        sent = client.post(at(course, "/quiz/questions"), data={"number": "1"}, follow_redirects=True)
        assert "2 of 6 questions right" in sent.text


KEY_SIGNS = ("KEYCANARY", "98765.4321", "0.0777", "is_correct", "is_right")


def test_nothing_of_the_key_leaves_before_the_answers_are_in(world: World, scene: Scene) -> None:
    vendor, _member, client = scene
    course = exam(world, vendor, shuffles_choices=True)
    sitting = start(world, vendor, client, course)
    with world.acting(vendor):
        items = list_items(course.version_id, sitting.seed)
    answers = right(world, vendor, course, sitting)
    wrong = {item.id: _wrong(item) for item in items}
    pages = []
    for given in (answers, wrong):
        saved = client.post(at(course, "/quiz/save"), data=typed(given))
        page = client.get(at(course, "/quiz/questions"))
        pages.append((re.sub(r"\d+:\d\d:\d\d", "", saved.text), page))
    (said, page), (said_wrong, page_wrong) = pages
    assert said == said_wrong  # what is saved is saved: right or wrong, it answers alike
    put_in = [each for each in answers.values() if isinstance(each, str)]  # what the person typed
    for sign in KEY_SIGNS:
        assert sign not in page_wrong.text
        assert sign not in page.text or any(sign in each for each in put_in)
    assert "ETag" not in page.headers and "no-store" in page.headers["Cache-Control"]
    # With nothing put in, all that tells choices apart is words and random ids; order is the seed's.
    client.post(at(course, "/quiz/save"), data=typed(dict.fromkeys(answers, "")))
    bare = client.get(at(course, "/quiz/questions")).text
    for item in items:
        for option in (*item.options, *item.targets):
            assert re.fullmatch(r"[0-9a-f]{16}", option.id)
        box = bare[bare.index(f'id="q-{item.id}"') :]
        places = [box.index(option.id) for option in item.options]
        assert places == sorted(places)
    assert sitting.seed not in bare


def _wrong(item: Any) -> Any:
    if item.kind is QuestionKind.SINGLE:
        return next(option.id for option in item.options if option.id not in item.right)
    if item.kind is QuestionKind.MULTIPLE:
        return [option.id for option in item.options]
    if item.kind is QuestionKind.ORDERING:
        return {each: str(n) for n, each in enumerate(reversed(item.order), 1)}
    if item.kind is QuestionKind.MATCHING:
        return dict.fromkeys(item.pairs, item.targets[0].id)
    return "12"


@pytest.mark.parametrize(
    ("now", "over"),
    [
        (Review.NOTHING, Review.NOTHING), (Review.NOTHING, Review.SCORE), (Review.SCORE, Review.MARKS),
        (Review.MARKS, Review.MARKS), (Review.EXPLANATIONS, Review.EXPLANATIONS),
    ],
)  # fmt: skip
def test_a_result_shows_what_the_rules_let_be_seen_now_and_in_the_end(
    world: World, scene: Scene, now: Review, over: Review
) -> None:
    vendor, member, client = scene
    exams.add_questions(world, vendor, 3)
    course = exams.make_exam(
        world, vendor, "Reviewed", draws=(("Networks", None, 3),), max_attempts=2,
        rules={"review_now": now, "review_over": over},
    )  # fmt: skip
    for review in (now, over):
        attempt = exams.take(world, vendor, member, course, wrong=2)
        page = client.get(f"/acme/training/attempts/{attempt}").text
        assert ("1 of 3 questions right" in page) is (review is not Review.NOTHING)
        assert ("Question by question" in page) is (review in {Review.MARKS, Review.EXPLANATIONS})
        assert ("KEYCANARY" in page) is (review is Review.EXPLANATIONS)
        for path in (at(course), at(course, "/quiz")):
            listed = client.get(path).text
            assert ("33%" in listed) is (review is not Review.NOTHING), path


def test_a_practical_task_is_handed_in_graded_and_appealed_on_pages(world: World, scene: Scene) -> None:
    vendor, member, client = scene
    grader = world.client(world.user(Role.CONTENT_AUTHOR, vendor=vendor))
    other = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    course = exams.make_exam(world, vendor, "Practice", with_task=True)
    client.post(at(course, "/enrol"))
    lesson = at(course, f"/lessons/{course.lessons[0]}")
    assert "Hand in your work" in client.get(lesson).text
    empty = client.post(f"{lesson}/hand-in", data={"text": " "})
    assert empty.status_code == 422 and "Write something, or choose a file." in empty.text
    words = "I mended it. <script>alert(1)</script>"
    page = client.post(f"{lesson}/hand-in", data={"text": words}, follow_redirects=True).text
    assert "Waits for a grade" in page and "&lt;script&gt;" in page and "Hand in your work" not in page
    queue = grader.get("/acme/training/grading").text
    assert member.name in queue
    with world.acting(vendor):
        submission = db.session.scalars(select(TaskSubmission)).one()
    path = f"/acme/training/submissions/{submission.public_id}"
    page = grader.get(path).text
    first, second = re.findall(r'name="level-([0-9a-f]+)" value="0"', page)
    gap = grader.post(path, data={f"level-{first}": "0", "feedback": "Typed words"})
    assert gap.status_code == 422 and "Typed words" in gap.text and "Choose a level for Repair." in gap.text
    levels = {f"level-{first}": "0", f"level-{second}": "0"}
    assert grader.post(path, data={**levels, f"comment-{first}": "Say why."}).status_code == 303
    page = client.get(lesson).text
    assert "Not passed" in page and "Say why." in page and "Hand in again" in page
    appealed = client.post(f"{path}/appeal", data={"reason": "It works."}, follow_redirects=True)
    assert "Appealed" in appealed.text
    assert "You gave the first grade" in grader.get(path).text
    levels = {f"level-{first}": "2", f"level-{second}": "1"}
    assert grader.post(path, data=levels).status_code == 409
    assert other.post(path, data=levels).status_code == 303
    assert "You have completed" not in client.get(lesson).text
    assert "100%" in client.get(at(course)).text
    assert member.name not in grader.get("/acme/training/grading").text


def test_a_practical_task_is_written_and_changed_on_pages(world: World) -> None:
    vendor = world.vendor("acme")
    author = world.user(Role.CONTENT_AUTHOR, vendor=vendor)
    client = world.client(author)
    draft = exams.make_exam(world, vendor, "Draft", is_published=False)
    path = f"/acme/training/versions/{draft.version_public_id}/content/task"
    form = {"title": "Mend it", "body": "Mend the node.", "minutes": "30", "pass_percent": "50",
            "rubric": "Work\n0: no\n5: yes", "grader": str(author.public_id)}  # fmt: skip
    for wrong, said in (
        ({"rubric": "Work"}, "at least two levels"),
        ({"grader": "nobody"}, "may not grade"),
        ({"body": ""}, "Say what is to be done."),
        ({"pass_percent": "101"}, "between 0 and 100"),
    ):
        page = client.post(path, data={**form, **wrong})
        assert page.status_code == 422 and said in page.text, said
    edit = client.post(path, data=form).location
    page = client.get(edit).text
    assert "Work\n0: no\n5: yes" in page and f"Graded by {author.name}." in page
    changed = {**form, "rubric": "Work\n0: no\n9: very well", "grader": "", "revision": "1"}
    assert client.post(edit, data=changed).status_code == 303
    assert client.post(edit, data=changed).status_code == 409
    page = client.get(edit).text
    assert "9: very well" in page and "Graded by" not in page
    tried = client.get(edit.replace("/content", "/try"))
    assert tried.status_code == 200 and "How it is graded" in tried.text and "Hand in" not in tried.text
