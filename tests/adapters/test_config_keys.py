"""Keys: each source works, each failure says what to do, and no key is ever shown."""

from __future__ import annotations

import sys
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from routerd.adapters.config import KeyReader, Sources, first_file, load, write_first_file
from routerd.domain.errors import ConfigError, KeyUnavailable
from routerd.domain.key_source import KeySource
from routerd.domain.settings import ProviderSettings

SECRET = "sk-very-secret"


def provider(key: KeySource | None) -> ProviderSettings:
    return ProviderSettings("corp", "https://llm.example.com/v1", key)


def command(program: str) -> KeySource:
    return KeySource(command=(sys.executable, "-c", program))


def test_a_key_comes_from_the_environment_without_its_blanks() -> None:
    keys = KeyReader({"CORP_KEY": f" {SECRET}\n"})
    assert keys.key(provider(KeySource(env="CORP_KEY"))) == SECRET


@pytest.mark.parametrize("environ", [{}, {"CORP_KEY": "  "}])
def test_an_unset_or_empty_variable_is_told_by_name(environ: dict[str, str]) -> None:
    with pytest.raises(KeyUnavailable, match="No key for corp: set the environment variable CORP_KEY"):
        KeyReader(environ).key(provider(KeySource(env="CORP_KEY")))


def test_a_provider_without_a_key_source_needs_no_key() -> None:
    assert KeyReader({}).key(provider(None)) is None


def test_a_command_gives_the_first_line_that_it_prints() -> None:
    program = f"print(); print('{SECRET}  '); print('url: https://corp')"
    assert KeyReader({}).key(provider(command(program))) == SECRET


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        (f"print('{SECRET}'); raise SystemExit(3)", "ended with code 3"),
        (f"import sys; print('{SECRET}', file=sys.stderr)", "no answer"),
        ("import time; time.sleep(60)", "did not answer in 0.5 seconds"),
    ],
)
def test_a_command_that_gives_no_key_is_told_without_its_output(program: str, sentence: str) -> None:
    with pytest.raises(KeyUnavailable, match=sentence) as fault:
        KeyReader({}, command_s=0.5 if "sleep" in program else 20).key(provider(command(program)))
    assert SECRET not in str(fault.value)


def test_a_command_that_does_not_exist_is_told() -> None:
    with pytest.raises(KeyUnavailable, match="`no-such-program` cannot be run"):
        KeyReader({}).key(provider(KeySource(command=("no-such-program", SECRET))))


class Ring(KeyringBackend):
    priority = 1

    def __init__(self, value: str | None, *, locked: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring has no types for it
        self.value, self.locked = value, locked

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked(SECRET)
        return self.value if (service, username) == ("routerd", "corp") else None

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


@pytest.mark.parametrize(
    ("ring", "sentence"),
    [(Ring(None), "store it with `keyring set routerd corp`"), (Ring(SECRET, locked=True), "unlock it")],
)
def test_a_keyring_without_the_key_or_locked_is_told(ring: Ring, sentence: str) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(ring)
    try:
        with pytest.raises(KeyUnavailable, match=sentence) as fault:
            KeyReader({}).key(provider(KeySource(keyring="corp")))
        assert SECRET not in str(fault.value)
    finally:
        keyring.set_keyring(before)


def test_a_key_comes_from_the_keyring() -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(Ring(SECRET))
    try:
        assert KeyReader({}).key(provider(KeySource(keyring="corp"))) == SECRET
    finally:
        keyring.set_keyring(before)


def test_without_the_keyring_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(KeyUnavailable, match=r"pip install keyring"):
        KeyReader({}).key(provider(KeySource(keyring="corp")))


def test_what_is_available_is_found_without_running_anything(tmp_path: Path) -> None:
    file, trace = tmp_path / "config.toml", tmp_path / "trace"
    file.write_text(
        f"""
        [providers.corp]
        base_url = "https://llm.example.com/v1"
        api_key = {{ command = ['{sys.executable}', "-c", 'open(r"{trace}", "w")'] }}
        [providers.lmstudio]
        rpm = 5
        """
    )
    settings = load(Sources.found(file, None, {})).settings
    found = KeyReader({"OPENAI_API_KEY": "x", "GROQ_API_KEY": ""}).available(settings)
    assert found == {"openai", "corp", "lmstudio"}
    assert not trace.exists()


def test_a_first_file_loads_without_a_word_and_so_does_all_that_it_comments_out(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    write_first_file(file, environ={})
    assert load(Sources.found(file, None, {})).problems == ()
    body = file.read_text("utf-8").partition("\n\n")[2]
    file.write_text("\n".join(line.removeprefix("#") for line in body.splitlines()), "utf-8")
    result = load(Sources.found(file, None, {}))
    assert result.problems == ()
    assert result.settings.providers["corp"].rpm == 500


def test_a_first_file_names_the_keys_that_are_set_and_never_shows_them(tmp_path: Path) -> None:
    settings = load(Sources.found(None, None, {"ROUTERD_CONFIG": str(tmp_path / "none")})).settings
    text = first_file(settings, {"OPENAI_API_KEY": SECRET}, {"ollama": ["llama3"], "lmstudio": []})
    assert "OPENAI_API_KEY is set: openai can be used." in text
    assert "ollama runs on this machine" in text
    assert SECRET not in text
    assert "No key was found" in first_file(settings, {})


def test_a_first_file_never_overwrites(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("code_lens = true")
    with pytest.raises(ConfigError, match="exists already"):
        write_first_file(file)
    assert file.read_text() == "code_lens = true"
