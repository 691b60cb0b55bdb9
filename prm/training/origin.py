"""The content origin: where packages run, and the tokens in the paths of their files.

A token says which launch it stands for, and nothing else; whose that is, of which package and until
when stands in the launch's row. It is signed, so that a made-up one is refused without a look at the
database.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

import config
from prm.training.models.content import PackageLaunch

_SALT = "prm content token"


@dataclass(frozen=True)
class Token:
    vendor_id: int
    launch_id: UUID


def is_configured() -> bool:
    """Whether packages can be opened at all."""
    return bool(current_app.config["CONTENT_URL"])


def origin_for(package_id: UUID) -> str:
    """The origin that a package (by public id) runs on: scheme, host and port."""
    address: str = current_app.config["CONTENT_URL"]
    return address.replace(config.PACKAGE, str(package_id))


def is_content_host(host: str) -> bool:
    """Whether a request's host (with its port, if any) is the content's rather than the portal's."""
    name = urlsplit(f"//{host}").hostname or ""
    address: str = current_app.config["CONTENT_URL"]
    if not address:
        return False
    if config.PACKAGE in address:
        suffix = urlsplit(address.replace(config.PACKAGE, "package")).hostname or ""
        return name.endswith(suffix.removeprefix("package"))
    return name == urlsplit(address).hostname


def is_host_of(host: str, package_id: UUID) -> bool:
    """Whether a request's host is the one that the package runs on."""
    return (urlsplit(f"//{host}").hostname or "") == urlsplit(origin_for(package_id)).hostname


def make_token(launch: PackageLaunch) -> str:
    return str(_serializer().dumps([launch.vendor_id, launch.public_id.hex]))


def read_token(text: str) -> Token | None:
    """What a token says, None where we did not sign it."""
    if len(text) > 300:
        return None
    try:
        vendor_id, launch_id = _serializer().loads(text)
        return Token(int(vendor_id), UUID(hex=launch_id))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None


def _serializer() -> URLSafeSerializer:
    keys = [*reversed(current_app.config["SECRET_KEY_FALLBACKS"]), current_app.config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt=_SALT)
