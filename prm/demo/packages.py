"""The demo's SCORM package: two items written by hand, as an authoring tool would export them."""

from __future__ import annotations

import io
import json
import zipfile

from prm.access import Actor
from prm.training import services as training
from prm.training.services.content import add_link
from prm.training.services.packages import add_package, keep_package

TITLE = "Lumen in ten minutes"
SUMMARY = "The interactive tour: what the product shows, and a check of what stayed."

_MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="lumen-tour" version="1.0" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
 xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
<metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>
<organizations default="tour"><organization identifier="tour"><title>Lumen in ten minutes</title>
<item identifier="look" identifierref="r-look"><title>A look around</title></item>
<item identifier="check" identifierref="r-check"><title>Check yourself</title>
<adlcp:prerequisites type="aicc_script">look</adlcp:prerequisites>
<adlcp:masteryscore>60</adlcp:masteryscore></item>
</organization></organizations>
<resources>
<resource identifier="r-look" type="webcontent" adlcp:scormtype="sco" href="look.html">
<file href="look.html"/><file href="shared.js"/></resource>
<resource identifier="r-check" type="webcontent" adlcp:scormtype="sco" href="check.html">
<file href="check.html"/><file href="shared.js"/></resource>
</resources></manifest>
"""
_SHARED = """var api = null;
for (var win = window; win && !api; win = win.parent === win ? null : win.parent) api = win.API || null;
function get(name) { return api ? api.LMSGetValue(name) : ""; }
function set(name, value) { if (api) { api.LMSSetValue(name, String(value)); api.LMSCommit(""); } }
if (api) api.LMSInitialize("");
var isOver = false;
function finish() { if (api && !isOver) { isOver = true; api.LMSFinish(""); } }
window.addEventListener("pagehide", finish);
"""
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>%(title)s</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { margin: 0 auto; max-width: 40rem; padding: 2rem 1.25rem; font: 1.125rem/1.6 system-ui, sans-serif; color: #181b22; }
button { padding: .6rem 1.2rem; font: inherit; color: #fff; background: #2f5bd7; border: 0; border-radius: .4rem; }
label { display: block; padding: .5rem 0; } fieldset { margin: 0 0 1.5rem; border: 1px solid #d0d5dd; border-radius: .4rem; }
</style></head><body>
%(body)s
<script src="shared.js"></script><script>%(script)s</script></body></html>
"""  # noqa: E501 - a page as a tool would write it
_SLIDES = (
    ("One place to look", "Every figure of the customer's business stands on one page, and opens its rows."),
    ("Questions in plain words", "“Revenue by region since May”: the answer is a chart that can be shared."),
    ("Nothing to install", "It runs where the data lies. Who may see what follows the customer's own roles."),
)
_LOOK = """<h1 id="title"></h1><p id="text"></p><p id="place"></p><button id="next">Next</button>"""
_LOOK_SCRIPT = """
var slides = SLIDES;
var at = Math.min(parseInt(get("cmi.core.lesson_location"), 10) || 0, slides.length - 1);
function show() {
  document.getElementById("title").textContent = slides[at][0];
  document.getElementById("text").textContent = slides[at][1];
  document.getElementById("place").textContent = (at + 1) + " of " + slides.length;
  document.getElementById("next").hidden = at === slides.length - 1;
  set("cmi.core.lesson_location", at);
  set("cmi.core.lesson_status", at === slides.length - 1 ? "completed" : "incomplete");
}
document.getElementById("next").addEventListener("click", function () { at += 1; show(); });
show();
""".replace("SLIDES", json.dumps(_SLIDES))
_CHECK = """<h1>Check yourself</h1><form id="check">
<fieldset><legend>Where does Lumen run?</legend>
<label><input type="radio" name="a" value="0"> On a laptop</label>
<label><input type="radio" name="a" value="1"> Where the data lies</label></fieldset>
<fieldset><legend>Who may see a figure?</legend>
<label><input type="radio" name="b" value="1"> Whoever the customer's roles let</label>
<label><input type="radio" name="b" value="0"> Everybody</label></fieldset>
<button>Send</button><p id="said" role="status"></p></form>"""
_CHECK_SCRIPT = """
document.getElementById("check").addEventListener("submit", function (event) {
  event.preventDefault();
  var asked = ["a", "b"], right = 0;
  asked.forEach(function (name, n) {
    var chosen = document.querySelector("input[name=" + name + "]:checked");
    var value = chosen ? chosen.value : "0";
    right += Number(value);
    set("cmi.interactions." + n + ".id", name);
    set("cmi.interactions." + n + ".type", "choice");
    set("cmi.interactions." + n + ".student_response", value);
    set("cmi.interactions." + n + ".result", value === "1" ? "correct" : "wrong");
  });
  set("cmi.core.score.raw", 100 * right / asked.length);
  set("cmi.core.lesson_status", right === asked.length ? "passed" : "failed");
  document.getElementById("said").textContent = right + " of " + asked.length + " right";
});
"""


def make_tour() -> bytes:
    """The zip, the same bytes each time."""
    files = {
        "imsmanifest.xml": _MANIFEST,
        "look.html": _PAGE % {"title": "A look around", "body": _LOOK, "script": _LOOK_SCRIPT},
        "check.html": _PAGE % {"title": "Check yourself", "body": _CHECK, "script": _CHECK_SCRIPT},
        "shared.js": _SHARED,
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), text)
    return stream.getvalue()


def write_course(author: Actor) -> None:
    """A course that the vendor brought along as a package; nobody has taken it yet."""
    version = training.create_course(author, title=TITLE, summary=SUMMARY)
    kept = keep_package(author, io.BytesIO(make_tour()), "lumen-tour.zip")
    add_package(author, version.public_id, kept, minutes=10, score_counts=True)
    add_link(
        author,
        version.public_id,
        url="https://lumen.example/handbook",
        title="The handbook",
        body="Where to read on.",
        minutes=5,
    )
    training.publish_version(author, version.public_id)
