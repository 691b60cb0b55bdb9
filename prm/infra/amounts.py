"""Amounts as a person types them, by the decimal sign of their language."""

from __future__ import annotations

from babel.numbers import get_decimal_symbol
from flask_babel import get_locale

from prm.infra.money import Money, minor_to_decimal, parse_minor


def decimal_sign() -> str:
    """The reader's decimal sign: a comma, or a point for every other."""
    return "," if get_decimal_symbol(get_locale() or "en") == "," else "."


def typed_money(text: str | None, currency: str) -> Money | None:
    """A typed amount; None for nothing typed. Raises MoneyError for what is no amount."""
    if not (text or "").strip():
        return None
    return Money(parse_minor(str(text), currency, decimal_sign()), currency)


def money_to_edit(minor: int | None, currency: str | None) -> str:
    """An amount as typed_money reads it; "" for none."""
    if minor is None or currency is None:
        return ""
    return f"{minor_to_decimal(minor, currency):f}".replace(".", decimal_sign())
