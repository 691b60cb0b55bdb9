"""Static files: named by their content, cached for ever, sent compressed.

`asset_url("css/app.css")` gives `/static/<hash>/css/app.css`. The hash is of the bytes
sent, so a changed file has a new address and nobody ever sees an old one. Inside a
stylesheet, `url(...)` to another static file is rewritten to that file's own hash, and
`@import "parts/tables.css";` on a line of its own gives way to that file: parts for who
writes them, one request for who reads.
"""

import gzip
import hashlib
import mimetypes
import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from urllib.parse import quote

import brotli
from flask import Blueprint, Flask, Response, abort, current_app, has_request_context, request

from prm.access import public

HASH_LENGTH = 12
IMMUTABLE = "public, max-age=31536000, immutable"
# A page of an older release may ask for an older hash while processes are exchanged: it
# gets today's file, and nobody may keep it under that address.
PASSING = "no-cache"

COMPRESSED_TYPES = frozenset(
    {"text/css", "text/javascript", "image/svg+xml", "application/json", "text/plain"}
)
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".ico": "image/x-icon",
}
CSS_URL = re.compile(rb"""url\(\s*(["']?)(?!data:|https?:|//|/|#)([^"')?#]+)([?#][^"')]*)?\1\s*\)""")
CSS_IMPORT = re.compile(rb"""^@import "([^":]+)";$""", re.MULTILINE)

assets_blueprint = Blueprint("assets", __name__, url_prefix="/static")


class UnknownAsset(LookupError):
    """No static file has this name: a template names a file that is not there."""


@dataclass(frozen=True)
class Asset:
    """One static file as it is sent."""

    name: str
    body: bytes
    media_type: str
    digest: str
    # Best brotli of a large file takes seconds: scripts/vendor-frontend made it beforehand.
    ready_brotli: bytes | None = None
    _encoded: dict[str, bytes] = field(default_factory=dict, compare=False, repr=False)
    _lock: Lock = field(default_factory=Lock, compare=False, repr=False)

    @property
    def is_compressible(self) -> bool:
        return self.media_type in COMPRESSED_TYPES and len(self.body) > 256

    def encoded(self, encoding: str) -> bytes:
        """The body as `br`, `gzip` or `identity`; compressed once, then kept."""
        if encoding == "identity":
            return self.body
        with self._lock:
            if encoding not in self._encoded:
                self._encoded[encoding] = self._compress(encoding)
            return self._encoded[encoding]

    def _compress(self, encoding: str) -> bytes:
        if encoding == "gzip":
            return gzip.compress(self.body, compresslevel=9, mtime=0)
        return self.ready_brotli or brotli.compress(self.body, quality=11)


class AssetStore:
    """Every file under one folder, read once and found by its name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._assets: dict[str, Asset] = {}
        names = [
            path.relative_to(folder).as_posix()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix != ".br" and not path.name.startswith(".")
        ]
        # Stylesheets last: their addresses are made of the hashes of what they name.
        for name in sorted(names, key=lambda name: name.endswith(".css")):
            self._assets[name] = self._read(name)

    def find(self, name: str) -> Asset | None:
        return self._assets.get(name)

    def get(self, name: str) -> Asset:
        """Raises UnknownAsset."""
        asset = self._assets.get(name)
        if asset is None:
            raise UnknownAsset(f"static/{name} does not exist")
        return asset

    def names(self) -> list[str]:
        return sorted(self._assets)

    def _read(self, name: str) -> Asset:
        path = self.folder / name
        original = path.read_bytes()
        body = self._written_out(name, name) if path.suffix == ".css" else original
        ready = path.with_name(path.name + ".br")
        return Asset(
            name=name,
            body=body,
            media_type=_media_type(path),
            digest=hashlib.sha256(body).hexdigest()[:HASH_LENGTH],
            ready_brotli=ready.read_bytes() if ready.exists() and body == original else None,
        )

    def _written_out(self, name: str, within: str) -> bytes:
        """A stylesheet as it is sent as part of the stylesheet `within`."""
        try:
            body = (self.folder / name).read_bytes()
        except FileNotFoundError:
            raise UnknownAsset(f"static/{within} imports static/{name}, which does not exist") from None
        body = CSS_URL.sub(lambda match: self._hashed_reference(name, within, match), body)
        return CSS_IMPORT.sub(lambda match: self._written_out(_beside(name, match.group(1)), within), body)

    def _hashed_reference(self, stylesheet: str, within: str, match: re.Match[bytes]) -> bytes:
        asset = self.get(_beside(stylesheet, match.group(2)))
        # Relative, so that it holds behind a path prefix: /static/<hash>/css/app.css is
        # as deep as its folders plus the hash.
        up = "../" * (within.count("/") + 1)
        fragment = (match.group(3) or b"").decode()
        return f'url("{up}{asset.digest}/{asset.name}{fragment}")'.encode()


def _beside(stylesheet: str, reference: bytes) -> str:
    """The name of the file that a stylesheet refers to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(stylesheet), reference.decode()))


def init_app(app: Flask, folder: Path | None = None) -> None:
    """Serve `folder` (the repository's static/) and give templates `asset_url`.

    The application is made with `static_folder=None`: Flask's own static view would
    answer the same addresses without any of the promises made here.
    """
    store = AssetStore(folder or Path(__file__).resolve().parents[2] / "static")
    app.extensions["assets"] = store
    app.register_blueprint(assets_blueprint)
    app.add_template_global(asset_url)
    app.add_template_global(asset_text)


def get_store() -> AssetStore:
    store: AssetStore = current_app.extensions["assets"]
    return store


def asset_url(name: str) -> str:
    """The address of static/`name`. Raises UnknownAsset.

    Not by url_for, which needs a request that was understood: the page that says it was not has a
    style too.
    """
    root = request.script_root if has_request_context() else ""
    return f"{root}/static/{get_store().get(name).digest}/{quote(name, safe='/@')}"


def asset_text(name: str) -> str:
    """The text of static/`name`, for what cannot fetch it: a PDF, a mail. Raises UnknownAsset."""
    return get_store().get(name).body.decode()


@assets_blueprint.get(f"/<string(length={HASH_LENGTH}):digest>/<path:name>")
@public
def serve(digest: str, name: str) -> Response:
    """One static file: immutable, compressed as the browser accepts it; 404 if unknown."""
    asset = get_store().find(name)
    if asset is None:
        abort(404)
    encoding = accepted_encoding() if asset.is_compressible else "identity"
    response = Response(asset.encoded(encoding), mimetype=asset.media_type)
    response.headers["Cache-Control"] = IMMUTABLE if digest == asset.digest else PASSING
    response.headers["X-Content-Type-Options"] = "nosniff"
    if asset.is_compressible:
        response.vary.add("Accept-Encoding")
    if encoding != "identity":
        response.content_encoding = encoding
    # Two encodings are two representations: a shared tag would let a cache mix them.
    response.set_etag(asset.digest if encoding == "identity" else f"{asset.digest}-{encoding}")
    return response.make_conditional(request)


def accepted_encoding() -> str:
    """`br` or `gzip` where the request accepts it, else `identity`."""
    accepted = request.accept_encodings
    for encoding in ("br", "gzip"):
        if accepted[encoding] > 0:
            return encoding
    return "identity"


def _media_type(path: Path) -> str:
    known = MEDIA_TYPES.get(path.suffix)
    return known or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
