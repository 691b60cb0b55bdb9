"""From bytes to text: marks first, then UTF-8, then what the bytes most look like."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from prm.infra.importing.errors import ImportFileError

#: What a person may state, and what is considered where nothing is stated.
ENCODINGS = (
    "utf-8",
    "utf-16",
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1256",
    "cp1257",
    "mac_roman",
    "cp932",
    "gb18030",
    "big5",
    "cp949",
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 32_768
_CONTEXT = 500
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


def decode_text(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Decode a whole file; returns the text without its mark, and the encoding's name.

    Raises ImportFileError where no encoding fits or the content is not text.
    """
    chosen = _canonical(encoding) if encoding else _detect(content)
    try:
        text = content.decode(chosen)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ImportFileError("encoding_wrong", line=line, encoding=chosen) from error
    text = text.removeprefix("\ufeff")
    if text.count("\0") > max(8, len(text) // 100):
        raise ImportFileError("not_text")
    return text, chosen.removesuffix("-sig")


def _canonical(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding[:40]).name
    except (LookupError, ValueError) as error:
        raise ImportFileError("encoding_unknown") from error
    allowed = {codecs.lookup(known).name for known in (*ENCODINGS, "utf-8-sig", "latin-1")}
    if name not in allowed:
        raise ImportFileError("encoding_unknown")
    return name


def _detect(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    wide = _wide_without_mark(content)
    if wide:
        return wide
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _detect_legacy(content)
    return "utf-8"


def _wide_without_mark(content: bytes) -> str | None:
    """UTF-16 without a mark shows itself by a NUL in every other byte of its ASCII."""
    sample = content[: _SAMPLE & ~1]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > half * 0.6 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.6 and odd < half * 0.05:
        return "utf-16-be"
    return None


def _detect_legacy(content: bytes) -> str:
    """Judge by the lines that are not ASCII. What Windows-1252 explains as well as any is that."""
    lines: list[bytes] = []
    size = seen_to = 0
    for found in _NOT_ASCII.finditer(content):
        if found.start() < seen_to:
            continue
        begin = content.rfind(b"\n", max(seen_to, found.start() - _CONTEXT), found.start()) + 1
        seen_to = content.find(b"\n", found.start(), found.start() + _CONTEXT)
        if seen_to < 0:
            seen_to = min(found.start() + _CONTEXT, len(content))
        lines.append(content[begin or max(0, found.start() - _CONTEXT) : seen_to])
        size += len(lines[-1])
        if size >= _SAMPLE:
            break
    matches = from_bytes(b"\n".join(lines), cp_isolation=list(ENCODINGS[2:]))
    best = matches.best()
    if best is None:
        # Too little to judge by, or nothing fits: the commonest one, if it fits the whole.
        try:
            content.decode("cp1252")
        except UnicodeDecodeError as error:
            raise ImportFileError("encoding_unknown") from error
        return "cp1252"
    for match in matches:
        if (
            "cp1252" in match.could_be_from_charset
            and match.chaos <= best.chaos
            and match.coherence >= best.coherence
        ):
            return "cp1252"
    if (
        best.encoding == "mac_roman"
        and _are_letters(lines, "cp1252")
        and not _are_letters(lines, "mac_roman")
    ):
        return "cp1252"  # two umlauts are too little for statistics: “Müller” there is “M¸ller” here
    return str(best.encoding)


def _are_letters(lines: list[bytes], encoding: str) -> bool:
    """Whether everything beyond ASCII reads as letters."""
    try:
        texts = [line.decode(encoding) for line in lines]
    except UnicodeDecodeError:
        return False
    return all(c.isascii() or c.isalpha() for text in texts for c in text)
