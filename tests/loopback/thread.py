"""An upstream in a thread of its own, for tests and programs that are not async."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from tests.loopback.server import Upstream
from tests.loopback.turns import Turn
from tests.loopback.witness import Seen

T = TypeVar("T")


class InThread:
    """`with InThread(Upstream(...)) as upstream`: the same, with methods safe from the caller's thread."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="test upstream", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._upstream.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._run(self._upstream.__aexit__(kind, error, trace))
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    @property
    def base_url(self) -> str:
        return self._upstream.base_url

    @property
    def port(self) -> int:
        return self._upstream.port

    @property
    def seen(self) -> list[Seen]:
        return list(self._upstream.seen)

    @property
    def seen_embeddings(self) -> list[Seen]:
        return list(self._upstream.seen_embeddings)

    @property
    def embedded(self) -> list[str]:
        return list(self._upstream.embedded)

    @property
    def billed(self) -> tuple[int, int]:
        return self._upstream.billed

    def then(self, *turns: Turn) -> None:
        self._upstream.then(*turns)  # one deque.extend: atomic

    def release(self) -> None:
        self._loop.call_soon_threadsafe(self._upstream.release)

    def refuse(self) -> None:
        self._run(self._upstream.refuse())

    def listen(self) -> None:
        self._run(self._upstream.listen())

    def wait_for(self, holds: Callable[[Upstream], bool], timeout_s: float = 5.0) -> None:
        """As `Upstream.wait_for`. Raises TimeoutError."""
        self._run(self._upstream.wait_for(holds, timeout_s))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
