"""A hundred forms in which `next` was made to lead off a site, somewhere, once."""

from __future__ import annotations

_HOSTS = (
    "evil.example",
    "evil.example/start",
    "evil.example:443",
    "user@evil.example",
    "localhost@evil.example",
)
_LEADS = (
    "//", "///", "////", "/\\", "\\/", "\\\\", "\\\\\\", "/\\/", "//\\", "http://", "https://", "HTTPS://",
    "http:", "https:/", "https:///", "javascript://", "ftp://", "//localhost@",
    "/\t/", "/\n/", "/\r\n/", "\t//",
    "\n//", " //", "/\x00/", "\x00//", "/\x0b/", "\x1f//", "http:\\\\", "//;@", "//%2e%2e@",
)  # fmt: skip

OFF_SITE = [lead + host for lead in _LEADS for host in _HOSTS] + [
    "",
    "evil.example",
    "start",
    "?next=//evil.example",
    "#//evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "mailto:evil@evil.example",
    "https:evil.example",
    "/start\r\nLocation: https://evil.example",
    "/start\nSet-Cookie: prm=1",
    "/\\evil.example/..",
    "/" + "a" * 3000,
    "//[::1]/",
    "//evil.example%00.localhost",
    "http://localhost.evil.example/",
    "http://localhost:80@evil.example/",
    "https://localhost\\@evil.example",
    "/start\x7f",
]
