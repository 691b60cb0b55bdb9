"""Rules of the house that the source itself must keep. Each message says how to mend a breach."""

from __future__ import annotations

import ast
import re

from tests.house_rules.source import ROOT, Module, imports, modules

# Heavy, and only where a worker or an optional setting needs them.
LATE_IMPORTS = {"boto3"}

# Lower may not import higher. Inside a domain: models → queries → services, forms → views, tasks.
BASE = {"prm.permissions", "prm.extensions", "prm.errors"}
FILE_LEVELS = {"models": 0, "labels": 2, "queries": 2, "services": 3, "forms": 3, "views": 5, "tasks": 5}
TOP = {"prm", "prm.reactions", "prm.models", "prm.wsgi", "prm.shell", "prm.gate"}
# What composes a page out of other domains' queries.
COMPOSERS = {"prm.vendors.home"}
# A domain may import those before it in this order; the journal is written by all and imports none.
ORDER = {
    "journal": 0, "vendors": 1, "accounts": 2, "lists": 2, "partners": 3, "products": 4, "customers": 4,
    "training": 5, "marketing": 5, "deals": 5, "certification": 6, "revenue": 6, "imports": 7,
    "onboarding": 7, "attribution": 8, "reports": 9, "audits": 9, "notifications": 10, "search": 10,
    "bulk": 11, "operations": 12,
}  # fmt: skip


def domain_of(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "prm" and parts[1] in ORDER else None


def level_of(name: str) -> int | None:
    parts = name.split(".")
    return FILE_LEVELS.get(parts[2]) if len(parts) > 2 else None


def our_imports(module: Module) -> list[tuple[int, str]]:
    names = {m.name for m in modules()}
    return [(line, name) for line, name in imports(module.tree) if name in names and name != "prm"]


def test_imports_inside_a_domain_point_down() -> None:
    breaches = []
    for module in modules():
        domain, level = domain_of(module.name), level_of(module.name)
        for line, target in our_imports(module):
            target_level = level_of(target)
            if domain is None or level is None or target_level is None:
                continue
            too_high = (
                target_level > level if domain_of(target) == domain else level <= 2 and target_level >= 3
            )
            if too_high:
                breaches.append(f"{module.place}:{line} imports {target}")
    assert not breaches, (
        "models → queries → services, forms → views, tasks: move what is needed down.\n" + "\n".join(breaches)
    )


def test_views_belong_to_nobody() -> None:
    breaches = [
        f"{module.place}:{line} imports {target}"
        for module in modules()
        for line, target in our_imports(module)
        if level_of(target) == 5
        and module.name not in TOP
        and not module.name.startswith("prm.cli")
        and domain_of(module.name) != domain_of(target)
    ]
    assert not breaches, "Only create_app, reactions and commands import views or tasks.\n" + "\n".join(
        breaches
    )


def test_imports_between_domains_point_one_way() -> None:
    breaches = []
    for module in modules():
        domain = domain_of(module.name)
        if domain is None or module.name in COMPOSERS:
            continue
        for line, target in our_imports(module):
            other = domain_of(target)
            if other and other != domain and ORDER[other] >= ORDER[domain]:
                # A home page composes what others offer.
                if level_of(module.name) == 5 and level_of(target) in {0, 1, 2}:
                    continue
                if other == "vendors" and level_of(target) == 0:
                    continue  # every table points at vendor
                breaches.append(f"{module.place}:{line} imports {target}")
    assert not breaches, (
        "A domain imports only those before it (ORDER in this test); what follows from a change "
        "elsewhere belongs into prm/reactions.py.\n" + "\n".join(breaches)
    )


def test_infrastructure_knows_no_domain() -> None:
    above = ("prm.cli", "prm.shell", "prm.gate", "prm.reactions")
    breaches = [
        f"{module.place}:{line} imports {target}"
        for module in modules()
        if module.name.startswith("prm.infra") or module.name in BASE | {"prm.access"}
        for line, target in our_imports(module)
        if domain_of(target) or target.startswith(above)
    ]
    assert not breaches, "infra/ and access.py import no domain: hand the thing in.\n" + "\n".join(breaches)


def test_nothing_is_imported_inside_a_function() -> None:
    breaches = []
    for module in modules():
        for function in ast.walk(module.tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for line, name in imports(function):
                    if name.split(".")[0] not in LATE_IMPORTS:
                        breaches.append(f"{module.place}:{line} imports {name}")
    assert not breaches, "Import at the top of the module.\n" + "\n".join(sorted(set(breaches)))


def calls(module: Module, *names: str) -> list[str]:
    """Places where a method or function of one of these names is called."""
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in names:
                found.append(f"{module.place}:{node.lineno} {ast.unparse(node.func)}()")
    return found


def test_only_transaction_commits() -> None:
    breaches = [
        place
        for m in modules()
        if m.name != "prm.infra.db"
        for place in calls(m, "commit")
        if "session" in place
    ]
    assert not breaches, "Open transaction() at the edge instead.\n" + "\n".join(breaches)


def test_only_the_clock_knows_the_time() -> None:
    breaches = [
        place
        for m in modules()
        if m.name != "prm.infra.clock"
        for place in calls(m, "now", "utcnow", "today", "fromtimestamp")
        if not re.search(r" (clock|_clock)\.", place)
    ]
    assert not breaches, "Take the time from prm.infra.clock.\n" + "\n".join(breaches)


def test_nothing_below_the_edge_aborts_or_reads_the_request() -> None:
    request_bound = {"flask.request", "flask.g", "flask.session", "flask_login.current_user"}
    breaches = []
    for module in modules():
        level = level_of(module.name)
        if domain_of(module.name) is None or level is None or level > 3:
            continue
        breaches += calls(module, "abort")
        if not module.name.endswith("forms"):
            breaches += [
                f"{module.place}:{line} {name}"
                for line, name in imports(module.tree)
                if name in request_bound
            ]
    assert not breaches, "Raise a DomainError; the acting person travels as `actor`.\n" + "\n".join(breaches)


def test_sql_that_escapes_the_tenant_filter_stays_in_infra() -> None:
    breaches = []
    for module in modules():
        if module.name.startswith("prm.infra") or module.name == "prm.access":
            continue
        for node in ast.walk(module.tree):
            if (
                isinstance(node, ast.ImportFrom)
                and (node.module or "").startswith("sqlalchemy")
                and any(alias.name == "text" for alias in node.names)
            ):
                breaches.append(f"{module.place}:{node.lineno} imports text")
            if isinstance(node, ast.Attribute) and node.attr in {"__table__", "metadata"}:
                breaches.append(f"{module.place}:{node.lineno} {ast.unparse(node)}")
        breaches += calls(module, "from_statement", "exec_driver_sql")
    assert not breaches, (
        "text() and Core tables pass the tenant filter: select ORM attributes.\n" + "\n".join(breaches)
    )


def test_every_module_says_what_it_is_for() -> None:
    breaches = [m.place for m in modules() if not ast.get_docstring(m.tree)]
    assert not breaches, "Give the module a docstring: its purpose.\n" + "\n".join(breaches)


def test_the_project_speaks_of_itself_alone() -> None:
    words = re.compile(r"\b(claude|anthropic|llm|subagent|coding session)\b|/work/|\"/tmp/", re.IGNORECASE)
    breaches = []
    for folder in ("prm", "templates", "docs", "scripts", "migrations"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in {".py", ".html", ".md", ".txt", ".css", ".js", ""}:
                for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                    if words.search(line):
                        breaches.append(f"{path.relative_to(ROOT)}:{number}")
    assert not breaches, "Names of tools and paths of one machine do not belong here.\n" + "\n".join(breaches)
