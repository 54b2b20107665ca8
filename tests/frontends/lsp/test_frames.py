"""LSP's framing, however the bytes are cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routerd.frontends.lsp.frames import Frames, framed


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


def test_a_header_without_a_length_is_skipped() -> None:
    assert list(Frames().feed(b"Nonsense\r\n\r\n" + framed(b"[]"))) == [b"[]"]
