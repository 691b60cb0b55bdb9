"""PRM: the portal through which a vendor runs its channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prm.infra import startup  # isort: split

from flask import Flask

import config
from prm import access, cli, gate, models, reactions, shell
from prm.accounts import mailbox
from prm.accounts.views import blueprint as accounts
from prm.audits.services import mark_changed
from prm.audits.views import blueprint as audits
from prm.bulk.views import blueprint as bulk
from prm.certification.views import blueprint as certification
from prm.deals.views import blueprint as deals
from prm.extensions import csrf, db, limiter, migrate
from prm.imports.views import blueprint as imports
from prm.infra import assets, compression, http, jobs, metrics, storage
from prm.infra.db import before_commit, prepare_engine
from prm.journal.views import blueprint as journal
from prm.lists.views import blueprint as lists
from prm.marketing.views import blueprint as marketing
from prm.notifications.views import blueprint as notifications
from prm.onboarding.views import blueprint as onboarding
from prm.operations import tasks
from prm.operations.views import blueprint as operations
from prm.partners.views import blueprint as partners
from prm.products.views import blueprint as products
from prm.reports.views import blueprint as reports
from prm.revenue.views import blueprint as revenue
from prm.search.views import blueprint as search
from prm.training.views import blueprint as training
from prm.training.views import content_host
from prm.vendors.views import blueprint as vendors

BLUEPRINTS = (
    accounts, audits, bulk, certification, deals, imports, journal, lists, marketing, notifications,
    onboarding, operations, partners, products, reports, revenue, search, training, vendors,
)  # fmt: skip


startup.imported()


def create_app(environ: Mapping[str, str] | None = None) -> Flask:
    """Build the application from settings (`environ` instead of the process's own, if given).

    Raises config.SettingError where a setting cannot work. Wiring only: nothing is read or sent.
    """
    app = Flask(__name__, static_folder=None, template_folder=str(config.ROOT / "templates"))
    app.config.from_mapping(settings := config.load(environ))
    engine = _engine_options(settings)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    content_host.init_app(app)  # first: what is for the content host never comes to anything below
    http.init_app(app)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    migrate.init_app(app, db, directory=str(config.ROOT / "migrations"))
    limiter.init_app(app)
    csrf.init_app(app)
    shell.init_app(app)
    gate.init_app(app)
    assets.init_app(app)
    compression.init_app(app)
    jobs.init_app(app)
    metrics.init_app(app)
    app.extensions["prm_store"] = storage.make_store(settings["FILES_URL"], settings["S3_ENDPOINT_URL"])
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    assert models and tasks  # the metadata and the sweepers are complete
    before_commit(reactions.run_reactions)
    before_commit(mark_changed)
    cli.init_app(app)
    access.refuse_unmarked(app)
    mailbox.refuse_open_mailbox(app)
    app.extensions["prm_make_app"] = create_app  # for processes that are started to print
    # The same installation with other settings: where a restore puts what it restores.
    app.extensions["prm_rebuild"] = lambda **changes: create_app(
        config.own_environment(**changes) if environ is None else {**environ, **changes}
    )
    return app


def _engine_options(settings: Mapping[str, Any]) -> dict[str, Any]:
    if settings["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        settings["DATA_DIR"].mkdir(parents=True, exist_ok=True)
        return {"connect_args": {"timeout": 15}}
    return {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 10}
