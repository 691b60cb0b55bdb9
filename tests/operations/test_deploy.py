"""The files of deploy/: settings that the portal takes, and everything the services ask for."""

from __future__ import annotations

import re

import config
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"


def example() -> dict[str, str]:
    lines = (DEPLOY / "portal.env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_example_of_settings_is_one_the_portal_takes() -> None:
    loaded = config.load(example())
    assert loaded["SQLALCHEMY_DATABASE_URI"].startswith("postgresql+psycopg://prm_app:")
    assert loaded["FILES_URL"] == "s3://prm-files/portal" and loaded["WEB_PROCESSES"] == 2


def test_the_example_names_all_that_the_services_want() -> None:
    wanted = set(re.findall(r"\$\{(\w+):\?\}", (DEPLOY / "compose.yaml").read_text()))
    assert wanted and wanted <= example().keys()


def test_urls_bear_the_passwords_that_the_services_get() -> None:
    values = example()
    assert f":{values['APP_PASSWORD']}@" in values["DATABASE_URL"]
    assert f":{values['OWNER_PASSWORD']}@" in values["OWNER_DATABASE_URL"]
    assert f":{values['REDIS_PASSWORD']}@" in values["REDIS_URL"]


def test_roles_get_the_grants_that_the_readme_says() -> None:
    script = (DEPLOY / "create-roles.sh").read_text()
    readme = (ROOT / "README.md").read_text()
    grants = re.findall(r"^\s+((?:GRANT|ALTER DEFAULT)[^;]+;)", readme, re.MULTILINE)
    assert len(grants) == 3
    assert all(grant in script for grant in grants)
