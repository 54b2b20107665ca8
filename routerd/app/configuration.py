"""Sets up, shows and checks the configuration for the command line, without running an action."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from routerd.actions import named
from routerd.adapters import config
from routerd.adapters.catalogue import Catalogue, update
from routerd.app.worth import worth
from routerd.domain.errors import ConfigError
from routerd.domain.settings import RoutingExample
from routerd.domain.tier import Tier


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of the configuration, for programs that offer it; ``*`` in its key stands for any name."""

    key: str
    example: object
    """A right value, in TOML's types; a setting's type is the type of its example."""
    default: object
    """``None`` where it is unset, or belongs to a name that only the user knows."""
    wants: str
    """What a value must be, as in "must be …"."""
    says: str
    schema: Mapping[str, object]
    """How an editor offers it, as JSON schema."""
    users_only: bool
    """Whether only the user's own file may set it."""


def settings() -> tuple[Setting, ...]:
    """Every setting there is, in the order of `config show`; one for each name where the names are known."""
    # A file that does not exist: what remains are the built-in defaults.
    defaults = config.load(config.Sources(Path(__file__).parent / "data" / "no-such-file.toml"))
    written = {row.key: tomllib.loads(f"value = {row.value}")["value"] for row in config.rows(defaults)}
    found = []
    for entry in config.ENTRIES:
        keys = [entry.dotted.replace("*", name) for name in entry.names] or [entry.dotted]
        example = tomllib.loads(f"value = {entry.kind.example}")["value"]
        for key in keys:
            default = written.get(key, _in_force(defaults.settings, key))
            if default is None and entry.dotted == "actions.*":  # what no file says, the action's own declaration does
                default = str(named(key.rpartition(".")[2]).tier or "auto")
            kind = entry.kind
            found.append(Setting(key, example, default, kind.wants, entry.says, kind.schema, entry.users_only))
    return tuple(found)


def schema() -> Mapping[str, object]:
    """The JSON schema of a configuration file."""
    return config.json_schema()


def _in_force(value: object, key: str) -> object:
    """What holds where not even the built-in file says anything: the default of the domain's own type."""
    for part in key.split("."):
        value = getattr(value, part, None)
    return value if isinstance(value, bool | int | float | str) else None


def update_prices() -> int:
    """Fetch the newest price list; the number of models in it. Raises RouterdError where that is impossible."""
    return update()


@dataclass(frozen=True, slots=True)
class Setup:
    """The configuration of a workspace folder, before an app is opened with it."""

    sources: config.Sources

    @classmethod
    def found(cls, config_file: Path | None, root: Path | None) -> Setup:
        """The setup of a workspace folder, with ``--config`` if it was given."""
        return cls(config.Sources.found(config_file, root))

    @property
    def _worth(self) -> config.Worth:
        return worth(config.KeyReader().available)

    def rows(self) -> tuple[config.SettingRow, ...]:
        """Every setting with its value and the layer that set it. Raises ConfigError."""
        return config.rows(config.load(self.sources, worth=self._worth))

    def check(self) -> tuple[str, ...]:
        """Everything that is wrong, ignored or out of date, one sentence each."""
        said = config.check(self.sources, self._worth)
        try:
            loaded = config.load(self.sources, worth=self._worth)
        except ConfigError:
            return said
        catalogue = Catalogue(loaded.settings.models)
        return (*said, *(doubt for model in loaded.chosen if (doubt := catalogue.warning(model))))

    def write_first(self, environ: Mapping[str, str]) -> Path:
        """Write a first file that names the keys and local servers found. Raises ConfigError where one exists."""
        from routerd.app.doctor import running  # noqa: PLC0415  # a fifth of a second, which `config show` can spare

        settings = config.load(replace(self.sources, asked_for="")).settings
        config.write_first_file(self.sources.user, asyncio.run(running(settings)), environ)
        return self.sources.user

    def write_schema(self) -> Path:
        """Write this version's schema beside the user's file. Raises ConfigError."""
        return config.write_schema(self.sources.user)

    def correct(self, tier: Tier, text: str) -> Path:
        """Add an example for semantic routing to the user's file, and say which. Raises ConfigError."""
        config.add_example(self.sources.user, RoutingExample(tier, text))
        return self.sources.user


def http_listen() -> str | None:
    """Where the user's own settings say that the gateway listens beside the editors. Raises ConfigError."""
    return config.load(config.Sources.found(None, None)).settings.http.listen
