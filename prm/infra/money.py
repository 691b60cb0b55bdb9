"""Money as integer minor units of an ISO 4217 currency. No float anywhere.

How many decimals a currency has is ISO 4217's figure, held here: CLDR's (which Babel carries) is how
people like to write it, differs for a dozen currencies and changes between releases, and stored
amounts must not change their meaning with a library.
"""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.numbers import NumberPattern, get_currency_symbol, list_currencies

from prm.infra.wording import N_, Notice

#: No single amount is larger, so that sums stay exact in 64 bits, in JSON and in a spreadsheet.
MAX_MINOR = 10**15
#: No honest amount is longer as text; what is longer is refused unread.
MAX_TEXT = 64

_EXPONENTS = {
    code: exponent
    for exponent, codes in (
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (4, "CLF UYW"),
    )
    for code in codes.split()
}
_SHARED_SIGNS = {
    "$": "USD CAD AUD NZD HKD SGD TWD MXN CLP COP ARS UYU BBD BMD BSD BZD FJD GYD JMD LRD NAD SBD "
    "SRD TTD XCD KYD BND DOP",
    "£": "GBP EGP GIP FKP SHP LBP SYP SSP",
    "¥": "JPY CNY",
    "￥": "JPY CNY",
    "元": "CNY TWD HKD",
    "円": "JPY",
    "kr": "SEK NOK DKK ISK",
    "Fr.": "CHF",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "R": "ZAR",
    "Rs": "INR PKR LKR NPR MUR",
}
_SPACES = " \u00a0\u202f\u2009\u2007"
_APOSTROPHES = "'\u2019"
_MINUSES = "-\u2212"

_REFUSALS = {
    "money_empty": N_("The amount is missing."),
    "money_unreadable": N_("This is not an amount of money."),
    "money_too_long": N_("This is too long to be an amount of money."),
    "money_too_precise": N_("%(currency)s has %(digits)s decimals, and this amount has more."),
    "money_grouping": N_("The thousands separators do not fit: is “%(decimal)s” really the decimal sign?"),
    "money_other_currency": N_("The amount names another currency than %(currency)s."),
    "money_too_large": N_("The amount is larger than can be recorded."),
    "currency_unknown": N_("“%(currency)s” is not a currency code of ISO 4217."),
}


class MoneyError(ValueError):
    """An amount or a currency that cannot be read. `.notice` says why, for a person."""

    def __init__(self, code: str, **params: Any) -> None:
        self.notice = Notice(code, _REFUSALS[code], params)
        self.code = code
        super().__init__(self.notice.text())


@dataclass(frozen=True)
class Money:
    """An amount in minor units (cents, yen, fils) of one currency."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError("minor units are an int")
        exponent_of(self.currency)

    @property
    def amount(self) -> Decimal:
        """In major units, exact: Money(105, 'USD').amount == Decimal('1.05')."""
        return minor_to_decimal(self.minor, self.currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other


def exponent_of(currency: str) -> int:
    """How many decimals the currency has. Raises MoneyError `currency_unknown`."""
    if currency not in _known_currencies():
        raise MoneyError("currency_unknown", currency=str(currency)[:20])
    return _EXPONENTS.get(currency, 2)


def parse_currency(text: str) -> str:
    """An ISO 4217 code as people type it (" usd ") → 'USD'. Raises MoneyError `currency_unknown`."""
    code = text[:MAX_TEXT].strip().upper()
    exponent_of(code)
    return code


def minor_to_decimal(minor: int, currency: str) -> Decimal:
    """Minor units → major units, exact. Raises MoneyError `currency_unknown`."""
    return Decimal((minor < 0, tuple(map(int, str(abs(minor)))), -exponent_of(currency)))


def decimal_to_minor(amount: Decimal | int, currency: str) -> int:
    """Major units → minor units, exact. Raises MoneyError rather than rounding."""
    exponent = exponent_of(currency)
    value = Decimal(amount)
    if not value.is_finite():
        raise MoneyError("money_unreadable")
    if value and value.adjusted() + exponent > 15:
        raise MoneyError("money_too_large")
    if value and value.adjusted() < -exponent:
        raise MoneyError("money_too_precise", currency=currency, digits=exponent)
    minor = Fraction(value) * 10**exponent
    if minor.denominator != 1:
        raise MoneyError("money_too_precise", currency=currency, digits=exponent)
    if abs(minor) > MAX_MINOR:
        raise MoneyError("money_too_large")
    return int(minor)


def parse_minor(text: str, currency: str, decimal: str = ".") -> int:
    """Read an amount as people and systems write it, into minor units.

    `decimal` is the decimal sign, '.' or ','; the other one, spaces and apostrophes may group
    thousands (also 12,34,567). A sign before or after, parentheses for negative, and the currency's
    own code or sign are understood; nothing is rounded or guessed. More decimals than the currency
    has are refused, zeros too where three of them could be thousands read by the wrong convention
    ("1.000"); "1054.0000" as databases write it is 1054.

    Raises MoneyError, a ValueError with `.code` and a translatable `.notice`.
    """
    exponent = exponent_of(currency)
    whole, fraction, is_negative = split_number(text, currency, decimal)
    if len(fraction) > exponent:
        surplus = fraction[exponent:]
        if surplus.strip("0") or len(fraction) == 3:
            raise MoneyError("money_too_precise", currency=currency, digits=exponent)
        fraction = fraction[:exponent]
    minor = int(whole + fraction.ljust(exponent, "0"))
    if minor > MAX_MINOR:
        raise MoneyError("money_too_large")
    return -minor if is_negative else minor


def split_number(text: str, currency: str | None, decimal: str) -> tuple[str, str, bool]:
    """A written number → (whole digits, fraction digits, is negative), all separators checked.

    Linear in the text, which is refused unread beyond MAX_TEXT characters. Raises MoneyError.
    """
    if decimal not in (".", ","):
        raise ValueError("the decimal sign is '.' or ','")
    if len(text) > MAX_TEXT:
        raise MoneyError("money_too_long")
    rest = text.strip()
    if not rest:
        raise MoneyError("money_empty")
    rest, is_negative = _take_sign(rest)
    rest = _take_currency(rest, currency)
    if rest[:1] and rest[0] in _MINUSES + "+" and not is_negative:
        # The sign may stand between the currency and the digits: "$-5".
        rest, is_negative = _take_sign(rest)
    rest = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in rest)
    whole, _, fraction = rest.partition(decimal)
    if decimal in fraction:
        code = "money_grouping" if _is_digits_and(rest, decimal) else "money_unreadable"
        raise MoneyError(code, decimal=decimal)
    if not (whole or fraction):
        raise MoneyError("money_unreadable")
    if fraction and not _is_digits(fraction):
        code = "money_grouping" if _is_digits_and(fraction, ".,") else "money_unreadable"
        raise MoneyError(code, decimal=decimal)
    return _ungroup(whole, decimal) if whole else "0", fraction, is_negative


def format_money(minor: int, currency: str, locale: Locale | str = "en") -> str:
    """An amount as the locale writes it, always with the currency's ISO 4217 decimals."""
    parsed = locale if isinstance(locale, Locale) else Locale.parse(str(locale).replace("-", "_"))
    pattern = _currency_pattern(str(parsed), exponent_of(currency))
    amount = minor_to_decimal(minor, currency)
    written = str(pattern.apply(amount, parsed, currency=currency, currency_digits=False))
    # CLDR wants a space between a currency written in letters and a digit; Babel leaves it out.
    symbol = get_currency_symbol(currency, parsed)
    before, found, after = written.partition(symbol)
    if found and symbol[-1].isalpha() and after[:1].isdigit():
        return f"{before}{symbol}\u00a0{after}"
    return written


def format_whole_money(minor: int, currency: str, locale: Locale | str = "en") -> str:
    """An amount in whole units of its currency, half to even: for headlines, beside exact tables."""
    parsed = locale if isinstance(locale, Locale) else Locale.parse(str(locale).replace("-", "_"))
    pattern = copy.copy(parsed.currency_formats["standard"])
    pattern.frac_prec = (0, 0)
    whole = minor_to_decimal(minor, currency).quantize(Decimal(1), ROUND_HALF_EVEN)
    return str(pattern.apply(whole, parsed, currency=currency, currency_digits=False))


def allocate(total_minor: int, weights: Sequence[int | Decimal | Fraction]) -> list[int]:
    """Split an amount by weights so that the parts sum to it exactly (largest remainder).

    Each part is its exact share rounded down or up; the units left over go to the largest
    remainders, equal ones to the earlier index. A negative total splits as its mirror image. A
    weight of zero gets zero, except that weights which are all zero count as equal. Raises
    ValueError for no weights at all with a total to give away, and for negative or infinite
    weights; TypeError for floats, whose shares would not be exact.
    """
    if any(isinstance(weight, float) for weight in weights):
        raise TypeError("weights are int, Decimal or Fraction: a float has no exact share")
    shares = [_exact(weight) for weight in weights]
    if any(share < 0 for share in shares):
        raise ValueError("a weight cannot be negative")
    if not shares:
        if total_minor:
            raise ValueError("an amount cannot be split among nobody")
        return []
    total_weight = sum(shares)
    if not total_weight:
        shares, total_weight = [Fraction(1)] * len(shares), Fraction(len(shares))
    amount = abs(total_minor)
    exact = [amount * share / total_weight for share in shares]
    parts = [share.numerator // share.denominator for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for index in by_remainder[: amount - sum(parts)]:
        parts[index] += 1
    return parts if total_minor >= 0 else [-part for part in parts]


def _exact(weight: int | Decimal | Fraction) -> Fraction:
    if isinstance(weight, Decimal) and not weight.is_finite():
        raise ValueError("a weight must be finite")
    return Fraction(weight)


def _take_sign(text: str) -> tuple[str, bool]:
    """Strip one sign in front, one behind, or parentheses."""
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    if text[0] in _MINUSES:
        return text[1:].lstrip(), True
    if text[0] == "+":
        return text[1:].lstrip(), False
    if text[-1] in _MINUSES:
        return text[:-1].rstrip(), True
    return text, False


def _take_currency(text: str, currency: str | None) -> str:
    """Strip the currency's own sign or code from one end; refuse another currency's."""
    own = _signs_of(currency) if currency else ()
    folded = text.casefold()
    for sign in own:
        if folded.startswith(sign):
            return text[len(sign) :].strip()
        if folded.endswith(sign):
            return text[: -len(sign)].strip()
    if any(unicodedata.category(c) == "Sc" for c in text) or (
        text[:3].upper() in _known_currencies() or text[-3:].upper() in _known_currencies()
    ):
        raise MoneyError("money_other_currency", currency=currency or "")
    return text


def _ungroup(whole: str, decimal: str) -> str:
    """Remove thousands separators: one kind, last group of three, others of two or three."""
    if _is_digits(whole):
        return whole
    other = "," if decimal == "." else "."
    separators = {c for c in whole if not _is_digits(c)}
    if not separators <= set(other + _SPACES + _APOSTROPHES):
        raise MoneyError("money_unreadable")
    first, *groups = whole.replace(separators.pop(), " ").split(" ")
    middle = {len(group) for group in groups[:-1]}
    if (
        separators
        or not 1 <= len(first) <= 3
        or len(groups[-1]) != 3
        or not (middle <= {3} or (middle == {2} and len(first) <= 2))
    ):
        raise MoneyError("money_grouping", decimal=decimal)
    return first + "".join(groups)


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_digits_and(text: str, also: str) -> bool:
    return all(c in also or (c.isascii() and c.isdigit()) for c in text)


@lru_cache(maxsize=1)
def _known_currencies() -> frozenset[str]:
    return frozenset(list_currencies())


@lru_cache(maxsize=512)
def _signs_of(currency: str) -> tuple[str, ...]:
    """How the currency may be written beside a number, casefolded, longest first."""
    signs = {currency, get_currency_symbol(currency, "en")}
    signs.update(sign for sign, users in _SHARED_SIGNS.items() if currency in users.split())
    if "$" in signs:
        signs.add(currency[:2] + "$")
    return tuple(sorted((sign.casefold() for sign in signs), key=lambda s: (-len(s), s)))


@lru_cache(maxsize=512)
def _currency_pattern(locale_name: str, exponent: int) -> NumberPattern:
    pattern = copy.copy(Locale.parse(locale_name).currency_formats["standard"])
    pattern.frac_prec = (exponent, exponent)
    return pattern
