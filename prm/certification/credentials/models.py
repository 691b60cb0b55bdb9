"""Tables of credentials."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, UniqueConstraint, column
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, tenant_key, tenant_table


class CredentialKey(Keyed, VendorOwned, db.Model):
    """An Ed25519 key that signs a vendor's credentials, status lists and QR codes.

    The public key stays for ever (`multibase`, under `did`); the private one is sealed, and gone
    (empty) once the key is retired. `compromised_at`: from then on nobody may trust it.
    """

    __tablename__ = "credential_key"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id", "multibase"))

    did: Mapped[str] = mapped_column(String(300))
    multibase: Mapped[str] = mapped_column(String(60))
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    compromised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def method(self) -> str:
        """The address of the public key: what a proof names."""
        return f"{self.did}#{self.multibase}"


class Credential(Keyed, VendorOwned, db.Model):
    """A certificate signed as a credential, once, and its bit in a status list of the vendor.

    `document` is the JSON as it is given out. `withdrawn_at`: it was replaced (a person was erased, a
    key was lost): its bit is set, the document is gone, and the row keeps the bit from being allotted
    again.
    """

    __tablename__ = "credential"
    __table_args__ = tenant_table(
        tenant_key("certificate_id", "certificate"),
        tenant_key("key_id", "credential_key"),
        UniqueConstraint("vendor_id", "list_number", "list_index"),
        CheckConstraint("list_number > 0 AND list_index >= 0", name="place"),
        Index(
            "ix_credential_current",
            "certificate_id",
            unique=True,
            sqlite_where=column("withdrawn_at").is_(None),
            postgresql_where=column("withdrawn_at").is_(None),
        ),
    )

    certificate_id: Mapped[int]
    key_id: Mapped[int]
    list_number: Mapped[int]
    list_index: Mapped[int]
    document: Mapped[bytes | None] = mapped_column(LargeBinary)
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BadgePicture(Keyed, VendorOwned, db.Model):
    """The picture of an achievement, drawn once for a design; it names no person.

    Credentials state its hashes, so that its bytes must never change.
    """

    __tablename__ = "badge_picture"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id", "svg_sha256"))

    svg: Mapped[bytes] = mapped_column(LargeBinary)
    svg_sha256: Mapped[str] = mapped_column(String(64))
    png: Mapped[bytes] = mapped_column(LargeBinary)
    png_sha256: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
