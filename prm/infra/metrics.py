"""Requests, jobs and imported rows counted, for Prometheus; nothing is unless METRICS_TOKEN is set.

Labels are endpoints, methods, statuses, names of jobs, kinds of imports: nothing of a tenant. Counts are
one process's, so `flask serve` gives the web processes and the worker a folder in which they add them
up (PROMETHEUS_MULTIPROC_DIR, the client library's own variable).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from flask import Flask, Response, current_app, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from prm.infra import clock

_REGISTRY = CollectorRegistry()
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REQUESTS = Counter(
    "prm_requests_total", "Requests answered.", ["endpoint", "method", "status"], registry=_REGISTRY
)
SECONDS = Histogram(
    "prm_request_seconds",
    "Time from the request's arrival to its answer.",
    ["endpoint"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=_REGISTRY,
)
JOBS = Counter(
    "prm_jobs_total",
    "Background jobs and minute's rounds that ended.",
    ["name", "outcome"],
    registry=_REGISTRY,
)
IMPORT_ROWS = Counter(
    "prm_import_rows_total", "Lines of imports that were applied.", ["kind", "outcome"], registry=_REGISTRY
)


def init_app(app: Flask) -> None:
    if app.config["METRICS_TOKEN"]:
        app.after_request(_count)


def count_job(app: Flask, name: str, outcome: str) -> None:
    """A job, or a sweeper's round, came to an end: "done" or "failed"."""
    if app.config["METRICS_TOKEN"]:
        JOBS.labels(name, outcome).inc()


def count_import_rows(app: Flask, kind: str, outcomes: Mapping[str, int]) -> None:
    """The lines of an import that was applied, by what became of them."""
    if app.config["METRICS_TOKEN"]:
        for outcome, number in outcomes.items():
            IMPORT_ROWS.labels(kind, outcome).inc(number)


def is_allowed() -> bool:
    """Whether the request bears the token (Authorization: Bearer …)."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = str(current_app.config["METRICS_TOKEN"])
    return kind.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), wanted.encode())


def expose(gauges: list[tuple[str, str, dict[str, float] | float]]) -> bytes:
    """The text format: what was counted, and (name, help, value or values by kind) measured just now."""
    if current_app.config["METRICS_FOLDER"]:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)
    else:
        counted = _REGISTRY
    measured = CollectorRegistry()
    for name, words, value in gauges:
        if isinstance(value, dict):
            gauge = Gauge(name, words, ["kind"], registry=measured)
            for kind, each in value.items():
                gauge.labels(kind).set(each)
        else:
            Gauge(name, words, registry=measured).set(value)
    return generate_latest(counted) + generate_latest(measured)


def answer(content: bytes) -> Response:
    return Response(content, content_type=CONTENT_TYPE_LATEST)


def _count(response: Response) -> Response:
    # A rule's name, never a path: paths hold slugs and ids.
    endpoint = request.endpoint or "(none)"
    method = request.method if request.method in _METHODS else "(other)"
    REQUESTS.labels(endpoint, method, str(response.status_code)).inc()
    started = g.get("started")
    if started is not None:
        SECONDS.labels(endpoint).observe(clock.monotonic() - started)
    return response
