"""A gallery of every component on real base pages, without the portal's data behind it.

The pages of the portal change with its features; these hold every macro in every state, so that
the look, the policy and accessibility are checked once for all of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from flask import Flask, Response, flash, make_response, redirect, render_template, request
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.serving import make_server
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FileField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from prm.infra import assets, compression
from prm.infra.brand_css import brand_stylesheet
from prm.infra.charts import bar_chart, count_format, grouped_bar, line_chart, money_format, stacked_bar
from prm.infra.http import CONTENT_SECURITY_POLICY
from prm.infra.tables import Column, Filter, TablePage, TableSpec
from prm.infra.tables_in_memory import paginate_rows
from prm.shell import NavGroup, NavItem, ShownActor, ShownVendor, Switch

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    "Zürich Cloud Partners AG", "Hottechi", "Betasoloin Systems", "Kan-code", "محمد العلي للتقنية",
    "山田システム株式会社",
)  # fmt: skip
STATES = (("success", "Compliant"), ("danger", "Not compliant"), ("warning", "Expiring"))


class _Boxes(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class InvitationForm(FlaskForm):
    email = EmailField(
        "E-mail address",
        [InputRequired("Enter an e-mail address."), Email("Enter an address like name@example.com.")],
        description="The invitation is sent there.",
    )
    name = StringField("Name", [InputRequired("Enter a name.")])
    role = SelectField(
        "Role",
        [InputRequired("Choose a role.")],
        choices=[SelectChoice("", "Choose"), SelectChoice("a", "Admin")],
    )
    functions = _Boxes(
        "Functions",
        [InputRequired("Choose a function.")],
        choices=[SelectChoice("s", "Sales"), SelectChoice("t", "Technical")],
    )
    scope = RadioField(
        "Scope",
        [InputRequired("Choose a scope.")],
        choices=[SelectChoice("all", "All"), SelectChoice("one", "One")],
    )
    from_on = DateField("From", [InputRequired("Enter the first day.")])
    seats = IntegerField("Seats", [Optional(), NumberRange(1, 10, "Enter a number from 1 to 10.")])
    notes = TextAreaField("Notes", description="Markdown is fine.")
    logo = FileField("Logo")
    agree = BooleanField("The agreement is accepted", [InputRequired("Tick the box.")])


@dataclass(frozen=True)
class Entry:
    at_text: str
    at_iso: str
    icon: str
    kind: str
    title: str
    text: str = ""
    url: str = ""


def make_site() -> Flask:
    """The gallery's application. `?theme=`, `?lang=` and `?brand=rrggbb` choose how a page looks."""
    site = Flask("gallery", static_folder=None)
    site.jinja_loader = ChoiceLoader(
        [FileSystemLoader(ROOT / "templates"), FileSystemLoader(Path(__file__).parent / "gallery")]
    )
    site.jinja_env.trim_blocks = site.jinja_env.lstrip_blocks = True
    site.jinja_env.undefined = StrictUndefined
    # Pages of a vendor fill these in; here there is none.
    site.jinja_env.globals.update(view_menu=lambda: None, bulk_menu=lambda: None)
    site.config.update(SECRET_KEY="for the gallery only", TESTING=True)
    Babel(site, locale_selector=lambda: request.args.get("lang", "en"))
    CSRFProtect(site)
    assets.init_app(site)
    compression.init_app(site)
    site.context_processor(_shell)
    site.after_request(_with_policy)
    site.add_url_rule("/", view_func=home)
    site.add_url_rule("/table", view_func=table)
    site.add_url_rule("/form", view_func=form, methods=["GET", "POST"])
    site.add_url_rule("/charts", view_func=charts)
    site.add_url_rule("/public", view_func=public, methods=["GET", "POST"])
    site.add_url_rule("/error/<int:status>", view_func=error)
    site.add_url_rule("/brand/<string:colour>.css", view_func=brand)
    site.add_url_rule("/preferences", view_func=preferences, methods=["POST"])
    site.add_url_rule("/done", view_func=done, methods=["POST"])
    return site


@contextmanager
def serving(site: Flask) -> Iterator[str]:
    """Serve the gallery on a free port of this machine while the block runs; gives its address."""
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def home() -> str:
    if request.args.get("flash"):
        flash("Reminder sent to 14 people.", "success")
        flash("Two people have no address.", "warning")
        flash("It could not be sent.", "error")
    entries = [
        Entry(
            "20 Nov 2026", "2026-11-20T14:02Z", "certificate", "success", "Issued to 山田太郎", "Text", "/c"
        ),
        Entry("12 Nov 2026", "2026-11-12", "alert-triangle", "warning", "Agreement expires"),
        Entry("1 Nov 2026", "2026-11-01", "", "", "Created"),
    ]
    return render_template("home.html", entries=entries)


def table() -> str:
    count = request.args.get("rows", 60, type=int)
    rows = [
        {
            "name": f"{NAMES[place % len(NAMES)]} {place}",
            "region": ("Central", "East")[place % 2],
            "state": STATES[place % 3],
            "people": place,
            "revenue": f"${1_200_345 - place * 1000:,}.00",
        }
        for place in range(count)
    ]
    return render_template("table.html", page=table_page(rows, request.args))


def table_page(rows: list[dict[str, Any]], args: Any) -> TablePage:
    spec = TableSpec(
        key=None,
        columns=[
            Column("name", "Partner", lambda row: row["name"]),
            Column("region", "Region", lambda row: row["region"]),
            Column("state", "Compliance"),
            Column("people", "People", lambda row: row["people"], is_numeric=True),
            Column("revenue", "Revenue", lambda row: -row["people"], is_numeric=True),
            Column("menu", ""),
        ],
        default_sort="name",
        search=[lambda row: row["name"]],
        filters=[
            Filter(
                "region", "Region", [("Central", "Central"), ("East", "East")],
                lambda found, value: [row for row in found if row["region"] == value],  # type: ignore[misc, arg-type, return-value]
            ),
            Filter("since", "Since", kind="date"),
        ],
    )  # fmt: skip
    return paginate_rows(rows, spec, args)


def form() -> tuple[str, int]:
    invitation = InvitationForm()
    is_bad = request.method == "POST" and not invitation.validate()
    return render_template("form.html", form=invitation), 422 if is_bad else 200


def charts() -> str:
    dollars, people = money_format("USD", "en"), count_format("en")
    quarters = ["2026 Q1", "2026 Q2", "2026 Q3", "2026 Q4"]
    revenue = [1_134_672, 3_086_111, 2_982_255, 2_802_496]
    two = {"Central": [1, 2, 3, 4], "East": [4, 3, 2, 1]}
    gap = {"First": [1, 2, None, 4], "Last": [2, 2, 3, 5]}
    return render_template(
        "charts.html",
        charts=[
            bar_chart(quarters, revenue, title="Quarters", number=dollars),
            stacked_bar(quarters, two, title="Parts", number=people),
            grouped_bar(quarters, two, title="Years", number=people),
            line_chart(quarters, gap, title="Models", number=people),
            bar_chart(NAMES, [6, 5, 4, 3, 2, -1], title="Partners", number=people, is_horizontal=True),
            bar_chart([], [], title="Nothing", number=people),
        ],
    )


def public() -> tuple[str, int]:
    invitation = InvitationForm()
    is_bad = request.method == "POST" and not invitation.validate()
    return render_template("public.html", form=invitation), 422 if is_bad else 200


def error(status: int) -> tuple[str, int]:
    return render_template("errors/error.html", status=status, message="", request_id="7f3a"), status


def brand(colour: str) -> Response:
    return Response(brand_stylesheet(f"#{colour}"), mimetype="text/css")


def preferences() -> Any:
    response = redirect(request.form["next"])
    if "theme" in request.form:
        response.set_cookie("theme", request.form["theme"])
    return response


def done() -> Response:
    return make_response("done")


def _with_policy(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


def _shell() -> dict[str, Any]:
    language = request.args.get("lang", "en")
    colour = request.args.get("brand")
    items = [
        NavItem(label, url, icon, request.path == url, badge)
        for label, url, icon, badge in (
            ("Home", "/", "home", ""),
            ("Partners", "/table", "building", "48"),
            ("People", "/form", "users", "3"),
            ("Reports", "/charts", "chart-bar", ""),
        )
    ]
    return {
        "actor": ShownActor("Zoë Ångström", "Channel manager", True),
        "vendor": ShownVendor("acme", "Acme Instruments", f"/brand/{colour or '4a49c9'}.css", None),
        "nav": [NavGroup("", items[:1]), NavGroup("Work", items[1:])],
        "switcher": [
            Switch("Acme Instruments", "Channel manager", "/", True),
            Switch("Northwind", "Partner", "/b", False),
        ],
        "locale": language,
        "locales": [("en", "English"), ("ar", "العربية")],
        "text_direction": "rtl" if language == "ar" else "ltr",
        "theme": request.args.get("theme") or request.cookies.get("theme", "auto"),
        "is_demo": True,
        "preferences_url": "/preferences",
        "search_url": "/table",
        "account_links": [NavItem("Profile", "/profile", "user")],
        "sign_out_url": "/done",
        "app_version": "0.1",
    }
