"""Sentences that wait for their translation.

Infrastructure knows no request and so no language. What it has to tell a person travels as a code,
an English sentence (the message id) and its arguments; whoever shows it passes its gettext.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def N_(msgid: str) -> str:
    """Mark a sentence for extraction (by this very name) without translating it here."""
    return msgid


@dataclass(frozen=True)
class Notice:
    """One sentence for a person: stable code, English message id, named arguments."""

    code: str
    msgid: str
    params: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)

    def text(self, gettext: Callable[[str], str] | None = None) -> str:
        """The sentence in the language of `gettext` (English without one), arguments filled in."""
        sentence = gettext(self.msgid) if gettext else self.msgid
        return sentence % dict(self.params) if self.params else sentence.replace("%%", "%")

    def __str__(self) -> str:
        return self.text()
