"""Sequencing of SCORM 2004: what a manifest says, read here, is what the run-time library does."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from prm.training.scorm.reading import reading_package
from prm.training.views.content_host import PLAYER_FILES
from tests.factories.packages import SCO_PAGE, manifest_2004, zipped

pytestmark = pytest.mark.browser

STATIC = Path(__file__).resolve().parents[2] / "static"
# One item opened and ended: what it said, and where that leads.
PLAY = """([course, tree, id, said]) => {
  const api = PrmSequencing.makeApi(tree, id);
  api.Initialize('');
  const heard = said.map(([name, value]) => value === null ? api.GetValue(name) : api.SetValue(name, value));
  api.Terminate('');
  return {heard: heard.map(String), wanted: PrmSequencing.takeDelivery(api),
          tree: api.serializeSequencingState(), rollup: PrmSequencing.rollup(api, course.organization)};
}"""
PASSED = [["cmi.completion_status", "completed"], ["cmi.success_status", "passed"]]
FAILED = [["cmi.completion_status", "completed"], ["cmi.success_status", "failed"]]
CONTENT_SAYS = '<imsss:deliveryControls objectiveSetByContent="true"/>'


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    opened = chromium.new_page()
    for name in ("scorm2004.min.js", "sequencing.js"):
        opened.add_script_tag(path=STATIC / PLAYER_FILES[name])
    yield opened
    opened.close()


class Course:
    """A course that is walked through: `at` is the item that is open, None once it is over."""

    def __init__(self, app: Flask, page: Page, items: str, control: str, names: str) -> None:
        control = f"<imsss:sequencing><imsss:controlMode {control}/></imsss:sequencing>"
        text = manifest_2004(items, sequencing=control, pages=names)
        files: dict[str, str | bytes] = {"imsmanifest.xml": text, **{f"{n}.html": SCO_PAGE for n in names}}
        with app.test_request_context(), reading_package(io.BytesIO(zipped(files))) as package:
            organization = package.manifest.as_json()["organizations"][0]
        self.page = page
        self.course = {"organization": organization, "current": None, "items": {}}
        self.tree: str | None = None
        self.open()

    def open(self) -> None:
        self._go(self.page.evaluate("([c, tree]) => PrmSequencing.begin(c, tree)", [self.course, self.tree]))

    def ask(self, request: str, target: str | None = None) -> None:
        asked = "([c, tree, request, target]) => PrmSequencing.request(c, tree, request, target)"
        self._go(self.page.evaluate(asked, [self.course, self.tree, request, target]))

    def play(self, said: list, request: str | None = None) -> list[str]:
        more = [["adl.nav.request", request]] if request else []
        found = self.page.evaluate(PLAY, [self.course, self.tree, self.at, [*said, *more]])
        self.tree, self.rollup = found["tree"], found["rollup"]
        if found["wanted"] is not None:
            self.at = found["wanted"]["id"]
        heard: list[str] = found["heard"]
        return heard

    def _go(self, found: dict[str, Any]) -> None:
        self.tree, self.at, self.is_over = found["tree"], found["id"], found["ends"]

    def may(self, cmi: dict[str, str]) -> tuple[bool, bool, list[str]]:
        ids = [item["identifier"] for item in self.course["organization"]["items"]]  # type: ignore[index]
        told = self.page.evaluate(
            "([tree, cmi, ids]) => { const v = PrmSequencing.validity(tree, cmi, true);"
            " return [v.continue, v.previous, ids.filter(v.choice)]; }",
            [self.tree, cmi, ids],
        )
        return told[0], told[1], told[2]


def item(name: str, sequencing: str = "", more: str = "") -> str:
    inside = f"<imsss:sequencing>{sequencing}</imsss:sequencing>" if sequencing else ""
    number = "abcdef".index(name) + 1
    return f'<item identifier="{name}" identifierref="R{number}"><title>{name}</title>{inside}{more}</item>'


def test_flow_alone_goes_forward_and_is_resumed(app: Flask, page: Page) -> None:
    course = Course(app, page, item("a") + item("b") + item("c"), 'choice="false" flow="true"', "abc")
    assert course.at == "a"
    assert course.may({"completion_status": "incomplete"}) == (True, False, [])
    course.play(PASSED)
    course.ask("choice", "c")
    assert (course.at, course.is_over) == (None, False), "choosing is refused"
    course.ask("continue")
    assert course.at == "b"
    course.ask("suspendAll")
    course.open()
    assert course.at == "b"


def test_what_a_pretest_proves_is_skipped(app: Flask, page: Page) -> None:
    pretest = (
        '<imsss:objectives><imsss:primaryObjective objectiveID="P" satisfiedByMeasure="true">'
        "<imsss:minNormalizedMeasure>0.6</imsss:minNormalizedMeasure>"
        '<imsss:mapInfo targetObjectiveID="G" writeSatisfiedStatus="true"/></imsss:primaryObjective>'
        f"</imsss:objectives>{CONTENT_SAYS}"
    )
    content = (
        "<imsss:sequencingRules><imsss:preConditionRule><imsss:ruleConditions>"
        '<imsss:ruleCondition condition="satisfied" referencedObjective="Q"/></imsss:ruleConditions>'
        '<imsss:ruleAction action="skip"/></imsss:preConditionRule></imsss:sequencingRules>'
        '<imsss:objectives><imsss:primaryObjective objectiveID="M"/><imsss:objective objectiveID="Q">'
        '<imsss:mapInfo targetObjectiveID="G"/></imsss:objective></imsss:objectives>'
    )
    for score, then in (("0.9", "c"), ("0.2", "b")):
        course = Course(
            app, page, item("a", pretest) + item("b", content) + item("c"), 'choice="true" flow="true"', "abc"
        )
        course.play([["cmi.score.scaled", score], ["cmi.completion_status", "completed"]])
        course.ask("continue")
        assert course.at == then


def test_a_test_is_taken_again_until_it_is_passed(app: Flask, page: Page) -> None:
    rules = "".join(
        f"<imsss:postConditionRule><imsss:ruleConditions><imsss:ruleCondition {condition}/>"
        f'</imsss:ruleConditions><imsss:ruleAction action="{action}"/></imsss:postConditionRule>'
        for condition, action in (
            ('operator="not" condition="satisfied"', "retry"),
            ('condition="satisfied"', "exitAll"),
        )
    )
    test = f"<imsss:sequencingRules>{rules}</imsss:sequencingRules>{CONTENT_SAYS}"
    course = Course(app, page, item("a") + item("b", test), 'choice="false" flow="true"', "ab")
    course.play(PASSED, "continue")
    assert course.at == "b"
    course.play(FAILED, "continue")
    assert course.at == "b"
    course.play(PASSED, "continue")
    assert course.at is None
    assert (course.rollup["completion"], course.rollup["success"]) == ("completed", "passed")


def test_some_of_many_are_drawn(app: Flask, page: Page) -> None:
    bank = (
        '<item identifier="bank"><title>Bank</title>'
        + item("a")
        + item("b")
        + item("c")
        + "<imsss:sequencing>"
        '<imsss:controlMode choice="false" flow="true"/><imsss:randomizationControls selectionTiming="once" '
        'selectCount="1" randomizationTiming="once" reorderChildren="true"/></imsss:sequencing></item>'
    )
    course = Course(app, page, bank + item("d"), 'choice="false" flow="true"', "abcd")
    assert course.at in {"a", "b", "c"}
    course.play(PASSED)
    course.ask("continue")
    assert course.at == "d", "one of three was drawn"
    course.play(PASSED)
    course.ask("continue")
    assert course.is_over
    assert course.rollup["success"] == "passed"


def test_items_share_data(app: Flask, page: Page) -> None:
    shared = '<adlcp:data><adlcp:map targetID="store"/></adlcp:data>'
    course = Course(
        app, page, item("a", more=shared) + item("b", more=shared), 'choice="true" flow="true"', "ab"
    )
    assert course.play([["adl.data.0.store", "from a"]]) == ["true"]
    course.ask("continue")
    assert course.play([["adl.data.0.id", None], ["adl.data.0.store", None]]) == ["store", "from a"]


def test_a_test_opens_once_the_chapter_before_it_is_done(app: Flask, page: Page) -> None:
    """The chapter is satisfied by the completion of its items, and says so by a shared objective."""
    rollup = (
        '<imsss:rollupRules><imsss:rollupRule childActivitySet="all"><imsss:rollupConditions>'
        '<imsss:rollupCondition condition="completed"/></imsss:rollupConditions>'
        '<imsss:rollupAction action="satisfied"/></imsss:rollupRule></imsss:rollupRules>'
    )
    chapter = (
        f'<imsss:sequencing><imsss:controlMode choice="true" flow="true"/>{rollup}<imsss:objectives>'
        '<imsss:primaryObjective objectiveID="D"><imsss:mapInfo targetObjectiveID="G" '
        'readSatisfiedStatus="false" writeSatisfiedStatus="true"/></imsss:primaryObjective>'
        "</imsss:objectives></imsss:sequencing>"
    )
    test = (
        "<imsss:sequencingRules><imsss:preConditionRule><imsss:ruleConditions conditionCombination='any'>"
        '<imsss:ruleCondition condition="satisfied" operator="not" referencedObjective="N"/>'
        '<imsss:ruleCondition condition="objectiveStatusKnown" operator="not" referencedObjective="N"/>'
        "</imsss:ruleConditions><imsss:ruleAction action='disabled'/></imsss:preConditionRule>"
        '</imsss:sequencingRules><imsss:objectives><imsss:primaryObjective objectiveID="T"/>'
        '<imsss:objective objectiveID="N"><imsss:mapInfo targetObjectiveID="G"/></imsss:objective>'
        "</imsss:objectives>"
    )
    parts = item("a", CONTENT_SAYS) + item("b", CONTENT_SAYS)
    items = f'<item identifier="C"><title>Chapter</title>{parts}{chapter}</item>' + item("c", test)
    course = Course(app, page, items, 'choice="true" flow="true"', "abc")
    course.play([["cmi.completion_status", "completed"]])
    course.ask("choice", "c")
    assert (course.at, course.is_over) == (None, False), "not before the whole chapter is done"
    course.ask("choice", "b")
    course.play([["cmi.completion_status", "completed"]])
    course.ask("choice", "c")
    assert course.at == "c"
