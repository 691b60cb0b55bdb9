"""The one gate: before every request, who acts, for which vendor, and whether they may.

A vendor that does not exist and one the person has nothing to do with answer the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.routing import BaseConverter, ValidationError

from prm.access import ANONYMOUS, PUBLIC, SIGNED_IN, Actor, enforce, mark_of
from prm.accounts import sessions
from prm.errors import DomainError, Forbidden, NotFound
from prm.extensions import login
from prm.infra.db import keep_nothing
from prm.partners.actors import find_actor, is_within_reach
from prm.permissions import P
from prm.vendors.slugs import RESERVED, SLUG

# What ends a look at the portal as somebody else sees it.
WAYS_OUT = frozenset({"accounts.end_viewing", "accounts.sign_out"})


class SlugConverter(BaseConverter):
    """A vendor's slug; reserved words are not slugs, so that our own pages are reached."""

    regex = SLUG

    def to_python(self, value: str) -> str:
        if value in RESERVED:
            raise ValidationError
        return value


class SignInNeeded(DomainError):
    status = 401


def init_app(app: Flask) -> None:
    app.url_map.converters["slug"] = SlugConverter
    login.init_app(app)
    login.user_loader(sessions.find_session)
    app.before_request(gate)
    app.url_defaults(_add_vendor)


def _add_vendor(endpoint: str, values: dict[str, Any]) -> None:
    if "vendor" in values or not g.get("vendor"):
        return
    if current_app.url_map.is_endpoint_expecting(endpoint, "vendor"):
        values["vendor"] = g.vendor.slug


def gate() -> Any:
    """Set g.actor and g.vendor, or answer: sign in (redirect), 403, 404."""
    g.vendor = g.viewing = None
    g.actor = ANONYMOUS
    if request.endpoint is None:
        return None  # no rule: the error handler answers 404 or 405
    mark = mark_of(current_app.view_functions[request.endpoint])
    arguments = request.view_args or {}
    slug = arguments.pop("vendor", None)
    if mark == PUBLIC:
        if request.endpoint != "assets.serve" and current_user.is_authenticated:
            g.actor = _somebody()
            if current_user.viewing is not None:
                _only_look(current_user.viewing)
        return None
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    signed_in: sessions.SignedIn = current_user._get_current_object()
    if signed_in.viewing is not None and request.endpoint not in WAYS_OUT:
        return _look(mark, slug, signed_in, signed_in.viewing)
    if mark == SIGNED_IN:
        g.actor = sessions.person(signed_in)
        return None
    vendor = sessions.find_vendor(slug) if slug else None
    if vendor is None:
        renamed = sessions.find_renamed(slug) if slug else None
        if renamed is not None and find_actor(signed_in, renamed) is not None:
            return redirect(url_for(request.endpoint, vendor=renamed.slug, **arguments, **request.args), 308)
    actor = find_actor(signed_in, vendor) if vendor is not None else None
    if vendor is None or actor is None:
        raise NotFound
    g.vendor, g.actor = vendor, actor
    if vendor.second_factor.demands(actor.role) and not signed_in.has_second_factor:
        return _lead_to_second_factor()
    enforce(mark, actor)
    return None


def _only_look(viewing: sessions.ViewingAs) -> None:
    """Raises Forbidden for whatever is no mere look, and lets nothing that a look writes be kept."""
    g.viewing = viewing
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        raise Forbidden(
            _("You see the portal as %(name)s does: nothing can be changed.", name=viewing.viewed_name)
        )
    keep_nothing()


def _look(
    mark: P | str | None, slug: str | None, signed_in: sessions.SignedIn, viewing: sessions.ViewingAs
) -> None:
    """The gate for who sees a vendor's portal as a partner's person does: its pages, and no others.

    Both are asked anew with every request: the person belongs there, the viewer may see them.
    """
    _only_look(viewing)
    vendor = sessions.find_vendor(slug) if slug else None
    if vendor is None or vendor.id != viewing.vendor_id or not isinstance(mark, P):
        raise Forbidden(
            _("You see the portal as %(name)s does. End that to see this page.", name=viewing.viewed_name)
        )
    viewer = find_actor(signed_in, vendor)
    if viewer is None or (vendor.second_factor.demands(viewer.role) and not signed_in.has_second_factor):
        raise NotFound
    viewed = sessions.find_person(viewing.viewed_id)
    actor = find_actor(viewed, vendor) if viewed is not None else None
    if actor is None or not is_within_reach(viewer, actor.partnership_id, P.PARTNER_VIEW_AS):
        raise NotFound
    g.vendor = vendor
    g.actor = replace(
        actor, viewed_by=signed_in.public_id, locale=signed_in.locale, time_zone=signed_in.time_zone
    )
    enforce(mark, g.actor)


def _somebody() -> Actor:
    user = current_user
    return Actor(
        name=user.name,
        user_id=user.user_id,
        user_public_id=user.public_id,
        locale=user.locale,
        time_zone=user.time_zone,
    )


def _lead_to_second_factor() -> Any:
    """The vendor lets this person in with a second factor only, and they have none yet."""
    g.vendor, g.actor = None, _somebody()
    if request.method in {"GET", "HEAD"} and "HX-Request" not in request.headers:
        target = request.full_path.rstrip("?")
        return redirect(url_for("accounts.second_factor", next=target), 303)
    raise Forbidden(_("Set up a second factor in your profile to go on."))


def _ask_to_sign_in() -> Any:
    if request.method in {"GET", "HEAD"} and "HX-Request" not in request.headers:
        target = request.full_path.rstrip("?")
        return redirect(url_for("accounts.sign_in", next=target if target != "/" else None))
    raise SignInNeeded(_("You are signed out. Sign in again to go on."))


def safe_next(target: str | None) -> str | None:
    """`target` if it is a path on this site, else None: never a way to another site.

    Refuses schemes, hosts, backslashes and control characters, which browsers read as they like.
    """
    if not target or len(target) > 2000 or not target.startswith("/") or "\\" in target:
        return None
    if target.startswith("//") or any(ord(c) < 0x20 or ord(c) == 0x7F for c in target):
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return None
    return target
