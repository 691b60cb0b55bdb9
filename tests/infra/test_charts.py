"""Charts: what is drawn says what was given, in the reader's language, on screen and on paper."""

import json
import re
import subprocess
from decimal import Decimal
from itertools import pairwise, product
from pathlib import Path
from xml.etree import ElementTree

import pytest

from prm.infra.chart_specs import nice_ticks
from prm.infra.charts import (
    Chart,
    bar_chart,
    count_format,
    grouped_bar,
    line_chart,
    money_format,
    percent_format,
    stacked_bar,
)
from prm.infra.pdf import render_report

QUARTERS = ["2026 Q1", "2026 Q2", "2026 Q3"]
PDF_STYLE = (Path(__file__).parents[2] / "static/css/report_pdf.css").read_text()


def texts(drawing: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(drawing).iter("text")]


def words_under_the_pointer(drawing: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(drawing).iter("title")]


def revenue(**changes: object) -> Chart:
    options = {"title": "Revenue by quarter", "number": money_format("USD", "en"), **changes}
    return bar_chart(QUARTERS, [1_134_672, 3_086_111, 2_982_255], **options)  # type: ignore[arg-type]


def every_kind(labels: list[str], values: list[int | None]) -> list[Chart]:
    number = count_format("en")
    two = {"This year": values, "Last year": values}
    return [
        bar_chart(labels, values, title="T", number=number),
        bar_chart(labels, values, title="T", number=number, is_horizontal=True),
        bar_chart(labels, values, title="T", number=number, is_horizontal=True, is_rtl=True),
        grouped_bar(labels, two, title="T", number=number),
        stacked_bar(labels, two, title="T", number=number),
        stacked_bar(labels, two, title="T", number=number, is_horizontal=True, is_rtl=True),
        line_chart(labels, two, title="T", number=number),
    ]


def test_a_bar_chart_says_each_label_and_each_value() -> None:
    for drawing in revenue().drawings.values():
        shown = texts(drawing)
        assert {*QUARTERS, "$1.1M", "$3.1M", "$3M"} <= set(shown)
        assert words_under_the_pointer(drawing) == ["2026 Q1: $1.1M", "2026 Q2: $3.1M", "2026 Q3: $3M"]


def test_numbers_are_written_in_the_readers_language() -> None:
    german = bar_chart(["A"], [1_234_567], title="T", number=money_format("EUR", "de"))
    assert "1,2\xa0Mio.\xa0€" in texts(german.drawings["is-wide"])
    assert money_format("EUR", "de")(285_024) == "285.024\xa0€"
    assert money_format("JPY", "ja")(285_024) == "￥29万"
    assert count_format("de")(12_345) == "12.345"
    share = line_chart(["A", "B"], {"": [0.25, 0.5]}, title="T", number=percent_format("de"))
    assert {"0\xa0%", "20\xa0%", "60\xa0%"} <= set(texts(share.drawings["is-wide"]))


@pytest.mark.parametrize(
    ("value", "short"),
    [(0, "0"), (950, "950"), (1234, "1.2K"), (950_700, "951K"), (Decimal(2_000_000), "2M")],
)
def test_short_numbers_keep_what_matters(value: int, short: str) -> None:
    assert count_format("en")(value) == short


def test_a_label_with_digits_is_not_rounded() -> None:
    labels = ["1.23456", "2026.123", "§ 0.10001"]
    for chart in every_kind(labels, [1, 2, 3]):
        assert set(labels) <= set(texts(chart.drawings["is-wide"]))


def test_a_page_shows_one_of_three_widths_in_the_pages_own_colours() -> None:
    page = revenue().for_page()
    assert re.findall(r'<svg class="([\w-]+)"', page) == ["is-narrow", "is-middle", "is-wide"]
    assert 'fill="var(--series-1)"' in page
    assert "#fe00" not in page


def test_a_drawing_carries_nothing_the_content_policy_refuses() -> None:
    for chart in every_kind(QUARTERS, [1, 2, 3]):
        page = chart.for_page()
        assert not re.search(r"\sstyle=|<style|<script|\son\w+=|href=|<image|url\(", page)


def test_a_drawing_speaks_no_english_of_its_own() -> None:
    for chart in every_kind(["α", "β", "γ"], [1, 2, 3]):
        page = chart.for_page()
        assert set(re.findall(r'aria-\w+="[^"]*"', page)) == {'aria-label="T"'}
        assert "axis" not in page and "legend" not in page


def test_the_chart_has_a_name_for_who_cannot_see_it() -> None:
    page = revenue(summary="Highest in Q2, & rising.").for_page()
    assert page.count('role="img" aria-label="Revenue by quarter. Highest in Q2, &amp; rising."') == 3


def test_hostile_labels_are_only_text() -> None:
    labels = [
        '<script>alert("x")</script>', "\"'`&<>", "#fe0001", 'fill="#fe0099"', "__proto__", "${1+1}", "]",
        "\\", "datum.value", "line\nbreak", "nul\x00 and \x1b", "lone \ud800 surrogate", "\u2028", "🙂",
        "x" * 5000, "",
    ]  # fmt: skip
    values: list[int | None] = list(range(1, len(labels) + 1))
    number = count_format("en")
    charts = [
        bar_chart(labels, values, title="T", number=number, is_horizontal=True),
        line_chart(labels, {label: [1] * len(labels) for label in labels[:6]}, title="T", number=number),
        stacked_bar(labels, {label: [1] * len(labels) for label in labels[9:15]}, title="T", number=number),
    ]
    for chart in charts:
        assert "<script" not in chart.for_page()
        for drawing in chart.drawings.values():
            ElementTree.fromstring(drawing)
        assert "<script" not in chart.for_paper("c").html
    assert {labels[0], "#fe0001", 'fill="#fe0099"', "__proto__"} <= set(texts(charts[0].drawings["is-wide"]))


def test_a_hostile_title_is_only_text() -> None:
    chart = bar_chart(["A"], [1], title='"><script>', summary="<b>", number=count_format("en"))
    assert "<script" not in chart.for_page() and "<script" not in chart.for_paper('"').html


def test_labels_of_some_words_stand_in_lines_where_they_would_touch() -> None:
    def lines(count: int, last: str = "") -> list[str]:
        labels = [f"Q{place} 2026{last if place == count else ''}" for place in range(1, count + 1)]
        chart = bar_chart(labels, [1] * count, title="T", number=count_format("en"))
        drawing = ElementTree.fromstring(chart.drawings["is-narrow"])
        spans = [span for span in drawing.iter("tspan") if span.get("x") is not None]
        assert all(float(span.get("dy", "0")) > 10 for span in spans), "each line below the one before"
        return [text for element in drawing.iter("text") for text in element.itertext()]

    assert {"Q1 2026", "Q2 2026", "Q3 2026"} <= set(lines(3))
    assert lines(6).count("2026") == 6 and {"Q1", "Q6"} <= set(lines(6))
    assert {"Q1 2026", "Q5 2026", "so far"} <= set(lines(5, " so far"))
    assert "Q1 2026" in lines(6, " and so much more that no three lines hold all of it")


def test_labels_that_read_alike_stay_apart() -> None:
    chart = bar_chart(["GTX", "GTX"], [3, 5], title="T", number=count_format("en"), is_horizontal=True)
    assert words_under_the_pointer(chart.drawings["is-wide"]) == ["GTX: 3", "GTX: 5"]


def test_the_order_given_is_the_order_drawn() -> None:
    labels = ["Zeta", "Alpha", "Mid"]
    for chart in every_kind(labels, [1, 3, 2]):
        drawn = [text for text in texts(chart.drawings["is-wide"]) if text in labels]
        assert drawn == labels


def test_missing_values_leave_a_gap_and_nothing_at_all_is_empty() -> None:
    for chart in every_kind(QUARTERS, [1, None, 3]):
        assert not any("Q2" in words for words in words_under_the_pointer(chart.drawings["is-wide"]))
    for chart in [*every_kind(QUARTERS, [None, None, None]), *every_kind([], [])]:
        assert chart.is_empty
        assert chart.for_page() == ""
        assert chart.for_paper("c").html == ""


def test_negative_zero_and_huge_values_are_drawn() -> None:
    for values in ([-5, 3, 0], [0, 0, 0], [10**15, 1, 0], [-1, -2, -3]):
        for is_horizontal in (False, True):
            chart = bar_chart(
                QUARTERS, values, title="T", number=count_format("en"), is_horizontal=is_horizontal
            )
            assert "NaN" not in chart.for_page() and "Infinity" not in chart.for_page()


def test_what_cannot_be_drawn_truly_is_refused() -> None:
    number = count_format("en")
    with pytest.raises(ValueError, match="at most 6"):
        line_chart(["A"], {str(n): [n] for n in range(7)}, title="T", number=number)
    with pytest.raises(ValueError, match="negative"):
        stacked_bar(["A"], {"x": [-1]}, title="T", number=number)
    with pytest.raises(ValueError, match="as many"):
        bar_chart(["A", "B"], [1], title="T", number=number)
    with pytest.raises(ValueError, match="number"):
        bar_chart(["A"], [float("nan")], title="T", number=str)


def test_series_are_told_apart_without_colour() -> None:
    chart = line_chart(QUARTERS, {"A": [1, 2, 3], "B": [2, 3, 4]}, title="T", number=count_format("en"))
    assert len(set(re.findall(r'stroke-dasharray="([^"]*)"', chart.drawings["is-wide"]))) == 2


def test_right_to_left_begins_on_the_right() -> None:
    def first_label_x(is_rtl: bool) -> float:
        drawing = revenue(is_rtl=is_rtl).drawings["is-wide"]
        found = re.search(r'transform="translate\(([\d.]+),[\d.]+\)"[^>]*>2026 Q1<', drawing)
        assert found
        return float(found.group(1))

    assert first_label_x(True) > 500 > 200 > first_label_x(False)


def test_the_same_content_is_drawn_once() -> None:
    assert revenue().drawings["is-wide"] is revenue().drawings["is-wide"]


@pytest.mark.parametrize(
    "values", [[0], [1], [7, 99], [0.1, 0.37], [-3, 12], [-9, -2], [10**12, 3], [0.000123], [999_999]]
)
def test_ticks_are_round_and_enclose_the_values(values: list[float]) -> None:
    ticks = nice_ticks(values)
    assert ticks[0] <= min(0, *values) and ticks[-1] >= max(0, *values)
    assert 0 in ticks and 3 <= len(ticks) <= 7
    steps = {round(after - before, 9) for before, after in pairwise(ticks)}
    assert len(steps) == 1
    assert all(len(json.dumps(tick)) < 16 for tick in ticks)


def test_paper_shows_the_text_in_every_script_and_the_vendors_colour(tmp_path: Path) -> None:
    names = ["Zoë Ångström", "محمد العلي", "山田太郎"]
    chart = bar_chart(
        names, [1_200_345, 701_079, 285_024], title="Umsatz je Partner", is_horizontal=True,
        number=money_format("EUR", "de"),
    )  # fmt: skip
    paper = chart.for_paper("chart-1", colour="#0b7a4b")
    assert b"#0b7a4b" in paper.svg and b"var(" not in paper.svg and b"<text" not in paper.svg
    document = f"<html lang='de'><head><title>U</title></head><body><h1>U</h1>{paper.html}</body></html>"
    pdf = render_report(
        document, css=PDF_STYLE, resources={paper.name: paper.svg}, language="de", title="Umsatz"
    )
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf)
    shown = subprocess.run(
        ["pdftotext", "-layout", file, "-"], check=True, capture_output=True
    ).stdout.decode()
    plain = re.sub("[\u202a-\u202e\xa0]", lambda m: " " if m.group() == "\xa0" else "", shown)
    for expected in [*names, "1,2 Mio. €", "701.079 €"]:
        assert expected in plain


def test_every_combination_fits_its_width() -> None:
    for is_horizontal, is_rtl in product((False, True), repeat=2):
        chart = revenue(is_horizontal=is_horizontal, is_rtl=is_rtl)
        widths = [ElementTree.fromstring(drawing).get("width") for drawing in chart.drawings.values()]
        assert widths == ["320", "480", "800"]
