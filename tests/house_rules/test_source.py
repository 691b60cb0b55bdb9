"""Rules of the house that the source itself must keep. Each message says how to mend a breach."""

from __future__ import annotations

# Heavy, and only where a worker or an optional setting needs them.
LATE_IMPORTS = {"boto3"}

# Lower may not import higher. Inside a domain: models → queries → services, forms → views, tasks.
BASE = {"prm.permissions", "prm.extensions", "prm.errors"}
FILE_LEVELS = {"models": 0, "labels": 1, "queries": 2, "services": 3, "forms": 3, "views": 5, "tasks": 5}
TOP = {"prm", "prm.reactions", "prm.models", "prm.wsgi", "prm.shell", "prm.gate"}
