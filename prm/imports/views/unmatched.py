"""Names on kept rows that stand for nothing we know, and the aliases that settle them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.customers import queries as customers
from prm.customers import services as customer_services
from prm.errors import DomainError
from prm.imports import queries
from prm.imports.forms import AliasForm
from prm.imports.labels import FIELD_NAMES
from prm.imports.services.aliases import add_alias
from prm.imports.views.blueprint import blueprint
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.infra.similar import most_similar
from prm.partners.queries.partnerships import list_names
from prm.permissions import P
from prm.products import queries as products
from prm.products import services as product_services


@dataclass(frozen=True)
class AliasRow:
    """An alias as the page lists it."""

    field: str
    value: str
    to: str
    remove_url: str | None
    url: str | None = None


@blueprint.get("/<slug:vendor>/imports/unmatched")
@requires(P.IMPORT_VIEW)
def unmatched() -> str:
    """What is unmatched, with a suggestion each, and the aliases there are."""
    return _page(AliasForm())


def _page(form: AliasForm) -> str:
    actor = current_actor()
    found = queries.list_unmatched(actor)
    names = [product.name for product in products.list_products(actor)]
    aliases = [
        AliasRow(
            "product",
            alias.value,
            product.name,
            url_for("imports.remove_product_alias", alias_id=alias.public_id),
        )
        for alias, product in products.list_aliases(actor)
    ] + [
        AliasRow(
            "customer",
            alias.value,
            customer.name,
            url_for("imports.remove_customer_alias", alias_id=alias.public_id),
        )
        for alias, customer in customers.list_aliases(actor)
    ]
    may_edit = actor.can(P.PARTNER_EDIT)
    aliases += [
        AliasRow(
            "partner",
            alias.value,
            name,
            url_for("partners.remove_name", alias_id=alias.public_id) if may_edit else None,
            url_for("partners.names", partnership_id=partnership_id) if may_edit else None,
        )
        for alias, name, partnership_id in list_names(actor, P.IMPORT_VIEW)
    ]
    return render_template(
        "imports/unmatched.html",
        form=form,
        found=found,
        products=names,
        suggestions={
            each.value: most_similar(each.value, names) for each in found if each.field == "product"
        },
        aliases=aliases,
        field_names=FIELD_NAMES,
    )


@blueprint.post("/<slug:vendor>/imports/aliases")
@requires(P.IMPORT_RUN)
def alias() -> Response | tuple[str, int]:
    """Let a name stand for something; every kept row is matched at once."""
    form = AliasForm()
    if form.validate_on_submit():
        try:
            with transaction():
                made = add_alias(
                    current_actor(), field=form.field.data, value=form.value.data, to=form.to.data
                )
            flash(
                ngettext(
                    "“%(value)s” stands for %(to)s: %(num)s row matched.",
                    "“%(value)s” stands for %(to)s: %(num)s rows matched.",
                    made.rows,
                    value=made.value,
                    to=made.to,
                ),
                "success",
            )
            return redirect(url_for("imports.unmatched"))
        except DomainError as error:
            show_error(form, error)
    return _page(form), 422


@blueprint.post("/<slug:vendor>/imports/aliases/products/<uuid:alias_id>/remove")
@requires(P.IMPORT_RUN)
def remove_product_alias(alias_id: UUID) -> Response:
    """Let a product's alias end: its rows are unmatched again."""
    with transaction():
        removed = product_services.remove_alias(current_actor(), alias_id)
    flash(_("“%(value)s” no longer stands for a product.", value=removed.value), "success")
    return redirect(url_for("imports.unmatched"))


@blueprint.post("/<slug:vendor>/imports/aliases/customers/<uuid:alias_id>/remove")
@requires(P.IMPORT_RUN)
def remove_customer_alias(alias_id: UUID) -> Response:
    """Let a customer's alias end: the name stands for a customer of its own again."""
    with transaction():
        removed = customer_services.remove_alias(current_actor(), alias_id)
    flash(_("“%(value)s” stands for a customer of its own again.", value=removed.value), "success")
    return redirect(url_for("imports.unmatched"))
