"""Many certificates printed at once: the work of one core, and of all of them. Reads no database.

A printing process is started anew (it shares nothing with this one), is handed the keys through its
pipe, and ends when whoever started it does, however that ends.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask, current_app

from prm.certification.credentials.building import Picture, Place, build_credential
from prm.certification.credentials.issuing import Signed
from prm.certification.credentials.qr_codes import sign_code
from prm.certification.credentials.status import as_file
from prm.certification.designs.layout import Design
from prm.certification.printing import print_certificate
from prm.infra.data_integrity import sign_document
from prm.infra.pdf import PdfError
from prm.infra.signing import DocumentSigner, IssuerKey, SigningError, TimeStampMissing, make_signer, stamp_by
from prm.vendors.models import Paper

# Below this, starting processes takes longer than they save.
WORTH_STARTING = 24
# What a printing process reads of the settings; none of them leads to the database.
SETTINGS = ("LANGUAGES", "BASE_URL", "VERIFY_URL", "ISSUER_URL", "TSA_URL")


@dataclass(frozen=True)
class Keys:
    """What a vendor signs with: documents, and credentials (`did`, `method` and the raw key)."""

    issuer: IssuerKey = field(repr=False)
    did: str
    method: str
    credential_key: bytes = field(repr=False)
    issuer_url: str


@dataclass(frozen=True)
class Sheet:
    """One certificate to print. `credential` is its JSON where it was signed before; else it is signed
    now, at `place` and with `signed_at`."""

    file_key: int
    facts: Mapping[str, Any] = field(repr=False)
    paper: Paper
    requested_at: datetime
    place: Place
    picture: Picture = field(repr=False)
    signed_at: datetime
    logo: bytes | None = field(default=None, repr=False)
    credential: bytes | None = field(default=None, repr=False)
    design: Design | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Printed:
    """A file and the credential inside it, or why there is none. `is_passing`: it will be possible
    later without anybody's doing."""

    file_key: int
    content: bytes = field(default=b"", repr=False)
    credential: bytes = field(default=b"", repr=False)
    problem: str = ""
    is_passing: bool = False


class Printer(Protocol):
    def submit(self, sheet: Sheet) -> Future[Printed]:
        """Print a sheet soon."""


class _Press:
    """One process's part: what is made once and used for every sheet."""

    def __init__(self, app: Flask, keys: Keys) -> None:
        self.app, self.keys = app, keys
        self.signer: DocumentSigner = make_signer(keys.issuer, time_stamper=stamp_by(app.config["TSA_URL"]))
        self.key = Ed25519PrivateKey.from_private_bytes(keys.credential_key)

    def print(self, sheet: Sheet) -> Printed:
        try:
            with self.app.app_context():
                return self._print(sheet)
        except TimeStampMissing as error:
            return Printed(sheet.file_key, problem=str(error), is_passing=True)
        except (PdfError, SigningError) as error:
            return Printed(sheet.file_key, problem=str(error) or type(error).__name__)

    def _print(self, sheet: Sheet) -> Printed:
        document = sheet.credential or self._sign(sheet)
        signed = Signed(document, sign_code(sheet.facts, sheet.place, self.key))
        content = print_certificate(
            sheet.facts, sheet.paper, self.signer, sheet.requested_at, signed, sheet.logo, sheet.design
        )
        return Printed(sheet.file_key, content, document)

    def _sign(self, sheet: Sheet) -> bytes:
        unsigned = build_credential(
            sheet.facts, self.keys.issuer_url, sheet.place, sheet.picture, self.keys.did
        )
        return as_file(sign_document(unsigned, self.key, method=self.keys.method, created=sheet.signed_at))


class _AtOnce:
    """Prints in this process, when asked."""

    def __init__(self, press: _Press) -> None:
        self.press = press

    def submit(self, sheet: Sheet) -> Future[Printed]:
        done: Future[Printed] = Future()
        done.set_result(self.press.print(sheet))
        return done


class _OnAllCores:
    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self.pool = pool

    def submit(self, sheet: Sheet) -> Future[Printed]:
        return self.pool.submit(_print_here, sheet)


@contextmanager
def printer_for(keys: Keys, sheets: int, cores: int | None = None) -> Iterator[Printer]:
    """What prints that many sheets best: processes on `cores` cores (all of them), or this one."""
    cores = cores or len(os.sched_getaffinity(0))
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if sheets < WORTH_STARTING or cores < 2:
        yield _AtOnce(_Press(app, keys))
        return
    settings = {name: app.config[name] for name in SETTINGS}
    settings["LANGUAGES"] = ",".join(settings["LANGUAGES"])
    settings |= {"SECRET_KEY": "x" * 48, "DATA_DIR": str(app.config["DATA_DIR"]), "LOG_LEVEL": "ERROR"}
    pool = ProcessPoolExecutor(
        cores,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(app.extensions["prm_make_app"], settings, keys),
    )
    try:
        yield _OnAllCores(pool)
    finally:
        pool.shutdown(cancel_futures=True)


_press: _Press | None = None


def _begin(make_app: Callable[[dict[str, str]], Flask], settings: dict[str, str], keys: Keys) -> None:
    """Make a printing process ready."""
    global _press
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    os.nice(5)  # whoever waits for a page goes first
    _press = _Press(make_app(settings), keys)
    # What is here stays, and a page leaves its rubbish behind in one piece: to look for it less often takes
    # a sixth off the time of a certificate.
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _print_here(sheet: Sheet) -> Printed:
    assert _press is not None, "A printing process is made ready before its first sheet."
    return _press.print(sheet)
