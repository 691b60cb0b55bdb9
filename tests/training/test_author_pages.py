"""Authors at work, page by page."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from prm.permissions import Role
from tests.factories import World
from tests.factories import training as make
from tests.factories.paths import make_path
from tests.factories.world import VendorRef


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def author(world: World, acme: VendorRef) -> FlaskClient:
    return world.client(world.user(Role.CONTENT_AUTHOR, vendor=acme))


DETAILS = {"title": "New", "summary": "", "skill_level": "expert", "pass_mark": "70", "max_attempts": ""}


def field(page: str, name: str) -> str:
    """The value of a form's hidden field."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found.group(1)


def test_a_course_is_written_and_published_through_pages(world: World, acme, author: FlaskClient) -> None:
    details = {**DETAILS, "job_functions": ["sales", "support"]}
    made = author.post("/acme/training/authoring/new", data=details)
    version = made.location
    page = author.get(version).text
    assert "Expert" in page and "Sales, Support" in page and "As many as they like" in page
    assert "Write at least one lesson or one question." in page
    added = author.post(f"{version}/lessons/new", data={"title": "One", "minutes": "5", "body": "# Hello"})
    assert added.location == version
    single = {
        "prompt": "Which?",
        "choices-0-text": "This",
        "choices-0-is_right": "y",
        "choices-1-text": "That",
    }
    assert author.post(f"{version}/questions/new?kind=single", data=single).status_code == 303
    number = {"prompt": "How many?", "answer": "3,5", "tolerance": "0"}
    assert author.post(f"{version}/questions/new?kind=numeric", data=number).status_code == 303
    page = author.get(version).text
    assert "3.5 ± 0" in page and "This" in page
    assert "never changes again" in author.get(f"{version}/publish").text
    published = author.post(f"{version}/publish", follow_redirects=True)
    assert "New is published." in published.text
    assert "New version" in author.get(version).text
    course = published.request.path
    draft = author.post(f"{course}/versions", follow_redirects=True)
    assert "This is a copy of the published version." in draft.text
    assert author.post(f"{course}/versions").location == draft.request.path
    listed = author.get("/acme/training/authoring").text
    assert "Version 1" in listed and "Version 2" in listed


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ""},
        {"pass_mark": "eighty"},
        {"pass_mark": "101"},
        {"pass_mark": "9" * 5000},
        {"max_attempts": "0"},
        {"skill_level": "wizard"},
        {"job_functions": "astronaut"},
    ],
)
def test_wrong_details_answer_422_and_keep_what_was_typed(author: FlaskClient, changes: dict) -> None:
    answer = author.post("/acme/training/authoring/new", data={**DETAILS, "summary": "Kept words", **changes})
    assert answer.status_code == 422
    assert "Kept words" in answer.text
    assert "Please correct the following" in answer.text


def test_a_number_that_is_cleared_is_cleared(world: World, acme, author: FlaskClient) -> None:
    draft = make.make_draft(world, acme)
    version = f"/acme/training/versions/{draft.version_public_id}"
    assert author.post(f"{version}/details", data={**DETAILS, "revision": "1"}).status_code == 303
    assert "As many as they like" in author.get(version).text
    lesson = {"title": "T", "body": "B", "minutes": " ", "revision": "1"}
    author.post(f"/acme/training/lessons/{draft.lessons[0]}/edit", data=lesson)
    assert author.get(version).text.count("5 minutes") == 1


def test_a_preview_shows_safe_html_and_saves_nothing(world: World, acme, author: FlaskClient) -> None:
    draft = make.make_draft(world, acme, lessons=1)
    text = {"title": "T", "body": "# Hello\n\n<script>alert(1)</script>", "revision": "1"}
    part = author.post(f"/acme/training/versions/{draft.version_public_id}/preview", data=text)
    assert "<h2>Hello</h2>" in part.text and "<script>" not in part.text
    assert "<html" not in part.text
    for path in (f"versions/{draft.version_public_id}/lessons/new", f"lessons/{draft.lessons[0]}/edit"):
        page = author.post(f"/acme/training/{path}", data={**text, "preview": "1"})
        assert page.status_code == 200
        assert "<h2>Hello</h2>" in page.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "Text of part 1." in author.get(f"/acme/training/lessons/{draft.lessons[0]}/edit").text


def test_a_row_is_added_without_script(world: World, acme, author: FlaskClient) -> None:
    draft = make.make_draft(world, acme)
    page = f"/acme/training/versions/{draft.version_public_id}/questions/new?kind=multiple"
    assert author.get(page).text.count('class="choice-row"') == 4
    form = {"prompt": "Kept?", **{f"choices-{n}-text": f"Choice {n}" for n in range(4)}, "add_row": "1"}
    answer = author.post(page, data=form)
    assert answer.status_code == 200
    assert answer.text.count('class="choice-row"') == 5
    assert "Kept?" in answer.text and "Choice 3" in answer.text
    assert "Please correct" not in answer.text


@pytest.mark.parametrize(
    ("kind", "form", "message"),
    [
        ("single", {"choices-0-text": "A", "choices-1-text": "B"}, "Mark exactly one choice as right."),
        ("multiple", {"choices-0-text": "A", "choices-1-text": "B"}, "Mark at least one choice as right."),
        ("single", {"choices-0-text": "A", "choices-0-is_right": "y"}, "Write at least two choices."),
        ("numeric", {"answer": "1,234.5", "tolerance": "0"}, "Enter a number such as 3.5"),
        ("numeric", {"answer": "1", "tolerance": "-1"}, "The tolerance is zero or more."),
        ("numeric", {"answer": "", "tolerance": ""}, "Enter the answer."),
        ("single", {"choices-99999999999-text": "A"}, "Write at least two choices."),
    ],
)
def test_a_wrong_key_answers_422_and_keeps_what_was_typed(
    world: World, acme, author: FlaskClient, kind: str, form: dict, message: str
) -> None:
    draft = make.make_draft(world, acme)
    page = f"/acme/training/versions/{draft.version_public_id}/questions/new?kind={kind}"
    answer = author.post(page, data={"prompt": "Kept words", **form})
    assert answer.status_code == 422
    assert message in answer.text and "Kept words" in answer.text


def test_the_second_of_two_authors_keeps_their_text_and_sees_the_other(
    world: World, acme, author: FlaskClient
) -> None:
    draft = make.make_draft(world, acme)
    colleague = world.client(world.user(Role.VENDOR_ADMIN, vendor=acme))
    cases = [
        (f"/acme/training/lessons/{draft.lessons[0]}/edit", "body", {"title": "T"}),
        (f"/acme/training/versions/{draft.version_public_id}/details", "summary", DETAILS),
        (
            f"/acme/training/questions/{draft.questions[0].public_id}/edit",
            "prompt",
            {"choices-0-text": "A", "choices-0-is_right": "y", "choices-1-text": "B"},
        ),
    ]
    for path, name, form in cases:
        revision = field(author.get(path).text, "revision")
        theirs = colleague.post(path, data={**form, name: "Their words", "revision": revision})
        assert theirs.status_code == 303, path
        late = author.post(path, data={**form, name: "My words", "revision": revision})
        assert late.status_code == 409, path
        assert "My words" in late.text and "Their words" in late.text
        assert "Somebody else saved this" in late.text
        newer = field(late.text, "revision")
        assert newer != revision
        assert author.post(path, data={**form, name: "My words", "revision": newer}).status_code == 303
        assert "My words" in author.get(path).text
        for nonsense in ("", "x", "-1", "9" * 5000):
            answer = author.post(path, data={**form, name: "Kept", "revision": nonsense})
            assert answer.status_code == 409 and "Kept" in answer.text


def test_lessons_and_questions_move_and_go_through_pages(world: World, acme, author: FlaskClient) -> None:
    draft = make.make_draft(world, acme)
    page = f"/acme/training/versions/{draft.version_public_id}"

    def order(pattern: str) -> list[str]:
        return re.findall(pattern, author.get(page).text)

    assert order(r"\d\. (Installing Nimbus: part \d)") == [
        "Installing Nimbus: part 1",
        "Installing Nimbus: part 2",
    ]
    author.post(f"/acme/training/lessons/{draft.lessons[1]}/move", data={"direction": "up"})
    assert order(r"\d\. (Installing Nimbus: part \d)")[0] == "Installing Nimbus: part 2"
    question = draft.questions[0].public_id
    author.post(f"/acme/training/questions/{question}/move", data={"direction": "down"})
    for path, asked in (
        (f"/acme/training/lessons/{draft.lessons[0]}/delete", "Delete the lesson"),
        (f"/acme/training/questions/{question}/delete", "Delete this question?"),
    ):
        assert asked in author.get(path).text
        assert author.post(path).status_code == 303
        assert author.get(path).status_code == 404
    assert order(r"\d\. (Installing Nimbus: part \d)") == ["Installing Nimbus: part 2"]


def test_a_published_version_is_shown_and_not_changed(world: World, acme, author: FlaskClient) -> None:
    course = make.make_course(world, acme)
    page = author.get(f"/acme/training/versions/{course.version_public_id}").text
    assert "Text of part 1." in page and "New version" in page
    assert "Add a lesson" not in page
    lesson = f"/acme/training/lessons/{course.lessons[0]}"
    late = author.post(f"{lesson}/edit", data={"title": "T", "body": "My words", "revision": "1"})
    assert late.status_code == 409 and "My words" in late.text and "Start a new version" in late.text
    assert author.post(f"{lesson}/delete").status_code == 409
    assert author.post(f"{lesson}/move", data={"direction": "down"}).status_code == 409
    assert author.get(f"/acme/training/versions/{course.version_public_id}/publish").status_code == 303


def test_an_empty_draft_cannot_be_published_by_force(world: World, acme, author: FlaskClient) -> None:
    draft = make.make_draft(world, acme, lessons=0, has_quiz=False)
    path = f"/acme/training/versions/{draft.version_public_id}/publish"
    assert "This cannot be published yet" in author.get(path).text
    assert author.post(path).status_code == 422


@pytest.mark.parametrize(
    ("role", "said"),
    [
        (Role.VENDOR_ADMIN, "is published. You can assign it now."),
        (Role.CONTENT_AUTHOR, "is published. Managers can assign it now."),
    ],
)
def test_only_who_may_assign_is_told_to(world: World, acme, role: Role, said: str) -> None:
    client = world.client(world.user(role, vendor=acme))
    draft = make.make_draft(world, acme)
    path = f"/acme/training/versions/{draft.version_public_id}/publish"
    assert said in client.post(path, follow_redirects=True).text
    learning_path = make_path(world, acme, [make.make_course(world, acme)], is_published=False)
    path = f"/acme/training/path-versions/{learning_path.version_public_id}/publish"
    assert said in client.post(path, follow_redirects=True).text


def test_pages_of_authors_are_for_authors(world: World, acme) -> None:
    draft = make.make_draft(world, acme)
    partnership = world.partnership(acme)
    version = f"versions/{draft.version_public_id}"
    paths = [
        "authoring", "authoring/new", version, f"{version}/details", f"{version}/publish",
        f"{version}/lessons/new", f"{version}/questions/new",
        f"lessons/{draft.lessons[0]}/edit", f"questions/{draft.questions[0].public_id}/edit",
        f"questions/{draft.questions[0].public_id}/delete", f"courses/{draft.public_id}/images",
    ]  # fmt: skip
    for user in (
        world.user(Role.CHANNEL_MANAGER, vendor=acme),
        world.user(Role.EXECUTIVE, vendor=acme),
        world.user(Role.PARTNER_ADMIN, partnership=partnership),
        world.user(Role.PARTNER_MEMBER, partnership=partnership),
    ):
        client = world.client(user)
        for path in paths:
            assert client.get(f"/acme/training/{path}").status_code == 403, path
        assert client.get(f"/acme/training/courses/{draft.public_id}").status_code in {403, 404}
