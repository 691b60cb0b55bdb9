"""What the answers say about the questions, against figures worked out by hand or by others."""

from __future__ import annotations

import random
from datetime import timedelta
from math import sqrt

import pytest

from prm.access import system_actor
from prm.infra import clock
from prm.permissions import Role
from prm.training.queries.courses import get_version
from prm.training.queries.item_statistics import get_quiz_report
from prm.training.statistics import (
    Answered,
    Flag,
    binomial_error,
    correlate,
    describe_item,
    describe_test,
    gives_away,
    kr20,
    rises,
)
from tests.factories import World
from tests.factories import assessment as exams
from tests.factories import training as make


def test_kr20_is_what_the_formula_says() -> None:
    rows = [[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    # Scores 4 3 2 1 0: variance 2. p q: .16 .24 .24 .16 = .8. 4/3 (1 - .8/2) = .8
    assert kr20([[bool(x) for x in row] for row in rows]) == pytest.approx(0.8)
    assert kr20([[True, False], [True, False]]) is None  # nothing varies
    assert kr20([[True], [False]]) is None  # one question


def test_the_standard_error_is_the_spread_times_the_root_of_what_is_not_reliable() -> None:
    rows = [{"a": True, "b": True, "c": True, "d": True}, {"a": True, "b": True, "c": True, "d": False},
            {"a": True, "b": True, "c": False, "d": False}, {"a": True, "b": False, "c": False, "d": False},
            {"a": False, "b": False, "c": False, "d": False}]  # fmt: skip
    small = describe_test(rows, 60)
    assert small.reliability == pytest.approx(0.8) and small.error is None and small.is_too_small
    enough = describe_test(rows * 6, 60)
    assert enough.n == 30 and not enough.is_too_small
    assert enough.mean == pytest.approx(50) and enough.spread == pytest.approx(25 * sqrt(2))
    assert enough.error == pytest.approx(25 * sqrt(2) * sqrt(0.2))


def test_drawn_questions_have_lords_binomial_error() -> None:
    # k = 10, x = 6: sqrt(6 * 4 / 9) = 1.633 questions, 16.33 points
    assert binomial_error(10, 60) == pytest.approx(16.33, abs=0.01)
    assert binomial_error(10, 100) == 0 and binomial_error(1, 60) is None
    drawn = describe_test([{"a": True, "b": False}, {"a": True, "c": True}], 50)
    assert drawn.is_drawn and drawn.reliability is None and drawn.error == pytest.approx(50 * sqrt(1))
    assert describe_test([], 50).n == 0


def test_the_correlation_is_pearsons() -> None:
    assert correlate([(1, 2), (2, 4), (3, 6)]) == pytest.approx(1)
    assert correlate([(1, 1), (0, 0), (1, 0), (0, 1)]) == pytest.approx(0)
    # Right 1 1 1 0 0 with rests .8 .6 .7 .4 .5: (.7 - .45) / sd * sqrt(pq), worked out by hand
    pairs = [(1, 0.8), (1, 0.6), (1, 0.7), (0, 0.4), (0, 0.5)]
    assert correlate(pairs) == pytest.approx(0.25 / sqrt(0.02) * sqrt(0.24))
    assert correlate([(1, 0.5), (1, 0.6), (1, 0.7)]) is None
    assert correlate([(1, 0.5), (0, 0.6)]) is None


def answers(rights: list[bool], rests: list[float], picked: list[str] | None = None) -> list[Answered]:
    return [
        Answered(n, is_right, rest, (picked[n],) if picked else ())
        for n, (is_right, rest) in enumerate(zip(rights, rests, strict=True))
    ]


def test_a_question_that_the_better_get_wrong_is_flagged_and_so_is_its_rival() -> None:
    rests = [n / 39 for n in range(40)]
    picked = ["b" if rest > 0.5 else "a" for rest in rests]
    figures = describe_item(
        answers([p == "a" for p in picked], rests, picked), ["a", "b", "c"], frozenset("a")
    )
    assert figures.n == 40 and figures.difficulty == 0.5
    assert figures.discrimination is not None and figures.discrimination < -0.8
    assert set(figures.flags) == {Flag.MISLEADS, Flag.RIVAL, Flag.DEAD_CHOICE}
    right, rival, dead = figures.choices
    assert (right.n, right.upper, right.lower, rival.upper, dead.n, dead.rest) == (20, 0, 20, 20, 0, None)
    few = describe_item(answers([False] * 20, rests[:20]))
    assert few.flags == () and few.discrimination is None


def test_a_sudden_rise_is_a_leak_and_chance_is_not() -> None:
    assert rises([False, True] * 15 + [True] * 30)
    assert not rises([False, True] * 30)
    assert not rises([False] * 5 + [True] * 5)  # too few
    rng = random.Random(3)
    alarms = sum(rises([rng.random() < 0.6 for _ in range(80)]) for _ in range(1000))
    assert alarms < 15
    flags = describe_item(answers([False] * 30 + [True] * 30, [0.5, 0.4] * 30)).flags
    assert Flag.LEAKED in flags


def test_a_choice_may_give_itself_away_by_its_length() -> None:
    long = {"a": "The one that says everything there is to say, with its reason", "b": "No", "c": "Yes"}
    assert gives_away(long, frozenset("a"))
    assert not gives_away({**long, "b": long["a"]}, frozenset("a"))
    assert not gives_away({"a": "Longer", "b": "No", "c": "Yes"}, frozenset("a"))  # all of them short
    assert not gives_away(long, frozenset("ab"))


def test_a_report_takes_first_attempts_alone(world: World) -> None:
    vendor = world.vendor("acme")
    course = make.make_course(world, vendor, "Three questions", lessons=0, pass_mark=60)
    partnership = world.partnership(vendor)
    single, multiple, numeric = course.questions
    for number in range(31):
        member = world.user(Role.PARTNER_MEMBER, partnership=partnership)
        enrolment = make.enrol(world, vendor, member, course)
        given = dict(course.right_answers)
        for question, every in ((single, 2), (multiple, 3), (numeric, 5)):
            if number % every == 0:
                given[str(question.public_id)] = question.wrong
        with clock.freeze(clock.now() + timedelta(seconds=number)):
            first = make.submit(world, vendor, member, enrolment, given)
            if not first.has_passed:
                make.submit(world, vendor, member, enrolment, course.right_answers)
    with world.acting(vendor):
        actor = system_actor(vendor.id)
        report = get_quiz_report(get_version(actor, course.version_public_id))
        assert report.figures.n == 31 and not report.figures.is_drawn
        by_id = {each.item.id: each for each in report.items}
        assert by_id[str(single.public_id)].figures.difficulty == pytest.approx(15 / 31)
        assert by_id[str(numeric.public_id)].figures.difficulty == pytest.approx(24 / 31)
        texts = {
            text: (is_right, chosen.n) for text, is_right, chosen in by_id[str(single.public_id)].choices
        }
        assert texts["Port 8443"] == (True, 15) and texts["Port 80"] == (False, 16)
        assert report.figures.error is not None
        assert {each.score_percent for each in report.near} == {
            score
            for score in {0, 33, 66, 100}
            if abs(score - 60) <= report.figures.error
            and score in {each.score_percent for each in report.near}
        }
        assert any(each.score_percent == 66 for each in report.near)


def test_the_page_of_a_drawn_quiz_shows_it_and_its_file_too(world: World) -> None:
    vendor = world.vendor("acme")
    exams.add_questions(world, vendor, 6)
    course = exams.make_exam(world, vendor, draws=(("Networks", None, 4),))
    path = f"/acme/training/versions/{course.version_public_id}/statistics"
    author = world.client(world.user(Role.CONTENT_AUTHOR, vendor=vendor))
    assert "No attempt yet" in author.get(path).text
    member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor))
    exams.take(world, vendor, member, course, wrong=1)
    page = author.get(path).text
    assert "n is too small" in page and "by Lord, for drawn questions" in page
    assert member.name not in page
    rows = author.get(f"{path}?format=csv").text.splitlines()
    assert rows[0].endswith("question,kind,n,difficulty,discrimination,flags") and len(rows) == 5
