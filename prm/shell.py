"""What every page shows around its content: navigation, switcher, language, theme."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from babel import Locale
from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_babel import format_date, format_time, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from prm.access import Actor, current_actor
from prm.accounts.labels import ROLE_LABELS as ROLE_NAMES
from prm.accounts.switcher import list_places
from prm.extensions import babel
from prm.infra import clock
from prm.notifications.queries import count_unread
from prm.permissions import P
from prm.vendors.languages import offered_languages

THEMES = ("auto", "light", "dark")
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})

# (group, [(label, endpoint, icon, permission)]): shown where the role has the permission.
NAVIGATION: tuple[tuple[Any, tuple[tuple[Any, str, str, P], ...]], ...] = (
    ("", ((_l("Home"), "vendors.home", "home", P.VENDOR_HOME),)),
    (
        _l("Partners"),
        (
            (_l("Partners"), "partners.index", "building", P.PARTNER_VIEW),
            (_l("Applications"), "partners.applications", "inbox", P.APPLICATION_RULE),
            (_l("Tasks"), "partners.tasks", "clipboard-list", P.PARTNER_EDIT),
            (_l("Compliance"), "audits.compliance", "shield-check", P.COMPLIANCE_VIEW),
            (_l("Audits"), "audits.index", "clipboard-check", P.AUDIT_VIEW),
            (_l("People"), "accounts.people", "users", P.PEOPLE_VIEW),
            (_l("Agreement"), "partners.own_agreement", "file-text", P.AGREEMENT_ACCEPT),
        ),
    ),
    (
        _l("Enablement"),
        (
            (_l("Courses"), "training.index", "school", P.COURSE_VIEW),
            (_l("Progress"), "training.progress", "checklist", P.PROGRESS_VIEW),
            (_l("Certificates"), "certification.index", "certificate", P.COURSE_TAKE),
            (_l("Accreditations"), "certification.accreditations", "award", P.ACCREDITATION_VIEW),
            (_l("Certifications"), "certification.schemes", "list-check", P.SCHEME_EDIT),
            (_l("Marketing library"), "marketing.library", "speakerphone", P.ASSET_VIEW),
            (_l("Use of assets"), "marketing.usage", "chart-bar", P.USAGE_VIEW),
        ),
    ),
    (
        _l("Revenue"),
        (
            (_l("Revenue"), "reports.revenue", "chart-line", P.REPORT_VIEW),
            (_l("Attribution"), "reports.attribution", "target", P.REPORT_VIEW),
            (_l("Deals"), "deals.index", "briefcase", P.DEAL_VIEW),
            (_l("Orders"), "revenue.orders", "receipt", P.ORDER_VIEW),
            (_l("Invoices"), "revenue.invoices", "file-invoice", P.ORDER_VIEW),
            (_l("Targets"), "revenue.targets", "target-arrow", P.TARGET_EDIT),
        ),
    ),
    (
        _l("Set-up"),
        (
            (_l("Products"), "products.index", "package", P.PRODUCT_EDIT),
            (_l("Imports"), "imports.index", "file-import", P.IMPORT_VIEW),
            (_l("Policy"), "audits.policy", "checklist", P.POLICY_EDIT),
            (_l("Agreements"), "partners.agreements", "file-text", P.VENDOR_SETTINGS),
            (_l("Onboarding"), "onboarding.template", "list-check", P.VENDOR_SETTINGS),
            (_l("Criteria"), "audits.criteria", "clipboard-list", P.CRITERIA_EDIT),
            (_l("Journal"), "journal.index", "history", P.JOURNAL_VIEW),
            (_l("Settings"), "vendors.settings", "settings", P.VENDOR_SETTINGS),
        ),
    ),
)


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    icon: str
    is_current: bool = False
    badge: str = ""


@dataclass(frozen=True)
class NavGroup:
    title: str
    items: list[NavItem]


@dataclass(frozen=True)
class Switch:
    label: str
    hint: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Bell:
    """How many notifications are unread, and where they are."""

    unread: int
    url: str


@dataclass(frozen=True)
class ShownActor:
    name: str
    role_name: str
    is_signed_in: bool
    time_zone: str = "UTC"


@dataclass(frozen=True)
class ShownViewing:
    name: str
    end_url: str


@dataclass(frozen=True)
class ShownVendor:
    slug: str
    name: str
    brand_css_url: str
    logo_url: str | None


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=select_locale, timezone_selector=select_time_zone)
    app.context_processor(context)
    app.jinja_env.filters["datetimeformat"] = show_moment


@cache
def offered_locales(languages: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """(code, the language's own name) of every language offered."""
    return tuple(
        (code, (Locale.parse(code).get_display_name(code) or code).capitalize()) for code in languages
    )


def select_locale() -> str:
    """The person's language, else the cookie's, else what the browser asks for."""
    offered = offered_languages(g.get("vendor") if has_request_context() else None)
    if not has_request_context():
        return offered[0]
    for wanted in (
        current_actor().locale if current_actor().is_signed_in else None,
        request.cookies.get("locale"),
    ):
        if wanted in offered:
            return str(wanted)
    return request.accept_languages.best_match(offered) or offered[0]


def select_time_zone() -> str:
    return current_actor().time_zone


def show_moment(at: datetime, style: str = "medium", rebase: bool = True) -> str:
    """A date and the minute in the reader's language and, with `rebase`, time zone; `style` is the
    date's. Seconds are for the journal."""
    joined = str(get_locale().datetime_formats[style]).replace("'", "")
    return joined.format(format_time(at, "short", rebase), format_date(at, style, rebase))


def context() -> dict[str, Any]:
    """What the templates may use beside what a view gives them."""
    actor = current_actor()
    locale = str(get_locale() or "en")
    theme = request.cookies.get("theme") if has_request_context() else None
    vendor, viewing = g.get("vendor"), g.get("viewing")
    shown = ShownActor(
        actor.name,
        str(ROLE_NAMES.get(actor.role, "")) if actor.role else "",
        actor.is_signed_in,
        actor.time_zone,
    )
    return {
        "actor": shown,
        "can": actor.can,
        "P": P,
        "vendor": shown_vendor(vendor) if vendor is not None else None,
        "nav": _navigation(actor.can) if vendor is not None else _across(),
        # Where else the person seen is at home is not the viewer's business.
        "switcher": _switcher(actor.user_id, vendor) if actor.user_id is not None and not viewing else [],
        "viewing": ShownViewing(viewing.viewed_name, url_for("accounts.end_viewing")) if viewing else None,
        "bell": _bell(actor) if vendor is not None else None,
        "locale": locale,
        "locales": offered_locales(tuple(offered_languages(vendor))),
        "text_direction": "rtl" if locale.split("_")[0] in RIGHT_TO_LEFT else "ltr",
        "theme": theme if theme in THEMES else "auto",
        "is_demo": current_app.config["DEMO"],
        "now": clock.now(),
        "search_url": url_for("search.index") if vendor is not None and actor.can(P.SEARCH) else "",
        "preferences_url": url_for("accounts.preferences") if not viewing else None,
        "sign_out_url": url_for("accounts.sign_out"),
        "account_links": [
            NavItem(_("Profile"), url_for("accounts.profile"), "user"),
            NavItem(_("All vendors"), url_for("accounts.start"), "layout-grid"),
        ]
        if not viewing
        else [],
    }


def shown_vendor(vendor: Any) -> ShownVendor:
    """What templates may know of a vendor."""
    return ShownVendor(
        vendor.slug,
        vendor.name,
        url_for(
            "vendors.brand_css",
            vendor_id=vendor.public_id,
            v=(vendor.brand_primary + vendor.brand_ink).replace("#", ""),
        ),
        url_for("vendors.logo", vendor_id=vendor.public_id, v=vendor.logo_sha256[:12])
        if vendor.logo_sha256
        else None,
    )


def _navigation(can: Callable[[P], bool]) -> list[NavGroup]:
    current = (request.endpoint or "").split(".")[0], request.endpoint
    groups = []
    for title, entries in NAVIGATION:
        items = [
            NavItem(str(label), url_for(endpoint), icon, endpoint == current[1])
            for label, endpoint, icon, permission in entries
            if can(permission) and endpoint in current_app.view_functions
        ]
        if items:
            groups.append(NavGroup(str(title), items))
    if not any(item.is_current for group in groups for item in group.items):
        groups = _mark_section(groups, current[0])
    return groups


def _bell(actor: Actor) -> Bell | None:
    if not actor.can(P.NOTIFICATION_VIEW):
        return None
    return Bell(count_unread(actor), url_for("notifications.index"))


def _switcher(user_id: int, vendor: Any) -> list[Switch]:
    return [
        Switch(
            place.vendor_name,
            place.partner_name or _("Vendor"),
            url_for("vendors.home", vendor=place.slug),
            vendor is not None and vendor.id == place.vendor_id,
        )
        for place in list_places(user_id)
    ]


def _mark_section(groups: list[NavGroup], section: str) -> list[NavGroup]:
    """On a page below a section, the nearest entry above it is the current one, else its first."""
    here = [item for group in groups for item in group.items if f"/{section}/" in item.url]
    above = [item for item in here if request.path.startswith(item.url)]
    current = max(above, key=lambda item: len(item.url)) if above else here[0] if here else None
    return [
        NavGroup(
            group.title,
            [NavItem(i.label, i.url, i.icon, i is current, i.badge) for i in group.items],
        )
        for group in groups
    ]


def _across() -> list[NavGroup]:
    items = [NavItem(_("All vendors"), url_for("accounts.start"), "layout-grid")]
    if current_app.config["DEMO"]:
        items.append(NavItem(_("Sent mail"), url_for("accounts.sent_mail"), "mail"))
    return [NavGroup("", items)]
