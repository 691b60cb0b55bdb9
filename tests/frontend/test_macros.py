"""What the macros write: meaning that does not hang on colour, and text that stays text."""

import re
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from tests.frontend.site import InvitationForm, table_page

HOSTILE = "<script>alert('x')</script>\"'&"


@pytest.fixture
def client(site: Flask) -> FlaskClient:
    return site.test_client()


def render(site: Flask, source: str, path: str = "/table", **values: Any) -> str:
    with site.test_request_context(path):
        return render_template_string(source, **values)


def rows(count: int) -> list[dict[str, Any]]:
    return [
        {"name": f"P{n:03}", "region": "East", "state": "", "people": n, "revenue": n, "menu": ""}
        for n in range(count)
    ]


def test_every_macro_keeps_hostile_text_as_text(site: Flask) -> None:
    ui = """{% from "_macros/ui.html" import status, badge, button, link_button, card, stat, stats, progress,
    alert, empty_state, breadcrumbs, tabs, key_facts, timeline, menu_link, menu_post, copy_button, amount,
    when, monogram, steps, menu_button, toolbar %}
    {{ status('danger', x) }}{{ badge(x) }}{{ button(x, name=x, value=x) }}{{ link_button(x, x) }}
    {% call card(x, x, id=x) %}{% endcall %}{{ stat(x, x, x, hint=x, url=x) }}{{ progress(1, x, text=x) }}
    {{ alert('info', x, x) }}{{ empty_state('x', x, x) }}{{ breadcrumbs([(x, x), (x, none)]) }}
    {{ tabs([(x, x, true, x)], x) }}{{ key_facts([(x, x)]) }}{{ menu_link(x, x) }}
    {{ menu_post(x, x, confirm=x) }}{{ copy_button(x, x) }}{{ amount(x) }}{{ when(x, x) }}{{ monogram(x) }}
    {{ steps([(x, 'done')]) }}{% call menu_button(x, x) %}{% endcall %}{% call toolbar(x) %}{% endcall %}"""
    forms = """{% from "_macros/forms.html" import post_button, confirm_dialog, dialog_button, fieldset,
    filter_form %}
    {{ post_button(x, x, confirm=x, fields={x: x}) }}{{ dialog_button(x, x) }}
    {{ confirm_dialog(x, x, x, x, x, fields={x: x}) }}{% call fieldset(x, x) %}{% endcall %}
    {% call filter_form(x, x) %}{% endcall %}"""
    tables = """{% from "_macros/tables.html" import simple_table %}
    {{ simple_table([('a', x)], [{'a': x}], x) }}"""
    for source in (ui, forms, tables):
        html = render(site, source, x=HOSTILE)
        assert "<script>" not in html
        assert "&lt;script&gt;" in html
        assert not re.search(r"""="[^"]*<script""", html)


def test_a_state_is_told_by_word_and_icon_not_by_colour_alone(site: Flask) -> None:
    shown = {
        kind: render(site, "{% from '_macros/ui.html' import status %}{{ status(k, 'Word') }}", k=kind)
        for kind in ("success", "warning", "danger", "info", "neutral")
    }
    assert all("Word" in html for html in shown.values())
    assert len({re.search(r"#([\w-]+)\"", html).group(1) for html in shown.values()}) == 5  # type: ignore[union-attr]


def test_a_field_is_tied_to_its_label_hint_and_error(client: FlaskClient, site: Flask) -> None:
    site.config["WTF_CSRF_ENABLED"] = False
    try:
        html = client.post("/form", data={"email": "nobody", "seats": "99"}).text
    finally:
        site.config["WTF_CSRF_ENABLED"] = True
    email = re.search(r'<input[^>]*id="email"[^>]*>', html)
    assert email and 'value="nobody"' in email.group() and 'aria-invalid="true"' in email.group()
    assert 'aria-describedby="email-hint email-error"' in email.group()
    assert 'autocomplete="email"' in email.group()
    assert '<label class="field-label" for="email">' in html
    for identifier in ("email-hint", "email-error", "seats-error", "agree-error", "scope-error"):
        assert f'id="{identifier}"' in html
    assert re.search(r'<fieldset class="field choices has-error" aria-describedby="functions-error">', html)
    assert "novalidate" in html


def test_the_error_summary_leads_to_every_wrong_field(client: FlaskClient, site: Flask) -> None:
    site.config["WTF_CSRF_ENABLED"] = False
    try:
        html = client.post("/form", data={"seats": "99"}).text
    finally:
        site.config["WTF_CSRF_ENABLED"] = True
    summary = re.search(r'class="note note-danger error-summary".*?</ul>', html, re.S)
    assert summary and 'tabindex="-1" autofocus' in summary.group()
    targets = re.findall(r'href="#([^"]+)"', summary.group())
    assert targets == ["email", "name", "role", "functions-0", "scope-0", "from_on", "seats", "agree"]
    for target in targets:
        assert re.search(rf'<(?:input|select|textarea)[^>]*id="{target}"', html)


def test_a_form_without_errors_has_no_summary(site: Flask) -> None:
    with site.test_request_context("/form"):
        form = InvitationForm(meta={"csrf": False})
        source = "{% from '_macros/forms.html' import error_summary %}{{ error_summary(form) }}"
        assert render_template_string(source, form=form) == ""


def test_every_posting_form_carries_the_token(client: FlaskClient) -> None:
    for path in ("/", "/form", "/public", "/table"):
        html = client.get(path).text
        for posted in re.findall(r'<form[^>]*method="post".*?</form>', html, re.S):
            assert 'name="csrf_token"' in posted
        for sent in re.findall(r'<form[^>]*method="get".*?</form>', html, re.S):
            assert "csrf_token" not in sent


def test_no_page_has_an_inline_style_or_script(client: FlaskClient) -> None:
    for path in ("/?flash=1", "/table", "/form", "/charts", "/public", "/error/500"):
        html = client.get(path).text
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|hx-on|javascript:", html)
        assert re.findall(r"<script(?![^>]*\bsrc=)", html) == []


def test_identifiers_are_unique(client: FlaskClient) -> None:
    for path in ("/?flash=1", "/table", "/form", "/charts", "/public"):
        found = re.findall(r'\sid="([^"]+)"', client.get(path).text)
        assert len(found) == len(set(found)), path


# ---------------------------------------------------------------- tables

TABLE = "{% from '_macros/tables.html' import table %}{{ table(page, 'Partners') }}"


def test_the_sorted_column_says_so_and_turns_around(site: Flask) -> None:
    html = render(site, TABLE, page=table_page(rows(3), MultiDict({"sort": "people"})))
    headings = re.findall(r"<th scope=\"col\"[^>]*>.*?</th>", html, re.S)
    assert [("aria-sort" in heading) for heading in headings] == [False, False, False, True, False]
    assert 'class="is-numeric" aria-sort="ascending"' in headings[3]
    assert "direction=desc" in headings[3]
    html = render(site, TABLE, page=table_page(rows(3), MultiDict({"sort": "people", "direction": "desc"})))
    assert 'aria-sort="descending"' in html


def test_the_first_cell_of_a_row_is_its_heading(site: Flask) -> None:
    html = render(site, TABLE, page=table_page(rows(2), MultiDict()))
    assert html.count('<th scope="row" data-label="Partner">') == 2
    assert '<td class="is-numeric" data-label="People">0</td>' in html


def test_pages_are_counted_and_their_ends_are_closed(site: Flask) -> None:
    first = render(site, TABLE, page=table_page(rows(60), MultiDict()))
    assert "1–25 of 60" in first and "Page 1 of 3" in first
    assert re.search(r'<span class="btn btn-sm" aria-disabled="true">.*?Previous</span>', first, re.S)
    assert 'rel="next" href="?page=2"' in first
    last = render(site, TABLE, page=table_page(rows(60), MultiDict({"page": "3"})))
    assert "51–60 of 60" in last and 'rel="next"' not in last
    assert "pager-links" not in render(site, TABLE, page=table_page(rows(3), MultiDict()))


def test_filtering_keeps_the_sort_and_what_else_the_address_carries(site: Flask) -> None:
    path = "/table?sort=people&as_of=2026-01-01&page=2&region=East&search=P0"
    html = render(site, TABLE, path, page=table_page(rows(60), MultiDict({"region": "East", "search": "P0"})))
    filters = html.partition('class="filters"')[2].partition("</form>")[0]
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', filters))
    assert hidden == {"sort": "people", "as_of": "2026-01-01"}
    assert '<option value="East" selected>' in html
    assert 'name="search" value="P0"' in html


def test_what_the_address_carries_stays_text(site: Flask) -> None:
    html = render(
        site, TABLE, "/table?%22%3E%3Cscript%3E=%22%3E%3Cscript%3E", page=table_page(rows(1), MultiDict())
    )
    assert "<script>" not in html


def test_an_empty_table_says_what_to_do_and_a_filtered_one_how_to_get_back(site: Flask) -> None:
    empty = render(site, TABLE, page=table_page([], MultiDict()))
    assert "Nothing here yet" in empty and "<table" not in empty
    filtered = render(site, TABLE, page=table_page(rows(5), MultiDict({"search": "zzz"})))
    assert "Nothing matches" in filtered and "Show everything" in filtered


def test_a_zero_is_shown_and_only_nothing_is_a_dash(site: Flask) -> None:
    source = """{% from '_macros/tables.html' import simple_table %}
    {{ simple_table([('a', 'A'), ('b', 'B')], rows, 'T') }}"""
    html = render(site, source, rows=[{"a": 0, "b": None}, {"a": "", "b": "x"}])
    assert re.findall(r'data-label="\w">([^<]*)<', html) == ["0", "–", "–", "x"]


# ---------------------------------------------------------------- whole pages


def test_the_title_is_the_pages_heading_without_markup(client: FlaskClient) -> None:
    assert "<title>Good morning, Zoë · Acme Instruments · PRM</title>" in client.get("/").text


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 502, 503])
def test_every_error_page_says_what_happened_and_the_way_out(client: FlaskClient, status: int) -> None:
    html = client.get(f"/error/{status}").text
    assert f"Error {status}" in html and "Reference 7f3a" in html
    assert re.search(r'<a class="btn btn-primary" href="/"', html)
    sentence = re.search(r'<p class="error-sentence">(.+?)</p>', html)
    assert sentence and len(sentence.group(1)) > 40


def test_an_error_page_needs_nothing_of_the_shell(site: Flask) -> None:
    bare = Flask("bare", static_folder=None)
    bare.jinja_loader = site.jinja_loader
    bare.jinja_env.add_extension("jinja2.ext.i18n")
    bare.jinja_env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    bare.extensions["assets"] = site.extensions["assets"]
    bare.jinja_env.globals["asset_url"] = lambda name: f"/static/x/{name}"
    with bare.test_request_context("/"):
        html = render_template_string("{% include 'errors/error.html' %}", status=500)
    assert "Something went wrong" in html


def test_right_to_left_pages_take_the_mirrored_stylesheet(client: FlaskClient) -> None:
    arabic, english = client.get("/?lang=ar").text, client.get("/").text
    assert '<html lang="ar" dir="rtl"' in arabic and "tabler.rtl.min.css" in arabic
    assert "tabler.min.css" not in arabic and "tabler.rtl" not in english
