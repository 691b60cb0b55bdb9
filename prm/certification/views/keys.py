"""The vendor's keys: since when, how they are known, and new ones in their place."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.certification.credentials.models import CredentialKey
from prm.certification.credentials.rotation import bring_key, rotate_keys
from prm.certification.credentials.trust import fingerprint
from prm.certification.forms import BringKeyForm, RotateForm
from prm.certification.services.keys import list_credential_keys, list_signing_keys
from prm.certification.views.blueprint import blueprint
from prm.errors import DomainError
from prm.extensions import db
from prm.infra.data_integrity import decode_key
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.infra.pkcs12 import expires_at
from prm.infra.signing import load_certificate
from prm.permissions import P
from prm.vendors.models import SigningKey, Vendor


@blueprint.get("/<slug:vendor>/certification/keys")
@requires(P.VENDOR_SETTINGS)
def keys() -> str:
    """Every key that signs, or signed, for the vendor."""
    return render_template("certification/keys.html", **_listed(), issuer_id=g.vendor.public_id)


@blueprint.route("/<slug:vendor>/certification/keys/rotate", methods=["GET", "POST"])
@requires(P.VENDOR_SETTINGS)
def rotate() -> str | Response | tuple[str, int]:
    """Say what follows, ask for the reason, make new keys."""
    form = RotateForm()
    status = 422
    if form.validate_on_submit():
        try:
            with transaction():
                rotate_keys(
                    current_actor(),
                    db.session.get_one(Vendor, g.vendor.id),
                    reason=form.reason.data or "",
                    is_compromised=bool(form.is_compromised.data),
                )
            flash(_("New keys are in use. What the old ones signed is listed with them."), "success")
            return redirect(url_for("certification.keys"), 303)
        except DomainError as error:
            show_error(form, error)
            status = error.status
    page = render_template("certification/rotate.html", form=form)
    return (page, status) if request.method == "POST" else page


@blueprint.route("/<slug:vendor>/certification/keys/bring", methods=["GET", "POST"])
@requires(P.VENDOR_SETTINGS)
def bring() -> str | Response | tuple[str, int]:
    """Take a signing key of the vendor's own from a PKCS#12 file."""
    form = BringKeyForm()
    status = 422
    if form.validate_on_submit():
        try:
            with transaction():
                bring_key(
                    current_actor(),
                    db.session.get_one(Vendor, g.vendor.id),
                    content=form.file.data.read(),
                    passphrase=form.passphrase.data or "",
                    reason=form.reason.data or "",
                )
            flash(_("Documents are signed with your own key from now on."), "success")
            return redirect(url_for("certification.keys"), 303)
        except DomainError as error:
            show_error(form, error)
            status = error.status
    page = render_template("certification/bring.html", form=form)
    return (page, status) if request.method == "POST" else page


# -- parts -------------------------------------------------------------------------------------


def _listed() -> dict[str, list[dict[str, Any]]]:
    """The rows of both kinds of keys, the newest first."""
    return {
        "credentials": [
            _row(key, decode_key(key.multibase).public_bytes_raw()) for key in list_credential_keys()[::-1]
        ],
        "documents": [
            _row(key, load_certificate(key.certificate_pem).dump())
            | {"until": expires_at(key.certificate_pem), "is_brought": key.is_brought}
            for key in list_signing_keys()[::-1]
        ],
    }


def _row(key: CredentialKey | SigningKey, public: bytes) -> dict[str, Any]:
    if key.compromised_at is not None:
        kind, label = "danger", _("Compromised")
    elif key.retired_at is not None:
        kind, label = "neutral", _("Retired")
    else:
        kind, label = "success", _("In use")
    return {
        "fingerprint": fingerprint(public),
        "created_at": key.created_at,
        "ended_at": key.compromised_at or key.retired_at,
        "kind": kind,
        "label": label,
    }
