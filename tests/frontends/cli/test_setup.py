"""`routerd doctor` and `routerd config init` against servers on loopback: what is there, and who is left alone."""

from __future__ import annotations

import asyncio
import socket
import time
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from platformdirs import user_data_path

from routerd.adapters import config
from routerd.adapters.catalogue import Catalogue
from routerd.adapters.config import Sources
from routerd.adapters.ledger import MIGRATIONS, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.app.configuration import Setup
from routerd.app.doctor import DoctorCheck, examine
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.key_source import KeySource
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.settings import Budget, ProviderSettings
from routerd.domain.tier import Tier
from routerd.providers import Health, SharedHealth, SharedRefusedFields
from routerd.providers.keys import deployment, provider_key
from tests.home import at_home
from tests.loopback import InThread, Turn, Upstream, credential

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OLLAMA_PORT = 11434
"""Where ollama listens, and `config init` looks: docs.ollama.com/faq."""
PRESETS = ("N1N", "OPENAI", "ANTHROPIC", "GEMINI", "DEEPSEEK", "OPENROUTER", "MISTRAL", "GROQ", "LITELLM")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, in which no well-known provider has a key."""
    at_home(tmp_path, monkeypatch)
    for name in PRESETS:
        monkeypatch.delenv(f"{name}_API_KEY", raising=False)
    monkeypatch.setenv("NEAR_KEY", "sk-never-shown")
    return tmp_path


@pytest.fixture
def closed() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{kept.getsockname()[1]}/v1"


def checks(home: Path, text: str) -> dict[str, DoctorCheck]:
    file = home / "config.toml"
    file.write_text(text, "utf-8")
    return {check.name: check for check in asyncio.run(examine(file, home, NOW))}


def near(url: str, tier: str = "near/m", more: str = "") -> str:
    """A configuration with one provider; the local ones are looked for where nobody is."""
    return f"""
[tiers]
utility = "{tier}"

[providers.near]
base_url = "{url}"
api_key = {{ env = "NEAR_KEY" }}

[providers.ollama]
base_url = "http://127.0.0.1:9/v1"

[providers.lmstudio]
base_url = "http://127.0.0.1:9/v1"

[models."near/m"]
input = "0.20"
output = "0.60"
checked = "2026-11-01"
{more}
"""


def test_a_provider_in_order_tells_its_key_source_models_and_prices(home: Path) -> None:
    with InThread(Upstream(models=["m", "other"], keys=["sk-never-shown"])) as upstream:
        found = checks(home, near(upstream.base_url))
    assert found["provider near"] == DoctorCheck(
        "provider near", True, "key from environment variable NEAR_KEY; reachable; lists m; prices known"
    )
    assert found["tier utility"].words == "near/m, $0.20 in and $0.60 out per million (config, 2026-11-01)"
    assert found["tier utility"].ok
    assert found["ledger"].ok
    assert found["vocabulary"].ok


def test_a_key_that_is_refused_is_told_without_the_key(home: Path) -> None:
    with InThread(Upstream(keys=["another"])) as upstream:
        found = checks(home, near(upstream.base_url))
    assert found["provider near"].ok is False
    assert "answered 401" in found["provider near"].words
    assert "sk-never-shown" not in repr(found)


def test_what_cannot_be_reached_is_broken_where_it_was_set_up(home: Path, closed: str) -> None:
    found = checks(home, near(closed))
    assert found["provider near"].ok is False
    assert closed in found["provider near"].words


def test_a_missing_key_is_told_by_its_source_and_the_provider_is_never_contacted(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NEAR_KEY")
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.2)
        found = checks(home, near(f"http://127.0.0.1:{server.getsockname()[1]}/v1"))
        with pytest.raises(TimeoutError):
            server.accept()
    assert found["provider near"] == DoctorCheck(
        "provider near", None, "not asked: no key in environment variable NEAR_KEY"
    )
    for name in ("openai", "anthropic", "n1n", "litellm"):
        assert found[f"provider {name}"].ok is None


def test_a_model_that_the_provider_does_not_list_gets_the_nearest_that_it_does(home: Path) -> None:
    with InThread(Upstream(models=["gpt-small-2026", "deepseek-v3"])) as upstream:
        found = checks(home, near(upstream.base_url, "near/deepsek-v3"))
    assert found["provider near"].ok is False
    assert "does not list deepsek-v3 (the nearest known is deepseek-v3)" in found["provider near"].words
    assert "no price for deepsek-v3" in found["provider near"].words


@pytest.mark.parametrize("listed", ["models/m", "m-2026-10-01", "m:latest"])
def test_a_name_with_a_prefix_date_or_tag_is_known(home: Path, listed: str) -> None:
    with InThread(Upstream(models=[listed])) as upstream:
        assert "lists m;" in checks(home, near(upstream.base_url))["provider near"].words


def test_an_unknown_price_is_told_with_its_fix_and_the_nearest_known_model(
    home: Path, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    monkeypatch.setenv("N1N_API_KEY", "key")
    own = f'[tiers]\nutility = "n1n/deepsek-v3"\n[providers.n1n]\nbase_url = "{closed}"\n'
    tier = checks(home, own + '[providers.ollama]\nbase_url = "http://127.0.0.1:9/v1"\n')["tier utility"]
    assert tier.ok is False
    assert tier.words == (
        'the price of n1n/deepsek-v3 is unknown: set it under [models."n1n/deepsek-v3"]; '
        "the nearest known model is n1n/deepseek-v3"
    )


def test_a_model_that_is_being_retired_is_told_with_one_to_take_instead(
    home: Path, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "key")
    own = f'[tiers]\nutility = "google/gemini-2.0-flash"\n[providers.google]\nbase_url = "{closed}"\n'
    tier = checks(home, own + '[providers.ollama]\nbase_url = "http://127.0.0.1:9/v1"\n')["tier utility"]
    assert tier.ok is False
    assert "google/gemini-2.0-flash is being retired by its provider: the nearest known model is google/" in tier.words
    nearest = ModelRef.parse(tier.words.rpartition(" ")[2])
    assert nearest != ModelRef("google", "gemini-2.0-flash")
    assert not Catalogue().retired(nearest)


def test_config_check_tells_of_retired_and_unknown_models_that_the_user_chose(home: Path) -> None:
    file = home / "config.toml"
    file.write_text('[tiers]\nutility = ["google/gemini-2.0-flash", "openai/gpt4o", "ollama/llama3"]\n', "utf-8")
    retired, unknown = Setup(Sources(file)).check()
    assert retired.startswith("google/gemini-2.0-flash is being retired by its provider: ")
    assert unknown.startswith("genai-prices ")
    assert unknown.endswith("knows no openai/gpt4o: the nearest known model is openai/gpt-4o.")
    file.write_text("", "utf-8")
    assert Setup(Sources(file)).check() == ()


def test_an_old_price_is_marked_with_its_age(home: Path, closed: str) -> None:
    day = (NOW - timedelta(days=91)).date().isoformat()
    words = checks(home, near(closed).replace("2026-11-01", day))["tier utility"].words
    assert f"{day}, older than 90 days" in words
    young = (NOW - timedelta(days=90)).date().isoformat()
    assert "older" not in checks(home, near(closed).replace("2026-11-01", young))["tier utility"].words


def test_a_running_ollama_is_found_with_its_models_at_price_0(home: Path) -> None:
    with InThread(Upstream(models=["llama3.2:latest"])) as upstream:
        own = f'[providers.ollama]\nbase_url = "{upstream.base_url}"\n'
        unused = checks(home, own)["provider ollama"]
        used = checks(home, f'[tiers]\nutility = "ollama/llama3.2"\n{own}')
    assert unused.words == (
        'needs no key; reachable; offers 1 model, of which no tier names one, such as "ollama/llama3.2:latest"'
    )
    assert used["provider ollama"].words == "needs no key; reachable; lists llama3.2; prices known"
    assert used["tier utility"].words == "ollama/llama3.2, price $0 (local)"


def test_refused_fields_are_told_until_the_settings_change(home: Path) -> None:
    with InThread(Upstream(models=["m"])) as upstream:
        text = near(upstream.base_url)
        checks(home, text)
        provider = config.load(Sources.found(home / "config.toml", home)).settings.providers["near"]
        database = Database(user_data_path("routerd", False) / "ledger.db", MIGRATIONS, NOW)
        SharedRefusedFields(database, NOW.timestamp).refused(
            ModelRef("near", "m"), provider, {"max_tokens_field": "max_completion_tokens", "stream_options": False}
        )
        database.close()
        told = "near/m refused max_tokens, stream_options, left out until 2"
        assert told in checks(home, text)["provider near"].words
        changed = text.replace('{ env = "NEAR_KEY" }', '{ env = "NEAR_KEY" }\nrpm = 7')
        assert "refused" not in checks(home, changed)["provider near"].words


def _benched(health: Health, _: Health) -> Health:
    return health


def test_past_failures_and_benches_are_told(home: Path) -> None:
    model, limited = ModelRef("near", "m"), "rate limited (429)"
    with InThread(Upstream(models=["m"])) as upstream:
        database = Database(user_data_path("routerd", False) / "ledger.db", MIGRATIONS, NOW)
        try:
            failed = Attempt(model, Tier.UTILITY, AttemptStatus.RATE_LIMITED, Usage(), Decimal(0), 5, limited)
            ledger = SqliteLedger(database, Budget)
            ledger.book(Booking("1", "document", "python", failed, None, 1, 1, None), NOW - timedelta(hours=1))
            health = SharedHealth(database, time.time)
            provider = ProviderSettings("near", upstream.base_url, KeySource(env="NEAR_KEY"))
            for value, minutes in (("sk-never-shown", 5), ("of another account", 9)):
                until = NOW + timedelta(minutes=minutes)
                benched = Health(until.timestamp(), limited, failed_at=NOW.timestamp())
                name = deployment(model, provider, provider_key(provider, value))
                health.change(name, partial(_benched, benched))
        finally:
            database.close()
        words = checks(home, near(upstream.base_url))["provider near"].words
    assert words.endswith(
        "last failure Fri 11:00, near/m: rate limited (429); near/m in cooldown until 12:05:00 (rate limited (429))"
    )


def test_a_list_of_models_that_fails_is_told_in_a_few_words(home: Path) -> None:
    for turn in (credential(403), Turn(status=503, error={"message": "down"})):
        with InThread(Upstream(models_turn=turn)) as upstream:
            found = checks(home, near(upstream.base_url))["provider near"]
        assert found.ok is False
        assert f"answered {turn.status}" in found.words


def test_a_first_file_names_the_local_server_that_runs_and_its_models(home: Path) -> None:
    try:
        running = InThread(Upstream(models=["llama3.2:latest", "qwen3:8b"], port=OLLAMA_PORT))
        running.__enter__()
    except OSError:
        pytest.skip("something listens on ollama's port here")
    try:
        path = Setup(Sources(home / "first.toml")).write_first({"OPENAI_API_KEY": "sk-never-shown"})
    finally:
        running.__exit__(None, None, None)
    text = path.read_text("utf-8")
    assert '"ollama/llama3.2:latest", "ollama/qwen3:8b"' in text
    assert "OPENAI_API_KEY is set: openai can be used." in text
    assert "sk-never-shown" not in text
    assert tomllib.loads(text) == {}


def test_a_file_that_is_not_there_is_not_said_to_be_in_order(home: Path) -> None:
    found = {check.name: check for check in asyncio.run(examine(None, home, NOW))}["configuration"]
    assert (found.ok, "built-in defaults; `routerd config init` writes" in found.words) == (True, True)
