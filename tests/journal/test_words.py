"""The journal's page says in words what was done; none of it is left as a code."""

from __future__ import annotations

import ast

from prm.journal.labels import action_words
from tests.house_rules.source import modules


def recorded_actions() -> dict[str, str]:
    """Each action that the code names when it records something, and where."""
    found = {}
    for module in modules():
        for node in ast.walk(module.tree):
            name = getattr(getattr(node, "func", None), "id", "")
            if name == "record" and isinstance(node.args[1], ast.Constant):  # type: ignore[attr-defined]
                found[node.args[1].value] = f"{module.place}:{node.lineno}"  # type: ignore[attr-defined]
    return found


def test_every_action_has_words() -> None:
    actions = recorded_actions()
    assert len(actions) > 80
    bare = {action: place for action, place in actions.items() if action_words(action) == action}
    assert not bare, f"Add these to prm/journal/labels.py: {bare}"


def test_an_action_is_said_in_words_and_an_unknown_one_as_it_is() -> None:
    assert action_words("agreement.accepted") == "Agreement: accepted"
    assert action_words("moon.eaten") == "moon.eaten"
