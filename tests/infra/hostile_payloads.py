"""Texts, style sheets and images that ask a renderer for more than it may give, and some that mean nothing.

The words FILE, PATH, FOLDER, HTTP and HOST stand for the addresses of the traps.
"""

import struct
import zlib

CANARY = "canary-of-the-local-disk"
REFUSED_TEXTS = {
    "attached by a link to a file": '<link rel="attachment" href="FILE.txt">',
    "attached by a link to a server": '<link rel="attachment" href="HTTP.txt">',
    "attached by an anchor to a file": '<a rel="attachment" href="FILE.txt">x</a>',
    "attached by an anchor to a server": '<a rel="attachment" download="x" href="HTTP.txt">x</a>',
    "attached relatively": '<base href="FOLDER"><link rel="attachment" href="canary.txt">',
    "sheet from a file": '<link rel="stylesheet" href="FILE.css">',
    "sheet from a server": '<link rel="stylesheet" href="HTTP.css">',
    "sheet from data": '<link rel="stylesheet" href="data:text/css,p{color:red}">',
    "import of a file": '<style>@import url("FILE.css");</style>',
    "import from a server": '<style>@import "HTTP.css";</style>',
    "import from data": '<style>@import url("data:text/css,@import url(FILE.css)");</style>',
    "import in a layer": '<style>@import url("FILE.css") layer(x) print;</style>',
    "font from a file": '<style>@font-face{font-family:x;src:url("FILE.txt")}p{font:9px x}</style>',
    "font from a server": '<style>@font-face{font-family:x;src:url("HTTP.ttf")}p{font:9px x}</style>',
    "font of the machine": '<style>@font-face{font-family:x;src:local("DejaVu Sans")}p{font:9px x}</style>',
    "background from a file": '<style>body{background:url("FILE.svg")}</style>',
    "background from a server": "<style>body{background-image:url(HTTP.svg)}</style>",
    "background of the page": '<style>@page{background:url("FILE.png")}</style>',
    "background in an attribute": '<p style="background:url(FILE.png)">x</p>',
    "second of two backgrounds": '<style>p{background:linear-gradient(red,blue),url("FILE.svg")}</style>',
    "bullet from a file": '<style>li{list-style-image:url("FILE.svg")}</style><ul><li>x</ul>',
    "content from a file": '<style>p::before{content:url("FILE.svg")}</style>',
    "content of a margin": '<style>@page{@top-left{content:url("FILE.svg")}}</style>',
    "border from a file": '<style>p{border:5px solid;border-image:url("FILE.png") 3}</style>',
    "colour profile from a file": '<style>@color-profile --c{src:url("FILE.txt")}</style>',
    "image from a file": '<img alt="x" src="FILE.png">',
    "image from a server": '<img alt="x" src="HTTP.svg">',
    "image redirected to a file": '<img alt="x" src="HTTP.redirect">',
    "image from any scheme in capitals": '<img alt="x" src="FiLe://PATH.png">',
    "image from localhost": '<img alt="x" src="file://localhostPATH.png">',
    "image from a file without slashes": '<img alt="x" src="file:PATH.png">',
    "image by entity": '<img alt="x" src="&#102;ile:PATH.png">',
    "image with blanks around": '<img alt="x" src=" \n FILE.png ">',
    "image with a query": '<img alt="x" src="FILE.png?x#y">',
    "image relative to a base": '<base href="FOLDER"><img alt="x" src="canary.png">',
    "image relative to a server": '<base href="http://HOST/"><img alt="x" src="canary.svg">',
    "image relative to our names": '<base href="prm:a/"><img alt="x" src="FILE.png">',
    "image relative to nothing": '<img alt="x" src="canary.png">',
    "image by absolute path": '<img alt="x" src="PATH.png">',
    "image without scheme": '<base href="http://x/"><img alt="x" src="//HOST/canary.svg">',
    "image by ftp": '<img alt="x" src="ftp://HOST/canary.png">',
    "image by gopher": '<img alt="x" src="gopher://HOST/_GET">',
    "image by jar": '<img alt="x" src="jar:FILE.png!/x">',
    "image from data": '<img alt="x" src="data:image/png;base64,iVBORw0KGgo=">',
    "drawing from data": "<img alt='x' src='data:image/svg+xml,<svg><image href=\"FILE.png\"/></svg>'>",
    "embedded file": '<embed src="FILE.svg" type="image/svg+xml">',
    "embedded object": '<object data="FILE.svg" type="image/svg+xml">x</object>',
    "object from a server": '<object data="HTTP.svg">x</object>',
    "inline drawing with a file": '<svg><title>x</title><image href="FILE.png" width="5" height="5"/></svg>',
    "inline drawing with a server": '<svg><title>x</title><image xlink:href="HTTP.svg" width="5"/></svg>',
    "inline drawing with a font": "<svg><style>@font-face{font-family:x;src:url(FILE.txt)}</style></svg>",
    "name outside of ours": '<img alt="x" src="prm:../../etc/passwd">',
    "name of a file as ours": '<img alt="x" src="prm:PATH.png">',
    "unknown name": '<img alt="x" src="prm:unknown">',
    "name with a host": '<img alt="x" src="prm://HOST/picture">',
    "name in capitals": '<img alt="x" src="PRM:picture">',
    "name with a query": '<img alt="x" src="prm:picture?x">',
    "name as a style sheet": '<link rel="stylesheet" href="prm:unknown">',
    "form field with an image": '<style>input{appearance:auto;background:url("FILE.png")}</style><input>',
    "background by path": "<style>body{background:url(PATH.svg)}</style>",
    "background relative to nothing": "<p style='background:url(canary.svg)'>x</p>",
}
# These ask for nothing that a page on paper has.
HARMLESS_TEXTS = {
    "frame": '<iframe src="FILE.txt"></iframe>',
    "script": '<script src="HTTP.js"></script><script>fetch("HTTP.x")</script>',
    "refresh": '<meta http-equiv="refresh" content="0;url=HTTP.x">',
    "video": '<video src="HTTP.x" poster="FILE.png"></video><audio src="HTTP.x"></audio>',
    "source set": '<picture><source srcset="FILE.png"></picture>',
    "icon": '<link rel="icon" href="FILE.png"><link rel="preload" href="HTTP.x">',
    "old background": '<table background="FILE.png"><tr><td>x</table>',
    "reused drawing": '<svg><title>x</title><use href="FILE.svg#a"/></svg>',
    "fill from a file": '<svg><title>x</title><rect width="5" height="5" fill="url(FILE.svg#a)"/></svg>',
    "filter with a file": '<svg><title>x</title><filter id="f"><feImage href="FILE.png"/></filter></svg>',
    "include": '<xi:include href="FILE.xml" xmlns:xi="http://www.w3.org/2001/XInclude"/>',
    "content of an attribute": "<style>p::before{content:attr(title url)}</style><p title='FILE.svg'>x</p>",
    "cited": '<blockquote cite="FILE.txt">x</blockquote><q cite="HTTP.x">x</q>',
}
SHEETS = {
    "import": '@import url("FILE.css");',
    "import from a server": '@import "HTTP.css";',
    "font": '@font-face{font-family:x;src:url("FILE.txt")}',
    "font of ours": '@font-face{font-family:x;src:url("prm:picture")}',
    "background": 'body{background:url("FILE.svg")}',
    "background by path": 'body{background:url("PATH.svg")}',
    "background by server": "@page{background:url(HTTP.svg)}",
    "background from data": "body{background:url(data:image/svg+xml,%3Csvg/%3E)}",
    "colour profile": "@color-profile --c{src:url(FILE.txt)}",
    "unknown name": "p{background:url(prm:unknown)}",
}


def drawing(inside: str, before: str = "") -> str:
    return (
        f'{before}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 9 9">{inside}</svg>'
    )


def png_head(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n\0\0\0\x0d" + head + struct.pack(">I", zlib.crc32(head))


DOUBLING = "".join(f'<g id="g{n}"><use href="#g{n - 1}"/><use href="#g{n - 1}"/></g>' for n in range(1, 40))
EPS = "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(PATH.txt) (r) file 99 string readstring pop show\n"
REFUSED_IMAGES: dict[str, str | bytes] = {
    "drawing of a file": drawing('<image href="FILE.png" width="9" height="9"/>'),
    "drawing of a server": drawing('<image xlink:href="HTTP.svg" width="9" height="9"/>'),
    "drawing of data": drawing('<image href="data:image/png;base64,iVBORw0KGgo=" width="9" height="9"/>'),
    "drawing of a relative file": drawing('<image href="canary.png" width="9" height="9"/>'),
    "drawing with a base": drawing(
        '<g><image xml:base="FOLDER" href="canary.png" width="9" height="9"/></g>'
    ),
    "drawing with an import": drawing('<style>@import "FILE.css";</style>'),
    "drawing with a font": drawing("<style>@font-face{font-family:x;src:url(HTTP.ttf)}</style>"),
    "external entity": drawing("<text>&x;</text>", '<!DOCTYPE svg [<!ENTITY x SYSTEM "FILE.txt">]>'),
    "external document type": drawing("", '<!DOCTYPE svg SYSTEM "HTTP.dtd">'),
    "entities without end": drawing(
        "<text>&b;</text>", '<!DOCTYPE svg [<!ENTITY a "xx"><!ENTITY b "&a;&a;">]>'
    ),
    "entity in UTF-16": drawing("<text>&x;</text>", '<!DOCTYPE svg [<!ENTITY x "y">]>').encode("utf-16"),
    "doubling without end": drawing(
        f'<g id="g0"><rect width="1" height="1"/></g>{DOUBLING}<use href="#g39"/>'
    ),
    "drawing of itself": drawing('<g id="a"><use href="#a"/></g>'),
    "drawing too deep": drawing("<g>" * 500 + "</g>" * 500),
    "drawing too large": drawing(" " * 4_100_000),
    "broken drawing": drawing("<g>"),
    "page": "<html><body><img src='FILE.png'></body></html>",
    "encapsulated PostScript": EPS,
    "PostScript as picture": b"\xc5\xd0\xd3\xc6" + EPS.encode(),
    "document": b"%PDF-1.7\n",
    "tag image": b"II*\0\x08\0\0\0",
    "icon": b"\0\0\1\0\1\0",
    "text": CANARY,
    "nothing": b"",
    "cut picture": png_head(50, 50),
    "picture of a billion points": png_head(60_000, 60_000),
    "picture too long": b"\x89PNG\r\n\x1a\n" + bytes(12_000_001),
}
HARMLESS_IMAGES = {
    "drawing with a script": drawing('<script>alert(1)</script><script href="HTTP.js"/>'),
    "drawing with a page inside": drawing('<foreignObject><img src="FILE.png"/></foreignObject>'),
    "drawing with a sheet beside": drawing("", '<?xml-stylesheet href="FILE.css"?>'),
    "drawing reusing a file": drawing('<use href="FILE.svg#a"/><use xlink:href="HTTP.svg#a"/>'),
    "drawing including a file": drawing(
        '<xi:include href="FILE.xml" xmlns:xi="http://www.w3.org/2001/XInclude"/>'
    ),
}
