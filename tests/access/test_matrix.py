"""Every rule of the URL map × method × role: status, canary, difference, links, twins."""

from __future__ import annotations

import pytest
from werkzeug.routing import Rule

from tests.access.matrix import MATRIX, ROLES, Line
from tests.access.oracles import MIRRORED, STRANGERS, Asking
from tests.access.site import Site

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LINES = sorted(MATRIX.values(), key=str)
CHANGES = [line for line in LINES if line.is_change]


def rules(site: Site) -> list[Rule]:
    return [r for r in site.app.url_map.iter_rules() if not r.endpoint.startswith("test.")]


def told(problems: list[str]) -> None:
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


def test_every_rule_of_the_url_map_is_in_the_matrix(site: Site) -> None:
    found = {(r.endpoint, m) for r in rules(site) for m in METHODS if m in (r.methods or ())}
    new = [f"{endpoint} {method}" for endpoint, method in sorted(found - set(MATRIX))]
    assert not new, (
        "Say in tests/access/matrix.py what each role gets from these (a line each), and in "
        f"tests/access/calls.py with which rows and form they are called: {new}"
    )
    gone = [f"{endpoint} {method}" for endpoint, method in sorted(set(MATRIX) - found)]
    assert not gone, f"Take the lines of what no longer exists out of tests/access/matrix.py: {gone}"


def test_other_methods_are_refused(site: Site) -> None:
    """405 for whoever may be there; nobody changes anything by a method that no rule takes."""
    problems = []
    seen = set()
    for line in LINES:
        asking = Asking(site, line)
        path = asking.path(site.two.acme, "padmin")
        taken = {m for r in rules(site) if r.rule == asking.rule.rule for m in (r.methods or ())}
        for method in METHODS:
            if method in taken or (path, method) in seen:
                continue
            seen.add((path, method))
            for role in ("anon", "padmin"):
                answer = site.ask(role, method, path)
                if answer.status != 405 or answer.changes:
                    problems.append(f"{method} {path} as {role}: {answer.status} {sorted(answer.changes)}")
    told(problems)


@pytest.mark.parametrize("line", LINES, ids=str)
def test_each_role_gets_what_the_matrix_says(site: Site, line: Line) -> None:
    asking = Asking(site, line)
    problems = [problem for role in ROLES for problem in asking.cell(role)]
    problems += [p for who in dict.fromkeys(o[0] for o in asking.call.others) for p in asking.others(who)]
    if line.method == "GET":
        problems += asking.head()
    told(problems)


@pytest.mark.parametrize("line", LINES, ids=str)
def test_who_sees_the_portal_as_somebody_else_sees_just_that_and_changes_nothing(
    site: Site, line: Line
) -> None:
    asking = Asking(site, line)
    told([problem for onlooker in asking.onlookers() for problem in asking.viewed(onlooker)])


@pytest.mark.parametrize("line", [line for line in LINES if line.method == "GET"], ids=str)
def test_every_link_shown_leads_to_what_its_reader_may_open(site: Site, line: Line) -> None:
    told([problem for role in ROLES for problem in Asking(site, line).links(role)])


@pytest.mark.parametrize("line", LINES, ids=str)
def test_people_of_another_vendor_find_nothing(site: Site, line: Line) -> None:
    asking = Asking(site, line)
    if asking.has_vendor:
        told([problem for role in STRANGERS for problem in asking.stranger(role)])


@pytest.mark.parametrize("line", [line for line in LINES if line.method == "GET"], ids=str)
def test_the_other_vendor_is_as_closed(site: Site, line: Line) -> None:
    """The same questions at globex, and by the company that works with both."""
    asking = Asking(site, line)
    problems = [p for role in MIRRORED for p in asking.cell(role, tenant=site.two.globex)]
    told(problems + [p for tenant in site.two.tenants for p in asking.dual(tenant)])


@pytest.mark.parametrize("line", LINES, ids=str)
def test_foreign_and_unreachable_rows_answer_as_missing_ones(site: Site, line: Line) -> None:
    asking = Asking(site, line)
    told([problem for role in ROLES for problem in asking.twins(role)])


@pytest.mark.parametrize("line", CHANGES, ids=str)
def test_foreign_ids_in_forms_answer_as_missing_ones(site: Site, line: Line) -> None:
    asking = Asking(site, line)
    told([problem for role in ROLES if line[role] == "ok" for problem in asking.body_twins(role)])


@pytest.mark.parametrize("line", CHANGES, ids=str)
def test_a_change_is_felt_where_it_should_be_and_nowhere_else(site: Site, line: Line) -> None:
    told([problem for role in ROLES for problem in Asking(site, line).afterwards(role)])


@pytest.mark.parametrize("line", [line for line in LINES if line.method == "GET"], ids=str)
def test_what_lies_out_of_reach_shows_in_no_figure(site: Site, line: Line) -> None:
    asking = Asking(site, line)
    told([problem for role in asking.undisturbed_roles() for problem in asking.undisturbed(role)])
