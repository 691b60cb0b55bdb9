"""Pages of products: the list, entering and changing one, its aliases."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from babel.numbers import get_decimal_symbol
from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.errors import DomainError
from prm.extensions import db
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.infra.money import Money, MoneyError, format_money, minor_to_decimal, parse_minor
from prm.infra.tables import Column, TableSpec, paginate
from prm.permissions import P
from prm.products import queries, services
from prm.products.forms import ProductAliasForm, ProductForm
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
    )
    page = paginate(
        db.session(), queries.products(actor), spec, request.args, partial(url_for, "products.index")
    )
    return render_template(
        "products/index.html",
        table_page=page,
        aliases=queries.aliases_by_product(actor, [product.id for product in page.rows]),
        price_of=_shown_price,
    )


def _shown_price(product: Product) -> str:
    if product.price_minor is None or product.currency is None:
        return "–"
    return format_money(product.price_minor, product.currency, str(get_locale() or "en"))


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
    form = ProductForm(data={"name": product.name, "price": _price_to_edit(product)})
    if form.validate_on_submit():
        try:
            price = _typed_price(form.price.data, currency)
            with transaction():
                services.edit_product(actor, product_id, name=form.name.data, price=price)
            flash(_("The product was changed."), "success")
            return redirect(url_for("products.index"))
        except DomainError as error:
            show_error(form, error)
    page = _edit_page(product_id, form, ProductAliasForm(formdata=None))
    return (page, 422) if request.method == "POST" else page


def _edit_page(product_id: UUID, form: ProductForm, alias_form: ProductAliasForm) -> str:
    actor = current_actor()
    product = queries.get_product(actor, product_id)
    return render_template(
        "products/edit.html",
        form=form,
        alias_form=alias_form,
        product=product,
        currency=product.currency or g.vendor.currency,
        aliases=queries.aliases_by_product(actor, [product.id]).get(product.id, []),
    )


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
    data = {"name": product.name, "price": _price_to_edit(product)}
    return _edit_page(product_id, ProductForm(formdata=None, data=data), form), 422


@blueprint.post("/<slug:vendor>/products/aliases/<uuid:alias_id>/remove")
@requires(P.PRODUCT_EDIT)
def remove_alias(alias_id: UUID) -> Response:
    """Let an alias end: its rows are unmatched again."""
    with transaction():
        removed = services.remove_alias(current_actor(), alias_id)
    flash(_("“%(value)s” no longer stands for a product.", value=removed.value), "success")
    return redirect(url_for("products.index"))


def _decimal_sign() -> str:
    return "," if get_decimal_symbol(get_locale() or "en") == "," else "."


def _typed_price(text: str | None, currency: str) -> Money | None:
    """A price as the person writes numbers. Raises DomainError (field `price`)."""
    if not (text or "").strip():
        return None
    try:
        minor = parse_minor(str(text), currency, _decimal_sign())
    except MoneyError as error:
        message = error.notice.text(_)
        raise DomainError(message, {"price": message}) from error
    if minor < 0:
        message = _("A price is not negative.")
        raise DomainError(message, {"price": message})
    return Money(minor, currency)


def _price_to_edit(product: Product) -> str:
    if product.price_minor is None or product.currency is None:
        return ""
    return f"{minor_to_decimal(product.price_minor, product.currency):f}".replace(".", _decimal_sign())
