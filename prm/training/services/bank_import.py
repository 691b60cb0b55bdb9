"""Taking questions from a file into the bank: first what would come of it, then the same for good."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import gettext as _

from prm.access import Actor, require
from prm.errors import DomainError
from prm.journal.services import record
from prm.permissions import P
from prm.training.bank_csv import ReadRow, read_questions
from prm.training.queries.bank import find_duplicates
from prm.training.services.bank import add_bank_question
from prm.training.wording import clean_text


@dataclass(frozen=True)
class BankImport:
    """What a file holds: rows that can be taken, and rows with the reason why not."""

    taken: tuple[ReadRow, ...]
    rejected: tuple[ReadRow, ...]


def check_import(actor: Actor, content: bytes, name: str) -> BankImport:
    """What taking the file in would come to; changes nothing. A question that the bank or the file has
    already, word by word, is rejected: the same file twice adds nothing. Raises DomainError (field
    "file")."""
    require(actor, P.COURSE_EDIT)
    known: set[str] = set()
    rows = read_questions(content, name)
    prompts = [clean_text(row.prompt) for row in rows if not row.reason]
    for start in range(0, len(prompts), 500):
        known |= find_duplicates(prompts[start : start + 500])
    taken, rejected = [], []
    for row in rows:
        prompt = clean_text(row.prompt)
        if not row.reason and prompt in known:
            row = replace(row, reason=_("The bank has this question already."))
        if row.reason:
            rejected.append(row)
            continue
        known.add(prompt)
        taken.append(row)
    return BankImport(tuple(taken), tuple(rejected))


def import_questions(actor: Actor, content: bytes, name: str) -> BankImport:
    """Take a file's questions into the bank; what is rejected stays out. Raises DomainError."""
    found = check_import(actor, content, name)
    if not found.taken:
        message = _("The file holds no question that can be taken.")
        raise DomainError(message, {"file": message})
    for row in found.taken:
        question = add_bank_question(actor, **row.values)
    record(
        actor,
        "bank.imported",
        question,
        facts={"questions": len(found.taken), "rejected": len(found.rejected)},
    )
    return found
