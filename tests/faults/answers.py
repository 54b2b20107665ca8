"""Answers of providers as they were seen, each with what the provider bills for it: made from a random generator.

The bill is worked out here from the numbers that are written into the answer, by other arithmetic than routerd's:
in quarters of a micro-dollar, which at ``PRICE`` are whole numbers for every kind of token.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from routerd.domain.money import Price
from tests.loopback import Turn
from tests.providers.test_said import NO
from tests.providers.wire_cases import DONE, EVENTS, chunk, data, raw

FRESH, READ, WRITTEN, OUT = 4, 1, 5, 16
"""Quarters of a micro-dollar for a token."""
PRICE = Price(
    Decimal(1),
    Decimal(4),
    cached_input=Decimal("0.25"),
    cache_write=Decimal("1.25"),
    tiers=(("flex", Price(Decimal("0.5"), Decimal(2), Decimal("0.125"), Decimal("0.625"))),),
)
RIGHT = "The right answer, whole, from its first word to its last one."


@dataclass(frozen=True, slots=True)
class Played:
    """One answer, and what is to be booked for it in dollars; ``None`` where nobody can say."""

    turn: Turn
    bill: Decimal | None
    sure: bool = True
    """Whether the provider tells it; otherwise the row is flagged as an estimate."""


@dataclass(frozen=True, slots=True)
class Told:
    """A usage object, its bill as in ``Played``, and what else stands beside it in its chunk."""

    usage: dict[str, Any]
    bill: Decimal | None
    beside: dict[str, Any] = field(default_factory=dict)
    sure: bool = True


def quarters(count: int) -> Decimal:
    """Dollars of so many quarters of a micro-dollar."""
    return Decimal(count) / 4_000_000


def _tokens(rng: Random) -> tuple[int, int]:
    return rng.randint(1, 9_000), rng.randint(1, 3_000)


def _openai(rng: Random) -> Told:
    """The cache's tokens are part of the prompt, the thoughts part of the completion."""
    prompt, completion = _tokens(rng)
    read = rng.randrange(prompt)
    written = rng.randrange(prompt - read)
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": read, "cache_write_tokens": written},
        "completion_tokens_details": {"reasoning_tokens": rng.randint(0, completion)},
    }
    fresh = prompt - read - written
    return Told(usage, quarters(fresh * FRESH + read * READ + written * WRITTEN + completion * OUT))


def _anthropic(rng: Random) -> Told:
    """By its own names the cache's tokens stand beside the input."""
    fresh, completion = _tokens(rng)
    read, written = rng.randrange(9_000), rng.randrange(3_000)
    usage = {
        "input_tokens": fresh,
        "output_tokens": completion,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": written,
    }
    return Told(usage, quarters(fresh * FRESH + read * READ + written * WRITTEN + completion * OUT))


def _deepseek(rng: Random) -> Told:
    prompt, completion = _tokens(rng)
    hit = rng.randint(0, prompt)
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "prompt_cache_hit_tokens": hit,
        "prompt_cache_miss_tokens": prompt - hit,
    }
    return Told(usage, quarters((prompt - hit) * FRESH + hit * READ + completion * OUT))


def _xai(rng: Random) -> Told:
    """What was thought stands beside the completion; only the total tells."""
    prompt, completion = _tokens(rng)
    thought = rng.randint(completion + 1, 9_000)
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion + thought,
        "completion_tokens_details": {"reasoning_tokens": thought},
    }
    return Told(usage, quarters(prompt * FRESH + (completion + thought) * OUT))


def _gateway(rng: Random) -> Told:
    """What the cache read stands beside a prompt by OpenAI's name, and in the total."""
    fresh, completion = _tokens(rng)
    read = rng.randint(1, 9_000)
    usage = {
        "prompt_tokens": fresh,
        "completion_tokens": completion,
        "total_tokens": fresh + completion + read,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": 0,
    }
    return Told(usage, quarters(fresh * FRESH + read * READ + completion * OUT))


def _as_text(rng: Random) -> Told:
    prompt, completion = _tokens(rng)
    usage = {"prompt_tokens": str(prompt), "completion_tokens": str(completion)}
    return Told(usage, quarters(prompt * FRESH + completion * OUT))


def _told_price(rng: Random) -> Told:
    """A gateway that says what it billed, in one of the shapes."""
    prompt, completion = _tokens(rng)
    bill = Decimal(rng.randint(1, 2_000_000)) / 10**8
    shapes: list[dict[str, Any]] = [
        {"cost": float(bill)},
        {"cost": str(bill)},
        {"cost": {"request_cost": 0.000001, "total_cost": float(bill)}},
        {"cost": float(bill / 2), "gateway_cost": float(bill)},
        {"cost": 0, "is_byok": True, "cost_details": {"upstream_inference_cost": float(bill)}},
        {"cost_in_usd_ticks": int(bill * 10**10)},
        {"estimated_cost": float(bill)},
    ]
    return Told({"prompt_tokens": prompt, "completion_tokens": completion, **rng.choice(shapes)}, bill)


def _flex(rng: Random) -> Told:
    """The tier that answered halves every rate."""
    told = _openai(rng)
    assert told.bill is not None
    return Told(told.usage, told.bill / 2, {"service_tier": "flex"})


def _unknown_tier(rng: Random) -> Told:
    """Ordinary rates stand in for those that are not known."""
    told = _openai(rng)
    return Told(told.usage, told.bill, {"service_tier": "scale"}, sure=False)


def _absurd(rng: Random) -> Told:
    """An amount that no call can cost."""
    prompt, completion = _tokens(rng)
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, "cost": rng.choice([10**30, 4_096, "7e9"])}
    return Told(usage, quarters(prompt * FRESH + completion * OUT), sure=False)


def _nonsense(rng: Random) -> Told:
    usage = {"prompt_tokens": rng.choice([-3, 10**30, "many", None]), "completion_tokens": -1}
    return Told(usage, None, sure=False)


USAGES: tuple[Callable[[Random], Told], ...] = (
    *(_openai, _anthropic, _deepseek, _xai, _gateway, _as_text, _told_price, _flex),
    *(_unknown_tier, _absurd, _nonsense),
)


def _pieces(text: str, rng: Random) -> list[str]:
    cut = rng.randint(1, len(text) - 1)
    return [text[:cut], text[cut:]]


def _used(told: Told, rng: Random) -> str:
    """The chunk that tells the usage, where OpenAI, Groq or Moonshot puts it."""
    bodies: list[dict[str, Any]] = [
        {"choices": [], "usage": told.usage},
        {"choices": [], "x_groq": {"usage": told.usage}},
        {"choices": [{"index": 0, "delta": {}, "usage": told.usage}]},
    ]
    return data(rng.choice(bodies) | told.beside)


def whole(text: str, rng: Random) -> Played:
    """A whole answer, however it is wrapped."""
    told = rng.choice(USAGES)(rng)
    stop = rng.choice(["stop", "STOP", "end_turn", "eos", "COMPLETE", "FINISH"])
    said = "".join(chunk(piece) for piece in _pieces(text, rng)) + chunk(None, stop) + _used(told, rng)
    message = {"message": {"role": "assistant", "content": text}, "finish_reason": stop}
    one = json.dumps({"choices": [message], "usage": told.usage} | told.beside)
    wraps: list[tuple[str, str]] = [
        (said + DONE, EVENTS),
        (said, EVENTS),
        ("\ufeff" + said + DONE, EVENTS),
        (said.replace("\n\n", "\n\ndata:\n\n") + DONE, EVENTS),
        (said.replace("\n\n", "\r\n\r\ndata: \r\n\r\n") + "data:  [DONE]\r\n\r\n", EVENTS),
        (": waiting\n\n" + said + DONE, "text/plain"),
        (said + DONE, "application/json"),
        (f"data: {one}\n\n" + DONE, EVENTS),
        (one, "application/json"),
        ("\ufeff" + one, EVENTS),
    ]
    return Played(raw(200, *rng.choice(wraps)), told.bill, told.sure)


def broken(text: str, rng: Random) -> Played:
    """An answer that is not whole and is billed all the same: cut, filtered, ended by an unknown word or an error."""
    told = rng.choice(USAGES)(rng)
    said = chunk(_pieces(text, rng)[0]) + _used(told, rng)
    ends = [
        said,
        said + DONE,
        said + chunk(None, "content_filter") + DONE,
        said + chunk(None, "whatever") + DONE,
        said + chunk(None, "network_error") + DONE,
        said + 'data: {"choices": [',
        said + data({"error": {"message": "Overloaded", "code": 529}}),
        said + 'event: error\ndata: {"message": "upstream failed", "code": 502}\n\n',
    ]
    return Played(raw(200, rng.choice(ends), EVENTS), told.bill, told.sure)


def untold(text: str, rng: Random) -> Played:
    """A part of an answer without a bill: somebody pays for it, and nobody says how much."""
    begun = chunk(_pieces(text, rng)[0])
    ends = [begun, begun + DONE, begun + data({"error": {"message": "Overloaded", "code": 529}}), begun + "data: {"]
    return Played(raw(200, rng.choice(ends), EVENTS), None, sure=False)


def refused(_text: str, rng: Random) -> Played:
    """Each way to say no, by status or within a 200: no model answered, so it costs nothing."""
    return Played(NO[rng.choice(list(NO))][0], Decimal(0))


def _event(kind: str, **fields: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n"


def messages(text: str, rng: Random) -> Played:
    """Anthropic's own stream: the input in its first event, the output counted on to its last."""
    told = _anthropic(rng)
    start = told.usage | {"output_tokens": 1}
    said = _event("message_start", message={"type": "message", "role": "assistant", "content": [], "usage": start})
    said += "event: ping\ndata: {}\n\n" + _event("content_block_start", index=0, content_block={"type": "text"})
    for piece in _pieces(text, rng):
        said += _event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
    said += _event("content_block_stop", index=0)
    reason = rng.choice(["end_turn", "end_turn", "stop_sequence", "refusal"])
    last = {"output_tokens": told.usage["output_tokens"]}
    said += _event("message_delta", delta={"stop_reason": reason}, usage=last) + _event("message_stop")
    return Played(raw(200, said, EVENTS), told.bill)


ANSWERS: tuple[Callable[[str, Random], Played], ...] = (whole, whole, whole, broken, untold, refused, refused)
"""Of the chat API, as often as they are asked for."""
