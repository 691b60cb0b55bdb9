"""One line of the matrix put to a site: how it is asked, and what is wrong with an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.access.call_parts import ARGUMENTS, LEARNERS, VALUES
from tests.access.calls import call_of
from tests.access.canaries import READS, leaks, tokens_in
from tests.access.matrix import Line
from tests.access.shapes import Call, body_of
from tests.access.site import Answer, Site
from tests.access.snapshots import LIMITS
from tests.access.wording import reason
from tests.access.worlds import Tenant

# Kinds that an endpoint may show to whomever it answers, beside what READS says: the use there was
# of what is withdrawn.
SHOWN: dict[str, frozenset[str]] = {
    "marketing.usage": frozenset({"GONE"}),
    # Whoever holds the link of the invitation reads what was written to them.
    "accounts.invitation": frozenset({"COMPANY", "INVITE", "STAFF"}),
    # What a certificate states, to whoever holds its code.
    "certification.verify": frozenset({"MEMBER", "SCHEME", "COMPANY"}),
    "certification.verify_form": frozenset({"MEMBER", "SCHEME", "COMPANY"}),
    "certification.verify_json": frozenset({"MEMBER", "SCHEME", "COMPANY"}),
    # What an applicant typed, to whoever holds the link mailed to them.
    "partners.apply_confirm": frozenset({"APPLICANT"}),
    "training.attempt": frozenset({"KEY"}),  # once it is passed
    # What is due for somebody, to whoever holds their calendar's private address.
    "training.feed": frozenset({"COURSE"}),
    # Who issued it.
    "certification.detail": frozenset({"STAFF"}),
    "reports.attribution": frozenset({"GONE"}),
}
USAGE = frozenset({"usage_event"})
WITH_BOTH = ("dual", "both")  # whose own page names both vendors


class Questions:
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
        if name and role in WITH_BOTH:
            name = name.replace("PA.", "PC.")
        if not name:
            return None
        me = role if role in LEARNERS else "member"
        own = "exec" if role == "exec" else me
        if argument == "notification_id":
            me = own
        return name.format(me=me, self=own)

    def values(self, tenant: Tenant, role: str, **swapped: Any) -> dict[str, Any]:
        values: dict[str, Any] = {"vendor": tenant.slug} if self.has_vendor else {}
        for argument in self.arguments:
            if argument in swapped:
                continue
            name = self.thing_of(argument, role)
            if name is not None:
                values[argument] = tenant.things[name].public_id
            else:
                values[argument] = tenant.slug if argument == "place" else VALUES[argument][0]
        return {**values, **swapped}

    def path(self, tenant: Tenant, role: str, **swapped: Any) -> str:
        path = self.site.url(self.line.endpoint, self.values(tenant, role, **swapped))
        return path + self._query(self.call.needs, tenant)

    def ask(
        self, role: str, tenant: Tenant, path: str, *, home: Tenant | None = None, **options: Any
    ) -> Answer:
        method = options.pop("method", self.line.method)
        if self.line.is_change and "body" not in options:
            options["body"] = body_of(self.call.body, tenant, role)
        return self.site.ask(role, method, path, home=home or tenant, **options)

    # -- what is wrong with an answer --------------------------------------------------------------

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
            yield f"{where}: {answer.kind}, expected {wanted}{reason(answer)}"
        tenants = (
            frozenset({(home or tenant).name})
            if role not in WITH_BOTH or self.has_vendor
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
        if answer.kind == "ok" and self.line.is_change and role in READS:
            yield from self._touched(role, tenant, answer, where)

    def _touched(self, role: str, tenant: Tenant, answer: Answer, where: str) -> Iterator[str]:
        """A change concerns rows of this vendor, and of partners within reach."""
        within = {"ALL", *READS[role][2]}
        for table, rows in answer.changes.items():
            for row in (*rows[0], *rows[1]):
                for token in tokens_in(row.encode()):
                    if token[0] != tenant.name or (self.has_vendor and token[1] not in within):
                        yield f"{where}: changed {' '.join(token)} in {table}"

    def difference(self, answer: Answer, where: str) -> Iterator[str]:
        changed = set(answer.changes)
        if answer.status >= 500:
            yield f"{where}: {answer.status}, which is nobody's answer"
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
