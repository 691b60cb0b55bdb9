"""The offline checker: one file in a real browser with the network off, and the portal beside it."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page

from prm.certification.credentials.checking import check_offline
from prm.certification.credentials.trust import read_trust
from prm.infra import clock
from prm.permissions import Role
from tests.browser.axe import find_violations
from tests.browser.csp import collect_csp_violations
from tests.certification.conftest import Scene
from tests.certification.conftest import scene as scene
from tests.certification.specimens import Files, download
from tests.certification.test_offline import qr_text
from tests.certification.test_own_keys import bring, key_file
from tests.factories import World
from tests.factories import certification as certify
from tests.factories.certification import CertificateRef
from tests.infra.specimens import run
from tests.time_stamps import stamping_service

pytestmark = pytest.mark.browser


@pytest.fixture
def made(world: World, scene: Scene) -> CertificateRef:
    return certify.issue(world, scene.vendor, scene.scheme, scene.member)


@pytest.fixture
def files(world: World, scene: Scene, made: CertificateRef) -> Files:
    return download(world, scene, made)


@pytest.fixture
def open_checker(world: World, chromium: Browser, tmp_path: Path) -> Iterator[Callable[[Scene], Page]]:
    """Saves the checker of a scene's vendor and opens that file in a browser that reaches nothing."""
    context = chromium.new_context(locale="en-GB")
    context.set_offline(True)
    asked: list[str] = []

    def opened(scene: Scene) -> Page:
        answer = world.client().get(f"/issuers/{scene.vendor.public_id}/checker.html")
        assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
        saved = tmp_path / "checker.html"
        saved.write_bytes(answer.data)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: asked.append(f"error: {error}"))
        page.goto(saved.as_uri())
        page.wait_for_selector("html[data-ready=yes]")
        return page

    yield opened
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []


def judge(page: Page, name: str, content: bytes, mime: str = "application/octet-stream") -> dict[str, Any]:
    """Hand in a file; the answer as the page shows it."""
    page.evaluate("() => { const box = document.getElementById('result'); delete box.dataset.answer; }")
    page.set_input_files("#file", {"name": name, "mimeType": mime, "buffer": content})
    return answered(page)


def answered(page: Page) -> dict[str, Any]:
    page.wait_for_selector("#result[data-answer]", timeout=30_000)
    answer: dict[str, Any] = json.loads(page.get_attribute("#result", "data-answer") or "")
    return answer


def test_every_form_is_judged_offline_as_the_command_judges_it(
    world: World, scene: Scene, files: Files, open_checker: Callable[[Scene], Page], tmp_path: Path
) -> None:
    page = open_checker(scene)
    trust = read_trust([files.keys], [files.status_list])
    dice = random.Random(5)
    cases: list[tuple[str, bytes]] = []
    for kind, content in files.by_kind().items():
        cases.append((kind, content))
        for _ in range(12):
            flipped = bytearray(content)
            flipped[dice.randrange(len(content))] ^= 1
            cases.append((kind, bytes(flipped)))
        cases.append((kind, content + b"\n%more"))
        cases.append((kind, content[: len(content) // 2]))
    with_more = {**files.credential, "unsignedNote": "director"}
    cases.append(("json", json.dumps(with_more).encode()))
    cases += [("json", b"{}"), ("txt", b"hello"), ("pdf", b"%PDF-1.7 nothing"), ("svg", b"<svg></svg>")]
    differ = []
    for number, (kind, content) in enumerate(cases):
        seen = judge(page, f"{number}.{kind}", content)
        told = check_offline(content, trust, clock.now()).as_json()
        bad = {"altered", "unknown_issuer", "unreadable"}
        same = seen == told or (seen["status"] in bad and told["status"] in bad)
        if not same:
            differ.append((kind, number, seen, told))
    assert differ == []
    plain = [judge(page, f"again.{kind}", content) for kind, content in files.by_kind().items()]
    assert [each["status"] for each in plain] == ["valid"] * 4
    assert all(each["name"] == "Zoë Ångström" for each in plain)


def pictures(printed: Path) -> Iterator[tuple[str, bytes]]:
    """The page as screenshots and scanners show it, and as a camera does: turned, grainy, half in shadow."""
    for resolution in (100, 150, 200, 300):
        run("pdftoppm", "-r", resolution, "-png", "-singlefile", printed, printed.with_suffix(""))
        page = Image.open(printed.with_suffix(".png")).convert("L")
        yield f"{resolution} dpi", as_jpeg(page)
    turned = page.rotate(7, Image.Resampling.BICUBIC, fillcolor=90)
    falling = Image.linear_gradient("L").rotate(90).resize(turned.size)
    shadow = falling.point(lambda light: 140 + light * 115 // 255)
    grain = Image.effect_noise(turned.size, 24)
    yield "photo", as_jpeg(ImageChops.add(ImageChops.multiply(turned, shadow), grain, offset=-128))


def as_jpeg(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "JPEG", quality=75)
    return content.getvalue()


def test_a_scanned_code_is_checked_pasted_or_as_a_photo(
    scene: Scene, files: Files, open_checker: Callable[[Scene], Page], tmp_path: Path
) -> None:
    page = open_checker(scene)
    text = qr_text(files, tmp_path)
    page.fill("#typed", text)
    page.click("text=Check it")
    told = answered(page)
    assert (told["status"], told["kind"], told["name"]) == ("valid", "qr", "Zoë Ångström")
    assert "printed_page" in told["not_checked"]
    for name, photo in pictures(tmp_path / "printed.pdf"):
        assert judge(page, name, photo, "image/jpeg")["status"] == "valid", name
    trust = read_trust([files.keys], [files.status_list])
    start = text.index("#") + 1
    for place in (start + 20, start + 130, len(text) - 3, len(text) - 1, text.index("verify/") + 8):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        page.fill("#typed", changed)
        page.evaluate("() => { delete document.getElementById('result').dataset.answer; }")
        page.click("text=Check it")
        told = answered(page)
        assert told["status"] in {"altered", "unreadable"}, (place, told)
        assert check_offline(changed.encode(), trust, clock.now()).verdict == told["status"]


def test_a_revocation_is_on_the_page_in_the_json_and_in_the_newest_checker(
    world: World, scene: Scene, made: CertificateRef, files: Files, open_checker: Callable[[Scene], Page]
) -> None:
    page = open_checker(scene)
    assert judge(page, "before.pdf", files.pdf)["status"] == "valid"
    with clock.travel(clock.now() + timedelta(hours=1)):
        certify.revoke(world, scene.vendor, made)
        newest = world.client().get(f"/issuers/{scene.vendor.public_id}/status/1.json").data
        fresh = open_checker(scene)
    assert "was revoked" in world.client().get(f"/verify/{made.code}").text
    assert world.client().get(f"/verify/{made.code}.json").json["status"] == "revoked"
    # The old file knows what it knew, says as of when, and learns from a newer list.
    seen = judge(page, "same.pdf", files.pdf)
    assert seen["status"] == "valid" and seen["revocation_as_of"]
    assert "Revocations are known as of" in page.inner_text("#result")
    page.set_input_files("#load", {"name": "list.json", "mimeType": "application/json", "buffer": newest})
    page.wait_for_selector("#load-note[data-done]")
    assert "The status list is loaded" in page.inner_text("#load-note")
    for kind, content in files.by_kind().items():
        assert judge(page, f"after.{kind}", content)["status"] == "revoked"
        assert judge(fresh, f"fresh.{kind}", content)["status"] == "revoked"


def test_another_issuers_certificate_is_unknown_until_its_keys_are_loaded(
    world: World, scene: Scene, files: Files, open_checker: Callable[[Scene], Page]
) -> None:
    page = open_checker(scene)
    stranger = json.loads(files.json)
    stranger["proof"][0]["verificationMethod"] = "did:web:elsewhere.example#z6MkUnknown"
    told = judge(page, "stranger.json", json.dumps(stranger).encode())
    assert (told["status"], told["reasons"]) == ("unknown_issuer", ["key_unknown"])
    assert "name" not in told
    forged = json.loads(files.status_list)
    forged["validFrom"] = "2099-01-01T00:00:00Z"
    page.set_input_files(
        "#load", {"name": "l.json", "mimeType": "application/json", "buffer": json.dumps(forged).encode()}
    )
    page.wait_for_selector("#load-note[data-done]")
    assert "no issuer known here signed it" in page.inner_text("#load-note")


def test_the_page_holds_to_its_own_policy_and_is_accessible(
    scene: Scene, files: Files, open_checker: Callable[[Scene], Page]
) -> None:
    page = open_checker(scene)
    with collect_csp_violations(page) as refused:
        judge(page, "a.json", files.json)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert find_violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert refused == []
    blocked = page.evaluate(
        "async () => { try { await fetch('https://example.com/'); return 'reached'; } "
        "catch (error) { return 'blocked'; } }"
    )
    assert blocked == "blocked"
    page.evaluate("() => { const s = document.createElement('script'); s.textContent = 'window.evil = 1';"
                  " document.body.append(s); }")  # fmt: skip
    assert page.evaluate("() => window.evil") is None


def test_what_an_own_key_signed_is_judged_too(
    world: World,
    scene: Scene,
    open_checker: Callable[[Scene], Page],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """RSA, a chain of three certificates and a time stamp, beside what the first key signed."""
    before = download(world, scene, certify.issue(world, scene.vendor, scene.scheme, scene.member))
    bring(world, scene, key_file("rsa"))
    person = world.user(Role.PARTNER_MEMBER, partnership=scene.company)
    with stamping_service(tmp_path / "tsa") as service:
        monkeypatch.setitem(world.app.config, "TSA_URL", service.url)
        made = certify.issue(world, scene.vendor, scene.scheme, person)
    content = world.client(person).get(f"/acme/certification/{made.public_id}/files/a4").data
    page = open_checker(scene)
    assert judge(page, "before.pdf", before.pdf)["status"] == "valid"
    assert judge(page, "own.pdf", content)["status"] == "valid"
    signature = content.index(b"/Contents <") + 400
    for place in (len(content) // 3, signature):
        flipped = bytearray(content)
        flipped[place] = ord("0") if flipped[place] != ord("0") else ord("1")
        assert judge(page, "flipped.pdf", bytes(flipped))["status"] == "altered"
