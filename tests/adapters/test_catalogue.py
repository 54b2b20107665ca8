"""Prices: the user's word over the list's, the clock's hour, and unknown as unknown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from genai_prices import Usage as TheirUsage
from genai_prices import calc_price

from routerd.adapters.catalogue import Catalogue, update
from routerd.domain.errors import RouterdError
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import Usage, cost
from routerd.domain.settings import ModelSettings

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
GPT_4O = ModelRef("openai", "gpt-4o")


def test_a_listed_model_has_its_price_with_source_date_and_window() -> None:
    price = Catalogue().price(GPT_4O, NOON)
    assert price is not None
    assert (price.input, price.output, price.cached_input) == (Decimal("2.5"), Decimal(10), Decimal("1.25"))
    assert price.source.startswith("genai-prices ")
    assert price.checked is not None
    assert date(2025, 1, 1) < date.fromisoformat(price.checked) <= datetime.now(UTC).date()
    assert price.context == 128_000


def test_a_price_follows_the_time_of_day_in_any_zone() -> None:
    model = ModelRef("deepseek", "deepseek-chat")
    day, night = Catalogue().price(model, NOON), Catalogue().price(model, NOON.replace(hour=20))
    assert day is not None
    assert night is not None
    assert day.output == 2 * night.output
    evening_in_shanghai = datetime(2026, 11, 23, 20, tzinfo=timezone(timedelta(hours=8)))
    assert Catalogue().price(model, evening_in_shanghai) == day


def test_the_users_word_wins_field_by_field() -> None:
    catalogue = Catalogue({"gpt-4o": ModelSettings(output=Decimal(7), context=9)})
    price = catalogue.price(GPT_4O, NOON)
    assert price is not None
    assert (price.input, price.output, price.source) == (Decimal("2.5"), Decimal(7), "config")
    assert (price.cached_input, price.context) == (Decimal("1.25"), 9)


def test_a_word_on_one_provider_wins_over_a_word_on_the_name() -> None:
    catalogue = Catalogue(
        {
            "gpt-4o": ModelSettings(Decimal(1), Decimal(2)),
            "n1n/gpt-4o": ModelSettings(Decimal(3), source="article"),
        }
    )
    price = catalogue.price(ModelRef("n1n", "gpt-4o"), NOON)
    assert price is not None
    assert (price.input, price.output, price.source) == (Decimal(3), Decimal(2), "article")


@pytest.mark.parametrize(
    "model",
    [ModelRef("n1n", "gpt-4o-nonsense"), ModelRef("openai", "gpt-4o-nonsense"), ModelRef("openai-proxy", "gpt-4o")],
)
def test_what_nobody_knows_has_no_price(model: ModelRef) -> None:
    assert Catalogue().price(model, NOON) is None
    assert Catalogue({model.model: ModelSettings(input=Decimal(1))}).price(model, NOON) is None


@pytest.mark.parametrize(
    "maker", [GPT_4O, ModelRef("anthropic", "claude-sonnet-4-5"), ModelRef("mistral", "codestral-2508")]
)
def test_the_articles_gateway_has_the_list_price_of_a_models_maker_and_says_so(maker: ModelRef) -> None:
    own, resold = Catalogue().price(maker, NOON), Catalogue().price(ModelRef("n1n", maker.model), NOON)
    assert own is not None
    assert resold is not None
    assert (resold.input, resold.output, resold.context) == (own.input, own.output, own.context)
    assert resold.source == f"{own.source}, list price of {maker.provider}"
    assert resold.tiers == ()
    said = Catalogue({f"n1n/{maker.model}": ModelSettings(input=Decimal(1), output=Decimal(2))})
    mine = said.price(ModelRef("n1n", maker.model), NOON)
    assert mine is not None
    assert (mine.input, mine.output, mine.source) == (Decimal(1), Decimal(2), "config")


def test_what_runs_at_home_is_free() -> None:
    for model in (OFFLINE, ModelRef("ollama", "qwen3-coder"), ModelRef("lmstudio", "anything")):
        price = Catalogue().price(model, NOON)
        assert price is not None
        assert price.free
    built_in = Catalogue().price(OFFLINE, NOON)
    assert built_in is not None
    assert built_in.source == "built-in"


def test_a_proxy_passes_the_price_of_the_provider_that_it_names() -> None:
    assert Catalogue().price(ModelRef("litellm", "openai/gpt-4o"), NOON) == Catalogue().price(GPT_4O, NOON)


def test_a_cost_agrees_with_the_lists_own_arithmetic() -> None:
    price = Catalogue().price(GPT_4O, NOON)
    assert price is not None
    theirs = calc_price(
        TheirUsage(input_tokens=1_500, cache_read_tokens=500, output_tokens=300),
        "gpt-4o",
        provider_id="openai",
        genai_request_timestamp=NOON,
    )
    assert cost(Usage(input=1_000, cached_input=500, output=300), price) == theirs.total_price


def test_a_wrong_name_is_answered_with_the_nearest_known_one() -> None:
    catalogue = Catalogue()
    assert catalogue.nearest(ModelRef("openai", "gpt4o")) == GPT_4O
    assert catalogue.nearest(ModelRef("n1n", "gpt-4o")) is None
    assert "claude-haiku-4-5" in catalogue.known("anthropic")
    assert catalogue.known("nobody") == ()
    assert catalogue.knows(GPT_4O)
    assert not catalogue.knows(ModelRef("openai", "gpt4o"))


def test_a_model_that_is_being_switched_off_is_told() -> None:
    assert Catalogue().retired(ModelRef("google", "gemini-2.0-flash"))
    assert not Catalogue().retired(GPT_4O)


def test_the_list_is_not_imported_before_a_price_needs_it() -> None:
    program = (
        "import sys; from routerd.adapters.catalogue import Catalogue; Catalogue();"
        "sys.exit('genai_prices' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


FETCHED = [
    {
        "id": "openai",
        "name": "OpenAI",
        "api_pattern": "https://api\\.openai\\.com",
        "models": [{"id": "gpt-4o", "match": {"equals": "gpt-4o"}, "prices": {"input_mtok": "1.5", "output_mtok": 6}}],
    }
]


@contextmanager
def published(body: bytes) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/data.json"
        server.shutdown()


def test_an_updated_list_is_used_from_then_on_and_says_so(tmp_path: Path) -> None:
    kept = tmp_path / "cache" / "prices.json"
    with published(json.dumps(FETCHED).encode()) as url:
        assert update(url, kept) == 1
    price = Catalogue(fetched=kept).price(GPT_4O, NOON)
    assert price is not None
    assert (price.input, price.output) == (Decimal("1.5"), Decimal(6))
    assert (price.source, price.checked) == ("genai-prices, updated", datetime.now(UTC).date().isoformat())


@pytest.mark.parametrize("body", [b"<html>", b'{"no": "list"}', b'[{"id": "openai"}]'])
def test_what_is_no_list_is_told_and_not_kept(tmp_path: Path, body: bytes) -> None:
    kept = tmp_path / "prices.json"
    with published(body) as url, pytest.raises(RouterdError, match="is no price list"):
        update(url, kept)
    assert not kept.exists()


def test_without_a_network_the_prices_stay_as_they_were(tmp_path: Path) -> None:
    kept = tmp_path / "prices.json"
    with pytest.raises(RouterdError, match="cannot be fetched"):
        update("http://127.0.0.1:9/data.json", kept)
    assert Catalogue(fetched=kept).price(GPT_4O, NOON) == Catalogue().price(GPT_4O, NOON)


def test_a_damaged_kept_list_is_as_good_as_none(tmp_path: Path) -> None:
    kept = tmp_path / "prices.json"
    kept.write_text("{")
    assert Catalogue(fetched=kept).price(GPT_4O, NOON) is not None


def test_an_older_kept_list_gives_way_to_a_newer_package(tmp_path: Path) -> None:
    kept = tmp_path / "prices.json"
    kept.write_text(json.dumps(FETCHED))
    os.utime(kept, (0, 0))
    price = Catalogue(fetched=kept).price(GPT_4O, NOON)
    assert price is not None
    assert price.input == Decimal("2.5")


def test_a_free_variant_costs_nothing_where_its_provider_says_so_and_nowhere_else() -> None:
    price = Catalogue().price(ModelRef("openrouter", "deepseek/deepseek-r1:free"), NOON)
    assert price is not None
    assert cost(Usage(10**6, output=10**6), price) == 0
    assert Catalogue().price(ModelRef("nobody", "deepseek/deepseek-r1:free"), NOON) is None
