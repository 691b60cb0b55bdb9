"""Rules that the assembled application keeps."""

from __future__ import annotations

import re

from flask import Flask
from jinja2 import Environment, meta

import config
from prm.access import mark_of
from prm.permissions import TABLE, P, Role
from tests.house_rules.source import ROOT


def test_every_view_says_who_may_call_it(app: Flask) -> None:
    unmarked = [
        r.endpoint for r in app.url_map.iter_rules() if mark_of(app.view_functions[r.endpoint]) is None
    ]
    assert not unmarked, f"Put @requires(P.…), @signed_in or @public on {unmarked}."


def test_every_url_parameter_is_typed(app: Flask) -> None:
    untyped = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if any(":" not in part for part in re.findall(r"<([^>]+)>", rule.rule))
    ]
    assert not untyped, f"Give each parameter a converter, as <uuid:deal_id>: {untyped}"


def test_the_url_names_the_package(app: Flask) -> None:
    """package = blueprint = URL segment; what must last for ever, and the front doors, are short."""
    short = {"accounts.index", "accounts.start", "accounts.sent_mail", "certification.verify"}
    short |= {"partners.apply", "partners.apply_sent", "partners.apply_confirm", "partners.apply_done"}
    short |= {"operations.metrics"}
    wrong = []
    for rule in app.url_map.iter_rules():
        package = rule.endpoint.split(".")[0]
        if package in {"assets", "health"} or rule.endpoint in short or rule.endpoint == "vendors.home":
            continue
        if not re.match(rf"^(/<slug:vendor>)?/{package}(/|$)", rule.rule):
            if package == "certification" and rule.rule.startswith(("/verify", "/issuers")):
                continue
            wrong.append(f"{rule.endpoint}: {rule.rule}")
    assert not wrong, "Start the address with the package's name:\n" + "\n".join(wrong)


def test_get_and_post_of_one_address_need_permissions_that_can_differ(app: Flask) -> None:
    """A view that takes POST is marked with a permission that changes things, or says why not here."""
    reading = {P.VENDOR_HOME, P.PARTNER_VIEW, P.PROGRESS_VIEW, P.COMPLIANCE_VIEW, P.REPORT_VIEW,
               P.CERTIFICATE_VIEW, P.DEAL_VIEW, P.ORDER_VIEW, P.JOURNAL_VIEW, P.USAGE_VIEW,
               P.IMPORT_VIEW, P.PRODUCT_VIEW, P.SCHEME_VIEW, P.COURSE_VIEW, P.ASSET_VIEW,
               P.PEOPLE_VIEW, P.PARTNER_STORY}  # fmt: skip
    # Asking for a paper size of a certificate one may see is no change of what it states.
    allowed = {"certification.request_file"}
    wrong = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
        and mark_of(app.view_functions[rule.endpoint]) in reading
        and rule.endpoint not in allowed
    ]
    assert not wrong, f"A POST guarded by a reading permission: {wrong}"


def test_the_permission_table_is_complete() -> None:
    assert set(TABLE) == set(P)
    for permission, row in TABLE.items():
        assert set(row) == set(Role) - {Role.OPERATOR, Role.SYSTEM}, permission


def test_every_template_is_reachable(app: Flask) -> None:
    """Each is rendered by name somewhere, or included, imported or extended by one that is."""
    environment: Environment = app.jinja_env
    folder = ROOT / "templates"
    templates = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    named: set[str] = set()
    for path in (ROOT / "prm").rglob("*.py"):
        named |= set(re.findall(r"""["']([\w./-]+\.(?:html|txt|css))["']""", path.read_text()))
        for prefix in re.findall(r"""f["'](mail/)\{""", path.read_text()):
            named |= {t for t in templates if t.startswith(prefix)}
    for name in sorted(templates):
        if name.endswith((".html", ".txt")):
            source = (folder / name).read_text()
            named |= {n for n in meta.find_referenced_templates(environment.parse(source)) if n}
    lost = sorted(templates - named)
    assert not lost, f"No view or template names these; delete them: {lost}"


def test_every_setting_is_documented() -> None:
    readme = (ROOT / "README.md").read_text()
    missing = [s.name for s in config.SETTINGS if f"`{s.name}`" not in readme]
    assert not missing, f"Add to README.md's table (flask settings prints it): {missing}"


def test_only_config_reads_the_environment() -> None:
    breaches = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "prm").rglob("*.py")
        if re.search(r"\bos\.(environ|getenv)\b", path.read_text()) and path.name != "serve.py"
    ]
    assert not breaches, f"Read the setting from app.config: {breaches}"
