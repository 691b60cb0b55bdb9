"""How the worlds' rows are made: one vendor served, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prm.infra import clock, storage
from prm.vendors.models import StoredFile

if TYPE_CHECKING:
    from tests.access.worlds import Tenant


class Filler:
    """One vendor served, one transaction; `add` flushes, so that keys are known."""

    def __init__(self, session: Any, tenant: Tenant, actor: Any) -> None:
        self.session, self.tenant, self.actor = session, tenant, actor
        self.now = clock.now()
        self.today = clock.today("UTC")
        self.say = tenant.token

    def add(self, row: Any, name: str = "") -> Any:
        self.session.add(row)
        self.session.flush()
        if name:
            self.tenant.keep(name, row)
        return row

    def file(self, name: str, content: bytes, media_type: str = "text/plain", key: str = "") -> StoredFile:
        stored, digest = storage.put(str(self.tenant.vendor.public_id), content)
        row = StoredFile(
            key=stored,
            sha256=digest,
            size=len(content),
            media_type=media_type,
            name=name,
            created_at=self.now,
        )
        return self.add(row, key)
