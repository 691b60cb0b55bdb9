"""Background work of imports: dry runs of large files, and confirmed batches applied."""

from __future__ import annotations

import structlog
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from prm.access import system_actor
from prm.errors import DomainError
from prm.extensions import db
from prm.imports.models import BatchStatus
from prm.imports.services import drafts, dropping
from prm.infra.db import serve_vendor, transaction
from prm.infra.jobs import job, sweeper
from prm.vendors.models import Vendor

log = structlog.get_logger("prm.imports")


@job
def apply_batch(vendor_id: int, batch_id: int) -> None:
    """Apply one confirmed batch, exactly once."""
    actor = system_actor(vendor_id)
    with serve_vendor(vendor_id):
        try:
            with transaction():
                drafts.apply_due_batch(actor, batch_id)
        except DomainError as error:
            reason = " ".join(dict.fromkeys([str(error), *error.fields.values()]))
        except (OperationalError, IntegrityError):
            raise  # busy, or another writer came first: still due, and tried again
        except Exception as error:
            log.error("import_failed", batch_id=batch_id, exc_info=error)
            reason = _("Something went wrong on our side. Nothing was changed; you can try again.")
        else:
            return
        with transaction():
            drafts.mark_failed(actor, batch_id, reason)


@job
def check_batch(vendor_id: int, batch_id: int) -> None:
    """The dry run of one batch that is too large to be checked while a person waits."""
    with serve_vendor(vendor_id):
        values = drafts.check_due_batch(system_actor(vendor_id), batch_id)
        if values is not None:
            with transaction():
                drafts.keep_check(batch_id, values)


def sweep_dropped_files() -> list[tuple[str, dropping.Taken]]:
    """Import every whole file of the drop folder, vendor by vendor: (vendor's address, what became of it).

    What another writer keeps us from is left for the next time.
    """
    root = current_app.config["DROP_FOLDER"]
    if root is None:
        return []
    taken: list[tuple[str, dropping.Taken]] = []
    vendors = db.session.execute(select(Vendor.id, Vendor.slug).order_by(Vendor.id)).all()
    for vendor_id, slug in vendors:
        folder = root / slug
        if folder.is_symlink() or not folder.is_dir():
            continue
        with serve_vendor(vendor_id):
            for dropped in dropping.waiting_files(folder):
                try:
                    found = dropping.take_file(system_actor(vendor_id), dropped)
                except (OperationalError, IntegrityError) as error:
                    log.warning("dropped_file_waits", file=dropped.path.name, reason=type(error).__name__)
                    continue
                except Exception as error:
                    # One file must not keep all others waiting; it stays where it is and is tried again.
                    log.error("dropped_file_failed", file=dropped.path.name, exc_info=error)
                    continue
                if found is not None:
                    taken.append((slug, found))
    return taken


@sweeper
def take_dropped_files() -> None:
    """The drop folder, each minute."""
    sweep_dropped_files()


@sweeper
def advance_due_batches() -> None:
    """Batches whose job was lost or killed."""
    for vendor_id in db.session.scalars(select(Vendor.id).order_by(Vendor.id)).all():
        with serve_vendor(vendor_id):
            due = drafts.due_batches()
        for batch_id, status in due:
            (apply_batch if status is BatchStatus.DUE else check_batch)(vendor_id, batch_id)
