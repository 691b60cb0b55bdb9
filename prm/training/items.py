"""What a question consists of, whatever its kind and wherever it is kept: plain values.

`parts` is how the bank keeps it (and a version's own question those kinds that have no table):

    single, multiple   {"choices": [{"id", "text", "right"}, …]}
    numeric            {"answer": "3.5", "tolerance": "0.1"}
    ordering           {"items": [{"id", "text"}, …]}, in the right order
    matching           {"pairs": [{"id", "text", "target"}, …], "targets": [{"id", "text"}, …]}
    text               {"accepted": [{"language", "text"}, …]}

Ids are random: neither they nor their order say what is right.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from prm.errors import DomainError
from prm.training.models.kinds import QuestionKind
from prm.training.scoring import Key, fold_answer, parse_number
from prm.training.wording import at_most, clean_line

MAX_CHOICES = 20
MAX_CHOICE = 500
MAX_ACCEPTED = 200

Choices = Sequence[tuple[str, bool]]  # text, whether it is right
CHOICE_KINDS = frozenset({QuestionKind.SINGLE, QuestionKind.MULTIPLE})


@dataclass(frozen=True)
class Option:
    id: str
    text: str


@dataclass(frozen=True)
class Accepted:
    """An answer that counts; `language` is a code such as "de", or "" where it counts in any."""

    language: str
    text: str


@dataclass(frozen=True)
class Written:
    """What an author wrote: of each kind the fields that it has."""

    choices: Choices = ()
    answer: str | Decimal | None = None
    tolerance: str | Decimal = "0"
    items: Sequence[str] = ()
    pairs: Sequence[tuple[str, str]] = ()
    targets: Sequence[str] = ()  # further right sides, which belong to nothing
    accepted: Sequence[tuple[str, str]] = ()  # language, text


@dataclass(frozen=True)
class Item:
    """A question with its key. `options` are choices, what is put in order, or the left sides of pairs;
    `targets` the right sides. Never sent to a learner whole."""

    id: str
    kind: QuestionKind
    prompt: str
    explanation: str = ""
    options: tuple[Option, ...] = ()
    right: frozenset[str] = frozenset()
    targets: tuple[Option, ...] = ()
    pairs: Mapping[str, str] = field(default_factory=dict)
    number: Decimal | None = None
    tolerance: Decimal = Decimal(0)
    accepted: tuple[Accepted, ...] = ()
    order: tuple[str, ...] = ()  # ids of the options in the right order, whatever order they are shown in
    bank_key: int | None = None  # the bank's version of it (by key), else it is a version's own
    own_key: int | None = None

    @property
    def key(self) -> Key:
        return Key(
            question_id=self.id,
            kind=self.kind,
            choices=frozenset(option.id for option in self.options),
            right=self.right,
            number=self.number,
            tolerance=self.tolerance,
            order=self.order,
            pairs=frozenset(self.pairs.items()),
            targets=frozenset(target.id for target in self.targets),
            accepted=frozenset(fold_answer(each.text) for each in self.accepted),
        )

    def shown(self, options: Sequence[Option], targets: Sequence[Option]) -> Item:
        """The same, with its options in another order: for showing, since an order may be the key."""
        return replace(self, options=tuple(options), targets=tuple(targets))


def item_of(
    item_id: str, kind: QuestionKind, prompt: str, explanation: str, parts: Mapping[str, Any], **keys: Any
) -> Item:
    """A question from what is kept of it."""
    choices = parts.get("choices", ())
    pairs = parts.get("pairs", ())
    options = choices or pairs or parts.get("items", ())
    answer = parts.get("answer")
    return Item(
        id=item_id,
        kind=kind,
        prompt=prompt,
        explanation=explanation,
        options=tuple(Option(each["id"], each["text"]) for each in options),
        right=frozenset(each["id"] for each in choices if each["right"]),
        targets=tuple(Option(each["id"], each["text"]) for each in parts.get("targets", ())),
        pairs={each["id"]: each["target"] for each in pairs},
        number=None if answer is None else Decimal(answer),
        tolerance=Decimal(parts.get("tolerance", 0)),
        accepted=tuple(Accepted(each["language"], each["text"]) for each in parts.get("accepted", ())),
        order=tuple(each["id"] for each in parts.get("items", ())),
        **keys,
    )


def parts_of(kind: QuestionKind, written: Written) -> dict[str, Any]:
    """What is kept of what an author wrote. Raises DomainError where that is no key for the kind."""
    if kind in CHOICE_KINDS:
        kept = read_choices(kind, written.choices)
        return {"choices": [{"id": _id(), "text": text, "right": is_right} for text, is_right in kept]}
    if kind is QuestionKind.NUMERIC:
        number, margin = read_numbers(written)
        return {"answer": format(number, "f"), "tolerance": format(margin, "f")}
    if kind is QuestionKind.ORDERING:
        return {"items": [{"id": _id(), "text": text} for text in _ordered(written.items)]}
    if kind is QuestionKind.MATCHING:
        return _matched(written)
    return {"accepted": _accepted(written.accepted)}


def written_of(item: Item) -> Written:
    """What an author would have to write for this question."""
    texts = {target.id: target.text for target in item.targets}
    used = set(item.pairs.values())
    return Written(
        choices=[(option.text, option.id in item.right) for option in item.options if item.right],
        answer=item.number,
        tolerance=item.tolerance,
        items=[option.text for option in item.options if item.order],
        pairs=[(option.text, texts[item.pairs[option.id]]) for option in item.options if item.pairs],
        targets=[target.text for target in item.targets if target.id not in used],
        accepted=[(each.language, each.text) for each in item.accepted],
    )


def check_choices(kind: QuestionKind, choices: Choices) -> None:
    """Raises DomainError where these choices are no key for a question of the kind."""
    if len(choices) < 2:
        raise _wrong(_("Write at least two choices."), "choices")
    _check_different([text for text, _right in choices], _("Two choices say the same."), "choices")
    right = sum(is_right for _text, is_right in choices)
    if kind is QuestionKind.SINGLE and right != 1:
        raise _wrong(_("Mark exactly one choice as right."), "choices")
    if kind is QuestionKind.MULTIPLE and right < 1:
        raise _wrong(_("Mark at least one choice as right."), "choices")


def read_choices(kind: QuestionKind, choices: Choices) -> list[tuple[str, bool]]:
    """The choices that were written, without empty rows. Raises DomainError."""
    kept = [(clean_line(text), is_right) for text, is_right in choices]
    if any(is_right and not text for text, is_right in kept):
        raise _wrong(_("A choice that is marked as right has no text."), "choices")
    kept = [(at_most(text, "choices", MAX_CHOICE), is_right) for text, is_right in kept if text]
    _check_number(kept, "choices")
    check_choices(kind, kept)
    return kept


def read_numbers(written: Written) -> tuple[Decimal, Decimal]:
    """The answer and its tolerance. Raises DomainError."""
    number, margin = _number(written.answer, "answer"), _number(written.tolerance, "tolerance")
    if margin < 0:
        raise _wrong(_("The tolerance is zero or more."), "tolerance")
    return number, margin


def check_parts(kind: QuestionKind, parts: Mapping[str, Any]) -> None:
    """Raises DomainError where what is kept of a question is no key for its kind."""
    needed = {QuestionKind.ORDERING: "items", QuestionKind.MATCHING: "pairs", QuestionKind.TEXT: "accepted"}
    if kind in needed and not parts.get(needed[kind]):
        raise DomainError(_("It has no answer."))


def _ordered(items: Sequence[str]) -> list[str]:
    kept = [at_most(text, "items", MAX_CHOICE) for text in map(clean_line, items) if text]
    if len(kept) < 2:
        raise _wrong(_("Write at least two lines, in the right order."), "items")
    _check_number(kept, "items")
    _check_different(kept, _("Two lines say the same."), "items")
    return kept


def _matched(written: Written) -> dict[str, Any]:
    kept = [(clean_line(left), clean_line(right)) for left, right in written.pairs]
    kept = [(left, right) for left, right in kept if left or right]
    if any(not left or not right for left, right in kept):
        raise _wrong(_("Each pair needs both sides."), "pairs")
    further = [text for text in map(clean_line, written.targets) if text]
    if len(kept) < 2:
        raise _wrong(_("Write at least two pairs."), "pairs")
    _check_number(kept, "pairs")
    _check_number(further, "targets")
    for text in (*[side for pair in kept for side in pair], *further):
        at_most(text, "pairs", MAX_CHOICE)
    _check_different([left for left, _right in kept], _("Two left sides say the same."), "pairs")
    rights = {fold_answer(right): right for _left, right in kept}
    for text in further:
        if fold_answer(text) in rights:
            raise _wrong(_("%(text)s belongs to a pair already.", text=text), "targets")
    _check_different(further, _("Two further answers say the same."), "targets")
    # Right sides in the order of their words, so that what is kept tells nothing by its order.
    texts = sorted([*rights.values(), *further], key=fold_answer)
    targets = {fold_answer(text): {"id": _id(), "text": text} for text in texts}
    pairs = [{"id": _id(), "text": left, "target": targets[fold_answer(right)]["id"]} for left, right in kept]
    return {"pairs": pairs, "targets": list(targets.values())}


def _accepted(accepted: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    kept: dict[tuple[str, str], dict[str, str]] = {}
    for language, text in accepted:
        line = at_most(clean_line(text), "accepted", MAX_ACCEPTED)
        if line and not fold_answer(line):
            raise _wrong(_("An answer needs at least one letter or digit."), "accepted")
        if line:
            code = clean_line(language).lower()[:12]
            kept.setdefault((code, fold_answer(line)), {"language": code, "text": line})
    if not kept:
        raise _wrong(_("Write at least one answer that counts."), "accepted")
    _check_number(list(kept), "accepted")
    return list(kept.values())


def _number(value: str | Decimal | None, name: str) -> Decimal:
    number = parse_number(str(value)) if value is not None else None
    if number is None:
        raise _wrong(_("Enter a number such as 3.5, without thousands separators."), name)
    return number


def _check_number(rows: Sequence[Any], name: str) -> None:
    if len(rows) > MAX_CHOICES:
        raise _wrong(_("A question has at most %(count)s choices.", count=MAX_CHOICES), name)


def _check_different(texts: Sequence[str], message: str, name: str) -> None:
    if len({text.casefold() for text in texts}) < len(texts):
        raise _wrong(message, name)


def _wrong(message: str, name: str) -> DomainError:
    return DomainError(message, {name: message})


def _id() -> str:
    return secrets.token_hex(8)
