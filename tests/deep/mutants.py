"""Every guard and tenant filter of the portal, found by syntax tree, and how to weaken each.

A mutant is applied to the running application of a forked process: the code of one function is
replaced, a cell of the permission table raised, the mark of a view exchanged, or one model taken
out of the tenant filter.
"""

from __future__ import annotations

import ast
import builtins
import gc
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event, true
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from prm import access, permissions
from prm.access import mark_of
from prm.extensions import db
from prm.infra import db as infra
from prm.permissions import TABLE, P, Reach, Role

ROOT = Path(__file__).resolve().parents[2]
# Commands and the demo are no way in from outside; access.py is what the table's mutants go through.
LEFT_OUT = ("prm/cli", "prm/demo", "prm/infra", "prm/translations", "prm/access.py", "prm/permissions.py")
OF_ACTOR = {"vendor_id", "user_id", "partnership_id", "partner_id", "region_ids", "membership_id"}
FILTERS = {"within_reach", "or_mine", "reachable"}


@dataclass(frozen=True)
class Mutant:
    """`touches` says which cases can notice: ("function", …), ("mark", endpoint), ("cell", role,
    permission) or ("model", name)."""

    kind: str
    place: str
    text: str
    touches: tuple[str, ...]
    apply: Callable[[Flask], None]
    at: str = ""  # file and function: what stays when lines move

    def __str__(self) -> str:
        return f"{self.kind:12} {self.place}  {self.text[:240]}"


# -- code of functions -------------------------------------------------------------------------


@dataclass(frozen=True)
class Site:
    """One place in the source: the function around it, and the tree with it weakened."""

    kind: str
    path: Path
    line: int
    function: str
    text: str
    index: int


def weaken(value: Any) -> Any:
    """What a comparison becomes: true, as a criterion of SQL or in Python."""
    return True if isinstance(value, bool) else true()


setattr(builtins, "__prm_weaken__", weaken)  # noqa: B010
setattr(builtins, "__prm_all__", true)  # noqa: B010


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_actor(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr in OF_ACTOR
        and isinstance(node.value, ast.Name)
        and node.value.id == "actor"
    )


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


class Weakening(ast.NodeTransformer):
    """Finds the places (`wanted` None), or weakens the one of that number."""

    def __init__(self, path: Path, wanted: int | None = None) -> None:
        self.wanted, self.count = wanted, 0
        # In views, can() decides what a page offers; what it leads to has its own guard.
        self.chooses_rows = "views" not in path.relative_to(ROOT).as_posix()
        self.found: list[tuple[str, int, str, str]] = []
        self._inside: list[str] = []
        self._is_nested = False

    def _here(self, kind: str, node: ast.AST) -> bool:
        """Count a place; whether it is the one to weaken."""
        number = self.count
        self.count += 1
        if self._inside:
            text = " ".join(ast.unparse(node).split())
            self.found.append((kind, node.lineno, self._inside[0], text))  # type: ignore[attr-defined]
        else:
            self.found.append(("", 0, "", ""))
        return number == self.wanted

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        outer = self._inside
        self._inside = outer or [".".join([*self._classes, node.name])]
        node.body = [self.visit(statement) for statement in node.body]
        self._inside = outer
        return node

    _classes: list[str] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        before, self._classes = self._classes, [*self._classes, node.name]
        self.generic_visit(node)
        self._classes = before
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = _name(node.func)
        if called == "visible" and node.args and self._here("visible", node):
            return node.args[0]
        if called in FILTERS and self._here("filter", node):
            return _call("__prm_all__")
        is_test = called == "can" and _name(getattr(node.func, "value", node.func)) == "actor"
        if is_test and self.chooses_rows and self._here("can", node):
            return ast.Constant(True)
        if called == "in_" and any(_is_actor(part) for part in ast.walk(node)) and self._here("actor", node):
            return _call("__prm_all__")
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        sides = [node.left, *node.comparators]
        if any(_name(side) == "ALL" and "Reach" in ast.unparse(side) for side in sides) and self._here(
            "reach", node
        ):
            return ast.Constant(True)
        is_test = isinstance(node.ops[0], ast.Is | ast.IsNot)
        if not is_test and any(_is_actor(side) for side in sides) and self._here("actor", node):
            return _call("__prm_weaken__", node)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        is_guard = isinstance(node.value, ast.Call) and _name(node.value.func) in {"require", "enforce"}
        if is_guard and self._here("require", node):
            return ast.Pass()
        self.generic_visit(node)
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if raised is not None and _name(raised) in {"Forbidden", "NotFound"} and self._here("refusal", node):
            return ast.Pass()
        self.generic_visit(node)
        return node


def sources() -> Iterator[Path]:
    for path in sorted((ROOT / "prm").rglob("*.py")):
        if not path.relative_to(ROOT).as_posix().startswith(LEFT_OUT):
            yield path


def sites() -> list[Site]:
    found = []
    for path in sources():
        finder = Weakening(path)
        finder.visit(ast.parse(path.read_text()))
        found += [
            Site(kind, path, line, function, text, index)
            for index, (kind, line, function, text) in enumerate(finder.found)
            if kind
        ]
    return found


def live_functions() -> dict[tuple[str, str], list[types.FunctionType]]:
    """Every function of the portal that this process holds, by file and qualified name."""
    found: dict[tuple[str, str], list[types.FunctionType]] = {}
    gc.unfreeze()  # prm/infra/startup.py hides what was imported from the collector
    for each in gc.get_objects():
        if isinstance(each, types.FunctionType) and "/prm/" in each.__code__.co_filename:
            found.setdefault((each.__code__.co_filename, each.__code__.co_qualname), []).append(each)
    return found


def codes_in(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from codes_in(constant)


def replace_code(tree: ast.Module, path: Path, *functions: str) -> None:
    """Give running functions of `path` the code that they have in `tree`, and those that were made inside
    them before: a function that another returned when its module was read runs on by itself.

    Raises LookupError where this process holds no such function.
    """
    running = live_functions()
    for function in functions:
        if (str(path), function) not in running:
            raise LookupError(f"{path}: no function {function}")
    _keep_names(tree, path, functions, running)
    for code in codes_in(_compiled(tree, path)):
        if code.co_qualname.partition(".<locals>.")[0] in functions:
            for each in running.get((str(path), code.co_qualname), ()):
                if each.__code__.co_freevars == code.co_freevars:  # two lambdas may share a name
                    each.__code__ = code


def _compiled(tree: ast.Module, path: Path) -> types.CodeType:
    return compile(ast.fix_missing_locations(tree), str(path), "exec", dont_inherit=True, flags=_FUTURE)


def _keep_names(tree: ast.Module, path: Path, functions: tuple[str, ...], running: Any) -> None:
    """Let inner functions name whatever of the outer they named: only then can their code be exchanged."""
    codes = {code.co_qualname: code for code in codes_in(_compiled(tree, path))}
    for name, node in list(_functions(tree)):
        if ".<locals>." in name and name.partition(".<locals>.")[0] in functions:
            before = {v for each in running.get((str(path), name), ()) for v in each.__code__.co_freevars}
            lost = sorted(before - set(codes[name].co_freevars))
            if lost:
                names: list[ast.stmt] = [ast.Expr(ast.Name(each, ast.Load())) for each in lost]
                node.body.insert(0, ast.If(ast.Constant(False), names, []))


def _functions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function in a tree by its qualified name, the outer before the inner."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield prefix + child.name, child
            yield from _functions(child, f"{prefix}{child.name}.<locals>.")
        else:
            inside = f"{prefix}{child.name}." if isinstance(child, ast.ClassDef) else prefix
            yield from _functions(child, inside)


_FUTURE = 0  # every module has its own `from __future__ import annotations`


def of_site(site: Site) -> Mutant:
    def apply(app: Flask) -> None:
        tree = Weakening(site.path, site.index).visit(ast.parse(site.path.read_text()))
        replace_code(tree, site.path, site.function)

    path = site.path.relative_to(ROOT)
    touches = ("function", str(site.path), site.function)
    return Mutant(site.kind, f"{path}:{site.line}", site.text, touches, apply, f"{path} {site.function}")


def insert_probes(found: list[Site], note: Callable[[str, str], None]) -> None:
    """Let every function with a place in it say when it runs."""
    setattr(builtins, "__prm_probe__", note)  # noqa: B010
    for path in {site.path for site in found}:
        wanted = {site.function for site in found if site.path == path}
        tree = ast.parse(path.read_text())
        for name, node in list(_functions(tree)):
            outermost = name.partition(".<locals>.")[0]
            if outermost in wanted:
                call = _call("__prm_probe__", ast.Constant(str(path)), ast.Constant(outermost))
                node.body.insert(0, ast.Expr(call))
        replace_code(tree, path, *wanted)


# -- the table and the marks -----------------------------------------------------------------------


def of_table() -> Iterator[Mutant]:
    for permission, row in TABLE.items():
        for role, reach in row.items():
            if reach is Reach.ALL:
                continue

            def apply(app: Flask, row: dict[Role, Reach] = row, role: Role = role) -> None:
                row[role] = Reach.ALL

            text = f"{permission} of {role.value}: {reach.name} → ALL"
            yield Mutant("table", "prm/permissions.py", text, ("cell", role.value, permission.value), apply)


def of_marks(app: Flask) -> Iterator[Mutant]:
    """Each view's permission: exchanged for what everybody has, and for the least that lets more in."""
    allowed = {p: {r for r, reach in row.items() if reach is not Reach.NO} for p, row in TABLE.items()}
    for endpoint, view in sorted(app.view_functions.items()):
        mark = mark_of(view)
        if not isinstance(mark, P) or mark is P.VENDOR_HOME:
            continue
        wider = sorted((len(roles), p) for p, roles in allowed.items() if roles > allowed[mark])
        for other in dict.fromkeys([P.VENDOR_HOME, *([wider[0][1]] if wider else [])]):
            if allowed[other] == allowed[mark]:
                continue

            def apply(app: Flask, endpoint: str = endpoint, other: P = other) -> None:
                setattr(app.view_functions[endpoint], access._MARK, other)
                access.refuse_unmarked(app)

            text = f"@requires({mark}) → {other}"
            yield Mutant("mark", endpoint, text, ("mark", endpoint), apply)


# -- the tenant filter -------------------------------------------------------------------------


def of_models() -> Iterator[Mutant]:
    """Each vendor-owned model without its tenant filter.

    visible() names the vendor once more, so that either would hide the loss of the other: both go.
    """
    owned = sorted(
        (m.class_ for m in db.Model.registry.mappers if issubclass(m.class_, infra.VendorOwned)),
        key=lambda model: model.__name__,
    )
    for model in owned:

        def apply(app: Flask, model: Any = model, owned: Any = tuple(owned)) -> None:
            event.remove(Session, "do_orm_execute", infra._apply_tenant_scope)
            event.listen(Session, "do_orm_execute", _scope_without(model, owned))
            _trust_the_filter()

        place = f"prm/{model.__module__.split('.')[1]}/models.py"
        yield Mutant(
            "tenant", place, f"{model.__name__} without its tenant filter", ("model", model.__name__), apply
        )


def _scope_without(left_out: Any, owned: tuple[Any, ...]) -> Callable[[ORMExecuteState], None]:
    def scope(state: ORMExecuteState) -> None:
        vendor_id = state.session.info.get("vendor_id")
        if vendor_id is None or state.is_insert or state.is_column_load:
            infra._apply_tenant_scope(state)
            return
        every = state.execution_options.get("every_vendor")
        options = [
            with_loader_criteria(model, lambda cls: cls.vendor_id == vendor_id, include_aliases=True)
            for model in owned
            if model is not left_out
        ]
        if not every:
            at_vendor = [m.class_ for m in db.Model.registry.mappers if issubclass(m.class_, infra.AtVendor)]
            options += [
                with_loader_criteria(
                    model,
                    lambda cls: cls.at_vendor_id.is_(None) | (cls.at_vendor_id == vendor_id),
                    include_aliases=True,
                )
                for model in at_vendor
            ]
        state.statement = state.statement.options(*options)

    return scope


def _trust_the_filter() -> None:
    """Let visible() leave the vendor to the tenant filter."""
    path = ROOT / "prm" / "access.py"
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        is_filter = isinstance(node, ast.FunctionDef) and node.name == "within_reach"
        for part in ast.walk(node) if is_filter else ():
            if isinstance(part, ast.Return) and "vendor_id" in ast.unparse(part):
                part.value = _call("__prm_all__")
    replace_code(tree, path, "within_reach")


def watch_models(note: Callable[[str], None]) -> None:
    """Say of every statement which vendor-owned models it reads."""

    @event.listens_for(Session, "do_orm_execute")
    def _note(state: ORMExecuteState) -> None:
        for mapper in state.all_mappers:
            note(mapper.class_.__name__)
        for table in _tables_of(state.statement):
            note(table)


def _tables_of(statement: Any) -> Iterator[str]:
    by_table = {m.local_table.name: m.class_.__name__ for m in db.Model.registry.mappers}
    for each in statement.froms if hasattr(statement, "froms") else ():
        for part in each._from_objects:
            name = getattr(part, "name", "")
            if name in by_table:
                yield by_table[name]


def watch_cells(note: Callable[[Role | None, P], None]) -> None:
    """Say which cells of the table are read."""
    original = permissions.reach_of

    def reach_of(role: Role | None, permission: P) -> Reach:
        note(role, permission)
        return original(role, permission)

    access.reach_of = reach_of


def all_mutants(app: Flask) -> list[Mutant]:
    return [*of_table(), *of_marks(app), *map(of_site, sites()), *of_models()]
