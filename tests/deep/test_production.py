"""The portal at its largest: two web processes and two workers on PostgreSQL, Redis and an S3 store."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from prm import create_app
from prm.certification.models import Certificate, CertificateFile
from prm.extensions import db
from prm.infra import storage
from prm.infra.db import serve_vendor
from prm.journal.queries import get_heads, verify_chain
from prm.permissions import Role
from prm.vendors.models import StoredFile
from tests.browser.main_job.sales import upload
from tests.browser.portal import ROOT, Complaints, Portal, _await_answer, browsing, sign_in, wait_for
from tests.factories import VendorRef, World
from tests.factories.certification import make_scheme
from tests.factories.training import make_course
from tests.factories.world import PASSWORD
from tests.operations.installation import close, put_postgresql_on_path
from tests.production import Services, flask, services
from tests.servers import free_port, postgres_server, smtp_sink

pytestmark = pytest.mark.deep
ADMIN = "ada@acme.example"
LIMIT = 60  # of /verify/<code> in a minute


@contextmanager
def started(command: list[str], environ: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One of the portal's programs, stopped after the block as a service manager stops it."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)
    assert process.returncode == 0, log.read_text(errors="replace")[-4000:]


@contextmanager
def portal(running: Services, folder: Path, port: int) -> Iterator[Portal]:
    """Web and worker on one machine, a second worker on another that shares the services alone."""
    owner = {**running.environ, "DATABASE_URL": running.database.owner_url}
    subprocess.run(flask("db", "upgrade"), cwd=ROOT, env=owner, check=True, capture_output=True)
    elsewhere = {**running.environ, "DATA_DIR": str(folder / "elsewhere")}
    with smtp_sink() as sink:
        site = Portal(
            f"http://127.0.0.1:{port}", {**running.environ, "SMTP_URL": sink.url}, folder / "log", sink
        )
        second = {**elsewhere, "SMTP_URL": sink.url}
        with (
            started(flask("serve", "--port", str(port)), site.environ, site.log) as process,
            started(flask("serve", "--only", "worker"), second, folder / "second.log"),
        ):
            _await_answer(site, process)
            yield site


def fill(running: Services) -> VendorRef:
    """A vendor with an administrator, a partner with a member, and a certification."""
    app = create_app({**running.environ, "METRICS_TOKEN": "", "PASSWORD_TIME_COST": "1"})
    world = World(app)
    vendor = world.vendor("acme")
    world.user(Role.VENDOR_ADMIN, vendor=vendor, email=ADMIN, password=PASSWORD)
    place = world.partnership(vendor, "Northwind")
    world.user(Role.PARTNER_MEMBER, partnership=place, email="mia@northwind.example", name="Mia Moll")
    make_scheme(world, vendor, make_course(world, vendor))
    close(app)
    return vendor


def ask(url: str, **headers: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_all_its_parts(tmp_path: Path, chromium: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    put_postgresql_on_path(monkeypatch)
    port = free_port()
    with services(tmp_path, port) as running, portal(running, tmp_path, port) as site:
        for name in (name for name in running.environ if name.startswith("AWS_")):
            monkeypatch.setenv(name, running.environ[name])  # where the S3 client looks
        fill(running)
        code, content = a_file_is_imported_and_a_certificate_issued(site, chromium, tmp_path)
        its_bytes_lie_in_the_store_alone(running, tmp_path, content)
        anybody_can_verify_it(site, code)
        limits_are_counted_over_both_processes(site, running, code)
        backup = a_backup_is_taken_while_it_runs(site, running, tmp_path)
        metrics_add_up(site)
        it_comes_back_from_the_backup(running, backup, tmp_path, content)


def a_file_is_imported_and_a_certificate_issued(
    site: Portal, chromium: Browser, folder: Path
) -> tuple[str, bytes]:
    complaints = Complaints()
    file = folder / "partners.csv"
    file.write_text("external_id,name,region\n" + "".join(f"P-{n},Partner {n},West\n" for n in range(300)))
    with browsing(chromium, site, complaints) as page:
        sign_in(page, ADMIN, PASSWORD)
        upload(page, "Partners", file)
        page.get_by_role("button", name="Check the file").click()
        page.get_by_role("button", name="Import now").click(timeout=60_000)
        expect(page.get_by_text("Applied", exact=True).first).to_be_visible(timeout=60_000)
        page.goto("/acme/certification/issue")
        page.get_by_label("Person").fill("mia@northwind.example")
        page.get_by_label("Reason").fill("Passed the exam on site")
        page.get_by_role("main").get_by_role("button", name=re.compile("Issue")).click()
        expect(page.get_by_text(re.compile("Certificate .+ is issued"))).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("link", name=re.compile("PDF")).first.click()
        content = Path(download.value.path()).read_bytes()
        code = re.search(r"/verify/([\w-]+)", page.content())
    assert not complaints.found, "\n".join(complaints.found)
    assert code is not None
    return code.group(1), content


def its_bytes_lie_in_the_store_alone(running: Services, folder: Path, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    assert content.startswith(b"%PDF-")
    assert any(key.startswith("portal/") and key.endswith(digest) for key in running.bucket_keys())
    for place in ("portal", "elsewhere"):
        kept = [path for path in (folder / place).rglob("*") if path.is_file()]
        assert not [path for path in kept if path.suffix in {".sqlite", ".pdf"} or digest in path.name]


def anybody_can_verify_it(site: Portal, code: str) -> None:
    status, answer = ask(f"{site.address}/verify/{code}", Accept="application/json")
    assert status == 200 and json.loads(answer)["status"] == "valid"


def limits_are_counted_over_both_processes(site: Portal, running: Services, code: str) -> None:
    """Twice as many as one process allows: both answer, and together they allow no more than one would."""
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: ask(f"{site.address}/verify/{code}")[0], range(LIMIT * 2 + 20)))
    assert set(answers) == {200, 429}
    assert answers.count(200) <= LIMIT, answers.count(200)
    with redis.Redis.from_url(running.redis_url) as client:
        assert list(client.scan_iter("LIMITS*")), "the limits are not in Redis"


def a_backup_is_taken_while_it_runs(site: Portal, running: Services, folder: Path) -> Path:
    backup = folder / "backup.tar"
    site.environ["DATABASE_URL"] = running.database.owner_url
    site.flask("backup", "create", "--out", str(backup))
    assert "sound" in site.flask("backup", "verify", str(backup))
    return backup


def metrics_add_up(site: Portal) -> None:
    def look() -> dict[str, float] | None:
        status, text = ask(f"{site.address}/metrics", Authorization="Bearer a token for the scraper")
        assert status == 200
        found = dict(line.rsplit(" ", 1) for line in text.decode().splitlines() if not line.startswith("#"))
        applied = 'prm_jobs_total{name="prm.imports.tasks.apply_batch",outcome="done"}'
        return {name: float(value) for name, value in found.items()} if applied in found else None

    counted = wait_for(look, "the workers' counts")
    assert counted['prm_import_rows_total{kind="partners",outcome="inserted"}'] == 300
    assert counted['prm_requests_total{endpoint="certification.verify",method="GET",status="429"}'] > 0
    assert counted["prm_last_backup_age_seconds"] < 600
    assert not [name for name in counted if "acme" in name or "northwind" in name.lower()]
    assert len(list(Path(site.environ["PROMETHEUS_MULTIPROC_DIR"]).glob("counter_*.db"))) >= 3


def it_comes_back_from_the_backup(running: Services, backup: Path, folder: Path, content: bytes) -> None:
    drill = postgres_server().create_database()
    environ = {**running.environ, "DATABASE_URL": running.database.owner_url}
    where = ["--into", drill.owner_url, "--files", "s3://prm-files/drill"]
    done = subprocess.run(
        flask("backup", "restore", str(backup), *where),
        cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    app = create_app(
        {
            **environ,
            "DATABASE_URL": drill.owner_url,
            "FILES_URL": where[3],
            "METRICS_TOKEN": "",
            "WEB_PROCESSES": "1",
        }
    )
    with app.app_context():
        for chain, head in get_heads().items():
            assert verify_chain(chain, head).is_valid
        with serve_vendor(1):
            certificate = db.session.scalars(select(Certificate)).one()
            file = db.session.scalars(select(CertificateFile)).one()
            kept = storage.read(db.session.get_one(StoredFile, file.file_id).key)
    close(app)
    assert file.certificate_id == certificate.id and kept == content
    assert any(key.startswith("drill/") for key in running.bucket_keys())
