"""The oracles: each asks the portal and says what is wrong, in sentences.

status: the cell of the matrix. canary: no text that the reader may not read. difference: a refusal
and a reading change nothing, and a change nothing out of reach. twins: a foreign row answers as a
missing one, byte for byte. figures: what happens out of reach changes none. links: none that its
reader may not open. viewed: who sees the portal as somebody else sees what they see, and changes
nothing.
"""

from __future__ import annotations

from typing import Any

from prm.infra import clock
from tests.access.asking import WITH_BOTH, Questions
from tests.access.call_parts import ARGUMENTS, BEYOND, VALUES
from tests.access.links import dead_links
from tests.access.shapes import Form, Id, Name, body_of, ids_in_body, value_of
from tests.access.site import Answer, missing_id
from tests.access.wording import first_difference
from tests.access.worlds import LINK, Tenant

STRANGERS = ("admin", "manager", "west", "author", "exec", "padmin", "member")
# Answers worth asking for at the other vendor too, where a forgotten filter finds acme's rows first.
MIRRORED = ("admin", "west", "padmin", "member")
# People and their learning: partner C has none of it.
OF_PARTNER_A = frozenset({"membership.mate", "user.member", "member.certificate", "mate.enrolment"})
UNDISTURBED = ("admin", "west", "padmin", "member")
# Who sees the portal as a partner's administrator does, and as whom they read: as somebody within reach;
# as somebody who is out of it by now (their name alone is shown); having left the vendor meanwhile.
ONLOOKERS = {"looks": "padmin", "looks_west": "boss_b", "looks_gone": "padmin"}
WAYS_OUT = {("accounts.end_viewing", "POST"), ("accounts.sign_out", "POST")}


class Asking(Questions):
    """One line of the matrix and its oracles."""

    # -- status, canary, difference ---------------------------------------------------------------

    def cell(self, role: str, expected: str | None = None, tenant: Tenant | None = None) -> list[str]:
        """One cell, with every query, form and further row that the call knows."""
        tenant = tenant or self.site.two.acme
        wanted = expected or self.line[role]
        path = self.path(tenant, role)
        problems = list(self.judge(role, tenant, self.ask(role, tenant, path), wanted))
        for swapped in self._also(role, tenant):
            answer = self.ask(role, tenant, self.path(tenant, role, **swapped))
            problems += self.judge(role, tenant, answer, "ok", f" ({swapped})")
        if wanted != "ok":
            return problems
        if self.line.method == "GET":
            bare = path.partition("?")[0]
            asked = [(query, "ok") for query in self.call.queries]
            asked += [(query, "404") for roles, query in self.call.nowhere if role in roles]
            for query, kind in asked:
                answer = self.ask(role, tenant, bare + self._query(query, tenant))
                problems += self.judge(role, tenant, answer, kind, query)
        for form in self._forms(role):
            answer = self.ask(role, tenant, path, body=body_of(form, tenant, role))
            problems += self.judge(role, tenant, answer, "ok", f" ({form})")
        return problems + self._refused(role, tenant, path)

    def _forms(self, role: str) -> list[Form]:
        return [form for roles, form in self.call.forms if role in roles]

    def _also(self, role: str, tenant: Tenant) -> list[dict[str, Any]]:
        return [
            {argument: tenant.things[thing].public_id for argument, thing in swapped.items()}
            for roles, swapped in self.call.also
            if role in roles
        ]

    def _refused(self, role: str, tenant: Tenant, path: str) -> list[str]:
        """What only others may say in the form: not taken, and nothing changes."""
        problems: list[str] = []
        for roles, said in self.call.refused:
            if role in roles:
                body = {**body_of(self.call.body, tenant, role), **body_of(said, tenant, role)}
                answer = self.ask(role, tenant, path, body=body)
                if answer.kind == "ok":
                    problems.append(f"{self.line} as {role} of {tenant.slug}: took {said}")
                problems += self.judge(role, tenant, answer, answer.kind, f" ({said})")
        return problems

    def afterwards(self, role: str) -> list[str]:
        """What others are answered once somebody has made a change."""
        acme, problems = self.site.two.acme, []
        for roles, swapped, form, then in self.call.afterwards:
            if role not in roles:
                continue
            named = {argument: acme.things[thing].public_id for argument, thing in swapped.items()}
            path = self.path(acme, role, **named)
            body = body_of(form, acme, role)
            problems += self.judge(role, acme, self.ask(role, acme, path, body=body), "ok")
            made = self.ask(role, acme, path, body=body, watch=False)
            for each in then:
                led = made.headers.get("Location", "")
                address = self._query(each.path.replace("{answer}", led), acme)
                answer = self.site.ask(each.reader, each.method, address, watch=False)
                text = answer.content.decode("utf-8", "replace")
                is_told = each.says in text and not (each.hides and each.hides in text)
                if answer.kind != each.kind or not is_told:
                    problems.append(
                        f"{self.line} as {role}, then {address} as {each.reader}: {answer.kind}, "
                        f"expected {each.kind} {each.says!r} without {each.hides!r}"
                    )
            self.site.snapshot.restore()
        return problems

    def others(self, person: str) -> list[str]:
        """What somebody besides the roles is answered."""
        acme, problems = self.site.two.acme, []
        for who, swapped, form, kind in self.call.others:
            if who == person:
                named = {argument: acme.things[thing].public_id for argument, thing in swapped.items()}
                body = body_of(form, acme, who) if self.line.is_change else None
                answer = self.ask(who, acme, self.path(acme, who, **named), body=body)
                problems += self.judge(who, acme, answer, kind, f" ({swapped})")
        return problems

    def viewed(self, onlooker: str) -> list[str]:
        """What somebody gets who sees acme's portal as the administrator of a partner does: that person's
        pages, and nothing is changed; no page at all once they must not see that person."""
        acme = self.site.two.acme
        role, wanted = "padmin", "403"
        if self.line.key in WAYS_OUT:
            wanted = "ok"
        elif not self.line.is_change and self.line["anon"] != "in":
            wanted = self.line[role]
        elif not self.line.is_change and self.has_vendor:
            wanted = self.line[role] if onlooker == "looks" else "404"
        body = body_of(self.call.body, acme, role) if self.line.is_change else None
        answer = self.ask(onlooker, acme, self.path(acme, role), body=body)
        problems = list(self.judge(ONLOOKERS[onlooker], acme, answer, wanted, f" ({onlooker})"))
        if wanted == "ok" and not self.line.is_change:
            problems += [f"{self.line} as {onlooker}: changed {table}" for table in answer.changes]
        return problems

    def onlookers(self) -> tuple[str, ...]:
        """Who is asked: those who must not see that person any more find no page of the vendor."""
        is_page = self.has_vendor and not self.line.is_change
        return tuple(ONLOOKERS) if is_page else ("looks",)

    def links(self, role: str) -> list[str]:
        """Every link on a page shown to somebody leads to what they may open."""
        if self.line.method != "GET" or self.line[role] != "ok":
            return []
        acme = self.site.two.acme
        rows: list[dict[str, Any]] = [{}, *self._also(role, acme)]
        pages = [self.ask(role, acme, self.path(acme, role, **swapped)) for swapped in rows]
        return [problem for page in pages for problem in dead_links(self.site, role, acme, page)]

    def dual(self, tenant: Tenant) -> list[str]:
        """The company that works with both: at each vendor nothing of the other, nor of other partners."""
        try:
            self.path(tenant, "dual")
        except KeyError:  # it has no such row
            return []
        if any(name in OF_PARTNER_A for name in map(ARGUMENTS.get, self.arguments)) or {
            "course_id",
            "attempt_id",
            "run_id",
            "submission_id",
        } & set(self.arguments):
            return []
        if "lesson_id" in self.arguments and self.line["member"] == "ok":
            return []  # it takes no course
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
                    f"{self.line} of another vendor and of none differ: {first_difference(answer, other)}"
                )
        return problems

    def undisturbed_roles(self) -> tuple[str, ...]:
        """Whom to ask twice; the pages across vendors show figures only to who works with several."""
        if self.line.key == ("accounts.start", "GET"):
            return WITH_BOTH
        return tuple(r for r in UNDISTURBED if self.has_vendor and self.line[r] == "ok")

    def undisturbed(self, role: str) -> list[str]:
        """Whatever happens out of reach changes no figure: the same answer with more rows there.

        For the vendor's administrator that is the other vendor, for the others partner B.
        """
        two = self.site.two
        elsewhere = two.globex if role == "admin" else two.acme
        path = self.path(two.acme, role)
        paths = [path, *(path.partition("?")[0] + self._query(q, two.acme) for q in self.call.queries)]
        paths += [self.path(two.acme, role, **swapped) for swapped in self._also(role, two.acme)]
        with clock.freeze(clock.now()):
            before = [self.ask(role, two.acme, each) for each in paths]
            self.site.add_more(elsewhere, "PB")
            if elsewhere is not two.acme:
                self.site.add_of_vendor(elsewhere)
            after = [self.ask(role, two.acme, each, watch=False) for each in paths]
        self.site.snapshot.restore()
        return [
            f"{self.line} as {role}: rows out of reach show: {first_difference(one, other)}"
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
                        f"{first_difference(answer, base)}"
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
                        f"{first_difference(answer, base)}"
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
        asked = [
            (form, name, thing)
            for form in (self.call.body, *self._forms(role))
            for name, thing in ids_in_body(form, acme, role).items()
        ]
        for form, name, thing in asked:
            missing = "Nobody of this name" if isinstance(thing, Name) else str(missing_id())
            base = self._swapped(role, path, form, name, missing)
            if base.kind == "ok":
                problems.append(f"{self.line} as {role}: took a missing id as {name}")
            problems += self.difference(base, f"{self.line} as {role} (missing {name})")
            others = self._others(_argument_of(thing), thing, role, acme, globex)
            for what, other in others.items():
                answer = self._swapped(role, path, form, name, other)
                problems += self.judge(role, acme, answer, base.kind, f" ({what} as {name})")
                if answer.normalised(other) != base.normalised(missing):
                    problems.append(
                        f"{self.line} as {role}: {what} as {name} answers other than a missing one: "
                        f"{first_difference(answer, base)}"
                    )
        return problems

    def _swapped(self, role: str, path: str, form: Form, name: str, value: str) -> Answer:
        acme = self.site.two.acme
        body = body_of(form, acme, role)
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
