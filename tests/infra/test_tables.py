"""One table component: whatever the URL says, a page comes out, by two queries, on both databases."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import Select, create_engine, event, select
from sqlalchemy.orm import Session, with_loader_criteria
from sqlalchemy.pool import StaticPool
from werkzeug.datastructures import MultiDict

from prm.infra.tables import Filter, TableSpec, all_rows, paginate
from tests.infra.table_of_deals import DEALS, SPEC, STAGES, Base, Deal, Region
from tests.servers import postgres_server


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request):
    if request.param == "sqlite":
        made = create_engine("sqlite://", poolclass=StaticPool)
        database = None
    else:
        database = postgres_server().create_database()
        made = create_engine(database.owner_url)
    Base.metadata.create_all(made)
    yield made
    made.dispose()
    if database:
        database.drop()


@pytest.fixture
def session(engine) -> Iterator[Session]:
    connection = engine.connect()
    transaction = connection.begin()
    with Session(connection) as opened:
        opened.add_all([Region(id=1, name="West"), Region(id=2, name="East")])
        opened.flush()
        yield opened
    transaction.rollback()
    connection.close()


def add_deals(session, *deals):
    given = {"stage": "won", "amount": 0, "region_id": 1}
    session.add_all(Deal(**{"name": f"Deal {n}", **given, **values}) for n, values in enumerate(deals, 1))
    session.flush()


def add_hundred(session):
    session.add_all(
        Deal(
            name=f"Deal {n:03}",
            amount=n // 4,
            stage=STAGES[n % 2][0],
            region_id=1 + n % 2,
            closed_on=date(2017, 1, 1) + timedelta(days=n) if n % 5 else None,
        )
        for n in range(100)
    )
    session.flush()


def page(session, statement: Select = DEALS, spec=SPEC, display=None, **args):
    return paginate(session, statement, spec, MultiDict(args), display=display)


def names(found):
    return [row.name for row in found.rows]


def test_pages_hold_every_row_once_in_a_stable_order(session):
    add_hundred(session)
    seen = []
    for number in range(1, 11):
        found = page(session, sort="amount", direction="desc", page=str(number))
        assert (found.page, found.pages, found.total) == (number, 10, 100)
        assert (found.first, found.last) == (number * 10 - 9, number * 10)
        seen += found.rows
    assert len({row.id for row in seen}) == 100
    assert [(-row.amount, -row.id) for row in seen] == sorted((-row.amount, -row.id) for row in seen)


def test_the_default_is_the_specs(session):
    add_hundred(session)
    found = page(session)
    assert (found.sort, found.direction, found.page, found.size, found.search) == (
        "amount",
        "desc",
        1,
        10,
        "",
    )
    assert [each.value for each in found.filters] == [""] * 5
    assert not found.is_filtered


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_blanks_come_last_in_either_direction(session, direction):
    days = [None, date(2017, 3, 1), None, date(2017, 1, 1)]
    add_deals(session, *[{"closed_on": day} for day in days])
    found = [row.closed_on for row in page(session, sort="closed_on", direction=direction).rows]
    assert found == [*sorted(filter(None, days), reverse=direction == "desc"), None, None]


def test_a_column_may_sort_by_several_expressions_and_by_joined_tables(session):
    add_deals(
        session, {"region_id": 1, "amount": 1}, {"region_id": 2, "amount": 5}, {"region_id": 2, "amount": 3}
    )
    found = page(session, sort="region")
    assert [(row.region_id, row.amount) for row in found.rows] == [(2, 3), (2, 5), (1, 1)]


@pytest.mark.parametrize(
    "args",
    [
        {"page": "abc"},
        {"page": "-1"},
        {"page": "0"},
        {"page": "1.5"},
        {"page": "٣"},
        {"page": ""},
        {"sort": "drop table deal"},
        {"sort": "note"},
        {"sort": "id"},
        {"sort": "__class__"},
        {"direction": "sideways"},
        {"size": "1000000"},
        {"size": "-10"},
        {"size": "\x00"},
        {"stage": "stolen"},
        {"stage": "won' OR 1=1 --"},
        {"region_id": "99"},
        {"since": "yesterday"},
        {"since": "2017-02-30"},
        {"since": "20170301"},
        {"least": "many"},
        {"least": "--5"},
        {"least": "1e3"},
        {"unknown": "x" * 100_000},
        {"search": "\x00\x01"},
        {"search": "   "},
    ],
)
def test_arguments_that_mean_nothing_change_nothing(session, args):
    add_hundred(session)
    found = page(session, **args)
    assert (found.total, found.page, found.sort, found.direction, found.size) == (
        100,
        1,
        "amount",
        "desc",
        10,
    )
    assert names(found) == names(page(session))


@pytest.mark.parametrize("number", ["11", "999999999", "9" * 18, "9" * 19, "9" * 5000])
def test_a_page_beyond_the_last_is_the_last(session, number):
    add_hundred(session)
    found = page(session, page=number)
    assert (found.page, found.first, found.last, len(found.rows)) == (10, 91, 100, 10)


def test_repeated_and_odd_arguments_are_survived(session):
    add_hundred(session)
    args = MultiDict([("page", "2"), ("page", "x"), ("stage", "won"), ("stage", "lost")])
    assert paginate(session, DEALS, SPEC, args).page == 2
    assert paginate(session, DEALS, SPEC, {"page": 2, "search": ["x"], "stage": None}).total == 100


def test_an_empty_table_has_one_empty_page(session):
    found = page(session, page="7")
    assert (found.rows, found.total, found.page, found.pages, found.first, found.last) == ([], 0, 1, 1, 0, 0)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("acme", {"ACME Corp", "acme west"}),
        ("ACME", {"ACME Corp", "acme west"}),
        ("acme corp", {"ACME Corp"}),
        ("corp acme", {"ACME Corp"}),
        ("west acme", {"ACME Corp", "acme west"}),
        ("100%", {"100% Ltd"}),
        ("%", {"100% Ltd"}),
        ("_", {"a_b"}),
        ("\\", {"back\\slash"}),
        ("/", {"sl/ash"}),
        ("'", {"O'Neill"}),
        ("zoë", {"ZOË ÅNGSTRÖM", "Zoë Ångström"}),
        ("ÅNGSTRÖM", {"ZOË ÅNGSTRÖM", "Zoë Ångström"}),
        ("Zoe\u0308", {"ZOË ÅNGSTRÖM", "Zoë Ångström"}),
        ("山田", {"山田太郎"}),
        ("noted", {"plain"}),
        ("nothing", set()),
        ("x" * 100_000, set()),
        ("acme " * 20_000, {"ACME Corp", "acme west"}),
    ],
)
def test_search_finds_words_in_any_case_and_means_what_it_says(session, search, expected):
    labels = ["ACME Corp", "acme west", "100% Ltd", "a_b", "back\\slash", "sl/ash", "O'Neill"]
    labels += ["ZOË ÅNGSTRÖM", "Zoë Ångström", "山田太郎", "plain"]
    add_deals(session, *[{"name": label, "note": "Noted" if label == "plain" else None} for label in labels])
    session.get(Region, 1).name = "West" if "west" in search else "Ynys"
    session.flush()
    assert set(names(page(session, search=search, size="20"))) == expected


def test_filters_are_typed(session):
    add_hundred(session)
    assert page(session, stage="won").total == 50
    assert page(session, region_id="2").total == 50
    assert page(session, since="2017-04-01").total == 8
    assert page(session, least="20").total == 20
    assert page(session, least="-5").total == 100
    assert page(session, word="none").total == 0
    assert page(session, stage="won", least="20").total == 10
    found = page(session, region_id="2")
    by_key = {each.key: each for each in found.filters}
    assert (by_key["region_id"].value, by_key["region_id"].chosen) == ("2", 2)
    assert by_key["region_id"].options == (("1", "West"), ("2", "East"))
    assert by_key["region_id"].name == "region_id"
    assert by_key["stage"].value == ""
    assert page(session, since="2017-04-01").filters[2].chosen == date(2017, 4, 1)
    assert found.is_filtered


def test_totals_are_of_all_pages(session):
    add_hundred(session)
    assert page(session).totals == {"amount": sum(n // 4 for n in range(100))}
    assert type(page(session).totals["amount"]) is int
    assert page(session, least="24").totals == {"amount": 96}
    assert page(session, least="500").totals == {"amount": 0}


def statements(session, action):
    seen = []

    def listen(connection, cursor, statement, *_):
        seen.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", listen)
    try:
        action()
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", listen)
    return seen


def test_a_page_takes_two_queries_whatever_its_size(session):
    add_hundred(session)
    for args in ({}, {"page": "10"}, {"size": "20", "search": "deal", "stage": "won", "sort": "region"}):
        assert len(statements(session, partial(page, session, **args))) == 2
    assert len(statements(session, partial(page, session, search="nothing"))) == 1


def test_only_keys_are_sorted_and_cut(session):
    add_hundred(session)
    _, fetch = statements(session, partial(page, session, page="5"))
    inner = fetch[fetch.index("(SELECT") : fetch.index("page_keys")]
    assert "deal.note" in fetch.replace(inner, "")
    assert "deal.note" not in inner
    assert "LIMIT" in inner and "LIMIT" not in fetch.replace(inner, "")


def test_display_may_fetch_more_beside_the_same_rows(session):
    add_hundred(session)
    display = select(Deal.name, Region.name.label("region")).join(Deal.region)
    found = page(session, select(Deal).join(Deal.region), display=display, sort="name", page="2")
    assert [(row.name, row.region) for row in found.rows[:2]] == [("Deal 010", "West"), ("Deal 011", "East")]
    plain = page(session, select(Deal.name, Deal.amount).join(Deal.region), sort="name")
    assert plain.rows[0]._fields == ("name", "amount")


def test_the_statements_own_order_and_conditions_are_kept_apart(session):
    add_hundred(session)
    found = page(session, DEALS.where(Deal.amount < 5).order_by(Deal.name), sort="amount", direction="asc")
    assert found.total == 20
    assert [row.amount for row in found.rows] == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2]


def test_a_filter_that_the_session_adds_holds_for_count_sum_and_rows(session):
    """As the tenant filter does: a criterion added to each ORM statement at its top."""
    add_deals(session, *[{"amount": 1, "vendor_id": n % 2} for n in range(30)])

    @event.listens_for(session, "do_orm_execute")
    def scope(state):
        if state.is_select:
            state.statement = state.statement.options(with_loader_criteria(Deal, Deal.vendor_id == 1))

    found = page(session, size="20")
    assert (found.total, found.totals, len(found.rows)) == (15, {"amount": 15}, 15)
    assert {row.vendor_id for row in found.rows} == {1}
    assert len(page(session, page="2").rows) == 5
    exported = all_rows(session, DEALS, SPEC, {})
    assert exported.total == len(list(exported.rows)) == 15


def test_urls_keep_what_is_asked_and_leave_out_what_is_default(session):
    add_hundred(session)

    def asked(url):
        return {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}

    found = page(session, search="deal & co=1", stage="won", sort="name", page="3")
    assert found.page == 1
    kept = {"search": "deal & co=1", "stage": "won", "sort": "name", "direction": "asc"}
    assert asked(found.url()) == kept
    assert asked(found.url(page=2)) == {**kept, "page": "2"}
    assert asked(found.url(stage=None)) == {name: kept[name] for name in ("search", "sort", "direction")}
    assert asked(found.url(sort="amount", direction="desc", search=None, stage="")) == {}
    assert asked(page(session, page="3", size="20").url(size=10)) == {}
    assert asked(page(session, page="3", size="20").url(page=3)) == {"size": "20", "page": "3"}
    sorted_anew = page(session, page="3").url(sort="name", direction="asc")
    assert asked(sorted_anew) == {"sort": "name", "direction": "asc"}
    assert asked(page(session, stage="stolen").url()) == {}
    built = paginate(session, DEALS, SPEC, {"stage": "won"}, lambda **kept: f"/acme/deals/?{urlencode(kept)}")
    assert built.url(page=2) == "/acme/deals/?stage=won&page=2"


def test_columns_know_their_direction_and_where_their_header_leads(session):
    add_hundred(session)
    by_key = {column.key: column for column in page(session, sort="name", direction="asc").columns}
    assert (by_key["name"].direction, by_key["amount"].direction) == ("asc", None)
    assert by_key["name"].url == "?sort=name&direction=desc"
    assert by_key["amount"].url == "?sort=amount&direction=asc"
    assert (by_key["note"].is_sortable, by_key["note"].url) == (False, None)
    assert by_key["amount"].is_numeric


def test_an_export_holds_all_rows_of_the_filter_in_the_order_shown(session):
    add_hundred(session)
    args = {"stage": "won", "sort": "name", "direction": "desc", "page": "3"}
    exported = all_rows(session, DEALS, SPEC, args)
    assert (exported.total, exported.is_capped) == (50, False)
    rows = list(exported.rows)
    assert [row.name for row in rows] == sorted((f"Deal {n:03}" for n in range(0, 100, 2)), reverse=True)
    capped = all_rows(session, select(Deal.name, Deal.amount).join(Deal.region), SPEC, {}, cap=7)
    assert (capped.total, capped.is_capped) == (100, True)
    assert len(list(capped.rows)) == 7
    abandoned = all_rows(session, select(Deal.name, Deal.amount).join(Deal.region), SPEC, {})
    assert tuple(next(abandoned.rows)) == ("Deal 099", 24)


def test_a_table_without_search_ignores_it(session):
    add_hundred(session)
    spec = TableSpec(key=Deal.id, columns=SPEC.columns, default_sort="name")
    found = page(session, spec=spec, search="nothing")
    assert (found.search, found.total, found.size) == (None, 100, 25)
    assert found.url() == "?"


def test_a_spec_that_cannot_work_is_refused_at_once():
    with pytest.raises(ValueError, match="sorts by"):
        TableSpec(key=Deal.id, columns=SPEC.columns, default_sort="note")
    for keys in (["page"], ["x", "x"]):
        with pytest.raises(ValueError, match="own"):
            filters = [Filter(key, key) for key in keys]
            TableSpec(key=Deal.id, columns=SPEC.columns, default_sort="name", filters=filters)
