"""A line between a client and a PostgreSQL server that is cut at a message: before the server hears it, or its answer comes."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from typing import Literal, Self
from urllib.parse import parse_qs, urlsplit

Moment = Literal["unheard", "unanswered"]

_SSL, _GSS = 80877103, 80877104


class Line:
    """Listens on a port of this machine. `cut(n, moment)`: the n-th message from now on is the last that the client says."""

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        self._door = f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"
        self._database = parts.path
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._left: int | None = None
        self._moment: Moment = "unheard"
        self.was_cut = False
        self.fake_number: int | None = None
        """What the server's number is said to be, as a pooler does."""

    @property
    def url(self) -> str:
        """The URL of the database through the line."""
        port = self._listener.getsockname()[1]
        return f"postgresql://postgres@127.0.0.1:{port}{self._database}?sslmode=disable"

    def cut(self, message: int, moment: Moment) -> None:
        """Cut at a message: 0 is the next one."""
        self._left, self._moment, self.was_cut = message, moment, False

    def mend(self) -> None:
        """Cut nothing any more."""
        self._left = None

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        with client, server:
            with suppress(OSError, EOFError):
                server.connect(self._door)
                _greet(client, server)
                threading.Thread(target=self._answer, args=(server, client), daemon=True).start()
                self._speak(client, server)
            for end in (client, server):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _speak(self, client: socket.socket, server: socket.socket) -> None:
        while True:
            message = _message(client)
            if self._ends_with(message):
                if self._moment == "unanswered":
                    client.shutdown(socket.SHUT_RDWR)
                    server.sendall(message)
                    threading.Event().wait(0.02)  # the server does what it was told
                return
            server.sendall(message)

    def _ends_with(self, message: bytes) -> bool:
        """Only what asks for an answer counts: a simple query, or the end of a pipeline."""
        if self._left is None or message[:1] not in (b"Q", b"S"):
            return False
        self._left -= 1
        if self._left >= 0:
            return False
        self._left, self.was_cut = None, True
        return True

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError, EOFError):
            while True:
                message = _message(server)
                if message[:1] == b"K" and self.fake_number is not None:
                    message = message[:5] + struct.pack("!I", self.fake_number) + message[9:]
                client.sendall(message)


def _greet(client: socket.socket, server: socket.socket) -> None:
    """The first message has no kind; encryption is not offered."""
    while True:
        (size,) = struct.unpack("!I", _exactly(client, 4))
        body = _exactly(client, size - 4)
        if struct.unpack("!I", body[:4])[0] not in (_SSL, _GSS):
            server.sendall(struct.pack("!I", size) + body)
            return
        client.sendall(b"N")


def _message(source: socket.socket) -> bytes:
    head = _exactly(source, 5)
    return head + _exactly(source, struct.unpack("!I", head[1:])[0] - 4)


def _exactly(source: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = source.recv(size - len(found))
        if not more:
            raise EOFError
        found += more
    return found
