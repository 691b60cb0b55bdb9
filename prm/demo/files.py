"""The demo's files: data sheets as real PDFs, previews as real pictures, sales data as real CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from markupsafe import escape
from PIL import Image, ImageDraw, ImageFont

from prm.infra.pdf import render_report


def data_sheet(title: str, text: str, vendor: str, colour: str) -> bytes:
    """A one-page PDF about a piece of material."""
    html = (
        f'<!doctype html><html lang="en"><head><title>{escape(title)}</title></head><body>'
        f"<p class='vendor'>{escape(vendor)}</p><h1>{escape(title)}</h1><p>{escape(text)}</p>"
        "<p>This is a sample of what a vendor keeps in its library.</p></body></html>"
    )
    css = (
        "@page{size:A4;margin:25mm} body{font-family:'Noto Sans','DejaVu Sans',sans-serif;font-size:12pt}"
        f" h1{{color:{colour};font-size:30pt;margin:40mm 0 8mm}} .vendor{{color:{colour};font-weight:bold}}"
    )
    return render_report(html, css=css, resources={}, language="en", title=title)


def preview(title: str, colour: str, shade: int) -> bytes:
    """A small picture with the title on the vendor's colour."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    base = tuple(max(0, min(255, part + shade)) for part in (red, green, blue))
    picture = Image.new("RGB", (640, 400), base)
    draw = ImageDraw.Draw(picture)
    for step in range(0, 640, 32):
        lighter = tuple(min(255, part + 14) for part in base)
        draw.polygon([(step, 400), (step + 240, 0), (step + 250, 0), (step + 10, 400)], fill=lighter)
    line, lines = "", []
    for word in title.split():
        if len(line) + len(word) > 18:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    font = ImageFont.load_default(size=44)
    draw.multiline_text((48, 60), "\n".join([*lines, line]), fill="white", font=font, spacing=14)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file as a sales system writes it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()
