"""Requests that nobody means well with, drawn from a seed: half valid, so that they get far.

Addresses, roles and forms are those of the matrix and its calls; field names come from the pages
too. Then something is wrong with some of it.
"""

from __future__ import annotations

import functools
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote_from_bytes
from uuid import UUID

from tests.access.call_parts import VALUES
from tests.access.matrix import MATRIX, ROLES, Line
from tests.access.oracles import Asking
from tests.access.shapes import body_of
from tests.access.site import Site, missing_id
from tests.factories.marketing import png

TEXTS: tuple[bytes, ...] = (
    b"", b" ", b"\x00", b"a\x00b", b"\xed\xa0\x80", b"\xff\xfe", b"\xc3\x28", b"\x1b[31m", b"\r\nX-Evil: 1",
    b"\x7f\x01\x02", "‮evil‬".encode(), "ﷺ".encode() * 300, "💥".encode() * 500, b"a" * 70_000,
    b"%s%n%x", b"{{7*7}}", b"${7*7}", b"'; DROP TABLE user_account; --", b"\\", b"../../etc/passwd",
    b"<script>alert(1)</script>", b"=1+1", b"-1", b"0", b"1", b"999999999999999999999999",
    b"-9223372036854775809",
    b"9223372036854775808", b"2147483648", b"1e9", b"1e400", b"NaN", b"Infinity", b"0x10", b"1_000", b"1,5",
    b"1.5",
    "٣".encode(), "²".encode(), b"true", b"null", b"[]", b"{}", b"0001-01-01", b"9999-12-31", b"10000-01-01",
    b"2026-02-30", b"2026-13-01", b"0000-00-00", b"-2026-01-01", b"2026-W01-1", b"20260101",
    b"2026-01-01T00:00:00Z",
    b"00000000-0000-0000-0000-000000000000", b"not-a-uuid", b"{01900000-0000-7000-8000-000000000000}",
    b"all", b"none", b"sales", b"won", b"USD", b"XXX", b"de", b"xx_YY", b"UTC", b"Mars/Olympus", b"#zzzzzz",
    b"#ffffff", b"a@b", b"a@" + b"b" * 300, b"/start", b"//evil.example", b"javascript:alert(1)",
)  # fmt: skip
QUERY_NAMES = (
    "page", "size", "sort", "direction", "search", "format", "as_of", "from", "to", "since", "until",
    "partner",
    "product", "region", "currency", "period", "model", "lookback", "by", "row", "days", "course", "company",
    "company_id", "function", "level", "standing", "status", "within", "certification", "kind", "state",
    "campaign",
    "type", "language", "actor", "action", "code", "next", "outcome", "source", "side", "brand_primary",
    "despite",
)  # fmt: skip
HEADERS: tuple[tuple[str, str], ...] = (
    ("Accept-Language", "zz;q=9, de;q=abc, *"), ("Accept-Language", "x" * 5000), ("Accept",
    "application/json"),
    ("Accept", ";;;,,,"), ("Range", "bytes=999999999-"), ("Range", "bytes=-"), ("If-None-Match", '"x" , W/'),
    ("If-Modified-Since", "yesterday"), ("HX-Request", "true"), ("Cookie",
    "prm=garbage; locale=%00; theme=<x>"),
    ("X-Forwarded-For", "' OR 1=1"), ("User-Agent", "\x7f" * 300), ("Content-Encoding", "gzip"),
    ("Transfer-Encoding", "chunked"), ("Referer", "http://[::"), ("Authorization", "Basic ////"),
    ("Sec-Purpose", "prefetch"), ("Expect", "100-continue"), ("Origin", "null"),
)  # fmt: skip


def bomb() -> bytes:
    """A ZIP of 3 KB that unpacks to 3 MB a part."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml", "../../evil"):
            archive.writestr(name, b"<a>" + b" " * 3_000_000 + b"</a>")
    return out.getvalue()


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>'


@functools.cache
def files() -> tuple[tuple[str, bytes], ...]:
    picture = png(300, 200)
    return (
        ("a.png", picture[: len(picture) // 2]), ("a.png", picture[:20]), ("a.png",
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 99),
        ("a.gif", b"GIF89a" + b"\xff" * 40), ("a.jpg", b"\xff\xd8\xff" + b"\x00" * 40), ("a.webp",
        b"RIFF\xff\xff\xff\xff"),
        ("a.pdf", b"%PDF-1.7\n%%EOF"), ("a.pdf", b"%PDF-1.7 /ByteRange [0 99999999 0 1] <00>"), ("a.zip",
        b"PK\x03\x04"),
        ("a.xlsx", bomb()), ("a.xlsx", b"PK\x03\x04" + b"\x00" * 60), ("a.xlsx",
        b"PK\x05\x06" + b"\x00" * 18),
        ("a.csv", b"\xff\xfea\x00"), ("a.csv", b'"unclosed,1\n2'), ("a.csv", b"name,name\n,,,,,\n\x00\n"),
        ("a.csv", b"a" * 200_000), ("a.csv", b"," * 50_000), ("a.csv", b"name\n" + b"x\n" * 3000), ("a.csv",
        b""),
        ("a.svg", ENTITIES), ("", b"nameless"), ("../../../evil.pdf", b"%PDF-1.7"), ("a" * 400 + ".pdf",
        b"%PDF-"),
        ("\u202efdp.exe", b"MZ"), ("con.txt", b"text"), ("a.png", picture), ("a.pdf", b"%PDF-1.7 fine"),
        ("p.csv", b"name,price\nWidget,1\n"),
    )  # fmt: skip


@dataclass
class Tally:
    """What was asked and what came back."""

    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    reached: int = 0
    asked: int = 0
    failures: list[str] = field(default_factory=list)

    def table(self) -> str:
        lines = [
            f"  {endpoint:32} " + ", ".join(f"{status}: {count}" for status, count in sorted(counts.items()))
            for endpoint, counts in sorted(self.statuses.items())
        ]
        total: Counter[int] = Counter()
        for counts in self.statuses.values():
            total += counts
        lines.append("  all: " + ", ".join(f"{status}: {count}" for status, count in sorted(total.items())))
        lines.append(
            f"  {self.asked} requests, {self.reached} reached a view ({100 * self.reached // self.asked} %)"
        )
        return "\n".join(lines)


def count_views(site: Site, tally: Tally) -> Callable[[], None]:
    """Count every request that reaches a view; returns what ends the counting."""
    before = dict(site.app.view_functions)

    def counted(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def call(*arguments: Any, **named: Any) -> Any:
            tally.reached += 1
            return view(*arguments, **named)

        return call

    site.app.view_functions.update({name: counted(view) for name, view in before.items()})
    return lambda: site.app.view_functions.update(before)


class Hostile:
    """Draws requests and asks them."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site, self.random = site, Random(seed)
        self.lines = sorted(MATRIX.values(), key=str)
        self._names: dict[str, list[str]] = {}
        self._asking: dict[tuple[str, str], Asking] = {}

    def run(self, requests: int, tally: Tally) -> None:
        end = count_views(self.site, tally)
        try:
            for number in range(requests):
                if number % 100 == 99:
                    self.site.snapshot.restore()
                self._one(number, tally)
        finally:
            end()
            self.site.snapshot.restore()

    def _one(self, number: int, tally: Tally) -> None:
        random = self.random
        line = random.choice(self.lines)
        role = self._role(line)
        path = self._path(line, role) + self._query()
        options = self._body(line, role) if line.is_change else {}
        headers = [random.choice(HEADERS)] if random.random() < 0.15 else []
        if random.random() < 0.02:
            path = quote_from_bytes(random.choice(TEXTS)[:2000], safe="/") or "/"
            path = f"/acme/{path}"
        method = (
            line.method
            if random.random() < 0.98
            else random.choice(["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
        )
        where = f"#{number} {method} {path[:300]} as {role} {headers} {str(options)[:600]}"
        tally.asked += 1
        try:
            answer = self.site.ask(role, method, path, watch=False, headers=headers, **options)
        except Exception as error:
            tally.failures.append(f"{where}: raised {type(error).__name__}: {error}")
            return
        tally.statuses.setdefault(line.endpoint, Counter())[answer.status] += 1
        if answer.status >= 500:
            found = re.findall(r'"exception": "(.*?)"(?:, "|\})', answer.logged)
            tally.failures.append(
                f"{where}: {answer.status} {found[-1][-900:] if found else answer.logged[-400:]}"
            )

    def _role(self, line: Line) -> str:
        able = [role for role in ROLES if line[role] == "ok" and role != "anon"] or list(ROLES)
        return self.random.choice(able if self.random.random() < 0.85 else [r for r in ROLES if r != "anon"])

    def _asked(self, line: Line) -> Asking:
        if line.key not in self._asking:
            self._asking[line.key] = Asking(self.site, line)
        return self._asking[line.key]

    def _path(self, line: Line, role: str) -> str:
        asking, acme, random = self._asked(line), self.site.two.acme, self.random
        swapped: dict[str, Any] = {}
        for argument in asking.arguments:
            if random.random() > 0.12:
                continue
            name = asking.thing_of(argument, role)
            if name is None:
                swapped[argument] = VALUES[argument][1] or VALUES[argument][0]
            elif isinstance(acme.things[name].public_id, UUID):
                others = [self.site.two.globex.things[name].public_id, missing_id(), UUID(int=0)]
                others += [t.public_id for t in acme.things.values() if isinstance(t.public_id, UUID)]
                swapped[argument] = random.choice(others)
        return asking.path(acme, role, **swapped)

    def _query(self) -> str:
        if self.random.random() < 0.35:
            return ""
        pairs = []
        for _ in range(self.random.choice([1, 1, 2, 3, 40])):
            value = self.random.choice(TEXTS)[:4000]
            pairs.append(f"{self.random.choice(QUERY_NAMES)}={quote_from_bytes(value)}")
        return "?" + "&".join(pairs)

    def _field_names(self, line: Line) -> list[str]:
        """The names of the fields on the form's own page."""
        if line.endpoint not in self._names:
            names: list[str] = []
            if (line.endpoint, "GET") in MATRIX:
                asking = self._asked(MATRIX[line.endpoint, "GET"])
                page = self.site.ask("admin", "GET", asking.path(self.site.two.acme, "admin"), watch=False)
                names = sorted(set(re.findall(r'name="([^"]+)"', page.content.decode("utf-8", "replace"))))
            self._names[line.endpoint] = [name for name in names if name != "csrf_token"]
        return self._names[line.endpoint]

    def _body(self, line: Line, role: str) -> dict[str, Any]:
        random = self.random
        if random.random() < 0.06:
            return self._raw()
        fields = list(self._pairs(line, role))
        for name in self._field_names(line):
            if random.random() < 0.2:
                fields.append((name, random.choice(TEXTS)))
        for index in range(len(fields)):
            if random.random() < 0.25:
                name, value = fields[index]
                broken = random.choice(files()) if isinstance(value, tuple) else random.choice(TEXTS)
                fields[index] = (name, broken)
        if random.random() < 0.1:
            fields = [pair for pair in fields if random.random() < 0.7]
        if any(isinstance(value, tuple) for _, value in fields) or random.random() < 0.1:
            return {
                "input_stream": io.BytesIO(multipart(fields)),
                "content_type": "multipart/form-data; boundary=b",
            }
        joined = b"&".join(
            quote_from_bytes(name.encode()).encode() + b"=" + quote_from_bytes(value).encode()
            for name, value in fields
            if isinstance(value, bytes)
        )
        return {"input_stream": io.BytesIO(joined), "content_type": "application/x-www-form-urlencoded"}

    def _pairs(self, line: Line, role: str) -> Iterator[tuple[str, Any]]:
        for name, value in body_of(self._asked(line).call.body, self.site.two.acme, role).items():
            for each in value if isinstance(value, list) else [value]:
                yield name, (each[1], each[0]) if isinstance(each, tuple) else str(each).encode()

    def _raw(self) -> dict[str, Any]:
        """Bodies that are no form."""
        kind, body = self.random.choice(
            [
                ("application/json", b"[" * 100_000),
                ("application/json", b'{"a":' * 5_000 + b"1" + b"}" * 5_000),
                ("application/json", b"\xff"),
                (
                    "multipart/form-data; boundary=b",
                    b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n' * 10_001,
                ),
                ("multipart/form-data", b"--b\r\n"),
                ("multipart/form-data; boundary=" + "b" * 300, b"--b\r\n\r\n"),
                (
                    "multipart/form-data; boundary=b",
                    b'--b\r\nContent-Disposition: form-data; name="x"; filename*=UTF-16',
                ),
                ("multipart/form-data; boundary=b", b"--b\r\n" + b"A: b\r\n" * 3000),
                ("application/x-www-form-urlencoded", b"&".join([b"x=1"] * 10_001)),
                ("application/x-www-form-urlencoded; charset=utf-7", b"%ff=%ff&=&=&&&"),
                ("application/x-www-form-urlencoded", b"a" * 2_200_000),
                ("text/plain", b"\x00" * 1000),
                ("", b"x"),
                ("application/xml", ENTITIES),
            ]
        )
        return {"input_stream": io.BytesIO(body), "content_type": kind}


def multipart(fields: list[tuple[str, Any]]) -> bytes:
    """The fields as multipart/form-data of boundary b, byte for byte as given."""
    out = bytearray()
    for name, value in fields:
        out += b'--b\r\nContent-Disposition: form-data; name="' + name.encode() + b'"'
        if isinstance(value, tuple):
            filename, content = value
            out += b'; filename="' + filename.encode() + b'"\r\nContent-Type: application/octet-stream'
            out += b"\r\n\r\n" + content + b"\r\n"
        else:
            out += b"\r\n\r\n" + value + b"\r\n"
    return bytes(out + b"--b--\r\n")
