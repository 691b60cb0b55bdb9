"""Packages that somebody else's tool makes (npm simple-scorm-packager, MIT), fetched for the test alone."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest

from prm.training.models.content import Edition
from prm.training.scorm.reading import reading_package
from tests.factories import World
from tests.factories.packages import SCO_PAGE

pytestmark = pytest.mark.deep

TOOL = "simple-scorm-packager@0.2.7"
EDITIONS = {
    "1.2": Edition.SCORM_12,
    "2004 3rd Edition": Edition.SCORM_2004_3,
    "2004 4th Edition": Edition.SCORM_2004_4,
}
MAKE = """
import make from 'simple-scorm-packager';
for (const version of %s) {
  await new Promise((done) => make({
    version, organization: 'Northwind', title: 'Made by a tool', language: 'en-US', masteryScore: 70,
    startingPage: 'pages/start here.html', source: './source',
    package: { version: '1.0.0', zip: true, outputFolder: `./out/${version}`, name: 'course' },
  }, done));
}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a zip for each edition."""
    folder = tmp_path_factory.mktemp("tool")
    if shutil.which("npm") is None:
        pytest.skip("npm is not here")
    install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", TOOL]
    if subprocess.run(install, cwd=folder, capture_output=True, timeout=180, check=False).returncode:
        pytest.skip(f"{TOOL} cannot be fetched")
    pages = folder / "source" / "pages"
    pages.mkdir(parents=True)
    (pages / "start here.html").write_text(SCO_PAGE)
    (folder / "make.mjs").write_text(MAKE % list(EDITIONS))
    subprocess.run(["node", "make.mjs"], cwd=folder, check=True, capture_output=True, timeout=120)
    return folder / "out"


@pytest.mark.parametrize("stated", EDITIONS)
def test_a_tools_package_is_read(world: World, made: Path, stated: str) -> None:
    (found,) = (made / stated).glob("*.zip")
    with (
        world.app.test_request_context(),
        reading_package(io.BytesIO(found.read_bytes())) as package,
    ):
        manifest = package.manifest
    assert manifest.edition is EDITIONS[stated]
    assert manifest.title == "Made by a tool"
    (item,) = manifest.organizations[manifest.default].launchable
    assert item.href == "pages/start%20here.html"
    assert item.is_sco
    if stated == "1.2":
        assert item.mastery_score == 70
