"""Pages are sent compressed as the browser accepts it; static files are, by prm/infra/assets.py.

A page holds the form token beside text a stranger may have chosen (the BREACH attack guesses a
secret from the compressed size). It needs requests that another site makes in the person's name, and
the session's cookie is not sent with those (SameSite).
"""

from __future__ import annotations

import gzip

import brotli
from flask import Flask, Response

from prm.infra.assets import accepted_encoding

# Below about one network packet nothing is gained.
SMALLEST = 1_000
# A tenth of the time of the best level, for a tenth more bytes.
BROTLI_LEVEL = 4
GZIP_LEVEL = 5
TYPES = frozenset({"text/html", "text/plain", "text/css", "text/csv", "application/json", "image/svg+xml"})


def init_app(app: Flask) -> None:
    """Compress what views answer."""
    app.after_request(compress)


def compress(response: Response) -> Response:
    """The response, compressed where that is possible; streams and files go as they are."""
    if response.mimetype not in TYPES or response.content_encoding or response.is_streamed:
        return response
    if response.direct_passthrough or response.status_code in {204, 206, 304}:
        return response
    response.vary.add("Accept-Encoding")
    encoding = accepted_encoding()
    body = response.get_data()
    if encoding == "identity" or len(body) < SMALLEST:
        return response
    if encoding == "br":
        response.set_data(brotli.compress(body, quality=BROTLI_LEVEL))
    else:
        response.set_data(gzip.compress(body, GZIP_LEVEL, mtime=0))
    response.content_encoding = encoding
    return response
