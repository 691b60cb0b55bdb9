"""What the vendor's staff keep about a partner: notes, tasks, contacts; and everybody's tasks."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.accounts.models import User
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.infra.tables import Column, Filter, TableSpec, paginate
from prm.partners.forms import ContactForm, NoteForm, TaskForm
from prm.partners.models import (
    Partnership,
    PartnershipContact,
    PartnershipNote,
    PartnershipTask,
)
from prm.partners.queries import desk as queries
from prm.partners.queries import get_partnership
from prm.partners.services import desk as services
from prm.partners.tabs import partner_tabs
from prm.partners.views.blueprint import blueprint
from prm.permissions import P


@blueprint.get("/<slug:vendor>/partners/<uuid:partnership_id>/desk")
@requires(P.PARTNER_EDIT)
def desk(partnership_id: UUID) -> str:
    """Notes, tasks and contacts of one partner; the vendor's side alone sees them."""
    return _page(get_partnership(current_actor(), partnership_id, P.PARTNER_EDIT))


def _page(partnership: Partnership, sent: FlaskForm | None = None) -> str:
    """The page; `sent` is the form that could not be taken, with what was typed."""
    actor = current_actor()
    forms: dict[type[FlaskForm], FlaskForm] = {
        kind: sent if isinstance(sent, kind) else kind(formdata=None)
        for kind in (NoteForm, TaskForm, ContactForm)
    }
    _offer_owners(forms[TaskForm], partnership)
    return render_template(
        "partners/desk.html",
        partnership=partnership,
        tabs=partner_tabs(actor, partnership, "partners.desk"),
        notes=queries.list_notes(partnership),
        tasks=queries.list_tasks(actor, partnership),
        contacts=queries.list_contacts(partnership),
        note_form=forms[NoteForm],
        task_form=forms[TaskForm],
        contact_form=forms[ContactForm],
        today=clock.today(g.vendor.time_zone),
        format_date=format_date,
    )


def _offer_owners(form: FlaskForm, partnership: Partnership) -> None:
    owners = queries.list_task_owners(current_actor(), partnership)
    form["owner"].choices = [(str(public_id), name) for public_id, name in owners]
    if form["owner"].data is None:
        form["owner"].data = str(current_actor().user_public_id)


@blueprint.post("/<slug:vendor>/partners/<uuid:partnership_id>/notes")
@requires(P.PARTNER_EDIT)
def add_note(partnership_id: UUID) -> Response | tuple[str, int]:
    """Remember something."""
    actor = current_actor()
    partnership = get_partnership(actor, partnership_id, P.PARTNER_EDIT)
    form = NoteForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.add_note(actor, partnership, body=form.body.data or "")
            return _saved(_("The note is saved."), partnership)
        except DomainError as error:
            show_error(form, error)
    return _page(partnership, form), 422


@blueprint.post("/<slug:vendor>/partners/<uuid:partnership_id>/tasks")
@requires(P.PARTNER_EDIT)
def add_task(partnership_id: UUID) -> Response | tuple[str, int]:
    """Give somebody something to do."""
    actor = current_actor()
    partnership = get_partnership(actor, partnership_id, P.PARTNER_EDIT)
    form = TaskForm()
    _offer_owners(form, partnership)
    if form.validate_on_submit() and form.due_on.data is not None:
        try:
            with transaction():
                services.add_task(
                    actor,
                    partnership,
                    title=form.title.data or "",
                    owner_id=UUID(form.owner.data),
                    due_on=form.due_on.data,
                )
            return _saved(_("The task is saved."), partnership)
        except DomainError as error:
            show_error(form, error)
    return _page(partnership, form), 422


@blueprint.post("/<slug:vendor>/partners/<uuid:partnership_id>/contacts")
@requires(P.PARTNER_EDIT)
def add_contact(partnership_id: UUID) -> Response | tuple[str, int]:
    """Remember somebody to turn to."""
    actor = current_actor()
    partnership = get_partnership(actor, partnership_id, P.PARTNER_EDIT)
    form = ContactForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.add_contact(
                    actor,
                    partnership,
                    name=form.name.data or "",
                    function=form.function.data or "",
                    email=form.email.data or "",
                    phone=form.phone.data or "",
                )
            return _saved(_("The contact is saved."), partnership)
        except DomainError as error:
            show_error(form, error)
    return _page(partnership, form), 422


def _saved(message: str, partnership: Partnership) -> Response:
    flash(message, "success")
    return redirect(url_for("partners.desk", partnership_id=partnership.public_id), 303)


@blueprint.post("/<slug:vendor>/partners/tasks/<uuid:task_id>/finish")
@requires(P.PARTNER_EDIT)
def finish_task(task_id: UUID) -> Response:
    """Say that a task is done, or is not after all."""
    actor = current_actor()
    with transaction():
        task = queries.get_owned(actor, PartnershipTask, task_id, P.PARTNER_EDIT)
        services.finish_task(actor, task, is_done=request.form.get("done", "1") == "1")
        partnership = db.session.get_one(Partnership, task.partnership_id)
    return _saved(_("The task is saved."), partnership)


@blueprint.route("/<slug:vendor>/partners/notes/<uuid:note_id>/remove", methods=["GET", "POST"])
@requires(P.PARTNER_EDIT)
def remove_note(note_id: UUID) -> str | Response:
    """Ask, then delete a note."""
    return _remove(PartnershipNote, note_id)


@blueprint.route("/<slug:vendor>/partners/contacts/<uuid:contact_id>/remove", methods=["GET", "POST"])
@requires(P.PARTNER_EDIT)
def remove_contact(contact_id: UUID) -> str | Response:
    """Ask, then delete a contact."""
    return _remove(PartnershipContact, contact_id)


def _remove(model: type[PartnershipNote | PartnershipContact], public_id: UUID) -> str | Response:
    actor = current_actor()
    row = queries.get_owned(actor, model, public_id, P.PARTNER_EDIT)
    partnership = db.session.get_one(Partnership, row.partnership_id)
    if request.method == "POST":
        with transaction():
            services.remove(actor, queries.get_owned(actor, model, public_id, P.PARTNER_EDIT))
        return _saved(_("It is removed."), partnership)
    is_note = model is PartnershipNote
    return render_template(
        "partners/remove_from_desk.html",
        partnership=partnership,
        title=_("Remove this note?") if is_note else _("Remove the contact %(name)s?", name=row.name),
        text=row.body if is_note else row.function,
        back=url_for("partners.desk", partnership_id=partnership.public_id),
        back_label=_("Notes and tasks"),
    )


@blueprint.get("/<slug:vendor>/partners/tasks")
@requires(P.PARTNER_EDIT)
def tasks() -> str:
    """Everybody's tasks within reach."""
    actor = current_actor()
    today = clock.today(g.vendor.time_zone)
    spec = TableSpec(
        key=PartnershipTask.id,
        columns=[
            Column("title", _("Task"), sort=PartnershipTask.title),
            Column("partner", _("Partner"), sort=Partnership.name_folded),
            Column("owner", _("Who does it"), sort=User.name),
            Column("due", _("Until"), sort=PartnershipTask.due_on),
            Column("state", _("Status")),
            Column("actions", ""),
        ],
        default_sort="due",
        search=[PartnershipTask.title, Partnership.name, User.name],
        filters=[
            Filter(
                "owner",
                _("Who does it"),
                [("me", _("I do"))],
                lambda statement, _value: statement.where(PartnershipTask.owner_id == actor.user_id),
            ),
            Filter(
                "state",
                _("Status"),
                [("open", _("Open")), ("overdue", _("Overdue")), ("done", _("Done"))],
                lambda statement, value: statement.where(
                    PartnershipTask.done_at.is_not(None)
                    if value == "done"
                    else PartnershipTask.done_at.is_(None),
                    *([PartnershipTask.due_on < today] if value == "overdue" else []),
                ),
            ),
        ],
    )
    return render_template(
        "partners/tasks.html",
        table_page=paginate(
            db.session(),
            queries.select_tasks(actor),
            spec,
            request.args,
            partial(url_for, "partners.tasks"),
        ),
        today=today,
        format_date=format_date,
    )
