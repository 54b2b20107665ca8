"""LSP's framing, however the bytes are cut."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.frontends.lsp.frames import LONGEST_HEADER, FrameError, Frames, framed


@given(st.lists(st.binary(max_size=40), max_size=5), st.lists(st.integers(1, 30), max_size=20))
def test_bodies_come_out_as_they_went_in_wherever_the_stream_is_cut(bodies: list[bytes], cuts: list[int]) -> None:
    stream, frames, found = b"".join(map(framed, bodies)), Frames(), list[bytes]()
    for cut in cuts:
        found += frames.feed(stream[:cut])
        stream = stream[cut:]
    found += frames.feed(stream)
    assert found == bodies


def test_other_headers_and_their_case_do_not_matter() -> None:
    stream = b"content-TYPE: x; charset=utf-8\r\ncontent-length:  2 \r\n\r\n{}"
    assert list(Frames().feed(stream)) == [b"{}"]


def fed(frames: Frames, stream: bytes, step: int, found: list[bytes]) -> None:
    for at in range(0, len(stream), step):
        found.extend(frames.feed(stream[at : at + step]))


REFUSED = {
    "none of LSP's": [b"POST / HTTP/1.1\r\n", b"Host: x\r\nContent-Length: 2\r\n\r\n{}", b"\0\r\n\r\n", b"{}\r\n"],
    "without one Content-Length": [
        b"\r\n\r\n",
        b"Content-Type: x\r\n\r\n",
        b"Content-Length: -2\r\n\r\n",
        b"Content-Length: \xc2\xb2\r\n\r\n",
        b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    ],
    "more than 64000000 bytes": [b"Content-Length: %s\r\n\r\n" % digits for digits in (b"64000001", b"9" * 5_000)],
    "more than 8192 bytes": [b"Content-Length: " + b"9" * 8_192, b"x" * 9_000, b"Content-Length: " + b" " * 9_000],
    "LF instead of CRLF": [b"Content-Length: 2\n", b"Content-Length: 2\n\n{}", b"Content-Length: 2\r\n\n{}"],
}


@pytest.mark.parametrize(("reason", "stream"), [(why, each) for why, all_ in REFUSED.items() for each in all_])
@pytest.mark.parametrize("step", [1, 1_000_000])
def test_what_is_no_frame_ends_the_stream_with_the_reason(reason: str, stream: bytes, step: int) -> None:
    found = list[bytes]()
    with pytest.raises(FrameError, match=re.escape(reason)):
        fed(Frames(), framed(b"[]") + stream, step, found)
    assert found == [b"[]"]


@given(st.binary(max_size=200), st.integers(1, 200))
def test_any_bytes_are_a_frame_a_wait_for_more_or_an_end(stream: bytes, step: int) -> None:
    found = list[bytes]()
    with contextlib.suppress(FrameError):
        fed(Frames(100), stream, step, found)
    assert all(len(body) <= 100 for body in found)


def test_a_header_is_never_kept_beyond_its_limit_and_costs_no_more_than_its_bytes() -> None:
    frames = Frames()
    with pytest.raises(FrameError):
        fed(frames, b"Content-Type: x\r\n" * 10_000, 17, [])
    assert len(frames._bytes) < 2 * LONGEST_HEADER
