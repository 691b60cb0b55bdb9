"""What an attempt asks is a function of its seed."""

from __future__ import annotations

from collections import Counter

from prm.training.drawing import Draw, draw_ids, order_items, shuffled
from prm.training.items import Written, item_of, parts_of
from prm.training.models.kinds import QuestionKind

POOL = [f"q{number}" for number in range(20)]


def test_the_same_seed_draws_the_same_whatever_order_the_bank_comes_in() -> None:
    draws = [Draw(5, POOL)]
    assert draw_ids("a seed", draws) == draw_ids("a seed", [Draw(5, POOL[::-1])])
    assert draw_ids("a seed", draws) != draw_ids("another", draws)
    # Written down once: a change of the way it is drawn would show kept attempts with other questions.
    assert draw_ids("a seed", draws) == ["q18", "q3", "q15", "q0", "q17"]


def test_every_question_is_drawn_about_as_often() -> None:
    counts = Counter(each for seed in range(2000) for each in draw_ids(f"{seed}", [Draw(5, POOL)]))
    assert set(counts) == set(POOL)
    assert max(abs(count - 500) for count in counts.values()) < 100  # five standard deviations


def test_nothing_is_drawn_twice_and_the_wider_pool_leaves_the_narrow_one_enough() -> None:
    narrow = POOL[:4]
    for seed in range(50):
        drawn = draw_ids(f"{seed}", [Draw(16, POOL), Draw(4, narrow)])
        assert sorted(drawn) == sorted(POOL)
        assert set(drawn[16:]) == set(narrow)


def test_what_is_ordered_or_matched_is_always_shuffled_and_keeps_its_key() -> None:
    ordering = item_of(
        "o", QuestionKind.ORDERING, "?", "", parts_of(QuestionKind.ORDERING, Written(items="ABCDEFGH"))
    )
    matching = item_of(
        "m", QuestionKind.MATCHING, "?", "",
        parts_of(QuestionKind.MATCHING, Written(pairs=[(x, x * 2) for x in "ABCDEFGH"])),
    )  # fmt: skip
    shown = [
        order_items(f"{seed}", [ordering, matching], shuffles_questions=False, shuffles_choices=False)
        for seed in range(20)
    ]
    for first, second in shown:
        assert first.key == ordering.key and second.key == matching.key
    # Of 40,320 orders two of twenty are the same once in two hundred runs, four once in ten thousand million.
    assert len({tuple(o.text for o in first.options) for first, _second in shown}) > 16
    assert len({tuple(t.text for t in second.targets) for _first, second in shown}) > 16
    assert {tuple(o.text for o in second.options) for _first, second in shown} == {tuple("ABCDEFGH")}


def test_choices_and_questions_are_shuffled_where_the_rules_say_so() -> None:
    items = [
        item_of(
            f"{number}", QuestionKind.SINGLE, "?", "",
            parts_of(QuestionKind.SINGLE, Written(choices=[(x, x == "A") for x in "ABCDEF"])),
        )
        for number in range(6)
    ]  # fmt: skip
    fixed = order_items("s", items, shuffles_questions=False, shuffles_choices=False)
    assert fixed == items
    mixed = order_items("s", items, shuffles_questions=True, shuffles_choices=True)
    assert [item.id for item in mixed] != [item.id for item in items]
    assert len({tuple(option.text for option in item.options) for item in mixed}) > 3
    assert shuffled("s", "x", ["a", "b"]) in (["a", "b"], ["b", "a"])
