"""Amounts are exact: read, written, split and added without a float or a guess."""

from decimal import Decimal
from fractions import Fraction

import pytest

from prm.infra import money
from prm.infra.money import Money, MoneyError, allocate, format_money, format_whole_money, parse_minor


@pytest.mark.parametrize(
    ("text", "currency", "decimal", "minor"),
    [
        ("1054", "USD", ".", 105400),
        ("1,054.5", "USD", ".", 105450),
        ("1.054,50", "EUR", ",", 105450),
        ("1 054,50", "EUR", ",", 105450),
        ("1\u00a0054,50", "EUR", ",", 105450),
        ("1\u202f054\u202f000,50", "EUR", ",", 105400050),
        ("1'054.50", "CHF", ".", 105450),
        ("1’054’000.50", "CHF", ".", 105400050),
        ("12,34,567.89", "INR", ".", 123456789),
        ("$1,054.50", "USD", ".", 105450),
        ("US$ 5", "USD", ".", 500),
        ("CA$5", "CAD", ".", 500),
        ("$5", "CAD", ".", 500),
        ("5 €", "EUR", ",", 500),
        ("usd 5", "USD", ".", 500),
        ("5 kr", "SEK", ",", 500),
        ("5 zł", "PLN", ",", 500),
        ("-5", "USD", ".", -500),
        ("−5", "USD", ".", -500),
        ("$-5", "USD", ".", -500),
        ("-$5", "USD", ".", -500),
        ("5.00-", "USD", ".", -500),
        ("(1,054.50)", "USD", ".", -105450),
        ("($5)", "USD", ".", -500),
        ("+5", "USD", ".", 500),
        (".5", "USD", ".", 50),
        ("5.", "USD", ".", 500),
        ("0", "USD", ".", 0),
        ("-0.00", "USD", ".", 0),
        ("１，０５４".replace("，", ","), "JPY", ".", 1054),
        ("1054", "JPY", ".", 1054),
        ("1054.00", "JPY", ".", 1054),
        ("1.234", "KWD", ".", 1234),
        ("1.5", "KWD", ".", 1500),
        ("1054.0000", "USD", ".", 105400),
        ("  7 \t", "USD", ".", 700),
        ("0.1234", "CLF", ".", 1234),
    ],
)
def test_an_amount_is_read_exactly(text, currency, decimal, minor):
    assert parse_minor(text, currency, decimal) == minor


@pytest.mark.parametrize(
    ("text", "currency", "decimal", "code"),
    [
        ("", "USD", ".", "money_empty"),
        (" \u00a0", "USD", ".", "money_empty"),
        ("abc", "USD", ".", "money_unreadable"),
        ("1e5", "USD", ".", "money_unreadable"),
        ("NaN", "USD", ".", "money_unreadable"),
        ("Infinity", "USD", ".", "money_unreadable"),
        ("0x10", "USD", ".", "money_unreadable"),
        ("1_000", "USD", ".", "money_unreadable"),
        ("5²", "USD", ".", "money_unreadable"),
        ("½", "USD", ".", "money_unreadable"),
        (".", "USD", ".", "money_unreadable"),
        ("-", "USD", ".", "money_unreadable"),
        ("()", "USD", ".", "money_unreadable"),
        ("$", "USD", ".", "money_unreadable"),
        ("--5", "USD", ".", "money_unreadable"),
        ("(-5)", "USD", ".", "money_unreadable"),
        ("1-2", "USD", ".", "money_unreadable"),
        ("5\x00", "USD", ".", "money_unreadable"),
        ("10.505", "USD", ".", "money_too_precise"),
        ("10.50", "JPY", ".", "money_too_precise"),
        ("1.2345", "KWD", ".", "money_too_precise"),
        ("1.000", "USD", ".", "money_too_precise"),
        ("1.000", "JPY", ".", "money_too_precise"),
        ("1,23", "USD", ".", "money_grouping"),
        ("1.23", "EUR", ",", "money_grouping"),
        ("1,2345", "USD", ".", "money_grouping"),
        ("1234,567", "USD", ".", "money_grouping"),
        ("1,,234", "USD", ".", "money_grouping"),
        (",234", "USD", ".", "money_grouping"),
        ("1,234 567", "USD", ".", "money_grouping"),
        ("1.054,50", "USD", ".", "money_grouping"),
        ("1,054.50", "EUR", ",", "money_grouping"),
        ("1.234.567", "USD", ".", "money_grouping"),
        ("€5", "USD", ".", "money_other_currency"),
        ("5 EUR", "USD", ".", "money_other_currency"),
        ("$5", "EUR", ",", "money_other_currency"),
        ("99999999999999999", "USD", ".", "money_too_large"),
        ("9" * 64, "USD", ".", "money_too_large"),
        ("9" * 65, "USD", ".", "money_too_long"),
        ("1" * 100_000, "USD", ".", "money_too_long"),
        ("5", "XXZ", ".", "currency_unknown"),
        ("5", "usd", ".", "currency_unknown"),
    ],
)
def test_what_is_not_an_amount_is_refused_with_its_reason(text, currency, decimal, code):
    with pytest.raises(MoneyError) as refused:
        parse_minor(text, currency, decimal)
    assert refused.value.code == code
    assert "%(" not in str(refused.value)


def test_a_refusal_can_be_translated():
    with pytest.raises(MoneyError) as refused:
        parse_minor("10.505", "USD")
    german = {
        "%(currency)s has %(digits)s decimals, and this amount has more.": "%(currency)s hat %(digits)s."
    }
    assert refused.value.notice.text(lambda msgid: german[msgid]) == "USD hat 2."


def test_minor_units_and_decimals_convert_both_ways():
    assert money.minor_to_decimal(-5, "USD") == Decimal("-0.05")
    assert str(money.minor_to_decimal(105450, "USD")) == "1054.50"
    assert str(money.minor_to_decimal(7, "JPY")) == "7"
    assert money.decimal_to_minor(Decimal("1054.50"), "USD") == 105450
    assert money.decimal_to_minor(Decimal("1E+3"), "KWD") == 1_000_000
    assert money.decimal_to_minor(12, "JPY") == 12


@pytest.mark.parametrize("text", ["0.001", "1E-99999", "1E+99999", "NaN", "Infinity", "1e15"])
def test_a_decimal_that_has_no_exact_minor_units_is_refused(text):
    with pytest.raises(MoneyError):
        money.decimal_to_minor(Decimal(text), "USD")


def test_an_amount_beyond_what_is_recorded_is_refused_as_a_decimal_too():
    with pytest.raises(MoneyError) as refused:
        money.decimal_to_minor(Decimal("20000000000000"), "USD")
    assert refused.value.code == "money_too_large"


def test_a_decimal_sign_is_one_of_two():
    with pytest.raises(ValueError, match="decimal sign"):
        parse_minor("5", "USD", ";")


def test_money_adds_only_its_own_currency():
    assert Money(5, "USD") + Money(7, "USD") - Money(2, "USD") == -Money(-10, "USD")
    assert Money(105, "USD").amount == Decimal("1.05")
    with pytest.raises(ValueError, match="do not add up"):
        Money(5, "USD") + Money(5, "EUR")
    with pytest.raises(TypeError):
        Money(5.0, "USD")
    with pytest.raises(MoneyError):
        Money(5, "XXZ")


def test_a_currency_is_read_as_typed():
    assert money.parse_currency(" usd ") == "USD"
    with pytest.raises(MoneyError):
        money.parse_currency("u" * 100_000)


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "shown"),
    [
        (105450, "USD", "en", "$1,054.50"),
        (105450, "EUR", "de", "1.054,50\u00a0€"),
        (105450, "EUR", "de-DE", "1.054,50\u00a0€"),
        (1054, "JPY", "en", "¥1,054"),
        (1234, "KWD", "en", "KWD\u00a01.234"),
        (-5, "USD", "en", "-$0.05"),
        # ISO 4217 gives these decimals; CLDR would drop them and show another amount.
        (150, "RSD", "en", "RSD\u00a01.50"),
        (1500, "IQD", "en", "IQD\u00a01.500"),
        (10**15, "USD", "en", "$10,000,000,000,000.00"),
    ],
)
def test_an_amount_is_written_as_the_locale_writes_it(minor, currency, locale, shown):
    assert format_money(minor, currency, locale) == shown


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (101, [1, 1, 1], [34, 34, 33]),
        (100, [50, 30, 20], [50, 30, 20]),
        (1, [1, 2, 1], [0, 1, 0]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (0, [1, 2], [0, 0]),
        (10, [0, 1, 0], [0, 10, 0]),
        (11, [0, 0], [6, 5]),
        (5, [Decimal("0.1"), Decimal("0.2")], [2, 3]),
        (7, [Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)], [3, 2, 2]),
        (0, [], []),
    ],
)
def test_an_amount_is_split_exactly(total, weights, parts):
    assert allocate(total, weights) == parts


def test_every_split_sums_to_its_total_and_stays_within_one_unit_of_its_share():
    for total in (-1000, -999, -1, 1, 2, 99, 12345, 10**15):
        for size in range(1, 12):
            weights = [(i * 7919) % 13 for i in range(size)]
            parts = allocate(total, weights)
            assert sum(parts) == total
            whole = sum(weights) or size
            for part, weight in zip(parts, weights if sum(weights) else [1] * size, strict=True):
                assert abs(Fraction(total * weight, whole) - part) < 1


def test_weights_that_cannot_be_shared_by_are_refused():
    with pytest.raises(ValueError, match="negative"):
        allocate(10, [1, -1])
    with pytest.raises(ValueError, match="nobody"):
        allocate(10, [])
    with pytest.raises(ValueError, match="finite"):
        allocate(10, [Decimal("NaN")])
    with pytest.raises(TypeError, match="float"):
        allocate(10, [0.5, 0.5])


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "written"),
    [
        (375_291_250, "USD", "en", "$3,752,912"),
        (375_291_350, "USD", "en", "$3,752,914"),
        (-375_291_299, "USD", "en", "-$3,752,913"),
        (375_291_299, "EUR", "de", "3.752.913\u00a0€"),
        (1_234, "JPY", "en", "¥1,234"),
    ],
)
def test_headlines_are_in_whole_units(minor: int, currency: str, locale: str, written: str) -> None:
    assert format_whole_money(minor, currency, locale) == written
