"""SCORM packages written to the standards, and zips made to harm."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

NS_12 = (
    'xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" '
    'xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"'
)
NS_2004 = (
    'xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" '
    'xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3" '
    'xmlns:adlseq="http://www.adlnet.org/xsd/adlseq_v1p3" '
    'xmlns:adlnav="http://www.adlnet.org/xsd/adlnav_v1p3" '
    'xmlns:imsss="http://www.imsglobal.org/xsd/imsss"'
)

# A page that finds its API as the standards say, and does what its address asks for.
SCO_PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><title>SCO</title></head>
<body><h1 id="name"></h1><pre id="log"></pre>
<script>
var api = null, is2004 = false, ended = false;
(function find(win, tries) {
  while (win && tries < 10) {
    if (win.API_1484_11) { api = win.API_1484_11; is2004 = true; return; }
    if (win.API) { api = win.API; return; }
    if (win.parent === win) break;
    win = win.parent; tries += 1;
  }
})(window, 0);
function get(name) { return is2004 ? api.GetValue(name) : api.LMSGetValue(name); }
function set(name, value) {
  return String(is2004 ? api.SetValue(name, value) : api.LMSSetValue(name, value));
}
function commit() { return String(is2004 ? api.Commit("") : api.LMSCommit("")); }
function end() { ended = true; return String(is2004 ? api.Terminate("") : api.LMSFinish("")); }
function err() { return String(is2004 ? api.GetLastError() : api.LMSGetLastError()); }
function say(text) { document.getElementById("log").textContent += text + "\\n"; }
document.getElementById("name").textContent = location.pathname + location.search + location.hash;
if (!api) { say("no api"); } else {
  say("initialize " + (is2004 ? api.Initialize("") : api.LMSInitialize("")));
  say("entry " + get(is2004 ? "cmi.entry" : "cmi.core.entry"));
  say("location " + get(is2004 ? "cmi.location" : "cmi.core.lesson_location"));
  say("data " + get("cmi.suspend_data"));
  say("learner " + get(is2004 ? "cmi.learner_name" : "cmi.core.student_name"));
  say("launch " + get("cmi.launch_data"));
}
window.addEventListener("unload", function () { if (api && !ended) { end(); } });
</script></body></html>
"""


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip of files by name, deflated."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def manifest_12(
    items: str = '<item identifier="I1" identifierref="R1"><title>One</title></item>',
    resources: str = (
        '<resource identifier="R1" type="webcontent" adlcp:scormtype="sco" href="one.html">'
        '<file href="one.html"/></resource>'
    ),
    *,
    attributes: str = "",
    title: str = "A course",
    organizations: str | None = None,
) -> str:
    body = organizations or (
        f'<organizations default="O"><organization identifier="O"><title>{title}</title>{items}'
        "</organization></organizations>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<manifest identifier="M" version="1.0" {NS_12} {attributes}>'
        "<metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>"
        f"{body}<resources>{resources}</resources></manifest>"
    )


def manifest_2004(
    items: str = '<item identifier="I1" identifierref="R1"><title>One</title></item>',
    resources: str | None = None,
    *,
    edition: str = "2004 4th Edition",
    sequencing: str = "",
    collection: str = "",
    title: str = "A course",
    pages: Iterable[str] = ("one",),
) -> str:
    made = resources or "".join(
        f'<resource identifier="R{n}" type="webcontent" adlcp:scormType="sco" href="{page}.html">'
        f'<file href="{page}.html"/></resource>'
        for n, page in enumerate(pages, 1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<manifest identifier="M" version="1" {NS_2004}>'
        f"<metadata><schema>ADL SCORM</schema><schemaversion>{edition}</schemaversion></metadata>"
        f'<organizations default="O"><organization identifier="O"><title>{title}</title>{items}{sequencing}'
        f"</organization></organizations><resources>{made}</resources>{collection}</manifest>"
    )


def package_12(**changes: str) -> bytes:
    """One SCO, 1.2."""
    return zipped({"imsmanifest.xml": manifest_12(**changes), "one.html": SCO_PAGE})  # type: ignore[arg-type]


def package_2004(**changes: str) -> bytes:
    """One SCO, 2004 4th Edition."""
    return zipped({"imsmanifest.xml": manifest_2004(**changes), "one.html": SCO_PAGE})  # type: ignore[arg-type]


def course_2004(sequencing: str | None = None) -> bytes:
    """Three SCOs that may be chosen and flowed through."""
    items = "".join(
        f'<item identifier="I{n}" identifierref="R{n}"><title>Part {n}</title></item>' for n in (1, 2, 3)
    )
    control = '<imsss:sequencing><imsss:controlMode choice="true" flow="true"/></imsss:sequencing>'
    pages = ("one", "two", "three")
    text = manifest_2004(items, sequencing=sequencing or control, pages=pages, title="Three parts")
    return zipped({"imsmanifest.xml": text, **{f"{page}.html": SCO_PAGE for page in pages}})


def course_12() -> bytes:
    """Two SCOs, the second after the first, and a page."""
    items = (
        '<item identifier="I1" identifierref="R1"><title>First</title></item>'
        '<item identifier="I2" identifierref="R2"><title>Second</title>'
        '<adlcp:prerequisites type="aicc_script">I1</adlcp:prerequisites></item>'
        '<item identifier="I3" identifierref="R3"><title>A page</title></item>'
    )
    resources = "".join(
        f'<resource identifier="R{n}" type="webcontent" adlcp:scormtype="{kind}" href="{page}.html">'
        f'<file href="{page}.html"/></resource>'
        for n, (page, kind) in enumerate((("one", "sco"), ("two", "sco"), ("page", "asset")), 1)
    )
    return zipped(
        {
            "imsmanifest.xml": manifest_12(items, resources, title="Two and a page"),
            "one.html": SCO_PAGE,
            "two.html": SCO_PAGE,
            "page.html": "<!doctype html><title>Page</title><p>Only text.",
        }
    )
