"""The bell's page, what a person wants to be told, and when a vendor has people reminded ahead."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_datetime, ngettext
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from prm.access import current_actor, public, requires, system_actor
from prm.accounts.models import User
from prm.errors import DomainError, NotFound
from prm.extensions import csrf, db, limiter
from prm.infra.db import serve_vendor, transaction
from prm.infra.forms import show_error
from prm.infra.tables import Column, Filter, TableSpec, paginate
from prm.notifications import queries, services
from prm.notifications.forms import ReminderForm, read_days, write_days
from prm.notifications.kinds import KINDS, kinds_of, target_of
from prm.notifications.labels import KIND_LABELS, MAIL_LABELS, sentence
from prm.notifications.models import MailWhen, Notification
from prm.notifications.queries import Wanted
from prm.notifications.services.mails import read_unsubscribe_token
from prm.notifications.views.blueprint import blueprint
from prm.permissions import P
from prm.vendors.models import Vendor


@blueprint.get("/<slug:vendor>/notifications/")
@requires(P.NOTIFICATION_VIEW)
def index() -> str:
    """What the person was told, newest first."""
    actor = current_actor()
    spec = TableSpec(
        key=Notification.id,
        columns=[
            Column("what", _("What")),
            Column("at", _("When"), sort=Notification.at),
            Column("state", _("State")),
        ],
        default_sort="-at",
        filters=[
            Filter(
                "state",
                _("State"),
                [("unread", _("Unread")), ("read", _("Read"))],
                lambda statement, value: statement.where(
                    Notification.read_at.is_(None) if value == "unread" else Notification.read_at.is_not(None)
                ),
            ),
            Filter(
                "kind",
                _("Kind"),
                [(kind.value, KIND_LABELS[kind]) for kind in kinds_of(actor.role)],
                lambda statement, value: statement.where(Notification.kind == value),
            ),
        ],
    )
    statement = queries.select_notifications(actor)
    page = paginate(db.session(), statement, spec, request.args, partial(url_for, "notifications.index"))
    names = queries.list_names(page.rows)
    return render_template(
        "notifications/index.html",
        table_page=page,
        sentences={row.id: sentence(row, names) for row in page.rows},
        times={row.id: format_datetime(row.at, "medium") for row in page.rows},
        specs=KINDS,
        asked=_asked(),
        unread=queries.count_unread(actor),
    )


def _asked() -> dict[str, str]:
    """Where in the list somebody is, to come back to."""
    return {name: request.args[name] for name in ("state", "kind", "page") if name in request.args}


@blueprint.post("/<slug:vendor>/notifications/<uuid:notification_id>/open")
@requires(P.NOTIFICATION_VIEW)
def open_subject(notification_id: UUID) -> Response:
    """Mark it read and go to what it is about."""
    with transaction():
        row = services.mark_read(current_actor(), notification_id)
        endpoint, values = target_of(row)
    return redirect(url_for(endpoint, **values), 303)


@blueprint.post("/<slug:vendor>/notifications/<uuid:notification_id>/read")
@requires(P.NOTIFICATION_VIEW)
def mark_read(notification_id: UUID) -> Response:
    """Mark one read."""
    with transaction():
        services.mark_read(current_actor(), notification_id)
    return redirect(url_for("notifications.index", **_asked()), 303)


@blueprint.post("/<slug:vendor>/notifications/read")
@requires(P.NOTIFICATION_VIEW)
def mark_all_read() -> Response:
    """Mark all of them read."""
    with transaction():
        count = services.mark_all_read(current_actor())
    flash(
        ngettext(
            "%(num)s notification is marked as read.", "%(num)s notifications are marked as read.", count
        ),
        "success",
    )
    return redirect(url_for("notifications.index"), 303)


# -- what a person wants -----------------------------------------------------------------------


@blueprint.route("/<slug:vendor>/notifications/preferences", methods=["GET", "POST"])
@requires(P.NOTIFICATION_VIEW)
def preferences() -> str | Response:
    """By kind: in the portal or not; by mail at once, with the digest, or not."""
    actor = current_actor()
    kinds = kinds_of(actor.role)
    assert actor.user_id is not None
    if request.method == "POST":
        answers = {kind: request.form.get(f"mail-{kind.value}") for kind in kinds}
        if any(answer not in set(MailWhen) for answer in answers.values()):
            raise DomainError(_("Choose for every kind when it goes by mail."))
        wanted = {
            kind: Wanted(f"portal-{kind.value}" in request.form, MailWhen(answers[kind])) for kind in kinds
        }
        with transaction():
            services.save_preferences(actor, wanted)
        flash(_("Your preferences are saved."), "success")
        return redirect(url_for("notifications.preferences"), 303)
    wanted = {kind: each for (_user, kind), each in queries.list_wanted([actor.user_id], kinds).items()}
    return render_template(
        "notifications/preferences.html",
        kinds=kinds,
        wanted=wanted,
        kind_labels=KIND_LABELS,
        mail_labels=MAIL_LABELS,
        specs=KINDS,
        time_zone=actor.time_zone,
    )


@blueprint.route("/notifications/unsubscribe/<string(maxlength=400):token>", methods=["GET", "POST"])
@limiter.limit("60/minute")
@public
@csrf.exempt  # mail programs send it themselves (RFC 8058); the signed token says whose mails
def unsubscribe(token: str) -> str:
    """End the mails of one person from one vendor, by the link that each of them carries."""
    named = read_unsubscribe_token(token)
    if named is None:
        raise NotFound
    user = db.session.scalars(select(User).where(User.public_id == UUID(named[0]))).one_or_none()
    vendor = db.session.scalars(select(Vendor).where(Vendor.public_id == UUID(named[1]))).one_or_none()
    if user is None or vendor is None:
        raise NotFound
    user_key, vendor_key, vendor_name = user.id, vendor.id, vendor.name
    if request.method == "POST":
        with serve_vendor(vendor_key), transaction() as session:
            person = session.get_one(User, user_key, with_for_update=True)
            services.stop_mails(system_actor(vendor_key), person)
    return render_template(
        "notifications/unsubscribe.html", vendor_name=vendor_name, is_done=request.method == "POST"
    )


# -- when people are reminded ------------------------------------------------------------------


@blueprint.route("/<slug:vendor>/notifications/reminders", methods=["GET", "POST"])
@requires(P.VENDOR_SETTINGS)
def reminders() -> str | Response | tuple[str, int]:
    """How many days ahead people are reminded of what is due."""
    plan = queries.find_plan()
    form = ReminderForm(
        course_days=write_days(plan.course_days),
        certificate_days=write_days(plan.certificate_days),
        agreement_days=write_days(plan.agreement_days),
        escalation_days=write_days(sorted(plan.escalation_days)),
    )
    if form.validate_on_submit():
        try:
            with transaction():
                services.save_plan(
                    current_actor(),
                    course_days=read_days(form.course_days.data),
                    certificate_days=read_days(form.certificate_days.data),
                    agreement_days=read_days(form.agreement_days.data),
                    escalation_days=read_days(form.escalation_days.data),
                )
            flash(_("The reminders are saved."), "success")
            return redirect(url_for("notifications.reminders"), 303)
        except DomainError as error:
            show_error(form, error)
    page = render_template("notifications/reminders.html", form=form)
    return (page, 422) if request.method == "POST" else page
