"""Pages of products: the list, entering and changing one, its aliases."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.imports.queries import count_rows_by_name
from prm.infra import clock
from prm.infra.amounts import money_to_edit, typed_money
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.infra.money import Money, MoneyError, format_money, parse_currency
from prm.infra.tables import Column, Filter, TableSpec, paginate
from prm.permissions import P
from prm.products import queries, services
from prm.products.forms import PriceForm, ProductAliasForm, ProductForm
from prm.products.models import Product

blueprint = Blueprint("products", __name__)


@blueprint.get("/<slug:vendor>/products/")
@requires(P.PRODUCT_VIEW)
def index() -> str:
    """What the vendor sells, with list prices and what sources call it."""
    actor = current_actor()
    spec = TableSpec(
        key=Product.id,
        columns=[
            Column("name", _("Product"), sort=Product.name_folded),
            *([Column("aliases", _("Also called"))] if actor.can(P.PRODUCT_EDIT) else []),
            Column("price", _("List price"), sort=Product.price_minor, is_numeric=True),
        ],
        default_sort="name",
        search=[Product.name],
        filters=[
            Filter(
                "active",
                _("Offered"),
                [("yes", _("Offered")), ("no", _("No longer offered"))],
                lambda statement, value: statement.where(Product.is_active == (value == "yes")),
            )
        ]
        if actor.can(P.PRODUCT_EDIT)
        else [],
    )
    page = paginate(
        db.session(), queries.offered_products(actor), spec, request.args, partial(url_for, "products.index")
    )
    return render_template(
        "products/index.html",
        table_page=page,
        aliases=queries.aliases_by_product(actor, [product.id for product in page.rows]),
        prices=_shown_prices(page.rows),
    )


def _shown_prices(some: list[Product]) -> dict[int, str]:
    """Today's list prices of some products, by their keys."""
    locale = str(get_locale() or "en")
    found = queries.prices_in_force(current_actor(), some, clock.today(g.vendor.time_zone))
    return {
        key: ", ".join(format_money(price.minor, price.currency, locale) for price in prices) or "–"
        for key, prices in found.items()
    }


@blueprint.route("/<slug:vendor>/products/new", methods=["GET", "POST"])
@requires(P.PRODUCT_EDIT)
def create() -> str | Response | tuple[str, int]:
    """Enter a product."""
    form = ProductForm()
    if form.validate_on_submit():
        try:
            price = _typed_price(form.price.data, g.vendor.currency)
            with transaction():
                services.create_product(current_actor(), name=form.name.data, price=price)
            flash(_("The product was entered."), "success")
            return redirect(url_for("products.index"))
        except DomainError as error:
            show_error(form, error)
    page = render_template("products/edit.html", form=form, product=None, currency=g.vendor.currency)
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/<slug:vendor>/products/<uuid:product_id>", methods=["GET", "POST"])
@requires(P.PRODUCT_EDIT)
def edit(product_id: UUID) -> str | Response | tuple[str, int]:
    """Change a product's name and price, and see its aliases."""
    actor = current_actor()
    product = queries.get_product(actor, product_id)
    currency = product.currency or g.vendor.currency
    form = ProductForm(data=_start_values(product) if request.method == "GET" else None)
    status, theirs = 422, None
    if form.validate_on_submit():
        try:
            price = _typed_price(form.price.data, currency)
            with transaction():
                services.edit_product(
                    actor, product_id, name=form.name.data, price=price, revision=form.revision.data
                )
            flash(_("The product was changed."), "success")
            return redirect(url_for("products.index"))
        except DomainError as error:
            show_error(form, error)
            status = error.status
            if isinstance(error, Conflict):  # what was typed stays, to be saved over what is there now
                product = queries.get_product(actor, product_id)
                theirs = [(_("Name"), product.name), (_("List price"), _shown_list_price(product))]
                form.revision.data = services.revision_of_product(product)
    page = _edit_page(product_id, form, ProductAliasForm(formdata=None), theirs=theirs)
    return (page, status) if request.method == "POST" else page


def _start_values(product: Product) -> dict[str, str]:
    return {
        "name": product.name,
        "price": _price_to_edit(product),
        "revision": services.revision_of_product(product),
    }


def _shown_list_price(product: Product) -> str:
    if product.price_minor is None or product.currency is None:
        return ""
    return format_money(product.price_minor, product.currency, str(get_locale() or "en"))


def _edit_page(
    product_id: UUID,
    form: ProductForm,
    alias_form: ProductAliasForm,
    price_form: PriceForm | None = None,
    theirs: list[tuple[str, str]] | None = None,
) -> str:
    actor = current_actor()
    product = queries.get_product(actor, product_id)
    today = clock.today(g.vendor.time_zone)
    currency = product.currency or g.vendor.currency
    locale = str(get_locale() or "en")
    prices = queries.list_prices(actor, product)
    # Latest first: the first of each currency that has begun is the one in force.
    begun: dict[str, UUID] = {}
    for price in prices:
        if price.valid_from <= today:
            begun.setdefault(price.currency, price.public_id)
    return render_template(
        "products/edit.html",
        form=form,
        theirs=theirs,
        alias_form=alias_form,
        price_form=price_form or PriceForm(formdata=None, data={"currency": currency}),
        product=product,
        currency=currency,
        price_now=_shown_prices([product])[product.id],
        prices=[
            {
                "price": price,
                "shown": format_money(price.amount_minor, price.currency, locale),
                "is_in_force": begun.get(price.currency) == price.public_id,
                "is_ahead": price.valid_from > today,
            }
            for price in prices
        ],
        aliases=queries.aliases_by_product(actor, [product.id]).get(product.id, []),
        rows_by_name=count_rows_by_name(actor, product) if actor.can(P.IMPORT_VIEW) else {},
    )


@blueprint.post("/<slug:vendor>/products/<uuid:product_id>/prices")
@requires(P.PRODUCT_EDIT)
def add_price(product_id: UUID) -> Response | tuple[str, int]:
    """State the list price from a day on."""
    actor = current_actor()
    product = queries.get_product(actor, product_id)
    form = PriceForm()
    if form.validate_on_submit():
        try:
            price = _stated_price(form)
            with transaction():
                services.add_price(actor, product_id, valid_from=form.valid_from.data, price=price)
            flash(_("The price is set."), "success")
            return redirect(url_for("products.edit", product_id=product_id))
        except DomainError as error:
            show_error(form, error)
    page = _edit_page(
        product_id,
        ProductForm(formdata=None, data=_start_values(product)),
        ProductAliasForm(formdata=None),
        form,
    )
    return page, 422


def _stated_price(form: PriceForm) -> Money:
    """The form's price. Raises DomainError (field `currency` or `amount`)."""
    try:
        currency = parse_currency(form.currency.data)
    except MoneyError as error:
        message = error.notice.text(_)
        raise DomainError(message, {"currency": message}) from error
    try:
        price = typed_money(form.amount.data, currency)
    except MoneyError as error:
        message = error.notice.text(_)
        raise DomainError(message, {"amount": message}) from error
    if price is None:
        message = _("Enter the price.")
        raise DomainError(message, {"amount": message})
    return price


@blueprint.post("/<slug:vendor>/products/prices/<uuid:price_id>/remove")
@requires(P.PRODUCT_EDIT)
def remove_price(price_id: UUID) -> Response:
    """Take a dated price back."""
    with transaction():
        product = services.remove_price(current_actor(), price_id)
    flash(_("The price was removed."), "success")
    return redirect(url_for("products.edit", product_id=product.public_id))


@blueprint.post("/<slug:vendor>/products/<uuid:product_id>/active")
@requires(P.PRODUCT_EDIT)
def set_active(product_id: UUID) -> Response:
    """Take a product out of what is offered, or back into it."""
    is_active = request.form.get("active") == "yes"
    with transaction():
        services.set_active(current_actor(), product_id, is_active=is_active)
    flash(
        _("The product is offered again.")
        if is_active
        else _("The product is no longer offered. What was ordered of it stays."),
        "success",
    )
    return redirect(url_for("products.edit", product_id=product_id))


@blueprint.post("/<slug:vendor>/products/<uuid:product_id>/aliases")
@requires(P.PRODUCT_EDIT)
def alias(product_id: UUID) -> Response | tuple[str, int]:
    """Let a source's name stand for the product."""
    actor = current_actor()
    product = queries.get_product(actor, product_id)
    form = ProductAliasForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.add_alias(actor, queries.get_product(actor, product_id), form.value.data)
            flash(_("The alias is set; rows of that name are matched."), "success")
            return redirect(url_for("products.edit", product_id=product_id))
        except DomainError as error:
            show_error(form, error)
    return _edit_page(product_id, ProductForm(formdata=None, data=_start_values(product)), form), 422


@blueprint.post("/<slug:vendor>/products/aliases/<uuid:alias_id>/remove")
@requires(P.PRODUCT_EDIT)
def remove_alias(alias_id: UUID) -> Response:
    """Let an alias end: its rows are unmatched again."""
    with transaction():
        removed = services.remove_alias(current_actor(), alias_id)
    flash(_("“%(value)s” no longer stands for a product.", value=removed.value), "success")
    return redirect(url_for("products.index"))


def _typed_price(text: str | None, currency: str) -> Money | None:
    """A price as the person writes numbers. Raises DomainError (field `price`)."""
    try:
        price = typed_money(text, currency)
    except MoneyError as error:
        message = error.notice.text(_)
        raise DomainError(message, {"price": message}) from error
    if price is not None and price.minor < 0:
        message = _("A price is not negative.")
        raise DomainError(message, {"price": message})
    return price


def _price_to_edit(product: Product) -> str:
    return money_to_edit(product.price_minor, product.currency)
