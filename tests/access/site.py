"""The portal with both vendors in it, asked by anybody, watched from beside."""

from __future__ import annotations

import gc
import io
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from prm import create_app
from prm.extensions import db
from tests.access import rows_more, worlds
from tests.access.canaries import texts_of
from tests.access.snapshots import PostgresSnapshot, SqliteSnapshot
from tests.access.worlds import Tenant, TwoVendors
from tests.factories import World
from tests.servers import SmtpSink, postgres_server, smtp_sink

CSRF = "f" * 40


@dataclass
class Answer:
    """What came back, and what it left behind."""

    status: int
    headers: dict[str, str]
    content: bytes
    path: str
    changes: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)
    mails: list[tuple[str, bytes]] = field(default_factory=list)
    logged: str = ""

    @property
    def kind(self) -> str:
        """ok, in (sign in first), or the status."""
        if self.status == 401 or self.is_sign_in:
            return "in"
        return "ok" if self.status < 400 else str(self.status)

    @property
    def is_sign_in(self) -> bool:
        # The gate sends with 302; a form that ends at the sign-in page (signed out, say) with 303.
        return self.status == 302 and urlsplit(self.headers.get("Location", "")).path == "/accounts/sign-in"

    def normalised(self, *hidden: str) -> bytes:
        """The answer without what differs each time: CSRF token, request id, own path and ids."""
        text = f"{self.status}\n" + "".join(
            f"{name}: {value}\n"
            for name, value in sorted(self.headers.items())
            if name not in {"X-Request-Id", "Content-Length", "Set-Cookie", "Date"}
        )
        text += self.content.decode("utf-8", "surrogateescape")
        text = text.replace(self.headers.get("X-Request-Id", "-no id-"), "ID")
        for own in (self.path, *hidden):
            for form in (own, own.replace("/", "%2F"), own.replace("&", "&amp;")):
                text = text.replace(form, "OWN")
        text = re.sub(r'(csrf_token"[^>]*value="|X-CSRFToken&#34;: &#34;|X-CSRFToken": ")[^"&]*', r"\1", text)
        return text.encode("utf-8", "surrogateescape")

    def figures(self) -> bytes:
        """What the answer says: of a file that is made anew each time, the texts in it."""
        return (
            b"\n".join(texts_of(self.content))
            if self.content[:4] in {b"PK\x03\x04", b"%PDF"}
            else self.normalised()
        )


@dataclass
class Site:
    """One application on one database, with both vendors, as it was snapped."""

    app: Flask
    two: TwoVendors
    snapshot: Any
    sink: SmtpSink | None
    folder: Path
    # (person, address) → what the address answered: what the oracle of links has asked already.
    opened: dict[tuple[int | None, str], str] = field(default_factory=dict)
    _clients: dict[int | None, FlaskClient] = field(default_factory=dict)
    _log: io.StringIO = field(default_factory=io.StringIO)

    def listen(self) -> None:
        """Let this site's log lines be heard; another application may have taken them over."""
        structlog.configure(
            logger_factory=structlog.PrintLoggerFactory(file=self._log),
            wrapper_class=structlog.make_filtering_bound_logger(20),
        )

    def client(self, user_id: int | None) -> FlaskClient:
        """Signed in as a person (None: nobody), sending a valid CSRF token with every call."""
        if user_id not in self._clients:
            client = self.app.test_client()
            serializer = URLSafeTimedSerializer(str(self.app.secret_key), salt="wtf-csrf-token")
            client.environ_base["HTTP_X_CSRFTOKEN"] = str(serializer.dumps(CSRF))
            self._clients[user_id] = client
        client = self._clients[user_id]
        # Anew each time: what one call leaves in the cookie is not sent with the next.
        client._cookies.clear()  # type: ignore[union-attr]
        with client.session_transaction() as session:
            session["csrf_token"] = CSRF
            if user_id is not None:
                session["_user_id"] = self.two.cookies[user_id]
                session["_fresh"] = True
        return client

    def add_more(self, tenant: Tenant, owner: str) -> None:
        """More of everything at one vendor, about one of its partners."""
        rows_more.add_more(World(self.app), tenant, owner, worlds.REGIONS[owner])

    def add_of_vendor(self, tenant: Tenant) -> None:
        """What one vendor does itself; somebody who left the other comes to work there."""
        other = next(each for each in self.two.tenants if each is not tenant)
        rows_more.add_of_vendor(World(self.app), tenant, other.leaver)

    def url(self, endpoint: str, values: Mapping[str, Any]) -> str:
        return str(self.app.url_map.bind("localhost").build(endpoint, dict(values), force_external=False))

    def ask(
        self,
        role: str,
        method: str,
        path: str,
        *,
        home: Tenant | None = None,
        body: Any = None,
        watch: bool = True,
        **options: Any,
    ) -> Answer:
        """One call by `role` of `home` (acme unless told otherwise), and what it left; then put back."""
        person = self.two.person(role, home or self.two.acme)
        client = self.client(person.id if person else None)
        start, mailed = self._log.tell(), len(self.sink.deliveries) if self.sink else 0
        if body is not None:
            options["data"] = _fresh(body)
        here = path.partition("?")[0]
        try:
            response: TestResponse = client.open(path, method=method, **options)
        except Exception as error:  # not even the page of the error could be made
            answer = Answer(500, {}, repr(error).encode(), here)
        else:
            answer = Answer(response.status_code, dict(response.headers.items()), response.get_data(), here)
            response.close()
        if answer.status >= 500:
            gc.collect()  # what the traceback held: cursors on the database that is put back
        if watch:
            answer.changes = self.snapshot.changes()
            if answer.changes:
                self.snapshot.restore()
        if self.sink:
            answer.mails = [
                (r, bytes(d.message)) for d in self.sink.deliveries[mailed:] for r in d.recipients
            ]
        self._log.seek(start)
        answer.logged = self._log.read()
        return answer


def _fresh(body: Mapping[str, Any]) -> dict[str, Any]:
    """The same body once more: files are read to their end by the call before."""
    fresh = {}
    for name, value in body.items():
        if isinstance(value, tuple) and isinstance(value[0], bytes):
            fresh[name] = (io.BytesIO(value[0]), *value[1:])
        else:
            fresh[name] = value
    return fresh


def settings(folder: Path, **changes: str) -> dict[str, str]:
    return {
        "TESTING": "1",
        "SECRET_KEY": "a secret key for the suite only, of 48 characters",
        "BASE_URL": "http://localhost",
        "DATA_DIR": str(folder),
        "RATE_LIMITS": "0",
        "PASSWORD_TIME_COST": "1",
        "PASSWORD_MEMORY_KIB": "64",
        "LOG_LEVEL": "INFO",
        **changes,
    }


@contextmanager
def open_site(folder: Path, database_kind: str = "sqlite", **changes: str) -> Iterator[Site]:
    """A site of its own in `folder`; `changes` are further settings."""
    os.environ.setdefault("FLASK_DEBUG", "0")
    with smtp_sink() as sink:
        changes = {"SMTP_URL": sink.url, **changes}
        if database_kind == "sqlite":
            app = create_app(settings(folder, **changes))
            with app.app_context():
                upgrade()
            snapshot: Any = SqliteSnapshot(folder / "prm.sqlite", lambda: _dispose(app))
        else:
            database = postgres_server().create_database()
            owner = create_app(settings(folder, DATABASE_URL=database.owner_url, **changes))
            with owner.app_context():
                upgrade()
            _dispose(owner)
            app = create_app(settings(folder, DATABASE_URL=database.app_url, **changes))
            snapshot = PostgresSnapshot(database, sorted(db.metadata.tables))
        two = worlds.build(app)
        snapshot.take()
        site = Site(app, two, snapshot, sink, folder)
        site.listen()
        try:
            yield site
        finally:
            _dispose(app)
            snapshot.close()
            shutil.rmtree(folder / "files", ignore_errors=True)


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def missing_id() -> UUID:
    """An id in the form of ours that nothing has."""
    return UUID(int=(0x0190_0000_0000_7000_8000 << 48) | secrets.randbits(48))
