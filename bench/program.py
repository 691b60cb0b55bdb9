"""A whole program: certificates for everybody on the day a course is released.

    python bench/program.py [PEOPLE]                     # 1,000 unless said

Makes an installation of its own on SQLite in a temporary folder, with that many people who have completed the
course, and issues to all with the command: numbers, signed PDFs, credentials, journal. Prints the time,
certificates a second, and the longest that a page's answer waited for the database meanwhile.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from prm.permissions import Role
from tests.conftest import settings
from tests.factories import World
from tests.factories import certification as certify
from tests.factories import training as make
from tests.factories.program import qualify_many
from tests.operations.installation import installation

COMMAND = [
    "certification",
    "issue-batch",
    "--vendor",
    "acme",
    "--certification",
    "Nimbus Installer",
    "--json",
]


def main() -> None:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    with (
        tempfile.TemporaryDirectory() as name,
        installation(Path(name), "sqlite", TESTING="0") as app,
    ):
        world = World(app)
        vendor = world.vendor("acme", name="Acme GmbH")
        company = world.partnership(vendor, "Northwind")
        member = world.user(Role.PARTNER_ADMIN, partnership=company)
        course = make.make_course(world, vendor)
        certify.make_scheme(world, vendor, course)
        qualify_many(world, vendor, company, course, people)
        client = world.client(member)
        environ = {**os.environ, **settings(Path(name), TESTING="0")}
        started, waits = time.perf_counter(), []
        with subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "prm", *COMMAND],
            env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as process:  # fmt: skip
            while process.poll() is None:
                asked = time.perf_counter()
                assert client.get("/acme/certification/").status_code == 200
                waits.append(time.perf_counter() - asked)
                time.sleep(1)
            assert process.stdout is not None
            report = json.loads(process.stdout.read())
        seconds = time.perf_counter() - started
    assert (report["printed"], report["refused"]) == (people, 0), report
    cores = os.cpu_count() or 1
    waits.sort()
    print(
        f"{people} certificates in {seconds:.0f} s on {cores} cores: {people / seconds:.1f} a second, "
        f"{1000 * seconds * cores / people:.0f} ms of a core each. A page meanwhile: median "
        f"{1000 * waits[len(waits) // 2]:.0f} ms, longest {1000 * waits[-1]:.0f} ms ({len(waits)} asked)."
    )


if __name__ == "__main__":
    main()
