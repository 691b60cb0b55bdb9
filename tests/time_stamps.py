"""A real time-stamping service: OpenSSL's, behind HTTP (RFC 3161)."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SETTINGS = """
[tsa]
default_tsa = stamps
[stamps]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
"""
MEANT = "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"


@dataclass
class StampingService:
    """`is_up`: whether it answers with stamps. `asked` counts requests."""

    folder: Path
    url: str = ""
    is_up: bool = True
    asked: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, query: bytes) -> bytes:
        """What OpenSSL replies; one at a time, for it counts its serial numbers in a file."""
        with self.lock:
            self.asked += 1
            (self.folder / "query.tsq").write_bytes(query)
            _openssl(self.folder, "ts -reply -config tsa.cnf -queryfile query.tsq -out reply.tsr")
            return (self.folder / "reply.tsr").read_bytes()


@contextmanager
def stamping_service(folder: Path) -> Iterator[StampingService]:
    """A service with an authority of its own, on a free port of this machine."""
    folder.mkdir()
    (folder / "tsa.cnf").write_text(SETTINGS.format(folder=folder))
    (folder / "serial").write_text("01\n")
    (folder / "meant.ext").write_text(MEANT)
    name = "-subj /CN=Stamps -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    _openssl(folder, f"req -x509 -days 3650 {name} -keyout ca.key -out ca.pem")
    _openssl(folder, f"req -new {name} -keyout tsa.key -out tsa.csr")
    _openssl(
        folder,
        "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -days 3650 -set_serial 2 -extfile meant.ext "
        "-out tsa.pem",
    )
    service = StampingService(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            reply = service.answer(query) if service.is_up else b"down"
            self.send_response(200 if service.is_up else 503)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _openssl(folder: Path, command: str) -> None:
    subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
