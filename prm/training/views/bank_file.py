"""Pages of authors: questions from a file into the bank."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.errors import DomainError
from prm.extensions import limiter
from prm.infra.db import transaction
from prm.infra.downloads import csv_attachment
from prm.infra.forms import show_error
from prm.permissions import P
from prm.training.bank_csv import COLUMNS, LIMITS
from prm.training.labels import DIFFICULTIES, QUESTION_KINDS
from prm.training.services import bank_import as services
from prm.training.views.blueprint import blueprint

# What a checked file may have to travel with the page until it is confirmed.
MAX_BYTES = 1024 * 1024


class BankFileForm(FlaskForm):
    """A file of questions."""

    file = FileField(
        _l("File"),
        description=_l("CSV or XLSX with a first line that names the columns, at most 1 MB."),
    )


@blueprint.route("/<slug:vendor>/training/bank/import", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
@limiter.limit("30/minute", methods=["POST"])
def import_questions() -> str | Response | tuple[str, int]:
    """A file, then what would come of it, then the same for good; nothing is kept of it in between."""
    actor = current_actor()
    form = BankFileForm()
    status, found, kept, name = 200, None, "", ""
    if form.is_submitted():
        wish = request.form.get("do", "check")
        try:
            content, name = _sent(form)
            if wish == "import":
                with transaction():
                    done = services.import_questions(actor, content, name)
                flash(_("%(count)s questions are in the bank now.", count=len(done.taken)), "success")
                return redirect(url_for("training.bank"), 303)
            found = services.check_import(actor, content, name)
            if wish == "rejected":
                rows = [(row.line, row.reason, *row.cells) for row in found.rejected]
                return csv_attachment("rejected-questions.csv", ("line", "reason", *COLUMNS), rows)
            kept = b64encode(content).decode()
        except DomainError as error:
            show_error(form, error)
            status = error.status
    page = render_template(
        "training/import_questions.html",
        form=form,
        found=found,
        kept=kept,
        name=name,
        columns=COLUMNS,
        limit=LIMITS.rows,
        kinds=QUESTION_KINDS,
        difficulties=DIFFICULTIES,
    )
    return page, status


def _sent(form: Any) -> tuple[bytes, str]:
    """The file that came, or the one that travelled with the page. Raises DomainError."""
    upload = form.file.data
    if upload is not None and getattr(upload, "filename", ""):
        content = upload.stream.read(MAX_BYTES + 1)
        name = upload.filename
        upload.close()
    else:
        try:
            content = b64decode(request.form.get("kept", ""), validate=True)
        except (NotBase64, ValueError):
            content = b""
        name = request.form.get("name", "")[:200]
    if not content:
        raise _refused(_("Choose a file that is not empty."))
    if len(content) > MAX_BYTES:
        raise _refused(_("The file is larger than %(limit)s MB.", limit=1))
    return content, name


def _refused(message: str) -> DomainError:
    return DomainError(message, {"file": message})
