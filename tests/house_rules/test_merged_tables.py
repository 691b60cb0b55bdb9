"""Everything that names a partner is declared: what a merge does with it, and what taking apart does."""

from __future__ import annotations

from sqlalchemy import inspect

import prm.models  # noqa: F401 (completes the metadata)
from prm.extensions import db
from prm.partners.queries.merges import STAYS, list_references, table_of

# What of a partner is not a foreign key to a partnership, and what becomes of it in a merge.
DECLARED = {
    "invitation.partnership_public_id": "moved: who accepts comes to the survivor",
    "invitation.partner_id": "stays: the company that the accepting administrator chose then",
    "invitation.company_name": "stays: what the mail said",
    "invitation.is_for_company": "stays: no reference",
    "membership.partner_id": "made: a membership of the survivor's, with this vendor alone",
    "membership_grant.partner_id": "moved: what people may do beyond their role goes along",
    "partner_application.company": "stays: what the applicant wrote",
    "partner_application.company_folded": "stays: what the applicant wrote",
    "partner_vendor.partner_id": "unlinked, and linked again",
    "partnership.partner_id": "taken over where the survivor has none",
    "partnership_document.is_of_partner": "stays: no reference",
    "partnership_merge.survivor_partner_id": "stays: the record of the merge",
    "partnership_merge.absorbed_partner_id": "stays: the record of the merge",
}
# Tables that a merge leaves alone, since they are of the partnership itself.
OF_ITSELF = {"partnership", "partnership_merge", "partnership_past"}


def names_a_partner(table: object, column: object) -> bool:
    targets = {key.column.table.name for key in column.foreign_keys}  # type: ignore[attr-defined]
    return bool(targets & {"partnership", "partner"}) or any(
        word in column.name  # type: ignore[attr-defined]
        for word in ("partner", "company")
    )


def test_every_column_that_names_a_partner_is_moved_or_declared() -> None:
    moved = {f"{table_of(model)}.{attribute.key}" for model, attribute in list_references()}
    undeclared, found = [], set()
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            if column.name == "vendor_id" or not names_a_partner(table, column):
                continue
            found.add(name)
            is_key = any(key.column.table.name == "partnership" for key in column.foreign_keys)
            if name in moved or name in DECLARED or (is_key and table.name in OF_ITSELF):
                continue
            undeclared.append(name)
    assert not undeclared, (
        "Merging two partners forgets these columns: give them a foreign key to partnership (then they move "
        "by themselves) or see to them in prm/partners/services/merging.py, and declare them here.\n"
        + "\n".join(undeclared)
    )
    assert len(found) > 35, "the schema was not read"
    assert not set(DECLARED) - found, "Declared here, and in the schema no more: " + ", ".join(
        sorted(set(DECLARED) - found)
    )


def test_what_stays_is_what_this_says() -> None:
    assert {str(inspect(model).local_table.name) for model in STAYS} == OF_ITSELF
