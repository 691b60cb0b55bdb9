"""Weaken every guard and tenant filter, one at a time: one of the oracles must notice.

`tests/deep/guards` runs it. A line per mutant, then "removed N, caught N"; the exit status is 0 only
if all that were removed were caught, but for those that EQUIVALENT gives a reason for.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import escape
from sqlalchemy import create_engine

from prm.access import mark_of
from prm.extensions import db
from prm.infra import chart_drawing
from prm.infra.db import prepare_engine
from tests.access.calls import call_of
from tests.access.matrix import MATRIX, ROLES
from tests.access.oracles import MIRRORED, STRANGERS, Asking
from tests.access.site import Site, open_site
from tests.access.snapshots import SqliteSnapshot
from tests.deep.equivalent import BY_TESTS, EQUIVALENT, asked_again, behind_the_marks, of_the_whole_vendor
from tests.deep.mutants import Mutant, all_mutants, insert_probes, sites, watch_cells, watch_models
from tests.deep.weakened import run_tests
from tests.servers import smtp_sink

SECONDS_PER_MUTANT = 200  # of computing
WALL_SECONDS_PER_MUTANT = 900


@dataclass(frozen=True)
class Case:
    """One question to the portal and its oracles."""

    oracle: str
    key: tuple[str, str]
    role: str

    def run(self, site: Site) -> list[str]:
        asking = Asking(site, MATRIX[self.key])
        if self.oracle == "mirrored":
            return asking.cell(self.role, tenant=site.two.globex)
        if self.oracle == "dual":
            return [p for tenant in site.two.tenants for p in asking.dual(tenant)]
        found: list[str] = getattr(asking, self.oracle)(self.role)
        return found


def all_cases(site: Site, at: str = "") -> Iterator[Case]:
    for line in MATRIX.values():
        if at and not line.endpoint.startswith(tuple(at.split(","))):
            continue
        has_vendor = Asking(site, line).has_vendor
        yield from (Case("cell", line.key, role) for role in ROLES)
        yield from (Case("twins", line.key, role) for role in ROLES)
        yield from (Case("others", line.key, who) for who, *_ in call_of(*line.key).others)
        yield from (Case("viewed", line.key, who) for who in Asking(site, line).onlookers())
        if has_vendor:
            yield from (Case("stranger", line.key, role) for role in STRANGERS)
        if line.is_change:
            yield from (Case("body_twins", line.key, role) for role in ROLES if line[role] == "ok")
            makers = {role for roles, *_ in call_of(*line.key).afterwards for role in roles}
            yield from (Case("afterwards", line.key, role) for role in sorted(makers))
        else:
            yield from (Case("links", line.key, role) for role in ROLES if line[role] == "ok")
            yield from (Case("mirrored", line.key, role) for role in MIRRORED)
            yield Case("dual", line.key, "dual")
            yield from (
                Case("undisturbed", line.key, role) for role in Asking(site, line).undisturbed_roles()
            )


class Index:
    """Which cases touch what: learned by running each once on the portal as it is."""

    def __init__(self) -> None:
        self.touched: dict[tuple[str, ...], list[Case]] = {}
        self.left_out: dict[Case, list[str]] = {}
        self._now: set[tuple[str, ...]] = set()

    def learn(self, site: Site, at: str = "") -> int:
        watch_cells(
            lambda role, permission: self._now.add(("cell", role.value if role else "", permission.value))
        )
        watch_models(lambda model: self._now.add(("model", model)))
        insert_probes(sites(), lambda path, function: self._now.add(("function", path, function)))
        count = 0
        for case in all_cases(site, at):
            self._now = {("mark", case.key[0])}
            count += 1
            if problems := case.run(site):
                self.left_out[case] = problems
                continue
            for what in self._now:
                self.touched.setdefault(what, []).append(case)
        return count

    def endpoints_of(self, mutant: Mutant) -> set[str]:
        """The addresses that led to what a mutant weakens: by themselves, not by a link on their page."""
        return {
            case.key[0]
            for case in self.touched.get(mutant.touches, ())
            if case.oracle not in {"links", "afterwards"}
        }

    def cases_for(self, site: Site, mutant: Mutant) -> list[Case]:
        """Those that can notice: first at the addresses the guard is for, then the others in turn."""
        found = list(self.touched.get(mutant.touches, []))
        random.Random(0).shuffle(found)
        views = site.app.view_functions
        seen: Counter[tuple[str, str]] = Counter()
        order: dict[Case, tuple[bool, bool, int]] = {}
        for case in found:
            seen[case.key] += 1
            is_marked = mutant.touches[0] == "cell" and mark_of(views[case.key[0]]) == mutant.touches[2]
            is_near = f"prm/{case.key[0].split('.')[0]}/" in mutant.place
            order[case] = (not (is_marked or is_near), case.oracle == "stranger", seen[case.key])
        return sorted(found, key=order.__getitem__)


def try_mutant(site: Site, mutant: Mutant, cases: list[Case]) -> dict[str, Any]:
    """In a process of its own: weaken, ask, stop at the first oracle that notices."""
    reader, writer = os.pipe()
    site.snapshot.close()
    child = os.fork()
    if child == 0:
        os.close(reader)
        outcome: dict[str, Any] = {"outcome": "missed", "asked": 0}
        try:
            signal.setitimer(signal.ITIMER_PROF, SECONDS_PER_MUTANT)
            signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS_PER_MUTANT)
            outcome = _ask(site, mutant, cases)
        except BaseException as error:
            outcome = {"outcome": "broken", "why": f"{type(error).__name__}: {error}"}
        with os.fdopen(writer, "w") as stream:
            json.dump(outcome, stream)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        told = stream.read()
    os.waitpid(child, 0)
    found: dict[str, Any] = json.loads(told) if told else {"outcome": "missed", "why": "out of time"}
    return found


def _ask(site: Site, mutant: Mutant, cases: list[Case]) -> dict[str, Any]:
    site.opened.clear()  # what its links led to before
    with smtp_sink() as sink:
        site.sink = sink
        site.app.config["SMTP_URL"] = sink.url
        site.snapshot.restore()
        site.snapshot._open()
        try:
            mutant.apply(site.app)
        except Exception as error:
            return {"outcome": "start-up", "why": f"{type(error).__name__}: {error}"}
        for number, case in enumerate(cases, 1):
            if problems := case.run(site):
                return {"outcome": "caught", "by": problems[0], "asked": number}
        return {"outcome": "missed", "asked": len(cases)}


def spell_out_charts() -> None:
    """Show a chart's rows as text: the engine that draws lives in a thread, which no fork takes along."""
    chart_drawing._svg = lambda specification: (  # type: ignore[assignment]
        f'<svg width="400" height="100"><text font-size="10">{escape(specification)}</text></svg>'
    )


def work(
    site: Site,
    folder: Path,
    mutants: list[tuple[int, Mutant]],
    every: list[Mutant],
    index: Index,
    results: Any,
    ask_all: bool,
) -> None:
    """One worker: a database of its own, a process for each of its mutants."""
    folder.mkdir()
    live = folder / "prm.sqlite"
    kept = site.snapshot.kept
    engine = create_engine(f"sqlite:///{live}", **site.app.config["SQLALCHEMY_ENGINE_OPTIONS"])
    prepare_engine(engine)
    db._app_engines[site.app][None] = engine
    before = site.snapshot._before
    site.snapshot = SqliteSnapshot(live, engine.dispose)
    shutil.copy(kept, live)
    shutil.copy(kept, site.snapshot.kept)
    site.snapshot._before = before
    for number, mutant in mutants:
        started = time.monotonic()
        marks = {mark_of(site.app.view_functions[each]) for each in index.endpoints_of(mutant)}
        # Asking in vain takes every question there is: what has its reason is asked on demand only.
        reason = of_the_whole_vendor(mutant) or EQUIVALENT.of(mutant) or behind_the_marks(mutant, marks)
        if reason and not ask_all:
            results.put((number, {"outcome": "equivalent", "why": reason}, 0.0))
            continue
        if tests := BY_TESTS.of(mutant):
            results.put((number, run_tests(mutant, tests), time.monotonic() - started))
            continue
        outcome = try_mutant(site, mutant, index.cases_for(site, mutant))
        if outcome["outcome"] == "missed" and not outcome.get("why"):
            reason = reason or asked_again(mutant, every, index.endpoints_of)
            if reason:
                outcome = {"outcome": "equivalent", "why": reason}
        elif outcome["outcome"] == "caught" and reason:
            outcome = {"outcome": "explained", "why": f"caught, though: {reason}"}
        results.put((number, outcome, time.monotonic() - started))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="mutants whose line contains one of these, by commas")
    parser.add_argument("--at", default="", help="ask at endpoints that begin with one of these only")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--missed", action="store_true", help="print the missed ones alone")
    parser.add_argument("--all", action="store_true", help="ask about those that have a reason, too")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="prm-mutation-"))
    started = time.monotonic()
    with open_site(folder / "site") as site:
        every = list(all_mutants(site.app))
        mutants = [m for m in every if any(part in str(m) for part in options.only.split(","))]
        spell_out_charts()
        index = Index()
        count = index.learn(site, options.at)
        print(
            f"{count} questions asked of the portal as it is ({time.monotonic() - started:.0f} s).",
            flush=True,
        )
        for case, problems in index.left_out.items():
            print(f"left out, because it fails already: {case}: {problems[0]}")
        site.snapshot.restore()
        site.snapshot.close()
        outcomes = run_all(site, folder, mutants, every, index, options)
    shutil.rmtree(folder, ignore_errors=True)
    return report(mutants, every, outcomes, time.monotonic() - started)


def run_all(
    site: Site,
    folder: Path,
    mutants: list[Mutant],
    every: list[Mutant],
    index: Index,
    options: argparse.Namespace,
) -> dict[int, dict[str, Any]]:
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    numbered = list(enumerate(mutants))
    running = [
        context.Process(
            target=work,
            args=(
                site,
                folder / f"worker{n}",
                numbered[n :: options.workers],
                every,
                index,
                results,
                options.all,
            ),
        )
        for n in range(options.workers)
    ]
    for process in running:
        process.start()
    outcomes: dict[int, dict[str, Any]] = {}
    while len(outcomes) < len(mutants):
        number, outcome, seconds = results.get(timeout=3600)
        outcomes[number] = outcome
        mutant = mutants[number]
        if not options.missed or outcome["outcome"] not in {"caught", "equivalent"}:
            why = outcome.get("by") or outcome.get("why") or f"{outcome.get('asked')} asked"
            print(f"{outcome['outcome']:10} {mutant}  [{seconds:.1f} s] {why[:200]}", flush=True)
    for process in running:
        process.join()
    return outcomes


def report(
    mutants: list[Mutant], every: list[Mutant], outcomes: dict[int, dict[str, Any]], seconds: float
) -> int:
    counts = Counter(outcome["outcome"] for outcome in outcomes.values())
    print()
    for kind in sorted({m.kind for m in mutants}):
        of_kind = Counter(outcomes[n]["outcome"] for n, m in enumerate(mutants) if m.kind == kind)
        print(f"  {kind:10} " + ", ".join(f"{name} {count}" for name, count in sorted(of_kind.items())))
    for entry in [*EQUIVALENT.unused(every), *BY_TESTS.unused(every)]:
        print(f"no such mutant any more, take it out of its table in tests/deep: {entry}")
    removed = counts["caught"] + counts["missed"] + counts["broken"] + counts["explained"]
    print(
        f"removed {removed}, caught {counts['caught']} "
        f"(besides: {counts['equivalent']} without effect, with their reasons; "
        f"{counts['start-up']} failed at start-up) in {seconds:.0f} s"
    )
    return 0 if removed == counts["caught"] else 1


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
