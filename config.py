"""Settings: the only reader of the environment.

Every setting is a row of SETTINGS: name, default, what it does. README.md's table is printed
from it (``flask settings``) and a test holds the two together.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

ROOT = Path(__file__).resolve().parent
PACKAGE = "{package}"  # in CONTENT_URL: the id of a package


class SettingError(ValueError):
    """A setting that cannot work; the message names it and says how to mend it."""


@dataclass(frozen=True)
class Setting:
    name: str
    default: str
    purpose: str


SETTINGS: tuple[Setting, ...] = (
    Setting("SECRET_KEY", "", "Signs cookies and seals stored keys. At least 32 characters."),
    Setting(
        "SECRET_KEY_PREVIOUS",
        "",
        "Earlier secret keys, comma-separated: cookies and sealed keys of theirs stay readable.",
    ),
    Setting(
        "KEY_ENCRYPTION_KEY",
        "",
        "Seals the vendors' signing keys in the database. At least 32 characters. Default: SECRET_KEY",
    ),
    Setting(
        "KEY_ENCRYPTION_KEY_PREVIOUS",
        "",
        "Earlier ones, comma-separated, until `flask keys reseal` has run.",
    ),
    Setting(
        "BASE_URL",
        "http://localhost:8000",
        "Where people reach the portal. https turns on HSTS and __Host- cookies.",
    ),
    Setting(
        "VERIFY_URL",
        "",
        "What a certificate's QR code holds before the code. Default: BASE_URL/verify/",
    ),
    Setting(
        "ISSUER_URL",
        "",
        "Below which issuers' keys are published; their names (did:web) follow from it. "
        "Default: BASE_URL/issuers",
    ),
    Setting(
        "TSA_URL",
        "",
        "Time-stamping service (RFC 3161) for certificates: nothing is issued without its stamp. "
        "Default: none.",
    ),
    Setting(
        "TRUSTED_HOSTS",
        "",
        "Further host names the server answers to, comma-separated. BASE_URL's is always one.",
    ),
    Setting(
        "CONTENT_URL",
        "",
        "Where course packages run: a host of its own that is none of the portal's, best with {package}.",
    ),
    Setting(
        "CONTENT_SOURCES",
        "",
        "Further origins that packages may show videos, pictures and frames from, comma-separated.",
    ),
    Setting("PROXIES", "0", "Number of reverse proxies whose X-Forwarded-* headers are believed."),
    Setting("DATA_DIR", "instance", "Folder of the embedded database, queue and files."),
    Setting(
        "DATABASE_URL",
        "",
        "SQLAlchemy URL. Default: SQLite in DATA_DIR. PostgreSQL: postgresql+psycopg://…",
    ),
    Setting(
        "FILES_URL", "", "Where files are kept: a folder, or s3://bucket/prefix. Default: DATA_DIR/files"
    ),
    Setting(
        "DROP_FOLDER",
        "",
        "Folder whose files are imported by themselves, by VENDOR/KIND.SOURCE/. Default: none.",
    ),
    Setting("S3_ENDPOINT_URL", "", "Endpoint of an S3-compatible store other than AWS."),
    Setting(
        "REDIS_URL",
        "",
        "Redis for the job queue and rate limits. Without it: files in DATA_DIR, one web process.",
    ),
    Setting("WEB_PROCESSES", "1", "Web processes of `flask serve`. More than one needs REDIS_URL."),
    Setting("SMTP_URL", "smtp://localhost:25", "Mail server: smtp://user:password@host:port, smtps://…"),
    Setting("MAIL_FROM", "portal@localhost", "Sender of the portal's mails."),
    Setting("LANGUAGES", "en,de", "Languages offered, the default first."),
    Setting("SESSION_HOURS", "12", "Hours after which a sign-in ends."),
    Setting("INVITATION_DAYS", "14", "Days an invitation can be accepted."),
    Setting("RESET_MINUTES", "60", "Minutes a link to a new password or mail address works."),
    Setting("PASSWORD_TIME_COST", "3", "argon2id passes."),
    Setting("PASSWORD_MEMORY_KIB", "65536", "argon2id memory in KiB."),
    Setting("MAX_UPLOAD_MB", "64", "Largest request body, in MiB."),
    Setting("MAX_CONTENT_MB", "512", "Largest upload of a course package or video, in MiB."),
    Setting("RATE_LIMITS", "1", "0 turns request rate limits off (sign-in failures still count)."),
    Setting("LOG_LEVEL", "INFO", "Least level written to the log."),
    Setting(
        "METRICS_TOKEN",
        "",
        "Bearer token that /metrics (Prometheus) asks for. Without it there is no /metrics.",
    ),
    Setting("DEMO", "0", "1: a demo: the page of sent mail exists and pages say that it is a demo."),
    Setting("TESTING", "0", "1: jobs run in the calling process; for the suite only."),
)


# Kept out of the configuration under their own names: what uses them finds them ready made.
SECRETS = frozenset({"SECRET_KEY_PREVIOUS", "KEY_ENCRYPTION_KEY", "KEY_ENCRYPTION_KEY_PREVIOUS"})


def own_environment(**changes: str) -> dict[str, str]:
    """The process's environment with changes: for a program that is started, or another application."""
    return {**os.environ, **changes}


def load(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Read every setting from `environ` (the process's own by default) as Flask configuration.

    Raises SettingError where a value cannot work.
    """
    environ = os.environ if environ is None else environ
    text = {s.name: environ.get(s.name, "").strip() or s.default for s in SETTINGS}

    def number(name: str) -> int:
        try:
            return int(text[name])
        except ValueError:
            raise SettingError(f"{name} must be a whole number, not {text[name]!r}.") from None

    def flag(name: str) -> bool:
        return text[name].lower() in {"1", "true", "yes", "on"}

    def names(name: str) -> list[str]:
        return [part.strip() for part in text[name].split(",") if part.strip()]

    testing, demo = flag("TESTING"), flag("DEMO")
    if len(text["SECRET_KEY"]) < 32:
        raise SettingError(
            "SECRET_KEY must be set to at least 32 random characters, for example the output of "
            "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`."
        )
    if 0 < len(text["KEY_ENCRYPTION_KEY"]) < 32:
        raise SettingError("KEY_ENCRYPTION_KEY must have at least 32 random characters, as SECRET_KEY has.")
    base = urlsplit(text["BASE_URL"])
    if base.scheme not in {"http", "https"} or not base.hostname:
        raise SettingError(f"BASE_URL must be an http or https address, not {text['BASE_URL']!r}.")
    is_tls = base.scheme == "https"
    base_url = text["BASE_URL"].rstrip("/")
    folder = Path(text["DATA_DIR"])
    folder = folder if folder.is_absolute() else ROOT / folder
    issuers = urlsplit(text["ISSUER_URL"] or text["BASE_URL"])
    if issuers.scheme not in {"http", "https"} or not issuers.hostname or issuers.query or issuers.fragment:
        raise SettingError(f"ISSUER_URL must be an http or https address, not {text['ISSUER_URL']!r}.")
    if text["TSA_URL"] and not (
        text["TSA_URL"].startswith(("http://", "https://")) and urlsplit(text["TSA_URL"]).hostname
    ):
        raise SettingError(f"TSA_URL must be an http or https address, not {text['TSA_URL']!r}.")
    if number("WEB_PROCESSES") > 1 and not text["REDIS_URL"]:
        raise SettingError(
            "WEB_PROCESSES over 1 needs REDIS_URL: without it every process would count its own limits."
        )
    metrics_folder = environ.get("PROMETHEUS_MULTIPROC_DIR", "")  # the client library's own variable
    if number("WEB_PROCESSES") > 1 and text["METRICS_TOKEN"] and not metrics_folder:
        raise SettingError(
            "METRICS_TOKEN with WEB_PROCESSES over 1 needs PROMETHEUS_MULTIPROC_DIR, a folder that is empty "
            "at each start: without it /metrics would answer for one process at a time."
        )
    content_url, content_host = _content_origin(text["CONTENT_URL"], base)
    hosts = {base.hostname, *names("TRUSTED_HOSTS")}
    if content_host:
        hosts.add(content_host)
    return {
        **{name: value for name, value in text.items() if name not in SECRETS},
        "DEMO": demo,
        "TESTING": testing,
        "BASE_URL": base_url,
        "IS_TLS": is_tls,
        "CONTENT_URL": content_url,
        "CONTENT_SOURCES": [_origin_of("CONTENT_SOURCES", each) for each in names("CONTENT_SOURCES")],
        "MAX_CONTENT_BYTES": number("MAX_CONTENT_MB") * 1024 * 1024,
        "VERIFY_URL": text["VERIFY_URL"] or base_url + "/verify/",
        "ISSUER_URL": (text["ISSUER_URL"] or base_url + "/issuers").rstrip("/"),
        "TRUSTED_HOSTS": sorted(hosts),
        "SECRET_KEY_FALLBACKS": names("SECRET_KEY_PREVIOUS"),
        # The first seals; each opens what was sealed with it.
        "SEALING_KEYS": [
            *filter(None, [text["KEY_ENCRYPTION_KEY"]]),
            *names("KEY_ENCRYPTION_KEY_PREVIOUS"),
            text["SECRET_KEY"],
            *names("SECRET_KEY_PREVIOUS"),
        ],
        "DATA_DIR": folder,
        "DROP_FOLDER": Path(text["DROP_FOLDER"]) if text["DROP_FOLDER"] else None,
        "FILES_URL": text["FILES_URL"] or str(folder / "files"),
        "SQLALCHEMY_DATABASE_URI": text["DATABASE_URL"] or f"sqlite:///{folder / 'prm.sqlite'}",
        "METRICS_FOLDER": metrics_folder,
        "PROXIES": number("PROXIES"),
        "WEB_PROCESSES": number("WEB_PROCESSES"),
        "LANGUAGES": names("LANGUAGES"),
        "SESSION_HOURS": number("SESSION_HOURS"),
        "INVITATION_DAYS": number("INVITATION_DAYS"),
        "RESET_MINUTES": number("RESET_MINUTES"),
        "PASSWORD_TIME_COST": number("PASSWORD_TIME_COST"),
        "PASSWORD_MEMORY_KIB": number("PASSWORD_MEMORY_KIB"),
        # Flask's own names below.
        "MAX_CONTENT_LENGTH": number("MAX_UPLOAD_MB") * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 10_000,
        "SESSION_COOKIE_NAME": "__Host-prm" if is_tls else "prm",
        "SESSION_COOKIE_SECURE": is_tls,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": is_tls,
        "RATELIMIT_ENABLED": flag("RATE_LIMITS"),
        "RATELIMIT_STORAGE_URI": text["REDIS_URL"] or "memory://",
        "BABEL_DEFAULT_LOCALE": names("LANGUAGES")[0] if names("LANGUAGES") else "en",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "prm" / "translations"),
    }


def _content_origin(stated: str, base: SplitResult) -> tuple[str, str]:
    """(CONTENT_URL, what TRUSTED_HOSTS needs for it); both "" where packages cannot be opened.

    On a developer's machine it is a name below localhost, which browsers know without a name server.
    """
    if not stated:
        if base.hostname not in {"localhost", "127.0.0.1", "::1"}:
            return "", ""
        port = f":{base.port}" if base.port else ""
        stated = f"{base.scheme}://{PACKAGE}.content.localhost{port}"
    address = stated.rstrip("/")
    parts = urlsplit(address.replace(PACKAGE, "package"))
    host = (parts.hostname or "").lower()
    if parts.scheme not in {"http", "https"} or not host or parts.path or parts.query or parts.fragment:
        raise SettingError(
            f"CONTENT_URL must be an origin such as https://{PACKAGE}.content.example, not {stated!r}."
        )
    is_each = address.startswith(f"{parts.scheme}://{PACKAGE}.")
    if PACKAGE in address and (not is_each or address.count(PACKAGE) > 1):
        raise SettingError(f"CONTENT_URL may hold {PACKAGE} once, as the first part of the host.")
    if host == (base.hostname or "").lower():
        raise SettingError(
            "CONTENT_URL must name another host than BASE_URL: a package may do there whatever it likes."
        )
    if parts.scheme != base.scheme:
        raise SettingError("CONTENT_URL and BASE_URL must both be http or both be https.")
    return address, host.removeprefix("package") if is_each else host


def _origin_of(name: str, stated: str) -> str:
    parts = urlsplit(stated)
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or set(stated) & set(" ;,'\""):
        raise SettingError(f"{name} must list origins such as https://video.example, not {stated!r}.")
    return stated.rstrip("/")
