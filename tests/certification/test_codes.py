"""Verification codes: made, read from whatever people type, found in files."""

from __future__ import annotations

import time
import zlib

import pytest

from prm.certification.codes import ALPHABET, LENGTH, MAX_FOUND, find_codes, new_code, read_code

CODE = "7Q2M-9XK4-TDPW-8RB3-HNCF-51AZ-K8G0"


def test_a_code_has_140_random_bits_in_groups_of_four() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    for code in codes:
        letters = code.replace("-", "")
        assert [len(group) for group in code.split("-")] == [4] * 7
        assert len(letters) == LENGTH == 28 and set(letters) <= set(ALPHABET)
    assert len(ALPHABET) == 32  # 28 × 5 bits


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        CODE.lower(),
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        f"  {CODE}\n",
        f"https://verify.example/verify/{CODE}",
        f"https://verify.example/verify/{CODE}/",
        CODE.replace("1", "l").replace("0", "O"),
        CODE.replace("1", "I").replace("-", "–"),
    ],
)
def test_what_people_type_is_understood(typed: str) -> None:
    assert read_code(typed) == CODE


@pytest.mark.parametrize(
    "typed",
    ["", "7Q2M", CODE + "7", CODE[:-1], CODE.replace("Q", "U"), CODE.replace("Q", "Ω"), "\x00" * 28,
     "٧" * 28, "x" * 100_000, "/" * 5000],
)  # fmt: skip
def test_what_is_no_code_is_none(typed: str) -> None:
    assert read_code(typed) is None


def test_a_code_is_found_in_plain_and_in_packed_bytes() -> None:
    packed = zlib.compress(b"/URI (https://x.example/verify/" + CODE.encode() + b")" + b" " * 9000)
    assert find_codes(b"%PDF-1.7 (" + CODE.encode() + b")") == [CODE]
    assert find_codes(b"%PDF 1 0 obj stream\r\n" + packed + b"\nendstream") == [CODE]
    assert find_codes(b"stream\n" + packed[:-4] + b"\nendstream") == [CODE]  # the end is damaged
    assert find_codes(b"x" + CODE.encode()) == find_codes(CODE.encode() + b"-7") == []
    assert find_codes(b"") == []


def test_no_file_can_make_the_search_long() -> None:
    bomb = zlib.compress(bytes(50_000_000))
    hostile = [
        (b"stream\n" + bomb + b"endstream\n") * 60,
        b"stream\n" * 1_000_000,
        (CODE.encode() + b" ") * 200_000,
        b"7Q2M-" * 2_000_000,
        b"stream\n\x78\x9c" * 400 + bytes([0, 0, 0, 0xFF, 0xFF]) * 1_000_000,  # empty blocks
    ]
    for content in hostile:
        started = time.process_time()
        assert len(find_codes(content)) <= MAX_FOUND
        assert time.process_time() - started < 2
    many = b" ".join(new_code().encode() for _ in range(50))
    assert len(find_codes(many)) == MAX_FOUND
