"""The journal's page says in words what was done; none of it is left as a code."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import prm.models  # noqa: F401 - every model there is
from prm.extensions import Base
from prm.journal.labels import SUBJECT_LABELS, action_words
from tests.house_rules.source import Module, imports, modules

# What is recorded where the function itself does not say it, by module and function.
_ON_DESK = {"PartnershipTask", "PartnershipNote", "PartnershipContact", "PartnershipDocument"}
KNOWN_BY_HAND = {
    "prm/demo/scale.py:make": {"Vendor"},
    "prm/partners/services/desk.py:remove": _ON_DESK,
    "prm/partners/services/desk.py:_added": _ON_DESK,
    "prm/training/services/assigning.py:assign_courses": {"Assignment"},
    "prm/training/services/learning.py:_note_lessons_done": {"Completion"},
    "prm/training/services/seats.py:fill_places": {"SessionSeat"},
    "prm/training/services/seats.py:mark_attendance": {"SessionSeat"},
}
MODELS = {mapper.class_.__name__ for mapper in Base.registry.mappers}


@dataclass(frozen=True)
class Recording:
    """One call of record(), with the function in which it stands."""

    module: Module
    function: ast.FunctionDef
    call: ast.Call

    @property
    def place(self) -> str:
        return f"{self.module.place}:{self.function.name}"


def recordings() -> Iterator[Recording]:
    for module in modules():
        if "prm.journal.services.record" not in {name for _line, name in imports(module.tree)}:
            continue
        for function in ast.walk(module.tree):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
                        yield Recording(module, function, node)


def recorded_actions() -> dict[str, str]:
    """Each action that the code names when it records something, and where."""
    found = {}
    for each in recordings():
        said = each.call.args[1]
        for value in values_of(said, each.function):
            for node in [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]:
                if isinstance(node, ast.Constant):
                    found[node.value] = each.place
    return found


def values_of(node: ast.expr, function: ast.FunctionDef) -> list[ast.expr]:
    """The expression itself, or what the function assigns to the name that it is."""
    if not isinstance(node, ast.Name):
        return [node]
    return [
        assigned.value
        for assigned in ast.walk(function)
        if isinstance(assigned, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == node.id for target in assigned.targets)
    ]


def recorded_models(each: Recording) -> set[str]:
    """The models of what a call records, as annotations, constructors and queries say them."""
    subject = each.call.args[2]
    arguments = [*each.function.args.args, *each.function.args.kwonlyargs]
    said = [a.annotation for a in arguments if a.annotation and a.arg == getattr(subject, "id", "")]
    if said:
        return models_in(said[0])
    return set().union(*(models_made(value, each.module) for value in values_of(subject, each.function)))


def models_made(value: ast.AST, module: Module) -> set[str]:
    found = set()
    if isinstance(value, ast.Call):
        name = getattr(value.func, "id", "") or getattr(value.func, "attr", "")
        if name in MODELS:
            return {name}
        if name in {"select", "get_one"} and isinstance(value.args[0], ast.Name):
            found |= {value.args[0].id} & MODELS
        elif isinstance(value.func, ast.Name) or name.startswith(("find_", "lock_")):
            own = models_returned().get((module.name, name))
            found |= own if own is not None else models_returned().get(("", name), set())
    return found.union(*(models_made(node, module) for node in ast.iter_child_nodes(value)))


@cache
def models_returned() -> dict[tuple[str, str], set[str]]:
    """What functions say that they return, by module and name; without a module, of all of the name."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef) and node.returns is not None:
                for place in (module.name, ""):
                    found[place, node.name] |= models_in(node.returns)
    return dict(found)


def models_in(annotation: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)} & MODELS


def test_every_action_has_words() -> None:
    actions = recorded_actions()
    assert len(actions) > 150
    bare = {action: place for action, place in actions.items() if action_words(action) == action}
    assert not bare, f"Add these to prm/journal/labels.py: {bare}"


def test_every_subject_has_a_label() -> None:
    bare, unknown = {}, set()
    for each in recordings():
        models = recorded_models(each) or KNOWN_BY_HAND.get(each.place, set())
        if not models:
            unknown.add(each.place)
        bare |= {model: each.place for model in models if model.lower() not in SUBJECT_LABELS}
    assert not unknown, f"What do these record? Say it in KNOWN_BY_HAND: {unknown}"
    assert not bare, f"Add these to SUBJECT_LABELS in prm/journal/labels.py: {bare}"


def test_an_action_is_said_in_words_and_an_unknown_one_as_it_is() -> None:
    assert action_words("agreement.accepted") == "Agreement: accepted"
    assert action_words("moon.eaten") == "moon.eaten"
