"""Static files: a name per content, kept for ever, compressed, and nothing else served."""

import gzip
import re
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from prm.infra import assets

ROOT = Path(__file__).resolve().parents[2]
LONG = "/* " + "a rule that repeats " * 100 + "*/"


def make_app(folder: Path) -> Flask:
    app = Flask("assets-only", static_folder=None)
    assets.init_app(app, folder)
    return app


def address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return assets.asset_url(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, body in {
        "css/page.css": f'{LONG} a {{ background: url("../img/dot.svg#x") }} b {{ src: url(../font.woff2) }}',
        "img/dot.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>" + " " * 400,
        "font.woff2": "not really a font" * 100,
        "js/page.js": "/* " + LONG,
        ".hidden": "secret",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(body)
    return tmp_path


@pytest.fixture
def small(folder: Path) -> Flask:
    return make_app(folder)


@pytest.fixture
def client(small: Flask) -> FlaskClient:
    return small.test_client()


def test_the_address_is_made_of_the_content(folder: Path, small: Flask) -> None:
    before = address(small, "js/page.js")
    assert re.fullmatch(r"/static/[0-9a-f]{12}/js/page\.js", before)
    (folder / "js/page.js").write_text("changed")
    assert address(make_app(folder), "js/page.js") != before


def test_the_address_holds_behind_a_prefix_and_every_name_in_use_is_served(small: Flask) -> None:
    with small.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/portal"}):
        assert assets.asset_url("js/page.js").startswith("/portal/static/")
    whole = make_app(ROOT / "static")
    for name in whole.extensions["assets"].names():
        assert whole.test_client().get(address(whole, name)).status_code == 200, name


def test_a_file_is_kept_for_ever_with_its_type(small: Flask, client: FlaskClient) -> None:
    for name, media_type in {
        "css/page.css": "text/css; charset=utf-8",
        "js/page.js": "text/javascript; charset=utf-8",
        "img/dot.svg": "image/svg+xml; charset=utf-8",
        "font.woff2": "font/woff2",
    }.items():
        response = client.get(address(small, name))
        assert response.status_code == 200
        assert response.content_type == media_type
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("br, gzip", "br"),
        ("gzip, deflate, br;q=0", "gzip"),
        ("gzip", "gzip"),
        ("*", "br"),
        ("identity", None),
        ("", None),
        ("br;q=0, gzip;q=0", None),
    ],
)
def test_a_text_is_sent_as_the_browser_accepts_it(
    small: Flask, client: FlaskClient, accepts: str, encoding: str | None
) -> None:
    response = client.get(address(small, "js/page.js"), headers={"Accept-Encoding": accepts})
    assert response.headers.get("Content-Encoding") == encoding
    assert response.headers["Vary"] == "Accept-Encoding"
    body = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding](response.data)
    assert body.decode() == "/* " + LONG
    assert encoding is None or len(response.data) < 200
    assert int(response.headers["Content-Length"]) == len(response.data)


def test_what_is_compressed_already_is_sent_as_it_is(small: Flask, client: FlaskClient) -> None:
    response = client.get(address(small, "font.woff2"), headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in response.headers
    assert "Vary" not in response.headers


def test_each_encoding_has_a_tag_of_its_own_and_is_not_sent_twice(small: Flask, client: FlaskClient) -> None:
    url = address(small, "js/page.js")
    tags = set()
    for accepts in ("br", "gzip", "identity"):
        first = client.get(url, headers={"Accept-Encoding": accepts})
        again = client.get(url, headers={"Accept-Encoding": accepts, "If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["Vary"] == "Accept-Encoding"
        tags.add(first.headers["ETag"])
    assert len(tags) == 3


def test_head_says_what_get_would(small: Flask, client: FlaskClient) -> None:
    url = address(small, "js/page.js")
    got, headed = client.get(url), client.head(url)
    assert headed.data == b""
    for header in ("Content-Length", "ETag", "Cache-Control", "Content-Type", "Vary"):
        assert headed.headers[header] == got.headers[header]


def test_an_address_of_an_older_release_gives_todays_file_but_is_not_kept(client: FlaskClient) -> None:
    response = client.get("/static/000000000000/js/page.js")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/static/000000000000/js/none.js",
        "/static/000000000000/../config.py",
        "/static/000000000000/%2e%2e/%2e%2e/config.py",
        "/static/000000000000//etc/passwd",
        "/static/000000000000/.hidden",
        "/static/000000000000/js",
        "/static/js/page.js",
        "/static/000000000000/js/page.js%00",
        "/static/000000000000/" + "a" * 5000,
    ],
)
def test_nothing_but_a_known_file_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path, follow_redirects=True).status_code == 404


def test_only_reading_is_answered(small: Flask, client: FlaskClient) -> None:
    url = address(small, "js/page.js")
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert client.open(url, method=method).status_code == 405


def test_a_stylesheet_names_files_by_their_content_too(small: Flask, client: FlaskClient) -> None:
    url = address(small, "css/page.css")
    body = client.get(url, headers={"Accept-Encoding": "identity"}).text
    named = re.findall(r'url\("([^"]+)"\)', body)
    assert len(named) == 2 and named[0].endswith("img/dot.svg#x")
    for reference in named:
        target = str(Path("/static", url.removeprefix("/static/")).parent / reference.partition("#")[0])
        resolved = re.sub(r"[^/]+/\.\./", "", target)
        while "../" in resolved:
            resolved = re.sub(r"[^/]+/\.\./", "", resolved)
        assert client.get(resolved).headers["Cache-Control"].endswith("immutable")


def test_a_changed_picture_changes_the_stylesheets_address(folder: Path, small: Flask) -> None:
    before = address(small, "css/page.css")
    (folder / "img/dot.svg").write_text("<svg/>")
    assert address(make_app(folder), "css/page.css") != before


def test_a_stylesheet_of_parts_is_sent_as_one(folder: Path) -> None:
    (folder / "css/whole.css").write_text('@import "parts/one.css";\n@import "parts/two.css";\n')
    (folder / "css/parts").mkdir()
    (folder / "css/parts/one.css").write_text("a { background: url(../../img/dot.svg) }")
    (folder / "css/parts/two.css").write_text(
        "b { color: red }\n@import url(https://elsewhere.example/x.css);"
    )
    app = make_app(folder)
    body = app.test_client().get(address(app, "css/whole.css")).text
    digest = app.extensions["assets"].get("img/dot.svg").digest
    assert body.splitlines()[0] == f'a {{ background: url("../../{digest}/img/dot.svg") }}'
    assert body.splitlines()[1] == "b { color: red }" and '@import "' not in body
    before = address(app, "css/whole.css")
    (folder / "css/parts/two.css").write_text("b { color: blue }")
    assert address(make_app(folder), "css/whole.css") != before
    (folder / "css/parts/two.css").unlink()
    with pytest.raises(assets.UnknownAsset, match=r"css/parts/two\.css"):
        make_app(folder)


def test_a_name_that_does_not_exist_is_told_at_once(folder: Path, small: Flask) -> None:
    with pytest.raises(assets.UnknownAsset, match=r"css/none\.css"):
        address(small, "css/none.css")
    (folder / "css/page.css").write_text("a { background: url(../img/none.svg) }")
    with pytest.raises(assets.UnknownAsset, match=r"img/none\.svg"):
        make_app(folder)


def test_what_cannot_fetch_a_file_gets_its_text(small: Flask) -> None:
    with small.app_context():
        assert assets.asset_text("js/page.js") == "/* " + LONG


# ---------------------------------------------------------------- the files of this repository


def test_what_was_compressed_beforehand_is_the_file() -> None:
    compressed = sorted((ROOT / "static").rglob("*.br"))
    assert compressed
    for path in compressed:
        assert brotli.decompress(path.read_bytes()) == path.with_suffix("").read_bytes(), (
            f"{path}: run scripts/vendor-frontend"
        )


def test_every_vendored_package_carries_its_licence() -> None:
    packages = [path for path in (ROOT / "static/vendor").rglob("*@*") if re.search(r".@[\d.]+$", path.name)]
    assert len(packages) >= 4
    for package in packages:
        assert (package / "LICENSE").exists(), package


def test_our_stylesheets_and_scripts_stay_small() -> None:
    store = assets.AssetStore(ROOT / "static")
    cold = {
        name: len(store.get(name).encoded("br"))
        for name in store.names()
        if name.endswith((".css", ".js")) or name == "icons.svg"
    }
    assert cold["css/app.css"] < 12_000
    assert cold["js/app.js"] < 3_000
    assert cold["icons.svg"] < 8_000


def test_every_rule_has_a_class_that_a_page_may_carry() -> None:
    body = assets.AssetStore(ROOT / "static").get("css/app.css").body.decode()
    sheet = re.sub(r"/\*.*?\*/|\{[^{}]*\}", "{}", body, flags=re.DOTALL)
    styled = set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", sheet))
    sources = [*(ROOT / "templates").rglob("*.*"), *(ROOT / "prm").rglob("*.py"), ROOT / "static/js/app.js"]
    words = set(re.findall(r"[\w-]+", "\n".join(path.read_text() for path in sources)))
    # A macro puts these before a kind: state-danger, field-short.
    prefixes = tuple(word for word in words if word.endswith("-") and len(word) > 4)
    unused = [name for name in styled - words if not name.startswith(prefixes)]
    assert not unused, f"Delete these rules of static/css/app/, or use them: {sorted(unused)}"


def test_templates_name_only_icons_that_are_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/icons.svg").read_text()))
    patterns = (
        r"""\bicon\(\s*'([a-z0-9-]+)'""",
        r"""\bicon_name='([a-z0-9-]+)'""",
        r"""\bempty_icon='([a-z0-9-]+)'""",
        r"""\bempty_state\(\s*'([a-z0-9-]+)'""",
    )
    unknown = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "templates").rglob("*.html")
        for pattern in patterns
        for name in re.findall(pattern, path.read_text())
        if name not in known
    ]
    assert not unknown, "Add them to ICONS of scripts/vendor-frontend and run it:\n" + "\n".join(unknown)


def test_the_navigation_names_only_icons_that_are_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/icons.svg").read_text()))
    source = (ROOT / "prm/shell.py").read_text()
    named = set(re.findall(r'"[\w.]+\.[\w]+", "([a-z0-9-]+)", P\.', source))
    assert named and named <= known, (
        f"Add to ICONS of scripts/vendor-frontend and run it: {sorted(named - known)}"
    )
