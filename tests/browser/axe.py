"""axe-core over a page that a browser shows: what a person with a disability would stumble on."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor" / "axe-core@4.14.1" / "axe.min.js"
RULE_SETS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]


def find_violations(page: Page, *, within: str | None = None) -> list[dict[str, Any]]:
    """The violations of WCAG 2.2 A and AA on the page as it stands (open dialogs included).

    `within` is a CSS selector that limits the search. Each violation has `id`, `help` and
    `nodes` (a list of "selector: what is wrong"). axe is put in through the browser's
    debugging channel, which the content policy does not bind.
    """
    page.wait_for_load_state()
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """async ([within, tags]) => {
            const context = within ? { include: [[within]] } : document;
            const options = { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] };
            return (await axe.run(context, options)).violations;
        }""",
        [within, RULE_SETS],
    )
    return [
        {
            "id": violation["id"],
            "help": violation["help"],
            "nodes": [_describe(node) for node in violation["nodes"]],
        }
        for violation in found
    ]


def assert_accessible(page: Page, what: str = "") -> None:
    """No violation, and nothing sticks out to the side. `what` tells which look of the page it was.

    Fading colours and what scrolled under a sticky bar would be judged as they are caught, so
    that motion is off and the page stands at its beginning.
    """
    page.emulate_media(reduced_motion="reduce")
    page.evaluate("window.scrollTo(0, 0)")
    found = find_violations(page)
    assert not found, f"{page.url} {what}\n{_explain(found)}"
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen, f"{page.url} {what} is {wide} wide on {seen}"


def _explain(violations: list[dict[str, Any]]) -> str:
    """The violations as lines for an assertion's message."""
    return "\n".join(
        f"{violation['id']} ({violation['help']}):\n    " + "\n    ".join(violation["nodes"])
        for violation in violations
    )


def _describe(node: dict[str, Any]) -> str:
    reasons = [check["message"] for check in [*node["any"], *node["all"], *node["none"]]]
    target = " ".join(str(part) for part in node["target"])
    return f"{target}: {'; '.join(reasons)}"
