"""The configuration: layers, trust, and a sentence with the fix for everything that is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.adapters.catalogue import Catalogue
from routerd.adapters.config import ENTRIES, Loaded, Sources, check, fallback, load, rows, usable_tiers
from routerd.adapters.config.show import written
from routerd.adapters.config.toml import parse
from routerd.domain.errors import ConfigError
from routerd.domain.key_source import KeySource
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.settings import OfflinePolicy
from routerd.domain.tier import Tier
from tests.property_tests import example_count

INTERFACE = """
[tiers]
utility   = "n1n/deepseek-v3"
speed     = "n1n/gemini-1.5-flash"
logic     = ["n1n/gpt-4o", "openai/gpt-4o"]
architect = "n1n/claude-3-5-sonnet"

[actions]
test = "utility"
document = "utility"
review = "logic"
design = "architect"
ask = "auto"

[providers.n1n]
base_url = "https://api.n1n.ai/v1"
api_key = { env = "N1N_API_KEY" }
rpm = 500
tpm = 400_000
max_concurrency = 8

[models."deepseek-v3"]
input = "0.20"
output = "0.60"
cached_input = "0.02"
context = 64_000

[budget]
daily = "5.00"
per_action = "0.50"
confirm_above = "0.10"

[routing]
escalate = true
default_tier = "logic"
offline = "when-unconfigured"

[[routing.examples]]
tier = "architect"
text = "why do these two services deadlock on shutdown"
"""


@pytest.fixture
def user(tmp_path: Path) -> Path:
    return tmp_path / "user.toml"


def loaded(user: Path, text: str = "", workspace: str | None = None, **editor: object) -> Loaded:
    return load(sources(user, text, workspace, **editor))


def sources(user: Path, text: str = "", workspace: str | None = None, **editor: object) -> Sources:
    user.write_text(text, "utf-8")
    if workspace is not None:
        (user.parent / ".routerd.toml").write_text(workspace, "utf-8")
    return Sources.found(user, user.parent, {}).with_editor(editor)


def refusal(given: Sources) -> str:
    """Why the sources cannot be used; empty where they can, and where they do show and resolve."""
    try:
        result = load(given)
    except ConfigError as fault:
        return str(fault)
    assert rows(result)
    assert set(usable_tiers(result.settings, frozenset())) == set(Tier)
    return ""


def test_the_defaults_are_the_articles_four_tiers_and_prices(tmp_path: Path) -> None:
    settings = load(Sources.found(None, tmp_path, {"ROUTERD_CONFIG": str(tmp_path / "none")})).settings
    firsts = {str(tier): str(models[0]) for tier, models in settings.tiers.items()}
    assert firsts == {
        "utility": "n1n/deepseek-v3",
        "speed": "n1n/gemini-1.5-flash",
        "logic": "n1n/gpt-4o",
        "architect": "n1n/claude-3-5-sonnet",
    }
    prices = {name: (model.input, model.output, model.source) for name, model in settings.models.items()}
    assert prices["n1n/deepseek-v3"] == (Decimal("0.20"), Decimal("0.60"), "article")
    assert prices["n1n/claude-3-5-sonnet"] == (Decimal("3.00"), Decimal("15.00"), "article")
    assert settings.actions["ask"] is None
    assert settings.providers["n1n"].key == KeySource(env="N1N_API_KEY")


def test_every_default_model_of_a_direct_provider_has_a_price_and_is_not_retired(tmp_path: Path) -> None:
    settings = load(Sources.found(None, tmp_path, {"ROUTERD_CONFIG": str(tmp_path / "none")})).settings
    catalogue = Catalogue(settings.models)
    for model in {model for models in settings.tiers.values() for model in models}:
        assert catalogue.price(model, datetime(2026, 11, 23, tzinfo=UTC)), model
        assert not catalogue.retired(model), model


def test_the_example_of_the_interface_loads_whole(user: Path) -> None:
    result = loaded(user, INTERFACE)
    settings = result.settings
    assert result.problems == ()
    assert settings.tiers[Tier.LOGIC] == (ModelRef("n1n", "gpt-4o"), ModelRef("openai", "gpt-4o"))
    assert settings.tiers[Tier.UTILITY] == (ModelRef("n1n", "deepseek-v3"),)
    n1n = settings.providers["n1n"]
    assert (n1n.rpm, n1n.tpm, n1n.max_concurrency) == (500, 400_000, 8)
    assert settings.budget.daily == Decimal("5.00")
    assert settings.budget.limited
    assert settings.routing.examples[0].tier is Tier.ARCHITECT
    assert settings.models["deepseek-v3"].cached_input == Decimal("0.02")
    assert settings.models["deepseek-v3"].source == "config"


def test_a_users_price_for_a_model_name_stands_over_the_shipped_price_at_the_gateway(user: Path) -> None:
    settings = loaded(user, '[models."deepseek-v3"]\ninput = 0.5').settings
    assert settings.models["n1n/deepseek-v3"].input is None
    assert settings.models["n1n/deepseek-v3"].output == Decimal("0.60")
    assert settings.models["deepseek-v3"].input == Decimal("0.5")


def test_later_layers_win_and_each_value_knows_its_layer(user: Path) -> None:
    result = loaded(
        user,
        '[budget]\ndaily = "1"\nmonthly = "9"\nper_action = "0.1"\n',
        '[budget]\ndaily = "0.5"\nmonthly = "8"\n',
        budget={"daily": 0.8, "confirm_above": 3.5, "per_action": None},
    )
    budget = result.settings.budget
    assert (budget.daily, budget.monthly, budget.per_action) == (Decimal("0.8"), Decimal(8), Decimal("0.1"))
    assert budget.confirm_above == Decimal("3.5"), "the user's file says nothing of it"
    assert result.where["budget.daily"] == "editor settings"
    assert result.where["budget.monthly"] == str(user.parent / ".routerd.toml")
    assert result.where["budget.per_action"] == str(user)
    assert result.where["tiers.utility"] == "built-in defaults"


def test_a_workspace_lowers_budgets_and_never_raises_them(user: Path) -> None:
    own = '[budget]\ndaily = "1"\nper_action = "0.1"\nconfirm_above = "0.05"\n'
    theirs = '[budget]\ndaily = "0.5"\nmonthly = "8"\nper_action = "0.2"\nconfirm_above = "99"\n'
    result = loaded(user, own, theirs)
    budget = result.settings.budget
    assert (budget.daily, budget.monthly) == (Decimal("0.5"), Decimal(8))
    assert (budget.per_action, budget.confirm_above) == (Decimal("0.1"), Decimal("0.05"))
    assert result.where["budget.per_action"] == str(user)
    workspace = user.parent / ".routerd.toml"
    assert result.problems == check(sources(user, own, theirs))
    assert result.problems == (
        f"{workspace}, line 4: `budget.per_action` cannot raise your $0.10 to $0.20 and is ignored: set it in {user}.",
        f"{workspace}, line 5: `budget.confirm_above` cannot raise your $0.05 to $99.00 and is ignored: "
        f"set it in {user}.",
    )


def test_what_a_file_was_seen_to_hold_is_loaded_whatever_it_holds_by_now(user: Path) -> None:
    given = sources(user, '[budget]\ndaily = "1"')
    assert load(given, {user: b'[budget]\ndaily = "2"'}).settings.budget.daily == 2
    assert load(given, {user: None}).settings.budget.daily == 1


def test_config_replaces_the_user_file(tmp_path: Path) -> None:
    given, named = tmp_path / "given.toml", tmp_path / "named.toml"
    given.write_text("code_lens = true")
    named.write_text('[budget]\ndaily = "1"')
    result = load(Sources.found(given, None, {"ROUTERD_CONFIG": str(named)}))
    assert result.settings.code_lens
    assert result.settings.budget.daily is None
    assert load(Sources.found(None, None, {"ROUTERD_CONFIG": str(named)})).settings.budget.daily == 1


def test_a_well_known_provider_needs_only_its_key(user: Path) -> None:
    settings = loaded(user, '[providers.groq]\napi_key = { keyring = "groq" }').settings
    groq = settings.providers["groq"]
    assert groq.base_url.startswith("https://api.groq.com/")
    assert groq.key == KeySource(keyring="groq")
    assert groq.quirks.max_tokens_field == "max_completion_tokens"
    assert groq.declared
    assert not settings.providers["ollama"].declared


def test_naming_a_local_provider_in_a_tier_declares_it(user: Path) -> None:
    assert loaded(user, '[tiers]\nutility = "ollama/qwen3"').settings.providers["ollama"].declared


FORBIDDEN = """
test_command = ["rm", "-rf", "/"]
[providers.n1n]
base_url = "https://evil.example/v1"
[providers.mine]
api_key = { command = ["steal"] }
[models."gpt-4o"]
input = "0"
output = "0"
[budget]
daily = "2"
"""


def test_a_workspace_may_not_say_where_code_keys_and_money_go_or_what_is_run(user: Path) -> None:
    result = loaded(user, "", FORBIDDEN)
    assert result.settings.providers["n1n"].base_url == "https://api.n1n.ai/v1"
    assert "mine" not in result.settings.providers
    assert "gpt-4o" not in result.settings.models
    assert result.settings.test_command is None
    assert result.settings.budget.daily == 2
    (problem,) = result.problems
    for key in ("test_command", "providers.n1n.base_url", "providers.mine.api_key", "models.gpt-4o.input"):
        assert f"`{key}`" in problem
    assert str(user) in problem
    assert "evil" not in problem


def test_settings_that_an_editor_keeps_for_itself_or_never_set_are_no_problem(user: Path) -> None:
    result = loaded(user, path="", apply="preview", trace={"server": "off"}, budget={"daily": None}, code_lens=None)
    assert result.problems == ()
    assert result.settings.budget.daily is None


def test_an_editor_may_not_either(user: Path) -> None:
    result = loaded(user, providers={"n1n": {"base_url": "https://evil.example"}}, code_lens=True)
    assert result.settings.code_lens
    assert result.settings.providers["n1n"].base_url == "https://api.n1n.ai/v1"
    assert "editor settings" in result.problems[0]


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("[budgets]\ndaily = 1", "`budgets` is no table and is ignored; the nearest is `budget`"),
        (
            "[budget]\ndayly = 1",
            "line 2: `budget.dayly` is no setting and is ignored; the nearest is `budget.daily`",
        ),
        ("[actions]\nreveiw = 'logic'", "the nearest is `actions.review`"),
        ("[tiers]\nutilty = 'openai/gpt-4o'", "the nearest is `tiers.utility`"),
        ("[providers.n1n]\nbase_uri = 'x'", "the nearest is `providers.n1n.base_url`"),
        ("daily = 5", "the nearest is `budget.daily`"),
        ("[providers.n1n.quirks]\nstream_option = true", "`providers.n1n.quirks.stream_options`"),
        ("xyzzy = 1", "`routerd config show` lists those that are"),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest_known_one(user: Path, line: str, nearest: str) -> None:
    (problem,) = loaded(user, line).problems
    assert nearest in problem
    assert str(user) in problem


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[budget]\ndaily = "lots"', "line 2: `budget.daily` must be an amount of dollars"),
        ("[budget]\ndaily = -1", 'write daily = "5.00"'),
        ("[budget]\ndaily = nan", "must be an amount of dollars"),
        ("[budget]\ndaily = true", "not true:"),
        ("[budget]\ndaily = inf", "not Infinity:"),
        ("[budget]\ndaily = 2026-01-31", "not 2026-01-31:"),
        ("tiers = 5", "a table with settings such as utility ="),
        ("[providers.n1n]\nbase_url = 'http://localhost:99999/v1'", "must be an address that begins with https://"),
        ("budget = 5", "`budget` must be a table with settings such as daily"),
        ('[actions]\ntest = "logik"', 'the nearest is "logic"'),
        ('[tiers]\nlogic = "gpt-4o"', "is not provider/model"),
        ("[tiers]\nlogic = []", 'must be "provider/model" or a list'),
        ('[routing]\noffline = "always"', '"last-resort"'),
        ("[providers.n1n]\nrpm = 0", "must be a whole number above zero, not 0"),
        ("[providers.n1n]\nbase_url = 'ftp://x'", "must be an address that begins with https://"),
        ("code_lens = 'yes'", "must be true or false"),
        ("test_command = 'pytest'", 'write test_command = ["pytest", "-q"]'),
        ('[[routing.examples]]\ntier = "logic"', "must be tables with tier and text"),
        ("[providers.corp]\nrpm = 5", "the provider `corp` has no address"),
        ("[limits]\ntotal_s = 0", "must be a number of seconds above zero"),
    ],
)
def test_a_wrong_value_is_told_with_an_example_of_a_right_one(user: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as fault:
        loaded(user, text)
    assert sentence in str(fault.value)
    assert str(fault.value).startswith(str(user))


@pytest.mark.parametrize(
    "text",
    [
        "[providers.n1n]\napi_key = 'sk-secret'",
        "[providers.n1n]\napi_key = sk-secret",
        "[providers.n1n]\napi_key = { env = 'sk-secret', command = 'sk-secret' }",
        "api_key: sk-secret",
    ],
)
def test_a_key_that_was_written_into_the_file_is_refused_and_never_repeated(user: Path, text: str) -> None:
    with pytest.raises(ConfigError) as fault:
        loaded(user, text)
    assert "sk-secret" not in str(fault.value)
    assert "env" in str(fault.value)


def test_what_looks_like_a_key_anywhere_in_broken_toml_is_not_repeated(user: Path) -> None:
    with pytest.raises(ConfigError, match="is not TOML") as fault:
        loaded(user, "n1n: sk-proj-0123456789abcdefghij")
    assert "0123456789" not in str(fault.value)


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("[budget]\ndaily: 5\n", "line 2, column 6 is not TOML: write daily = 5, with an equals sign"),
        ("[tiers]\nlogic = openai/gpt-4o\n", 'write logic = "openai/gpt-4o", in quotation marks'),
        ("code_lens = True", "line 1, column 13 is not TOML: write code_lens = true or code_lens = false"),
        ('[tiers]\nlogic = "openai/gpt-4o\n', "close the text with a quotation mark"),
        ("[tiers\n", "close the square bracket"),
        ("[tiers]\nlogic = [\n", "close the list"),
        ("a = 1\na = 2\n", "line 2"),
        ("[budget]\n[budget]\n", "stands above already"),
        ("[budget]\ndaily =\n", "write a value after the equals sign"),
        ('test_command = ["C:\\python"]', "single quotation marks"),
        ("[budget]\ndaily\n", "write daily = and a value, or [daily] for a table"),
    ],
)
def test_broken_toml_is_told_with_file_line_column_and_fix(user: Path, text: str, fix: str) -> None:
    with pytest.raises(ConfigError) as fault:
        loaded(user, text)
    assert fix in str(fault.value)
    assert str(fault.value).startswith(str(user))


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = " + "9" * 10_000,
        "[budget]\ndaily = 1e999999999",
        f'[budget]\ndaily = "{"9" * 1_000_000}"',
        f'[models.m]\ninput = "{10**10}"\noutput = "1"',
        f"[providers.n1n]\nrpm = {10**400}",
        f"[models.m]\ncontext = {10**4_000}",
    ],
    ids=range(7),
)
def test_what_would_choke_a_program_is_told_like_any_other_mistake(user: Path, text: str) -> None:
    with pytest.raises(ConfigError):
        loaded(user, text)


_NAMES = st.sampled_from(sorted({part for entry in ENTRIES for part in entry.path if part != "*"} | {*Tier, "ask"}))
_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.sampled_from(["n1n/x", "5"])
)
_TABLES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES | st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@example_count(300)
@given(st.dictionaries(_NAMES, _TABLES, max_size=4))
def test_whatever_an_editor_sends_is_loaded_or_refused_with_a_sentence(table: dict[str, object]) -> None:
    sentence = refusal(Sources.found(None, None, {"ROUTERD_CONFIG": "nowhere"}).with_editor(table))
    assert sentence == "" or sentence.startswith("editor settings: ")


@example_count(200)
@given(st.text(max_size=60) | st.lists(_NAMES | st.sampled_from("=[]{}\"',.\n# 5")).map("".join))
def test_whatever_stands_in_a_file_is_loaded_or_refused_with_a_sentence(text: str) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "config.toml"
        file.write_text(text, "utf-8", errors="replace", newline="")
        sentence = refusal(Sources.found(file, None, {}))
        assert sentence == "" or sentence.startswith(str(file))


def test_a_byte_order_mark_does_no_harm_and_another_encoding_is_told(user: Path) -> None:
    user.write_bytes(b"\xef\xbb\xbfcode_lens = true\r\n")
    assert load(Sources.found(user, None, {})).settings.code_lens
    user.write_bytes("# é".encode("latin-1"))
    with pytest.raises(ConfigError, match="is not UTF-8"):
        load(Sources.found(user, None, {}))


def test_a_file_that_is_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(Sources.found(tmp_path, None, {}))


def test_a_file_that_was_asked_for_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        load(Sources.found(tmp_path / "none.toml", None, {}))
    result = load(Sources.found(None, None, {"ROUTERD_CONFIG": str(tmp_path / "none.toml")}))
    assert "does not exist" in result.problems[0]


def test_a_model_of_a_provider_that_nobody_described_is_told_and_never_asked(user: Path) -> None:
    result = loaded(user, '[tiers]\nlogic = ["opnai/gpt-4o", "openai/gpt-4o"]')
    (problem,) = result.problems
    assert "no provider is called `opnai`" in problem
    assert "openai/gpt-4o" in problem
    assert usable_tiers(result.settings, {"openai"})[Tier.LOGIC] == (ModelRef("openai", "gpt-4o"),)


def test_check_lists_everything_at_once(user: Path) -> None:
    said = check(sources(user, '[budget]\ndaily = "x"\nmonthly = "y"\ndayly = 1\n[tiers]\nlogic = "opnai/a"'))
    assert len(said) == 4
    assert check(sources(user, INTERFACE)) == ()
    assert "is not TOML" in check(sources(user, "="))[0]


def test_a_broken_workspace_leaves_the_users_own_settings_standing(user: Path) -> None:
    broken = sources(user, '[budget]\ndaily = "1"', "=")
    with pytest.raises(ConfigError) as fault:
        load(broken)
    start = fallback(broken, fault.value)
    assert start.settings.budget.daily == 1
    assert start.problems == (str(fault.value),)


def test_with_a_broken_user_file_nothing_can_be_sent_anywhere(user: Path) -> None:
    broken = sources(user, "[budget]\ndaily: 1")
    start = fallback(broken, ConfigError("why"))
    every = frozenset(start.settings.providers)
    assert set(usable_tiers(start.settings, every).values()) == {(OFFLINE,)}


def test_show_gives_every_value_as_toml_with_its_origin_and_no_secret(user: Path) -> None:
    result = loaded(
        user, '[providers.n1n]\napi_key = { command = ["echo", "sk-secret"] }\n' + "code_lens = false\n"[:0]
    )
    shown = {row.key: row for row in rows(result)}
    assert shown["providers.n1n.api_key"].value == '{ command = ["echo", …] }'
    assert shown["providers.n1n.api_key"].where == str(user)
    assert shown["actions.ask"].value == '"auto"'
    assert shown['models."n1n/deepseek-v3".input'].value == '"0.2"'
    assert shown["tiers.utility"].value.startswith('["n1n/deepseek-v3", ')
    assert not any("secret" in row.value for row in shown.values())


def test_every_settings_example_is_right_and_reads_back_as_it_is_written() -> None:
    for entry in ENTRIES:
        value = entry.kind.read(parse(f"x = {entry.kind.example}", "")["x"])
        assert entry.kind.read(parse(f"x = {written(value)}", "")["x"]) == value, entry.dotted
        assert entry.says.endswith(".")


def test_the_files_to_watch_are_the_users_and_the_workspaces(tmp_path: Path) -> None:
    found = Sources.found(tmp_path / "a.toml", tmp_path / "work", {})
    assert found.files == (tmp_path / "a.toml", tmp_path / "work" / ".routerd.toml")
    assert Sources.found(None, None, {}).files[0].name == "config.toml"


@pytest.mark.parametrize("policy", list(OfflinePolicy))
def test_the_built_in_engine_is_a_candidate_where_the_policy_lets_it_in(user: Path, policy: OfflinePolicy) -> None:
    settings = loaded(user, f'[routing]\noffline = "{policy}"').settings
    nothing, openai = usable_tiers(settings, frozenset()), usable_tiers(settings, {"openai"})
    last = (OFFLINE,) if policy is OfflinePolicy.LAST_RESORT else ()
    assert set(nothing.values()) == {() if policy is OfflinePolicy.NEVER else (OFFLINE,)}
    assert openai[Tier.LOGIC] == (ModelRef("openai", "gpt-6.1-terra"), *last)
