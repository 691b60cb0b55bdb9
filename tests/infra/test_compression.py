"""Pages travel compressed, as the browser accepts it, and arrive as they were."""

import gzip
from collections.abc import Iterator

import brotli
import pytest
from flask import Flask, Response

from prm.infra import compression

PAGE = "<p>A sentence that repeats.</p>" * 200


@pytest.fixture
def app() -> Flask:
    app = Flask("pages", static_folder=None)
    compression.init_app(app)

    def stream() -> Iterator[bytes]:
        yield PAGE.encode()

    answers = {
        "page": lambda: PAGE,
        "small": lambda: "small",
        "picture": lambda: Response(PAGE, mimetype="image/png"),
        "stream": lambda: Response(stream(), mimetype="text/csv"),
        "done": lambda: Response(status=204),
        "ready": lambda: Response(PAGE, headers={"Content-Encoding": "br"}),
    }
    for name, answer in answers.items():
        app.add_url_rule(f"/{name}", name, answer)
    return app


@pytest.mark.parametrize(
    ("accepts", "encoding"), [("br, gzip", "br"), ("gzip", "gzip"), ("", None), ("br;q=0", None)]
)
def test_a_page_is_compressed_as_the_browser_accepts_it(app: Flask, accepts: str, encoding: str) -> None:
    response = app.test_client().get("/page", headers={"Accept-Encoding": accepts})
    assert response.headers.get("Content-Encoding") == encoding
    assert response.headers["Vary"] == "Accept-Encoding"
    assert int(response.headers["Content-Length"]) == len(response.data)
    body = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding](response.data)
    assert body.decode() == PAGE
    assert encoding is None or len(response.data) < len(PAGE) / 20


@pytest.mark.parametrize("path", ["/small", "/picture", "/stream", "/done"])
def test_what_gains_nothing_goes_as_it_is(app: Flask, path: str) -> None:
    response = app.test_client().get(path, headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in response.headers


def test_what_is_compressed_already_is_not_compressed_again(app: Flask) -> None:
    response = app.test_client().get("/ready", headers={"Accept-Encoding": "br"})
    assert response.data.decode() == PAGE


def test_head_says_what_get_would(app: Flask) -> None:
    accepts = {"Accept-Encoding": "br"}
    got, headed = (getattr(app.test_client(), verb)("/page", headers=accepts) for verb in ("get", "head"))
    assert headed.data == b""
    assert headed.headers["Content-Length"] == got.headers["Content-Length"]
