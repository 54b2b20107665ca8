"""The adapter of psycopg: work runs in a few threads with a connection each, so that no event loop ever waits.

Every time is bounded: of connecting, of a statement, of a lock, and of a server that does not answer at all. While the
server is away each call fails at once, with a sentence, and one of them tries again from time to time.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar
from zlib import crc32

from routerd.adapters.postgres.migrating import migrate
from routerd.adapters.postgres.row import Row
from routerd.adapters.postgres.server_address import ServerAddress
from routerd.adapters.postgres.server_connection import ServerConnection, Unstorable, marked
from routerd.domain.errors import KeyUnavailable, LedgerError

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")
Work = Callable[[ServerConnection], T]

_Entry = tuple[Future[Any], Work[Any] | None, Callable[[LedgerError], Any] | None]

_CONNECTIONS = 4
"""Of one process: a reservation takes about a millisecond, so that they carry some thousands a second."""
_CONNECT_S, _STATEMENT_MS, _LOCK_MS = 3, 3_000, 2_500
_SLOW_MS = 60_000
"""Of statistics over many rows, and of dropping old ones."""
_SILENT_S = 5.0
"""A server that has not answered for so long is given up, also where its machine still answers for it."""
_MIGRATING_S = 120.0
"""The same while its tables are made."""
_AGAIN_S = 0.5
"""A server that is away is tried again after so long."""
_TICK_S = 0.25


class Postgres:
    """The connections of one process to one server."""

    def __init__(self, address: ServerAddress, connections: int = _CONNECTIONS) -> None:
        """Connects to nothing yet."""
        self.address = address
        self.away: str | None = None
        """Why the server cannot be used at present, as a sentence."""
        self.retry_at = 0.0
        self.ready = False
        """Whether its tables are known to be there."""
        self._threads = [_ConnectionThread(self, str(number), _STATEMENT_MS) for number in range(connections)]
        self._slow = _ConnectionThread(self, "slow", _SLOW_MS)
        self._closed = threading.Event()
        self._periodic: list[_Periodic] = []
        self._ticker: threading.Thread | None = None
        self._lock = threading.Lock()

    def submit(self, queue: str, work: Work[T], otherwise: Callable[[LedgerError], T] | None = None) -> Future[T]:
        """Run work in its turn; what has the same queue runs in order. The future raises LedgerError or Unstorable.

        Where a connection breaks the work is done once more, so that it must change nothing when done twice.
        ``otherwise`` is done in its place, in the same thread, while the server is away.
        """
        future: Future[T] = Future()
        self._threads[crc32(queue.encode()) % len(self._threads)].put(future, work, otherwise)
        return future

    def run(self, work: Work[T], queue: str = "") -> T:
        """The result of work, for a caller that may wait. Raises LedgerError and Unstorable."""
        try:
            return self.submit(queue, work).result(2 * (_SILENT_S + _CONNECT_S))
        except TimeoutError:
            raise LedgerError(self.sentence("it does not answer")) from None

    def run_slowly(self, work: Work[T]) -> T:
        """As ``run``, for work that may take a minute: on a connection of its own, for which nothing else waits."""
        future: Future[T] = Future()
        self._slow.put(future, work)
        try:
            return future.result(2 * _SLOW_MS / 1000)
        except TimeoutError:
            raise LedgerError(self.sentence("it does not answer")) from None

    def read(self, statement: str, values: Sequence[object] = (), queue: str = "read") -> list[Row]:
        """The rows of one query, with ``?`` for each value, for a caller that may wait. Raises LedgerError."""
        return self.run(lambda connection: connection.rows(marked(statement), values), queue)

    def flush(self, seconds: float = 2 * _SILENT_S) -> None:
        """Wait until everything that was submitted has been done or has failed."""
        end = time.monotonic() + seconds
        for thread in self._threads:
            if thread.is_alive():
                done: Future[None] = Future()
                thread.put(done, None)
                with suppress(TimeoutError, LedgerError):
                    done.result(max(end - time.monotonic(), 0.01))

    def every(self, seconds: float, call: Callable[[], object]) -> None:
        """Call something from time to time, in a thread that must not wait."""
        self._periodic.append(_Periodic(seconds, call))
        self.watch()

    def watch(self) -> None:
        """Start the thread that gives up a silent server, once."""
        with self._lock:
            if self._ticker is None and not self._closed.is_set():
                self._ticker = threading.Thread(target=self._tick, name="postgres watch", daemon=True)
                self._ticker.start()

    def _tick(self) -> None:
        while not self._closed.wait(_TICK_S):
            now = time.monotonic()
            for thread in (*self._threads, self._slow):
                thread.give_up(now)
            for periodic in self._periodic:
                periodic.call_if_due(now)

    def sentence(self, why: str) -> str:
        """What a user is told."""
        return f"The shared ledger cannot be used ({why})."

    def close(self, seconds: float = 2 * _SILENT_S) -> None:
        """Do what was submitted and close the connections; threads that hang are left behind."""
        self.flush(seconds)
        self._closed.set()
        for thread in (*self._threads, self._slow):
            thread.stop()


class _Periodic:
    def __init__(self, seconds: float, call: Callable[[], object]) -> None:
        self._seconds, self._call, self._next = seconds, call, time.monotonic() + seconds

    def call_if_due(self, now: float) -> None:
        if now >= self._next:
            self._next = now + self._seconds
            with suppress(LedgerError):
                self._call()


class _ConnectionThread(threading.Thread):
    """One thread with its connection; it starts with its first work."""

    def __init__(self, owner: Postgres, name: str, statement_ms: int) -> None:
        super().__init__(name=f"postgres {name}", daemon=True)
        self._owner, self._statement_ms = owner, statement_ms
        self._queue: SimpleQueue[_Entry | None] = SimpleQueue()
        self._raw: psycopg.Connection[Row] | None = None
        self._deadline: float | None = None
        self._starting = threading.Lock()

    def put(self, future: Future[T], work: Work[T] | None, otherwise: Callable[[LedgerError], T] | None = None) -> None:
        self._queue.put((future, work, otherwise))
        if self.ident is None:
            with self._starting:
                if self.ident is None:
                    self.start()
                    self._owner.watch()

    def stop(self) -> None:
        self._queue.put(None)

    def give_up(self, now: float) -> None:
        """End the wait for a server that accepts bytes and says nothing."""
        raw, deadline = self._raw, self._deadline
        if raw is None or deadline is None or now < deadline:
            return
        # The thread may be closing it at this moment, in which case there is nothing to do.
        with suppress(Exception), socket.socket(fileno=socket.dup(raw.pgconn.socket)) as same:
            same.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        while (entry := self._queue.get()) is not None:
            future, work, otherwise = entry
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(None if work is None else self._worked(work, otherwise))
            except BaseException as fault:  # it belongs to whoever asked, and this thread goes on
                future.set_exception(fault)
        self._drop()

    def _worked(self, work: Work[T], otherwise: Callable[[LedgerError], T] | None) -> T:
        try:
            return self._done(work)
        except LedgerError as fault:
            if otherwise is None:
                raise
            return otherwise(fault)

    def _done(self, work: Work[T]) -> T:
        try:
            import psycopg  # noqa: PLC0415  # an extra, and slow to import
        except ImportError:
            self._owner.away = self._owner.sentence("PostgreSQL needs `pip install 'psycopg[binary]'`")
            raise LedgerError(self._owner.away) from None
        fresh = self._raw is None
        try:
            return self._once(work)
        except (psycopg.OperationalError, psycopg.InterfaceError) as fault:
            if isinstance(fault, psycopg.errors.QueryCanceled | psycopg.errors.LockNotAvailable):
                raise LedgerError(self._owner.sentence(f"it is busy: {_words(fault)}")) from fault
            self._drop()
            if fresh:
                raise self._is_away(fault) from fault
        except psycopg.Error as fault:
            raise Unstorable(_words(fault)) from fault
        try:
            return self._once(work)
        except (psycopg.OperationalError, psycopg.InterfaceError) as fault:
            self._drop()
            raise self._is_away(fault) from fault
        except psycopg.Error as fault:
            raise Unstorable(_words(fault)) from fault

    def _once(self, work: Work[T]) -> T:
        raw = self._raw or self._connected()
        self._deadline = time.monotonic() + _SILENT_S + (self._statement_ms - _STATEMENT_MS) / 1000
        try:
            found = work(ServerConnection(raw))
        finally:
            self._deadline = None
        self._owner.away = None
        return found

    def _connected(self) -> psycopg.Connection[Row]:
        owner = self._owner
        if owner.away is not None and time.monotonic() < owner.retry_at:
            raise LedgerError(owner.away)
        import psycopg  # noqa: PLC0415  # as above

        from routerd.adapters.postgres.values import adapt  # noqa: PLC0415  # it imports psycopg

        owner.retry_at = time.monotonic() + _AGAIN_S
        try:
            password = owner.address.password()
        except KeyUnavailable as fault:
            owner.away = owner.sentence(str(fault))
            raise LedgerError(owner.away) from fault
        raw = psycopg.connect(
            owner.address.url,
            password=password or None,
            autocommit=True,
            prepare_threshold=None,  # a pooler in front may hand each statement to another connection
            connect_timeout=_CONNECT_S,
            tcp_user_timeout=round(_SILENT_S * 1000),
            application_name="routerd",
            options=f"-c statement_timeout={self._statement_ms} -c lock_timeout={_LOCK_MS} "
            f"-c idle_in_transaction_session_timeout={2 * self._statement_ms}",
        )
        self._raw = raw
        adapt(raw)
        self._deadline = time.monotonic() + _MIGRATING_S
        if not owner.ready:
            migrate(raw)
            owner.ready = True
        return raw

    def _is_away(self, fault: Exception) -> LedgerError:
        self._owner.away = self._owner.sentence(_words(fault))
        self._owner.retry_at = time.monotonic() + _AGAIN_S
        return LedgerError(self._owner.away)

    def _drop(self) -> None:
        raw, self._raw = self._raw, None
        if raw is not None:
            with suppress(Exception):  # it is broken already, and nothing more is asked of it
                raw.close()


def _words(fault: Exception) -> str:
    """The first line of what the driver says, which never holds the password."""
    lines = str(fault).strip().splitlines()
    return lines[0].strip(" .")[:200] if lines else type(fault).__name__
