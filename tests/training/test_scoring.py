"""What counts as right."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from prm.training.models import QuestionKind
from prm.training.scoring import Key, fold_answer, is_right, parse_number, read_answer, score_answers

SINGLE = Key("s", QuestionKind.SINGLE, frozenset("abc"), frozenset("b"))
MULTIPLE = Key("m", QuestionKind.MULTIPLE, frozenset("abcd"), frozenset("ac"))
NUMERIC = Key("n", QuestionKind.NUMERIC, number=Decimal("0.3"), tolerance=Decimal("0.1"))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", "3"), ("3.5", "3.5"), ("3,5", "3.5"), ("-3,5", "-3.5"), ("+7", "7"), (".5", "0.5"), ("5.", "5"),
        ("\u22121,25", "-1.25"), (" 1 234,5 ", "1234.5"), ("1\u202f234.5", "1234.5"),
        ("٣٫٥", None), ("٣.٥", "3.5"),
        ("", None), ("1,234.5", None), ("1.2.3", None), ("1e5", None), ("NaN", None), ("Infinity", None),
        ("0x10", None), ("--1", None), (".", None), ("9" * 21, None), ("1." + "0" * 11, None),
        ("1" * 100, None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_of_any_locale_write_them(text: str, number: str | None) -> None:
    assert parse_number(text) == (None if number is None else Decimal(number))


def test_a_hundred_thousand_characters_are_refused_at_once() -> None:
    for text in ("1" * 100_000, "," * 100_000, " " * 100_000, "-" * 100_000, "1," * 50_000):
        began = time.perf_counter()
        assert parse_number(text) is None
        assert time.perf_counter() - began < 0.05


def test_a_number_is_right_up_to_the_tolerance_and_no_further() -> None:
    for text, right in (("0,2", True), ("0.4", True), ("0.1999999999", False), ("0.4000000001", False)):
        assert is_right(NUMERIC, read_answer(NUMERIC, text)) is right


def test_a_multiple_is_right_when_exactly_the_right_choices_are_ticked() -> None:
    for given, right in (
        (["a", "c"], True),
        (["c", "a", "a"], True),
        (["a"], False),
        (["a", "b", "c"], False),
    ):
        assert is_right(MULTIPLE, read_answer(MULTIPLE, given)) is right


def test_what_is_no_choice_of_the_question_is_no_answer() -> None:
    for key, given in (
        (SINGLE, None), (SINGLE, ""), (SINGLE, "z"), (SINGLE, ["a", "b"]), (MULTIPLE, []),
        (MULTIPLE, ["a", "z"]), (NUMERIC, None), (NUMERIC, "three"), (NUMERIC, ["1", "2"]),
    ):  # fmt: skip
        assert read_answer(key, given) is None


def test_the_score_is_rounded_down() -> None:
    keys = [SINGLE, MULTIPLE, NUMERIC]
    score = score_answers(keys, {"s": "b", "m": ["a", "c"], "n": "5"})
    assert (score.percent, score.reaches(66), score.reaches(67)) == (66, True, False)
    assert score_answers(keys, {}).percent == 0


ORDERING = Key("o", QuestionKind.ORDERING, choices=frozenset("abc"), order=("a", "b", "c"))
MATCHING = Key(
    "x", QuestionKind.MATCHING, choices=frozenset("ab"), pairs=frozenset({("a", "1"), ("b", "2")}),
    targets=frozenset("123"),
)  # fmt: skip
TEXT = Key("t", QuestionKind.TEXT, accepted=frozenset({fold_answer("Straße 5"), fold_answer("l'été")}))


@pytest.mark.parametrize(
    ("given", "kept", "right"),
    [
        ({"a": "1", "b": "2", "c": "3"}, ["a", "b", "c"], True),
        ({"a": "2", "b": "1", "c": "3"}, ["b", "a", "c"], False),
        (["a", "b", "c"], ["a", "b", "c"], True),
        ({"a": "1", "b": "1", "c": "3"}, None, False),  # a place twice
        ({"a": "1", "b": "2"}, None, False),  # a line without a place
        ({"a": "1", "b": "2", "d": "3"}, None, False),  # a foreign line
        ({"a": "1", "b": "2", "c": "4"}, None, False),
        (["a", "b"], None, False), ("abc", None, False), (None, None, False), ({}, None, False),
    ],
)  # fmt: skip
def test_an_order_is_whole_or_no_answer(given: object, kept: object, right: bool) -> None:
    assert read_answer(ORDERING, given) == kept
    assert is_right(ORDERING, read_answer(ORDERING, given)) is right


@pytest.mark.parametrize(
    ("given", "is_kept", "right"),
    [
        ({"a": "1", "b": "2"}, True, True),
        ({"a": "2", "b": "1"}, True, False),
        ({"a": "1", "b": "3"}, True, False),
        ({"a": "1", "b": "1"}, True, False),  # the same right side twice is an answer, a wrong one
        ({"a": "1"}, False, False), ({"a": "1", "b": "9"}, False, False), ({"a": "1", "b": ""}, False, False),
        (["1", "2"], False, False), (None, False, False),
    ],
)  # fmt: skip
def test_a_matching_is_right_when_every_pair_is(given: object, is_kept: bool, right: bool) -> None:
    answer = read_answer(MATCHING, given)
    assert (answer is not None) is is_kept
    assert is_right(MATCHING, answer) is right


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ("Straße 5", True), ("STRASSE  5.", True), (" strasse\t5 ", True), ("Stra\u00dfe\u00a05", True),
        ("Straße ５", True), ("l\u2019\u00e9te\u0301", True), ("L'E\u0301T\u00c9!", True),
        ("l'ete", False), ("Straße", False), ("Straße 55", False), ("", False), ("   ", False), (".", False),
    ],
)  # fmt: skip
def test_a_text_counts_whatever_its_case_spaces_and_spelling_of_the_same_characters(
    given: str, right: bool
) -> None:
    assert is_right(TEXT, read_answer(TEXT, given)) is right


def test_marks_of_letters_make_another_word() -> None:
    assert fold_answer("schön") != fold_answer("schon")
    assert fold_answer("ΣΊΣΥΦΟΣ") == fold_answer("Σίσυφος")
    assert fold_answer("\ufb01le") == fold_answer("FILE")
