"""What is said between a relay and a daemon comes out as it went in, and nothing else is understood."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.relay.copying import _Position
from routerd.relay.protocol import PROTOCOL, greeting, hello, parsed_greeting, parsed_hello
from routerd.relay.surroundings import daemon_environment, differing

NAMES = st.text(st.characters(exclude_characters="=\0", codec="utf-8"), min_size=1)
VALUES = st.text(st.characters(exclude_characters="\0", codec="utf-8"))


@given(VALUES, st.dictionaries(NAMES, VALUES))
def test_a_greeting_comes_out_as_it_went_in(config: str, environ: dict[str, str]) -> None:
    length, _, body = greeting(config, environ).partition(b"\n")
    assert int(length) == len(body)
    assert parsed_greeting(body) == (config, environ)


@pytest.mark.parametrize("body", [b"\0PATH", b"\0=x", b"config\0A=1\0\0B=2"])
def test_an_environment_without_names_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="names"):
        parsed_greeting(body)


def test_a_hello_is_understood_by_every_version() -> None:
    assert parsed_hello(hello("1.2.3", "session")) == (PROTOCOL, "1.2.3", "session")
    assert parsed_hello(b"routerd 77 9.0.0 control\n") == (77, "9.0.0", "control")


@pytest.mark.parametrize(
    "line",
    [
        *(b"", b"\n", b"GET / HTTP/1.1\r\n", b"Content-Length: 3\r\n", b"routerd 1 0.1.0 session"),
        *(b"routerd one 0.1.0 session\n", b"routerd -1 0.1.0 session\n", b"routerd 1 0.1.0\n"),
        *(b"routerd 1 0.1.0 session more\n", b"routerd 999999999 0.1.0 session\n", b"routerd \xc2\xb2 0.1.0 session\n"),
    ],
)
def test_anything_else_is_no_hello(line: bytes) -> None:
    assert parsed_hello(line) is None


@given(
    st.lists(st.tuples(st.text(max_size=40), st.booleans()), max_size=6),
    st.data(),
)
def test_where_a_stream_stands_is_known_however_it_is_cut(bodies: list[tuple[str, bool]], data: st.DataObject) -> None:
    stream, ends = b"", {0}
    for body, typed in bodies:
        text = json.dumps(body).encode()
        kind = b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n" if typed else b""
        stream += b"Content-Length: %d\r\n%s\r\n%s" % (len(text), kind, text)
        ends.add(len(stream))
    position, at = _Position(), 0
    while at < len(stream):
        step = data.draw(st.integers(1, len(stream) - at))
        position.pass_over(stream[at : at + step])
        at += step
        assert position.between_messages == (at in ends)


def test_the_daemon_has_no_key_of_the_editor_that_starts_it() -> None:
    environ = {"PATH": "/bin", "HOME": "/home/u", "OPENAI_API_KEY": "sk", "CORP_TOKEN": "t", "HTTPS_PROXY": "http://p"}
    assert daemon_environment(environ) == {"PATH": "/bin", "HOME": "/home/u", "HTTPS_PROXY": "http://p"}


def test_a_session_needs_the_daemons_proxies_and_folders_and_may_have_its_own_keys() -> None:
    own = {"HOME": "/home/u", "OPENAI_API_KEY": "a", "PATH": "/bin"}
    assert differing(own, {**own, "OPENAI_API_KEY": "b", "PATH": "/usr/bin"}) == ()
    assert differing(own, {**own, "HTTPS_PROXY": "http://p"}) == ("HTTPS_PROXY",)
    assert differing(own, {**own, "XDG_DATA_HOME": "/elsewhere"}) == ("XDG_DATA_HOME",)
    assert differing(own, {**own, "XDG_DATA_HOME": ""}) == ()
