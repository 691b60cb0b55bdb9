"""What learners see and do, page by page; and what no page tells them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from prm.extensions import db
from prm.permissions import Role
from prm.training.models import Attempt, Enrolment, QuestionKind
from tests.factories import World
from tests.factories import training as make
from tests.factories.training import CourseRef
from tests.factories.world import UserRef, VendorRef

Scene = tuple[VendorRef, UserRef, CourseRef, FlaskClient]


@pytest.fixture
def scene(world: World) -> Scene:
    """A vendor, a partner's member, a published course, the member's browser."""
    vendor = world.vendor("acme")
    member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor))
    return vendor, member, make.make_course(world, vendor), world.client(member)


def at(course: CourseRef, rest: str = "") -> str:
    return f"/acme/training/courses/{course.public_id}{rest}"


def form_of(course: CourseRef, answers: dict, number: int = 1) -> dict:
    return {"number": str(number), **{f"q-{key}": value for key, value in answers.items()}}


def test_a_learner_goes_from_the_catalogue_to_a_completion(world: World, scene: Scene) -> None:
    _vendor, _member, course, client = scene
    assert course.title in client.get("/acme/training/").text
    page = client.post(at(course, "/enrol"), follow_redirects=True)
    assert page.request.path == at(course, f"/lessons/{course.lessons[0]}")
    assert "Text of part 1." in page.text
    page = client.post(at(course, f"/lessons/{course.lessons[0]}/done"), follow_redirects=True)
    assert page.request.path == at(course, f"/lessons/{course.lessons[1]}")
    assert 'value="25"' not in page.text and 'value="33"' in page.text
    page = client.post(at(course, f"/lessons/{course.lessons[1]}/done"), follow_redirects=True)
    assert page.request.path == at(course, "/quiz")
    assert "Attempts left" in page.text
    page = client.post(at(course, "/quiz/start"), follow_redirects=True)
    assert page.text.count('class="quiz-question') == 3
    page = client.post(
        at(course, "/quiz/questions"), data=form_of(course, course.right_answers), follow_redirects=True
    )
    assert page.status_code == 200
    assert "You have completed this course." in page.text
    assert "100%" in client.get("/acme/training/").text


def test_opening_pages_changes_nothing(world: World, scene: Scene) -> None:
    vendor, member, course, client = scene
    make.enrol(world, vendor, member, course)
    before = rows(world, vendor)
    for path in ("", "/continue", f"/lessons/{course.lessons[1]}", "/quiz", "/quiz/questions"):
        assert client.get(at(course, path)).status_code in {200, 302}
    assert rows(world, vendor) == before


def rows(world: World, vendor: VendorRef) -> list:
    with world.acting(vendor):
        return [
            (row.status, row.current_lesson_id, row.attempts_used, row.started_at)
            for row in db.session.scalars(select(Enrolment))
        ]


def test_a_saved_place_is_where_one_goes_on(scene: Scene) -> None:
    _vendor, _member, course, client = scene
    client.post(at(course, "/enrol"))
    page = client.post(at(course, f"/lessons/{course.lessons[1]}/remember"), follow_redirects=True)
    assert page.request.path == at(course)
    assert client.get(at(course, "/continue")).location == at(course, f"/lessons/{course.lessons[1]}")


def test_who_does_not_take_a_course_is_led_to_it(scene: Scene) -> None:
    _vendor, _member, course, client = scene
    assert client.get(at(course, "/continue")).location == at(course)
    for path in (f"/lessons/{course.lessons[0]}", "/quiz", "/quiz/questions"):
        assert client.get(at(course, path)).status_code == 404
    assert client.post(at(course, f"/lessons/{course.lessons[0]}/done")).status_code == 404


def test_the_quiz_stays_shut_until_the_lessons_are_done(world: World, scene: Scene) -> None:
    vendor, member, course, client = scene
    make.enrol(world, vendor, member, course)
    assert "2 lessons are still to do" in client.get(at(course, "/quiz")).text
    assert client.get(at(course, "/quiz/questions")).location == at(course, "/quiz")
    answer = client.post(at(course, "/quiz/questions"), data=form_of(course, course.right_answers))
    assert answer.status_code == 409
    assert rows(world, vendor)[0][2] == 0


def test_a_gap_is_shown_and_the_other_answers_stay(world: World, scene: Scene) -> None:
    vendor, member, course, client = scene
    make.do_lessons(world, vendor, member, course)
    single, multiple, numeric = course.questions
    answers = {
        str(single.public_id): single.right,
        str(multiple.public_id): multiple.right,
        str(numeric.public_id): 'a lot "of" <b>litres</b>',
    }
    page = client.post(at(course, "/quiz/questions"), data=form_of(course, answers))
    assert page.status_code == 422
    assert "No attempt was used" in page.text
    assert "Enter a number such as 3.5" in page.text
    assert "a lot &#34;of&#34; &lt;b&gt;litres&lt;/b&gt;" in page.text
    checked = re.findall(r'value="([^"]+)" checked', page.text)
    assert sorted(checked) == sorted([single.right, *multiple.right])
    assert page.text.count("has-error") == 1
    assert rows(world, vendor)[0][2] == 0


def test_answers_sent_twice_are_one_attempt(world: World, scene: Scene) -> None:
    vendor, member, course, client = scene
    make.do_lessons(world, vendor, member, course)
    form = form_of(course, course.wrong_answers)
    first = client.post(at(course, "/quiz/questions"), data=form)
    again = client.post(at(course, "/quiz/questions"), data=form)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location
    with world.acting(vendor):
        assert db.session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_after_the_last_attempt_the_way_on_is_said(world: World, scene: Scene) -> None:
    vendor, member, course, client = scene
    enrolment = make.do_lessons(world, vendor, member, course)
    for number in (1, 2, 3):
        page = client.post(
            at(course, "/quiz/questions"),
            data=form_of(course, course.wrong_answers, number),
            follow_redirects=True,
        )
        assert ("KEYCANARY" in page.text) is (number == 3)
        assert ("1 attempt is left." in page.text) is (number == 2)
    assert "ask your administrator or channel manager" in page.text
    assert "You have used every attempt" in client.get(at(course)).text
    refused = client.post(at(course, "/quiz/questions"), data=form_of(course, course.right_answers, 4))
    assert refused.status_code == 409
    manager = world.client(world.user(Role.CHANNEL_MANAGER, vendor=vendor))
    record = f"/acme/training/progress/{member.public_id}"
    assert "Grant one more attempt" in manager.get(record).text
    granted = manager.post(f"/acme/training/enrolments/{enrolment.public_id}/grant-attempt")
    assert granted.location == record
    assert "Attempt 4 of 4" in client.post(at(course, "/quiz/start"), follow_redirects=True).text


def test_nobody_sees_somebody_elses_result(world: World, scene: Scene) -> None:
    vendor, member, course, client = scene
    enrolment = make.do_lessons(world, vendor, member, course)
    attempt = make.submit(world, vendor, member, enrolment, course.right_answers)
    path = f"/acme/training/attempts/{attempt.public_id}"
    assert client.get(path).status_code == 200
    for role in (Role.CHANNEL_MANAGER, Role.VENDOR_ADMIN, Role.CONTENT_AUTHOR):
        assert world.client(world.user(role, vendor=vendor)).get(path).status_code == 404


def test_a_newer_version_is_offered_to_who_completed_the_old(world: World, scene: Scene) -> None:
    vendor, member, course, client = scene
    make.complete(world, vendor, member, course)
    make.make_new_version(world, vendor, course)
    page = client.get(at(course)).text
    assert "There is a newer version of this course" in page
    assert "Your completion of version 1 stays yours" in page
    page = client.post(at(course, "/enrol"), follow_redirects=True)
    assert "Text of part 1." in page.text and 'value="0"' in page.text


def test_the_catalogue_is_searched_and_filtered(world: World, scene: Scene) -> None:
    vendor, _member, course, client = scene
    make.make_course(world, vendor, "Selling well", job_functions=(make.JobFunction.SALES,))

    def titles(query: str) -> set[str]:
        page = client.get(f"/acme/training/?{query}").text
        return {title for title in ("Selling well", course.title) if f">{title}</a></h3>" in page}

    assert titles("") == {"Selling well", course.title}
    assert titles("search=WELL") == {"Selling well"}
    assert titles("function=sales") == {"Selling well", course.title}
    assert titles("function=support") == {course.title}
    assert titles("level=expert") == set()
    assert titles("level=nonsense&function=nonsense") == {"Selling well", course.title}


# -- keys --------------------------------------------------------------------------------------

# What only the key knows. The words of choices and the prompts are everybody's.
KEY_SIGNS = ("KEYCANARY", "98765.4321", "98765,4321", "0.0777", "is_correct", "is-correct", "is_right")


def learner_responses(world: World, client: FlaskClient, course: CourseRef) -> Iterator[tuple[str, str]]:
    """Every page about the course that a learner can ask for, as HTML, as htmx and as JSON."""
    paths = [
        "/acme/training/", at(course), at(course, "/continue"), at(course, "/quiz"),
        at(course, "/quiz/questions"), *[at(course, f"/lessons/{lesson}") for lesson in course.lessons],
    ]  # fmt: skip
    for path in paths:
        for headers in ({}, {"HX-Request": "true"}, {"Accept": "application/json"}):
            answer = client.get(path, headers=headers)
            yield path, answer.text + str(answer.headers)


@pytest.mark.parametrize("kind", [QuestionKind.SINGLE, QuestionKind.MULTIPLE, QuestionKind.NUMERIC])
def test_no_response_tells_the_key_before_it_helps_nobody(
    world: World, scene: Scene, kind: QuestionKind
) -> None:
    vendor, member, course, client = scene
    question = next(each for each in course.questions if each.kind is kind)
    put_in = {course.questions[0].wrong, *course.questions[1].wrong}
    for step in ("stranger", "enrolled", "lessons done", "a gap", "failed once", "failed twice"):
        if step == "enrolled":
            make.enrol(world, vendor, member, course)
        if step == "lessons done":
            make.do_lessons(world, vendor, member, course)
        if step in {"lessons done", "failed once"}:
            client.post(at(course, "/quiz/start"))
        responses = list(learner_responses(world, client, course))
        if step == "a gap":
            partial = {k: v for k, v in course.wrong_answers.items() if k != str(question.public_id)}
            answer = client.post(at(course, "/quiz/questions"), data=form_of(course, partial))
            assert answer.status_code == 422
            responses.append(("gap", answer.text))
        if step.startswith("failed"):
            number = 1 if step == "failed once" else 2
            answer = client.post(
                at(course, "/quiz/questions"),
                data=form_of(course, course.wrong_answers, number),
                follow_redirects=True,
            )
            assert answer.status_code == 200
            responses.append(("result", answer.text))
            responses += learner_responses(world, client, course)
        for path, text in responses:
            for sign in KEY_SIGNS:
                assert sign not in text, f"{step}: {path} holds {sign}"
            ticked = set(re.findall(r'value="([^"]+)" checked', text))
            assert ticked <= put_in, f"{step}: {path} ticks what nobody ticked"


def test_right_and_wrong_choices_look_alike_but_for_words_and_ids(world: World, scene: Scene) -> None:
    vendor, member, course, client = scene
    make.do_lessons(world, vendor, member, course)
    page = client.post(at(course, "/quiz/start"), follow_redirects=True).text
    for kind in ("radio", "checkbox"):
        options = re.findall(rf'<label class="quiz-option"><input[^>]*type="{kind}".*?</label>', page)
        assert len(options) == 3
        bare = {re.sub(r'value="[^"]*"|<span>.*?</span>', "", option) for option in options}
        assert len(bare) == 1


def test_questions_are_told_apart_from_another_persons_only_by_words(world: World, scene: Scene) -> None:
    """Foreign questions and choices in a submission count as no answer."""
    vendor, member, course, client = scene
    other = make.make_course(world, vendor, "Another")
    make.do_lessons(world, vendor, member, course)
    answers = {str(mine.public_id): other.questions[n].right for n, mine in enumerate(course.questions[:2])}
    page = client.post(at(course, "/quiz/questions"), data=form_of(course, answers))
    assert page.status_code == 422
    assert "Choose one of the answers that are offered." in page.text
    assert "checked" not in page.text
