"""Which files people may give us to keep. Nothing here is ever rendered as a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, TypeVar

from flask_babel import gettext as _

from prm.errors import DomainError

MAX_NAME = 150

# Ending → media type and what the file must begin with.
KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "webp": ("image/webp", (b"RIFF",)),
    "gif": ("image/gif", (b"GIF87a", b"GIF89a")),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",)),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", (b"PK\x03\x04",)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)),
    "zip": ("application/zip", (b"PK\x03\x04",)),
    "mp4": ("video/mp4", ()),
    "txt": ("text/plain", ()),
}


@dataclass(frozen=True)
class Upload:
    """A file somebody sent, checked: its name without any path, and its media type."""

    name: str
    content: bytes
    media_type: str
    ending: str


def check_upload(name: str, content: bytes) -> Upload:
    """Raises DomainError (field "file") for an empty file, an ending not offered, or other content."""
    plain = PurePath(name.replace("\\", "/")).name
    plain = "".join(c for c in plain if c.isprintable()).strip()[-MAX_NAME:]
    ending = PurePath(plain).suffix.lower().lstrip(".")
    if not content:
        raise _refused(_("Choose a file that is not empty."))
    if ending not in KINDS:
        raise _refused(
            _("Files of this kind are not offered. Use one of: %(kinds)s.", kinds=", ".join(sorted(KINDS)))
        )
    media_type, beginnings = KINDS[ending]
    if beginnings and not content.startswith(beginnings):
        raise _refused(_("The file's content is not what its ending .%(ending)s says.", ending=ending))
    return Upload(plain, content, media_type, ending)


def _refused(message: str) -> DomainError:
    return DomainError(message, {"file": message})


_LARGE = "_prm_takes_large_files"
View = TypeVar("View", bound=Callable[..., Any])


def takes_large_files(view: View) -> View:
    """Mark a view whose body may have MAX_CONTENT_MB instead of MAX_UPLOAD_MB (prm/infra/http.py)."""
    setattr(view, _LARGE, True)
    return view


def is_for_large_files(view: Callable[..., Any] | None) -> bool:
    return bool(getattr(view, _LARGE, False))
