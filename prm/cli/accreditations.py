"""Accreditations of companies from the command line: which there are, and a look at all of them now."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from prm.certification.accreditation.models import AccreditationAward
from prm.certification.accreditation.queries import select_awards
from prm.certification.accreditation.services import look_at_today
from prm.certification.accreditation.states import end_of, state_of
from prm.certification.queries.certificates import today_of
from prm.cli import json_option, print_json, reported, serve_vendor_named, vendor_option
from prm.extensions import db

group = click.Group("accreditations", help="What companies are accredited for, by their certified people.")


@group.command("list")
@vendor_option
@click.option("--all", "with_ended", is_flag=True, help="Those that have ended, too.")
@json_option
@with_appcontext
@reported
def list_awards(vendor_slug: str, with_ended: bool, as_json: bool) -> None:
    """List which companies are accredited, on how many people that hangs, and when it lapses."""
    _vendor, actor = serve_vendor_named(vendor_slug)
    today = today_of(actor)
    rows = [
        {
            "id": str(award.public_id),
            "company": award.partnership.name,
            "accreditation": award.accreditation.name,
            "level": award.accreditation.skill_level.value,
            "state": state_of(award, today).value,
            "since": award.awarded_on.isoformat(),
            "lapses_on": award.lapses_on.isoformat() if award.lapses_on else None,
            "ended_on": end.isoformat() if (end := end_of(award, today)) else None,
            "end_reason": award.end_reason.value if award.end_reason else None,
            "hangs_on": len(award.hangs_on),
            "verify_url": current_app.config["VERIFY_URL"] + award.code,
        }
        for award in db.session.scalars(select_awards(actor).order_by(AccreditationAward.id))
        if with_ended or state_of(award, today).holds
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        until = f"ended {row['ended_on']}" if row["ended_on"] else f"lapses {row['lapses_on'] or 'never'}"
        click.echo(f"{row['company']}  {row['accreditation']}  since {row['since']}, {until}")


@group.command("refresh")
@vendor_option
@json_option
@with_appcontext
@reported
def refresh(vendor_slug: str, as_json: bool) -> None:
    """Look at every company now, as the worker does once a day."""
    _vendor, actor = serve_vendor_named(vendor_slug)
    done = look_at_today(actor)
    if as_json:
        print_json({"awarded": done.awarded, "ended": done.ended})
    else:
        click.echo(f"{done.awarded} awarded, {done.ended} ended")
