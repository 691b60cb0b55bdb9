"""/metrics: nothing without the token, nothing of a tenant with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

import config
from prm.access import system_actor
from prm.accounts.mailbox import queue_mail
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.jobs import job, sweep
from prm.operations.services.backups import create_backup
from prm.permissions import Role
from tests.conftest import ROOT, settings
from tests.factories import World
from tests.factories.certification import issue, make_scheme
from tests.factories.revenue import csv_of, import_file
from tests.factories.training import make_course
from tests.operations.installation import installation, put_postgresql_on_path

TOKEN = "a-token-for-the-scraper"


@pytest.fixture
def site(tmp_path: Path, database_kind: str) -> Iterator[Flask]:
    with installation(tmp_path, database_kind, METRICS_TOKEN=TOKEN) as app:
        yield app


def scrape(app: Flask, token: str = TOKEN) -> tuple[int, str]:
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.text


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_jobs_mails_and_the_database_are_measured(site: Flask) -> None:
    world = World(site)
    vendor = world.vendor("zebra-works")
    admin = world.user(Role.VENDOR_ADMIN, vendor=vendor)
    scheme = make_scheme(world, vendor, make_course(world, vendor))
    issue(world, vendor, scheme, admin)
    before = samples(scrape(site)[1])
    with site.app_context(), transaction():
        queue_mail(system_actor(None), "somebody@example.com", "Hello", "Body")
    client = world.client(admin)
    for _ in range(3):
        assert client.get("/zebra-works/partners/").status_code == 200
    client.get("/zebra-works/nothing-here")
    status, text = scrape(site)
    assert status == 200
    after = samples(text)
    key = ("prm_requests_total", (("endpoint", "partners.index"), ("method", "GET"), ("status", "200")))
    assert after[key] - before.get(key, 0) == 3
    timed = ("prm_request_seconds_count", (("endpoint", "partners.index"),))
    assert after[timed] - before.get(timed, 0) == 3
    assert after["prm_jobs_due", (("kind", "certificate_file"),)] == 0
    assert sum(value for (name, _), value in after.items() if name == "prm_mails") == 1
    assert after["prm_database_bytes", ()] > 10_000
    assert "zebra" not in text and "example.com" not in text, "a tenant shows"


@job
def break_down() -> None:
    raise RuntimeError("a job that fails")


def test_jobs_count_by_how_they_ended(site: Flask) -> None:
    world = World(site)
    vendor = world.vendor("zebra-works")
    before = samples(scrape(site)[1])
    scheme = make_scheme(world, vendor, make_course(world, vendor))
    issue(world, vendor, scheme, world.user(Role.VENDOR_ADMIN, vendor=vendor))
    with pytest.raises(RuntimeError, match="a job that fails"):
        break_down.enqueue(site)
    sweep(site)
    after = samples(scrape(site)[1])
    for name, outcome in (
        ("prm.certification.tasks.render_file", "done"),
        ("tests.operations.test_metrics.break_down", "failed"),
        ("prm.notifications.tasks.remind_of_dates", "done"),
    ):
        key = ("prm_jobs_total", (("name", name), ("outcome", outcome)))
        assert after[key] - before.get(key, 0) == 1, name


def test_imported_lines_count_by_what_became_of_them(site: Flask) -> None:
    world = World(site)
    vendor = world.vendor("zebra-works")
    before = samples(scrape(site)[1])
    rows = [{"external_id": f"P-{n}", "name": f"Zebra {n}" if n else ""} for n in range(4)]
    import_file(world, vendor, "partners", csv_of(rows))
    status, text = scrape(site)
    after = samples(text)
    for outcome, number in (("inserted", 3), ("rejected", 1)):
        key = ("prm_import_rows_total", (("kind", "partners"), ("outcome", outcome)))
        assert after[key] - before.get(key, 0) == number
    assert status == 200 and "Zebra" not in text


def test_the_age_of_the_last_backup_is_known(
    site: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_postgresql_on_path(monkeypatch)
    assert samples(scrape(site)[1])["prm_last_backup_age_seconds", ()] == float("inf")
    with site.app_context():
        create_backup(tmp_path / "backup.tar")
    with clock.travel(clock.now() + timedelta(hours=3)):
        age = samples(scrape(site)[1])["prm_last_backup_age_seconds", ()]
    assert 3 * 3600 <= age < 3 * 3600 + 60


def test_every_metric_is_in_the_manual(site: Flask) -> None:
    manual = (ROOT / "docs" / "operations.md").read_text()
    exposed = {family.name for family in text_string_to_metric_families(scrape(site)[1])}
    families = {name for name in exposed if not name.endswith("_created")}  # when a count began
    names = {name for family in families for name in (family, f"{family}_total") if f"`{name}`" in manual}
    assert {name.removesuffix("_total") for name in names} == families, "say in docs/operations.md what it is"


def test_without_the_token_there_is_nothing(site: Flask, app: Flask) -> None:
    for wrong in ("", "wrong", TOKEN + "x"):
        assert scrape(site, wrong)[0] == 404
    assert site.test_client().get("/metrics").status_code == 404
    assert scrape(app)[0] == 404
    assert scrape(app, "")[0] == 404


def test_several_processes_need_a_place_to_add_up(tmp_path: Path) -> None:
    several = settings(tmp_path, METRICS_TOKEN=TOKEN, WEB_PROCESSES="2", REDIS_URL="redis://127.0.0.1")
    with pytest.raises(config.SettingError, match="PROMETHEUS_MULTIPROC_DIR"):
        config.load(several)
    loaded = config.load({**several, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)})
    assert loaded["METRICS_FOLDER"] == str(tmp_path)
