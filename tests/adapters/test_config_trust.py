"""A folder only lowers: whatever its file or an editor says, nothing becomes dearer or is sent elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from routerd.actions import catalog
from routerd.adapters.config import Loaded, Sources, Worth, load
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import Price
from routerd.domain.settings import ALWAYS_ALLOWED, Settings
from routerd.domain.tier import Tier
from tests.property_tests import example_count

PRICES = {"p/cheap": 1, "p/fair": 5, "p/dear": 600, "q/cheap": 1, "q/dear": 900, "ollama/qwen3": 0, "groq/fast": 2}
"""Dollars for a million tokens; p/new is in no list."""

OWN = """
[tiers]
utility = "p/cheap"
speed = "p/cheap"
logic = ["p/fair", "p/cheap"]
architect = "p/dear"
[providers.p]
base_url = "https://p.example/v1"
api_key = { env = "P_KEY" }
"""


def price(_settings: Settings, model: ModelRef) -> Price | None:
    dollars = PRICES.get(str(model))
    return None if dollars is None else Price(Decimal(dollars), Decimal(dollars) * 2)


WORTH = Worth(price, lambda settings: frozenset({"p", "groq"} & settings.providers.keys()))


def loaded(folder: Path, own: str, theirs: str, editor: Mapping[str, object] | None = None) -> Loaded:
    user, workspace = folder / "user.toml", folder / ".routerd.toml"
    user.write_text(own, "utf-8")
    workspace.write_text(theirs, "utf-8")
    return load(Sources(user, workspace=workspace, editor=editor or {}), worth=WORTH)


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ('tiers.utility = "p/dear"', "dearer"),
        ('budget.per_action = "1000"', "may raise"),
        ('tiers.utility = ["p/cheap", "p/fair"]', "dearer"),
        ('tiers.logic = "p/new"', "no known price"),
        ('tiers.logic = "groq/unheard-of"', "no known price"),
        ('tiers.utility = "ollama/qwen3"', "never configured"),
        ('actions.document = "architect"', "cannot raise your utility to architect"),
        ('actions.document = "auto"', "cannot raise your utility to auto"),
        ('actions.ask = "architect"', "cannot raise your auto to architect"),
        ('actions.explain = "architect"', "cannot raise"),
        ('routing.default_tier = "architect"', "cannot raise your logic to architect"),
        ('routing.examples = [{ tier = "architect", text = "rename" }]', "sends instructions to architect"),
        ("limits.total_s = 9999", "cannot raise your 120 seconds"),
        ("cache.ttl_s = 0", "may only be set by your own file"),
        ("cache.max_mb = 1", "may only be set by your own file"),
    ],
)
def test_what_a_folder_may_not_say_is_ignored_with_a_sentence(tmp_path: Path, theirs: str, said: str) -> None:
    result = loaded(tmp_path, OWN, theirs)
    (problem,) = result.problems
    assert said in problem
    assert problem.endswith(f"and is ignored: set it in {tmp_path / 'user.toml'}.")
    assert result.settings == loaded(tmp_path, OWN, "").settings


def test_what_is_off_stays_off(tmp_path: Path) -> None:
    off = OWN + "[cache]\nenabled = false\n[routing]\nescalate = false\n"
    result = loaded(tmp_path, off, "cache.enabled = true\nrouting.escalate = true\n", {"cache": {"enabled": True}})
    assert not result.settings.cache.enabled
    assert not result.settings.routing.escalate
    assert len(result.problems) == 3


@pytest.mark.parametrize(
    "theirs",
    [
        'tiers.architect = "p/fair"',
        'tiers.logic = ["p/cheap"]',
        'actions.review = "utility"',
        'actions.ask = "logic"',
        "cache.enabled = false",
        "routing.escalate = false",
        "limits.total_s = 10",
        'budget.daily = "1"',
        'instructions.all = "Write British English."',
        "code_lens = true",
    ],
)
def test_what_lowers_or_changes_no_cost_counts(tmp_path: Path, theirs: str) -> None:
    result = loaded(tmp_path, OWN, theirs)
    assert result.problems == ()
    assert result.settings != loaded(tmp_path, OWN, "").settings


def test_an_editor_counts_in_full_where_the_users_file_says_nothing_and_lowers_elsewhere(tmp_path: Path) -> None:
    own = OWN + '[budget]\ndaily = "0.01"\n'
    editor = {"budget": {"daily": 999, "monthly": 999}, "tiers": {"utility": "p/dear"}, "cache": {"ttl_s": 60}}
    result = loaded(tmp_path, own, "", editor)
    assert result.settings.budget.daily == Decimal("0.01")
    assert result.settings.budget.monthly == 999
    assert result.settings.cache.ttl_s == 60
    assert result.settings.tiers[Tier.UTILITY] == (ModelRef("p", "cheap"),)
    assert len(result.problems) == 2


MODELS = st.sampled_from([*PRICES, "p/new", "built-in/offline", "nobody/x"])
AMOUNTS = st.sampled_from(["0.01", "0.5", "2", "999"])
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "tiers": st.dictionaries(st.sampled_from(list(map(str, Tier))), st.lists(MODELS, min_size=1, max_size=3)),
        "actions": st.dictionaries(st.sampled_from(list(catalog())), st.sampled_from([*map(str, Tier), "auto"])),
        "budget": st.dictionaries(st.sampled_from(["daily", "monthly", "per_action", "confirm_above"]), AMOUNTS),
        "limits": st.dictionaries(st.sampled_from(["total_s", "first_token_s"]), st.sampled_from([1, 60, 9999])),
        "cache": st.fixed_dictionaries(
            {}, optional={"enabled": st.booleans(), "ttl_s": st.integers(0, 10**6), "max_mb": st.integers(0, 500)}
        ),
        "routing": st.fixed_dictionaries(
            {}, optional={"escalate": st.booleans(), "default_tier": st.sampled_from(list(map(str, Tier)))}
        ),
    },
)


_DEFAULT = {"per_action": ALWAYS_ALLOWED}
"""Without a cap an action is held to ten times its price, at the least to this."""


def ceiling(settings: Settings, tier: Tier) -> Decimal:
    return max(
        (found.output for model in settings.tiers[tier] if (found := price(settings, model))), default=Decimal(0)
    )


def raises(own: Settings, other: Settings) -> str | None:
    """What is dearer, longer or elsewhere in other settings than in the user's own."""
    for tier in Tier:
        for model in other.tiers[tier]:
            found = price(own, model)
            known = model in own.tiers[tier] or model == OFFLINE
            if not known and (found is None or found.output > ceiling(own, tier)):
                return f"{tier}: {model}"
            provider = own.providers.get(model.provider)
            if not known and (provider is None or not (provider.declared or provider.key)):
                return f"a strange provider: {model}"
    for name in catalog():
        mine, theirs = (one.actions.get(name, catalog()[name].tier) for one in (own, other))
        if theirs != mine and (theirs is None or theirs.rank > (mine or own.routing.default_tier).rank):
            return f"{name}: {theirs}"
    for field in ("daily", "monthly", "per_action", "confirm_above"):
        limit, now = getattr(own.budget, field), getattr(other.budget, field)
        limit = now and _DEFAULT.get(field) if limit is None else limit
        if limit is not None and (now is None or now > limit):
            return f"{field}: {now}"
    switched = other.cache.enabled and not own.cache.enabled
    kept = (own.cache.ttl_s, own.cache.max_mb) != (other.cache.ttl_s, other.cache.max_mb)
    if switched or kept or (other.routing.escalate and not own.routing.escalate):
        return "the cache, or escalation"
    longer = other.limits.total_s > own.limits.total_s or other.limits.first_token_s > own.limits.first_token_s
    dearer = other.routing.default_tier.rank > own.routing.default_tier.rank
    return "the limits, or the default tier" if longer or dearer else None


@example_count(500)
@given(SETTINGS, SETTINGS)
def test_no_folder_raises_anything(own: dict[str, Any], theirs: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        mine = tomlkit.dumps(own) + OWN.partition("[providers.p]")[1] + OWN.partition("[providers.p]")[2]
        alone = loaded(Path(folder), mine, "")
        together = loaded(Path(folder), mine, tomlkit.dumps(theirs))
    assert raises(alone.settings, together.settings) is None


@example_count(500)
@given(SETTINGS)
def test_no_editor_of_unknown_origin_raises_what_the_users_file_says(theirs: dict[str, Any]) -> None:
    own = OWN + (
        "[actions]\n"
        + "".join(f'{name} = "{spec.tier or "auto"}"\n' for name, spec in catalog().items())
        + '[budget]\ndaily = "0.5"\nmonthly = "0.5"\nper_action = "0.5"\nconfirm_above = "0.5"\n'
        "[limits]\ntotal_s = 60\nfirst_token_s = 60\n[cache]\nenabled = false\nttl_s = 9\nmax_mb = 9\n"
        '[routing]\nescalate = false\ndefault_tier = "logic"\n'
    )
    with TemporaryDirectory() as folder:
        alone = loaded(Path(folder), own, "")
        together = loaded(Path(folder), own, "", theirs)
    assert raises(alone.settings, together.settings) is None


def test_what_the_user_set_in_the_editor_counts_in_full_and_what_a_folder_set_there_only_lowers(tmp_path: Path) -> None:
    own = OWN + '[budget]\ndaily = "0.01"\n'
    said = {"budget": {"daily": 999}, "tiers": {"utility": "p/dear"}}
    by_user = loaded(tmp_path, own, "", {**said, "origins": {"user": said, "workspace": {}}})
    assert by_user.problems == ()
    assert by_user.settings.budget.daily == 999
    assert by_user.settings.tiers[Tier.UTILITY] == (ModelRef("p", "dear"),)
    by_folder = loaded(tmp_path, own, "", {**said, "origins": {"user": {}, "workspace": said}})
    assert by_folder.settings == loaded(tmp_path, own, "").settings
    assert len(by_folder.problems) == 2
    over = loaded(
        tmp_path, own, "", {"origins": {"user": {"budget": {"daily": 5}}, "workspace": {"budget": {"daily": 6}}}}
    )
    assert over.settings.budget.daily == 5
    lower = loaded(tmp_path, own, "", {"origins": {"user": said, "workspace": {"budget": {"daily": "0.5"}}}})
    assert lower.settings.budget.daily == Decimal("0.5")
    elsewhere = {"providers": {"evil": {"base_url": "http://127.0.0.1:9/v1"}}}
    assert "evil" not in loaded(tmp_path, own, "", {"origins": {"user": elsewhere}}).settings.providers


@pytest.mark.parametrize("origins", [None, 1, [], "user", {"user": 1}, {"user": None, "x": {}}, {}])
def test_origins_that_say_nothing_set_nothing(tmp_path: Path, origins: object) -> None:
    result = loaded(tmp_path, OWN, "", {"origins": origins})
    assert result.settings == loaded(tmp_path, OWN, "").settings


@example_count(300)
@given(SETTINGS, SETTINGS)
def test_nothing_that_a_folder_set_in_the_editor_raises_anything(users: dict[str, Any], theirs: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        alone = loaded(Path(folder), OWN, "", {"origins": {"user": users}})
        together = loaded(Path(folder), OWN, "", {"origins": {"user": users, "workspace": theirs}})
    assert raises(alone.settings, together.settings) is None
