"""Videos as files: what they are, how long they run; captions; and what of one was watched."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from typing import IO

from flask_babel import gettext as _

from prm.errors import DomainError

MP4, WEBM = "video/mp4", "video/webm"
MAX_CAPTIONS = 2 * 1024 * 1024
MAX_SPANS = 2000
Span = tuple[int, int]

_LONGEST = 24 * 3600 * 1000
_CUE = re.compile(
    r"^(?:\d{2,}:)?\d{2}:\d{2}[.,]\d{3}[ \t]+-->[ \t]+(?:\d{2,}:)?\d{2}:\d{2}[.,]\d{3}([ \t].*)?$"
)
_SEGMENT, _INFO, _SCALE, _DURATION, _DOCTYPE_HEADER = 0x18538067, 0x1549A966, 0x2AD7B1, 0x4489, 0x1A45DFA3


def read_video(stream: IO[bytes], size: int) -> tuple[str, int]:
    """(media type, length in milliseconds) of an MP4 or WebM file.

    Raises DomainError (field "file") for another file, or one that does not say how long it is.
    """
    stream.seek(0)
    head = stream.read(12)
    try:
        if head[4:8] == b"ftyp":
            kind, length = MP4, _mp4_length(stream, size)
        elif head[:4] == b"\x1a\x45\xdf\xa3":
            kind, length = WEBM, _webm_length(stream, size)
        else:
            raise _refused(_("This is neither an MP4 nor a WebM video."))
    except (struct.error, IndexError, OverflowError) as error:
        raise _refused(_("The video is damaged.")) from error
    if length is None or not 0 < length <= _LONGEST:
        raise _refused(
            _("The video does not say how long it is. Save it anew with a video program, then upload that.")
        )
    return kind, length


def _boxes(stream: IO[bytes], start: int, end: int) -> list[tuple[bytes, int, int]]:
    """(type, start, end of the content) of the boxes between two places (ISO 14496-12, 4.2)."""
    found = []
    while start + 8 <= end and len(found) < 10_000:
        stream.seek(start)
        size, kind = struct.unpack(">I4s", stream.read(8))
        content = start + 8
        if size == 1:
            (size,) = struct.unpack(">Q", stream.read(8))
            content += 8
        elif size == 0:
            size = end - start
        if size < content - start or start + size > end:
            break
        found.append((kind, content, start + size))
        start += size
    return found


def _mp4_length(stream: IO[bytes], size: int) -> int | None:
    for kind, start, end in _boxes(stream, 0, size):
        if kind == b"moov":
            for inner, begin, _end in _boxes(stream, start, end):
                if inner == b"mvhd":
                    stream.seek(begin)
                    content = stream.read(32)
                    if content[0] == 1:
                        scale, length = struct.unpack(">IQ", content[20:32])
                    else:
                        scale, length = struct.unpack(">II", content[12:20])
                    return length * 1000 // scale if scale else None
    return None


def _ebml_number(stream: IO[bytes], *, is_id: bool) -> tuple[int, bool] | None:
    """A variable-length number of EBML (RFC 8794), and whether it means “unknown”; None at the end."""
    first = stream.read(1)
    if not first or not first[0]:
        return None
    length = 9 - first[0].bit_length()
    value = first[0] if is_id else first[0] & ((1 << (8 - length)) - 1)
    for byte in stream.read(length - 1):
        value = value << 8 | byte
    return value, not is_id and value == (1 << (7 * length)) - 1


def _elements(stream: IO[bytes], start: int, end: int) -> list[tuple[int, int, int]]:
    found = []
    while start < end and len(found) < 1000:
        stream.seek(start)
        name, size = _ebml_number(stream, is_id=True), _ebml_number(stream, is_id=False)
        if name is None or size is None:
            break
        content = stream.tell()
        stop = end if size[1] else min(end, content + size[0])
        found.append((name[0], content, stop))
        start = stop
    return found


def _webm_length(stream: IO[bytes], size: int) -> int | None:
    for name, start, end in _elements(stream, 0, size):
        if name != _SEGMENT:
            continue
        for inner, begin, stop in _elements(stream, start, end):
            if inner != _INFO:
                continue
            scale, length = 1_000_000, None
            for each, first, last in _elements(stream, begin, stop):
                stream.seek(first)
                content = stream.read(min(8, last - first))
                if each == _SCALE:
                    scale = int.from_bytes(content, "big")
                elif each == _DURATION and len(content) in {4, 8}:
                    (length,) = struct.unpack(">f" if len(content) == 4 else ">d", content)
            # A number that is none (NaN) compares as neither.
            return int(length * scale / 1_000_000) if length is not None and 0 < length < 1e12 else None
    return None


def read_captions(content: bytes) -> str:
    """WebVTT as text with plain line ends. Raises DomainError (field "captions") where it is none."""
    if len(content) > MAX_CAPTIONS:
        raise _no_captions(_("The captions are larger than %(size)s MB.", size=MAX_CAPTIONS // 1024**2))
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise _no_captions(_("The captions are not UTF-8 text, as WebVTT must be.")) from error
    text = text.replace("\x00", "\ufffd")
    if not re.match(r"WEBVTT(?:[ \t\n]|$)", text):
        raise _no_captions(_("Captions are a WebVTT file: its first line begins with WEBVTT."))
    if not any(_CUE.match(line) for line in text.split("\n") if len(line) < 1000):
        raise _no_captions(_("The captions hold no line with times such as 00:01.000 --> 00:04.000."))
    return text


def _refused(message: str) -> DomainError:
    return DomainError(message, {"file": message})


def _no_captions(message: str) -> DomainError:
    return DomainError(message, {"captions": message})


# -- watching ----------------------------------------------------------------------------------


def join_spans(*groups: Sequence[Sequence[int]]) -> list[Span]:
    """The union of spans [from, to), ordered; those that are empty or no spans fall away."""
    spans = sorted(
        (int(each[0]), int(each[1]))
        for group in groups
        for each in group
        if len(each) == 2 and each[0] < each[1]
    )
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def length_of(spans: Sequence[Sequence[int]]) -> int:
    return sum(each[1] - each[0] for each in spans)


def clip_spans(spans: Sequence[Span], longest: int) -> list[Span]:
    """The first spans, as far as `longest` milliseconds reach."""
    kept: list[Span] = []
    for start, end in spans:
        if longest <= 0:
            break
        kept.append((start, min(end, start + longest)))
        longest -= end - start
    return kept
