"""Columns become fields and cells typed values, or the row says what is wrong with it."""

from datetime import date

import pytest

from prm.infra.importing import (
    ConvertOptions,
    FieldSpec,
    Mapping,
    ParsedRow,
    RejectedRow,
    choice_problems,
    compile_date_format,
    convert_rows,
    open_table,
    settle_formats,
    suggest_mapping,
)
from prm.infra.money import Money
from tests.infra.importing.specimens import HEADER, SPECS, US, converted, workbook


def test_columns_are_suggested_by_name_and_synonym():
    columns = (
        "Opportunity ID",
        "Reseller",
        "END-CUSTOMER name",
        "Deal Stage",
        "closeDate",
        "Betrag",
        "Válue",
    )
    assert suggest_mapping(columns, SPECS).fields == {
        "external_id": "Opportunity ID",
        "partner": "Reseller",
        "customer": "END-CUSTOMER name",
        "stage": "Deal Stage",
        "closed_on": "closeDate",
        "amount": "Válue",
    }


def test_a_doubtful_column_is_not_suggested():
    specs = (FieldSpec("name"), FieldSpec("price"))
    assert suggest_mapping(("list price", "net price", "name"), specs).fields == {"name": "name"}
    assert suggest_mapping(("price name",), specs).fields == {}


def test_a_stated_mapping_goes_before_the_suggested_one():
    stated = Mapping.from_pairs(["partner=Account Owner", "customer = x=y"])
    assert stated.over(Mapping({"partner": "Reseller", "stage": "Stage"})).fields == {
        "partner": "Account Owner",
        "stage": "Stage",
        "customer": "x=y",
    }
    assert stated.resolve(("account_owner", "x=y")).fields["partner"] == "account_owner"
    for nonsense in ("partner", "=x", "partner="):
        with pytest.raises(ValueError, match="FIELD=COLUMN"):
            Mapping.from_pairs([nonsense])


def test_what_is_wrong_with_a_mapping_is_said():
    mapping = Mapping({"external_id": "id", "partner": "nope", "colour": "id"})
    found = [notice.code for notice in mapping.problems(("id",), SPECS)]
    assert found == ["field_unknown", "column_unknown", "field_unmapped"]


def test_a_good_row_becomes_typed_values():
    [row] = converted(HEADER + 'D1, Acme\u00a0,WON,3/1/2017,"1,054.50",,1,000\n'.replace("1,000", "12"))
    assert row == ParsedRow(
        line=2,
        values={
            "external_id": "D1",
            "partner": "Acme",
            "customer": None,
            "stage": "won",
            "closed_on": date(2017, 3, 1),
            "amount": Money(105450, "USD"),
            "currency": None,
            "seats": 12,
        },
        raw={
            "external_id": "D1",
            "partner": " Acme\u00a0",
            "stage": "WON",
            "closed_on": "3/1/2017",
            "amount": "1,054.50",
            "currency": "",
            "seats": "12",
        },
    )


@pytest.mark.parametrize(
    ("row", "column", "value", "code"),
    [
        (",Acme,won,,,,", "external_id", "", "value_missing"),
        ("D1,\u00a0,won,,,,", "partner", "\u00a0", "value_missing"),
        ("D1,Acme,Stalled,,,,", "stage", "Stalled", "choice_unknown"),
        ("D1,Acme,won,20/10/2016,,,", "closed_on", "20/10/2016", "date_impossible"),
        ("D1,Acme,won,soon,,,", "closed_on", "soon", "date_unreadable"),
        ("D1,Acme,won,,5.001,,", "amount", "5.001", "money_too_precise"),
        ('D1,Acme,won,,"1.054,00",,', "amount", "1.054,00", "money_grouping"),
        ("D1,Acme,won,,5 EUR,,", "amount", "5 EUR", "money_other_currency"),
        ("D1,Acme,won,,5,XXZ,", "amount", "5", "currency_unknown"),
        ("D1,Acme,won,,5,DOLLARS,", "currency", "DOLLARS", "text_too_long"),
        ("D1,Acme,won,,,,5.5", "seats", "5.5", "integer_unreadable"),
        ("D1,Acme,won,,,,many", "seats", "many", "integer_unreadable"),
        ("D1,Acme,won,,,,-1", "seats", "-1", "integer_out_of_range"),
        ("D1,Acme,won,,,,99999999999999999999", "seats", "99999999999999999999", "integer_out_of_range"),
        ("D1,Ac\x00me,won,,,,", "partner", "Ac\x00me", "value_control"),
        ("D1,Ac\x1bme,won,,,,", "partner", "Ac\x1bme", "value_control"),
        ("D1,#REF!,won,,,,", "partner", "#REF!", "value_error"),
        ("D1," + "x" * 81 + ",won,,,,", "partner", "x" * 81, "text_too_long"),
        ("D1,Acme,won,,,", None, "D1, Acme, won, , , ", "row_too_short"),
    ],
)
def test_a_bad_value_rejects_its_row_by_line_column_value_and_reason(row, column, value, code):
    good = "D0,Acme,won,3/1/2017,5,EUR,1\n"
    first, rejected, last = converted(HEADER + good + row + "\n" + good)
    assert isinstance(first, ParsedRow)
    assert isinstance(last, ParsedRow)
    assert isinstance(rejected, RejectedRow)
    assert (rejected.line, rejected.column, rejected.value, rejected.reason_code) == (3, column, value, code)
    assert "%(" not in rejected.reason.text()


def test_a_row_with_several_faults_tells_them_all():
    [rejected] = converted(HEADER + ",Acme,Stalled,soon,,,\n")
    assert [reason.column for reason in rejected.reasons] == ["external_id", "stage", "closed_on"]
    assert rejected.raw["partner"] == "Acme"


def test_a_field_that_rows_need_and_no_column_fills_rejects_them():
    [rejected] = converted("external_id,stage\nD1,won\n")
    assert (rejected.column, rejected.reason_code) == (None, "value_missing")


def test_a_reason_can_be_translated():
    [rejected] = converted(HEADER + "D1," + "x" * 81 + ",won,,,,\n")
    assert rejected.reason_args == {"limit": 80}
    assert rejected.reason.text(lambda msgid: "Länger als %(limit)s Zeichen.") == "Länger als 80 Zeichen."


def test_stages_of_the_source_are_given_ours_for_one_run():
    options = ConvertOptions(choices={"stage": {"Engaging": "submitted", "Won": "approved"}})
    rows = converted("external_id,partner,stage\n1,A, engaging \n2,A,WON\n3,A,lost\n4,A,submitted\n", options)
    assert [getattr(row, "values", {}).get("stage") for row in rows] == [
        "submitted",
        "approved",
        "lost",
        "submitted",
    ]


def test_a_stage_that_is_none_of_ours_is_a_problem_of_the_mapping():
    [wrong, nowhere] = choice_problems(
        SPECS, {"stage": {"Won": "won", "Engaging": "sold"}, "partner": {"a": "b"}}
    )
    assert "sold" in wrong.text()
    assert nowhere.code == "field_unknown"
    with pytest.raises(ValueError, match="sold"):
        converted("external_id\n1\n", ConvertOptions(choices={"stage": {"Engaging": "sold"}}))


def test_amounts_take_the_currency_of_their_row():
    rows = converted(HEADER + "D1,A,won,,5,jpy,\nD2,A,won,,5.5,KWD,\nD3,A,won,,5,,\n")
    assert [row.values["amount"] for row in rows] == [Money(5, "JPY"), Money(5500, "KWD"), Money(500, "USD")]
    [rejected] = converted(HEADER + "D3,A,won,,5,,\n", ConvertOptions())
    assert rejected.reason_code == "currency_missing"


def test_cells_of_a_sheet_keep_their_types():
    content = workbook(
        ["external_id", "partner", "stage", "closed_on", "amount", "seats"],
        [1001, "Acme", "won", date(2017, 3, 1), 1054.1, 12],
        ["D2", "Acme", "won", "10/20/2016", "1,054.10", "12"],
        ["D3", "Acme", "won", 5, True, 1.5],
        ["D4", "Acme", "won", None, 1.005, date(2017, 3, 1)],
    )
    first, second, third, fourth = converted(content)
    assert first.values["external_id"] == "1001"
    assert first.values["closed_on"] == date(2017, 3, 1)
    assert first.values["amount"] == second.values["amount"] == Money(105410, "USD")
    assert first.values["seats"] == second.values["seats"] == 12
    assert [(r.column, r.notice.code) for r in third.reasons] == [
        ("closed_on", "date_unreadable"),
        ("seats", "integer_unreadable"),
        ("amount", "money_unreadable"),
    ]
    assert [r.notice.code for r in fourth.reasons] == ["integer_unreadable", "money_too_precise"]


def settled(content, options=None):
    table = open_table(content.encode())
    mapping = suggest_mapping(table.columns, SPECS)
    return table, mapping, *settle_formats(table, mapping, SPECS, options or ConvertOptions(currency="USD"))


def test_formats_are_settled_by_evidence_and_said():
    content = HEADER + "D1,A,won,3/1/2017,5.5,,\nD2,A,won,10/20/2016,7,,\n"
    table, mapping, options, questions, findings = settled(content)
    assert questions == []
    assert [(found.field, found.notice.code) for found in findings] == [
        ("closed_on", "date_format_found"),
        ("amount", "decimal_found"),
    ]
    rows = list(convert_rows(table, mapping, SPECS, options))
    assert [row.values["amount"].minor for row in rows] == [550, 700]


def test_what_stays_ambiguous_is_asked_and_its_rows_wait():
    content = HEADER + 'D1,A,won,3/1/2017,"1,234",,\nD2,A,won,2017-03-01,,,\n'
    table, mapping, options, questions, _ = settled(content.replace("D2,A,won,2017-03-01", "D2,A,won,"))
    assert [(q.field, q.column, q.notice.code) for q in questions] == [
        ("closed_on", "closed_on", "date_ambiguous"),
        ("amount", "amount", "decimal_ambiguous"),
    ]
    first, second = convert_rows(table, mapping, SPECS, options)
    assert [reason.notice.code for reason in first.reasons] == ["date_format_unknown", "decimal_unknown"]
    assert isinstance(second, ParsedRow)


def test_an_ambiguous_column_follows_a_proven_one_of_the_same_file():
    specs = (FieldSpec("opened_on", "date"), FieldSpec("closed_on", "date"))
    table = open_table(b"opened_on,closed_on\n3/1/2017,10/20/2016\n")
    mapping = suggest_mapping(table.columns, specs)
    options, questions, _ = settle_formats(table, mapping, specs, ConvertOptions())
    assert questions == []
    [row] = convert_rows(table, mapping, specs, options)
    assert row.values["opened_on"] == date(2017, 3, 1)


def test_without_a_stated_format_iso_dates_are_understood():
    iso, other = converted(HEADER + "D1,A,won,2017-03-01,,,\nD2,A,won,1.3.2017,,,\n", ConvertOptions())
    assert iso.values["closed_on"] == date(2017, 3, 1)
    assert other.reason_code == "date_format_unknown"


def test_contradictions_are_asked_about_with_their_lines():
    rows = 'D1,A,won,10/20/2016,"1,5",,\nD2,A,won,20/10/2016,1.5,,\n'
    *_, questions, findings = settled(HEADER + rows)
    assert [question.notice.code for question in questions] == ["date_conflicting", "decimal_conflicting"]
    assert all("2 (" in question.notice.text() and "3 (" in question.notice.text() for question in questions)
    assert findings == []


def test_a_stated_format_is_not_second_guessed():
    content = HEADER + "D1,A,won,20/10/2016,,,\n"
    *_, options, questions, _ = settled(content, US)
    assert questions == []
    assert options.date_formats == {}


def test_no_text_however_hostile_makes_a_row_raise():
    hostile = [
        "9" * 30_000,
        "1,2" * 9_000,
        " " * 30_000,
        "(" * 30_000,
        "-" * 63,
        "1." * 31,
        "\u0661" * 20,
        "🦄",
        "''",
        "1e999",
        "\ud7ff\ue000",
        "%(x)s %s %",
        "=cmd()",
        "NaN",
        "31/31/3131",
        "0/0/0000",
        "1/1/1" + "0" * 40,
        "\x85\u2028\u200b",
        "A" * 30_000 + "/",
        "٣",
        "1\u00a0000",
        "<script>",
        "${x}",
        "{0}",
        "$",
        "€",
        "--1",
        "1-",
        "..",
        ",,",
        ".,",
    ]
    specs = [
        FieldSpec(name, kind)
        for name, kind in zip("tdmic", ("text", "date", "money", "integer", "choice"), strict=True)
    ]
    for text in hostile:
        for decimal in (".", ",", None):
            content = "t\td\tm\ti\tc\n" + "\t".join([text] * 5) + "\n"
            table = open_table(content.encode(), delimiter="\t")
            mapping = suggest_mapping(table.columns, specs)
            for date_format in (None, compile_date_format("DD/MM/YYYY")):
                options = ConvertOptions(decimal=decimal, date_format=date_format, currency="USD")
                options, *_ = settle_formats(table, mapping, specs, options)
                for row in convert_rows(table, mapping, specs, options):
                    if isinstance(row, RejectedRow):
                        assert all(reason.notice.text() for reason in row.reasons)


def test_a_mapping_that_fits_neither_side_is_a_programming_error():
    table = open_table(b"a\n1\n")
    with pytest.raises(KeyError):
        convert_rows(table, Mapping({"partner": "b"}), SPECS, US)
    with pytest.raises(ValueError, match="colour"):
        convert_rows(table, Mapping({"colour": "a"}), SPECS, US)
