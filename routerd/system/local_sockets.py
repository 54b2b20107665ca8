"""Connections between processes of one user on one machine, as a relay needs them: checked, and cheap to import.

Each side asks the kernel which user the other one is. Windows has no such sockets: an editor there has a process of
its own, as ``AVAILABLE`` says.
"""

from __future__ import annotations

import _socket
import os
import stat
import sys

LONGEST_PATH = 100
"""Bytes; the address of such a socket has 104 on macOS, 108 on Linux."""

if sys.platform == "win32":
    AVAILABLE = False

    def own_user() -> int:
        """The id of this user, which Windows does not have as a number."""
        return 0

    def runtime_folders(environ: dict[str, str]) -> list[str]:
        """Where the daemon's files may be; nowhere."""
        return []

    def connected(path: str, seconds: float) -> Channel | None:
        """A connection to the daemon that listens there; never."""
        return None

    def user_of_peer(connection: _socket.socket) -> int:
        """The id of the user at the other end; nobody."""
        return -1

    def listening(path: str) -> _socket.socket:
        """A socket that listens there. Always raises OSError."""
        raise OSError("this system has no local sockets")

else:
    AVAILABLE = True
    _BACKLOG = 128

    def own_user() -> int:
        """The id of this user."""
        return os.getuid()

    def runtime_folders(environ: dict[str, str]) -> list[str]:
        """Where the daemon's files may be, the best place first."""
        own = f"routerd-{os.getuid()}"
        named = environ.get("XDG_RUNTIME_DIR", ""), environ.get("TMPDIR", "")
        folders = [os.path.join(named[0], "routerd"), os.path.join(named[1], own), os.path.join("/tmp", own)]  # noqa: S108  # a folder of another user there is refused
        return [folder for folder in folders if folder.startswith("/")]

    def connected(path: str, seconds: float) -> Channel | None:
        """A connection to this user's process that listens there; ``None`` where none does.

        Raises PermissionError where the socket, or who answers, is another user's, or the path a link.
        """
        try:
            found = os.lstat(path)
        except FileNotFoundError:
            return None
        if not stat.S_ISSOCK(found.st_mode) or found.st_uid != os.getuid():
            raise PermissionError(f"{path} is no socket of this user")
        connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        try:
            connection.settimeout(max(seconds, 0.001))
            connection.connect(path)
        except OSError:  # nobody listens any more, or cannot keep up with those who connect
            connection.close()
            return None
        if user_of_peer(connection) != os.getuid():
            connection.close()
            raise PermissionError(f"another user's process listens at {path}")
        return Channel(connection)

    def user_of_peer(connection: _socket.socket) -> int:
        """The id of the user at the other end."""
        if sys.platform == "darwin":
            # sys/un.h: SOL_LOCAL, LOCAL_PEERCRED; struct xucred begins with its version and the user.
            found = connection.getsockopt(0, 1, 76)
        else:
            found = connection.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 12)
        return int.from_bytes(found[4:8], sys.byteorder)

    def listening(path: str) -> _socket.socket:
        """A socket that listens there, in place of one that a dead process left; the caller holds the lock."""
        try:  # noqa: SIM105  # contextlib is one more import
            os.unlink(path)
        except FileNotFoundError:
            pass
        listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        listener.bind(path)
        os.chmod(path, 0o600)
        listener.listen(_BACKLOG)
        return listener


class Channel:
    """One connection, read and written by blocking calls; two threads may do one each."""

    def __init__(self, connection: _socket.socket) -> None:
        self._connection = connection

    def limit(self, seconds: float | None) -> None:
        """How long a call may take before it raises TimeoutError; ``None`` for ever."""
        self._connection.settimeout(seconds)

    def read(self, most: int) -> bytes:
        """What has come, up to so many bytes; empty at the end. Raises OSError."""
        return self._connection.recv(most)

    def write(self, data: bytes) -> None:
        """Send all of it, waiting for whoever reads. Raises OSError."""
        self._connection.sendall(data)

    def line(self, longest: int) -> bytes:
        """What has come up to the end of a line, which is the last that the other side says for now; empty at the end.

        Raises OSError.
        """
        found = b""
        while not found.endswith(b"\n") and len(found) <= longest:
            data = self._connection.recv(longest)
            if not data:
                return b""
            found += data
        return found

    def end_writing(self) -> None:
        """Say that nothing more will be sent; what comes can still be read."""
        try:  # noqa: SIM105  # contextlib is one more import
            self._connection.shutdown(_socket.SHUT_WR)
        except OSError:  # the other side is gone
            pass

    def close(self) -> None:
        """Give the connection up."""
        self._connection.close()
