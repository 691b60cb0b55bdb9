"""Verbs on applications: sent by anybody, confirmed by their sender, ruled on once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import and_, delete, func, select, update

from prm.access import Actor, require
from prm.accounts import mailbox
from prm.accounts.services.invitations import invite
from prm.accounts.services.people import check_email, check_name
from prm.errors import DomainError, TooMany
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.infra.ids import new_token, token_hash
from prm.infra.names import fold_name
from prm.infra.web_domains import read_web_domain
from prm.journal.services import record
from prm.partners.models import (
    ApplicationField,
    ApplicationForm,
    ApplicationStatus,
    CountryRegion,
    FieldKind,
    PartnerApplication,
    Partnership,
    PartnershipStatus,
    PartnershipType,
)
from prm.partners.queries import applications as queries
from prm.partners.queries.partnerships import find_manager
from prm.partners.services.partnerships import check_region, create_partnership
from prm.permissions import P, Role
from prm.vendors.models import Vendor

CONFIRM_HOURS = 48
PER_ADDRESS = 3  # unconfirmed ones of one mail address at a time: nobody is mailed more than this
MAX_FIELDS = 20
MAX_ANSWER = 1000


# -- the form ----------------------------------------------------------------------------------


def set_form(actor: Actor, *, is_open: bool, intro: str) -> ApplicationForm:
    """Open or close the vendor's public form, and say what stands above it."""
    require(actor, P.VENDOR_SETTINGS)
    form = queries.find_form()
    if form is None:
        form = ApplicationForm(vendor_id=actor.vendor_id)
        db.session.add(form)
    form.is_open, form.intro = is_open, intro.strip()[:1000]
    db.session.flush()
    record(actor, "application_form.set", form, facts={"is_open": is_open})
    return form


def save_field(
    actor: Actor,
    field: ApplicationField | None,
    *,
    label: str,
    kind: FieldKind,
    choices: Sequence[str],
    is_required: bool,
    position: int,
) -> ApplicationField:
    """Ask applicants something more, or ask it otherwise. Raises DomainError naming the field at fault."""
    require(actor, P.VENDOR_SETTINGS)
    label = " ".join(label.split())
    if not label or len(label) > 120:
        message = _("Enter a question of at most %(count)s characters.", count=120)
        raise DomainError(message, {"label": message})
    if any(f.label.casefold() == label.casefold() and f is not field for f in queries.list_fields()):
        message = _("You ask this already.")
        raise DomainError(message, {"label": message})
    offered = list(dict.fromkeys(" ".join(c.split())[:120] for c in choices if c.strip()))
    if kind is FieldKind.CHOICE and not 2 <= len(offered) <= 50:
        message = _("Write between 2 and 50 choices, one a line.")
        raise DomainError(message, {"choices": message})
    if not 1 <= position <= 1000:
        message = _("Enter a number between 1 and 1,000.")
        raise DomainError(message, {"position": message})
    if field is None:
        if len(queries.list_fields()) >= MAX_FIELDS:
            raise DomainError(_("A form has at most %(count)s questions of your own.", count=MAX_FIELDS))
        field = ApplicationField(vendor_id=actor.vendor_id)
        db.session.add(field)
    field.label, field.kind, field.position = label, kind, position
    field.choices = offered if kind is FieldKind.CHOICE else []
    field.is_required = is_required
    db.session.flush()
    record(actor, "application_field.saved", field, facts={"label": label, "kind": kind.value})
    return field


def remove_field(actor: Actor, field: ApplicationField) -> None:
    """Ask it no more. What was answered stays with the applications."""
    require(actor, P.VENDOR_SETTINGS)
    record(actor, "application_field.removed", field, facts={"label": field.label})
    db.session.delete(field)


# -- by the applicant --------------------------------------------------------------------------


def apply(
    actor: Actor,
    *,
    company: str,
    website: str,
    country: str,
    contact_name: str,
    email: str,
    message: str,
    answers: Mapping[UUID, str],
) -> PartnerApplication:
    """Keep what somebody sent until they confirm the address, and mail them the link.

    `actor` is anybody, with the vendor served and the language of the page. The mail holds nothing
    that was typed: the form must not be a way to write to strangers. Not journaled before it is
    confirmed. Raises DomainError naming the fields at fault, TooMany for an address that has unconfirmed
    applications enough.
    """
    company = " ".join(company.split())
    if not company:
        raise DomainError(_("Enter the company's name."), {"company": _("Enter the company's name.")})
    domain = read_web_domain(website)
    if domain is None:
        problem = _("Enter the address of your web site, such as www.example.com.")
        raise DomainError(problem, {"website": problem})
    contact_name, email = check_name(contact_name), check_email(email)
    now = clock.now()
    waiting = db.session.scalar(
        select(func.count(PartnerApplication.id)).where(
            func.lower(PartnerApplication.email) == email.lower(),
            PartnerApplication.status == ApplicationStatus.UNCONFIRMED,
            PartnerApplication.expires_at > now,
        )
    )
    if (waiting or 0) >= PER_ADDRESS:
        problem = _("We have mailed you a link already. Open it to confirm your application.")
        raise TooMany(problem, {"email": problem})
    token = new_token()
    application = PartnerApplication(
        vendor_id=actor.vendor_id,
        company=company[:200],
        company_folded=fold_name(company),
        web_domain=domain,
        country=country,
        contact_name=contact_name,
        email=email,
        message=message.strip()[:4000],
        answers=_checked_answers(answers),
        locale=actor.locale,
        token_hash=token_hash(token),
        created_at=now,
        expires_at=now + timedelta(hours=CONFIRM_HOURS),
    )
    db.session.add(application)
    db.session.flush()
    vendor = db.session.get_one(Vendor, actor.vendor_id)
    mailbox.queue_template(
        actor,
        email,
        "application_confirm",
        actor.locale,
        vendor_id=vendor.id,
        vendor=vendor.name,
        hours=CONFIRM_HOURS,
        url=mailbox.address_of("partners.apply_confirm", place=vendor.slug, token=token),
    )
    return application


def _checked_answers(answers: Mapping[UUID, str]) -> list[dict[str, str]]:
    kept = []
    for field in queries.list_fields():
        value = " ".join(answers.get(field.public_id, "").split())[:MAX_ANSWER]
        name = f"field_{field.public_id.hex}"
        if not value and field.is_required:
            problem = _("Answer “%(question)s”.", question=field.label)
            raise DomainError(problem, {name: problem})
        if value and field.kind is FieldKind.CHOICE and value not in field.choices:
            problem = _("Choose one of the answers to “%(question)s”.", question=field.label)
            raise DomainError(problem, {name: problem})
        if value:
            kept.append({"label": field.label, "value": value})
    return kept


def confirm_application(actor: Actor, token: str) -> PartnerApplication | None:
    """Show the application to the vendor; None where the link is used up, too old or none of ours."""
    found = queries.find_unconfirmed(token)
    if found is None:
        return None
    claim(
        update(PartnerApplication)
        .where(
            PartnerApplication.id == found.id,
            PartnerApplication.status == ApplicationStatus.UNCONFIRMED,
            PartnerApplication.expires_at > clock.now(),
        )
        .values(
            status=ApplicationStatus.WAITING,
            confirmed_at=clock.now(),
            region_id=_region_of(found.country),
        ),
        _("This link was used already, or it is too old."),
    )
    db.session.refresh(found)
    record(
        actor,
        "application.confirmed",
        found,
        facts={"company": found.company, "web_domain": found.web_domain, "country": found.country},
        personal={"name": found.contact_name, "email": found.email},
    )
    return found


def _region_of(country: str) -> int | None:
    return db.session.scalar(select(CountryRegion.region_id).where(CountryRegion.country == country))


def _out_of_time() -> Any:
    return and_(
        PartnerApplication.status == ApplicationStatus.UNCONFIRMED,
        PartnerApplication.expires_at <= clock.now(),
    )


def has_unconfirmed_to_forget() -> bool:
    """Whether the vendor served has applications that nobody confirmed in time."""
    return db.session.scalar(select(PartnerApplication.id).where(_out_of_time()).limit(1)) is not None


def forget_unconfirmed() -> None:
    """Delete what nobody confirmed in time: the address may not be the sender's at all."""
    db.session.execute(delete(PartnerApplication).where(_out_of_time()))


# -- by the vendor -----------------------------------------------------------------------------


def approve_application(
    actor: Actor,
    application: PartnerApplication,
    *,
    name: str,
    type: PartnershipType,
    region: str | None,
    manager_id: UUID | None,
) -> Partnership:
    """Make the partnership, in onboarding, and invite the applicant as its administrator.

    Raises Conflict where somebody ruled first, DomainError naming the field at fault.
    """
    require(actor, P.APPLICATION_RULE)
    _rule(actor, application, ApplicationStatus.APPROVED)
    manager = find_manager(actor, manager_id)
    partnership = create_partnership(
        actor,
        name=name,
        type=type,
        status=PartnershipStatus.ONBOARDING,
        region=region,
        manager_name=manager.name if manager else None,
        manager_user_id=manager.id if manager else None,
        web_domain=application.web_domain,
        country=application.country,
    )
    check_region(actor, partnership)
    application.partnership_id = partnership.id
    invite(
        actor,
        email=application.email,
        name=application.contact_name,
        role=Role.PARTNER_ADMIN,
        company=partnership,
        locale=application.locale,
    )
    record(
        actor,
        "application.approved",
        application,
        facts={"company": application.company, "partnership": partnership.public_id},
    )
    return partnership


def reject_application(actor: Actor, application: PartnerApplication, *, reason: str) -> None:
    """Say no, and why, by mail in the applicant's language. Raises Conflict where somebody ruled first."""
    require(actor, P.APPLICATION_RULE)
    reason = reason.strip()[:2000]
    if not reason:
        problem = _("Say why: the applicant reads it.")
        raise DomainError(problem, {"reason": problem})
    _rule(actor, application, ApplicationStatus.REJECTED)
    application.reason = reason
    vendor = db.session.get_one(Vendor, actor.vendor_id)
    mailbox.queue_template(
        actor,
        application.email,
        "application_rejected",
        application.locale,
        vendor_id=vendor.id,
        vendor=vendor.name,
        name=application.contact_name,
        company=application.company,
        reason=reason,
    )
    record(
        actor,
        "application.rejected",
        application,
        facts={"company": application.company},
        personal={"reason": reason},
    )


def _rule(actor: Actor, application: PartnerApplication, status: ApplicationStatus) -> None:
    claim(
        update(PartnerApplication)
        .where(
            PartnerApplication.id == application.id,
            PartnerApplication.status == ApplicationStatus.WAITING,
        )
        .values(status=status, ruled_at=clock.now(), ruled_by_id=actor.user_id),
        _("Somebody has ruled on this application already."),
    )
    db.session.refresh(application)
