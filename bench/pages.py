"""The ten busiest pages beside a hello-world page and a signed-in empty one: requests/s, p95, CPU, queries.

    .venv/bin/python bench/pages.py [--partners 10000] [--database postgresql] [--folder FOLDER]

All in one process and one run, so that the ratios hold on any machine: the pages are called as a web
server calls them (WSGI), one after the other, on the channel of `flask demo seed --partners N`. It is
made at the first run and kept in the folder (.make/bench); PostgreSQL is the suite's own, made anew.
Exits 1 where the list of partners costs more than LIMIT times the CPU of the empty page.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from flask import Flask, render_template_string
from flask_migrate import upgrade
from sqlalchemy import event, func, select
from werkzeug.test import EnvironBuilder

from prm import create_app
from prm.access import requires
from prm.accounts import sessions
from prm.accounts.models import User
from prm.audits.tasks import judge_partnerships
from prm.demo.scale import seed_scale
from prm.extensions import db
from prm.infra.db import serve_vendor, transaction
from prm.partners.models import Partnership
from prm.permissions import P
from prm.revenue.models import Order
from prm.vendors.models import Vendor

ROOT = Path(__file__).parents[1]
LIMIT = 3.0
SECONDS, MOST, WARM = 3.0, 60, 2
WHO = "admin@lumen.example"
EMPTY = "{% extends 'base.html' %}{% block page_title %}Empty{% endblock %}{% block content %}{% endblock %}"


@dataclass
class Measured:
    name: str
    rate: float
    p95_ms: float
    cpu_ms: float
    queries: int


def settings(folder: Path, url: str) -> dict[str, str]:
    return {
        "SECRET_KEY": "a secret key for measuring only, of 48 characters",
        "BASE_URL": "http://localhost",
        "DATA_DIR": str(folder),
        "DATABASE_URL": url,
        "RATE_LIMITS": "0",
        "LOG_LEVEL": "ERROR",
    }


def portal(folder: Path, kind: str, partners: int) -> Flask:
    """The portal on a channel of that size, with a page that shows nothing."""
    owner_url = app_url = ""
    if kind == "postgresql":
        from tests.servers import postgres_server

        database = postgres_server().create_database()
        owner_url, app_url = database.owner_url, database.app_url
    maker = create_app(settings(folder, owner_url))
    with maker.app_context():
        upgrade()
        if not db.session.scalar(select(func.count(Vendor.id))):
            started = perf_counter()
            counts = seed_scale(
                partners, 7, lambda words, _share: print(f"\r  {words:<50}", end="", file=sys.stderr)
            )
            print(
                f"\r{sum(counts.values()):,} rows made in {perf_counter() - started:.0f} s.", file=sys.stderr
            )
        for vendor_id in db.session.scalars(select(Vendor.id)).all():
            judge_partnerships(vendor_id)  # as the worker does each minute
        db.session.remove()
        db.engine.dispose()
    app = create_app(settings(folder, app_url))

    @app.get("/<slug:vendor>/bench/empty")
    @requires(P.VENDOR_HOME)
    def empty() -> str:
        return render_template_string(EMPTY)

    return app


def hello() -> Flask:
    app = Flask("hello")
    app.add_url_rule("/", "hello", lambda: "<!doctype html><title>Hello</title><p>Hello, world.")
    return app


def cookie_of(app: Flask) -> str:
    """The cookie of somebody who is signed in."""
    client = app.test_client()
    with app.app_context(), transaction():
        user = db.session.scalars(select(User).where(User.email_folded == WHO)).one()
        token = sessions.open_session(user).token
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    kept = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert kept is not None
    return f"{kept.key}={kept.value}"


def busiest(app: Flask) -> list[tuple[str, str]]:
    """(name, path) of ten pages; the story is of the partner with the most orders."""
    with app.app_context(), serve_vendor(1):
        largest = db.session.scalars(
            select(Partnership.public_id)
            .join(Order, Order.partnership_id == Partnership.id)
            .group_by(Partnership.id, Partnership.public_id)
            .order_by(func.count(Order.id).desc())
            .limit(1)
        ).one()
    return [
        ("home", "/lumen/"),
        ("partners", "/lumen/partners/"),
        ("partners, page 150", "/lumen/partners/?page=150"),
        ("one partner's story", f"/lumen/partners/{largest}"),
        ("people", "/lumen/accounts/people"),
        ("certificates", "/lumen/certification/"),
        ("marketing library", "/lumen/marketing/"),
        ("use of assets", "/lumen/marketing/usage"),
        ("deals", "/lumen/deals/"),
        ("orders", "/lumen/revenue/orders"),
    ]


def measure(
    name: str, app: Callable[..., Iterable[bytes]], path: str, cookie: str, counted: list[int]
) -> Measured:
    """Call a page for some seconds. Raises RuntimeError where it does not answer 200."""

    def call() -> None:
        environ = EnvironBuilder(path, base_url="http://localhost", headers={"Cookie": cookie}).get_environ()
        status: list[str] = []

        def start(line: str, _headers: Any, _error: Any = None) -> Callable[[bytes], object]:
            status.append(line)
            return lambda _block: None

        answer = app(environ, start)
        for _block in answer:
            pass
        if hasattr(answer, "close"):
            answer.close()
        if not status[0].startswith("200"):
            raise RuntimeError(f"{path} answered {status[0]}")

    begun = perf_counter()
    for _ in range(WARM):
        counted[0] = 0
        call()
        if perf_counter() - begun > SECONDS:
            break  # so slow a page needs no more warming
    queries, times = counted[0], []
    cpu, started = process_time(), perf_counter()
    while len(times) < MOST and (perf_counter() - started < SECONDS or not times):
        begun = perf_counter()
        call()
        times.append(perf_counter() - begun)
    cpu_ms = (process_time() - cpu) / len(times) * 1000
    times.sort()
    p95 = times[min(len(times) - 1, round(0.95 * len(times)))]
    return Measured(name, len(times) / sum(times), p95 * 1000, cpu_ms, queries)


def show(row: Measured, rows: list[Measured]) -> None:
    """A line of the table, as soon as it is known."""
    base, empty = rows[0].cpu_ms, rows[min(1, len(rows) - 1)].cpu_ms
    print(
        f"{row.name:<24}{row.rate:>9.1f}{row.p95_ms:>9.1f}{row.cpu_ms:>9.2f}{row.cpu_ms / base:>9.1f}"
        f"{row.cpu_ms / empty:>9.2f}{row.queries:>9}",
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--partners", type=int, default=10_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--folder", type=Path, default=ROOT / ".make" / "bench")
    parser.add_argument("--only", metavar="PAGE", help="only this page, beside the two it is compared with")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    app = portal(options.folder, options.database, options.partners)
    counted = [0]
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *_: counted.__setitem__(0, counted[0] + 1))
    cookie = cookie_of(app)
    pages = [
        ("hello, world", hello(), "/"),
        ("signed in, empty", app, "/lumen/bench/empty"),
        *((name, app, path) for name, path in busiest(app) if not options.only or options.only == name),
    ]
    rows: list[Measured] = []
    print(f"{options.database}, {options.partners:,} partnerships, one process")
    print(f"{'page':<24}{'req/s':>9}{'p95 ms':>9}{'CPU ms':>9}{'x hello':>9}{'x empty':>9}{'queries':>9}")
    for name, served, path in pages:
        rows.append(measure(name, served, path, cookie, counted))
        show(rows[-1], rows)
    if options.only not in (None, "partners"):
        return 0
    share = next(row for row in rows if row.name == "partners").cpu_ms / rows[1].cpu_ms
    print(f"\nThe list of partners costs {share:.2f} times the CPU of the empty page (limit {LIMIT}).")
    return 0 if share <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
