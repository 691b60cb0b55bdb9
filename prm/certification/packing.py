"""The files of many certificates at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from prm.access import Actor
from prm.certification.models import Certificate
from prm.certification.queries.files import first_files
from prm.certification.rendering import Unprintable, read_file
from prm.certification.services.files import file_name
from prm.certification.validity import status_of


def read_counting(
    actor: Actor, certificates: Sequence[Certificate], today: date
) -> dict[str, tuple[str, bytes]]:
    """(name, bytes) of the file of each certificate that counts today, by the certificate's number.

    Printed now where no job came to it yet. Left out: what does not count, was withdrawn, or cannot be
    printed, as its own page says. Raises StorageError as read_file does.
    """
    counting = [each for each in certificates if each.withdrawn_at is None and status_of(each, today).holds]
    kept = first_files(counting)  # held on to: reading one asks nothing more
    # Taken down first: printing ends the transaction that the rows were read in.
    wanted = [
        (each.number, file_name(each, kept[each.id][0].paper), kept[each.id][0].id)
        for each in counting
        if each.id in kept
    ]
    found = {}
    for number, name, key in wanted:
        try:
            found[number] = (name, read_file(actor, key))
        except Unprintable:
            continue
    return found
