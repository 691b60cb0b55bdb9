"""kill -9 at any step of a day's reminders: who comes next goes on; nothing is told twice, nothing lost."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.engine import Engine

from prm import create_app
from prm.audits import services as audits
from prm.audits.policy import AgreementCurrent
from prm.certification.models import Certificate
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import serve_vendor, transaction
from prm.notifications import reminders, thresholds
from prm.notifications.models import ComplianceSeen
from prm.partners.models import Partnership
from prm.permissions import Role
from prm.training.models import Enrolment
from tests.conftest import settings
from tests.factories import World
from tests.factories.certification import issue, make_scheme
from tests.factories.training import assign, make_course
from tests.operations.installation import close, installation
from tests.servers import folder_in_memory

pytestmark = pytest.mark.deep
KILLS = 25
PARTNERS = 45
DAY = date(2101, 3, 1)

Told = set[tuple[int, str]]


@pytest.fixture(scope="module")
def start() -> Iterator[Path]:
    """A channel in which DAY makes something of every kind due, for every partner."""
    folder = Path(tempfile.mkdtemp(prefix="prm-reminders-", dir=folder_in_memory()))
    with installation(folder / "start", "sqlite", TESTING="0") as app:  # nothing is printed meanwhile
        world = World(app)
        vendor = world.vendor("acme")
        course = make_course(world, vendor)
        scheme = make_scheme(world, vendor, course)
        for number in range(PARTNERS):
            place = world.partnership(vendor, f"Partner {number}")
            world.user(Role.PARTNER_ADMIN, partnership=place)
            person = world.user(Role.PARTNER_MEMBER, partnership=place)
            assign(world, place, course, due_on=DAY + timedelta(days=3))
            issue(world, vendor, scheme, person)
        with world.acting(vendor) as actor, transaction():
            audits.set_policy(actor, [AgreementCurrent(12)], effective_on=clock.today("UTC"))
            run_out = DAY - timedelta(days=365)
            db.session.execute(update(Partnership).values(agreement_accepted_on=run_out - timedelta(days=3)))
            db.session.execute(update(Certificate).values(expires_on=DAY + timedelta(days=30)))
            db.session.execute(update(Enrolment).values(due_on=DAY + timedelta(days=3)))
            for partnership in db.session.scalars(select(Partnership.id)).all():
                seen = ComplianceSeen(partnership_id=partnership, is_compliant=True, changed_on=run_out)
                db.session.add(seen)
        close(app)
    yield folder / "start"
    shutil.rmtree(folder)


class _Steps:
    """Counts every SQL statement and both sides of every commit; dies (SIGKILL) at the one asked for."""

    def __init__(self, last: int) -> None:
        self.done, self.last = 0, last

    def __call__(self, *_arguments: object) -> None:
        self.done += 1
        if self.done == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def remind(folder: Path, step: int = 0) -> int | None:
    """A worker of its own (a fork, which starts quickly) that looks at DAY and is killed at a step.

    How many steps there were, if it came to its end; None where it was killed.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, which the child does not use
        child = os.fork()
    if child == 0:
        try:
            os.write(writing, str(_look(folder, _Steps(step))).encode())
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    os.close(writing)
    _pid, status = os.waitpid(child, 0)
    with os.fdopen(reading) as answer:
        said = answer.read()
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return None
    assert os.WEXITSTATUS(status) == 0
    return int(said)


def _look(folder: Path, steps: _Steps) -> int:
    thresholds.BATCH = 20
    app = create_app(settings(folder, TESTING="0"))
    for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, moment, steps)
    with clock.freeze(datetime.combine(DAY, time(9), tzinfo=UTC)), app.app_context(), serve_vendor(1):
        reminders.remind(1)
    return steps.done


def told(folder: Path) -> Told:
    """(person, event) of the day; no pair stands there twice."""
    first = datetime.combine(DAY, time(0), tzinfo=UTC).strftime("%Y-%m-%d")
    with sqlite3.connect(folder / "prm.sqlite") as connection:
        rows = connection.execute("SELECT user_id, key FROM notification WHERE at >= ?", (first,)).fetchall()
    assert len(rows) == len(set(rows))
    return set(rows)


def test_whoever_is_killed_is_followed_by_somebody_who_goes_on(start: Path) -> None:
    whole = start.with_name("whole")
    shutil.copytree(start, whole)
    steps = remind(whole)
    assert steps is not None
    expected = told(whole)
    kinds = {key.split(":")[0] for _user, key in expected}
    assert kinds == {"course", "certificate", "colleague", "agreement", "compliance"}, kinds
    chance = random.Random(7)
    resumed = 0
    for number in range(KILLS):
        folder = start.with_name(f"killed-{number}")
        shutil.copytree(start, folder)
        assert remind(folder, chance.randint(steps // 20, steps)) is None
        partly = told(folder)
        assert partly <= expected
        resumed += bool(partly) and partly != expected
        if number % 3 == 0:  # the next one fares no better
            remind(folder, chance.randint(10, steps // 3))
        assert remind(folder) is not None
        assert told(folder) == expected, "something is told twice or lost"
        assert remind(folder) is not None and told(folder) == expected
        shutil.rmtree(folder)
    assert resumed > KILLS // 2, "the kills did not fall in the middle"
    print(f"{KILLS} kills over {steps} steps, {resumed} in the middle; {len(expected)} told each time, once")
