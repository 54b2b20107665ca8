"""An event loop whose time jumps: where nothing is ready, it is at once as late as the next timer says.

Sockets on loopback stay real. The kernel delivers what was written before `select` is asked again, so nothing
is in flight when time jumps; `GRACE_S` of real waiting covers what is not instant.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
GRACE_S = 0.0003
START = 1_000.0


class _Jumping(selectors.BaseSelector):
    """A selector that lets time pass only when there is nothing to do."""

    def __init__(self) -> None:
        self._real = selectors.DefaultSelector()
        self.now = START

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._real.select(0)
        if ready or timeout == 0:
            return ready
        ready = self._real.select(None if timeout is None else GRACE_S)
        if not ready and timeout is not None:
            self.now += timeout
        return ready


class _Inline(ThreadPoolExecutor):
    """Runs what is submitted at once: a thread's work would take no virtual time anyway."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done


class VirtualLoop(asyncio.SelectorEventLoop):
    """`loop.time()` is virtual seconds."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)
        self.set_default_executor(_Inline(1))

    def time(self) -> float:
        return self._jumping.now


def run(main: Callable[[VirtualLoop], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end in virtual time."""
    loop = VirtualLoop()
    try:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            return runner.run(main(loop))
    finally:
        loop.close()
