"""Every dependency is pinned exactly and says why it is here."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from tests.house_rules.source import ROOT, imports, modules

FILES = ("requirements.txt", "requirements-dev.txt")
# import name → the pinned package that brings it, where the names differ or it comes along on purpose
BROUGHT_BY = {
    "PIL": "pillow", "argon2": "argon2-cffi", "asn1crypto": "pyhanko", "click": "flask",
    "itsdangerous": "flask",
    "markdown_it": "markdown-it-py", "markupsafe": "jinja2", "page": "page-validation",
    "pyhanko_certvalidator": "pyhanko",
    "vl_convert": "vl-convert-python",
}  # fmt: skip


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned() -> Iterator[tuple[str, str]]:
    """(package, line) of every requirement."""
    for file in FILES:
        for line in (ROOT / file).read_text().splitlines():
            line = line.split("#")[0].strip()
            if line and not line.startswith("-r "):
                yield normal(re.split(r"[\[=<>~! ;]", line)[0]), line


def test_every_requirement_is_pinned_exactly() -> None:
    loose = [line for _, line in pinned() if not re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.]+", line)]
    assert not loose, f"Pin as name==version: {loose}"


def test_every_dependency_says_why_and_nothing_else_does() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text()
    explained = {normal(name) for name in re.findall(r"^- \*\*(.+?)\*\*: \S", text, re.MULTILINE)}
    required = {name for name, _ in pinned()}
    assert not required - explained, f"Say why in docs/dependencies.md: {sorted(required - explained)}"
    assert not explained - required, f"No longer required, drop the line: {sorted(explained - required)}"


def test_what_the_portal_imports_is_pinned() -> None:
    required = {name for name, _ in pinned()}
    own = {m.name.split(".")[0] for m in modules()} | {"config"}
    stray = set()
    for module in modules():
        for line, name in imports(module.tree):
            top = name.split(".")[0]
            if top in own or top in _standard_library():
                continue
            if normal(BROUGHT_BY.get(top, top)) not in required:
                stray.add(f"{module.place}:{line} imports {top}")
    assert not stray, "Pin it in requirements.txt and say why:\n" + "\n".join(sorted(stray))


def test_every_pinned_package_of_the_portal_is_used() -> None:
    """What nothing imports and no setting names is weight. Plug-ins that others load are listed here."""
    loaded_by_others = {"tzdata", "psycopg", "redis", "granian", "boto3"}
    imported = set()
    for module in modules():
        for _, name in imports(module.tree):
            top = name.split(".")[0]
            imported.add(normal(BROUGHT_BY.get(top, top)))
    needed = {
        normal(re.split(r"[\[=]", line)[0])
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if line and not line.startswith("#")
    }
    unused = needed - imported - loaded_by_others
    assert not unused, f"Nothing imports these; drop them: {sorted(unused)}"


def _standard_library() -> frozenset[str]:
    return sys.stdlib_module_names
