"""Dates and decimal signs are told from the values, and asked about where these leave it open."""

from datetime import date

import pytest

from prm.infra.importing import (
    DatePatternError,
    compile_date_format,
    detect_date_format,
    detect_decimal,
)
from prm.infra.importing.dates import CANDIDATES, DateError
from tests.infra.importing.specimens import numbered


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("MM/DD/YYYY", "10/20/2016", date(2016, 10, 20)),
        ("MM/DD/YYYY", "3/1/2017", date(2017, 3, 1)),
        ("%m/%d/%Y", "3/1/2017", date(2017, 3, 1)),
        ("%-m/%-d/%Y", "3/1/2017", date(2017, 3, 1)),
        ("DD.MM.YYYY", "1.3.2017", date(2017, 3, 1)),
        ("d.m.yyyy", "01.03.2017", date(2017, 3, 1)),
        ("TT.MM.JJJJ", "1.3.2017", date(2017, 3, 1)),
        ("YYYY-MM-DD", "2017-03-01", date(2017, 3, 1)),
        ("YYYY-MM-DD", "2017-03-01T23:59:59.123+02:00", date(2017, 3, 1)),
        ("YYYY-MM-DDTHH:mm:ss", "2017-03-01 00:00:00", date(2017, 3, 1)),
        ("%Y-%m-%d %H:%M:%S", "2017-03-01 14:22:10", date(2017, 3, 1)),
        ("MM/DD/YYYY", "3/1/2017 2:22 PM", date(2017, 3, 1)),
        ("YYYYMMDD", "20170301", date(2017, 3, 1)),
        ("DD.MM.YY", "1.3.17", date(2017, 3, 1)),
        ("DD.MM.YY", "1.3.99", date(1999, 3, 1)),
        ("DD-MMM-YYYY", "1-Mar-2017", date(2017, 3, 1)),
        ("MMM DD, YYYY", "March 1, 2017", date(2017, 3, 1)),
        ("%d %b %Y", "01 SEPT 2017", date(2017, 9, 1)),
        ("DD.MM.YYYY", "29.2.2016", date(2016, 2, 29)),
    ],
)
def test_a_date_is_read_by_its_pattern(pattern, text, expected):
    assert compile_date_format(pattern).parse(text) == expected


@pytest.mark.parametrize(
    ("pattern", "text", "code"),
    [
        ("MM/DD/YYYY", "20/10/2016", "date_impossible"),
        ("DD.MM.YYYY", "29.2.2017", "date_impossible"),
        ("DD.MM.YYYY", "0.1.2017", "date_impossible"),
        ("DD.MM.YYYY", "1.3.17", "date_unreadable"),
        ("DD.MM.YYYY", "1/3/2017", "date_unreadable"),
        ("DD.MM.YYYY", "001.3.2017", "date_unreadable"),
        ("DD.MM.YYYY", "1.3.2017 garbage", "date_unreadable"),
        ("DD.MM.YYYY", "1.3.0201", "date_out_of_range"),
        ("DD MMM YYYY", "1 Foo 2017", "date_unreadable"),
        ("YYYYMMDD", "2017031", "date_unreadable"),
        ("DD.MM.YYYY", "١.٣.٢٠١٧", "date_unreadable"),
        ("DD.MM.YYYY", "1" * 100_000, "date_unreadable"),
    ],
)
def test_what_is_no_such_date_is_refused_with_its_reason(pattern, text, code):
    with pytest.raises(DateError) as refused:
        compile_date_format(pattern).parse(text)
    assert refused.value.notice.code == code


@pytest.mark.parametrize(
    "pattern", ["", "MM/YYYY", "DD.MM.YYYY.DD", "%", "%q", "hello", "DMYYYY", "(a+)+$", "D" * 100_000, "\0"]
)
def test_a_pattern_that_is_none_is_refused(pattern):
    with pytest.raises(DatePatternError) as refused:
        compile_date_format(pattern)
    assert "DD.MM.YYYY" in refused.value.notice.text()


def test_patterns_of_the_same_meaning_are_the_same():
    assert {compile_date_format(p).pattern for p in ("MM/DD/YYYY", "%m/%d/%Y", "m/d/yyyy")} == {"MM/DD/YYYY"}
    assert all(compile_date_format(pattern).pattern == pattern for pattern in CANDIDATES)


def test_one_value_can_settle_the_order_of_day_and_month():
    guess = detect_date_format(numbered("3/1/2017", "4/5/2017", "", "10/20/2016", "1/2/2017"))
    assert guess.format.pattern == "MM/DD/YYYY"
    assert (guess.evidence_line, guess.evidence_value) == (5, "10/20/2016")
    assert not guess.is_ambiguous
    assert "line 5" in guess.notice.text()
    assert detect_date_format(numbered("3/1/2017", "20/10/2016")).format.pattern == "DD/MM/YYYY"


def test_what_fits_both_ways_is_reported_and_not_chosen():
    guess = detect_date_format(numbered("3/1/2017", "4/5/2017"))
    assert guess.format is None
    assert guess.is_ambiguous
    assert set(guess.candidates) == {"MM/DD/YYYY", "DD/MM/YYYY"}
    assert "MM/DD/YYYY" in guess.notice.text()


def test_values_that_contradict_each_other_are_reported_by_line():
    guess = detect_date_format(numbered("3/1/2017", "10/20/2016", "20/10/2016"))
    assert guess.format is None
    assert guess.is_conflicting
    assert (4, "20/10/2016") in guess.conflicts
    assert "20/10/2016" in guess.notice.text()


def test_unreadable_values_decide_nothing_but_are_listed():
    guess = detect_date_format(numbered("n/a", "10/20/2016", "x" * 100_000))
    assert guess.format.pattern == "MM/DD/YYYY"
    assert [line for line, _ in guess.unreadable] == [2, 4]
    nothing = detect_date_format(numbered("", "n/a"))
    assert (nothing.format, nothing.is_ambiguous, nothing.is_conflicting, nothing.notice) == (
        None,
        False,
        False,
        None,
    )


def test_iso_dates_are_never_ambiguous():
    assert detect_date_format(numbered("2017-03-01", "2017-04-05")).format.pattern == "YYYY-MM-DD"
    assert detect_date_format(numbered("2017/03/01")).format.pattern == "YYYY/MM/DD"
    assert detect_date_format(numbered(date(2017, 3, 1), "10/20/2016")).format.pattern == "MM/DD/YYYY"
    assert detect_date_format(numbered(20170301)).format.pattern == "YYYYMMDD"


# -- the decimal sign --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "decimal"),
    [
        (["1054", "7"], "."),
        (["1,054.10"], "."),
        (["1.054,10"], ","),
        (["1,5"], ","),
        (["1.5"], "."),
        (["1,234", "7,5"], ","),
        (["1,234", "1,234,567"], "."),
        (["1.234.567"], ","),
        (["1 234,567"], ","),
        (["0,125"], ","),
        (["1234,567"], ","),
        (["Fr.5", "5,20"], ","),
        (["€ 1.054,10-"], ","),
        (["(1,054.10)"], "."),
        ([".5"], "."),
        (["1.3.2017", "abc", "1a2.5", "9" * 100_000, ""], ","),
    ],
)
def test_the_decimal_sign_is_told_from_the_values(values, decimal):
    guess = detect_decimal(numbered(*values))
    assert (guess.decimal, guess.is_ambiguous, guess.is_conflicting) == (decimal, False, False)


def test_an_amount_that_could_be_either_is_reported():
    guess = detect_decimal(numbered("7", "1,234", "2,500"))
    assert (guess.decimal, guess.is_ambiguous, guess.evidence_line) == (None, True, 3)
    assert "1,234" in guess.notice.text()


def test_both_conventions_in_one_column_are_reported_by_line():
    guess = detect_decimal(numbered("1,054.10", "1.054,10"))
    assert guess.is_conflicting
    assert guess.conflicts == ((2, "1,054.10"), (3, "1.054,10"))
