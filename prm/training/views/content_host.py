"""The content host: the player, and the files of packages that somebody has open. Nothing else.

No rule of the portal's is reached by this host, and no rule of the portal leads to a package's file.
There are no cookies here, in or out: who may have a file is said by the token in its path, whose
launch must be open still. What runs here may do as it likes to what is here, which is nothing.
"""

from __future__ import annotations

import html
import re
from urllib.parse import quote, urlsplit

from flask import Flask, Response, current_app, g, request

from prm.extensions import db
from prm.infra import clock
from prm.infra.assets import accepted_encoding, get_store
from prm.infra.db import serve_vendor
from prm.infra.downloads import stored_in_parts
from prm.infra.storage import StorageError
from prm.training.models.content import PackageLaunch
from prm.training.origin import is_content_host, is_host_of, read_token
from prm.training.queries.content import find_launch, find_package_file, get_package_label
from prm.vendors.models import StoredFile

# Static files of the player, by the names they have here.
PLAYER_FILES = {
    "player.js": "js/player.js",
    "sequencing.js": "js/player-sequencing.js",
    "player.css": "css/player.css",
    "scorm12.min.js": "vendor/scorm-again@3.4.3/scorm12.min.js",
    "scorm2004.min.js": "vendor/scorm-again@3.4.3/scorm2004.min.js",
}
# A folder that ends in a slash joined to a name that begins with one: other servers let it pass.
_SLASHES = re.compile("/{2,}")
_TEXT = "text/plain; charset=utf-8"
_SHOWN = frozenset({"document", "iframe", "frame", "embed", "object"})
_PLAYER = """<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Player</title>
<link rel="stylesheet" href="{player.css}">
</head>
<body data-portal="{portal}">
<iframe id="sco" name="sco" title="Content" allow="fullscreen; autoplay"></iframe>
<script src="{scorm12.min.js}"></script>
<script src="{scorm2004.min.js}"></script>
<script src="{sequencing.js}"></script>
<script src="{player.js}"></script>
</body>
</html>
"""


def init_app(app: Flask) -> None:
    app.before_request(_answer)
    app.after_request(_without_cookies)


def _answer() -> Response | None:
    """The whole answer where the request is for the content host, None where it is the portal's."""
    if not is_content_host(request.host):
        return None
    g.is_content_host = True
    if request.method not in {"GET", "HEAD"}:
        return _closed(_nothing())
    parts = request.path.split("/", 3)  # "", "c", token, rest
    if len(parts) == 4 and parts[1] == "player":
        return _closed(_player_file(parts[2], parts[3]))
    if len(parts) == 4 and parts[1] == "c":
        return _of_launch(parts[2], parts[3])
    return _closed(_nothing())


def _without_cookies(response: Response) -> Response:
    if g.get("is_content_host"):
        del response.headers["Set-Cookie"]
    return response


def _nothing() -> Response:
    return Response("There is nothing here.\n", 404, content_type=_TEXT)


def _closed(response: Response) -> Response:
    """An answer of ours: it runs nothing but our own script, framed by nobody but the portal."""
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _portal() -> str:
    parts = urlsplit(current_app.config["BASE_URL"])
    return f"{parts.scheme}://{parts.netloc}"


def _player_file(digest: str, name: str) -> Response:
    asset = get_store().find(PLAYER_FILES.get(name, ""))
    if asset is None or digest != asset.digest:
        return _nothing()
    encoding = accepted_encoding()
    response = Response(asset.encoded(encoding), content_type=f"{asset.media_type}; charset=utf-8")
    if encoding != "identity":
        response.content_encoding = encoding
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _of_launch(token: str, rest: str) -> Response:
    said = read_token(token)
    if said is None:
        return _closed(_nothing())
    with serve_vendor(said.vendor_id):
        launch = find_launch(said.launch_id)
        if launch is None or not is_host_of(request.host, get_package_label(launch.package_id)):
            return _closed(_nothing())
        if clock.now() >= launch.expires_at:
            return _closed(_over())
        if not rest:
            return _player()
        folder, _slash, path = _SLASHES.sub("/", rest).partition("/")
        if folder != "files" or not path:
            return _closed(_nothing())
        stored = find_package_file(launch.package_id, path)
        return _file(launch, stored)


def _over() -> Response:
    return Response(
        "This page was open for too long. Go back to the course and open the lesson again.\n",
        410,
        content_type=_TEXT,
    )


def _player() -> Response:
    page = _PLAYER.replace("{portal}", html.escape(_portal()))
    for name, asset in PLAYER_FILES.items():
        page = page.replace("{" + name + "}", f"/player/{get_store().get(asset).digest}/{name}")
    response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; frame-src 'self'; connect-src 'none'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {_portal()}"
    )
    return _closed(response)


def _file(launch: PackageLaunch, stored: StoredFile | None) -> Response:
    if stored is None:
        return _closed(_nothing())
    try:
        response = stored_in_parts(stored.key, stored.size, stored.sha256, stored.media_type)
    except StorageError:
        return _closed(_nothing())
    db.session.rollback()  # nothing is held while the file is sent
    response.headers["Content-Security-Policy"] = _content_policy()
    if stored.media_type == "application/pdf" and request.headers.get("Sec-Fetch-Dest") in _SHOWN:
        # Browsers show no PDF in a sandbox: it is saved instead of refused.
        response.headers["Content-Disposition"] = (
            f"attachment; filename*=UTF-8''{quote(stored.name, safe='')}"
        )
    # A package's links to other sites do not tell them the token.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, max-age=600"
    return response


def _content_policy() -> str:
    """What content may do: run its own script, as packages do inline and by eval, and reach nothing
    but its own host (and what the installation lets it show)."""
    more = "".join(f" {origin}" for origin in current_app.config["CONTENT_SOURCES"])
    own = "'self' data: blob:"
    return (
        f"default-src {own} 'unsafe-inline' 'unsafe-eval'; connect-src {own}; "
        f"img-src {own}{more}; media-src {own}{more}; font-src {own}{more}; frame-src {own}{more}; "
        "object-src 'self'; base-uri 'self'; form-action 'self'; "
        f"frame-ancestors 'self' {_portal()}"
    )
