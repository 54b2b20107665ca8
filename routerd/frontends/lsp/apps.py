"""The apps of one session, one for each workspace folder, and which of them answers for a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from routerd.domain.origin import Origin
from routerd.system.uris import path_of

if TYPE_CHECKING:
    from routerd.app.workspace import App
    from routerd.frontends.lsp.shared import Launch, SharedServices

EditorSettings = Mapping[str, object]


class SessionApps:
    """Each root has its own configuration; a document in no folder has the session's, without a workspace file."""

    def __init__(
        self,
        shared: SharedServices,
        launch: Launch,
        folders: Sequence[str],
        opened: Callable[[App], object],
        origin: Origin,
        trusted: bool,
    ) -> None:
        """Open the app of each folder. ``opened`` is called with every app, once. Raises RouterdError."""
        self._shared, self._launch, self._opened, self._origin = shared, launch, opened, origin
        self._trusted = trusted
        self.keys = shared.open().session_keys(launch.environ)
        self._editor: dict[Path | None, EditorSettings] = {}
        self._apps: dict[Path | None, App] = {}
        for root in shared.roots(folders) or (shared.within,):
            self._open(root)

    @property
    def first(self) -> App:
        """The app of the first folder, for what is about no document."""
        return self._apps[next(iter(self.roots), None)]

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders, in the order in which the client named them."""
        return tuple(root for root in self._apps if root is not None)

    def all(self) -> tuple[App, ...]:
        """Every app."""
        return tuple(self._apps.values())

    def of(self, uri: str) -> App:
        """The app of the innermost folder around a document. Raises RouterdError."""
        root = self._root_of(uri)
        return self._apps.get(root) or self._open(root)

    def add(self, folders: Sequence[str]) -> None:
        """The client opened further folders. Raises RouterdError."""
        for root in self._shared.roots(folders):
            if root not in self._apps:
                self._open(root)

    def remove(self, folders: Sequence[str]) -> tuple[App, ...]:
        """The client closed folders; the apps that went with them. One app always stays."""
        gone = [root for root in self._shared.roots(folders) if root in self._apps]
        if not self._apps.keys() - set(gone):
            self._open(None)
        return tuple(self._apps.pop(root) for root in gone)

    def set_editor(self, unscoped: EditorSettings, scoped: Mapping[Path, EditorSettings]) -> tuple[str, ...]:
        """Put the editor's settings over the configuration files: by root where it tells them apart. Problems."""
        before = {root: self._editor_of(root) for root in self._apps}
        self._editor = {None: unscoped}
        for root, settings in scoped.items():
            self._editor[root] = settings
        changed = [
            (app, self._editor_of(root)) for root, app in self._apps.items() if self._editor_of(root) != before[root]
        ]
        return _once(problem for app, settings in changed for problem in app.reload(settings))

    def hand_keys(self, keys: Mapping[str, str | None]) -> tuple[str, ...]:
        """Take the keys that this session's editor keeps, by provider; ``None`` takes one back. Problems."""
        for provider, key in keys.items():
            self.keys.hand(provider, key)
        return self.reload() if keys else ()

    def reload(self) -> tuple[str, ...]:
        """Read the configuration of every root again; problems as sentences, each once."""
        return _once(problem for app in self.all() for problem in app.reload())

    @property
    def problems(self) -> tuple[str, ...]:
        """What of the configurations is not used, each sentence once."""
        return _once(problem for app in self.all() for problem in app.problems)

    def model_warnings(self) -> tuple[str, ...]:
        """Sentences on models that are retired or unknown, each once."""
        return _once(warning for app in self.all() for warning in app.model_warnings())

    def _editor_of(self, root: Path | None) -> EditorSettings:
        found = self._editor.get(root)
        return self._editor.get(None, MappingProxyType({})) if found is None else found

    def _open(self, root: Path | None) -> App:
        app = self._apps[root] = self._shared.app(
            root, self.keys, self._launch.config_file, self._editor_of(root), self._origin
        )
        if self._trusted:
            app.trust()
        self._opened(app)
        return app

    def _root_of(self, uri: str) -> Path | None:
        path = path_of(uri)
        if path is None:
            return None
        path = path.absolute()
        around = [root for root in self.roots if path.is_relative_to(root)]
        if not around:  # the client may spell a folder and its documents differently, through a link
            real = path.resolve()
            around = [root for root in self.roots if real.is_relative_to(root.resolve())]
        return max(around, key=lambda root: len(root.parts), default=None)


def _once(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentences))
