"""The four oracles: each asks the portal and says what is wrong, in sentences.

status: the cell of the matrix. canary: no text that the reader may not read. difference: a refusal
and a reading change nothing. twins: a foreign row answers as a missing one, byte for byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from prm.infra import clock
from tests.access.calls import (
    ARGUMENTS,
    BEYOND,
    LEARNERS,
    VALUES,
    Call,
    Id,
    Name,
    body_of,
    call_of,
    ids_in_body,
    value_of,
)
from tests.access.canaries import leaks, tokens_in
from tests.access.matrix import Line
from tests.access.site import Answer, Site, missing_id
from tests.access.snapshots import LIMITS
from tests.access.worlds import LINK, Tenant

# Kinds that an endpoint may show to whomever it answers, beside what READS says: the use there was
# of what is withdrawn.
SHOWN: dict[str, frozenset[str]] = {
    "marketing.usage": frozenset({"GONE"}),
    # Whoever holds the link of the invitation reads what was written to them.
    "accounts.invitation": frozenset({"COMPANY", "INVITE", "STAFF"}),
    # What a certificate states, to whoever holds its code.
    "certification.verify": frozenset({"MEMBER", "SCHEME", "COMPANY"}),
    "certification.verify_form": frozenset({"MEMBER", "SCHEME", "COMPANY"}),
    "training.attempt": frozenset({"KEY"}),  # once it is passed
    # Who issued it.
    "certification.detail": frozenset({"STAFF"}),
    "reports.attribution": frozenset({"GONE"}),
}
STRANGERS = ("admin", "manager", "west", "author", "exec", "padmin", "member")
# Answers worth asking for at the other vendor too, where a forgotten filter finds acme's rows first.
MIRRORED = ("admin", "west", "padmin", "member")
# People and their learning: partner C has none of it.
OF_PARTNER_A = frozenset({"membership.mate", "user.member", "member.certificate", "mate.enrolment"})
UNDISTURBED = ("admin", "west", "padmin", "member")
USAGE = frozenset({"usage_event"})


class Asking:
    """One line of the matrix, put to a site."""

    def __init__(self, site: Site, line: Line) -> None:
        self.site, self.line = site, line
        self.call: Call = call_of(*line.key)
        self.rule = next(
            rule
            for rule in site.app.url_map.iter_rules()
            if rule.endpoint == line.endpoint and line.method in (rule.methods or ())
        )
        self.has_vendor = "vendor" in self.rule.arguments
        self.arguments = sorted(self.rule.arguments - {"vendor"})

    # -- addresses ------------------------------------------------------------------------------

    def thing_of(self, argument: str, role: str) -> str | None:
        """Which thing stands for an argument; None where it is no id."""
        name = self.call.ids.get(argument) or ARGUMENTS.get(argument)
        if name and role == "dual":
            name = name.replace("PA.", "PC.")
        has_own = role in LEARNERS or (role == "exec" and argument == "notification_id")
        return name.format(me=role if has_own else "member") if name else None

    def values(self, tenant: Tenant, role: str, **swapped: Any) -> dict[str, Any]:
        values: dict[str, Any] = {"vendor": tenant.slug} if self.has_vendor else {}
        for argument in self.arguments:
            if argument in swapped:
                continue
            name = self.thing_of(argument, role)
            if name is not None:
                values[argument] = tenant.things[name].public_id
            else:
                values[argument] = VALUES[argument][0]
        return {**values, **swapped}

    def path(self, tenant: Tenant, role: str, **swapped: Any) -> str:
        path = self.site.url(self.line.endpoint, self.values(tenant, role, **swapped))
        return path + self._query(self.call.needs, tenant)

    def ask(
        self, role: str, tenant: Tenant, path: str, *, home: Tenant | None = None, **options: Any
    ) -> Answer:
        method = options.pop("method", self.line.method)
        if self.line.is_change and "body" not in options:
            options["body"] = body_of(self.call, tenant, role)
        return self.site.ask(role, method, path, home=home or tenant, **options)

    # -- status, canary, difference ---------------------------------------------------------------

    def cell(self, role: str, expected: str | None = None, tenant: Tenant | None = None) -> list[str]:
        """One cell, with every query that the call knows."""
        tenant = tenant or self.site.two.acme
        wanted = expected or self.line[role]
        path = self.path(tenant, role)
        problems = list(self.judge(role, tenant, self.ask(role, tenant, path), wanted))
        if self.line.method == "GET" and wanted == "ok":
            for query in self.call.queries:
                full = path.partition("?")[0] + self._query(query, tenant)
                problems += self.judge(role, tenant, self.ask(role, tenant, full), wanted, query)
        return problems

    def _query(self, query: str, tenant: Tenant) -> str:
        return re.sub(r"\{([^}]+)\}", lambda m: str(tenant.things[m[1]].public_id), query)

    def judge(
        self,
        role: str,
        tenant: Tenant,
        answer: Answer,
        wanted: str,
        query: str = "",
        *,
        home: Tenant | None = None,
    ) -> Iterator[str]:
        """What is wrong with one answer."""
        where = f"{self.line.method} {answer.path}{query} as {role} of {(home or tenant).slug}"
        if answer.kind != wanted:
            yield f"{where}: {answer.kind}, expected {wanted}{_reason(answer)}"
        tenants = (
            frozenset({(home or tenant).name})
            if role != "dual" or self.has_vendor
            else frozenset({"ACME", "GLOBEX"})
        )
        shown = SHOWN.get(self.line.endpoint, frozenset())
        for leak in leaks(role, tenants, answer.content):
            if not (leak[2] in shown and leak[0] == tenant.name):
                yield f"{where}: {' '.join(leak)} in the answer"
        for address, mail in answer.mails:
            reader, at = self.site.two.reader(address)
            for leak in leaks(reader, at or frozenset({tenant.name}), mail):
                yield f"{where}: {' '.join(leak)} in a mail to {reader}"
        for leak in tokens_in(answer.logged.encode()):
            yield f"{where}: {' '.join(leak)} in the log"
        yield from self.difference(answer, where)

    def difference(self, answer: Answer, where: str) -> Iterator[str]:
        changed = set(answer.changes)
        if answer.kind != "ok":
            allowed = LIMITS
        elif self.line.is_change:
            if not changed and self.call.leaves:
                yield f"{where}: answered {answer.status} and changed nothing"
            return
        else:
            allowed = USAGE
        for table in sorted(changed - allowed):
            gone, come = answer.changes[table]
            yield f"{where}: answered {answer.status} and changed {table}: {gone[:2]} → {come[:2]}"

    def dual(self, tenant: Tenant) -> list[str]:
        """The company that works with both: at each vendor nothing of the other, nor of other partners."""
        try:
            self.path(tenant, "dual")
        except KeyError:  # it has no such row
            return []
        if any(name in OF_PARTNER_A for name in map(ARGUMENTS.get, self.arguments)) or {
            "course_id",
            "attempt_id",
        } & set(self.arguments):
            return []
        return self.cell("dual", self.line["padmin"], tenant)

    def head(self, role: str = "padmin") -> list[str]:
        """HEAD answers as GET does, and counts nothing."""
        answer = self.ask(role, self.site.two.acme, self.path(self.site.two.acme, role), method="HEAD")
        where = f"HEAD {answer.path} as {role}"
        problems = [f"{where}: changed {table}" for table in answer.changes]
        if answer.kind != self.line[role]:
            problems.append(f"{where}: {answer.kind}, expected {self.line[role]}")
        return problems

    def stranger(self, role: str) -> list[str]:
        """Somebody of globex at an address of acme: as if there were no such vendor."""
        two = self.site.two
        path = self.path(two.acme, role)
        answer = self.ask(role, two.acme, path, home=two.globex)
        problems = list(self.judge(role, two.acme, answer, "404", home=two.globex))
        if role == "admin":
            nowhere = path.replace(f"/{two.acme.slug}/", "/nowhere/", 1)
            other = self.ask(role, two.acme, nowhere, home=two.globex)
            if other.normalised() != answer.normalised():
                problems.append(
                    f"{self.line} of another vendor and of none differ: {_first_difference(answer, other)}"
                )
        return problems

    def undisturbed(self, role: str) -> list[str]:
        """Whatever happens out of reach changes no figure: the same answer with more rows there.

        For the vendor's administrator that is the other vendor, for the others partner B.
        """
        two = self.site.two
        elsewhere = two.globex if role == "admin" else two.acme
        path = self.path(two.acme, role)
        paths = [path, *(path.partition("?")[0] + self._query(q, two.acme) for q in self.call.queries)]
        with clock.freeze(clock.now()):
            before = [self.ask(role, two.acme, each) for each in paths]
            self.site.add_more(elsewhere, "PB")
            after = [self.ask(role, two.acme, each, watch=False) for each in paths]
        self.site.snapshot.restore()
        return [
            f"{self.line} as {role}: rows out of reach show: {_first_difference(one, other)}"
            for one, other in zip(before, after, strict=True)
            if one.figures() != other.figures()
        ]

    # -- twins ------------------------------------------------------------------------------------

    def twins(self, role: str) -> list[str]:
        """Every id of the address in turn: foreign, out of reach and missing are one answer."""
        problems: list[str] = []
        acme, globex = self.site.two.tenants
        for argument in self.arguments:
            name = self.thing_of(argument, role)
            if name is None:
                continue
            missing: Any = missing_id()
            if not hasattr(acme.things[name].public_id, "hex"):
                missing = f"none-{LINK}"[: len(str(acme.things[name].public_id))]
            others = self._others(argument, name, role, acme, globex) if self.has_vendor else {}
            base = self.ask(role, acme, self.path(acme, role, **{argument: missing}))
            wanted = self.call.missing if self.line[role] not in {"in", "403", "404"} else self.line[role]
            problems += self.judge(role, acme, base, wanted, f" (missing {argument})")
            for what, other in others.items():
                answer = self.ask(role, acme, self.path(acme, role, **{argument: other}))
                problems += self.judge(role, acme, answer, wanted, f" ({what})")
                if answer.normalised(str(other)) != base.normalised(str(missing)):
                    problems.append(
                        f"{self.line} as {role}: {what} answers other than a missing one: "
                        f"{_first_difference(answer, base)}"
                    )
        return problems + self._absent(role) + self._query_twins(role)

    def _absent(self, role: str) -> list[str]:
        """Arguments that are no ids, and rows that lack what is asked for: 404 too."""
        if self.line[role] != "ok":
            return []
        acme = self.site.two.acme
        asked: list[dict[str, Any]] = [
            {argument: VALUES[argument][1]}
            for argument in self.arguments
            if argument in VALUES and VALUES[argument][1] is not None
        ]
        asked += [
            {argument: acme.things[value].public_id if value in acme.things else value}
            for argument, value, roles in self.call.absent
            if role in roles
        ]
        problems: list[str] = []
        for swapped in asked:
            answer = self.ask(role, acme, self.path(acme, role, **swapped))
            problems += self.judge(role, acme, answer, "404", f" ({swapped})")
        return problems

    def _query_twins(self, role: str) -> list[str]:
        """Every id that the query may carry: foreign and out of reach as missing."""
        problems = []
        acme, globex = self.site.two.tenants
        path = self.path(acme, role)
        if any(f"{name}=" in path for name in self.call.query_ids):
            path = path.partition("?")[0]
        path += "&" if "?" in path else "?"
        for name, thing in self.call.query_ids.items():
            missing = str(missing_id())
            base = self.ask(role, acme, f"{path}{name}={missing}")
            for what, other in self._others(_argument_of(thing), thing, role, acme, globex).items():
                answer = self.ask(role, acme, f"{path}{name}={other}")
                problems += self.judge(role, acme, answer, base.kind, f"{name}={what}")
                if answer.normalised(other) != base.normalised(missing):
                    problems.append(
                        f"{self.line} as {role}: {what} as {name} answers other than a missing one: "
                        f"{_first_difference(answer, base)}"
                    )
        return problems

    def _others(self, argument: str, thing: str, role: str, acme: Tenant, globex: Tenant) -> dict[str, str]:
        """What must answer as if it were missing: the other vendor's row, and those out of reach."""
        extra = [(name, *there) for name, there in self.call.beyond.items()]
        kind = Name if isinstance(thing, Name) else Id
        others = {f"another vendor's {thing}": value_of(globex, kind(thing))}
        for beyond_argument, roles, beyond in (*BEYOND, *extra):
            if argument == beyond_argument and role in roles and beyond != thing:
                others[f"{beyond}, out of reach"] = value_of(acme, kind(beyond.format(me=role)))
        return others

    def body_twins(self, role: str) -> list[str]:
        """Every id inside the form in turn: foreign and out of reach as missing, and nothing changes."""
        problems: list[str] = []
        acme, globex = self.site.two.tenants
        path = self.path(acme, role)
        for name, thing in ids_in_body(self.call, acme, role).items():
            missing = "Nobody of this name" if isinstance(thing, Name) else str(missing_id())
            base = self._swapped(role, path, name, missing)
            if base.kind == "ok":
                problems.append(f"{self.line} as {role}: took a missing id as {name}")
            problems += self.difference(base, f"{self.line} as {role} (missing {name})")
            others = self._others(_argument_of(thing), thing, role, acme, globex)
            for what, other in others.items():
                answer = self._swapped(role, path, name, other)
                problems += self.judge(role, acme, answer, base.kind, f" ({what} as {name})")
                if answer.normalised(other) != base.normalised(missing):
                    problems.append(
                        f"{self.line} as {role}: {what} as {name} answers other than a missing one: "
                        f"{_first_difference(answer, base)}"
                    )
        return problems

    def _swapped(self, role: str, path: str, name: str, value: str) -> Answer:
        acme = self.site.two.acme
        body = body_of(self.call, acme, role)
        body[name] = [value] if isinstance(body[name], list) else value
        answer = self.ask(role, acme, path, body=body)
        answer.content = answer.content.replace(value.encode(), b"(typed)")  # shown as it was typed
        return answer


def _argument_of(thing: str) -> str:
    """By which name BEYOND knows what a form or a query refers to: user.member → user_id."""
    if thing.startswith("user."):
        return "user_id"
    kind = thing.rpartition(".")[2]
    return "course_id" if kind.endswith("_course") else f"{kind}_id"


def _reason(answer: Answer) -> str:
    """What the portal said, where it says why: a traceback of its log, a message of its form."""
    for line in answer.logged.splitlines():
        if '"exception"' in line:
            told = json.loads(line)["exception"].strip().splitlines()
            ours = [part.strip() for part in told if "/prm/" in part]
            return f": {told[-1][:300]} ({ours[-1] if ours else 'outside prm'})"
    said = re.findall(rb"(?:error|alert)[^>]*>\s*([^<>{}]{8,160})<", answer.content)
    return f" ({b' | '.join(said[:4]).decode('utf-8', 'replace')})" if said else ""


def _first_difference(one: Answer, other: Answer) -> str:
    left, right = one.normalised(), other.normalised()
    at = next(
        (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
    )
    return f"{left[max(0, at - 60) : at + 60]!r} / {right[max(0, at - 60) : at + 60]!r}"
