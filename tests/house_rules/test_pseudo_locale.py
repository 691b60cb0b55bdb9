"""A bare string in a page is found by a language in which every translated one is marked.

Esperanto plays that language: its catalogue is made here, every message between ⟦ and ⟧. What stands
outside the marks, and is neither a row's text nor one of the locale's own names, is a bare string.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import available_timezones

import polib
import pytest
from babel import Locale
from babel.numbers import list_currencies
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import JSON, String, select

from prm.extensions import db
from prm.infra import clock
from prm.infra.db import serve_vendor, transaction
from prm.onboarding.models import MilestoneKind, Side
from prm.onboarding.steps import Step
from prm.partners.models import FieldKind, Partnership, PartnershipStatus
from prm.partners.queries import desk as desk_queries
from prm.partners.services import applications, desk, merging, structure
from prm.permissions import Role
from tests.factories import VendorRef, World
from tests.factories.accreditations import make_accreditation
from tests.factories.certification import make_scheme
from tests.factories.marketing import make_asset, make_campaign
from tests.factories.partners import apply, make_template, publish_agreement
from tests.factories.revenue import import_rows
from tests.factories.training import assign, complete, make_course
from tests.house_rules.source import ROOT

MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
SHOWN_ATTRIBUTES = {"title", "alt", "aria-label", "placeholder", "data-confirm", "data-label", "label"}
SILENT = {"script", "style", "svg", "code", "pre", "time"}
VOID = {"br", "img", "input", "hr", "meta", "link", "col", "source", "wbr", "area", "base"}
# Signs, units and formats that are the same in every language.
COMMON = frozenset(
    {
        "PRM", "PDF", "CSV", "XLSX", "A4", "USD", "UTC", "MB", "KB", "QR", "JSON", "SHA", "de", "en",
        "es", "DD", "MM", "YYYY", "px", "acme", "http", "localhost", "com", "example", "org", "w",
        "GET", "POST", "Europe", "US", "Letter", "EUR", "GIF", "JPEG", "PNG", "WebP", "Markdown", "Q",
        "bytes", "Bytes", "kB", "verify", "Lang", "null", "true", "false",
    }
)  # fmt: skip


class Texts(HTMLParser):
    """Collects what a person reads of a page: text nodes and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []  # tag, whether what is in it is left out

    @property
    def _is_silent(self) -> bool:
        return any(silent for _tag, silent in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        silent = (
            tag in SILENT
            or given.get("aria-hidden") == "true"
            or given.get("translate") == "no"
            or given.get("lang") not in (None, "eo")
        )
        if tag not in VOID:
            self._open.append((tag, silent))
        if not silent and not self._is_silent:
            self.texts += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index][0] == tag:
                del self._open[index:]
                return

    def handle_data(self, data: str) -> None:
        if not self._is_silent and data.strip():
            self.texts.append(data)


@pytest.fixture
def esperanto(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offer the marked language beside English, for this test."""
    source = polib.pofile(str(ROOT / "prm/translations/de/LC_MESSAGES/messages.po"))
    marked = polib.POFile()
    marked.metadata = {
        "Content-Type": "text/plain; charset=utf-8",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    for entry in source:
        copy = polib.POEntry(msgid=entry.msgid, msgid_plural=entry.msgid_plural)
        if entry.msgid_plural:
            copy.msgstr_plural = {0: f"⟦{entry.msgid}⟧", 1: f"⟦{entry.msgid_plural}⟧"}
        else:
            copy.msgstr = f"⟦{entry.msgid}⟧"
        marked.append(copy)
    folder = tmp_path / "eo" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    marked.save_as_mofile(str(folder / "messages.mo"))
    monkeypatch.setattr(app.extensions["babel"], "translation_directories", [str(tmp_path)])
    monkeypatch.setitem(app.config, "LANGUAGES", ["en", "eo"])


def names_of_the_locale() -> set[str]:
    locale = Locale.parse("eo")
    names: list[str] = [
        *locale.languages.values(), *locale.currencies.values(), *list_currencies(), "English",
        *locale.territories.values(), *available_timezones(),
    ]  # fmt: skip
    for width in ("wide", "abbreviated", "narrow"):
        names += [*locale.months["format"][width].values(), *locale.days["format"][width].values()]
        names += [str(v) for v in locale.quarters["format"][width].values()]
    return words(" ".join(names))


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text))


def words_of_rows(app: Flask, vendor_id: int) -> set[str]:
    """Every word in every text column of the database."""
    found: set[str] = set()
    with app.app_context(), serve_vendor(vendor_id):
        for mapper in db.Model.registry.mappers:
            for column in mapper.columns:
                if isinstance(column.type, String | JSON):
                    for value in db.session.scalars(select(mapper.attrs[column.key].class_attribute)):
                        found |= words(str(value or ""))
    return found


def bare(page: str, allowed: set[str]) -> set[str]:
    parser = Texts()
    parser.feed(page)
    found = set()
    for text in parser.texts:
        text = html.unescape(text)
        while MARKED.search(text):
            text = MARKED.sub(" ", text)
        # A time zone, an address, a file's name or ending is a name, not a word.
        text = re.sub(r"\S*[/@.#:]\S+|%\w|\b[0-9a-f-]{8,}\b", " ", text)
        if words(text) - allowed:
            found.add(text.strip())
    return found


@pytest.mark.slow
@pytest.mark.usefixtures("esperanto")
def test_no_page_has_a_bare_string(world: World) -> None:
    acme = world.vendor("acme")
    course = make_course(world, acme)
    make_scheme(world, acme, course)
    make_accreditation(world, acme)
    northwind = world.partnership(acme, "Northwind", region="West")
    make_asset(world, acme, campaign_id=make_campaign(world, acme))
    visitors = [
        world.user(Role.VENDOR_ADMIN, vendor=acme, locale="eo"),
        world.user(Role.CHANNEL_MANAGER, vendor=acme, locale="eo"),
        world.user(Role.CONTENT_AUTHOR, vendor=acme, locale="eo"),
        world.user(Role.EXECUTIVE, vendor=acme, locale="eo"),
        world.user(Role.PARTNER_ADMIN, partnership=northwind, locale="eo"),
    ]
    learner = world.user(Role.PARTNER_MEMBER, partnership=northwind, locale="eo")
    assign(world, northwind, course)
    complete(world, acme, learner, course)
    import_rows(
        world, acme, "deals",
        [{"external_id": "D1", "partner": "Northwind", "customer": "Quux", "product": "Widget",
          "stage": "won", "registered_on": "2026-05-04", "closed_on": "2026-06-05", "amount": "100"}],
        won_as_orders=True,
    )  # fmt: skip
    look_after(world, acme)
    allowed = names_of_the_locale() | COMMON | words_of_rows(world.app, acme.id)
    seen: dict[str, set[str]] = {}
    for visitor in [*visitors, learner]:
        crawl(world.client(visitor), allowed, seen)
    assert len(seen) > 60, f"only {len(seen)} pages were read"
    wrong = {url: sorted(found) for url, found in seen.items() if found}
    assert not wrong, "Wrap these in _():\n" + "\n".join(
        f"{url}: {found[:5]}" for url, found in wrong.items()
    )


def look_after(world: World, acme: VendorRef) -> None:
    """Something of what hangs on partners: an application, an agreement, onboarding, a desk."""
    apply(world, acme)
    publish_agreement(world, acme)
    make_template(world, acme, Step(MilestoneKind.AGREEMENT, Side.PARTNER, 5))
    new = world.partnership(acme, "Southwind", status=PartnershipStatus.ONBOARDING)
    twice = world.partnership(acme, "Southwind twice")
    with world.acting(acme) as actor, transaction():
        row = db.session.get_one(Partnership, new.id)
        applications.save_field(
            actor, None, label="Quux?", kind=FieldKind.TEXT, choices=(), is_required=True, position=1
        )
        desk.add_note(actor, row, body="Quux")
        desk.add_contact(actor, row, name="Quux", function="", email="", phone="")
        owner = desk_queries.list_task_owners(actor, row)[0][0]
        desk.add_task(actor, row, title="Quux", owner_id=owner, due_on=clock.today("UTC"))
        structure.add_branch(actor, row, name="Quux", address="", region=None)
        merging.merge_partnerships(actor, row, db.session.get_one(Partnership, twice.id))


def crawl(client: FlaskClient, allowed: set[str], seen: dict[str, set[str]], limit: int = 60) -> None:
    """Read pages from home on, each address once over all visitors."""
    waiting, own = ["/acme/", "/accounts/profile", "/start"], set()
    while waiting and len(own) < limit:
        url = waiting.pop(0)
        if url in own:
            continue
        own.add(url)
        answer = client.get(url)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        page = answer.get_data(as_text=True)
        seen[url] = seen.get(url, set()) | bare(page, allowed)
        for link in re.findall(r'href="(/[^"#]*)', page):
            link = html.unescape(link)
            if not link.startswith(("/static", "/vendors")) and "?" not in link:
                waiting.append(link)
